import Shared
import Storage

/// Compares scopes with the hub record by record and mends what differs.
///
/// The hub's word stands, as ever. Only when it was restored from an older copy does it get back
/// what it lost and this device still holds: records, later values, deletions. What was mended
/// is equal from then on, so a repair that is cut off costs what it had not reached.
struct RepairRun {
  private let client: FieldClient
  private(set) var line: HubLine
  private var mended = 0
  /// Where the scope stands at the hub, as it said last.
  private var latest: Cursor?
  /// Whether the hub knows the cursor of the scope that is being compared, as it said first.
  private var isKnown: Bool?

  init(client: FieldClient, line: HubLine) {
    self.client = client
    self.line = line
  }

  /// Repairs these scopes, all when nil. Returns how many records differed.
  mutating func repair(_ scopes: [Scope]?) async throws(Problem) -> Int {
    _ = try client.replica.recount(now: now)
    let cursors = try client.replica.position().cursors
    for cursor in cursors where scopes?.contains(cursor.scope) ?? true {
      do {
        try await repair(cursor)
      } catch {
        // The grant was withdrawn: the next exchange drops the scope, and what waits there goes by its ids.
        guard error.code == .scope_not_granted else { throw error }
        try client.replica.forgetPlace(in: cursor.scope, now: now)
      }
    }
    return mended
  }

  private var now: Int64 { client.surroundings.now() }

  private mutating func repair(_ cursor: Cursor) async throws(Problem) {
    isKnown = nil
    let (differences, hub) = try await compare(cursor)
    mended += differences.count
    if hub.isKnown {
      try await take(differences.map(\.id), cursor)
    } else {
      try client.replica.forgetNumbers()
      try await giveBack(differences, cursor)
    }
    try client.replica.setCursor(reached(from: hub.cursor, hasGiven: !hub.isKnown))
  }

  /// What was given came behind the place where the comparison began: such a cursor carries the
  /// newest mark, so that a hub that is restored once more does not know it.
  private func reached(from start: Cursor, hasGiven: Bool) -> Cursor {
    guard hasGiven, let latest, latest.seq > start.seq else { return start }
    return Cursor(scope: start.scope, seq: start.seq, mark: ~latest.mark)
  }

  /// The records that differ, and where the hub stood when the comparison began.
  private mutating func compare(
    _ cursor: Cursor
  ) async throws(Problem) -> (differences: [(id: RecordID, where: Difference)], hub: RepairAnswer) {
    var ranges = [IDRange.all]
    var differences: [(id: RecordID, where: Difference)] = []
    var start: RepairAnswer?
    while !ranges.isEmpty {
      let asked = Array(ranges.prefix(Limits.rangesInRepair))
      ranges.removeFirst(asked.count)
      let answer = try await ask(RepairRequest(cursor: cursor, ranges: asked))
      let mine = try client.replica.fingerprints(of: cursor.scope, in: asked, now: now)
      let found = RangeComparison.compare(mine, with: answer.parts.flatMap(\.self))
      ranges += found.again
      differences += found.differences
      start = start ?? answer
    }
    return (differences, start!)
  }

  /// Takes over how the hub has these records.
  private mutating func take(_ ids: [RecordID], _ cursor: Cursor) async throws(Problem) {
    var left = ids
    while !left.isEmpty {
      let answer = try await fetch(left, cursor)
      _ = try client.replica.repair(answer, now: now)
      left = Self.rest(of: left, after: answer)
    }
  }

  /// Gives the hub what it lost of these records, and takes over how it has them then.
  private mutating func giveBack(
    _ differences: [(id: RecordID, where: Difference)], _ cursor: Cursor
  ) async throws(Problem) {
    let mine = differences.filter { $0.where == .onlyMine }.map(\.id)
    _ = try await give(mine, Changeset(), cursor)
    var left = differences.filter { $0.where != .onlyMine }.map(\.id)
    while !left.isEmpty {
      let answer = try await fetch(left, cursor)
      let given = try await give(answer.ids, answer.pull, cursor)
      _ = try client.replica.repair(answer.leavingOut(given), now: now)
      left = Self.rest(of: left, after: answer)
    }
  }

  /// Gives what this device has newer than `theirs`, and takes over how the hub has it then.
  /// Returns the records given.
  private mutating func give(
    _ ids: [RecordID], _ theirs: Changeset, _ cursor: Cursor
  ) async throws(Problem) -> Set<RecordID> {
    var given: Set<RecordID> = []
    var left = ids[...]
    while !left.isEmpty {
      let (changes, examined) = try client.replica.gifts(
        of: Array(left), against: theirs, upTo: Self.page, now: now)
      left = left.dropFirst(examined)
      guard !changes.isEmpty else { continue }
      let answer = try await ask(RepairRequest(cursor: cursor, budget: Self.page, give: changes))
      _ = try client.replica.repair(answer, now: now)
      given.formUnion(changes.groups.flatMap { $0.records.compactMap(\.id) })
    }
    return given
  }

  private mutating func fetch(
    _ ids: [RecordID], _ cursor: Cursor
  ) async throws(Problem) -> RepairAnswer {
    let wanted = Array(ids.prefix(Limits.recordsInRepair))
    let answer = try await ask(RepairRequest(cursor: cursor, wanted: wanted, budget: Self.page))
    guard Self.rest(of: ids, after: answer).count < ids.count else {
      throw Problem(.not_understood, cause: "nothing that was asked for")
    }
    return answer
  }

  private static func rest(of ids: [RecordID], after answer: RepairAnswer) -> [RecordID] {
    let told = Set(answer.gone + answer.ids)
    return ids.filter { !told.contains($0) }
  }

  private mutating func ask(_ request: RepairRequest) async throws(Problem) -> RepairAnswer {
    let answer = try RepairAnswer(
      encoded: await line.post("/v1/repair", request.encoded).message)
    // It was restored since the first answer: what it does not have now it may have lost.
    guard answer.isKnown == isKnown ?? answer.isKnown else {
      throw Problem(.cursor, at: request.cursor.scope.description)
    }
    isKnown = answer.isKnown
    latest = answer.cursor
    return answer
  }

  /// Bytes of one request or answer before compression.
  private static let page = Limits.firstPageDown * Limits.compressionGuess
}

extension RepairAnswer {
  /// Of the records that came whole.
  fileprivate var ids: [RecordID] { pull.groups.flatMap { $0.records.compactMap(\.id) } }

  fileprivate func leavingOut(_ ids: Set<RecordID>) -> RepairAnswer {
    var answer = self
    for index in pull.groups.indices {
      answer.pull.groups[index].records.removeAll { $0.id.map(ids.contains) ?? false }
    }
    return answer
  }
}
