import GRDB
import Shared

// A hub that was restored, or not upgraded yet, may have an older schema than this device. What it
// refuses only for that is no mistake of the person who wrote it: it stays pending, held back, and
// goes again with the first exchange that finds the hub's schema as new as this one's.

extension Acknowledging {
  /// Whether the hub refused only what its older schema does not have.
  ///
  /// - Parameter values: that the verdict is about.
  func isAhead(
    _ verdict: Verdict?, _ table: TypedTable, _ values: @autoclosure () -> [(String, Value)]
  ) -> Bool {
    guard answer.isBehind, let verdict, verdict.kind == .refused else { return false }
    switch Problem.Code(rawValue: verdict.code) {
    case .unknown_type, .unknown_field: return true
    case .invalid_value:
      return values().allSatisfy { name, value in
        table.type[field: name].map { $0.check(value, today: RecordWriter.anyDay) == nil } ?? false
      }
    default: return false
    }
  }

  /// Holds back a pending change, unless it was written again since it was sent.
  mutating func hold(_ id: String, _ field: String, _ stamp: Stamp) throws {
    heldBack.insert(id)
    try state.db.run(
      "UPDATE _pending SET held = 1, sent = 0 WHERE id = ? AND field = ? AND clock = ?",
      [id, field, stamp.storedClock])
  }

  /// Holds back one field of a creation that the hub admitted without it.
  mutating func holdOfCreation(_ id: String, _ field: String, _ stamp: Stamp) throws {
    try state.pendOfCreation(id, field)
    try state.db.run(
      "UPDATE _pending SET base = NULL, seen = NULL WHERE id = ? AND field = ?", [id, field])
    try hold(id, field, stamp)
  }

  mutating func holdRecord(_ id: String) throws {
    heldBack.insert(id)
    try state.db.run("UPDATE _pending SET held = 1, sent = 0 WHERE id = ?", [id])
  }
}

extension Applying {
  /// Lets go what was held back when the hub is as new as this device.
  mutating func releaseHeld() throws {
    guard !answer.isBehind else { return }
    report.released = try Replica.heldCount(db)
    guard report.released > 0 else { return }
    try db.run("UPDATE _pending SET held = 0 WHERE held = 1")
  }
}

extension Replica {
  /// Records of which something is held back.
  static func heldCount(_ db: Database) throws -> Int {
    try db.row("SELECT count(DISTINCT id) FROM _pending WHERE held = 1")![0]
  }
}
