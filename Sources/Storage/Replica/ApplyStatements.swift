import GRDB
import Shared

// Statements that a group of an answer runs for each of its records.

extension Applying {
  /// The statement that inserts records of one group.
  struct CreateStatement {
    let sql: String
    let scope: Int?
    /// Fields that the table has no column for.
    let unknown: [Int]
    private let known: [Int]

    init(_ table: TypedTable, _ fields: [String]) {
      known = fields.indices.filter { table.type[field: fields[$0]] != nil }
      unknown = fields.indices.filter { table.type[field: fields[$0]] == nil }
      sql =
        table.insert(["_handle", "_stamps"], fields: known.map { fields[$0] })
        + " ON CONFLICT DO NOTHING"
      scope = fields.firstIndex(of: "scope")
    }

    func bindings(_ values: [DatabaseValue], fieldsFrom first: Int) -> Bindings {
      if unknown.isEmpty { return Bindings(values) }
      return Bindings(values.prefix(first) + known.map { values[first + $0] })
    }
  }

  /// The statements that update records of one group, by the fields that a change writes.
  struct UpdateStatements {
    struct Statements {
      let names: [String]
      let find: RepeatedStatement
      let write: RepeatedStatement?
    }

    private let db: Database
    private let table: TypedTable
    private let group: ChangeGroup
    private var known: [[Int]: Statements] = [:]

    init(_ db: Database, _ table: TypedTable, _ group: ChangeGroup) {
      self.db = db
      self.table = table
      self.group = group
    }

    mutating func of(_ change: RecordChange) throws -> Statements {
      let positions = change.fields.map(\.field)
      if let statements = known[positions] { return statements }
      let names = positions.map { group.fields[$0] }
      let statements = Statements(
        names: names,
        find: try RepeatedStatement(db, Applying.find(table, with: names) + "_handle = ?"),
        write: names.count == 1
          ? try RepeatedStatement(db, table.update(names + ["_stamps"], where: "_row = ?")) : nil)
      known[positions] = statements
      return statements
    }
  }
}
