import Foundation
import Testing

@testable import Shared
@testable import SyncServer

/// A home of a hub for the conformance suite: made empty, opened as often as a test likes.
protocol HubHome: SendableMetatype {
  init(schema: Schema) throws
  func open() throws -> any HubStore
}

final class SQLiteHubHome: HubHome {
  private let folder = NSTemporaryDirectory() + "djoliba-store-\(UUID().uuidString)"
  private var path: String { folder + "/hub.sqlite" }

  init(schema: Schema) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try SQLiteHubStore.create(path: path, schema: schema)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func open() throws -> any HubStore { try SQLiteHubStore(path: path) }
}

/// What any store must do. Another store adds its home to the list and passes the same tests.
@Suite struct HubStoreTests {
  static let homes: [any HubHome.Type] = [SQLiteHubHome.self]

  private let contact = Schema.mission[type: "contact"]!
  private let base = Schema.mission[type: "base"]!
  private let stamp = Stamp(clock: 1 << 40, device: 3)

  private func record(_ number: UInt64, _ values: [String: Value] = [:]) -> StoredRecord {
    var stamps = FieldStamps(record: stamp)
    stamps.set("email", Stamp(clock: .max, device: .max))
    return StoredRecord(
      handle: 0, id: Sample.id(number), values: Sample.contact.merging(values) { $1 },
      stamps: stamps, seq: Int64(number), entered: Int64(number), isDeleted: false)
  }

  @Test(arguments: homes)
  func `a record is found by id and by handle as it was written`(home: any HubHome.Type) throws {
    let store = try home.init(schema: .mission).open()
    let written = record(1, ["email": "é@example.ml"])
    try store.write { transaction throws in
      let handle = try transaction.insert(written, contact)
      for found in [
        try transaction.record(contact, id: written.id),
        try transaction.record(contact, handle: handle),
      ] {
        #expect(found?.handle == handle)
        #expect(found?.id == written.id)
        #expect(found?.values == written.values)
        #expect(found?.stamps == written.stamps)
        #expect(found?.seq == 1 && found?.entered == 1 && found?.isDeleted == false)
      }
      #expect(try transaction.record(contact, id: Sample.id(2)) == nil)
      #expect(try transaction.record(contact, handle: handle + 1) == nil)
      #expect(try transaction.record(base, handle: handle) == nil)
    }
  }

  @Test(arguments: homes)
  func `living records are found by the values of their fields, in the order they came`(
    home: any HubHome.Type
  ) throws {
    let store = try home.init(schema: .mission).open()
    try store.write { transaction throws in
      let rows: [[String: Value]] = [
        ["locality": "Gao"], ["locality": "Kidal"], ["locality": "Gao", "organisation": "O'Hara"],
        [:],
      ]
      for (index, values) in rows.enumerated() {
        var record = record(UInt64(index + 1), values)
        record.isDeleted = index == 0
        _ = try transaction.insert(record, contact)
      }
      func found(_ conditions: [(field: String, value: Value)]) throws -> [RecordID] {
        try transaction.find(contact, where: conditions).map(\.id)
      }
      #expect(try found([("locality", "Gao")]) == [Sample.id(3)])
      #expect(try found([("organisation", "O'Hara"), ("locality", "Gao")]) == [Sample.id(3)])
      #expect(try found([("locality", .null)]) == [Sample.id(4)])
      #expect(try found([]) == [2, 3, 4].map { Sample.id($0) })
      #expect(try found([("locality", "gao")]) == [])
    }
  }

  @Test(arguments: homes)
  func `an update writes the named fields and what belongs to the record`(
    home: any HubHome.Type
  ) throws {
    let store = try home.init(schema: .mission).open()
    try store.write { transaction throws in
      var changed = record(1, ["email": "a@example.ml", "locality": "Gao"])
      changed.handle = try transaction.insert(changed, contact)
      changed.values["email"] = nil
      changed.values["locality"] = "not named, so not written"
      changed.stamps.set("email", Stamp(clock: 9, device: 9))
      (changed.seq, changed.entered, changed.isDeleted) = (7, 6, true)
      try transaction.update(changed, fields: ["email"], contact)
      let found = try #require(try transaction.record(contact, handle: changed.handle))
      #expect(found.values["email"] == nil)
      #expect(found.values["locality"] == "Gao")
      #expect(found.stamps == changed.stamps)
      #expect(found.seq == 7 && found.entered == 6 && found.isDeleted)
      #expect(try transaction.list(contact, limit: 9).isEmpty)
      #expect(try transaction.matching(contact, prefix: "").map(\.handle) == [found.handle])
    }
  }

  @Test(arguments: homes)
  func `references are ids or codes of records that live`(home: any HubHome.Type) throws {
    let store = try home.init(schema: .mission).open()
    try store.write { transaction throws in
      var gao = record(1)
      gao.values = ["code": "GAO", "name": "Gao", "scope": "mission"]
      gao.handle = try transaction.insert(gao, base)
      #expect(try transaction.referenced(base, "GAO")?["name"] == "Gao")
      #expect(try transaction.referenced(base, gao.id.description)?["code"] == "GAO")
      #expect(try transaction.referenced(base, "BDG") == nil)
      #expect(try transaction.referenced(contact, "GAO") == nil)
      gao.isDeleted = true
      try transaction.update(gao, fields: [], base)
      #expect(try transaction.referenced(base, "GAO") == nil)
      #expect(try transaction.referenced(base, gao.id.description) == nil)
    }
  }

  @Test(arguments: homes)
  func `lists are limited and a prefix finds two at most`(home: any HubHome.Type) throws {
    let store = try home.init(schema: .mission).open()
    try store.write { transaction throws in
      for number in 1...3 { _ = try transaction.insert(record(UInt64(number)), contact) }
      #expect(try transaction.list(contact, limit: 2).map(\.id) == [Sample.id(1), Sample.id(2)])
      let id = Sample.id(3).description
      #expect(try transaction.matching(contact, prefix: String(id.prefix(8))).count == 2)
      #expect(try transaction.matching(contact, prefix: id).map(\.id) == [Sample.id(3)])
      #expect(try transaction.matching(contact, prefix: "zzz").isEmpty)
      let counts = try transaction.countRecords()
      #expect(counts.map { "\($0.type) \($0.scope) \($0.count)" } == ["contact mission 3"])
    }
  }

  @Test(arguments: homes)
  func `the feed goes on after a number, in order, also in the middle of a run`(
    home: any HubHome.Type
  ) throws {
    let store = try home.init(schema: .mission).open()
    try store.write { transaction throws in
      var run = FeedRun(FeedEntry(seq: 4, type: "contact", handle: 40, kind: .changed))
      for (seq, type, handle, kind, isNext) in [
        (6, "contact", 41, FeedEntry.Kind.changed, false), (5, "contact", 42, .changed, false),
        (5, "base", 41, .changed, false), (5, "contact", 41, .left, false),
        (5, "contact", 41, .changed, true), (6, "contact", 42, .changed, true),
      ] as [(Int64, String, Int64, FeedEntry.Kind, Bool)] {
        let entry = FeedEntry(seq: seq, type: type, handle: handle, kind: kind)
        #expect(run.extend(by: entry) == isNext)
      }
      let left = FeedEntry(seq: 7, type: "contact", handle: 9, kind: .left)
      try transaction.addFeed(FeedRun(left), .mission)
      try transaction.addFeed(run, .mission)
      let first = FeedEntry(seq: 1, type: "contact", handle: 10, kind: .changed)
      try transaction.addFeed(FeedRun(first), .mission)
      let other = FeedEntry(seq: 2, type: "base", handle: 5, kind: .changed)
      try transaction.addFeed(FeedRun(other), .base("GAO"))
      func feed(_ scope: Scope, _ seq: Int64, _ limit: Int) throws -> [Int64] {
        try transaction.feed(scope, after: seq, limit: limit).map(\.handle)
      }
      #expect(try feed(.mission, 0, 9) == [10, 40, 41, 42, 9])
      #expect(try feed(.mission, 0, 3) == [10, 40, 41])
      #expect(try feed(.mission, 4, 1) == [41])
      #expect(try feed(.mission, 5, 9) == [42, 9])
      #expect(try feed(.mission, 7, 9) == [])
      #expect(try transaction.feed(.mission, after: 4, limit: 9).map(\.seq) == [5, 6, 7])
      #expect(try feed(.base("GAO"), 0, 9) == [5])
      #expect(try transaction.feed(.mission, after: 6, limit: 9).first?.kind == .left)
    }
  }

  @Test(arguments: homes)
  func `a mark holds for every number of its batch and none beyond`(
    home: any HubHome.Type
  ) throws {
    let store = try home.init(schema: .mission).open()
    try store.write { transaction throws in
      try transaction.addMark(.mission, seq: 10, mark: .max, received: 1000)
      try transaction.addMark(.mission, seq: 20, mark: 7, received: 2000)
      try transaction.addMark(.bamako, seq: 30, mark: 8, received: 3000)
      let marks = try [1, 10, 11, 20, 21].map { try transaction.mark(.mission, at: $0) }
      let times = try [1, 10, 11, 20, 21].map { try transaction.received(.mission, at: $0) }
      #expect(times == [1000, 1000, 2000, 2000, nil])
      #expect(marks == [.max, .max, 7, 7, nil])
    }
  }

  @Test(arguments: homes)
  func `scopes keep their number, digest and count`(home: any HubHome.Type) throws {
    let store = try home.init(schema: .mission).open()
    try store.write { transaction throws in
      #expect(try transaction.scopes().isEmpty)
      try transaction.save(.mission, ScopeState(seq: 1))
      let state = ScopeState(seq: 2, digest: Digest(high: .max, low: 1), records: 5)
      try transaction.save(.mission, state)
      let found = try #require(try transaction.scopes()[.mission])
      #expect(found.seq == 2 && found.digest == state.digest && found.records == 5)
    }
  }

  @Test(arguments: homes)
  func `history comes back in order, and says which fields changed after a number`(
    home: any HubHome.Type
  ) throws {
    let store = try home.init(schema: .mission).open()
    try store.write { transaction throws in
      for (index, field) in ["", "email", "locality", "email", "*"].enumerated() {
        try transaction.addHistory(
          HubHistoryLine(
            type: "contact", handle: 1, field: field, replaced: .real(0.5),
            replacedStamp: Stamp(clock: .max, device: .max), stamp: stamp,
            received: Int64(index), seq: Int64(index + 1)))
      }
      let lines = try transaction.history("contact", 1)
      #expect(lines.map(\.field) == ["", "email", "locality", "email", "*"])
      #expect(lines[1].replaced == .real(0.5) && lines[1].received == 1)
      #expect(lines[1].replacedStamp == Stamp(clock: .max, device: .max))
      #expect(lines[1].stamp == stamp && lines[1].seq == 2)
      #expect(try transaction.history("contact", 2).isEmpty)
      #expect(try transaction.history("base", 1).isEmpty)
      #expect(try transaction.changedFields("contact", 1, after: 0) == ["email", "locality"])
      #expect(try transaction.changedFields("contact", 1, after: 3) == ["email"])
      #expect(try transaction.changedFields("contact", 1, after: 5) == [])
    }
  }
}

extension HubStoreTests {
  @Test(arguments: homes)
  func `conflicts are found by version and device, and know what lost`(
    home: any HubHome.Type
  ) throws {
    let store = try home.init(schema: .mission).open()
    try store.write { transaction throws in
      let sides: [(Int64, UInt32, UInt32)] = [(1, 2, 3), (2, 3, 4), (3, 0, 2)]
      for (version, winner, loser) in sides {
        try transaction.addConflict(conflict(version, winner: winner, loser: loser))
      }
      func versions(_ after: Int64, _ device: UInt32?, _ limit: Int = 9) throws -> [Int64] {
        try transaction.conflicts(after: after, device: device, limit: limit).map(\.version)
      }
      #expect(try versions(0, nil) == [1, 2, 3])
      #expect(try versions(0, 2) == [1, 3])
      #expect(try versions(1, 3) == [2])
      #expect(try versions(0, 9) == [])
      #expect(try versions(0, nil, 2) == [1, 2])
      #expect(try transaction.openConflictCount() == 3)
      let id = try #require(try transaction.conflicts(after: 0, device: 4, limit: 1).first?.id)
      try transaction.setConflict(id, status: "kept", version: 4)
      #expect(try versions(3, nil) == [2 + 2])
      #expect(try transaction.openConflictCount() == 2)
      let kept = try #require(try transaction.conflict(id))
      #expect(kept.status == "kept" && kept.field == "email" && kept.record == Sample.id(1))
      #expect(kept.loser.value == "lost" && kept.winner.value.isNull)
      #expect(try transaction.conflict(99) == nil)
      func hasLost(
        _ type: String, _ handle: Int64, _ field: String, _ device: UInt32, _ value: Value
      ) throws -> Bool {
        let loser = FieldState(value: value, stamp: Stamp(clock: .max, device: device))
        return try transaction.hasLost(type, handle, field, loser)
      }
      #expect(try hasLost("contact", 1, "email", 4, "lost"))
      for (type, handle, field, device, value) in [
        ("base", 1, "email", 4, "lost"), ("contact", 2, "email", 4, "lost"),
        ("contact", 1, "locality", 4, "lost"), ("contact", 1, "email", 9, "lost"),
        ("contact", 1, "email", 4, "other"), ("contact", 1, "email", 4, .null),
      ] as [(String, Int64, String, UInt32, Value)] {
        #expect(try !hasLost(type, handle, field, device, value))
      }
    }
  }

  private func conflict(_ version: Int64, winner: UInt32, loser: UInt32) -> HubConflict {
    HubConflict(
      id: 0, version: version, type: "contact", handle: 1, record: Sample.id(1), scope: .mission,
      field: "email", status: "open",
      winner: FieldState(value: .null, stamp: Stamp(clock: 5, device: winner)),
      loser: FieldState(value: "lost", stamp: Stamp(clock: .max, device: loser)), received: 6)
  }

  @Test(arguments: homes)
  func `devices are numbered, found by their token and changed`(home: any HubHome.Type) throws {
    let store = try home.init(schema: .mission).open()
    try store.write { transaction throws in
      let first = try transaction.addDevice(device("Gao 1", token: 1))
      let second = try transaction.addDevice(device("Gao 2", token: 2))
      #expect(first > 0 && second > first)
      var found = try #require(try transaction.device(tokenHash: [2, 2]))
      #expect(found.number == second && found.name == "Gao 2" && found.lastSync == nil)
      #expect(found.grant == Sample.gao && found.role == .cz && found.state == .active)
      #expect(try transaction.device(tokenHash: [3]) == nil)
      (found.lastSync, found.clockError, found.waiting) = (7, -8, 9)
      (found.state, found.grant, found.grantVersion) = (.revoked, .all, 2)
      try transaction.update(found)
      let changed = try #require(try transaction.devices().last)
      #expect(changed.lastSync == 7 && changed.clockError == -8 && changed.waiting == 9)
      #expect(changed.state == .revoked && changed.grant == .all && changed.grantVersion == 2)
      #expect(try transaction.devices().map(\.number) == [first, second])
      #expect(try transaction.deviceNames(from: second) == [second: "Gao 2"])
      #expect(
        try transaction.deviceNames(from: 0) == [0: "Bamako", first: "Gao 1", second: "Gao 2"])
    }
  }

  private func device(_ name: String, token: UInt8) -> HubDevice {
    HubDevice(
      number: 0, name: name, base: "GAO", role: .cz, grant: Sample.gao, grantVersion: 1,
      tokenHash: [token, token], lastSync: nil, waiting: 0, clockError: 0, program: "test",
      state: .active)
  }

  @Test(arguments: homes)
  func `an invitation remembers who used it`(home: any HubHome.Type) throws {
    let store = try home.init(schema: .mission).open()
    try store.write { transaction throws in
      try transaction.addInvitation(
        StoredInvitation(
          codeHash: [1], name: "Gao", base: "GAO", role: .saisie, grant: Sample.gao, expires: 5,
          usedBy: nil))
      let fresh = try #require(try transaction.invitation(codeHash: [1]))
      #expect(fresh.usedBy == nil && fresh.grant == Sample.gao && fresh.expires == 5)
      #expect(fresh.name == "Gao" && fresh.base == "GAO" && fresh.role == .saisie)
      try transaction.useInvitation(codeHash: [1], device: 4)
      #expect(try transaction.invitation(codeHash: [1])?.usedBy == 4)
      #expect(try transaction.invitation(codeHash: [2]) == nil)
    }
  }

  @Test(arguments: homes)
  func `counters begin at zero and hold any number`(home: any HubHome.Type) throws {
    let store = try home.init(schema: .mission).open()
    try store.write { transaction throws in
      #expect(try transaction.counter(.clock) == 0)
      try transaction.set(.clock, .min)
      try transaction.set(.conflictVersion, 3)
      #expect(try transaction.counter(.clock) == .min)
      #expect(try transaction.counter(.conflictVersion) == 3)
    }
  }

  @Test(arguments: homes)
  func `a transaction that throws leaves nothing and passes its problem on`(
    home: any HubHome.Type
  ) throws {
    let store = try home.init(schema: .mission).open()
    #expect(throws: Problem(.cursor)) {
      try store.write { transaction throws in
        try writeSomething(transaction)
        throw Problem(.cursor)
      }
    }
    try store.read { transaction throws in #expect(try isEmpty(transaction)) }
  }

  @Test(arguments: homes)
  func `what was written is there for a second handle and after opening again`(
    home: any HubHome.Type
  ) throws {
    let home = try home.init(schema: .mission)
    let (store, second) = (try home.open(), try home.open())
    try second.read { transaction throws in #expect(try isEmpty(transaction)) }
    try store.write { try writeSomething($0) }
    try second.read { transaction throws in #expect(try !isEmpty(transaction)) }
    let third = try home.open()
    #expect(third.schema.source == Schema.mission.source)
    try third.read { transaction throws in
      #expect(try transaction.record(contact, id: Sample.id(1)) != nil)
      #expect(try transaction.mark(.mission, at: 1) == 9)
      #expect(try transaction.history("contact", 1).count == 1)
      #expect(try transaction.counter(.clock) == 5)
      #expect(try transaction.devices().count == 1)
    }
  }

  private func writeSomething(_ transaction: any HubTransaction) throws {
    _ = try transaction.insert(record(1), contact)
    try transaction.save(.mission, ScopeState(seq: 1))
    try transaction.addMark(.mission, seq: 1, mark: 9, received: 100)
    let entry = FeedEntry(seq: 1, type: "contact", handle: 1, kind: .changed)
    try transaction.addFeed(FeedRun(entry), .mission)
    try transaction.addHistory(
      HubHistoryLine(
        type: "contact", handle: 1, field: "", replaced: .null, replacedStamp: .never,
        stamp: stamp, received: 0, seq: 1))
    try transaction.addConflict(conflict(1, winner: 1, loser: 2))
    _ = try transaction.addDevice(device("Gao", token: 1))
    try transaction.set(.clock, 5)
  }

  private func isEmpty(_ transaction: any HubTransaction) throws -> Bool {
    try transaction.list(contact, limit: 1).isEmpty && transaction.scopes().isEmpty
      && transaction.mark(.mission, at: 1) == nil
      && transaction.feed(.mission, after: 0, limit: 1).isEmpty
      && transaction.history("contact", 1).isEmpty && transaction.openConflictCount() == 0
      && transaction.devices().isEmpty && transaction.counter(.clock) == 0
  }
}
