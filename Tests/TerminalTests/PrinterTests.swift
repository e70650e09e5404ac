import Foundation
import Shared
import Terminal
import Testing

@Suite struct PrinterTests {
  @Test func `with --json nothing but JSON reaches standard output`() throws {
    let said = Said()
    let printer = said.printer(.en, json: true)
    try printer.out("for people")
    printer.say(fr: "un mot", en: "a word")
    try printer.out(["sent": 3, "complete": true])
    #expect(said.output == ["{\"complete\":true,\"sent\":3}\n"])
    #expect(said.error == ["for people\n", "a word\n"])
  }

  @Test func `JSON keeps integers, sorts keys and escapes only what it must`() throws {
    let value: JSONValue = [
      "z": nil, "a": .int(.max), "path": "a/b", "text": "l'\"été\"\n\u{1}", "list": [1, 2.5, true],
    ]
    #expect(
      try value.line()
        == #"{"a":9223372036854775807,"list":[1,2.5,true],"path":"a/b","#
        + #""text":"l'\"été\"\n\u0001","z":null}"#)
  }

  @Test func `a number that is not finite is a text`() throws {
    let values: JSONValue = .array([.real(.infinity), .real(-.infinity), .real(.nan)])
    #expect(try values.line() == #"["Infinity","-Infinity","NaN"]"#)
  }

  @Test func `a boolean field is a boolean and several choices are an array`() {
    #expect(JSONValue(1, of: .bool) == true)
    #expect(JSONValue("radio+appel", of: .choices([])) == ["radio", "appel"])
    #expect(JSONValue(.null, of: .choices([])) == nil)
    #expect(JSONValue("a+b", of: .text) == "a+b")
  }

  @Test func `an output that cannot be written is an error`() {
    let printer = Printer(language: .en) { _, _ in throw CocoaError(.fileWriteOutOfSpace) }
    let problem = #expect(throws: Problem.self) { try printer.out("line") }
    #expect(problem?.code == .disk_full)
    printer.say("nobody to tell")
  }

  @Test func `columns are aligned by what the eye sees`() {
    let table = TextTable(
      header: ["nom", "n", "fin"],
      rows: [["Sévaré", "9", "a"], ["Se\u{301}vare\u{301}", "10", "b"], ["水", "-1.5", ""]])
    #expect(
      table.lines == [
        "nom        n  fin", "Sévaré     9  a", "Se\u{301}vare\u{301}    10  b", "水      -1.5",
      ])
  }

  @Test func `a record's text cannot command the terminal`() {
    let table = TextTable(header: ["t"], rows: [["\u{1B}[2Jline\nbreak\u{9B}x"]])
    #expect(table.lines == ["t", " [2Jline break x"])
  }

  @Test func `nor can a name or a title in a sentence`() throws {
    let said = Said()
    try said.printer(.en).out("a\u{1B}[2J\r\u{9B}b\nc")
    said.printer(.en).say("\u{7}d")
    #expect(said.output == ["a [2J  b\nc\n"] && said.error == [" d\n"])
    let type = try #require(Schema.mission[type: "contact"])
    #expect(type.title(["display_name": "A\nB"], .en).hasPrefix("A B"))
  }

  @Test func `a failure to tell what was saved is told as such`() {
    let printer = Printer(language: .en) { _, _ in throw CocoaError(.fileWriteUnknown) }
    let problem = #expect(throws: Problem.self) {
      try printer.afterSaving { () throws(Problem) in try printer.out("id") }
    }
    #expect(problem?.code == .not_shown)
  }

  @Test func `a moment is local time in French and ISO in English`() throws {
    let zone = try #require(TimeZone(secondsFromGMT: 2 * 3600))
    let evening: Int64 = 1_783_293_000_000
    #expect(Moments.text(milliseconds: evening, .fr, zone: zone) == "06/07/2026 01:10")
    #expect(Moments.text(milliseconds: evening, .en, zone: zone) == "2026-07-05T23:10Z")
    #expect(Moments.text(milliseconds: 0, .fr, zone: .gmt) == "01/01/1970 00:00")
  }

  @Test func `a date is written the way each language reads it`() {
    #expect(Moments.day("2026-07-05", .fr) == "05/07/2026")
    #expect(Moments.day("2026-07-05", .en) == "2026-07-05")
    #expect(Moments.day("2026Q2", .fr) == "2026Q2")
  }
}
