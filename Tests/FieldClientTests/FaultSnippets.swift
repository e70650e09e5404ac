/// What another program may do to the tables, in SQL, and the names of the contacts after it.
///
/// Before it stand two contacts, `Un` with the id ending in 1 and `Deux` with the id ending in
/// 2, and one `roadmap_progress` with the comment `c0`.
struct Snippet: CustomStringConvertible, Sendable {
  let description: String
  let sql: String
  var contacts = ["Deux", "Un"]
  var comments = ["c0"]

  init(
    _ description: String, _ sql: String, contacts: [String] = ["Deux", "Un"],
    comments: [String] = ["c0"]
  ) {
    self.description = description
    self.sql = sql
    self.contacts = contacts
    self.comments = comments
  }

  static let one = "00000000-0000-7000-8000-000000000001"
  static let two = "00000000-0000-7000-8000-000000000002"
  static let three = "00000000-0000-7000-8000-000000000003"

  static let ground = """
    \(insert)\(row(one, "Un")), \(row(two, "Deux"));
    \(progress)('FR-1.1', '2026Q1', 10, 'vert', 'c0');
    """

  private static let columns = """
    display_name, function_title, contact_type, base_code, relationship, consent_basis, status, scope
    """
  private static let insert = "INSERT INTO contact(id, \(columns)) VALUES "
  private static let replace = "INSERT OR REPLACE INTO contact(id, \(columns)) VALUES "
  private static let ignore = "INSERT OR IGNORE INTO contact(id, \(columns)) VALUES "
  private static let progress = """
    INSERT INTO roadmap_progress(roadmap_code, quarter, progress_pct, rag, comment) VALUES
    """

  private static func row(_ id: String, _ name: String) -> String {
    """
    ('\(id)', '\(name)', 'Maire', 'media', 'GAO', 'ponctuelle', 'accord_oral', 'actif', 'mission')
    """
  }

  static let all = inserts + changes + deletions + replacements + naturalKeys

  private static let inserts = [
    Snippet(
      "insert without an id",
      "INSERT INTO contact(\(columns)) SELECT \(columns) FROM contact WHERE id = '\(one)'",
      contacts: ["Deux", "Un", "Un"]),
    Snippet("insert", insert + row(three, "Trois"), contacts: ["Deux", "Trois", "Un"]),
    Snippet(
      "insert with an id that is no UUID of ours",
      insert + row("ffffffff-ffff-ffff-ffff-ffffffffffff", "Trois"),
      contacts: ["Deux", "Trois", "Un"]),
    Snippet(
      "insert with a wrong uuid that has the right letters",
      insert + row("------------------------------------", "Trois"),
      contacts: ["Deux", "Trois", "Un"]),
    Snippet(
      "copy every column of ours, the bookkeeping too",
      """
      INSERT INTO contact(\(columns), _stamps) SELECT \(columns), _stamps FROM contact
      """, contacts: ["Deux", "Deux", "Un", "Un"]),
    Snippet(
      "insert and update it twice",
      """
      \(insert)\(row(three, "Trois"));
      UPDATE contact SET display_name = 'Quatre' WHERE id = '\(three)';
      UPDATE contact SET display_name = 'Cinq' WHERE id = '\(three)';
      """, contacts: ["Cinq", "Deux", "Un"]),
    Snippet(
      "insert without scope and status",
      """
      INSERT INTO contact(display_name, function_title, contact_type, base_code, relationship,
        consent_basis) VALUES ('Trois', 'Maire', 'media', 'GAO', 'ponctuelle', 'accord_oral')
      """, contacts: ["Deux", "Trois", "Un"]),
    Snippet(
      "insert and delete",
      "\(insert)\(row(three, "Trois")); DELETE FROM contact WHERE id = '\(three)'"),
    Snippet(
      "rows that take a deleted row's number",
      """
      \(insert)\(row(three, "Trois")); DELETE FROM contact WHERE id = '\(three)';
      INSERT INTO contact(\(columns)) SELECT 'Quatre', function_title, contact_type, base_code,
        relationship, consent_basis, status, scope FROM contact WHERE id = '\(one)';
      """, contacts: ["Deux", "Quatre", "Un"]),
  ]

  private static let changes = [
    Snippet(
      "update twice",
      """
      UPDATE contact SET display_name = 'Uno' WHERE id = '\(one)';
      UPDATE contact SET display_name = 'Eins', phone_orange = '+22370000001' WHERE id = '\(one)';
      """, contacts: ["Deux", "Eins"]),
    Snippet(
      "update there and back",
      """
      UPDATE contact SET display_name = 'Uno' WHERE id = '\(one)';
      UPDATE contact SET display_name = 'Un' WHERE id = '\(one)';
      """),
    Snippet("update to the same", "UPDATE contact SET display_name = display_name"),
    Snippet(
      "bulk update", "UPDATE contact SET display_name = display_name || ' bis', locality = 'Gao'",
      contacts: ["Deux bis", "Un bis"]),
    Snippet(
      "fill and empty",
      """
      UPDATE contact SET locality = 'Gao';
      UPDATE contact SET locality = NULL WHERE id = '\(one)';
      """),
    Snippet(
      "update or replace", "UPDATE OR REPLACE contact SET display_name = 'Uno' WHERE id = '\(one)'",
      contacts: ["Deux", "Uno"]),
    Snippet("move to another scope", "UPDATE contact SET scope = 'base:GAO' WHERE id = '\(one)'"),
    Snippet(
      "upsert that updates",
      """
      \(insert)\(row(one, "Nouveau"))
      ON CONFLICT(id) DO UPDATE SET display_name = excluded.display_name
      """, contacts: ["Deux", "Nouveau"]),
    Snippet(
      "upsert that inserts",
      """
      \(insert)\(row(three, "Trois"))
      ON CONFLICT(id) DO UPDATE SET display_name = excluded.display_name
      """, contacts: ["Deux", "Trois", "Un"]),
    Snippet("upsert that does nothing", "\(insert)\(row(one, "X")) ON CONFLICT(id) DO NOTHING"),
    Snippet(
      "update of the bookkeeping id to itself", "UPDATE contact SET id = id"),
    Snippet("a transaction rolled back", "SAVEPOINT s; DELETE FROM contact; ROLLBACK TO s"),
  ]

  private static let deletions = [
    Snippet("delete", "DELETE FROM contact WHERE id = '\(one)'", contacts: ["Deux"]),
    Snippet("delete all", "DELETE FROM contact", contacts: []),
    Snippet(
      "update and delete",
      """
      UPDATE contact SET display_name = 'Uno' WHERE id = '\(one)';
      DELETE FROM contact WHERE id = '\(one)';
      """, contacts: ["Deux"]),
    Snippet(
      "delete and insert the same id",
      "DELETE FROM contact WHERE id = '\(one)'; \(insert)\(row(one, "Revenu"))",
      contacts: ["Deux", "Revenu"]),
    Snippet(
      "delete and insert the same again",
      "DELETE FROM contact WHERE id = '\(one)'; \(insert)\(row(one, "Un"))"),
    Snippet(
      "delete, insert the same id, delete",
      """
      DELETE FROM contact WHERE id = '\(one)'; \(insert)\(row(one, "Revenu"));
      DELETE FROM contact WHERE id = '\(one)';
      """, contacts: ["Deux"]),
    Snippet(
      "delete, insert the same id, update",
      """
      DELETE FROM contact WHERE id = '\(one)'; \(insert)\(row(one, "Revenu"));
      UPDATE contact SET display_name = 'Encore', locality = 'Gao' WHERE id = '\(one)';
      """, contacts: ["Deux", "Encore"]),
    Snippet(
      "update, delete, insert the same id",
      """
      UPDATE contact SET display_name = 'Uno', locality = 'Gao' WHERE id = '\(one)';
      DELETE FROM contact WHERE id = '\(one)'; \(insert)\(row(one, "Un"));
      """),
    Snippet(
      "two records change their names' places",
      """
      DELETE FROM contact; \(insert)\(row(two, "Un")); \(insert)\(row(one, "Deux"));
      """),
  ]

  private static let replacements = [
    Snippet("replace", replace + row(one, "Remplacé"), contacts: ["Deux", "Remplacé"]),
    Snippet("replace the last row", replace + row(two, "Remplacé"), contacts: ["Remplacé", "Un"]),
    Snippet("replace by the same", replace + row(one, "Un")),
    Snippet(
      "replace twice", "\(replace)\(row(one, "X")); \(replace)\(row(one, "Y"))",
      contacts: ["Deux", "Y"]),
    Snippet(
      "replace and delete", "\(replace)\(row(one, "X")); DELETE FROM contact WHERE id = '\(one)'",
      contacts: ["Deux"]),
    Snippet(
      "delete and replace", "DELETE FROM contact WHERE id = '\(one)'; \(replace)\(row(one, "X"))",
      contacts: ["Deux", "X"]),
    Snippet(
      "update and replace",
      """
      UPDATE contact SET display_name = 'Uno', locality = 'Gao' WHERE id = '\(one)';
      \(replace)\(row(one, "X"))
      """, contacts: ["Deux", "X"]),
    Snippet(
      "replace and update",
      """
      \(replace)\(row(one, "X"));
      UPDATE contact SET display_name = 'Uno', locality = 'Gao' WHERE id = '\(one)';
      """, contacts: ["Deux", "Uno"]),
    Snippet("ignored insert", ignore + row(one, "X")),
    Snippet("insert or ignore", ignore + row(three, "Trois"), contacts: ["Deux", "Trois", "Un"]),
    Snippet(
      "ignored insert, then delete",
      "\(ignore)\(row(one, "X")); DELETE FROM contact WHERE id = '\(one)'", contacts: ["Deux"]),
    Snippet(
      "ignored insert, then update",
      """
      \(ignore)\(row(one, "X")); UPDATE contact SET display_name = 'Uno' WHERE id = '\(one)'
      """, contacts: ["Deux", "Uno"]),
    Snippet(
      "replace by copying",
      """
      INSERT OR REPLACE INTO contact(id, \(columns)) SELECT id, \(columns) FROM contact
      """),
    Snippet("replace every column", "INSERT OR REPLACE INTO contact SELECT * FROM contact"),
    Snippet("vacuum after a delete", "DELETE FROM contact WHERE id = '\(one)'", contacts: ["Deux"]),
  ]

  private static let naturalKeys = [
    Snippet(
      "natural key without its id", progress + "('FR-1.1', '2026Q2', 20, 'vert', 'c1')",
      comments: ["c0", "c1"]),
    Snippet(
      "natural key twice in one go",
      progress + "('FR-1.1', '2026Q2', 20, 'vert', 'c1'), ('FR-1.1', '2026Q2', 30, 'vert', 'c2')",
      comments: ["c0", "c2"]),
    Snippet(
      "natural key that is here already", progress + "('FR-1.1', '2026Q1', 20, 'rouge', 'c1')",
      comments: ["c1"]),
    Snippet(
      "natural key that is here already, the same",
      progress + "('FR-1.1', '2026Q1', 10, 'vert', 'c0')"),
    Snippet(
      "natural key that is here already, then updated",
      """
      \(progress)('FR-1.1', '2026Q1', 20, 'rouge', 'c1');
      UPDATE roadmap_progress SET comment = 'c2' WHERE comment = 'c1';
      """, comments: ["c2"]),
    Snippet(
      "natural key that is here already, updated to the same",
      """
      \(progress)('FR-1.1', '2026Q1', 20, 'rouge', 'c1');
      UPDATE roadmap_progress SET comment = 'c0', rag = 'vert', progress_pct = 10
      WHERE comment = 'c1';
      """),
    Snippet(
      "natural key that is here already, then deleted",
      """
      \(progress)('FR-1.1', '2026Q1', 20, 'rouge', 'c1');
      DELETE FROM roadmap_progress WHERE comment = 'c1';
      """),
    Snippet(
      "natural key deleted and entered again",
      """
      DELETE FROM roadmap_progress;
      \(progress)('FR-1.1', '2026Q1', 20, 'rouge', 'c1');
      """, comments: ["c1"]),
    Snippet(
      "natural key entered again, then the first deleted",
      """
      \(progress)('FR-1.1', '2026Q1', 20, 'rouge', 'c1');
      DELETE FROM roadmap_progress WHERE comment = 'c0';
      """, comments: ["c1"]),
    Snippet(
      "natural key under an id of its own",
      """
      INSERT INTO roadmap_progress(id, roadmap_code, quarter, progress_pct, rag, comment)
      VALUES ('\(three)', 'FR-1.1', '2026Q2', 20, 'vert', 'c1')
      """, comments: ["c0", "c1"]),
  ]
}
