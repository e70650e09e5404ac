import Testing

@testable import FieldClient
@testable import Shared
@testable import SyncServer

/// What the link may do to an exchange, and what must come out all the same.
@Suite struct FaultLinkTests {
  @Test(arguments: [Link.Fault.requestLost, .answerLost, .answerCut, .requestTwice])
  func `a fault costs nothing but the exchange`(fault: Link.Fault) async throws {
    let world = try World()
    let (gao, bamako) = (try world.device("GAO"), try world.device())
    let id = try gao.addContact("Un")
    gao.link.plan([fault])
    let failed = await failure { try await gao.client.sync() }
    #expect((failed == nil) == (fault == .requestTwice))
    #expect(try gao.client.status().pending == (fault == .requestTwice ? 0 : 1))
    try gao.client.write { try $0.set("contact", id, ["phone_orange": "+22370000001"]) }
    gao.link.plan([fault])
    _ = await failure { try await gao.client.sync() }
    let last = try await gao.client.sync()
    #expect(last.digestsEqual == true)
    #expect(last.conflicts == 0)
    #expect(last.refused == 0)
    _ = try await bamako.client.sync()
    #expect(try world.hubContacts() == ["Un"])
    #expect(try bamako.client.record("contact", "\(id)")["phone_orange"] == "+22370000001")
    try world.expectAgreement([gao, bamako])
  }

  @Test func `an answer cut at any byte is thrown away whole`() async throws {
    let world = try World()
    let (gao, bamako) = (try world.device("GAO"), try world.device())
    try bamako.addContact("Deux")
    _ = try await bamako.client.sync()
    try gao.addContact("Un")
    // The hub has merged the push once; from here each answer is as long as the last.
    gao.link.plan([.answerLost])
    _ = await failure { try await gao.client.sync() }
    var length = 0
    while true {
      gao.link.plan([.answerCutAt(length)])
      let code = await failure { try await gao.client.sync() }
      if code == nil { break }
      #expect(code == .not_understood, "after \(length) bytes")
      let status = try gao.client.status()
      #expect(status.pending == 1 && status.scopes.isEmpty, "after \(length) bytes")
      length += 1
    }
    #expect(length > 100)
    _ = try await bamako.client.sync()
    #expect(try gao.contacts() == ["Deux", "Un"])
    #expect(try world.hubContacts() == ["Deux", "Un"])
    try world.expectAgreement([gao, bamako])
  }

  @Test func `pages of any size give the same`() async throws {
    let world = try World()
    let writer = try world.device("GAO")
    for number in 0..<200 { try writer.addContact("Nom \(number)") }
    let tiny = try world.device(), large = try world.device()
    let pushes = try await sync(writer, maximumBytes: 1_200)
    let pulls = try await sync(tiny, maximumBytes: 1_200)
    #expect(pushes > 5 && pulls > 5)
    #expect(try await large.client.sync().requests == 1)
    #expect(try await writer.client.sync().digestsEqual == true)
    #expect(try tiny.contacts() == large.contacts())
    #expect(try tiny.contacts().count == 200)
    try world.expectAgreement([writer, tiny, large])
  }

  /// Syncs within a byte budget until there is nothing left. Returns how often.
  private func sync(_ device: Device, maximumBytes: Int) async throws -> Int {
    for attempt in 1...500 {
      let report = try await device.client.sync(maximumBytes: maximumBytes)
      #expect(try device.client.status().pending == report.pending)
      if report.complete { return attempt }
    }
    Issue.record("no end")
    return 0
  }

  @Test func `a first sync of 5000 records keeps each page that came through`() async throws {
    let world = try World()
    let (writer, fresh) = (try world.device("GAO"), try world.device())
    try writer.client.write { batch in
      let long = Value.text(String(repeating: "Ansongo ", count: 60))
      for number in 0..<5_000 {
        try batch.add("contact", Device.contact("Nom \(number)", ["locality": long]))
      }
    }
    #expect(try await writer.client.sync().admitted == 5_000)
    fresh.link.run(bytesPerSecond: 0)
    var cuts = 0, last: SyncReport?
    while last == nil {
      let before = try fresh.contacts().count
      fresh.link.plan([.none, .answerLost, .answerLost])
      do { last = try await fresh.client.sync() } catch { cuts += 1 }
      #expect(try fresh.contacts().count > before)
    }
    #expect(cuts > 10)
    let received = try fresh.link.answers.flatMap { body in
      try Parts.expand(body, isWhole: true, limit: Limits.expandedBody).messages.flatMap {
        try SyncAnswer(encoded: $0).pull.groups.flatMap { $0.records.map(\.id) }
      }
    }
    #expect(received.count == 5_000)
    #expect(Set(received).count == 5_000)
    #expect(last?.digestsEqual == true)
    try world.expectAgreement([writer, fresh])
  }

  @Test func `what came whole of an answer before a cut at any byte is kept`() async throws {
    let world = try World()
    let writer = try world.device("GAO")
    let count = 1_200
    try writer.client.write { batch in
      for number in 0..<count { try batch.add("contact", Device.contact("Nom \(number)", [:])) }
    }
    _ = try await writer.client.sync()
    let model = try world.device()
    _ = try await model.client.sync()
    let length = model.link.bytesReceived
    var kept: [Int] = []
    for cut in stride(from: 1, to: length, by: length / 24) {
      let fresh = try world.device()
      fresh.link.plan([.answerBrokenAt(cut), .requestLost])
      _ = await failure { try await fresh.client.sync() }
      kept.append(try fresh.contacts().count)
      fresh.link.plan([])
      let before = fresh.link.bytesReceived
      let last = try await fresh.client.sync()
      #expect(last.received == count - kept.last! && last.digestsEqual == true)
      // A part is lost, at most; nobody gets what they have again.
      #expect(fresh.link.bytesReceived - before < length - cut + length / 2)
      #expect(try fresh.contacts() == model.contacts())
    }
    #expect(Set(kept).count > 2 && kept.first == 0 && kept.last! > count / 2, "\(kept)")
  }

  @Test func `a sync goes on over cuts and says what they cost`() async throws {
    let world = try World()
    let (writer, fresh) = (try world.device("GAO"), try world.device())
    try writer.client.write { batch in
      for number in 0..<1_200 { try batch.add("contact", Device.contact("Nom \(number)", [:])) }
    }
    _ = try await writer.client.sync()
    let model = try world.device()
    _ = try await model.client.sync()
    let length = model.link.bytesReceived
    fresh.link.plan([.answerBrokenAt(length * 3 / 4)])
    let report = try await fresh.client.sync()
    #expect(report.complete && report.digestsEqual == true && report.received == 1_200)
    #expect(report.requests == 2)
    #expect((1..<length / 2).contains(report.bytesWasted))
  }

  @Test func `two syncs of one directory at once: the second is told so`() async throws {
    let world = try World()
    let gao = try world.device("GAO")
    try gao.addContact("Un")
    let lock = try SyncLock(directory: gao.client.directory)
    #expect(await failure { try await gao.client.sync() } == .busy)
    #expect(gao.link.requests == 0)
    lock.release()
    #expect(try await gao.client.sync().admitted == 1)
    try world.expectAgreement([gao])
  }

  @Test func `a second sync that starts during the first is told so`() async throws {
    let world = try World()
    let gao = try world.device("GAO")
    try gao.addContact("Un")
    let client = gao.client
    gao.link.meanwhile {
      do throws(Problem) {
        _ = try SyncLock(directory: client.directory)
        Issue.record("two syncs at once")
      } catch { #expect(error.code == .busy) }
    }
    #expect(try await gao.client.sync().admitted == 1)
    try world.expectAgreement([gao])
  }
}
