import FieldClient
import GRDB
import Shared
import Storage
import SyncServer

/// What sealing costs: the same work on a plain replica and on a sealed one, one after the other,
/// the faster of three each.
struct Sealed {
  let mission: Mission
  let workload: Workload
  let values: ([String]) -> [String: Value]

  /// Seconds of plain and sealed.
  typealias Costs = (plain: Double, sealed: Double)

  func all(_ tell: (_ name: String, _ costs: Costs) -> Void) async throws {
    var writing: Costs = (.infinity, .infinity)
    var applying = writing
    var scanning = writing
    for round in 0..<3 {
      for isSealed in [false, true] {
        let place: WritableKeyPath<Costs, Double> = isSealed ? \.sealed : \.plain
        let name = "\(isSealed ? "sealed" : "plain")-\(round)"
        let writer = try mission.device("writer-" + name, sealed: isSealed)
        writing[keyPath: place] = min(
          writing[keyPath: place], try time { try write(writer.client) })
        let reader = try mission.device("reader-" + name, sealed: isSealed)
        let clock = ContinuousClock()
        let start = clock.now
        _ = try await reader.client.sync()
        let took = start.duration(to: clock.now) - .seconds(reader.link.hubSeconds)
        applying[keyPath: place] = min(applying[keyPath: place], took.seconds)
        scanning[keyPath: place] = min(
          scanning[keyPath: place], try time { try scan(reader.client) })
      }
    }
    tell("write, transactions of 1,000", writing)
    tell("apply a first sync", applying)
    tell("scan every row", scanning)
  }

  private func write(_ client: FieldClient) throws {
    for start in stride(from: 0, to: workload.rows.count, by: 1000) {
      try client.write { writer in
        for row in workload.rows[start..<min(start + 1000, workload.rows.count)] {
          try writer.add("contacts", id: row.id, values(row.values))
        }
      }
    }
  }

  /// On a connection of its own, whose cache is empty.
  private func scan(_ client: FieldClient) throws {
    let queue = try DatabaseQueue(path: client.directory + "/replica.sqlite")
    let lengths = Workload.columns.map { "sum(length(\($0)))" }.joined(separator: " + ")
    _ = try queue.read { try Int.fetchOne($0, sql: "SELECT \(lengths) FROM contacts") }
    try queue.close()
  }
}
