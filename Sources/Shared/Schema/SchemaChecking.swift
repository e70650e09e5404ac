/// What the entries of a schema say of each other: names that must exist, values that must be
/// in a list, keys that must be filled.
struct SchemaChecking {
  let schema: Schema

  func run() throws(Problem) {
    for type in schema.types {
      for field in type.fields + type.derived {
        try FieldChecking(field, of: type, in: schema).run()
        if let numbering = field.numbering {
          for name in [numbering.by, numbering.yearOf] {
            _ = try self.field(name, type, "fields.\(field.name).numbered")
          }
        }
      }
      try checkKey(type)
      try checkScope(type.scope, type)
      if let owner = type.owner { try checkBase(owner, type, "owner") }
      for rule in type.rules { try check(rule, type) }
    }
  }

  private func refusal(_ type: RecordType, _ reason: String) -> Problem {
    Problem(.schema_invalid, at: "types.\(type.name).\(reason)")
  }

  private func field(_ name: String, _ type: RecordType, _ part: String) throws(Problem) -> Field {
    guard let field = type[field: name] else {
      throw refusal(type, "\(part): no field \"\(name)\"; declare it or correct the name")
    }
    return field
  }

  private func checkKey(_ type: RecordType) throws(Problem) {
    for name in type.title { _ = try field(name, type, "title") }
    if type.title.isEmpty { throw refusal(type, "title: empty; name a field") }
    if Set(type.key).count < type.key.count {
      throw refusal(type, "key: a field is there twice; keep one")
    }
    for name in type.key { _ = try field(name, type, "key") }
    for name in type.key.prefix(type.keyNeeded) where type[field: name]?.required != true {
      throw refusal(type, "key: \"\(name)\" is not required; make it so or use key_if_given")
    }
  }

  private func checkScope(_ rule: ScopeRule, _ type: RecordType) throws(Problem) {
    switch rule {
    case .fixed: return
    case .base(let name): try checkBase(name, type, "scope")
    case .same(let name, let otherwise):
      switch try field(name, type, "scope").kind {
      case .reference, .anyReference: break
      default: throw refusal(type, "scope: \"\(name)\" is no reference; name a field that is")
      }
      if let otherwise { try checkScope(otherwise, type) }
    case .byValue(let name, let rules, let otherwise):
      let choices = try field(name, type, "scope").ranks
      if let stranger = rules.keys.sorted().first(where: { choices[$0] == nil }) {
        throw refusal(type, "scope.values: \"\(stranger)\" is no value of \(name); remove it")
      }
      for rule in rules.values { try checkScope(rule, type) }
      try checkScope(otherwise, type)
    }
  }

  private func checkBase(_ name: String, _ type: RecordType, _ part: String) throws(Problem) {
    guard case .reference("base", _) = try field(name, type, part).kind else {
      throw refusal(type, "\(part): \"\(name)\" does not refer to a base; name a field that does")
    }
  }

  private func check(_ rule: RecordRule, _ type: RecordType) throws(Problem) {
    if let condition = rule.condition { try check(condition, type) }
    switch rule.demand {
    case .all(let names), .one(let names):
      for name in names { _ = try field(name, type, "rules") }
    case .order(let first, let second, _):
      _ = try field(first, type, "rules")
      _ = try field(second, type, "rules")
    case .expect(let condition): try check(condition, type)
    }
  }

  /// A test for a choice that the list does not have would never hold, and nobody would notice.
  private func check(_ condition: RecordRule.Condition, _ type: RecordType) throws(Problem) {
    let field = try field(condition.field, type, "rules")
    switch condition.test {
    case .isIn(let values), .isNotIn(let values):
      guard case .choice = field.kind else { return }
      if let stranger = values.sorted().first(where: { field.ranks[$0] == nil }) {
        throw refusal(type, "rules: \"\(stranger)\" is no value of \(field.name); correct it")
      }
    default: return
    }
  }
}
