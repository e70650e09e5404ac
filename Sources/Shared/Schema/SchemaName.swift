/// Names of types and fields: they become tables and columns, JSON keys and command arguments.
enum SchemaName {
  /// Lower-case words of letters and digits joined by single underscores.
  static func isWellFormed(_ name: String) -> Bool {
    let words = name.utf8.split(separator: UInt8(ascii: "_"), omittingEmptySubsequences: false)
    return name.utf8.count <= 40
      && words.allSatisfy { word in !word.isEmpty && word.allSatisfy(isLetterOrDigit) }
      && name.utf8.first.map(isLetter) ?? false
  }

  static func isReserved(_ name: String) -> Bool {
    own.contains(name) || keywords.contains(name) || name.hasPrefix("sqlite_")
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    isLetter(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  /// What a record in JSON already says, and SQLite's own names of a row.
  private static let own: Set<String> = ["id", "type", "pending", "deleted", "rowid", "oid"]

  /// SQLite's keywords: other programs write these tables too, and forget to quote.
  private static let keywords = Set(
    """
    abort action add after all alter always analyze and as asc attach autoincrement before begin \
    between by cascade case cast check collate column commit conflict constraint create cross \
    current current_date current_time current_timestamp database default deferrable deferred \
    delete desc detach distinct do drop each else end escape except exclude exclusive exists \
    explain fail filter first following for foreign from full generated glob group groups having \
    if ignore immediate in index indexed initially inner insert instead intersect into is isnull \
    join key last left like limit match materialized natural no not nothing notnull null nulls \
    of offset on or order others outer over partition plan pragma preceding primary query raise \
    range recursive references regexp reindex release rename replace restrict returning right \
    rollback row rows savepoint select set table temp temporary then ties to transaction trigger \
    unbounded union unique update using vacuum values view virtual when where window with without
    """.split(separator: " ").map(String.init))
}
