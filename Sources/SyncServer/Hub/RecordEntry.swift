import Shared

/// One record of a push on its way through the hub: what was decided so far.
struct RecordEntry {
  let change: RecordChange
  let group: ChangeGroup
  /// The schema's field for each of the group's; nil for one it does not know.
  let fields: [Field?]
  let groupIndex: Int
  let recordIndex: Int
  var handle: Int64 = 0
  var isAdmitted = false
  /// The whole record stands as it was sent.
  var broughtWhole = false
  /// The record's sequence number before this change, where it stayed in its scope.
  var before: Int64?
  /// Where a new record went that its writer may not hold.
  var handedOverTo: Scope?
  /// Where a new record was written whose writer may write there no more. It waits in Bamako.
  private(set) var withdrawnScope: Scope?
  /// The writer's picture of the record may differ from the hub's now.
  var mustResend = false
  private(set) var verdicts: [Verdict] = []
  /// What a creation says of fields that others decide.
  private(set) var proposals: [FieldChange] = []
  private var refusals: [String: Problem] = [:]
  private var whole: Problem?

  init(
    change: RecordChange, group: ChangeGroup, fields: [Field?], groupIndex: Int,
    recordIndex: Int
  ) {
    self.change = change
    self.group = group
    self.fields = fields
    self.groupIndex = groupIndex
    self.recordIndex = recordIndex
  }

  /// The field of a change whose value may be written at all; nil after refusing it.
  mutating func check(_ fieldChange: FieldChange, _ type: RecordType, _ today: String) -> Field? {
    guard let field = fields[fieldChange.field] else {
      refuse(fieldChange, Problem(.unknown_field, at: group.fields[fieldChange.field]))
      return nil
    }
    if field.required && fieldChange.value.isNull {
      refuse(fieldChange, Problem(.missing_field, at: field.name))
      return nil
    }
    if let code = field.check(fieldChange.value, today: today) {
      refuse(fieldChange, Problem(code, at: field.name))
      return nil
    }
    return field
  }

  mutating func refuse(_ fieldChange: FieldChange, _ problem: Problem) {
    refusals[group.fields[fieldChange.field]] = problem
    mustResend = true
    verdicts.append(
      Verdict(
        group: groupIndex, record: recordIndex, field: fieldChange.field, kind: .refused,
        code: problem.code.rawValue, sentence: problem.place ?? ""))
  }

  mutating func refuseWhole(_ problem: Problem) { whole = problem }

  mutating func add(_ fieldChange: FieldChange, _ kind: Verdict.Kind) {
    mustResend = true
    verdicts.append(
      Verdict(group: groupIndex, record: recordIndex, field: fieldChange.field, kind: kind))
  }

  mutating func propose(_ fieldChange: FieldChange) {
    add(fieldChange, .proposed)
    proposals.append(fieldChange)
  }

  /// What the change gives the field; nil when it does not speak of it.
  func value(of field: String) -> Value? {
    change.fields.first { group.fields[$0.field] == field }?.value
  }

  /// Whether a record is what a creation says, value by value and stamp by stamp, its own included, and
  /// nothing beside.
  func isAll(of record: StoredRecord) -> Bool {
    let given = change.fields.filter { !$0.value.isNull }
    return verdicts.isEmpty && brings("scope") && record.stamps == change.stamps(in: group)
      && given.count == record.values.count { !$0.value.isNull }
      && given.allSatisfy { record.values[group.fields[$0.field]] == $0.value }
  }

  /// Whether all of a creation was written before a deletion that was to go with it: by the same device, or
  /// of a record without a key of its own, which nobody else can have entered.
  func isBefore(_ deletion: Stamp, _ type: RecordType) -> Bool {
    let stamps = [change.stamp] + change.fields.map(\.stamp)
    return stamps.allSatisfy {
      $0 < deletion && (type.key.isEmpty || $0.device == deletion.device)
    }
  }

  /// Whether the change gives the field a value.
  func brings(_ field: String) -> Bool { value(of: field).map { !$0.isNull } ?? false }

  mutating func withdraw(_ scope: Scope, mayRead isReadable: Bool) {
    withdrawnScope = scope
    if isReadable { mustResend = true } else { handedOverTo = scope }
  }

  mutating func addWhole(_ kind: Verdict.Kind) {
    verdicts.append(Verdict(group: groupIndex, record: recordIndex, field: nil, kind: kind))
  }

  /// Why a field that a rule misses was refused: a better answer than that it is missing.
  func firstRefusal(in field: String?) -> Problem? { field.flatMap { refusals[$0] } }

  /// Adds this record's part to what the whole push became.
  func report(into admission: inout Admission, _ language: Language) {
    let key = Admission.RecordKey(type: group.type, handle: handle)
    if change.kind == .create { admission.handles.append(whole == nil ? handle : 0) }
    if let whole {
      admission.verdicts.append(
        Verdict(
          group: groupIndex, record: recordIndex, field: nil, kind: .refused,
          code: whole.code.rawValue, sentence: whole.sentence(language)))
      if handle != 0 { admission.resend.insert(key) }
      return
    }
    admission.verdicts += verdicts.map { $0.withSentence(language) }
    if isAdmitted { admission.admitted += 1 }
    if let handedOverTo {
      admission.handedOver.append(
        Leave(scope: handedOverTo, type: group.type, handle: handle))
    } else if mustResend {
      admission.resend.insert(key)
    }
    if let before { admission.before[key] = before }
    admission.brought[key, default: []].formUnion(
      broughtWhole ? ["*"] : Set(change.fields.map { group.fields[$0.field] }))
  }
}

extension Verdict {
  /// Puts the sentence of its code in place of the field's name alone.
  fileprivate func withSentence(_ language: Language) -> Verdict {
    guard kind == .refused, let code = Problem.Code(rawValue: code) else { return self }
    return Verdict(
      group: group, record: record, field: field, kind: kind, code: code.rawValue,
      sentence: Problem(code, at: sentence).sentence(language))
  }
}

/// A record while the fields of a change are merged into it.
struct MergedRecord {
  struct Conflict {
    let field: String
    let status: HubConflict.Status
    let winner: FieldState
    let loser: FieldState
  }

  var record: StoredRecord
  /// What each written field held before.
  private(set) var written: [String: FieldState] = [:]
  /// Fields whose incoming value the hub wrote again with a stamp of its own, as they came in:
  /// a repeated request is known by them.
  private(set) var restamped: [String: FieldState] = [:]
  var conflicts: [Conflict] = []
  private let before: FieldStamps

  init(record: StoredRecord) {
    self.record = record
    before = record.stamps
  }

  mutating func write(_ field: String, _ state: FieldState) {
    if written[field] == nil { written[field] = record.state(of: field) }
    record.values[field] = state.value.isNull ? nil : state.value
    record.stamps.set(field, state.stamp)
  }

  /// Gives what was just written to a field a stamp of the hub's.
  mutating func restamp(_ field: String, _ stamp: Stamp) {
    let state = record.state(of: field)
    if state != written[field] { restamped[field] = state }
    record.stamps.set(field, stamp)
  }

  /// The written field that breaks a rule: the one the problem names, or, when the problem is
  /// new, one without which the rule holds.
  func cause(
    of problem: Problem, isNew: Bool, holds: ([String: Value]) -> Bool
  ) -> String? {
    if let place = problem.place, written[place] != nil { return place }
    guard isNew else { return nil }
    return written.keys.sorted().first { field in
      var values = record.values
      let old = written[field]!.value
      values[field] = old.isNull ? nil : old
      return holds(values)
    }
  }

  /// Undoes what was written to a field.
  mutating func takeBack(_ field: String) {
    guard let old = written.removeValue(forKey: field) else { return }
    record.values[field] = old.value.isNull ? nil : old.value
    var stamps = FieldStamps(record: before.record)
    for exception in before.exceptions { stamps.set(exception.field, exception.stamp) }
    for name in written.keys { stamps.set(name, record.state(of: name).stamp) }
    record.stamps = stamps
    conflicts.removeAll { $0.field == field }
  }
}
