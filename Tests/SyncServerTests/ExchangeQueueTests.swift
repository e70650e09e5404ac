import Dispatch
import GRDB
import Synchronization
import Testing

@testable import Shared
@testable import SyncServer

/// Exchanges that become durable together.
@Suite struct ExchangeQueueTests {
  private let table: HubTable

  init() throws { table = try HubTable() }

  private var store: SQLiteHubStore { table.store }

  private func note(_ name: String) throws(Problem) {
    try store.write { transaction in
      try transaction.addInvitation(
        StoredInvitation(
          codeHash: Array(name.utf8), name: name, base: "GAO", role: .cz,
          grant: Grant(read: [], write: []), expires: 0, usedBy: nil))
    }
  }

  private func isThere(_ name: String) throws(Problem) -> Bool {
    try store.read { try $0.invitation(codeHash: Array(name.utf8)) != nil }
  }

  private final class Commits: TransactionObserver, Sendable {
    private let number = Mutex(0)
    var count: Int { number.withLock { $0 } }
    func observes(eventsOfKind kind: DatabaseEventKind) -> Bool { true }
    func databaseDidChange(with event: DatabaseEvent) {}
    func databaseDidCommit(_ db: Database) { number.withLock { $0 += 1 } }
    func databaseDidRollback(_ db: Database) {}
  }

  @Test func `what one of them wrote before it failed is undone, and nothing of the others`()
    throws
  {
    var failed: Problem?
    let commits = Commits()
    store.pool.add(transactionObserver: commits)
    try store.together {
      try? note("A")
      do throws(Problem) {
        try store.write { transaction in
          try transaction.addInvitation(
            StoredInvitation(
              codeHash: [1], name: "B", base: "GAO", role: .cz, grant: Grant(read: [], write: []),
              expires: 0, usedBy: nil))
          throw Problem(.forbidden)
        }
      } catch { failed = error }
      #expect((try? isThere("A")) == true)
      try? note("C")
    }
    #expect(failed?.code == .forbidden)
    #expect(try isThere("A") && isThere("C"))
    #expect(try store.read { try $0.invitation(codeHash: [1]) } == nil)
    #expect(commits.count == 1)
  }

  @Test func `on a disk that fills up just what was said to be kept is kept`() throws {
    try store.pool.writeWithoutTransaction { db in
      let pages = try Int.fetchOne(db, sql: "PRAGMA page_count")!
      try db.execute(sql: "PRAGMA max_page_count = \(pages + 3)")
    }
    let names = (0..<200).map { "\($0) " + String(repeating: "x", count: 200) }
    var kept: Set<String> = []
    do {
      try store.together {
        for name in names where (try? note(name)) != nil { kept.insert(name) }
      }
    } catch {
      kept = []
    }
    #expect(kept.count < names.count)
    #expect(try Set(names.filter { try isThere($0) }) == kept)
  }

  private final class Groups: Sendable {
    private let sizes = Mutex<[Int]>([])
    var all: [Int] { sizes.withLock { $0 } }
    func begin() { sizes.withLock { $0.append(0) } }
    func count() { sizes.withLock { if !$0.isEmpty { $0[$0.count - 1] += 1 } } }
  }

  /// An exchange that has begun and goes on when it is let.
  private final class Slow: Sendable {
    private let isLet = DispatchSemaphore(value: 0)
    let answer: Task<[UInt8], any Error>

    init(_ queue: ExchangeQueue) async {
      let (isBegun, isLet) = (Flag(), isLet)
      answer = Task {
        try await queue.run { () throws(Problem) in
          isBegun.raise()
          isLet.wait()
          return [0]
        }
      }
      while !isBegun.isRaised { await Task.yield() }
    }

    func goOn() { isLet.signal() }
  }

  private final class Flag: Sendable {
    private let value = Mutex(false)
    var isRaised: Bool { value.withLock { $0 } }
    func raise() { value.withLock { $0 = true } }
  }

  @Test func `what comes in while another runs shares its wait for the disk`() async throws {
    let groups = Groups()
    let queue = ExchangeQueue { body throws(Problem) in
      groups.begin()
      body()
    }
    let first = await Slow(queue)
    let others = (1...UInt8(10)).map { number in
      Task {
        try await queue.run { () throws(Problem) in
          if number == 5 { throw Problem(.forbidden) }
          groups.count()
          return [number]
        }
      }
    }
    while queue.waitingCount < others.count { await Task.yield() }
    first.goOn()
    #expect(try await first.answer.value == [0])
    for (number, task) in zip(1...UInt8(10), others) {
      #expect((try? await task.value) == (number == 5 ? nil : [number]))
    }
    // The first was alone.
    #expect(groups.all == [0, 9])
  }

  @Test func `when it cannot be made durable nobody hears that it was`() async throws {
    let queue = ExchangeQueue { body throws(Problem) in
      body()
      throw Problem(.disk_full)
    }
    let first = await Slow(queue)
    let second = Task { try await queue.run { () throws(Problem) in [1] } }
    let third = Task { try await queue.run { () throws(Problem) in throw Problem(.forbidden) } }
    while queue.waitingCount < 2 { await Task.yield() }
    first.goOn()
    await #expect(throws: Problem(.disk_full)) { try await first.answer.value }
    await #expect(throws: Problem(.disk_full)) { try await second.value }
    await #expect(throws: Problem(.forbidden)) { try await third.value }
  }
}
