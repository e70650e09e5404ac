internal import Foundation
package import GRDB
package import Shared

extension Value {
  /// What SQLite holds, or nil for what no field takes: a blob, a number that is not finite. Of a
  /// text the bytes were looked at before, as `StrayValue`.
  package init?(_ stored: DatabaseValue) {
    switch stored.storage {
    case .null: self = .null
    case .int64(let number): self = .int(number)
    case .double(let number):
      guard number.isFinite else { return nil }
      self = .real(number)
    case .string(let text): self = .text(text)
    case .blob: return nil
    }
  }

  package var stored: DatabaseValue {
    switch self {
    case .null: .null
    case .int(let number): number.databaseValue
    case .real(let number): number.databaseValue
    case .text(let text): text.databaseValue
    }
  }
}

extension Stamp {
  /// SQLite's integers are signed; the order of clocks before the year 4199 is kept.
  package var storedClock: Int64 { Int64(bitPattern: clock) }

  package init(storedClock: Int64, device: Int64) {
    self.init(
      clock: UInt64(bitPattern: storedClock), device: UInt32(truncatingIfNeeded: device))
  }
}

extension FieldStamps {
  package init?(_ stored: DatabaseValue) throws(Problem) {
    guard let data = [UInt8].fromStored(stored) else { return nil }
    try self.init(bytes: data)
  }

  package var stored: DatabaseValue { bytes.stored }
}

extension [UInt8] {
  package static func fromStored(_ stored: DatabaseValue) -> [UInt8]? {
    guard case .blob(let data) = stored.storage else { return nil }
    return [UInt8](data)
  }

  package var stored: DatabaseValue { Data(self).databaseValue }
}
