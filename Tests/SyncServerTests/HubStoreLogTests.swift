import Testing

@testable import Shared
@testable import SyncServer

/// What every home of a hub does with its log and with what wiped devices handed over.
@Suite struct HubStoreLogTests {
  private static let homes: [any HubHome.Type] = [SQLiteHubHome.self]

  private func line(_ number: Int64, time: Int64) -> AuditLine {
    AuditLine(
      number: number, time: time, who: "hub", act: "load", type: nil, record: "r",
      detail: nil, hash: [UInt8(number)])
  }

  @Test(arguments: homes)
  func `the log is read from both ends and loses its beginning alone`(
    home: any HubHome.Type
  ) throws {
    let store = try home.init(schema: .mission).open()
    let lines = (1...5).map { line($0, time: $0 * 10) }
    try store.write { transaction throws in
      for line in lines { try transaction.addAudit(line) }
      #expect(try transaction.audit(before: .max, limit: 2) == [lines[4], lines[3]])
      #expect(try transaction.audit(before: 2, limit: 9) == [lines[0]])
      var seen: [AuditLine] = []
      try transaction.visitAudit { seen.append($0) }
      #expect(seen == lines)
      try transaction.dropAudit(before: 10)
      #expect(try transaction.audit(before: .max, limit: 9).count == 5)
      try transaction.dropAudit(before: 35)
      #expect(try transaction.audit(before: .max, limit: 9) == lines[2...].reversed())
    }
  }

  @Test(arguments: homes)
  func `a parcel keeps its body until it is settled`(home: any HubHome.Type) throws {
    let store = try home.init(schema: .mission).open()
    try store.write { transaction throws in
      let parcel = InboxParcel(device: 3, received: 4, records: 5, body: [6])
      let number = try transaction.addToInbox(parcel)
      #expect(try transaction.inbox().map(\.body) == [[]])
      let kept = try #require(try transaction.parcel(number))
      #expect(kept.device == 3 && kept.received == 4 && kept.records == 5)
      #expect(kept.body == [6] && kept.outcome == .waiting)
      try transaction.settle(number, .dropped)
      #expect(try transaction.parcel(number)?.body == [])
      #expect(try transaction.parcel(number)?.outcome == .dropped)
      #expect(try transaction.parcel(99) == nil)
      #expect(try transaction.addToInbox(parcel) > number)
    }
  }

  @Test(arguments: homes)
  func `refusals add up by device and reason, and the old ones are dropped`(
    home: any HubHome.Type
  ) throws {
    func refusals(_ device: UInt32, _ day: Int64, _ code: Problem.Code, _ count: Int)
      -> RefusalCount
    { RefusalCount(device: device, day: day, code: code, count: count) }
    let store = try home.init(schema: .mission).open()
    try store.write { transaction throws in
      let first = try [
        (refusals(2, 10, .locked, 1), "note"), (refusals(1, 10, .not_found, 4), "note"),
        (refusals(1, 10, .locked, 1), "note"), (refusals(1, 11, .locked, 1), "note"),
        (refusals(1, 11, .locked, 1), "alert"), (refusals(1, 11, .locked, 3), "note"),
      ].map { try transaction.add($0.0, of: $0.1) }
      #expect(first == [true, true, true, true, true, false])
      #expect(
        try transaction.refusals(since: 10) == [
          refusals(1, 11, .locked, 6), refusals(1, 10, .not_found, 4), refusals(2, 10, .locked, 1),
        ])
      #expect(try transaction.refusals(since: 11) == [refusals(1, 11, .locked, 5)])
      try transaction.dropRefusals(before: 11)
      #expect(try transaction.refusals(since: 0) == [refusals(1, 11, .locked, 5)])
    }
  }

  @Test(arguments: homes)
  func `a device is found by either of its tokens`(home: any HubHome.Type) throws {
    let store = try home.init(schema: .mission).open()
    try store.write { transaction throws in
      var device = HubDevice(
        number: 0, name: "Gao", base: "GAO", role: .cz, grant: Sample.gao, grantVersion: 1,
        tokenHash: [1], lastSync: nil, waiting: 0, clockError: 0, program: "", state: .active)
      device.number = try transaction.addDevice(device)
      #expect(try transaction.device(tokenHash: [2]) == nil)
      device.nextTokenHash = [2]
      device.traffic = DayTraffic(day: 7, requests: 8, bytes: 9)
      device.wipedAt = 10
      try transaction.update(device)
      for hash: [UInt8] in [[1], [2]] {
        let found = try #require(try transaction.device(tokenHash: hash))
        #expect(found.nextTokenHash == [2] && found.wipedAt == 10)
        #expect(found.traffic == DayTraffic(day: 7, requests: 8, bytes: 9))
      }
    }
  }
}
