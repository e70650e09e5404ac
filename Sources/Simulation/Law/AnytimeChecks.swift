import FieldClient
import GRDB
import Shared
import Storage
import SyncServer

// What holds after every step, and after every sync that says it is complete.

/// What was known of a record when the hub was first seen to hold it as deleted.
struct Grave {
  /// Writes up to here had been made.
  let entries: Int
  /// Writes that had not been acknowledged then: they may bring the record back.
  let open: Set<Int>
}

extension World {
  /// After every step: the hub, and the laptop that did something. What nobody wrote to since it was
  /// looked at is as it was.
  func checkAnytime(_ acting: [Laptop]) throws {
    let changes = hub.disk.changes
    if hub.seen != changes {
      hub.seen = changes
      try checkHub()
    }
    for laptop in acting where laptop.seen.own != laptop.disk.changes || laptop.seen.hubs != changes
    {
      laptop.seen = (laptop.disk.changes, changes)
      try checkCursors(laptop)
    }
  }

  /// After a sync that did not fail.
  func checkAfterSync(_ laptop: Laptop, _ report: SyncReport) {
    guard report.complete else { return }
    do {
      if report.digestsEqual == false {
        let differing = try report.unequal.map { try difference(laptop, $0.description) }
        fail(.digests, "\(laptop) has other digests than the hub: \(report.unequal) \(differing)")
      }
      if try !isPending(laptop) {
        try checkAcknowledged(laptop)
        try checkScopes(laptop)
        try ceaseDoubting(laptop)
      }
    } catch  where hub.disk.isDown || laptop.disk.isDown {
    } catch {
      fail(.progress, "could not look at \(laptop): \(error)")
    }
  }

  func fail(_ invariant: Invariant, _ sentence: String) {
    broken.append(Violation(invariant, sentence))
  }

  private func checkHub() throws {
    let types = typeNames
    var latest = Stamp.never
    let records = try hub.store().pool.read { db in
      try types.flatMap { type in
        let rows = try Row.fetchAll(
          db.cachedStatement(sql: "SELECT id, _deleted, _stamps FROM \"\(type)\""))
        return try rows.map { row in
          if let stamps = [UInt8].fromStored(row[2]) {
            latest = max(latest, try FieldStamps(bytes: stamps).latest)
          }
          return (key: RecordKey(type: type, id: row[0]), isDeleted: row[1] as Bool)
        }
      }
    }
    checkStamps(latest)
    try checkDeletions(records)
  }

  /// No stamp at the hub lies beyond what its clock ever showed and the tolerance.
  private func checkStamps(_ latest: Stamp) {
    hub.noteTime()
    if latest.milliseconds > hub.latestTime + Limits.clockTolerance {
      fail(.clocks, "a stamp at the hub is \(latest.milliseconds - time) ms in the future")
    }
  }

  /// What came back was written by somebody whose write had not arrived when it was deleted. What a copy of
  /// a folder has not sent is no older than a deletion that a hub with a wrong clock stamped.
  private func checkDeletions(_ records: [(key: RecordKey, isDeleted: Bool)]) throws {
    for (key, isDeleted) in records {
      guard let grave = graves[key] else {
        if isDeleted { graves[key] = try bury(key) }
        continue
      }
      guard !isDeleted else { continue }
      let isExplained = book.entries.contains { entry in
        entry.key == key && entry.field != Book.deletion
          && (entry.number >= grave.entries || grave.open.contains(entry.number)
            || hub.wasWrong && mayDiffer)
      }
      if !isExplained { fail(.deletions, "\(key) is back, and nobody wrote it") }
      graves[key] = nil
    }
  }

  /// What the hub did not have when it deleted the record may bring it back; that may be what it
  /// had before its disk went back.
  private func bury(_ key: RecordKey) throws -> Grave {
    let known = try hubWentBack ? hubsValues() : nil
    let open = book.entries.filter { entry in
      guard entry.key == key else { return false }
      return entry.state != .owed || !(entry.value.map { known?.contains($0) ?? true } ?? true)
    }
    return Grave(entries: book.count, open: Set(open.map(\.number)))
  }

  /// A device whose cursor is where the hub is holds what the hub holds.
  private func checkCursors(_ laptop: Laptop) throws {
    guard let holding = try holds(laptop) else { return }
    let hubs = try hubHolds()
    for (scope, own) in holding.standings.sorted(by: { $0.key < $1.key }) {
      let ours = holding.records[scope] ?? [:]
      try checkSum(laptop, scope, own, ours)
      guard let hub = hubs.standings[scope], hub.seq == own.seq, hub.mark == own.mark, own.seq > 0
      else { continue }
      let theirs = hubs.records[scope] ?? [:]
      if ours != theirs {
        fail(
          .cursors,
          "\(laptop) stands at \(own.seq) of \(scope) as the hub does, but differs: "
            + (try difference(laptop, scope)))
      }
      if own.digest != hub.digest || own.records != hub.records {
        fail(.digests, "\(laptop) stands where the hub does in \(scope), with another digest")
      }
    }
  }

  /// The digest that a laptop carries along is that of its rows.
  private func checkSum(
    _ laptop: Laptop, _ scope: String, _ standing: Standing, _ held: [String: Held]
  ) throws {
    var digest = Digest()
    for (id, record) in held {
      digest ^= Digest(of: RecordID(id)!, try FieldStamps(bytes: record.stamps))
    }
    let sum = [Int64(bitPattern: digest.high), Int64(bitPattern: digest.low)]
    if sum != standing.digest || held.count != standing.records {
      fail(
        .digests,
        "\(laptop) has a digest for \(standing.records) records of \(scope) that is not that of "
          + "the \(held.count) it holds")
    }
  }

  /// The first record of a scope in which a laptop differs from the hub.
  private func difference(_ laptop: Laptop, _ scope: String) throws -> String {
    let (ours, theirs) = (
      try confirmed(laptop)[scope] ?? [:], try hubHolds().records[scope] ?? [:]
    )
    let differing = Set(ours.keys).union(theirs.keys).filter { ours[$0] != theirs[$0] }.sorted()
    guard let id = differing.first else { return "nothing" }
    return """
      \((ours[id] ?? theirs[id])!.key) has \(ours[id]?.words ?? "no stamps") there and \
      \(theirs[id]?.words ?? "no stamps") at the hub
      """
  }

  /// Everything that this laptop wrote is at the hub, or in its refused list.
  private func checkAcknowledged(_ laptop: Laptop) throws {
    let open = book.entries.filter { $0.laptop == laptop.index && $0.state == .open }
    if !open.isEmpty {
      let found = try hubsValues().union(refusedValues(laptop))
      for entry in open {
        if let value = entry.value, !found.contains(value) {
          fail(
            .acknowledged,
            "\(laptop) says all is synced, but \(entry.field)=\(value) of \(entry.key) is nowhere")
        }
      }
    }
    book.acknowledged(laptop.index)
  }

  /// No record of a scope that was not granted.
  private func checkScopes(_ laptop: Laptop) throws {
    for (scope, records) in try confirmed(laptop).sorted(by: { $0.key < $1.key }) {
      guard let granted = Scope(scope), laptop.grant.mayRead(granted) else {
        let ids = records.keys.sorted().map { "…\($0.suffix(4))" }.joined(separator: ", ")
        return fail(.scopes, "\(laptop) holds \(ids) of \(scope) and may not read it")
      }
    }
  }
}
