import Testing

@testable import FieldClient
@testable import Shared

/// What a sync does next, told as transcripts: an event in, an action out.
@Suite struct SyncMachineTests {
  @Test func `one exchange when little changed`() {
    var machine = SyncMachine()
    #expect(machine.next() == .exchange(push: 73_728, pull: 196_608, correction: 0))
    machine.exchanged(exchange())
    #expect(machine.next() == .finish(.complete))
  }

  @Test func `it goes on while either side has more`() {
    var machine = SyncMachine()
    machine.exchanged(exchange(waiting: 3))
    #expect(machine.next().isExchange)
    machine.exchanged(exchange(hasMore: true))
    #expect(machine.next().isExchange)
    machine.exchanged(exchange())
    #expect(machine.next() == .finish(.complete))
  }

  @Test(arguments: [
    (0.0, 4096, 4096), (100, 4096, 4096), (2_000, 6_000, 30_000), (20_000, 60_000, 300_000),
    (1e6, 1 << 20, 1 << 20), (.infinity, 1 << 20, 1 << 20), (-5, 4096, 4096), (.nan, 4096, 4096),
  ])
  func `a page takes three seconds up and fifteen down, between 4 KiB and 1 MiB`(
    bytesPerSecond: Double, up: Int, down: Int
  ) {
    var machine = SyncMachine()
    machine.exchanged(exchange(waiting: 1, up: bytesPerSecond, down: 4_000))
    #expect(machine.next() == .exchange(push: up * 3, pull: 180_000, correction: 0))
    machine.exchanged(exchange(hasMore: true, up: 4_000, down: bytesPerSecond))
    #expect(machine.next() == .exchange(push: 36_000, pull: down * 3, correction: 0))
  }

  private func expectCut(
    _ machine: inout SyncMachine, posted: Int = 0, received: Int = 0, goesOn: Bool,
    _ location: SourceLocation = #_sourceLocation
  ) {
    let answer = machine.wasCut(posted: posted, received: received, bytes: posted + received)
    #expect(answer == goesOn, sourceLocation: location)
  }

  @Test func `a cut ends a sync in which nothing came through`() {
    var machine = SyncMachine()
    expectCut(&machine, posted: 900, goesOn: false)
  }

  @Test func `a cut is overcome as long as something comes through in between`() {
    var machine = SyncMachine()
    for _ in 0..<20 {
      machine.exchanged(exchange(hasMore: true))
      expectCut(&machine, posted: 900, goesOn: true)
      #expect(machine.next().isExchange)
    }
    machine.exchanged(exchange(isCut: true))
    #expect(machine.next().isExchange)
    expectCut(&machine, posted: 900, goesOn: false)
  }

  @Test func `where much was cut, half of what had moved is tried, down to a smallest page`() {
    var machine = SyncMachine()
    machine.exchanged(exchange(waiting: 9, up: 40_000, down: 4_000))
    #expect(machine.next() == .exchange(push: 360_000, pull: 180_000, correction: 0))
    expectCut(&machine, posted: 30_000, goesOn: true)
    #expect(machine.next() == .exchange(push: 45_000, pull: 180_000, correction: 0))
    expectCut(&machine, posted: 15_000, received: 10_000, goesOn: true)
    #expect(machine.next() == .exchange(push: 45_000, pull: 60_000, correction: 0))
    machine.exchanged(exchange(waiting: 9, up: 40_000, down: 4_000))
    // A cut that comes early says nothing of sizes.
    expectCut(&machine, posted: 15_000, received: 400, goesOn: true)
    #expect(machine.next() == .exchange(push: 45_000, pull: 60_000, correction: 0))
    expectCut(&machine, posted: 7_000, goesOn: true)
    #expect(machine.next() == .exchange(push: 12_288, pull: 60_000, correction: 0))
    expectCut(&machine, posted: 4_000, goesOn: false)
  }

  @Test func `what a cut took is off the byte budget`() {
    var machine = SyncMachine(maximumBytes: 10_000)
    machine.exchanged(exchange(hasMore: true, sent: 1_000, received: 1_000))
    expectCut(&machine, posted: 500, received: 7_000, goesOn: true)
    #expect(machine.next() == .finish(.budgetSpent))
  }

  @Test func `a byte budget stops between pages`() {
    var machine = SyncMachine(maximumBytes: 10_000)
    #expect(machine.next() == .exchange(push: 9_999, pull: 9_999, correction: 0))
    machine.exchanged(exchange(waiting: 9, sent: 4_000, received: 2_000))
    #expect(machine.next() == .exchange(push: 3_999, pull: 3_999, correction: 0))
    machine.exchanged(exchange(waiting: 4, sent: 2_000, received: 1_100))
    #expect(machine.next() == .finish(.budgetSpent))
  }

  @Test func `a replica put together from a damaged one is compared whole, once`() {
    var machine = SyncMachine()
    machine.exchanged(exchange(waiting: 1, isUnproven: true))
    #expect(machine.next().isExchange)
    machine.exchanged(exchange(isUnproven: true))
    #expect(machine.next() == .repair(nil))
    machine.repaired(bytes: 10)
    #expect(machine.next().isExchange)
    machine.exchanged(exchange())
    #expect(machine.next() == .finish(.complete))
  }

  @Test func `a budget spent by the last page is a complete sync`() {
    var machine = SyncMachine(maximumBytes: 2_000)
    machine.exchanged(exchange(sent: 1_500, received: 900))
    #expect(machine.next() == .finish(.complete))
  }

  @Test func `a budget too small for anything asks for nothing`() {
    #expect(SyncMachine(maximumBytes: 1_023).next() == .finish(.budgetSpent))
    #expect(SyncMachine(maximumBytes: -1).next() == .finish(.budgetSpent))
    #expect(SyncMachine(maximumBytes: 1_024).next().isExchange)
  }

  @Test func `a wrong clock costs one stamping and one more exchange`() {
    var machine = SyncMachine()
    machine.exchanged(exchange(hubTime: 1_000, clockError: -500_000, examined: false))
    #expect(machine.next() == .restamp(hubTime: 1_000))
    machine.restamped()
    #expect(machine.next() == .exchange(push: 36_000, pull: 180_000, correction: 500_000))
    machine.exchanged(exchange(clockError: -500_000))
    #expect(machine.next() == .finish(.complete))
  }

  /// It asked for the next exchange instead, and what was stamped in 1970 went up as it was.
  @Test func `a cut in the answer to a wrong clock leaves it to be stamped anew`() {
    var machine = SyncMachine()
    for _ in 0..<2 {
      machine.exchanged(exchange(clockError: -500_000, examined: false, isCut: true))
      #expect(machine.next() == .restamp(hubTime: 7))
      machine.restamped()
    }
    machine.exchanged(exchange(clockError: -500_000, examined: false, isCut: true))
    #expect(machine.next() == .finish(.clockRefused))
  }

  @Test func `a byte budget tells whether it has room for one more exchange`() {
    var machine = SyncMachine(maximumBytes: 4_000)
    machine.exchanged(exchange(sent: 1_500, received: 1_476))
    #expect(machine.hasRoom)
    machine.exchanged(exchange(sent: 1, received: 0))
    #expect(!machine.hasRoom)
  }

  @Test func `stamping anew is asked for twice at most, then the clock is refused`() {
    var machine = SyncMachine()
    for _ in 0..<2 {
      machine.exchanged(exchange(clockError: 90_000, examined: false))
      #expect(machine.next() == .restamp(hubTime: 7))
      machine.restamped()
      #expect(machine.next() == .exchange(push: 36_000, pull: 180_000, correction: -90_000))
    }
    machine.exchanged(exchange(clockError: 90_000, examined: false))
    #expect(machine.next() == .finish(.clockRefused))
  }

  @Test func `digests that differ are mended once`() {
    var machine = SyncMachine()
    machine.exchanged(exchange(unequal: [.mission]))
    #expect(machine.next() == .repair([.mission]))
    machine.repaired(bytes: 900)
    #expect(machine.next().isExchange)
    machine.exchanged(exchange(unequal: [.mission]))
    #expect(machine.next() == .finish(.complete))
  }

  @Test func `a cursor that the hub does not know is mended once, in every scope`() {
    var machine = SyncMachine()
    machine.cursorRefused()
    #expect(machine.next() == .repair(nil))
    machine.repaired(bytes: 900)
    #expect(machine.next().isExchange)
    machine.cursorRefused()
    #expect(machine.next() == .finish(.cursorRefused))
  }

  private func exchange(
    hubTime: Int64 = 7, clockError: Int64 = 0, examined: Bool = true, hasMore: Bool = false,
    isCut: Bool = false, waiting: Int = 0, sent: Int = 100, received: Int = 100, up: Double = 4_000,
    down: Double = 4_000, unequal: [Scope] = [], isUnproven: Bool = false
  ) -> SyncMachine.Exchanged {
    SyncMachine.Exchanged(
      hubTime: hubTime, clockError: clockError, examined: examined, hasMore: hasMore,
      isCut: isCut, waiting: waiting, bytesSent: sent, bytesReceived: received,
      bytesPerSecondUp: up,
      bytesPerSecondDown: down, unequal: unequal, isUnproven: isUnproven)
  }
}

extension SyncMachine.Action {
  fileprivate var isExchange: Bool { if case .exchange = self { true } else { false } }
}
