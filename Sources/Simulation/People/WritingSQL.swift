import GRDB
import Shared
import Storage

// Writing with plain SQL, as the `sqlite3` shell and other people's scripts do.

extension World {
  func sqlInsert(on laptop: Laptop, _ dice: inout Dice) {
    let type = dice.pick(["tally", "memo"])
    var values = newValues(type, laptop.schema, &dice).filter { !$0.value.isNull }
    if type == "tally" {
      values.append(Entered(field: "month", value: .text(dice.pick(Vocabulary.months)), mark: nil))
    }
    guard let marked = values.first(where: { $0.mark != nil }) else { return }
    let given = Dictionary(uniqueKeysWithValues: values.map { ($0.field, $0.value) })
    var key = RecordKey(type: type, id: natural(type, given)?.description ?? "")
    let columns = values.map { "\"\($0.field)\"" }.joined(separator: ", ")
    let places = values.map { _ in "?" }.joined(separator: ", ")
    write(on: laptop, key, values.map(\.field)) {
      try laptop.sql(
        "INSERT INTO \(type)(\(columns)) VALUES (\(places))",
        StatementArguments(values.map(\.value.stored)))
      guard key.id.isEmpty else { return }
      // The id that SQLite gave it.
      key = RecordKey(
        type: type,
        id: try laptop.read { db in
          try String.fetchOne(
            db, sql: "SELECT id FROM \(type) WHERE \"\(marked.field)\" = ?",
            arguments: [marked.value.stored]) ?? ""
        })
    } noted: {
      $0.wrote(laptop.index, key, values.map { ($0.field, $0.mark) })
    }
  }

  func sqlUpdate(on laptop: Laptop, _ dice: inout Dice) {
    guard let shown = pick(Vocabulary.types(laptop.schema), on: laptop, &dice) else { return }
    let field = dice.pick(fields(shown.key.type, laptop.schema))
    sqlSet(shown, [entered(shown.key.type, field, &dice)], on: laptop)
  }

  func sqlSet(_ shown: Shown, _ values: [Entered], on laptop: Laptop) {
    let sets = values.map { "\"\($0.field)\" = ?" }.joined(separator: ", ")
    let gone = gone(from: shown, values, on: laptop)
    write(on: laptop, shown.key, values.map(\.field)) {
      try laptop.sql(
        "UPDATE \(shown.key.type) SET \(sets) WHERE id = ?",
        StatementArguments(values.map(\.value.stored) + [shown.id.databaseValue]))
    } noted: {
      $0.wrote(laptop.index, shown.key, values.map { ($0.field, $0.mark) }, gone: gone)
    }
  }

  func sqlDelete(on laptop: Laptop, _ dice: inout Dice) {
    guard let shown = pick(Vocabulary.types(laptop.schema), on: laptop, &dice) else { return }
    write(on: laptop, shown.key, [Book.deletion]) {
      try laptop.sql("DELETE FROM \(shown.key.type) WHERE id = ?", [shown.id])
    } noted: {
      $0.deleted(laptop.index, shown.key, isSent: shown.isConfirmed)
    }
  }

  func sqlReplace(on laptop: Laptop, _ dice: inout Dice) {
    putWhole(on: laptop, &dice, replacing: true)
  }

  func sqlReenter(on laptop: Laptop, _ dice: inout Dice) {
    putWhole(on: laptop, &dice, replacing: false)
  }

  func sqlUpsert(on laptop: Laptop, _ dice: inout Dice) {
    guard let shown = pick(["memo"], on: laptop, &dice) else { return }
    let value = entered("memo", "topic", &dice)
    write(on: laptop, shown.key, ["topic"]) {
      try laptop.sql(
        """
        INSERT INTO memo(id, topic) VALUES (?1, ?2)
        ON CONFLICT(id) DO UPDATE SET topic = ?2
        """, [shown.id, value.value.stored])
    } noted: {
      $0.wrote(laptop.index, shown.key, [(value.field, value.mark)])
    }
  }

  /// A whole row in the place of one that is there.
  private func putWhole(on laptop: Laptop, _ dice: inout Dice, replacing: Bool) {
    guard let shown = pick(Vocabulary.keyless(laptop.schema), on: laptop, &dice) else { return }
    let type = shown.key.type
    var values = newValues(type, laptop.schema, &dice)
    // What a program writes that keeps the scope, as it should, or forgets it.
    if dice.once(in: 2) {
      values.append(Entered(field: "scope", value: .text(dice.pick(Vocabulary.scopes)), mark: nil))
    }
    let columns = (["id"] + values.map { "\"\($0.field)\"" }).joined(separator: ", ")
    let places = (1...values.count + 1).map { "?\($0)" }.joined(separator: ", ")
    let row = StatementArguments([shown.id.databaseValue] + values.map(\.value.stored))
    let verb = replacing ? "INSERT OR REPLACE" : "INSERT"
    let insert = ("\(verb) INTO \(type)(\(columns)) VALUES (\(places))", row)
    let delete = ("DELETE FROM \(type) WHERE id = ?", [shown.id] as StatementArguments)
    // What the new row does not name is empty in it.
    let unnamed = Set(fields(type, laptop.schema)).subtracting(values.map(\.field)).sorted()
    let all = values + unnamed.map { Entered(field: $0, value: .null, mark: nil) }
    let gone = gone(from: shown, all, on: laptop)
    write(on: laptop, shown.key, all.map(\.field) + [Book.deletion]) {
      try laptop.sql(replacing ? [insert] : [delete, insert])
    } noted: {
      $0.wrote(
        laptop.index, shown.key, all.map { ($0.field, $0.mark) }, whole: true, gone: gone)
    }
  }
}
