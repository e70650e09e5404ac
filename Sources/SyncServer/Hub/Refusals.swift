package import Shared
import Work

// How much of a laptop's work was not admitted, and why, so that Bamako sees who is stuck. What was
// written is not kept: it stays on the laptop, for its author to correct. The log gets a line for the
// first refusal of a day of each type and reason: whoever tries what they may not leaves a trace, and
// a laptop that tries without end adds counts and no lines. Whoever sits at the console sees each refusal
// at once: nothing is counted of theirs, and the log alone remembers which lines the day has.

/// Changes of a device that were refused on a day for one reason.
package struct RefusalCount: Sendable, Hashable {
  package let device: UInt32
  /// Since 1970, UTC.
  package let day: Int64
  package let code: Problem.Code
  package let count: Int

  package init(device: UInt32, day: Int64, code: Problem.Code, count: Int) {
    self.device = device
    self.day = day
    self.code = code
    self.count = count
  }

  /// Days that are counted.
  package static let days: Int64 = 30

  /// The first of the days that count at a time, in milliseconds since 1970.
  package static func firstDay(_ time: Int64) -> Int64 { time / 86_400_000 - days + 1 }
}

/// What refusals are told apart by.
private struct RefusalKind: Hashable, Comparable {
  /// Empty for one that the schema does not know: its name is the device's own words.
  let type: String
  let code: Problem.Code

  static func < (a: RefusalKind, b: RefusalKind) -> Bool {
    (a.type, a.code.rawValue) < (b.type, b.code.rawValue)
  }
}

extension Hub {
  /// Counts what was refused of a push, and notes what is the first of its kind today.
  ///
  /// - Parameter isRepeated: whether it says that it comes again because its answer was lost: that is no
  ///   further refusal. A device may say so of anything; the line is written all the same.
  func noteRefusals(
    _ verdicts: [Verdict], of push: Changeset, by device: HubDevice, isRepeated: Bool,
    _ time: Int64, _ transaction: any HubTransaction
  ) throws {
    let refused = verdicts.filter { $0.kind == .refused }
    guard !refused.isEmpty else { return }
    let kinds = Dictionary(grouping: refused) { verdict in
      let type = store.schema[type: push.groups[verdict.group].type]
      return RefusalKind(
        type: type?.name ?? "", code: Problem.Code(rawValue: verdict.code) ?? .internal)
    }
    for (kind, all) in kinds.sorted(by: { $0.key < $1.key }) {
      let count = RefusalCount(
        device: device.number, day: time / 86_400_000, code: kind.code,
        count: isRepeated ? 0 : all.count)
      guard try transaction.add(count, of: kind.type) else { continue }
      let change = try RefusedChange(all[0], of: push, store.schema, transaction)
      try transaction.note(
        AuditEntry(
          .refuse, by: device.actor, type: kind.type.isEmpty ? nil : kind.type,
          detail: "\(change) \(kind.code.rawValue)"), time: time)
    }
    try transaction.dropRefusals(before: RefusalCount.firstDay(time))
  }

  /// Counts and notes that all of what a device gave back was refused.
  func noteRefusal(
    _ code: Problem.Code, ofGiving request: RepairRequest, by device: HubDevice
  ) throws(Problem) {
    try store.write { transaction in
      let time = now()
      let count = RefusalCount(
        device: device.number, day: time / 86_400_000, code: code,
        count: request.give.recordCount)
      guard try transaction.add(count, of: "") else { return }
      try transaction.note(
        AuditEntry(
          .refuse, by: device.actor,
          detail: "\(Act.giveBack.rawValue) \(request.cursor.scope) \(code.rawValue)"), time: time)
    }
  }
}

extension Hub {
  /// Notes that somebody at the console tried what they may not, where the day has no such line yet.
  func noteRefusal(
    of attempt: Attempt, _ code: Problem.Code, by actor: String
  ) throws(Problem) {
    let entry = AuditEntry(
      .refuse, by: actor, type: attempt.type, detail: "\(attempt.verb) \(code.rawValue)")
    try store.write { transaction in
      let time = now()
      let line = AuditLine(entry, after: nil, time: time)
      guard try !transaction.isNoted(line, since: time - time % 86_400_000) else { return }
      try transaction.note(entry, time: time)
    }
  }
}

/// What was tried and where: `update base:KDL`, `move base:GAO mission`. Of what the device made up it
/// says nothing but a scope.
private struct RefusedChange: CustomStringConvertible {
  private let words: [String]

  init(
    _ verdict: Verdict, of push: Changeset, _ schema: Schema, _ transaction: any HubTransaction
  ) throws {
    let group = push.groups[verdict.group]
    let change = group.records[verdict.record]
    let standing = try schema[type: group.type].flatMap { type in
      guard let id = change.id else { return try transaction.record(type, handle: change.handle) }
      return try transaction.record(type, id: id)
    }
    let scope = change.fields.first { group.fields[$0.field] == "scope" }
    let goal = scope?.value.text.flatMap { Scope($0) }
    let isMove = standing != nil && goal != nil && goal != standing?.scope
    words =
      [isMove ? "move" : change.kind.word]
      + [standing?.scope, isMove || standing == nil ? goal : nil].compactMap { $0?.description }
  }

  var description: String { words.joined(separator: " ") }
}

extension RecordChange.Kind {
  fileprivate var word: String {
    switch self {
    case .create: "create"
    case .update: "update"
    case .delete: "delete"
    case .erase: "erase"
    }
  }
}
