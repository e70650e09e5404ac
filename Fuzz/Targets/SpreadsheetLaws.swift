import Shared
import Spreadsheet

// What holds for a spreadsheet: it is refused, or every cell survives being written and read
// again; and what a row says as a record survives it too.

extension FuzzTarget {
  func checkCSV(_ bytes: [UInt8]) throws(BrokenLaw) -> Bool {
    guard let table = try Self.table(bytes) else { return false }
    try table.check()
    let rejections = table.rows.map { Rejection(type: "", row: $0, problems: []) }
    let text = Spreadsheet.writeRejects(table: table, rejections: rejections, language: .fr)
    let again = try ours("a file of rejects") { () throws(Problem) in try Table.parse(text) }
    let remarks = ["motif", "ligne"]
    let kept = table.header.indices.filter { !remarks.contains(table.header[$0].lowercased()) }
    let header = kept.map { table.header[$0] } + remarks
    try law("a separator is taken for another", again.separator == table.separator)
    try law("a file of rejects has another header", areSame(again.header, as: header))
    try law("a file of rejects has other rows", again.rows.count == table.rows.count)
    for (row, before) in zip(again.rows, table.rows) {
      let cells = kept.map { $0 < before.cells.count ? before.cells[$0] : "" }
      try law("a rejected cell changes", areSame(Array(row.cells.prefix(cells.count)), as: cells))
      try law("a line number changes", row.cells[cells.count + 1] == "\(before.line)")
    }
    return true
  }

  /// The first byte says which of the mission's types the rows are of.
  func checkRows(_ bytes: [UInt8]) throws(BrokenLaw) -> Bool {
    let types = Schema.mission.types
    guard let first = bytes.first else { return false }
    let type = types[Int(first) % types.count]
    guard let table = try Self.table(Array(bytes.dropFirst())) else { return false }
    let reader = try reading(refusedAs: [.csv_invalid, .unknown_field, .missing_column]) {
      () throws(Problem) in try RowReader(type: type, header: table.header)
    }
    guard let reader else { return false }
    for row in table.rows {
      if case .read(let draft) = reader.read(row) { try type.check(draft) }
    }
    let records = try type.load(table)
    let written = Spreadsheet.writeCSV(
      type: type, rows: records.map { (id: $0.id, values: $0.values) },
      separator: table.separator)
    let copy = try ours("an export") { () throws(Problem) in
      try Table.parse(Spreadsheet.decode(bytes: Array(written.utf8)))
    }
    let again = try type.load(copy)
    try law("an export has other records", again.map(\.id) == records.map(\.id))
    for (one, other) in zip(records, again) {
      try law("an export has other values", type.held(one) == type.held(other))
    }
    return true
  }

  private static func table(_ bytes: [UInt8]) throws(BrokenLaw) -> Table? {
    try reading(refusedAs: [.csv_invalid]) { () throws(Problem) in
      try Table.parse(Spreadsheet.decode(bytes: bytes))
    }
  }
}

extension Table {
  fileprivate func check() throws(BrokenLaw) {
    try law("a table without a column", !header.isEmpty)
    try law("a column without a name", header.allSatisfy { !$0.isEmpty })
    try law("a row without a cell", rows.allSatisfy { !$0.cells.isEmpty })
    let lines = rows.map(\.line)
    try law("lines do not rise", zip(lines, lines.dropFirst()).allSatisfy { $0 < $1 })
  }
}

extension RecordType {
  fileprivate func check(_ draft: Draft) throws(BrokenLaw) {
    for (name, value) in draft.values where !value.isNull {
      guard let field = self[field: name] else { throw BrokenLaw("a value of no field") }
      switch field.kind {
      case .reference, .anyReference: continue
      default: break
      }
      try law(
        "what was parsed breaks the field's rule", field.check(value, today: "9999-12-31") == nil)
      let again = try ours("a value") { () throws(Problem) in try field.parse(field.text(value)) }
      try law("a value comes back as another", again == value)
      if let prefix = field.numbering?.prefix(draft.values), let text = value.text {
        let next = Numbering.next(prefix, after: text.hasPrefix(prefix) ? [text] : [])
        try law("the next number is taken", next != text)
      }
    }
  }

  fileprivate func load(_ table: Table) throws(BrokenLaw) -> [LoadedRecord] {
    var batch = LoadBatch(schema: Schema.mission, today: "2026-07-20")
    do throws(Problem) {
      try batch.add(table, type: self)
    } catch {
      throw BrokenLaw("a header is refused when read again: \(error.code)")
    }
    let outcome = batch.resolve()
    try law(
      "more records than rows",
      outcome.records.count + outcome.rejections.count <= table.rows.count)
    try law(
      "two records of one id", Set(outcome.records.map(\.id)).count == outcome.records.count)
    return outcome.records
  }

  /// The values that may leave; columns that are merely empty are left out.
  fileprivate func held(_ record: LoadedRecord) -> [String: Value] {
    record.values.filter { !$0.value.isNull && self[field: $0.key]?.exported == true }
  }
}
