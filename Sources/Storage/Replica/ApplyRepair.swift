import GRDB
import Shared

// Taking over how the hub has records that differ.

extension Applying {
  /// Applies whole records and erasures, and drops those that the hub does not have for this
  /// device: deleted, or gone to where it may not read. Nobody says which, so nothing of them stays
  /// but what was written here and never admitted.
  mutating func repair(gone: [RecordID]) throws -> ApplyReport {
    for group in answer.pull.groups {
      try freeHandles(of: group)
      try apply(group)
    }
    for id in gone { try drop(id.description) }
    try leaveNothing()
    try state.save()
    return report
  }

  /// A hub that was restored from an older copy gave the numbers of what it lost to others.
  private func freeHandles(of group: ChangeGroup) throws {
    let table = state.shape.tables[group.type]
    for change in group.records {
      guard let id = change.id?.description else { continue }
      if let table {
        try db.run(
          "UPDATE \(table.name) SET _handle = NULL WHERE _handle = ? AND id <> ?",
          [change.handle, id])
      }
      try db.run(
        "UPDATE _hidden SET handle = NULL WHERE type = ? AND handle = ? AND id <> ?",
        [group.type, change.handle, id])
    }
  }

  private mutating func drop(_ id: String) throws {
    if try state.hidden(id) != nil { try loseHidden(id) }
    for table in state.shape.tables.values.sorted(by: { $0.name < $1.name }) {
      guard let row = try find(id, or: 0, table), !(row[2] as DatabaseValue).isNull else {
        continue
      }
      try remove(row, table)
      try db.run("DELETE FROM _conflict WHERE record = ?", [id])
      // What is pending there goes by its id: the number may be another record's now.
      try db.run("UPDATE \(table.name) SET _handle = NULL WHERE id = ?", [id])
      report.left += 1
      report.purged += 1
    }
  }
}
