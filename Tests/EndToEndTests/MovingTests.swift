import Foundation
import Testing

/// The hub goes to another address; nobody travels.
@Suite struct MovingTests {
  @Test func `a hub moves to another address, and a base follows with one command`() throws {
    let mission = try Mission(serving: false)
    let port = HeldPort()
    let new = "https://127.0.0.1:\(port.number)"
    let before = try mission.read("hub/server.pem")
    try succeed(mission.hub("address", new, "https://bamako.example:9000"))
    #expect(try mission.read("hub/server.pem") != before)
    #expect(
      try succeed(mission.hub("address")).out == "\(new)\nhttps://bamako.example:9000\n")
    try mission.startHub()
    #expect(try mission.at(.gao, "sync").code == 69)
    for wrong in ["http://bamako.example", "ftp://x", "nonsense", ""] {
      #expect(try mission.at(.gao, "address", wrong).code != 0, "\(wrong)")
    }
    #expect(try succeed(mission.at(.gao, "address")).out == mission.address + "\n")
    try succeed(mission.at(.gao, "adresse", new))
    try mission.sync(.gao)
    let invitation = try mission.invite("new", base: "GAO", role: "cz")
    #expect(try String(contentsOfFile: invitation, encoding: .utf8).contains("bamako.example:9000"))
    #expect(try mission.hub("address", "http://bamako.example").code == 77)
    #expect(try mission.device("nowhere", ["address", new]).code == 64)
  }
}
