import FieldClient
import Shared
import Testing

struct TransportProblemTests {
  @Test func `a success is no problem`() {
    #expect(problem(from: HTTPAnswer(status: 200)) == nil)
    #expect(problem(from: HTTPAnswer(status: 204)) == nil)
  }

  @Test(arguments: Problem.Code.allCases)
  func `the hub's word is taken`(code: Problem.Code) {
    let answer = told(code.httpStatus, #"{"code":"\#(code.rawValue)","place":"base:GAO","x":[1]}"#)
    #expect(problem(from: answer)?.code == code)
    #expect(problem(from: answer)?.place == "base:GAO")
  }

  @Test(arguments: [
    #"{"code":"sunspots"}"#, #"{"code":""}"#,
  ])
  func `a word nobody knows is not understood`(body: String) {
    #expect(problem(from: told(409, body))?.code == .not_understood)
  }

  @Test(arguments: ["", "{", "[]", #"{"code":7}"#, #"{"place":"x"}"#, "\u{0}"])
  func `a broken document leaves the status to speak`(body: String) {
    #expect(problem(from: told(503, body))?.code == .overloaded)
    #expect(problem(from: told(410, body))?.code == .not_understood)
  }

  @Test(
    arguments: zip(
      [301, 302, 400, 401, 404, 410, 413, 429, 500, 501, 502, 503, 504],
      [
        .not_understood, .not_understood, .not_understood, .not_understood, .not_understood,
        .not_understood, .too_large, .too_many_requests, .internal, .internal, .overloaded,
        .overloaded, .overloaded,
      ] as [Problem.Code]))
  func `without a document the status speaks`(status: Int, code: Problem.Code) {
    let page = HTTPAnswer(status: status, contentType: "text/html", body: Array("{}".utf8))
    #expect(problem(from: page)?.code == code)
  }

  @Test func `a web page cannot claim that this device is revoked`() {
    let page = HTTPAnswer(
      status: 410, contentType: "application/json", body: Array(#"{"code":"revoked"}"#.utf8))
    #expect(problem(from: page)?.code == .not_understood)
  }

  @Test func `a place cannot write to the terminal`() {
    let answer = told(409, #"{"code":"cursor","place":"a\u001b[2Jb\nc"}"#)
    #expect(problem(from: answer)?.place == "a[2Jbc")
  }

  private func told(_ status: Int, _ body: String) -> HTTPAnswer {
    HTTPAnswer(
      status: status, contentType: "application/problem+json; charset=utf-8",
      body: Array(body.utf8))
  }
}
