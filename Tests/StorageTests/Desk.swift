import Foundation
import GRDB
import Storage

@testable import Shared

/// A replica in a folder of its own, written by the library and by plain SQL.
final class Desk {
  static let now: Int64 = 1_784_548_800_000

  let folder: String
  let replica: Replica
  private var ids: UInt64 = 0

  /// - Parameter given: a folder that is there and goes away otherwise; nil for one of its own.
  init(schema: Schema = .mission, device: UInt32 = 5, folder given: String? = nil) throws {
    folder = given ?? NSTemporaryDirectory() + "djoliba-desk-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Replica.create(path: folder + "/replica.sqlite", schema: schema, device: device)
    replica = try Replica(path: folder + "/replica.sqlite")
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// What another program does: one connection, one transaction, no library.
  func sql(_ text: String, _ arguments: StatementArguments = []) throws {
    let queue = try DatabaseQueue(path: replica.path)
    try queue.write { db in try db.execute(sql: text, arguments: arguments) }
    try queue.close()
  }

  /// Brings the log into the file.
  func checkpoint() throws {
    _ = try replica.pool.writeWithoutTransaction { db in
      try Row.fetchAll(db, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
    }
  }

  func rows(_ text: String) throws -> [Row] {
    try replica.read { db, _ in try Row.fetchAll(db, sql: text) }
  }

  func count(_ table: String) throws -> Int {
    try rows("SELECT count(*) FROM \(table)")[0][0]
  }

  func write<T>(_ body: (RecordWriter) throws -> T) throws -> T {
    try replica.edit(
      freshID: {
        ids += 1
        return RecordID.v7(milliseconds: UInt64(Self.now), random: (ids, ids))
      }, body)
  }

  func settle() throws { _ = try replica.status() }

  func page() throws -> PendingPage { try replica.collectPending(upTo: 1 << 20, now: Self.now) }

  /// Sends everything and takes an answer that admits it, with what else the test adds.
  @discardableResult
  func exchange(_ change: (inout SyncAnswer) -> Void = { _ in }) throws -> ApplyReport {
    let page = try page()
    var answer = SyncAnswer(hubClock: Self.now)
    var handle: Int64 = 0
    for group in page.changeset.groups {
      for record in group.records where record.kind == .create {
        handle += 1
        answer.handles.append(handle)
      }
    }
    change(&answer)
    return try replica.apply([answer], to: page, now: Self.now)
  }

  /// Takes these records as the hub sends them.
  func receive(_ records: [(id: RecordID, values: [String: Value])], first handle: Int64 = 1) throws
  {
    let names = Array(Set(records.flatMap(\.values.keys))).sorted()
    let stamp = Stamp(clock: HybridClock.reading(Self.now), device: 1)
    let changes = records.enumerated().map { index, record in
      RecordChange(
        kind: .create, id: record.id, handle: handle + Int64(index), stamp: stamp,
        fields: names.enumerated().compactMap { position, name in
          record.values[name].map { FieldChange(field: position, value: $0, stamp: stamp) }
        })
    }
    var answer = SyncAnswer(hubClock: Self.now)
    answer.pull = Changeset(
      groups: [ChangeGroup(type: "contact", fields: names, records: changes)])
    _ = try replica.apply([answer], to: PendingPage(), now: Self.now)
  }

  static func id(_ number: UInt64) -> RecordID {
    RecordID.v7(milliseconds: UInt64(now), random: (number >> 62, number))
  }

  static let contact: [String: Value] = [
    "display_name": "Représentante fictive", "function_title": "Préfète", "base_code": "GAO",
    "contact_type": "autorite_administrative", "relationship": "reguliere",
    "consent_basis": "fonction_officielle", "status": "actif", "scope": "mission",
  ]
}
