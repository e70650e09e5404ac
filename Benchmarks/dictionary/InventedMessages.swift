import Shared
import Simulation

/// Requests and answers of the sizes that most syncs have: nothing new, an edit, a record or some.
struct InventedMessages {
  enum Kind: CaseIterable {
    case asking, editing, entering, answering, bringingEdits, bringingRecords, refusing
  }

  private let schema: Schema
  private var dice: Dice
  /// A moment in milliseconds since 1970, which goes on from message to message.
  private var now: Int64 = 1_767_225_600_000
  private let bases = [
    "BKO", "SEV", "BDG", "BKS", "KRO", "GAO", "ANS", "KDL", "TES", "SAN", "MPT", "TBT", "MEN",
  ]

  init(_ schema: Schema, _ dice: Dice) {
    self.schema = schema
    self.dice = dice
  }

  mutating func message(kind: Kind) -> [UInt8] {
    now += Int64(dice.below(3_600_000))
    switch kind {
    case .asking: return request(Changeset())
    case .editing: return request(edits(few, isFromHub: false))
    case .entering: return request(records(few))
    case .answering: return answer(Changeset())
    case .bringingEdits: return answer(edits(few, isFromHub: true))
    case .bringingRecords: return answer(records(few))
    case .refusing:
      var answer = self.answer
      answer.verdicts = [
        Verdict(
          group: 0, record: 0, field: dice.below(8), kind: .refused,
          code: dice.pick(Self.refusals).rawValue,
          sentence: Problem(dice.pick(Self.refusals), at: anyField()).sentence(.fr))
      ]
      return answer.encoded
    }
  }

  private static let refusals: [Problem.Code] = [
    .invalid_value, .missing_field, .locked, .role_not_allowed, .scope_not_granted, .other_base,
  ]

  private var few: Int { mutating get { dice.once(in: 3) ? 2 + dice.below(12) : 1 } }

  private mutating func anyField() -> String { dice.pick(dice.pick(schema.types).fields).name }

  private mutating func request(_ push: Changeset) -> [UInt8] {
    SyncRequest(
      deviceClock: now, schemaVersion: schema.version, program: "djoliba/0.1.0",
      grantVersion: Int64(dice.below(4)), noticeCursor: Int64(dice.below(30)),
      knownDevices: UInt32(dice.below(60)), budget: 4 << dice.below(20), waiting: 0,
      cursors: scopes().map {
        Cursor(scope: $0, seq: Int64(dice.below(60_000)), mark: dice.next())
      }, push: push
    ).encoded
  }

  private var answer: SyncAnswer {
    mutating get {
      var answer = SyncAnswer(hubClock: now)
      answer.dictionary = 1
      answer.turn = UInt32(truncatingIfNeeded: dice.next())
      answer.pages = scopes().map {
        ScopePage(
          cursor: Cursor(scope: $0, seq: Int64(dice.below(60_000)), mark: dice.next()),
          proof: ScopePage.Proof(
            digest: Digest(high: dice.next(), low: dice.next()), records: dice.below(5_000)))
      }
      return answer
    }
  }

  private mutating func answer(_ pull: Changeset) -> [UInt8] {
    var answer = self.answer
    answer.pull = pull
    return answer.encoded
  }

  private mutating func scopes() -> [Scope] {
    let names = ["mission", "base:" + dice.pick(bases)] + (dice.once(in: 4) ? ["bamako"] : [])
    return names.compactMap { Scope($0) }.sorted()
  }

  private mutating func stamp(back most: Int) -> Stamp {
    let time = UInt64(now) - UInt64(dice.below(most))
    return Stamp(clock: time << 16 | UInt64(dice.below(2)), device: UInt32(1 + dice.below(60)))
  }

  private mutating func edits(_ count: Int, isFromHub: Bool) -> Changeset {
    let type = dice.pick(schema.types)
    let fields = (0..<1 + dice.below(2)).map { _ in dice.pick(type.fields) }
    let own = stamp(back: 86_400_000)
    let changes = (0..<count).map { _ in
      RecordChange(
        kind: .update, id: nil, handle: Int64(1 + dice.below(4_000)), stamp: own,
        fields: fields.indices.map { index in
          FieldChange(
            field: index, value: value(of: fields[index]), stamp: own,
            seen: isFromHub ? .never : stamp(back: 1 << 33))
        })
    }
    return Changeset(groups: [
      ChangeGroup(type: type.name, fields: fields.map(\.name), records: changes)
    ])
  }

  private mutating func records(_ count: Int) -> Changeset {
    let type = dice.pick(schema.types)
    let optional = type.fields.map { _ in dice.once(in: 3) }
    let changes = (0..<count).map { _ in
      let own = stamp(back: 86_400_000)
      var fields: [FieldChange] = []
      for (index, field) in type.fields.enumerated() where field.required || !optional[index] {
        fields.append(FieldChange(field: index, value: value(of: field), stamp: own))
      }
      return RecordChange(
        kind: .create, id: .fresh(at: now, from: { dice.next() }),
        handle: Int64(dice.below(4_000)), stamp: own, fields: fields)
    }
    return Changeset(groups: [
      ChangeGroup(type: type.name, fields: type.fields.map(\.name), records: changes)
    ])
  }

  private mutating func value(of field: Field) -> Value {
    if field.name == "scope" { return .text(scopes().last!.description) }
    switch field.kind {
    case .bool: return .int(Int64(dice.below(2)))
    case .int: return .int(Int64(dice.below(400)))
    case .real: return .real(Double(dice.below(4_000)) / 4)
    case .date: return .text(CivilDay.iso(milliseconds: now - Int64(dice.below(400)) * 86_400_000))
    case .datetime:
      let day = CivilDay.iso(milliseconds: now)
      return .text("\(day)T\(10 + dice.below(10)):\(10 + dice.below(50)):00Z")
    case .phone:
      let network = dice.pick(["70", "76", "66", "20"])
      return .text("+223\(network)\(100_000 + dice.below(900_000))")
    case .choice(let choices): return .text(dice.pick(choices).value)
    case .choices(let choices):
      let picked = choices.filter { _ in dice.once(in: 3) }.map(\.value)
      return .text(picked.isEmpty ? choices[0].value : picked.joined(separator: "+"))
    case .reference(_, let by) where by == "code": return .text(dice.pick(bases))
    case .reference, .anyReference:
      return .text(RecordID.fresh(at: now, from: { dice.next() }).description)
    case .text: return .text(phrase(1))
    case .longtext: return .text(phrase(1 + dice.below(4)))
    }
  }

  private mutating func phrase(_ count: Int) -> String {
    (0..<count).map { _ in Phrases.sentence(&dice) }.joined(separator: " ")
  }
}
