import Foundation
import GRDB
import Shared

/// The words of every record, without accents and case. Writing and applying only note which
/// rows they touched, so that neither waits for it; a search catches up first. The first one takes
/// in every row: until then nothing is noted.
struct SearchIndex {
  let db: Database
  let shape: ReplicaShape
  /// Rows that one transaction takes in: the first search of many records needs little memory, and
  /// when it is stopped the next one goes on.
  var batch = 10_000

  /// Text cut where the index cuts it, at every scalar that is no letter, number or accent: a
  /// word of several tokens would be a phrase, which the index does not keep.
  static func words(_ text: String) -> [String] {
    text.unicodeScalars.split { !isOfWord($0) }.map { String(String.UnicodeScalarView($0)) }
  }

  private static func isOfWord(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .decimalNumber, .letterNumber, .otherNumber, .privateUse:
      true
    default: (0x300...0x331).contains(scalar.value)
    }
  }

  /// Whether no row was ever taken in.
  static func isEmpty(_ db: Database) throws -> Bool {
    try db.row("SELECT 1 FROM _search_docsize LIMIT 1") == nil
  }

  /// Takes in rows that it does not know as they are. Returns whether there may be more.
  func update() throws -> Bool {
    if try Self.isEmpty(db) { try touchAll() }
    let documents = try Int64.fetchAll(
      db, sql: "SELECT doc FROM _touched ORDER BY doc LIMIT ?", arguments: [batch])
    guard let last = documents.last else { return false }
    let types = Dictionary(uniqueKeysWithValues: shape.numbers.map { ($0.value, $0.key) })
    for document in documents {
      try db.run("DELETE FROM _search WHERE rowid = ?", [document])
      guard let name = types[document >> 40], let table = shape.tables[name] else { continue }
      try index(document, table)
    }
    try db.run("DELETE FROM _touched WHERE doc <= ?", [last])
    return documents.count == batch
  }

  private func touchAll() throws {
    for table in shape.tables.values {
      let first = shape.document(table.type.name, 0)
      try db.run("INSERT OR IGNORE INTO _touched SELECT ? | _row FROM \(table.name)", [first])
    }
  }

  /// Leaves no word of what was removed in the index's file pages: removing a document only marks
  /// its words as gone, until the parts of the index are written anew.
  func purge() throws {
    guard try !Self.isEmpty(db) else { return }
    while try update() {}
    try db.execute(sql: "INSERT INTO _search(_search) VALUES ('optimize')")
  }

  /// The rows not indexed yet, or not even settled, that hold these words: a full disk takes
  /// neither.
  func find(_ words: [String]) throws -> [Int64] {
    let types = Dictionary(uniqueKeysWithValues: shape.numbers.map { ($0.value, $0.key) })
    let wanted = words.map(Self.plain)
    let written = """
      SELECT number << 40 | row FROM _journal JOIN _type ON name = type WHERE row NOT NULL
      """
    return try documents(outdatedBy: "UNION \(written)").filter { document in
      guard let table = types[document >> 40].flatMap({ shape.tables[$0] }),
        let text = try text(document, table)
      else { return false }
      let held = Self.words(text).map(Self.plain)
      return wanted.allSatisfy { word in held.contains { $0.hasPrefix(word) } }
    }
  }

  /// The rows that the index does not know as they are.
  private func documents(outdatedBy more: String) throws -> [Int64] {
    guard try !Self.isEmpty(db) else { return try allDocuments() }
    return try Int64.fetchAll(db, sql: "SELECT doc FROM _touched \(more) ORDER BY doc")
  }

  private func allDocuments() throws -> [Int64] {
    try shape.tables.values.flatMap { table in
      try Int64.fetchAll(db, sql: "SELECT _row FROM \(table.name)")
        .map { shape.document(table.type.name, $0) }
    }.sorted()
  }

  private static func plain(_ word: String) -> String {
    word.folding(options: [.caseInsensitive, .diacriticInsensitive], locale: nil)
  }

  private func index(_ document: Int64, _ table: TypedTable) throws {
    guard let text = try text(document, table) else { return }
    try db.run("INSERT INTO _search(rowid, words) VALUES (?, ?)", [document, text])
  }

  /// What a row is found by; nil when it is gone.
  private func text(_ document: Int64, _ table: TypedTable) throws -> String? {
    let row = document & (1 << 40 - 1)
    guard let row = try db.row(table.select([], where: "_row = ?"), [row]) else { return nil }
    let values = table.values(row)
    let words = table.type.fields.compactMap { field in
      values[field.name].map { "\(field.text($0)) \(labels(field, $0))" }
    }
    return words.joined(separator: " ")
  }

  /// The French and English names of a choice, so that it is found by what people call it.
  private func labels(_ field: Field, _ value: Value) -> String {
    guard case .choice(let choices) = field.kind else { return "" }
    return choices.first { .text($0.value) == value }.map { "\($0.label.fr) \($0.label.en)" } ?? ""
  }
}
