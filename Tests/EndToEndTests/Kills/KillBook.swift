import GRDB

// Each value that is written is unique, so a value found in a file is that write and no other. What
// a device accepted is owed: from then on it must stand in that device's file or at the hub, and
// what was once seen at the hub must be there for ever.

struct KillBook {
  private var number = 0
  /// What devices accepted and nobody has seen at the hub yet, with the device.
  private(set) var owed: [String: String] = [:]
  /// What was seen at the hub.
  private(set) var admitted: Set<String> = []

  mutating func freshValue() -> String {
    number += 1
    return "T\(number)"
  }

  mutating func accepted(_ values: some Sequence<String>, by device: String) {
    for value in values where !admitted.contains(value) { owed[value] = device }
  }

  /// Its writer wrote over it. It may be at the hub, or never get there.
  mutating func wroteOver(_ value: String?, on device: String) {
    guard let value, owed[value] == device else { return }
    owed[value] = nil
  }

  func owed(by device: String) -> Set<String> { Set(owed.filter { $0.value == device }.keys) }

  /// Notes what is at the hub now.
  ///
  /// - Returns: what was there and is not any more.
  mutating func saw(_ values: Set<String>) -> Set<String> {
    let gone = admitted.subtracting(values)
    admitted.formUnion(values)
    for value in values { owed[value] = nil }
    return gone
  }
}

/// Writes on a device as any program does, in one durable transaction: so many new contacts, and
/// new places for some of those there.
struct KillWriter {
  let path: String
  let device: String

  func write(
    new: Int, changed: Int, into book: inout KillBook, _ chance: inout SeededChance
  ) throws {
    var configuration = Configuration()
    configuration.busyMode = .timeout(60)
    configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = FULL") }
    let queue = try DatabaseQueue(path: path, configuration: configuration)
    var (fresh, covered): ([String], [String?]) = ([], [])
    try queue.write { db in
      for _ in 0..<new {
        fresh.append(book.freshValue())
        try db.execute(sql: FaultPlace.insert(fresh.last!))
      }
      let count = try Int.fetchOne(db, sql: "SELECT count(*) FROM contact")!
      for _ in 0..<(count > 0 ? changed : 0) {
        let row = try Row.fetchOne(
          db, sql: "SELECT _row, locality FROM contact ORDER BY _row LIMIT 1 OFFSET ?",
          arguments: [Int.random(in: 0..<count, using: &chance)])!
        let value = book.freshValue()
        try db.execute(
          sql: "UPDATE contact SET locality = ? WHERE _row = ?",
          arguments: [value, row[0] as Int64])
        covered.append(row[1])
        fresh.append(value)
      }
    }
    try queue.close()
    book.accepted(fresh, by: device)
    for value in covered { book.wroteOver(value, on: device) }
  }
}
