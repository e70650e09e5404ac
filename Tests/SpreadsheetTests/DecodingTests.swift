import Shared
import Spreadsheet
import Testing

@Suite struct DecodingTests {
  private let text = "id;nom\nP-1;Sévaré\n"

  @Test func `UTF-8 is read with and without a byte order mark`() throws {
    #expect(try Spreadsheet.decode(bytes: Array(text.utf8)) == text)
    #expect(try Spreadsheet.decode(bytes: [0xEF, 0xBB, 0xBF] + Array(text.utf8)) == text)
  }

  @Test func `UTF-16 is read with its byte order mark`() throws {
    let units = Array(text.utf16)
    let little: [UInt8] = [0xFF, 0xFE] + units.map { [UInt8($0 & 255), UInt8($0 >> 8)] }.joined()
    let big: [UInt8] = [0xFE, 0xFF] + units.map { [UInt8($0 >> 8), UInt8($0 & 255)] }.joined()
    #expect(try Spreadsheet.decode(bytes: little) == text)
    #expect(try Spreadsheet.decode(bytes: big) == text)
    #expect(throws: Problem.self) { try Spreadsheet.decode(bytes: little.dropLast()) }
  }

  @Test func `anything else is read as Windows-1252`() throws {
    let bytes: [UInt8] = [0x53, 0xE9, 0x76, 0x61, 0x72, 0xE9, 0x20, 0x92, 0x80, 0x9C, 0x9F, 0xFF]
    #expect(try Spreadsheet.decode(bytes: bytes) == "Sévaré ’€œŸÿ")
  }

  @Test(arguments: [0x81, 0x8D, 0x8F, 0x90, 0x9D] as [UInt8])
  func `a byte no encoding explains is refused with its line`(byte: UInt8) {
    let bytes = Array("id;nom\nP-1;S".utf8) + [0xE9, 0x0A, byte]
    #expect(throws: Problem(.csv_invalid, at: "l. 3")) { try Spreadsheet.decode(bytes: bytes) }
  }

  @Test func `one damaged letter does not turn a UTF-8 file into another encoding`() {
    let bytes = Array("été\néé\n".utf8) + [0xC3]
    #expect(throws: Problem(.csv_invalid, at: "l. 3")) { try Spreadsheet.decode(bytes: bytes) }
    #expect(throws: Problem(.csv_invalid, at: "l. 1")) {
      try Spreadsheet.decode(bytes: [0xEF, 0xBB, 0xBF, 0x61, 0xE9, 0x62])
    }
  }

  @Test func `NUL bytes are refused with their line`() {
    #expect(throws: Problem(.csv_invalid, at: "l. 2")) {
      try Spreadsheet.decode(bytes: Array("a\nb\0".utf8))
    }
  }
}
