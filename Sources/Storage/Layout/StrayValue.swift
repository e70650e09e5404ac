import Foundation
import GRDB
import Shared

/// What another program can put into a column although no field takes it: bytes, a number that is
/// not finite, a text that holds a zero or is no UTF-8. SQLite keeps it; nothing here could show
/// it, send it or compare it with what the hub holds.
struct StrayValue {
  let field: String
  /// What was written, as a text that people can read and correct.
  let readable: String
}

extension StrayValue {
  /// Nil for what a field may hold. What is wrong with a text shows in its bytes alone.
  static func readable(_ value: DatabaseValue) -> String? {
    switch value.storage {
    case .null, .int64, .string: return nil
    case .double(let number): return number.isFinite ? nil : "\(number)"
    case .blob(let data): return literal(Array(data))
    }
  }

  /// Nil for a text that a field may hold.
  static func readable(text bytes: UnsafeBufferPointer<UInt8>) -> String? {
    if bytes.allSatisfy({ $0 > 0 && $0 < 0x80 }) { return nil }
    if !bytes.contains(0), String(validating: bytes, as: UTF8.self) != nil { return nil }
    return String(decoding: bytes, as: UTF8.self).replacing("\0", with: "\u{FFFD}")
  }

  /// Bytes that are a text are shown as one, others as SQLite writes them.
  private static func literal(_ bytes: [UInt8]) -> String {
    if !bytes.isEmpty, !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) {
      return text
    }
    let shown = bytes.prefix(Self.bytesShown).map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }
    return "x'\(shown.joined())'" + (bytes.count > Self.bytesShown ? "…" : "")
  }

  /// Enough to recognise what it was.
  private static let bytesShown = 256
}
