import GRDB
import Shared

/// The words of every record, without accents and case. Writing and applying only note which
/// rows they touched, so that neither waits for it; a search catches up first.
struct SearchIndex {
  let db: Database
  let shape: ReplicaShape

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

  func update() throws {
    let documents = try Int64.fetchAll(db, sql: "SELECT doc FROM _touched ORDER BY doc")
    guard !documents.isEmpty else { return }
    let types = Dictionary(uniqueKeysWithValues: shape.numbers.map { ($0.value, $0.key) })
    for document in documents {
      try db.run("DELETE FROM _search WHERE rowid = ?", [document])
      guard let name = types[document >> 40], let table = shape.tables[name] else { continue }
      try index(document, table)
    }
    try db.run("DELETE FROM _touched")
  }

  /// Leaves no word of what was removed in the index's file pages: removing a document only marks
  /// its words as gone, until the parts of the index are written anew.
  func purge() throws {
    guard try db.row("SELECT 1 FROM _search LIMIT 1") != nil else { return }
    try update()
    try db.execute(sql: "INSERT INTO _search(_search) VALUES ('optimize')")
  }

  private func index(_ document: Int64, _ table: TypedTable) throws {
    let row = document & (1 << 40 - 1)
    guard let row = try db.row(table.select([], where: "_row = ?"), [row]) else { return }
    let values = table.values(row)
    let words = table.type.fields.compactMap { field in
      values[field.name].map { "\(field.text($0)) \(labels(field, $0))" }
    }
    try db.run(
      "INSERT INTO _search(rowid, words) VALUES (?, ?)",
      [document, words.joined(separator: " ")])
  }

  /// The French and English names of a choice, so that it is found by what people call it.
  private func labels(_ field: Field, _ value: Value) -> String {
    guard case .choice(let choices) = field.kind else { return "" }
    return choices.first { .text($0.value) == value }.map { "\($0.label.fr) \($0.label.en)" } ?? ""
  }
}
