import Testing

@testable import Shared

/// One thing that a device tries to do, and the record that it is about.
struct Cell {
  /// What a device can say of a record on the wire.
  enum Action: Hashable {
    case create, update, delete, erase
    case move(to: Scope)
  }

  let role: Role
  let type: RecordType
  let action: Action
  /// Where the record stands, or shall be created.
  let scope: Scope
  let id: RecordID
  /// As it was, or shall be created.
  let values: [String: Value]
  /// The text that an update changes.
  let field: String

  var name: String { "\(role) \(type.name) \(action) \(scope)" }
}

extension Cell.Action {
  /// Every action on a record that stands in a scope: each kind of change that the wire has, and each
  /// way out of the scope.
  static func all(from scope: Scope, among scopes: [Scope]) -> [Cell.Action] {
    let moves = scopes.filter { $0 != scope }.map { Cell.Action.move(to: $0) }
    return RecordChange.Kind.allCases.map(Cell.Action.init) + moves
  }

  /// A new kind of change does not compile before it has its cells.
  private init(_ kind: RecordChange.Kind) {
    switch kind {
    case .create: self = .create
    case .update: self = .update
    case .delete: self = .delete
    case .erase: self = .erase
    }
  }

  /// As the audit log calls it.
  var word: String {
    switch self {
    case .create: "create"
    case .update: "update"
    case .delete: "delete"
    case .erase: "erase"
    case .move: "move"
    }
  }
}

extension Cell {
  /// What the schema and the grant say, and nothing else.
  func isGranted(_ grant: Grant) -> Bool {
    guard type.writers.contains(role) else { return false }
    switch action {
    // A person's right, which Bamako sees to at the hub itself.
    case .erase: return false
    case .delete: return type.deleters.contains(role) && grant.mayWrite(scope)
    case .update: return grant.mayWrite(scope)
    case .move(let goal):
      let isWider = goal.width > scope.width
      return grant.mayWrite(scope) && grant.mayWrite(goal)
        && (!isWider || type.wideners.contains(role))
    case .create:
      let usual = type.defaultScope(values) { _, _ in nil }
      // A base reports what Bamako alone may hold: it hands it over.
      if scope == .bamako, usual == .bamako { return true }
      let isWider = usual.map { scope.width > $0.width } ?? false
      return grant.mayWrite(scope) && (!isWider || type.wideners.contains(role))
    }
  }

  /// What may be said to who is refused. A deletion of what one may not read is answered as one of what
  /// is not there: nothing is said.
  func words(for grant: Grant) -> Set<Problem.Code?> {
    guard !grant.mayRead(scope) else {
      return [.role_not_allowed, .scope_not_granted, .scope_widened]
    }
    switch action {
    case .create: return [.role_not_allowed, .scope_not_granted, .scope_widened]
    case .update, .move, .erase: return [.role_not_allowed, .not_found]
    case .delete: return [nil]
    }
  }

  /// What the log says of a refusal.
  func line(_ code: String) -> String {
    if case .move(let goal) = action { return "move \(scope) \(goal) \(code)" }
    return "\(action.word) \(scope) \(code)"
  }
}

extension Cell {
  /// A cell for each type, action and scope, each about a record of its own that nothing else could be
  /// refused of.
  static func all(_ role: Role, _ scopes: [Scope], at time: Int64) throws -> [Cell] {
    var cells: [Cell] = []
    for type in Schema.mission.types {
      for scope in scopes {
        for action in Action.all(from: scope, among: scopes) {
          let record = CompleteRecord(type: type, number: cells.count { $0.type === type } + 1)
          let (field, before) = try record.changed()
          var values = try record.values(in: scope)
          values[field.name] = before
          cells.append(
            Cell(
              role: role, type: type, action: action, scope: scope,
              id: record.id(values, at: time), values: values, field: field.name))
        }
      }
    }
    return cells
  }

  /// By somebody who has seen what stands.
  func change(_ stamp: Stamp, _ seen: Stamp) -> ChangeGroup {
    switch action {
    case .create:
      let names = values.keys.sorted()
      return group(
        names,
        RecordChange(
          kind: .create, id: id, handle: 0, stamp: stamp,
          fields: names.enumerated().map {
            FieldChange(field: $0, value: values[$1]!, stamp: stamp)
          }))
    case .update:
      return writing("après", into: field, stamp, values[field] == nil ? .never : seen)
    case .move(let goal):
      return writing(.text(goal.description), into: "scope", stamp, seen)
    case .delete:
      return group(
        [],
        RecordChange(
          kind: .delete, id: id, handle: 0, stamp: stamp, seen: FieldStamps(record: seen)))
    case .erase:
      return group([], RecordChange(kind: .erase, id: id, handle: 0, stamp: stamp))
    }
  }

  private func writing(
    _ value: Value, into field: String, _ stamp: Stamp, _ seen: Stamp
  ) -> ChangeGroup {
    group(
      [field],
      RecordChange(
        kind: .update, id: id, handle: 0, stamp: stamp,
        fields: [FieldChange(field: 0, value: value, stamp: stamp, seen: seen)]))
  }

  private func group(_ fields: [String], _ record: RecordChange) -> ChangeGroup {
    ChangeGroup(type: type.name, fields: fields, records: [record])
  }
}
