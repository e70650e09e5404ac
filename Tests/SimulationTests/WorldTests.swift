import GRDBSQLite
import Testing

@testable import Simulation

@Suite struct WorldTests {
  /// Small worlds one after the other: what never happens in them is as good as not there.
  @Test func `whatever fails, what must hold holds`() async throws {
    let report = try await Campaign(seeds: 1..<301).run()
    let broken = report.broken.map { "simulate --seed \($0.seed): \($0.sentence)" }
    #expect(report.broken.isEmpty, "\(broken.joined(separator: "\n"))")
    #expect(report.tally.missing == [])
  }

  @Test(arguments: [1, 7, 12] as [UInt64])
  func `one seed is one history, bit for bit`(seed: UInt64) async throws {
    let first = await Plan(seed: seed).play(in: try Scaffold())
    let second = await Plan(seed: seed).play(in: try Scaffold())
    let other = await Plan(seed: seed + 1).play(in: try Scaffold())
    #expect(first.fingerprint == second.fingerprint)
    #expect(first.fingerprint != other.fingerprint)
  }

  @Test func `telling a history does not change it`() async throws {
    let scaffold = try Scaffold()
    var lines: [String] = []
    let told = await Plan(seed: 3).play(in: scaffold) { lines.append($0) }
    let silent = await Plan(seed: 3).play(in: scaffold)
    #expect(told.fingerprint == silent.fingerprint)
    #expect(lines.count > told.plan.steps.count)
  }

  @Test func `a history that breaks gets shorter and still breaks`() async throws {
    let scaffold = try Scaffold()
    let sabotage = Sabotage.hollowWord
    for seed in 1...20 as ClosedRange<UInt64> {
      let long = await Plan(seed: seed).play(in: scaffold, sabotage: sabotage)
      guard long.violation?.invariant == .acknowledged else { continue }
      let short = await long.plan.shrunk(in: scaffold, sabotage: sabotage)
      let again = await long.plan.shrunk(in: scaffold, sabotage: sabotage)
      #expect(short.violation?.invariant == .acknowledged)
      #expect(short.plan.steps.count < 5)
      #expect(short.fingerprint == again.fingerprint)
      let kept = Set(short.plan.steps.map(\.number))
      let replayed = await Plan(seed: seed).keeping(kept).with(laptops: short.plan.laptops)
        .withGoodLinks.play(in: scaffold, sabotage: sabotage)
      let numbers = kept.sorted().map { "\($0)" }.joined(separator: ",")
      #expect(replayed.fingerprint == short.fingerprint)
      #expect(short.plan.options.hasPrefix("--seed \(seed) --keep \(numbers)"))
      return
    }
    Issue.record("nothing broke")
  }
}

@Suite struct DiskTests {
  /// Once in a hundred runs another test read a sealed file past the seal, in the moment between a
  /// simulation that began and the next key: "file is not a database".
  @Test func `no simulation comes between SQLite and the seal`() throws {
    SimulatedVFS.install()
    let standard = try #require(sqlite3_vfs_find(nil))
    #expect(String(cString: standard.pointee.zName) == "sealed")
    #expect(SimulatedVFS.isBelow(standard))
  }

  private func write(_ text: String, at offset: Int, to file: DiskFile) {
    Array(text.utf8).withUnsafeBytes { file.write($0, at: offset) }
  }

  @Test func `a power cut takes what was not synced`() {
    let disk = Disk()
    let file = disk.open("a", create: true)!
    write("kept", at: 0, to: file)
    file.sync()
    write("lost and longer", at: 2, to: file)
    var dice = Dice(1)
    disk.start(.everything, &dice)
    #expect(disk["a"]?.bytes == Array("kept".utf8))
  }

  @Test func `the end of a process takes nothing`() {
    let disk = Disk()
    write("kept", at: 0, to: disk.open("a", create: true)!)
    var dice = Dice(1)
    disk.start(.nothing, &dice)
    #expect(disk["a"]?.bytes == Array("kept".utf8))
  }

  @Test func `a shortened file is long again after a power cut`() {
    let disk = Disk()
    let file = disk.open("a", create: true)!
    write("kept", at: 0, to: file)
    file.sync()
    file.truncate(to: 1)
    write("xy", at: 1, to: file)
    var dice = Dice(1)
    disk.start(.everything, &dice)
    #expect(disk["a"]?.bytes == Array("kept".utf8))
  }

  @Test func `locks keep a second writer out`() {
    var locks = FileLocks()
    let (a, b) = (Disk(), Disk())
    let (first, second) = (ObjectIdentifier(a), ObjectIdentifier(b))
    var got = [
      locks.raise(first, to: FileLocks.shared), locks.raise(second, to: FileLocks.shared),
      locks.raise(first, to: FileLocks.reserved), locks.raise(second, to: FileLocks.reserved),
      locks.raise(first, to: FileLocks.exclusive),
    ]
    locks.lower(second, to: FileLocks.none)
    got.append(locks.raise(first, to: FileLocks.exclusive))
    got.append(locks.raise(second, to: FileLocks.shared))
    #expect(got == [true, true, true, false, false, true, false])
    withExtendedLifetime((a, b)) {}
  }
}
