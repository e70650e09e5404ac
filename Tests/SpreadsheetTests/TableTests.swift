import Shared
import Spreadsheet
import Testing

@Suite struct TableTests {
  private func cells(_ text: String) throws -> [[String]] {
    let table = try Table.parse(text)
    return [table.header] + table.rows.map(\.cells)
  }

  @Test(arguments: [";", ",", "\t"])
  func `the separator is the one the header uses`(separator: String) throws {
    let text = ["a", "b", "c"].joined(separator: separator) + "\n1\(separator)x y\(separator)3\n"
    #expect(try cells(text) == [["a", "b", "c"], ["1", "x y", "3"]])
  }

  @Test func `a separator inside a quoted column name does not count`() throws {
    #expect(try cells("\"a,b,c\";d\n1;2") == [["a,b,c", "d"], ["1", "2"]])
  }

  @Test func `quotes protect separators, line ends and quotes`() throws {
    #expect(
      try cells("a;b\n\"1;2\";\"say \"\"no\"\"\r\ntwice\"\n")
        == [["a", "b"], ["1;2", "say \"no\"\r\ntwice"]])
    #expect(try cells("a;b\n5\" pipe;\"\"") == [["a", "b"], ["5\" pipe", ""]])
  }

  @Test(arguments: ["\n", "\r\n", "\r"])
  func `every line end is read and lines are counted`(end: String) throws {
    let table = try Table.parse(["", "a;b", "1;2", "", " ; ", "3;"].joined(separator: end))
    #expect(table.header == ["a", "b"])
    #expect(table.rows.map(\.cells) == [["1", "2"], ["3", ""]])
    #expect(table.rows.map(\.line) == [3, 6])
  }

  @Test func `a row after a cell of several lines keeps its own line number`() throws {
    let table = try Table.parse("a;b\n\"x\ny\nz\";1\n2;3\n")
    #expect(table.rows.map(\.line) == [2, 5])
  }

  @Test func `accents composed of two characters stay with their cells`() throws {
    #expect(try cells("a;b\ne\u{301};\u{301}x\n") == [["a", "b"], ["e\u{301}", "\u{301}x"]])
  }

  @Test func `a quote under an accent is doubled when it is written`() throws {
    #expect(
      try rewritten("a;b\n\"x\"\"\u{301};y\";1\n").rows.map(\.cells.first) == ["x\"\u{301};y"])
  }

  @Test func `another separator in a column's name does not change the file's`() throws {
    let table = try rewritten("\"a,b,c,d,e\";f\n1;2\n")
    #expect(table.separator == ";")
    #expect(table.header == ["a,b,c,d,e", "f", "motif", "ligne"])
  }

  /// The table as a file of rejects holds it.
  private func rewritten(_ text: String) throws -> Table {
    let table = try Table.parse(text)
    let rejections = table.rows.map { Rejection(type: "base", row: $0, problems: []) }
    return try Table.parse(
      Spreadsheet.writeRejects(table: table, rejections: rejections, language: .fr))
  }

  @Test func `a quote that never closes is refused at the line it opens`() {
    #expect(throws: Problem(.csv_invalid, at: "l. 3")) {
      try Table.parse("a;b\n1;2\n3;\"four\n5;6\n7;8\n")
    }
  }

  @Test func `text after a closing quote is refused`() {
    #expect(throws: Problem(.csv_invalid, at: "l. 2")) { try Table.parse("a;b\n\"1\" x;2\n") }
  }

  @Test(arguments: ["", "\n\n", " ", ";;\n"])
  func `an empty file is refused`(text: String) {
    #expect(throws: Problem(.csv_invalid)) { try Table.parse(text) }
  }

  @Test func `empty columns at the end are left out, one in the middle is refused`() throws {
    #expect(try Table.parse("a;b;;\n1;2;;\n").header == ["a", "b"])
    #expect(throws: Problem(.csv_invalid, at: "l. 1")) { try Table.parse("a;;c\n") }
  }
}
