import Testing

@testable import Shared
@testable import SyncServer

/// One exchange at the hub: merge first, then collect.
@Suite struct HubAdmittingTests {
  private let table: HubTable
  private let gao: Visitor
  private let bamako: Visitor

  init() throws {
    table = try HubTable()
    gao = try table.visitor("GAO", .resp_base, Sample.gao)
    bamako = try table.visitor("BKO", .dp)
  }

  /// A record that both devices hold, its handle and its stamp.
  private func shared(
    _ type: String, _ values: [String: Value], by visitor: Visitor? = nil
  ) throws -> (id: RecordID, handle: Int64, stamp: Stamp) {
    let writer = visitor ?? gao
    let id = Schema.mission[type: type]!.id(values) ?? Sample.id(1)
    let stamp = writer.stamp()
    let answer = try writer.sync(.create(type, id, values, stamp))
    #expect(answer.verdicts == [])
    try gao.sync()
    try bamako.sync()
    table.time.advance(1000)
    return (id, answer.handles[0], stamp)
  }

  @Test func `what a device overwrites stays in the history`() throws {
    let contact = try shared("contact", Sample.contact)
    for name in ["Deuxième", "Troisième"] {
      let stands = try #require(try table.stored("contact", contact.id)).state(of: "display_name")
      try gao.sync(
        .update(
          "contact", contact.handle, ["display_name": .text(name)], gao.stamp(),
          seen: stands.stamp))
    }
    let names = try table.hub.history("contact", "\(contact.id)")
      .filter { $0.field == "display_name" }.map(\.value)
    #expect(names == ["Personne fictive", "Deuxième", "Troisième"])
  }

  @Test func `the answer skips what this request brought and brings what others did`() throws {
    let contact = try shared("contact", Sample.contact)
    try bamako.sync(
      .update("contact", contact.handle, ["email": "b@x.ml"], bamako.stamp(), seen: .never))
    let answer = try gao.sync(
      .update("contact", contact.handle, ["locality": "Gao"], gao.stamp(), seen: .never),
      .create("contact", Sample.id(2), Sample.contact, gao.stamp()))
    #expect(answer.brought == ["update contact \(contact.handle) email"])
    #expect(answer.handles.count == 1 && answer.verdicts == [])
    #expect(answer.proof(.mission)?.digest == (try table.digest(.mission)))
  }

  @Test func `a device put back from an old copy gets its own lost writes`() throws {
    let contact = try shared("contact", Sample.contact)
    let old = gao.cursors
    let stamp = gao.stamp()
    try gao.sync(
      .update("contact", contact.handle, ["email": "mine@x.ml"], stamp, seen: .never),
      .create("contact", Sample.id(2), Sample.contact, gao.stamp()))
    gao.cursors = old
    let answer = try gao.sync(
      .update("contact", contact.handle, ["locality": "Gao"], gao.stamp(), seen: .never))
    #expect(answer.brought.count == 2)
    #expect(answer.brought[0].hasPrefix("create contact"))
    #expect(answer.brought[1] == "update contact \(contact.handle) email")
  }

  @Test func `asking twice gives the same handles, no second line and no second conflict`()
    throws
  {
    let contact = try shared("contact", Sample.contact)
    let seen = contact.stamp
    try bamako.sync(
      .update("contact", contact.handle, ["display_name": "B"], bamako.stamp(), seen: seen))
    let deletable = try gao.sync(.create("contact", Sample.id(3), Sample.contact, gao.stamp()))
    let deleted = try #require(try table.stored("contact", Sample.id(3)))
    let request = gao.request([
      .create("contact", Sample.id(2), Sample.contact, gao.stamp()),
      .update("contact", contact.handle, ["display_name": "A"], gao.stamp(), seen: seen),
      .delete("contact", deletable.handles[0], gao.stamp(), seen: deleted.stamps),
    ])
    let first = try gao.ask(request)
    let (lines, scopes) = (try allLines(), try table.scopes()[.mission])
    for _ in 1...2 {
      let again = try gao.ask(request)
      #expect(again.handles == first.handles)
      #expect(again.verdicts.map(\.kind).contains(.refused) == false)
    }
    #expect(try allLines() == lines)
    #expect(try table.hub.conflicts().count == 1)
    #expect(try table.scopes()[.mission]?.seq == scopes?.seq)
    #expect(try table.scopes()[.mission]?.digest == scopes?.digest)
  }

  @Test func `a creation that comes again does not come back, unless somebody changed it`() throws {
    let request = gao.request([.create("contact", Sample.id(2), Sample.contact, gao.stamp())])
    let first = try gao.ask(request)
    let again = try gao.ask(request)
    #expect(again.handles == first.handles && again.verdicts.isEmpty && again.pull.isEmpty)
    #expect(try table.history("contact", first.handles[0]).isEmpty, "it met nobody but itself")
    try bamako.sync()
    let seen = try #require(try table.stored("contact", Sample.id(2))).state(of: "status").stamp
    try bamako.sync(
      .update("contact", first.handles[0], ["status": "parti"], bamako.stamp(), seen: seen))
    let late = try gao.ask(request)
    #expect(late.handles == first.handles)
    let whole = try #require(late.pull.groups.first)
    let status = try #require(whole.fields.firstIndex(of: "status"))
    #expect(whole.records[0].fields.contains { $0.field == status && $0.value == "parti" })
  }

  private func allLines() throws -> Int {
    try (1...5).reduce(0) { try $0 + table.history("contact", Int64($1)).count }
  }

  @Test func `a creation that met another and comes once more does not undo a deletion since`()
    throws
  {
    let table = try HubTable()
    let (gao, bamako) = (try table.visitor("GAO"), try table.visitor())
    let id = Sample.key("roadmap_progress", Sample.progress)
    let early = ChangeGroup.create("roadmap_progress", id, Sample.progress, gao.stamp())
    table.time.advance(1000)
    let created = try bamako.sync(
      .create("roadmap_progress", id, Sample.progress, bamako.stamp()))
    let request = gao.request([early])
    _ = try gao.ask(request)
    let stored = try #require(try table.stored("roadmap_progress", id))
    try bamako.sync(
      .delete("roadmap_progress", created.handles[0], bamako.stamp(), seen: stored.stamps))
    #expect(try table.stored("roadmap_progress", id)?.isDeleted == true)
    _ = try gao.ask(request)
    #expect(try table.stored("roadmap_progress", id)?.isDeleted == true)
    let creations = try table.history("roadmap_progress", stored.handle).filter { $0.field == "" }
    #expect(creations.map(\.stamp.device) == [bamako, gao].map(\.device.number))
  }

  @Test func `a repeated winner that the hub ruled on does not come back over a later edit`()
    throws
  {
    let progress = try shared("roadmap_progress", Sample.progress, by: bamako)
    let cautious = bamako.request([
      .update(
        "roadmap_progress", progress.handle, ["rag": "rouge"], bamako.stamp(), seen: progress.stamp)
    ])
    table.time.advance(1000)
    let other = try table.visitor("BKO", .dp)
    try other.sync(
      .update(
        "roadmap_progress", progress.handle, ["rag": "vert"], other.stamp(), seen: progress.stamp))
    let ruled = try bamako.ask(cautious)
    #expect(ruled.verdicts.map(\.kind) == [.won])
    let ruling = try #require(try table.stored("roadmap_progress", progress.id)).state(of: "rag")
    #expect(ruling.value == "rouge" && ruling.stamp.device == 0)
    try other.sync(
      .update(
        "roadmap_progress", progress.handle, ["rag": "vert"], other.stamp(), seen: ruling.stamp))
    let again = try bamako.ask(cautious)
    #expect(again.verdicts.map(\.kind) == [.superseded])
    #expect(try table.stored("roadmap_progress", progress.id)?.values["rag"] == "vert")
    #expect(try table.hub.conflicts().count == 1)
  }

  @Test func `a cautious choice gets the hub's stamp, and both authors hear of it`() throws {
    let progress = try shared("roadmap_progress", Sample.progress, by: bamako)
    let other = try table.visitor("BKO", .dp)
    try other.sync()
    let third = try table.visitor("BKO", .dp)
    let early = bamako.stamp()
    table.time.advance(1000)
    let late = other.stamp()
    try other.sync(
      .update("roadmap_progress", progress.handle, ["rag": "vert"], late, seen: progress.stamp))
    let answer = try bamako.sync(
      .update("roadmap_progress", progress.handle, ["rag": "rouge"], early, seen: progress.stamp))
    let ruling = try #require(try table.stored("roadmap_progress", progress.id)).state(of: "rag")
    #expect(ruling.value == "rouge" && ruling.stamp > late && ruling.stamp.device == 0)
    #expect(answer.pull.groups[0].records[0].fields.contains { $0.stamp == ruling.stamp })
    let told = try other.sync()
    #expect(told.brought == ["update roadmap_progress \(progress.handle) rag"])
    #expect(told.pull.groups[0].records[0].fields[0].stamp == ruling.stamp)
    for notices in [answer.notices, told.notices] {
      #expect(notices.map(\.winner.stamp) == [early])
      #expect(notices.map(\.loser.stamp) == [late])
    }
    #expect(try third.sync().notices == [])
    #expect(told.proof(.mission)?.digest == (try table.digest(.mission)))
  }

  @Test func `the higher rank stands against a later lower one`() throws {
    let pack = try shared("security_pack", Sample.pack)
    try bamako.sync(
      .update(
        "security_pack", pack.handle, ["status": "soumis_dp"], bamako.stamp(), seen: pack.stamp))
    table.time.advance(1000)
    let answer = try gao.sync(
      .update(
        "security_pack", pack.handle, ["status": "en_revue_cz"], gao.stamp(), seen: pack.stamp))
    #expect(answer.verdicts.map(\.kind) == [.lost])
    let standing = try #require(try table.stored("security_pack", pack.id)).state(of: "status")
    #expect(standing.value == "soumis_dp" && standing.stamp.device == 0)
    #expect(try bamako.sync().brought == ["update security_pack \(pack.handle) status"])
    #expect(try table.hub.conflicts().first?.status == "open")
  }

  @Test func `a gate lets the director approve and nobody else`() throws {
    let pack = try shared("security_pack", Sample.pack)
    let refused = try gao.sync(
      .update("security_pack", pack.handle, ["status": "valide"], gao.stamp(), seen: pack.stamp))
    #expect(refused.verdicts.map(\.code) == ["role_not_allowed"])
    #expect(refused.brought.first?.hasPrefix("create security_pack") == true)
    let approved = try bamako.sync(
      .update("security_pack", pack.handle, ["status": "valide"], bamako.stamp(), seen: pack.stamp))
    #expect(approved.verdicts == [])
    #expect(try table.stored("security_pack", pack.id)?.values["status"] == "valide")
  }

  @Test func `a proposal is kept until somebody decides, also that of a new record`() throws {
    let pack = try shared("security_pack", Sample.pack)
    let later = ChangeGroup.update(
      "security_pack", pack.handle, ["approved_on": "2026-07-01"], gao.stamp(), seen: .never)
    #expect(try gao.sync(later).verdicts.map(\.kind) == [.proposed])
    let new = ChangeGroup.create(
      "security_pack", Sample.id(9), Sample.pack.merging(["approved_hash": "abc"]) { $1 },
      gao.stamp())
    let request = gao.request([new])
    #expect(try gao.ask(request).verdicts.map(\.kind) == [.proposed])
    #expect(try gao.ask(request).verdicts.map(\.kind) == [.proposed])
    let waiting = try table.hub.conflicts()
    #expect(waiting.map(\.status) == ["proposal", "proposal"])
    #expect(waiting.map(\.loser.value) == ["abc", "2026-07-01"])
    #expect(try gao.sync().notices.map(\.loser.value) == ["abc"])
    for conflict in waiting { try table.hub.restoreConflict(conflict.id, language: .fr) }
    #expect(try table.stored("security_pack", pack.id)?.values["approved_on"] == "2026-07-01")
    #expect(try table.stored("security_pack", Sample.id(9))?.values["approved_hash"] == "abc")
    #expect(try table.hub.conflicts().map(\.status) == ["restored", "restored"])
    let told = try gao.sync()
    #expect(told.brought.count == 2 && told.notices.map(\.status) == ["restored", "restored"])
    #expect(throws: Problem(.already_settled, at: "conflict \(waiting[0].id)")) {
      try table.hub.keepConflict(waiting[0].id)
    }
  }

  @Test func `a push from the future or from a wrong clock is not examined and writes nothing`()
    throws
  {
    let contact = try shared("contact", Sample.contact)
    let before = try table.scopes()[.mission]
    let clock = try table.store.read { try $0.counter(.clock) }
    let ahead = Stamp(
      clock: HybridClock.reading(table.time.now + Limits.clockTolerance + 1),
      device: gao.device.number)
    let future = gao.request([
      .update("contact", contact.handle, ["email": "f@x.ml"], ahead, seen: .never)
    ])
    var wrong = gao.request([
      .update("contact", contact.handle, ["email": "f@x.ml"], gao.stamp(), seen: .never)
    ])
    var requests = [future]
    for offset in [-Limits.clockTolerance - 1, Limits.clockTolerance + 1, .min, .max] {
      wrong.deviceClock = table.time.now &+ offset
      requests.append(wrong)
    }
    for request in requests {
      let answer = try gao.ask(request)
      #expect(!answer.examined && answer.verdicts == [] && answer.handles == [])
      #expect(answer.hubClock == table.time.now)
    }
    #expect(try table.scopes()[.mission]?.seq == before?.seq)
    #expect(try table.store.read { try $0.counter(.clock) } == clock)
    #expect(try table.stored("contact", contact.id)?.values["email"] == nil)
    wrong.deviceClock = table.time.now - 3_600_000
    wrong.correction = 3_600_000
    #expect(try gao.ask(wrong).examined)
  }

  @Test func `the hub's clock follows what it admits, never beyond the tolerance`() throws {
    let contact = try shared("contact", Sample.contact)
    let edge = Stamp(
      clock: HybridClock.reading(table.time.now + Limits.clockTolerance), device: gao.device.number)
    try gao.sync(.update("contact", contact.handle, ["email": "e@x.ml"], edge, seen: .never))
    let clock = try table.store.read { try $0.counter(.clock) }
    #expect(clock >> 16 <= table.time.now + Limits.clockTolerance)
    #expect(UInt64(bitPattern: clock) >= edge.clock)
  }

  @Test func `a scope that the hub filled in comes back to the writer`() throws {
    var values = Sample.contact
    values["scope"] = nil
    let answer = try gao.sync(.create("contact", Sample.id(1), values, gao.stamp()))
    #expect(answer.brought.count == 1)
    #expect(answer.brought[0].contains("scope"))
    #expect(try table.stored("contact", Sample.id(1))?.scope == .mission)
  }

  @Test func `the names of all devices and the hub's come once`() throws {
    let all = try gao.sync()
    #expect(all.names.map(\.name) == ["Bamako", "GAO 1", "BKO 2"])
    var request = gao.request([])
    request.knownDevices = bamako.device.number + 1
    #expect(try gao.ask(request).names == [])
    let late = try table.visitor("GAO")
    #expect(try gao.ask(request).names.map(\.number) == [late.device.number])
  }

  @Test func `the hub notes when a device was here and how its clock stood`() throws {
    var request = gao.request([])
    request.deviceClock = table.time.now + 5000
    request.waiting = 12
    _ = try gao.ask(request)
    let device = try #require(try table.store.read { try $0.devices() }.first)
    #expect(device.lastSync == table.time.now && device.clockError == 5000)
    #expect(device.waiting == 12)
  }
}
