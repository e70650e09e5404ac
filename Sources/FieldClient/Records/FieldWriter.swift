public import Shared
import Storage

/// Writes of one transaction. Values are checked by the schema; a value that breaks a rule is a
/// `Problem` that names the field.
public struct FieldWriter {
  private let writer: RecordWriter

  init(_ writer: RecordWriter) { self.writer = writer }

  /// Adds a record and returns its id. Empty fields get the schema's initial values.
  ///
  /// - Throws: `.unknown_type`, `.unknown_field`, `.wrong_type`, `.invalid_value`,
  ///   `.missing_field`, `.already_exists` when its natural key is taken.
  @discardableResult
  public func add(_ type: String, _ values: [String: Value]) throws -> RecordID {
    try writer.insert(type, values)
  }

  /// Adds a record under an id that was given elsewhere, such as in a spreadsheet.
  ///
  /// - Throws: as `add(_:_:)`, and `.bad_id` when its natural key gives another id.
  public func add(_ type: String, id: RecordID, _ values: [String: Value]) throws {
    try writer.insert(type, id: id, values)
  }

  /// Changes fields of the record whose id begins with `id`; `.null` empties one.
  public func set(_ type: String, _ id: String, _ values: [String: Value]) throws {
    try writer.update(type, id, values)
  }

  public func set(_ type: String, _ id: RecordID, _ values: [String: Value]) throws {
    try writer.update(type, id.description, values)
  }

  /// What the record holds now, in this transaction.
  package func values(_ type: String, _ id: RecordID) throws -> [String: Value] {
    try writer.values(type, id.description)
  }

  /// Deletes the record whose id begins with `id`.
  public func delete(_ type: String, _ id: String) throws { try writer.delete(type, id) }
}
