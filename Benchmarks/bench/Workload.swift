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
  typealias Edit = (id: RecordID, field: String, value: String)

  /// W3: one-field edits of rows that no other operation touches, as those of W4 to W6.
  private(set) var edits: [Edit] = []
  /// W4: the same record edited on two sides, the same field in half of them.
  private(set) var parallel: [(first: Edit, second: Edit)] = []
  /// W5.
  private(set) var single: [Edit] = []
  /// W6: records that are deleted.
  private(set) var deletions: [RecordID] = []
  /// W6: records that are deleted on one side and edited on the other.
  private(set) var contested: [(edit: Edit, byFirst: Bool)] = []

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
    for line in lines.split(separator: "\n") {
      try take(try JSONDecoder().decode(Operation.self, from: Data(line.utf8)))
    }
  }

  /// A line of the operations, with the members of its kind.
  private struct Operation: Decodable {
    let w, id: String
    let col, val, acol, aval, bcol, bval, deleter: String?
  }

  private mutating func take(_ operation: Operation) throws {
    guard let id = RecordID(hex: operation.id)?.asVersion4 else { throw Problem(.not_understood) }
    func edit(_ field: String?, _ value: String?) -> Edit { (id, field ?? "", value ?? "") }
    let own = edit(operation.col, operation.val)
    switch operation.w {
    case "w3": edits.append(own)
    case "w4":
      let other = edit(operation.bcol, operation.bval)
      parallel.append((edit(operation.acol, operation.aval), other))
    case "w5": single.append(own)
    case "w6d": deletions.append(id)
    case "w6c": contested.append((own, operation.deleter == "A"))
    default: throw Problem(.not_understood, at: operation.w)
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
