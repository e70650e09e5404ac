package import Shared

/// Files read together, whose rows may name each other by short names (`PK-02`) in any order.
///
/// Every id follows from what the files say, so that loading the same files again gives the same
/// records:
/// - a type with a natural key has the id of its key;
/// - a short name gives the UUIDv5 of the type and the name;
/// - a row without an id gives the UUIDv5 of the type and everything it says.
package struct LoadBatch {
  /// The records of a batch in the order of the files, and the rows that were not taken.
  package struct Outcome: Sendable {
    package var records: [LoadedRecord] = []
    package var rejections: [Rejection] = []
    /// Rows that say what an earlier one said.
    package var repeated = 0
  }

  /// Finds a record that is not in the batch by the text a file names it with.
  package typealias Find = (_ type: String, _ text: String) -> RecordID?

  struct Entry {
    let type: RecordType
    let row: Table.Row
    let draft: Draft
  }

  private let schema: Schema
  private let today: String
  private let find: Find
  private var entries: [Entry] = []
  private var rejections: [Rejection] = []

  /// - Parameters:
  ///   - today: the date values are checked against, ISO.
  ///   - find: asked for what the batch itself does not hold.
  package init(schema: Schema, today: String, find: @escaping Find = { _, _ in nil }) {
    self.schema = schema
    self.today = today
    self.find = find
  }

  /// Adds a file's rows. A row that cannot be read is kept for the outcome.
  ///
  /// - Throws: a problem of the header; nothing is added then.
  package mutating func add(_ table: Table, type: RecordType) throws(Problem) {
    let reader = try RowReader(type: type, header: table.header)
    for row in table.rows {
      switch reader.read(row) {
      case .read(let draft): entries.append(Entry(type: type, row: row, draft: draft))
      case .rejected(let problems):
        rejections.append(Rejection(type: type.name, row: row, problems: problems))
      }
    }
  }

  /// Finds the records the rows name, gives the ids, and checks every row by its type.
  package func resolve() -> Outcome {
    var outcome = Outcome(rejections: rejections)
    var references = References(schema: schema, entries: entries, find: find)
    var taken: [RecordID: LoadedRecord] = [:]
    for index in entries.indices {
      let entry = entries[index]
      do throws(Refused) {
        let record = try checked(index, &references)
        if let earlier = taken[record.id] {
          // The same row twice is one record; another row under the same name is an error.
          guard earlier.type == record.type, earlier.values == record.values else {
            throw Refused([Problem(.invalid_value, at: "id")])
          }
          outcome.repeated += 1
          continue
        }
        taken[record.id] = record
        outcome.records.append(record)
      } catch {
        outcome.rejections.append(
          Rejection(type: entry.type.name, row: entry.row, problems: error.problems))
      }
    }
    return outcome
  }

  private func checked(
    _ index: Int, _ references: inout References
  ) throws(Refused) -> LoadedRecord {
    let entry = entries[index]
    let (values, unresolved) = references.values(of: index)
    guard unresolved.isEmpty else {
      throw Refused(unresolved.map { Problem(.invalid_value, at: $0) })
    }
    let problems = entry.type.check(entry.type.filled(values), today: today)
    guard problems.isEmpty else { throw Refused(problems) }
    guard let id = references.id(of: index) else { throw Refused([Problem(.bad_id, at: "id")]) }
    return LoadedRecord(type: entry.type.name, id: id, values: values, line: entry.row.line)
  }

  private struct Refused: Error {
    let problems: [Problem]
    init(_ problems: [Problem]) { self.problems = problems }
  }
}

extension RecordType {
  /// The values with the default of each empty field that has one: what a new record would hold.
  fileprivate func filled(_ values: [String: Value]) -> [String: Value] {
    var filled = values
    for field in fields where filled[field.name] ?? .null == .null {
      if let initial = field.initial { filled[field.name] = initial }
      // Whoever writes the record counts; any number passes the check.
      if let prefix = field.numbering?.prefix(values) {
        filled[field.name] = .text(Numbering.next(prefix, after: []))
      }
    }
    return filled
  }
}
