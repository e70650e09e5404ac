import Foundation
import GRDB
import Shared
import Storage

import FieldClient
import SyncServer

/// Prints one table: this engine's rates as ratios to plain SQLite inserting the same rows in
/// the same run, and exact counts of bytes and requests.
@main
struct Bench {
  static func main() async throws {
    let arguments = CommandLine.arguments.dropFirst()
    let counts = arguments.compactMap { Int($0) }
    // For a profile of them alone: how often.
    let rounds = arguments.first { $0.hasPrefix("edits=") }.flatMap { Int($0.dropFirst(6)) }
    let folder = ProcessInfo.processInfo.environment["DJOLIBA_BENCH_DATA"] ?? "Benchmarks/data"
    var table = Table()
    for count in counts.isEmpty ? [10_000, 100_000] : counts {
      let workload = try Workload(count, in: folder)
      let run = Run(workload: workload, folder: folder + "/run", table: table)
      if let rounds { try await run.editsAlone(rounds) } else { try await run.all() }
      table = Table()
    }
  }
}

/// One line for each figure, printed as it is known.
struct Table {
  func line(_ name: String, _ value: String, _ goal: String = "") {
    let padded = name.padding(toLength: 46, withPad: " ", startingAt: 0)
    print("\(padded) \(value.padding(toLength: 26, withPad: " ", startingAt: 0)) \(goal)")
    fflush(nil)
  }
}

struct Run {
  let workload: Workload
  let folder: String
  let table: Table

  private var count: Int { workload.rows.count }
  private var schema: Schema {
    get throws { try Schema(json: PackageResources.schema_json) }
  }

  func all() async throws {
    table.line("— N = \(count) —", "")
    try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let plain = Plain(path: folder + "/plain.sqlite")
    var limits: [Double] = []
    for _ in 0..<3 { limits.append(try plain.insert(workload, transaction: 1000)) }
    let limit = limits.sorted()[1]
    table.line("plain SQLite, transactions of 1,000", rate(limit), "the limit, median of 3")
    let single = try plain.insert(workload, transaction: 1, limit: 2000)
    table.line("plain SQLite, one row a transaction", rate(single), "the limit")
    _ = try plain.insert(workload, transaction: 1000)
    let updates = try (0..<5).map { _ in try plain.edit(workload) }.min()!
    table.line("plain SQLite, 1,000 updates by id, ms", number(updates * 1000), "the limit")

    let mission = try Mission(folder: folder + "/mission", schema: schema)
    let writer = try mission.device("writer")
    let reader = try mission.device("reader")
    try write(writer.client, limit)
    try singles(mission, single)
    try await push(writer, limit)
    try await pull(reader, limit)
    try sizes(mission, plain)
    _ = try await writer.client.sync()
    try await edits(writer, reader)
    try await one(writer, reader)
    try reading(reader, mission.surroundings)
    try await Collisions(workload: workload, first: writer, second: reader) { name, value in
      table.line(name, value)
    }.all()
    try await repair(reader)
    try await Sealed(mission: mission, workload: workload, values: values).all { name, costs in
      table.line("sealed ÷ plain: \(name)", "\(number(costs.plain / costs.sealed)) × the rate")
    }
  }

  func editsAlone(_ rounds: Int) async throws {
    let mission = try Mission(folder: folder + "/mission", schema: schema)
    let writer = try mission.device("writer")
    let reader = try mission.device("reader")
    try write(writer.client, 1)
    _ = try await writer.client.sync()
    _ = try await reader.client.sync()
    _ = try await writer.client.sync()
    try await edits(writer, reader, rounds: rounds)
  }

  private func write(_ client: FieldClient, _ limit: Double) throws {
    let seconds = try time {
      for start in stride(from: 0, to: count, by: 1000) {
        try client.write { writer in
          for row in workload.rows[start..<min(start + 1000, count)] {
            try writer.add("contacts", id: row.id, values(row.values))
          }
        }
      }
    }
    ratio("local write, transactions of 1,000", Double(count) / seconds, limit, 0.65)
  }

  private func singles(_ mission: Mission, _ limit: Double) throws {
    let client = try mission.device("singles").client
    let rows = workload.rows.prefix(2000)
    let seconds = try time {
      for row in rows {
        try client.write { try $0.add("contacts", id: row.id, values(row.values)) }
      }
    }
    ratio("local write, one row a transaction", Double(rows.count) / seconds, limit, 0.5)
  }

  private func push(
    _ writer: (client: FieldClient, link: DirectLink), _ limit: Double
  ) async throws {
    let clock = ContinuousClock()
    let start = clock.now
    let report = try await writer.client.sync()
    let seconds = start.duration(to: clock.now).seconds
    precondition(report.admitted == count && report.digestsEqual == true, "\(report)")
    ratio(
      "hub: admit with history, digest, answer", Double(count) / writer.link.hubSeconds, limit,
      0.5)
    ratio(
      "device: collect and acknowledge", Double(count) / (seconds - writer.link.hubSeconds),
      limit, nil)
    table.line("push, bytes a record", number(Double(writer.link.up) / Double(count)))
  }

  private func pull(
    _ reader: (client: FieldClient, link: DirectLink), _ limit: Double
  ) async throws {
    let clock = ContinuousClock()
    let start = clock.now
    let report = try await reader.client.sync()
    let seconds = start.duration(to: clock.now).seconds
    precondition(report.received == count && report.digestsEqual == true, "\(report)")
    ratio(
      "device: apply a first sync", Double(count) / (seconds - reader.link.hubSeconds), limit, 0.7)
    ratio("hub: collect a first sync", Double(count) / reader.link.hubSeconds, limit, nil)
    let bytes = Double(reader.link.down) / Double(count)
    table.line("first sync, bytes a record", number(bytes), goal(bytes <= 56, "at most 56"))
    table.line("first sync, requests", "\(reader.link.requests)")
  }

  private func sizes(_ mission: Mission, _ plain: Plain) throws {
    let copy = folder + "/vacuumed.sqlite"
    func size(_ path: String) throws -> Int {
      try? FileManager.default.removeItem(atPath: copy)
      let queue = try DatabaseQueue(path: path)
      try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
      try queue.close()
      return fileSize(path)
    }
    let bytes = try size(folder + "/mission/reader/replica.sqlite")
    let base = try size(plain.path)
    let ratio = Double(bytes) / Double(base)
    table.line(
      "replica file ÷ plain SQLite's", "\(number(ratio)) ×", goal(ratio <= 1.25, "at most 1.25 ×"))
    table.line(
      "hub file ÷ plain SQLite's",
      "\(number(Double(try size(mission.store.path)) / Double(base))) ×")
  }

  /// The edits several times over, each time with other values; the fastest of each part counts,
  /// the first round's bytes.
  private func edits(
    _ writer: (client: FieldClient, link: DirectLink),
    _ reader: (client: FieldClient, link: DirectLink), rounds: Int = 5
  ) async throws {
    var parts = [[Double]](repeating: [], count: 5)
    var bytes = (up: 0, down: 0)
    for round in 0..<rounds {
      try writer.client.write { writer in
        for edit in workload.edits {
          let text = round == 0 ? edit.value : "\(edit.value) \(round)"
          try writer.set("contacts", edit.id, [edit.field: .text(text)])
        }
      }
      writer.link.reset()
      var start = ContinuousClock.now
      let sent = try await writer.client.sync()
      let push = start.duration(to: .now).seconds
      reader.link.reset()
      start = .now
      let received = try await reader.client.sync()
      let pull = start.duration(to: .now).seconds
      precondition(sent.digestsEqual == true && received.digestsEqual == true)
      let (collect, admit) = (writer.link.secondsBefore, writer.link.hubSeconds)
      let times = [
        collect, admit, push - collect - admit, reader.link.hubSeconds,
        pull - reader.link.hubSeconds,
      ]
      for (part, time) in times.enumerated() { parts[part].append(time) }
      if round == 0 { bytes = (writer.link.up, reader.link.down) }
    }
    let edits = Double(workload.edits.count)
    let least = parts.map { $0.min()! * 1000 }
    let words = least.map(number)
    table.line(
      "1,000 edits: collect, admit, acknowledge, ms", words[..<3].joined(separator: ", "),
      goal(least[0] < 20, "collect under 20"))
    table.line(
      "1,000 edits: the hub collects, apply, ms", words[3...].joined(separator: ", "),
      goal(least[4] < 20, "apply under 20"))
    let (up, down) = (Double(bytes.up) / edits, Double(bytes.down) / edits)
    table.line(
      "1,000 edits: bytes an edit, up and down", "\(number(up)) and \(number(down))",
      goal(max(up, down) <= 11, "at most 11"))
  }

  private func one(
    _ writer: (client: FieldClient, link: DirectLink),
    _ reader: (client: FieldClient, link: DirectLink)
  ) async throws {
    let edit = workload.single[0]
    try writer.client.write {
      try $0.set("contacts", edit.id, [edit.field: .text(edit.value)])
    }
    writer.link.reset()
    let report = try await writer.client.sync()
    table.line(
      "one edit: requests, bytes of bodies",
      "\(report.requests), \(writer.link.up) + \(writer.link.down)")
    writer.link.reset()
    _ = try await writer.client.sync()
    table.line("nothing new: bytes of bodies", "\(writer.link.up) + \(writer.link.down)")
  }

  /// A program that starts, as far as its first list, and searches once the index is filled.
  private func reading(
    _ reader: (client: FieldClient, link: DirectLink), _ surroundings: Surroundings
  ) throws {
    let list = try median(of: 9) {
      let client = try FieldClient(
        directory: reader.client.directory, surroundings: surroundings, token: "",
        transport: reader.link)
      let records = try client.records(of: "contacts", limit: 50)
      precondition(records.count == 50)
    }
    table.line(
      "open a replica, first list of 50, ms", number(list * 1000), goal(list < 0.05, "under 50"))
    let first = try time { _ = try reader.client.search("lougoumba") }
    table.line("the first search of all, which fills the index, s", number(first))
    var words = workload.rows.lazy.map { $0.values[0] }.makeIterator()
    let search = try median(of: 20) {
      let found = try reader.client.search(words.next()!, limit: 50)
      precondition(!found.isEmpty)
    }
    table.line("search by name, ms", number(search * 1000), goal(search < 0.03, "under 30"))
  }

  private func median(of count: Int, _ body: () throws -> Void) rethrows -> Double {
    try (0..<count).map { _ in try time(body) }.sorted()[count / 2]
  }

  /// Ten records that another program changed behind the library's back.
  private func repair(_ reader: (client: FieldClient, link: DirectLink)) async throws {
    let queue = try DatabaseQueue(path: reader.client.directory + "/replica.sqlite")
    try await queue.write { db in
      try db.execute(sql: "UPDATE _switch SET capturing = 0")
      for place in 0..<10 {
        try db.execute(
          sql: "UPDATE contacts SET phone = 'x' WHERE id = ?",
          arguments: [workload.rows[count / 10 * place].id.description])
      }
      try db.execute(sql: "UPDATE _switch SET capturing = 1")
    }
    try queue.close()
    reader.link.reset()
    let clock = ContinuousClock()
    let start = clock.now
    let report = try await reader.client.verify()
    precondition(report.repaired == 10 && report.digestsEqual == true, "\(report)")
    let bytes = reader.link.up + reader.link.down
    table.line(
      "verify, 10 records differ: requests, bytes", "\(reader.link.requests), \(bytes)",
      goal(bytes < 20_000, "under 20,000"))
    table.line(
      "verify: seconds, and of them the hub's",
      "\(number(start.duration(to: clock.now).seconds)), \(number(reader.link.hubSeconds))")
  }

  private func values(_ row: [String]) -> [String: Value] {
    var values = [String: Value](minimumCapacity: row.count + 1)
    values["scope"] = "mission"
    for (name, text) in zip(Workload.columns, row) { values[name] = .text(text) }
    return values
  }

  private func ratio(_ name: String, _ rate: Double, _ limit: Double, _ least: Double?) {
    let ratio = rate / limit
    table.line(
      name, "\(self.rate(rate))  \(number(ratio)) ×",
      least.map { goal(ratio >= $0, "at least \($0) ×") } ?? "")
  }

  private func goal(_ reached: Bool, _ text: String) -> String {
    "\(text): \(reached ? "reached" : "NOT reached")"
  }

  private func rate(_ value: Double) -> String { "\(Int(value)) rows/s" }
  private func number(_ value: Double) -> String { String(format: "%.2f", value) }
}

extension Duration {
  var seconds: Double { self / .seconds(1) }
}
