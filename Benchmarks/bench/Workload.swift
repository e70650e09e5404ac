import Foundation
import GRDB
import Shared

/// The rows and operations that `workload.py` makes: always the same for the same count.
struct Workload {
  static let columns = [
    "full_name", "organisation", "role", "kind", "base", "locality", "phone", "email",
    "languages", "sensitivity", "notes",
  ]

  let rows: [(id: RecordID, values: [String])]
  /// One-field edits of rows that no other operation touches.
  let edits: [(id: RecordID, field: String, value: String)]

  init(_ count: Int, in folder: String) throws {
    let file = "\(folder)/contacts_\(count).db"
    if !FileManager.default.fileExists(atPath: file) {
      throw Problem(.file_missing, at: "\(file): python3 Benchmarks/workload.py \(count)")
    }
    let queue = try DatabaseQueue(path: file)
    rows = try queue.read { db in
      try Row.fetchAll(db, sql: "SELECT * FROM contacts ORDER BY rowid").map { row in
        (RecordID(bytes: row[0] as Data)!.asVersion4, (1...11).map { row[$0] as String })
      }
    }
    let lines = try String(contentsOfFile: "\(folder)/ops_\(count).jsonl", encoding: .utf8)
    edits = try lines.split(separator: "\n").compactMap { line in
      let plain = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
      guard plain["w"] as? String == "w3", let hex = plain["id"] as? String else { return nil }
      return (RecordID(hex: hex)!.asVersion4, plain["col"] as! String, plain["val"] as! String)
    }
  }
}

extension RecordID {
  init?(hex: String) {
    let text = [(0, 8), (8, 4), (12, 4), (16, 4), (20, 12)].map { start, count in
      String(hex.dropFirst(start).prefix(count))
    }
    self.init(text.joined(separator: "-"))
  }

  /// The workload's ids are 16 random bytes; as UUIDs they are of version 4.
  var asVersion4: RecordID {
    RecordID(
      high: high & ~0xf000 | 0x4000, low: low & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000)
  }
}
