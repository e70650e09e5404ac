/// What must hold in every world, whatever fails in it.
package enum Invariant: String, CaseIterable, Sendable {
  /// When all have synced and nobody writes, every replica equals the hub in every scope it holds.
  case equal = "replicas equal the hub"
  /// What a replica accepted is current, in the hub's history or conflicts, or refused with a reason.
  case kept = "no accepted write vanishes"
  /// No stamp at the hub lies in the future, and no clock stops anybody from writing or syncing.
  case clocks = "no clock gets into the way"
  /// A cursor never moves without its rows, nor rows without their cursor.
  case cursors = "rows and cursor move together"
  /// Any message may be lost, cut, repeated or late.
  case messages = "messages may fail in any way"
  /// After a sync a device holds no record of a scope that it was not granted.
  case scopes = "no record of a scope without a grant"
  /// Digests are equal after every completed sync.
  case digests = "digests are equal"
  /// A deleted record comes back only by an edit whose writer had not seen the deletion.
  case deletions = "what was deleted stays deleted"
  /// One bad change never stops the others.
  case progress = "one bad change stops no other"
  /// "Synced" is only said of what the hub has acknowledged.
  case acknowledged = "synced means acknowledged"
}

/// An invariant that does not hold, and what shows it.
package struct Violation: Error, Sendable, CustomStringConvertible {
  package let invariant: Invariant
  package let sentence: String

  init(_ invariant: Invariant, _ sentence: String) {
    self.invariant = invariant
    self.sentence = sentence
  }

  package var description: String { "\(invariant.rawValue): \(sentence)" }
}
