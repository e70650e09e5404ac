public import Shared
import Storage

/// How this device stands with Bamako.
public struct FieldStatus: Sendable {
  public struct ScopeStatus: Sendable {
    public let records: Int
    /// The last sequence number collected.
    public let seq: Int64
    /// Equal to the hub's when both hold the same.
    public let digest: Digest
    public let isWritable: Bool
  }

  public let device: UInt32
  public let deviceName: String
  public let role: Role?
  public let scopes: [Scope: ScopeStatus]
  /// Whether this device may hold every scope, also those that come later.
  public let everything: Bool
  /// Records with changes that Bamako has not acknowledged.
  public let pending: Int
  public let refused: Int
  /// Conflicts of this device's writes that nobody has settled.
  public let conflicts: Int
  /// Milliseconds since 1970 by the hub's clock: the data are as of then. Nil before the first sync.
  public let lastSync: Int64?
  /// This machine's clock minus the hub's in milliseconds, as last measured.
  public let clockError: Int64?
  /// Bytes of the replica and its log.
  public let size: Int64
  /// When Bamako last saw another machine with this identity, or this one restored from a copy;
  /// milliseconds since 1970.
  public let sharedAt: Int64?
  /// Whether Bamako has types or fields that only a newer program can show. What comes of them is
  /// kept until then.
  public let awaitsProgram: Bool
  /// Whether the replica is unreadable without its key.
  public let isSealed: Bool
}

extension FieldStatus {
  /// Whether records of a scope stay on this device; nobody knows before the first sync.
  public func holds(_ scope: Scope) -> Bool? {
    scopes.isEmpty ? nil : everything || scopes[scope] != nil
  }
}

/// A change that Bamako did not admit.
public struct Refusal: Sendable {
  public let number: Int64
  public let type: String
  public let record: String
  /// Nil for a whole new record, "*" for a deletion.
  public let field: String?
  /// What was written: the one field, or every field of a new record.
  public let values: [String: Value]
  public let code: String
  /// Why, in a sentence.
  public let sentence: String
  /// Milliseconds since 1970.
  public let refused: Int64
}

extension FieldClient {
  public func status() throws(Problem) -> FieldStatus {
    let status = try replica.status()
    return FieldStatus(
      device: status.device, deviceName: status.deviceName, role: status.role,
      scopes: status.scopes.mapValues {
        FieldStatus.ScopeStatus(
          records: $0.records, seq: $0.seq, digest: $0.digest, isWritable: $0.isWritable)
      }, everything: status.everything, pending: status.pending, refused: status.refused,
      conflicts: status.openConflicts, lastSync: status.lastSync, clockError: status.clockError,
      size: replica.size, sharedAt: status.sharedAt, awaitsProgram: status.awaitsProgram,
      isSealed: replica.isSealed)
  }

  /// Changes that Bamako refused and that nobody has corrected or dropped, oldest first.
  public func refusals() throws(Problem) -> [Refusal] {
    try replica.refused().map { refused in
      let field = refused.field.flatMap { $0 == "*" ? nil : $0 }
      return Refusal(
        number: refused.number, type: refused.type, record: refused.id, field: refused.field,
        values: field.map { [$0: refused.value] } ?? refused.values, code: refused.code,
        sentence: refused.sentence, refused: refused.refused)
    }
  }

  /// Gives up a refused change. Throws `.no_refusal`.
  public func dropRefusal(_ number: Int64) throws(Problem) { try replica.dropRefused(number) }

  /// Writes a refused change again with these values corrected; it is sent at the next sync.
  ///
  /// - Returns: the id of the record that it is part of now: another one when a whole record was
  ///   refused.
  @discardableResult
  public func correctRefusal(
    _ number: Int64, _ values: [String: Value]
  ) throws(Problem) -> String {
    let surroundings = surroundings
    return try replica.correctRefused(number, values, freshID: { surroundings.freshID() })
  }
}
