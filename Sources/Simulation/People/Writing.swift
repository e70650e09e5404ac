import FieldClient
import GRDB
import Shared
import Storage
import SyncServer

// Writing with the library.

/// A row as a laptop shows it.
struct Shown {
  let id: String
  let key: RecordKey
  /// Whether the hub confirmed it, and no other row was entered for it that would take its place.
  let isConfirmed: Bool
}

extension World {
  // MARK: Actions

  func add(on laptop: Laptop, _ dice: inout Dice) {
    let type = dice.pick(Vocabulary.keyless(laptop.schema))
    var values = newValues(type, laptop.schema, &dice)
    if dice.once(in: 3) { values.append(scope(&dice)) }
    add(type, values, on: laptop)
  }

  func addTally(on laptop: Laptop, _ dice: inout Dice) {
    let month = Entered(field: "month", value: .text(dice.pick(Vocabulary.months)), mark: nil)
    add("tally", newValues("tally", laptop.schema, &dice) + [month], on: laptop)
  }

  /// Somebody pastes a report. It fills a page of a slow link and does not compress, so that a sync goes on
  /// after a cut, and says which body it means.
  func addReport(on laptop: Laptop, _ dice: inout Dice) {
    let letters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .")
    let text = "w\(nextNumber())" + String((0..<7_000).map { _ in dice.pick(letters) })
    add("memo", [Entered(field: "body", value: .text(text), mark: text)], on: laptop)
  }

  func edit(on laptop: Laptop, _ dice: inout Dice) {
    guard let shown = pick(Vocabulary.types(laptop.schema), on: laptop, &dice) else { return }
    let names = fields(shown.key.type, laptop.schema)
    let count = 1 + dice.below(2)
    let chosen = Set((0..<count).map { _ in dice.pick(names) }).sorted()
    set(shown, chosen.map { entered(shown.key.type, $0, &dice) }, on: laptop)
  }

  func delete(on laptop: Laptop, _ dice: inout Dice) {
    guard let shown = pick(Vocabulary.types(laptop.schema), on: laptop, &dice) else { return }
    write(on: laptop, shown.key, [Book.deletion]) { client in
      try client.write { try $0.delete(shown.key.type, shown.id) }
    } noted: {
      $0.deleted(laptop.index, shown.key, isSent: shown.isConfirmed)
    }
  }

  func move(on laptop: Laptop, _ dice: inout Dice) {
    guard let shown = pick(Vocabulary.keyless(laptop.schema), on: laptop, &dice) else { return }
    set(shown, [scope(&dice)], on: laptop)
  }

  /// Something that the hub will not take, or the library not even write.
  func spoil(on laptop: Laptop, _ dice: inout Dice) {
    guard let shown = pick(["sheet"], on: laptop, &dice) else { return }
    let bad = dice.pick([
      ("seen_on", Value.text("2040-01-01")), ("state", "nonsense"), ("title", .null),
      ("place", "nowhere"), ("scope", "base:XXX"), ("state", "closed"),
    ])
    let values = [
      Entered(field: bad.0, value: bad.1, mark: nil), entered("sheet", "remark", &dice),
    ]
    if dice.once(in: 2) { return set(shown, values, on: laptop) }
    sqlSet(shown, values, on: laptop)
  }

  /// Several writes in one transaction.
  func bulk(on laptop: Laptop, _ dice: inout Dice) {
    for _ in 0..<2 + dice.below(4) { writeSomething(on: laptop, &dice) }
  }

  /// Any write by the library or by SQL.
  func writeSomething(on laptop: Laptop, _ dice: inout Dice) {
    switch dice.below(9) {
    case 0: add(on: laptop, &dice)
    case 1: addTally(on: laptop, &dice)
    case 2: delete(on: laptop, &dice)
    case 3: sqlUpdate(on: laptop, &dice)
    case 4: sqlDelete(on: laptop, &dice)
    case 5: sqlReenter(on: laptop, &dice)
    case 6: move(on: laptop, &dice)
    default: edit(on: laptop, &dice)
    }
  }

  func dropRefused(on laptop: Laptop, _ dice: inout Dice) {
    judged(on: laptop) {
      guard let refusal = try laptop.client().refusals().first else { return }
      // A machine that goes down in the midst of it may have forgotten it all the same.
      giveUp(refusal, laptop)
      try laptop.client().dropRefusal(refusal.number)
      hasActed = true
      say("    gives up \(refusal.code)")
    }
  }

  func correctRefused(on laptop: Laptop, _ dice: inout Dice) {
    judged(on: laptop) {
      guard let refusal = try laptop.client().refusals().first else { return }
      let marks = book.marks.intersection(refusal.values.values.compactMap(\.mark))
      // It is another write from now on: what was refused is nowhere any more.
      giveUp(refusal, laptop)
      let id = try laptop.client().correctRefusal(refusal.number, [:])
      let key = RecordKey(type: refusal.type, id: id)
      if refusal.field == Book.deletion {
        book.deleted(laptop.index, key)
      } else {
        let values = refusal.values.mapValues { $0.mark.flatMap { marks.contains($0) ? $0 : nil } }
        book.wrote(
          laptop.index, key, values.sorted { $0.key < $1.key }.map { ($0.key, $0.value) },
          whole: refusal.field == nil)
      }
      hasActed = true
      say("    writes again what was refused: \(refusal.code)")
    }
  }

  private func giveUp(_ refusal: Refusal, _ laptop: Laptop) {
    book.gaveUp(Set(refusal.values.values.compactMap(\.mark)))
    book.gaveUp(
      laptop.index, RecordKey(type: refusal.type, id: refusal.record), refusal.field)
  }

  // MARK: One write

  private func scope(_ dice: inout Dice) -> Entered {
    Entered(field: "scope", value: .text(dice.pick(Vocabulary.scopes)), mark: nil)
  }

  private func add(_ type: String, _ values: [Entered], on laptop: Laptop) {
    let given = Dictionary(uniqueKeysWithValues: values.map { ($0.field, $0.value) })
    guard let id = natural(type, given) ?? laptop.freshID else { return }
    let key = RecordKey(type: type, id: id.description)
    write(on: laptop, key, values.map(\.field)) { client in
      try client.write { try $0.add(type, id: id, given) }
    } noted: {
      $0.wrote(laptop.index, key, values.map { ($0.field, $0.mark) }, whole: true)
    }
  }

  private func set(_ shown: Shown, _ values: [Entered], on laptop: Laptop) {
    let given = Dictionary(values.map { ($0.field, $0.value) }) { first, _ in first }
    let gone = gone(from: shown, values, on: laptop)
    write(on: laptop, shown.key, values.map(\.field)) { client in
      try client.write { try $0.set(shown.key.type, shown.id, given) }
    } noted: {
      $0.wrote(laptop.index, shown.key, values.map { ($0.field, $0.mark) }, gone: gone)
    }
  }

  /// What stands where these values leave nothing that could be known again: in fields that are emptied what
  /// nobody else wrote, and of a record that is moved the scope that it has at the hub, for one that it never
  /// had there cannot stay.
  func gone(from shown: Shown, _ values: [Entered], on laptop: Laptop) -> [String: String] {
    let traceless = values.filter {
      $0.field == "scope" || $0.value.isNull && Vocabulary.isOwn(shown.key.type, $0.field)
    }
    var gone = (try? laptop.read { try standing(traceless, shown.key.type, shown.id, $0) }) ?? [:]
    guard gone["scope"] != nil else { return gone }
    let moves = values.filter { $0.field == "scope" }
    let atHub = try? hub.store().pool.read { try standing(moves, shown.key.type, shown.key.id, $0) }
    gone["scope"] = atHub?["scope"]
    return gone
  }

  /// What a database holds in the fields of these values, where it is something else.
  private func standing(_ values: [Entered], _ type: String, _ id: String, _ db: Database) throws
    -> [String: String]
  {
    guard !values.isEmpty else { return [:] }
    let columns = values.map { "\"\($0.field)\"" }.joined(separator: ", ")
    let row = try Row.fetchOne(
      db.cachedStatement(sql: "SELECT \(columns) FROM \(type) WHERE id = ?"), arguments: [id])
    guard let row else { return [:] }
    var standing: [String: String] = [:]
    for (index, entered) in values.enumerated() {
      let value = Value(row[index] as DatabaseValue) ?? .null
      if value != entered.value { standing[entered.field] = value.mark }
    }
    return standing
  }

  /// The id that a record of a type with a natural key has everywhere.
  func natural(_ type: String, _ values: [String: Value]) -> RecordID? {
    scaffold.template.schema[type: type]?.id(values)
  }

  /// One of the rows that a laptop shows, as SQL sees them, of one of the types that have any.
  func pick(_ types: [String], on laptop: Laptop, _ dice: inout Dice) -> Shown? {
    var choice = Dice(dice.next())
    return try? laptop.read { db in
      let counts = try types.map { type in
        (type, try Int.fetchOne(db.cachedStatement(sql: "SELECT count(*) FROM \(type)"))!)
      }.filter { $1 > 0 }
      guard !counts.isEmpty else { return nil }
      let (type, count) = choice.pick(counts)
      let columns =
        type == "tally"
        ? """
        id, month, _stamps NOT NULL AND NOT EXISTS (
          SELECT 1 FROM tally o WHERE o.month = tally.month AND o._row <> tally._row)
        """ : "id, NULL, _stamps NOT NULL"
      let row = try Row.fetchOne(
        db.cachedStatement(sql: "SELECT \(columns) FROM \(type) ORDER BY _row LIMIT 1 OFFSET ?"),
        arguments: [choice.below(count)])!
      let id: String = row[0]
      let month: String? = row[1]
      let named = month.flatMap { natural(type, ["month": .text($0)])?.description }
      return Shown(id: id, key: RecordKey(type: type, id: named ?? id), isConfirmed: row[2])
    }
  }

  /// A write by the library, noted in the book when it was accepted.
  private func write(
    on laptop: Laptop, _ key: RecordKey, _ fields: [String],
    _ body: (FieldClient) throws -> Void, noted: (inout Book) -> Void
  ) {
    write(on: laptop, key, fields, { try body(laptop.client()) }, noted: noted)
  }

  /// A write by any program, noted in the book when it was accepted.
  func write(
    on laptop: Laptop, _ key: RecordKey, _ fields: [String], _ body: () throws -> Void,
    noted: (inout Book) -> Void
  ) {
    let isDone = judged(on: laptop, body)
    if isDone {
      noted(&book)
      hasActed = true
      say("    \(laptop) \(key) \(book.lately)")
    } else if laptop.disk.isDown {
      book.mayHaveWritten(laptop.index, key, fields)
      say("    \(laptop) \(key), perhaps")
    }
  }

  /// Whether `body` went well. That it did not must be for a reason that people can do something
  /// about, or for a fault.
  @discardableResult
  func judged(on laptop: Laptop, _ body: () throws -> Void) -> Bool {
    do {
      try acting(by: laptop.clock, body)
      return true
    } catch {
      let problem = Problem(anything: error)
      say("    \(laptop): \(problem.code)")
      guard !laptop.disk.isDown, !(laptop.disk.isFull && problem.code == .disk_full),
        !Self.writersFault.contains(problem.code), !excuses.contains(problem.code)
      else { return false }
      broken.append(
        Violation(.clocks, "\(laptop) could not write: \(problem.code) \(problem.cause ?? "")"))
      return false
    }
  }

  private static let writersFault: Set<Problem.Code> = [
    .already_exists, .invalid_value, .missing_field, .wrong_type, .not_found, .bad_id,
    .unknown_field, .unknown_type,
  ]
}

extension Book {
  /// The last write, for the trace.
  fileprivate var lately: String {
    guard let last = entries.last else { return "" }
    let together = entries.reversed().prefix { $0.key == last.key && $0.laptop == last.laptop }
    return together.prefix(9).reversed().map { "\($0.field)=\($0.value?.prefix(12) ?? "…")" }
      .joined(separator: " ")
  }
}

extension Laptop {
  /// As this machine knows it.
  var schema: Schema? { try? client().schema }

  var freshID: RecordID? {
    guard let world else { return nil }
    return RecordID.fresh(at: now, from: world.draw)
  }
}
