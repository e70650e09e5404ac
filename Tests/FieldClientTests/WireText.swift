@testable import FieldClient
@testable import Shared

/// What a message says, in lines: kept beside recorded bytes, and compared with what the present
/// program reads in them. The words are of this file, so that renaming a property changes none.
struct WireText {
  private(set) var lines: [String] = []

  init(_ request: SyncRequest) {
    add("clock \(request.deviceClock) correction \(request.correction)")
    add("schema \(request.schemaVersion) program \(request.program) turn \(request.turn)")
    add("grant \(request.grantVersion) notices \(request.noticeCursor)")
    add("devices \(request.knownDevices) budget \(request.budget) waiting \(request.waiting)")
    for cursor in request.cursors { add(cursor) }
    add(request.push)
  }

  init(_ answer: SyncAnswer) {
    add("clock \(answer.hubClock) turn \(answer.turn)")
    add("examined \(answer.examined) more \(answer.hasMore) shared \(answer.isShared)")
    if let grant = answer.grant {
      add("grant \(grant.version) \(grant.role) everything \(grant.everything)")
      add("read \(grant.read) write \(grant.write)")
    }
    if !answer.schema.isEmpty { add("schema of \(answer.schema.count) bytes") }
    for name in answer.names { add("device \(name.number) is \(name.name)") }
    add("handles \(answer.handles)")
    for verdict in answer.verdicts {
      let place = "\(verdict.group) \(verdict.record) \(verdict.field.map { "\($0)" } ?? "whole")"
      add("verdict \(place): \(verdict.kind.rawValue) \(verdict.code) \(verdict.sentence)")
    }
    for page in answer.pages {
      add(page.cursor)
      if let proof = page.proof { add("proof \(proof.digest) of \(proof.records)") }
    }
    for leave in answer.leaves { add("leave \(leave.scope) \(leave.type) #\(leave.handle)") }
    for notice in answer.notices { add(notice) }
    add(answer.pull)
  }

  init(_ request: RepairRequest) {
    add(request.cursor)
    for range in request.ranges { add("range \(range.texts.first) \(range.texts.end)") }
    add("wanted \(request.wanted) budget \(request.budget)")
    add(request.give)
  }

  init(_ answer: RepairAnswer) {
    add("clock \(answer.hubClock) known \(answer.isKnown)")
    add(answer.cursor)
    for parts in answer.parts { for part in parts { add("part \(part)") } }
    add("gone \(answer.gone)")
    add(answer.pull)
  }

  init(_ request: EnrolmentRequest) {
    add("code \(request.code) token \(request.token) program \(request.program)")
  }

  init(_ answer: EnrolmentAnswer) {
    add("device \(answer.device) \(answer.name) \(answer.base) \(answer.role)")
    add("schema of \(answer.schema.utf8.count) bytes")
  }

  private mutating func add(_ line: String) { lines.append(line) }

  private mutating func add(_ cursor: Shared.Cursor) {
    add("cursor \(cursor.scope) \(cursor.seq) \(cursor.mark)")
  }

  private mutating func add(_ notice: ConflictNotice) {
    let place = "\(notice.type) \(notice.record) \(notice.field)"
    add("notice \(notice.id) \(notice.version) \(notice.status) \(place)")
    for side in [notice.winner, notice.loser] { add("  \(text(side.value)) \(text(side.stamp))") }
  }

  private mutating func add(_ changes: Changeset) {
    for group in changes.groups {
      for record in group.records {
        let id = record.id.map { " \($0)" } ?? ""
        add("\(record.kind) \(group.type) #\(record.handle)\(id) \(text(record.stamp))")
        if let seen = record.seen { add("  seen \(seen.bytes)") }
        for field in record.fields {
          let stamps = "\(text(field.stamp)) seen \(text(field.seen))"
          add("  \(group.fields[field.field]) \(text(field.value)) \(stamps)")
        }
      }
    }
  }

  private func text(_ stamp: Stamp) -> String { "\(stamp.clock)/\(stamp.device)" }

  private func text(_ value: Value) -> String {
    switch value {
    case .null: "null"
    case .int(let number): "int \(number)"
    case .real(let number): "real \(number.bitPattern)"
    case .text(let text): "text \(text)"
    }
  }
}
