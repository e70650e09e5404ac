import FieldClient
import Shared

/// W4 and W6: two sides that write the same records without having heard of each other.
struct Collisions {
  typealias Side = (client: FieldClient, link: DirectLink)

  let workload: Workload
  let first: Side
  let second: Side
  let line: (_ name: String, _ value: String) -> Void

  func all() async throws {
    try await edits()
    try await deletions()
    try await contests()
  }

  /// Edits of one field meet, and edits of two fields do not.
  private func edits() async throws {
    try write(first) { try set($0, workload.parallel.map(\.first)) }
    try write(second) { try set($0, workload.parallel.map(\.second)) }
    let told = try first.client.conflicts().count + second.client.conflicts().count
    let bytes = try await exchange()
    let (apart, same) = workload.parallel.split { $0.first.field != $0.second.field }
    var both = 0
    var equal = 0
    for (one, other) in apart {
      let record = try first.client.record("contacts", "\(one.id)")
      if record[one.field] == .text(one.value), record[other.field] == .text(other.value) {
        both += 1
      }
    }
    for (one, _) in workload.parallel {
      let here = try first.client.record("contacts", "\(one.id)").values
      if try second.client.record("contacts", "\(one.id)").values == here { equal += 1 }
    }
    let losers = try first.client.conflicts().count + second.client.conflicts().count - told
    line("W4, two fields of a record: both kept", "\(both) of \(apart.count)")
    line("W4, one field: losers kept and told to both", "\(losers / 2) of \(same.count)")
    line(
      "W4: equal on both sides; bytes, all syncs",
      "\(equal) of \(workload.parallel.count); \(bytes)")
  }

  private func deletions() async throws {
    try write(first) { writer in
      for id in workload.deletions { try writer.delete("contacts", "\(id)") }
    }
    let bytes = try await exchange()
    let gone = workload.deletions.count { (try? second.client.record("contacts", "\($0)")) == nil }
    line("W6, deletions: arrived; bytes each, all syncs", "\(gone); \(bytes / gone)")
  }

  /// Who edits has not seen the deletion: the record lives.
  private func contests() async throws {
    for (side, isFirst) in [(first, true), (second, false)] {
      try write(side) { writer in
        for (edit, byFirst) in workload.contested {
          if byFirst == isFirst {
            try writer.delete("contacts", "\(edit.id)")
          } else {
            try set(writer, [edit])
          }
        }
      }
    }
    _ = try await exchange()
    let alive = workload.contested.count { edit, _ in
      [first, second].allSatisfy { side in
        (try? side.client.record("contacts", "\(edit.id)"))?[edit.field] == .text(edit.value)
      }
    }
    line("W6, deleted here and edited there: lives", "\(alive) of \(workload.contested.count)")
  }

  private func write(_ side: Side, _ body: (FieldWriter) throws -> Void) throws {
    try side.client.write(body)
  }

  private func set(_ writer: FieldWriter, _ edits: [Workload.Edit]) throws {
    for edit in edits { try writer.set("contacts", edit.id, [edit.field: .text(edit.value)]) }
  }

  /// Both sides twice, so that each hears of the other. Returns the bytes of all bodies.
  private func exchange() async throws -> Int {
    for side in [first, second] { side.link.reset() }
    for _ in 0..<2 {
      for side in [first, second] {
        let report = try await side.client.sync()
        precondition(report.digestsEqual == true, "\(report)")
      }
    }
    return [first, second].reduce(0) { $0 + $1.link.up + $1.link.down }
  }
}

extension Array {
  /// Those of which it is true, and the others.
  fileprivate func split(_ isTrue: (Element) -> Bool) -> (yes: [Element], no: [Element]) {
    (filter(isTrue), filter { !isTrue($0) })
  }
}
