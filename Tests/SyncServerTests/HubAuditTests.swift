import Foundation
import GRDB
import Testing

@testable import Shared
@testable import SyncServer
@testable import Work

@Suite struct HubAuditTests {
  private let table: HubTable
  private let token = String(repeating: "ab", count: 32)

  init() throws { table = try HubTable() }

  /// A device that was invited, enrolled, given other rights and shut out.
  private func history(token: String? = nil) throws {
    let code = try table.hub.invite(
      name: "Gao 1", base: "GAO", role: .cz, grant: Sample.gao, by: "shell:awa"
    ).code
    let device = try table.hub.enroll(
      EnrolmentRequest(code: code, token: token ?? self.token, program: "test")
    ).device
    try table.hub.setGrant(.all, role: .dp, of: device, by: "shell:awa")
    try table.hub.setState(.revoked, of: device, by: "shell:awa")
  }

  private func tamper(_ sql: String) throws {
    try table.store.pool.write { db in
      try db.execute(sql: "DROP TRIGGER _audit_stays; DROP TRIGGER _audit_goes_in_order")
      try db.execute(sql: sql)
    }
  }

  @Test func `what happens to a device is in the log, by whom, in the same transaction`() throws {
    try history()
    let lines = try table.hub.audit(limit: 10)
    #expect(lines.map(\.number) == [4, 3, 2, 1])
    #expect(lines.map(\.act) == ["revoke", "grant", "enroll", "invite"])
    #expect(lines.map(\.who) == ["shell:awa", "shell:awa", "device:1", "shell:awa"])
    #expect(lines[1].detail == "dp *")
    #expect(lines[3].detail == "GAO cz base:GAO,mission / base:GAO,mission")
    #expect(throws: Problem(.no_device, at: "9")) { try table.hub.setState(.revoked, of: 9) }
    #expect(try table.hub.audit(limit: 10).count == 4)
  }

  @Test func `an erasure is in the log by its id alone`() throws {
    let visitor = try table.visitor()
    try visitor.sync(
      .create("contact", Sample.id(1), Sample.contact, visitor.stamp()))
    let id = try table.hub.erase("contact", "\(Sample.id(1))", by: "shell:awa", language: .fr)
    let line = try #require(try table.hub.audit(limit: 1).first)
    #expect(line.act == "erase" && line.type == "contact" && line.record == "\(id)")
    #expect(line.detail == nil)
  }

  @Test func `a value that only some roles may give leaves a line, wherever it was given`() throws {
    let (visitor, gao) = (
      try table.visitor("BKO", .dp), try table.visitor("GAO", .resp_base, Sample.gao)
    )
    try gao.sync(.create("security_pack", Sample.id(1), Sample.pack, gao.stamp()))
    let pack = try #require(try table.stored("security_pack", Sample.id(1)))
    func lines() throws -> [AuditLine] {
      try table.hub.audit(limit: 100).filter { $0.act == "approve" }
    }
    #expect(try lines().isEmpty, "a draft is anybody's")
    table.time.advance(1000)
    let approval = ChangeGroup.update(
      "security_pack", pack.handle, ["status": "valide"], visitor.stamp(), seen: pack.stamps.record)
    for _ in 0..<2 { try visitor.sync(approval) }
    let line = try #require(try lines().first)
    #expect(try lines().count == 1, "a repeated request decides nothing")
    #expect(line.who == "device:\(visitor.device.number)" && line.detail == nil)
    #expect(line.type == "security_pack" && line.record == "\(pack.id)")
    let sitter = Sitter(
      name: "Awa", role: .referent_surete, grant: .all, person: nil, base: nil, now: table.time.now)
    let desk = HubDesk(
      hub: table.hub, sitter: sitter, number: { _ in 9 }, language: .fr,
      actor: "account:awa")
    _ = try desk.write([.set("security_pack", pack.id, ["status": "archive"], over: [:])])
    #expect(try lines().map(\.who) == ["account:awa", line.who])
  }

  @Test func `who is refused at the console leaves one line a day for each thing and reason`()
    throws
  {
    func refuse(_ attempt: Attempt, _ code: Problem.Code, _ who: String = "account:awa") throws {
      for _ in 0..<3 { try table.hub.noteRefusal(of: attempt, code, by: who) }
    }
    let day: Int64 = 86_400_000
    table.time.advance(day - table.time.now % day)
    try refuse(.step(PackStep.approve), .role_not_allowed)
    try refuse(.step(PackStep.approve), .not_found)
    try refuse(.settle, .role_not_allowed)
    try refuse(.settle, .role_not_allowed, "account:moussa")
    table.time.advance(day - 1)
    try refuse(.settle, .role_not_allowed)
    #expect(try table.hub.audit(limit: 9).count == 4, "the same day")
    table.time.advance(1)
    try refuse(.settle, .role_not_allowed)
    let lines = try table.hub.audit(limit: 9).reversed().map { line in
      [line.who, line.act, line.type ?? "-", line.record ?? "-", line.detail ?? "-"]
        .joined(separator: " ")
    }
    #expect(
      lines == [
        "account:awa refuse security_pack - approve role_not_allowed",
        "account:awa refuse security_pack - approve not_found",
        "account:awa refuse - - settle role_not_allowed",
        "account:moussa refuse - - settle role_not_allowed",
        "account:awa refuse - - settle role_not_allowed",
      ])
    #expect(try table.hub.checkAudit().fault == nil)
  }

  @Test func `a log that nobody touched is whole`() throws {
    #expect(try table.hub.checkAudit() == AuditCheck())
    try history()
    let check = try table.hub.checkAudit()
    #expect(check.lines == 4 && check.fault == nil)
    #expect(check.last == (try table.hub.audit(limit: 1).first?.witness))
  }

  @Test func `lines are neither changed nor taken out by whoever asks SQLite politely`() throws {
    try history()
    for sql in [
      "UPDATE _audit SET who = 'hub'", "DELETE FROM _audit WHERE n = 2",
      "DELETE FROM _audit WHERE n = (SELECT max(n) FROM _audit)",
    ] {
      #expect(throws: DatabaseError.self, "\(sql)") {
        try table.store.pool.write { db in try db.execute(sql: sql) }
      }
    }
    #expect(try table.hub.checkAudit().lines == 4)
  }

  @Test(arguments: [
    "UPDATE _audit SET who = 'hub' WHERE n = (SELECT min(n) FROM _audit)",
    "UPDATE _audit SET time = time - 86400000 WHERE n = (SELECT min(n) FROM _audit)",
    "DELETE FROM _audit WHERE n = (SELECT min(n) FROM _audit)",
    "DELETE FROM _state WHERE key = 'audit_start'",
  ])
  func `the line that a shortened log begins with is as it was written`(sql: String) throws {
    try history()
    table.time.advance(AuditLimits.kept + 86_400_000)
    try history(token: String(repeating: "cd", count: 32))
    try table.hub.tidyAudit()
    let check = try table.hub.checkAudit()
    #expect(check.lines == 5 && check.fault == nil)
    try tamper(sql)
    guard case .broken = try table.hub.checkAudit().fault else {
      Issue.record("not noticed: \(sql)")
      return
    }
  }

  @Test(arguments: [
    ("UPDATE _audit SET who = 'hub' WHERE n = 2", 2), ("UPDATE _audit SET time = 0 WHERE n = 1", 1),
    ("UPDATE _audit SET act = 'grant' WHERE n = 4", 4), ("DELETE FROM _audit WHERE n = 2", 3),
    ("UPDATE _audit SET detail = NULL WHERE n = 3", 3),
    ("UPDATE _audit SET type = '', record = type || record WHERE n = 2", 2),
    ("DELETE FROM _audit WHERE n = 1", 2), ("UPDATE _audit SET hash = x'00' WHERE n = 3", 3),
    (
      "INSERT INTO _audit SELECT 5, time, who, act, type, record, detail, hash FROM _audit WHERE n = 4",
      5
    ),
  ])
  func `the first line that is not as it was written is named`(sql: String, line: Int64) throws {
    try history()
    try tamper(sql)
    #expect(try table.hub.checkAudit().fault == .broken(line))
  }

  @Test func `whoever noted a line sees that the log was cut off or written anew`() throws {
    try history()
    let seen = try #require(try table.hub.checkAudit().last)
    #expect(AuditWitness("\(seen)") == seen)
    #expect(try table.hub.checkAudit([seen]).fault == nil)
    try tamper("DELETE FROM _audit WHERE n = 4")
    #expect(try table.hub.checkAudit().fault == nil, "a shorter chain is a whole one")
    #expect(try table.hub.checkAudit([seen]).fault == .unlike(seen))
    try table.hub.note(AuditEntry(.grant, by: "shell:awa"))
    #expect(try table.hub.checkAudit([seen]).fault == .unlike(seen))
  }

  @Test(arguments: ["", "1", "1:", "0:" + String(repeating: "a", count: 64), "1:zz", "x:y:z"])
  func `what is no line of a log is not taken for one`(text: String) {
    #expect(AuditWitness(text) == nil)
  }

  @Test func `lines go after two years, and the rest is still a chain`() throws {
    try history()
    table.time.advance(AuditLimits.kept + 1)
    let seen = try table.hub.checkAudit().last!
    try table.hub.note(AuditEntry(.load, by: "shell:awa"))
    try table.hub.tidyAudit()
    #expect(try table.hub.audit(limit: 9).map(\.number) == [5, 4])
    #expect(try table.hub.checkAudit([seen]).fault == nil)
    try table.hub.tidyAudit()
    #expect(try table.hub.checkAudit().lines == 2)
    try tamper("DELETE FROM _audit WHERE n = 4")
    #expect(try table.hub.checkAudit().fault == .broken(5))
  }

  @Test func `a hub that starts with its clock years ahead keeps its log`() throws {
    try history()
    table.time.advance(5 * AuditLimits.kept)
    try table.hub.tidyAudit()
    #expect(try table.hub.checkAudit().lines == 4)
  }

  @Test func `a hub that was restored says so in its log`() throws {
    let folder = HubFolder(table.folder)
    try history()
    try folder.watchAudit(of: table.hub)
    #expect(try folder.auditWitness() == table.hub.checkAudit().last)
    try folder.watchAudit(of: table.hub)
    #expect(try table.hub.audit(limit: 1).first?.act == "revoke", "nothing to say")
    try tamper("DELETE FROM _audit WHERE n > 2")
    try folder.watchAudit(of: table.hub)
    let line = try #require(try table.hub.audit(limit: 1).first)
    #expect(line.act == "restore" && line.detail == "4" && line.number == 3)
    #expect(try table.hub.checkAudit([#require(try folder.auditWitness())]).fault == nil)
    try Data("nonsense".utf8).write(to: URL(filePath: table.folder + "/audit.head"))
    #expect(throws: Problem.self) { try folder.watchAudit(of: table.hub) }
  }
}
