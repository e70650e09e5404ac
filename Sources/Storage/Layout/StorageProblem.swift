import Foundation
import GRDB
package import Shared

extension Problem {
  /// What SQLite said, in words for people.
  package init(storage error: any Error, at place: String? = nil) {
    switch error {
    case let problem as Problem: self = problem
    case let error as DatabaseError:
      let isFull = error.problemCode == .cannot_write && place.map(FreeSpace.isOut) ?? false
      self.init(isFull ? .disk_full : error.problemCode, at: place, cause: error.sanitised)
    case let error as CocoaError:
      // Of files that are copied beside the database.
      let isFull = error.code == .fileWriteOutOfSpace
      self.init(isFull ? .disk_full : .cannot_write, at: place, cause: "\(error.code.rawValue)")
    case is CancellationError: self.init(.interrupted, at: place)
    default: self.init(.internal, at: place, cause: "\(type(of: error))")
    }
  }
}

extension DatabaseError {
  fileprivate var problemCode: Problem.Code {
    // What a sealed page says that is not what was sealed.
    if extendedResultCode == .SQLITE_IOERR_DATA { return .damaged }
    return switch resultCode.primaryResultCode {
    case .SQLITE_AUTH: .no_key
    case .SQLITE_FULL: .disk_full
    case .SQLITE_BUSY, .SQLITE_LOCKED: .busy
    case .SQLITE_NOTADB: .not_a_replica
    case .SQLITE_CORRUPT: .damaged
    case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_IOERR: .cannot_write
    case .SQLITE_CONSTRAINT: .invalid_value
    default: .internal
    }
  }

  /// SQLite's own words without the statement's arguments.
  fileprivate var sanitised: String { "\(resultCode): \(message ?? "")" }
}

/// Runs a database access and speaks of its failures in words for people.
package func storing<T>(at place: String? = nil, _ body: () throws -> T) throws(Problem) -> T {
  do {
    return try body()
  } catch {
    throw Problem(storage: error, at: place)
  }
}
