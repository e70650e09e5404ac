import FieldClient
import Shared
import Spreadsheet

/// Writes the rows of a table in one transaction. A row that its record does not take is set
/// aside with the reason and does not stop the others.
struct SpreadsheetImport {
  struct Counts: Equatable {
    var imported = 0
    var changed = 0
    var unchanged = 0
    var rejected = 0
  }

  struct Done {
    fileprivate(set) var counts = Counts()
    /// Rows that read well by themselves and do not fit the record that is already here.
    fileprivate var late: [Rejection] = []
  }

  private let table: Table
  private let type: RecordType
  private let client: FieldClient
  private let outcome: LoadBatch.Outcome
  private let existing: [RecordID: Record]

  /// Reads and checks every row; nothing is written yet.
  ///
  /// - Parameter today: the date values are checked against, ISO.
  /// - Throws: a problem of the header.
  init(
    table: Table, type: RecordType, client: FieldClient, today: String
  ) throws(Problem) {
    self.table = table
    self.type = type
    self.client = client
    let known = try KnownRecords(namedBy: type, in: client)
    var batch = LoadBatch(schema: client.schema, today: today, find: known.id)
    try batch.add(table, type: type)
    outcome = batch.resolve()
    existing = Dictionary(
      uniqueKeysWithValues: try client.records(of: type.name).map { ($0.id, $0) })
  }

  func run() throws(Problem) -> Done { try client.write(writeAll) }

  private func writeAll(_ writer: FieldWriter) throws -> Done {
    var done = Done()
    done.counts.rejected = outcome.rejections.count
    done.counts.unchanged = outcome.repeated
    for record in outcome.records {
      do {
        done.counts[keyPath: try write(record, writer)] += 1
      } catch let problem as Problem where problem.concernsTheRow {
        done.counts.rejected += 1
        done.late.append(Rejection(type: type.name, row: row(at: record.line), problems: [problem]))
      }
    }
    return done
  }

  /// The text of the rejects file.
  func rejects(_ done: Done, _ language: Language) -> String {
    Spreadsheet.writeRejects(
      table: table, rejections: outcome.rejections + done.late, language: language)
  }

  /// A record that was read came from a row of this table.
  private func row(at line: Int) -> Table.Row { table.rows.first { $0.line == line }! }

  private func write(
    _ record: LoadedRecord, _ writer: FieldWriter
  ) throws -> WritableKeyPath<Counts, Int> {
    guard let held = existing[record.id] else {
      try writer.add(type.name, id: record.id, record.values)
      return \.imported
    }
    let changes = record.values.filter { name, value in
      value != held[name] && !(value.isNull && keepsItsValue(name))
    }
    if changes.isEmpty { return \.unchanged }
    try writer.set(type.name, record.id, changes)
    return \.changed
  }

  /// An empty cell of these means that whoever filled the table left it to the program.
  private func keepsItsValue(_ name: String) -> Bool {
    guard name != "scope", let field = type[field: name] else { return true }
    return field.required && field.initial != nil
  }
}

extension Problem {
  /// Whether other rows may go on: it is about values, not about the disk.
  fileprivate var concernsTheRow: Bool { code.exitCode == Problem.Code.invalid_value.exitCode }
}
