import Shared

/// Cuts CSV into rows of cells (RFC 4180, any line end).
///
/// Written here because SwiftCSV loses data in silence: a quote that never closes swallows the
/// rest of the file, a last empty cell disappears, spaces in front of a cell too, and its rows
/// carry no line numbers.
struct CellParser {
  private let bytes: [UInt8]
  private let separator: UInt8
  private var position = 0
  private var line = 1

  init(bytes: [UInt8], separator: UInt8) {
    self.bytes = bytes
    self.separator = separator
  }

  /// The next row, blank ones included; nil at the end.
  mutating func next() throws(Problem) -> Table.Row? {
    guard position < bytes.count else { return nil }
    let start = line
    var cells: [String] = []
    while true {
      cells.append(try cell())
      guard position < bytes.count, bytes[position] == separator else { break }
      position += 1
    }
    endLine()
    return Table.Row(line: start, cells: cells)
  }

  private mutating func cell() throws(Problem) -> String {
    if position < bytes.count, bytes[position] == UInt8(ascii: "\"") { return try quotedCell() }
    let start = position
    while position < bytes.count, !endsCell(bytes[position]) { position += 1 }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  /// A quote inside a cell that does not start with one is an ordinary character; after a closing
  /// quote the cell must end, or nobody knows where it was meant to.
  private mutating func quotedCell() throws(Problem) -> String {
    let opened = line
    var content: [UInt8] = []
    position += 1
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      if byte != UInt8(ascii: "\"") {
        content.append(byte)
        if byte == UInt8(ascii: "\n") { line += 1 }
      } else if position < bytes.count, bytes[position] == byte {
        content.append(byte)
        position += 1
      } else {
        guard position == bytes.count || endsCell(bytes[position]) else { break }
        return String(decoding: content, as: UTF8.self)
      }
    }
    throw Spreadsheet.invalid(line: opened)
  }

  private func endsCell(_ byte: UInt8) -> Bool {
    byte == separator || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
  }

  private mutating func endLine() {
    guard position < bytes.count else { return }
    let pair = bytes[position...].starts(with: [UInt8(ascii: "\r"), UInt8(ascii: "\n")])
    position += pair ? 2 : 1
    line += 1
  }
}
