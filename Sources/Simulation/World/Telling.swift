import Shared

// What went over a link, in words, for whoever reads a history.

extension World {
  /// Tells what a request says; for readers only.
  func tellRequest(_ posted: Posted) {
    guard isTold else { return }
    guard posted.path == .sync else { return tell("    ↑ repair") }
    if BodyName.isName(posted.body) { return tell("    ↑ the body that left before") }
    guard let plain = try? Compression.expand(posted.body, limit: Limits.expandedBody),
      let request = try? SyncRequest(encoded: plain)
    else { return }
    let cursors = request.cursors.map { "\($0.scope) \($0.seq)" }.joined(separator: ", ")
    tell("    ↑ at \(cursors.isEmpty ? "the beginning" : cursors)")
    for line in request.push.lines { tell("    ↑ \(line)") }
  }

  func tellAnswer(_ body: [UInt8], to request: Posted) {
    guard isTold, request.path == .sync,
      let parts = try? Parts.expand(body, isWhole: true, limit: Limits.expandedBody).messages
    else { return }
    for part in parts { if let answer = try? SyncAnswer(encoded: part) { tell(answer) } }
  }

  private func tell(_ answer: SyncAnswer) {
    if !answer.examined { tell("    ↓ the push was not examined") }
    for verdict in answer.verdicts {
      let place = [verdict.group, verdict.record] + (verdict.field.map { [$0] } ?? [])
      tell("    ↓ \(place) \(verdict.kind) \(verdict.code)")
    }
    for leave in answer.leaves { tell("    ↓ \(leave.type) \(leave.handle) leaves \(leave.scope)") }
    for line in answer.pull.lines { tell("    ↓ \(line)") }
    let pages = answer.pages.map {
      "\($0.cursor.scope) \($0.cursor.seq)\($0.proof == nil ? "…" : "")"
    }
    tell("    ↓ to \(pages.joined(separator: ", "))")
  }
}

extension Changeset {
  /// A line for each change.
  fileprivate var lines: [String] {
    groups.flatMap { group in
      group.records.map { record in
        let name = record.id.map { "…\($0.description.suffix(4))" } ?? "handle \(record.handle)"
        let fields = record.fields.map { change in
          let value = change.value.mark?.prefix(12) ?? "empty"
          return "\(group.fields[change.field])=\(value) \(change.stamp.short)"
            + (change.seen == .never ? "" : " on \(change.seen.short)")
        }
        return "\(record.kind) \(group.type) \(name) \(record.stamp.short): "
          + fields.joined(separator: ", ")
      }
    }
  }
}

extension Stamp {
  /// Enough of it to tell stamps apart.
  var short: String { "@\(milliseconds % 100_000_000).\(clock & 0xffff)/\(device)" }
}
