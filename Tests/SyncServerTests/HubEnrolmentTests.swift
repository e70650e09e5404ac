import Foundation
import GRDB
import Testing

@testable import Shared
@testable import SyncServer

@Suite struct HubEnrolmentTests {
  private let table: HubTable
  private let token = String(repeating: "ab", count: 32)

  init() throws { table = try HubTable() }

  private func code() throws -> String {
    try table.hub.invite(name: "Gao 1", base: "GAO", role: .cz, grant: Sample.gao).code
  }

  private func enroll(_ code: String, _ token: String) throws -> EnrolmentAnswer {
    try table.hub.enroll(EnrolmentRequest(code: code, token: token, program: "test"))
  }

  @Test func `asking twice with one token gives one device, another token finds the code used`()
    throws
  {
    let code = try code()
    let first = try enroll(code, token)
    #expect(first.name == "Gao 1" && first.base == "GAO" && first.role == "cz")
    #expect(Array(first.schema.utf8) == Schema.mission.source)
    table.time.advance(8 * 86_400_000)
    #expect(try enroll(code, token).device == first.device)
    #expect(throws: Problem(.invitation_used)) {
      try enroll(code, String(repeating: "cd", count: 32))
    }
    #expect(try table.store.read { try $0.devices() }.count == 1)
  }

  @Test func `a code that is unknown or too old gives nothing`() throws {
    #expect(throws: Problem(.invitation_unknown)) { try enroll("0000", token) }
    let code = try code()
    table.time.advance(Int64(Limits.invitationDays) * 86_400_000 + 1)
    #expect(throws: Problem(.invitation_expired)) { try enroll(code, token) }
    #expect(try table.store.read { try $0.devices() }.isEmpty)
  }

  @Test(arguments: [
    "", "short", String(repeating: "AB", count: 32), String(repeating: "é", count: 32),
  ])
  func `a token that is not 64 hexadecimal digits is not taken`(token: String) throws {
    let code = try code()
    #expect(throws: Problem(.not_understood, at: "token")) { try enroll(code, token) }
  }

  @Test func `neither token nor code is in the hub's files`() throws {
    let code = try code()
    _ = try enroll(code, token)
    var bytes = Data()
    for suffix in ["", "-wal"] {
      bytes += try Data(contentsOf: URL(fileURLWithPath: table.folder + "/hub.sqlite" + suffix))
    }
    #expect(bytes.range(of: Data(Secret.hash(token))) != nil, "the hash is there")
    for secret in [token, code] {
      #expect(bytes.range(of: Data(secret.utf8)) == nil)
      let raw = stride(from: 0, to: 64, by: 2).map { at in
        UInt8(secret.dropFirst(at).prefix(2), radix: 16)!
      }
      #expect(bytes.range(of: Data(raw)) == nil)
    }
  }

  @Test func `a token opens the door until its device is shut out`() throws {
    let device = try enroll(try code(), token).device
    #expect(try table.hub.admit(token: token).number == device)
    #expect(throws: Problem(.unauthorised)) { try table.hub.admit(token: "") }
    #expect(throws: Problem(.unauthorised)) { try table.hub.admit(token: token.uppercased()) }
    for state in [HubDevice.State.revoked, .retired] {
      try table.hub.setState(state, of: device)
      #expect(throws: Problem(.revoked)) { try table.hub.admit(token: token) }
    }
    try table.hub.setState(.active, of: device)
    #expect(try table.hub.admit(token: token).number == device)
    try table.hub.setState(.wiped, of: device)
    #expect(throws: Problem(.wipe_ordered)) { try table.hub.admit(token: token) }
    #expect(throws: Problem(.no_device, at: "99")) { try table.hub.setState(.revoked, of: 99) }
  }

  @Test func `what the hub acknowledged survives a power cut`() throws {
    let level = try table.store.pool.write { db in
      try Int.fetchOne(db, sql: "PRAGMA synchronous")
    }
    #expect(level == 2)
  }
}
