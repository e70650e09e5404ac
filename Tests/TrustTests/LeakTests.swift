import Foundation
import Testing

@testable import FieldClient
@testable import Shared
@testable import SyncServer

/// Words that stand in scopes which a laptop does not read, in records, their history, their conflicts, in
/// what was deleted there and in what once was the laptop's to read, come to it by no way: not through
/// its own syncs, repairs and bundles, nor through whatever else its token can ask.
@Suite struct LeakTests {
  private static let hidden = "Zanzibarite"
  /// What it may read, so that the looking is known to find.
  private static let open = "Tombouctoise"
  private static let elsewhere: [Scope] = [.base("KDL"), .base("TES"), .bamako]

  @Test func `no word of another scope comes to a laptop, whatever it asks`() async throws {
    try await Live.run { live in
      let laptop = try await live.laptop("GAO", .dp)
      let moved = try standingInSight(live)
      #expect(try await laptop.sync().received == moved.count)
      try moved.forEach { try move($0, live) }
      let ids = try Schema.mission.types.flatMap { type in try fill(type, live) }
      #expect(try await laptop.sync().complete)
      #expect(try await laptop.verify().complete)
      try exchangeBundles(laptop, live)
      #expect(try laptop.search(Self.hidden).isEmpty && !laptop.search(Self.open).isEmpty)
      let (files, words) = try look(laptop.directory)
      #expect(files > 2 && words.contains(Self.open))
      #expect(!words.contains(Self.hidden), "in the laptop's files")

      let device = try #require(try live.hub.devices().last).number
      var opened = 0
      for (path, message) in asked(ids + moved.map(\.id), device, live.time.now) {
        let (status, body) = try await laptop.post(path, message)
        let text = String(decoding: body, as: UTF8.self)
        #expect(!text.contains(Self.hidden), "\(path) \(status)")
        if text.contains(Self.open) { opened += 1 }
      }
      #expect(opened >= 2, "what it may read comes by a sync and by a repair")
      for path in ["/metrics", "/v1/health", "/v1/\(Self.hidden)x"] {
        #expect(try await !live.curl(path).text.contains(Self.hidden))
      }
    }
  }

  // MARK: What the hub holds

  private struct Standing {
    let type: RecordType
    let id: RecordID
    let field: String
  }

  /// One of each type that the laptop reads, and that leaves its sight later.
  private func standingInSight(_ live: Live) throws -> [Standing] {
    try Schema.mission.types.map { type in
      try insert(type, 1, in: .base("GAO"), Self.open, live)
    }
  }

  private func move(_ standing: Standing, _ live: Live) throws {
    // One type stays, to be found.
    guard standing.type.name != "contact" else { return }
    try change(standing, "scope", .text(Scope.base("KDL").description), live)
    try change(standing, standing.field, .text(Self.hidden), live)
  }

  /// In each scope elsewhere a record that was changed, with a conflict, and one that was deleted.
  private func fill(_ type: RecordType, _ live: Live) throws -> [RecordID] {
    try Self.elsewhere.enumerated().flatMap { place, scope in
      let kept = try insert(type, 2 + 2 * place, in: scope, Self.hidden, live)
      try change(kept, kept.field, .text(Self.hidden + " 2"), live)
      let gone = try insert(type, 3 + 2 * place, in: scope, Self.hidden, live)
      _ = try live.hub.write(deletion(of: gone, live), language: .fr)
      return [kept.id, gone.id]
    }
  }

  private func insert(
    _ type: RecordType, _ number: Int, in scope: Scope, _ word: String, _ live: Live
  ) throws -> Standing {
    let record = CompleteRecord(type: type, number: number)
    let (field, _) = try record.changed()
    var values = try record.values(in: scope)
    values[field.name] = .text(word)
    let id = record.id(values, at: live.time.now)
    try live.insert(type, id, values) { writing, stored in
      guard scope != .base("GAO") else { return }
      try writing.keep(
        stored, type, field.name, status: .open, winner: stored.state(of: field.name),
        loser: FieldState(value: .text(Self.hidden), stamp: Stamp(clock: 1, device: 1)))
    }
    return Standing(type: type, id: id, field: field.name)
  }

  private func change(
    _ standing: Standing, _ field: String, _ value: Shared.Value, _ live: Live
  ) throws {
    let record = try stored(standing, live)
    let stamp = Stamp(clock: record.stamps.latest.clock + 1, device: 0)
    let change = ChangeGroup(
      type: standing.type.name, fields: [field],
      records: [
        RecordChange(
          kind: .update, id: nil, handle: record.handle, stamp: stamp,
          fields: [
            FieldChange(
              field: 0, value: value, stamp: stamp, seen: record.state(of: field).stamp)
          ])
      ])
    let admission = try live.hub.write(Changeset(groups: [change]), language: .fr)
    // What is written once and for all stays as it is.
    #expect(
      admission.admitted == 1 || admission.refused.map(\.code) == ["append_only"],
      "\(standing.type.name) \(admission.verdicts)")
  }

  private func deletion(of standing: Standing, _ live: Live) throws -> Changeset {
    let record = try stored(standing, live)
    return Changeset(groups: [
      ChangeGroup(
        type: standing.type.name, fields: [],
        records: [
          RecordChange(
            kind: .delete, id: nil, handle: record.handle,
            stamp: Stamp(clock: record.stamps.latest.clock + 1, device: 0), seen: record.stamps)
        ])
    ])
  }

  private func stored(_ standing: Standing, _ live: Live) throws -> StoredRecord {
    let found = try live.store.read { try $0.record(standing.type, id: standing.id) }
    return try #require(found)
  }

  // MARK: What the laptop asks

  /// There and back on a stick.
  private func exchangeBundles(_ laptop: FieldClient, _ live: Live) throws {
    let stick = live.folder.path + "/stick"
    try laptop.writeBundle(to: stick)
    let receipt = try live.hub.read(
      bundle: Array(try Data(contentsOf: URL(filePath: stick))), by: "shell:test")
    try Data(receipt.answer).write(to: URL(filePath: stick))
    _ = try laptop.readBundle(from: stick)
  }

  /// A first sync of everything, scope by scope; comparisons and whole records of what it may not hold,
  /// as if it did; new records, changes and deletions under the ids of others'.
  private func asked(
    _ ids: [RecordID], _ device: UInt32, _ time: Int64
  ) -> [(path: String, message: [UInt8])] {
    let scopes = [.mission, .base("GAO")] + Self.elsewhere
    let whole = SyncRequest(
      deviceClock: time, schemaVersion: 0, program: "", grantVersion: -1, noticeCursor: 0,
      knownDevices: 0, budget: 1 << 22, waiting: 0, cursors: scopes.map { Cursor(scope: $0) },
      push: Changeset())
    let repairs = scopes.flatMap { scope in
      stride(from: 0, to: ids.count, by: 100).map { first in
        RepairRequest(
          cursor: Cursor(scope: scope), ranges: [.all],
          wanted: Array(ids[first..<min(first + 100, ids.count)]), budget: 1 << 22)
      }
    }
    var forged = whole
    let stamp = Stamp(clock: HybridClock.reading(time) + 1, device: device)
    forged.push = Changeset(
      groups: Schema.mission.types.flatMap { type in
        [RecordChange.Kind.create, .update, .delete, .erase].map { kind in
          ChangeGroup(
            type: type.name, fields: ["scope"],
            records: ids.map { id in
              RecordChange(
                kind: kind, id: id, handle: 0, stamp: stamp,
                fields: [.create, .update].contains(kind)
                  ? [FieldChange(field: 0, value: "mission", stamp: stamp)] : [],
                seen: kind == .delete ? FieldStamps(record: stamp) : nil)
            })
        }
      })
    return [("/v1/sync", whole.encoded)] + repairs.map { ("/v1/repair", $0.encoded) }
      + [("/v1/sync", forged.encoded)]
  }

  /// How many files a folder holds, and all that is in them.
  private func look(_ folder: String) throws -> (files: Int, words: String) {
    let names = try FileManager.default.subpathsOfDirectory(atPath: folder)
    let contents = names.compactMap { try? Data(contentsOf: URL(filePath: folder + "/" + $0)) }
    return (contents.count, contents.map { String(decoding: $0, as: UTF8.self) }.joined())
  }
}
