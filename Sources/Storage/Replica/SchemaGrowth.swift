import GRDB
package import Shared

// The schema grows at the hub, and a device follows it in the exchange. When its program is too
// old to read the new one, it goes on with the one it has, keeps the new one for the program that
// can, and keeps aside what only that one declares.

extension Replica {
  /// Takes over what the hub gave as its schema.
  ///
  /// - Throws: `.not_understood` for what is no schema of any program.
  package func take(schema source: [UInt8]) throws(Problem) {
    let schema: Schema
    do throws(Problem) {
      schema = try Schema.known(source)
    } catch {
      return try keep(schema: source)
    }
    try adopt(schema)
  }

  private func keep(schema source: [UInt8]) throws(Problem) {
    guard let version = Schema.version(of: source) else {
      throw Problem(.not_understood, cause: "the hub's schema")
    }
    try write { db, _ in
      try ReplicaState.nextSchema.set(db, source.stored)
      try ReplicaState.nextVersion.set(db, Int64(version))
    }
  }

  /// Brings tables and state to a schema, and gives what was kept aside its place.
  static func grow(_ db: Database, to schema: Schema) throws -> ReplicaShape {
    try ReplicaLayout.follow(db, schema)
    try ReplicaState.schema.set(db, schema.source.stored)
    if try ReplicaState.nextVersion.number(db) ?? 0 <= schema.version {
      try ReplicaState.nextSchema.set(db, DatabaseValue.null)
      try ReplicaState.nextVersion.set(db, DatabaseValue.null)
    }
    let shape = try ReplicaShape(db)
    try db.withoutCapture { try ConfirmedState(db, shape, now: 0).unpack() }
    return shape
  }

  /// The schema that an older program could not read, when this one can.
  static func awaited(_ db: Database) throws -> Schema? {
    guard let source = [UInt8].fromStored(try ReplicaState.nextSchema.get(db)) else { return nil }
    return try? Schema.known(source)
  }
}
