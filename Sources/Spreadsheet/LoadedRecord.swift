package import Shared

/// A record read from a file, ready to be written.
package struct LoadedRecord: Sendable, Hashable {
  package let type: String
  package let id: RecordID
  /// The columns the file has; `.null` where a cell is empty. Absent columns are absent.
  package let values: [String: Value]
  package let line: Int

  package init(type: String, id: RecordID, values: [String: Value], line: Int) {
    self.type = type
    self.id = id
    self.values = values
    self.line = line
  }
}

/// A row that was not taken, with its cells as they were, for the rejects file.
package struct Rejection: Sendable, Hashable {
  package let type: String
  package let row: Table.Row
  package let problems: [Problem]

  package init(type: String, row: Table.Row, problems: [Problem]) {
    self.type = type
    self.row = row
    self.problems = problems
  }
}
