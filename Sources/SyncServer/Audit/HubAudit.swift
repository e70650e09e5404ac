package import Shared
import Work

extension HubTransaction {
  /// Writes a line in the transaction of what it tells of: both are there, or neither.
  func note(_ entry: AuditEntry, time: Int64) throws {
    try addAudit(AuditLine(entry, after: try audit(before: .max, limit: 1).first, time: time))
  }
}

extension Hub {
  /// Writes a line about what was done elsewhere.
  package func note(_ entry: AuditEntry) throws(Problem) {
    try store.write { transaction in try transaction.note(entry, time: now()) }
  }

  /// Newest first.
  package func audit(limit: Int) throws(Problem) -> [AuditLine] {
    try store.read { transaction in try transaction.audit(before: .max, limit: limit) }
  }

  /// Drops the lines that nobody has to keep any more. The youngest of them stays, so that the
  /// chain goes on from it.
  package func tidyAudit() throws(Problem) {
    try store.write { transaction in
      guard let last = try transaction.audit(before: .max, limit: 1).first else { return }
      // A clock that is years ahead when the hub starts would take all but one line.
      try transaction.dropAudit(before: min(now(), last.time) - AuditLimits.kept)
    }
  }
}

package enum AuditLimits {
  /// Milliseconds that a line is kept: two years, as donors' audits ask.
  package static let kept: Int64 = 730 * 86_400_000
}

/// What is wrong with the log, if anything is.
package struct AuditCheck: Sendable, Equatable {
  package enum Fault: Sendable, Equatable {
    /// The first line that is not what was written after the one before it.
    case broken(Int64)
    /// The log does not hold the line that a witness saw.
    case unlike(AuditWitness)
  }

  package var lines = 0
  package var last: AuditWitness?
  package var fault: Fault?
}

extension Hub {
  /// Follows the chain from its first line to its last.
  ///
  /// - Parameter witnesses: where the log stood when somebody looked.
  package func checkAudit(_ witnesses: [AuditWitness] = []) throws(Problem) -> AuditCheck {
    try store.read { transaction in
      var check = AuditCheck()
      var former: AuditLine?
      var unseen = Set(witnesses)
      let oldest = now() - AuditLimits.kept
      let start = try transaction.auditStart()
      try transaction.visitAudit { line in
        check.lines += 1
        check.last = line.witness
        unseen.remove(line.witness)
        if check.fault == nil, !line.follows(former, from: start, oldest: oldest) {
          check.fault = .broken(line.number)
        }
        former = line
      }
      // What was dropped for its age can no longer be shown to anybody.
      let first = check.last.map { $0.number - Int64(check.lines) + 1 } ?? 1
      if check.fault == nil,
        let missing = unseen.filter({ $0.number >= first }).min(by: { $0.number < $1.number })
      {
        check.fault = .unlike(missing)
      }
      return check
    }
  }
}

extension AuditLine {
  /// A log that does not begin with line 1 begins with the youngest of the lines that were dropped:
  /// it is of that age, and as it was written after the last one that went.
  fileprivate func follows(_ former: AuditLine?, from start: [UInt8]?, oldest: Int64) -> Bool {
    guard let former else {
      if number == 1 { return hash == sealed(after: []) }
      return time < oldest && start.map { hash == sealed(after: $0) } ?? false
    }
    return number == former.number + 1 && hash == sealed(after: former.hash)
  }
}
