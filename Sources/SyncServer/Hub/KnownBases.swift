import Shared

// A mistyped base would give birth to a scope that nobody reads. A hub that holds no base at all,
// as one without a list, takes every code.

extension HubWriting {
  /// Why a field may not name this base.
  func unknownBase(
    _ value: Value, _ field: Field, _ type: RecordType, _ writer: Writer
  ) throws -> Problem? {
    guard field.namesBase, type.name != "base", !writer.isGiver, let code = value.text
    else { return nil }
    return try isUnknown(base: code) ? Problem(.no_base, at: field.name) : nil
  }

  /// Why no record may stand in this scope.
  func unknownBase(of scope: Scope, _ writer: Writer) throws -> Problem? {
    guard !writer.isGiver, let code = scope.base, try isUnknown(base: code) else { return nil }
    return Problem(.no_base, at: scope.description)
  }

  /// Why the writer may not speak for the base that a record is about. What somebody wrote before
  /// they heard that the base was taken from them still counts: an alert is not held back.
  func foreign(
    _ values: [String: Value], _ type: RecordType, _ writer: Writer
  ) -> Problem? {
    guard !writer.isGiver else { return nil }
    return type.foreign(values) { scope in
      writer.grant.mayWrite(scope) || writer.isUnaware(of: scope)
    } find: { other, reference in
      guard let other = schema[type: other] else { return nil }
      return try? transaction.referenced(other, reference)
    }
  }

  private func isUnknown(base code: String) throws -> Bool {
    guard let bases = schema[type: "base"] else { return false }
    if try transaction.referenced(bases, code) != nil { return false }
    return try !transaction.list(bases, limit: 1).isEmpty
  }
}
