/// Which scope a new record gets.
public indirect enum ScopeRule: Sendable, Hashable {
  case fixed(Scope)
  /// The scope of the base whose code this field holds.
  case base(field: String)
  /// The scope of the record this field refers to; the other rule when it is not known.
  case same(field: String, otherwise: ScopeRule?)
  /// By the value of a choice field.
  case byValue(field: String, [String: ScopeRule], otherwise: ScopeRule)
}

extension Kind {
  /// Whether its values are codes of bases, from which scopes follow.
  var isBase: Bool {
    if case .reference("base", by: "code") = self { true } else { false }
  }
}

extension ScopeRule {
  /// The fields that it looks at.
  package var fields: Set<String> {
    switch self {
    case .fixed: []
    case .base(let field): [field]
    case .same(let field, let otherwise): (otherwise?.fields ?? []).union([field])
    case .byValue(let field, let rules, let otherwise):
      rules.values.reduce(otherwise.fields.union([field])) { $0.union($1.fields) }
    }
  }
}

extension RecordType {
  /// The scope a new record gets.
  ///
  /// - Parameter find: the values of a record of a type, by its id or the field that the
  ///   reference goes by.
  /// - Returns: nil when it cannot be told, because a field is empty or a record is not here.
  public func defaultScope(
    _ values: [String: Value], find: (String, String) -> [String: Value]?
  ) -> Scope? {
    scope(by: scope, values, find)
  }

  /// What stands against writing a record of these values: that it is the affair of a base in whose
  /// scope its writer may not write. Laptops ask before a record leaves them, the hub before it
  /// admits one.
  ///
  /// - Parameters:
  ///   - mayWrite: whether the writer may write in a scope.
  ///   - find: as for `defaultScope`.
  package func foreign(
    _ values: [String: Value], mayWrite: (Scope) -> Bool,
    find: (String, String) -> [String: Value]?
  ) -> Problem? {
    guard let owner, let code = values[owner]?.text, let scope = Self.baseScope(of: code, find),
      !mayWrite(scope)
    else { return nil }
    return Problem(.other_base, at: owner)
  }

  private func scope(
    by rule: ScopeRule, _ values: [String: Value], _ find: (String, String) -> [String: Value]?
  ) -> Scope? {
    switch rule {
    case .fixed(let scope):
      return scope
    case .base(let field):
      return values[field]?.text.flatMap { Self.baseScope(of: $0, find) }
    case .same(let field, let otherwise):
      if let scope = scopeOfRecord(in: field, values, find) { return scope }
      return otherwise.flatMap { scope(by: $0, values, find) }
    case .byValue(let field, let rules, let otherwise):
      let rule = values[field]?.text.flatMap { rules[$0] } ?? otherwise
      return scope(by: rule, values, find)
    }
  }

  private func scopeOfRecord(
    in name: String, _ values: [String: Value], _ find: (String, String) -> [String: Value]?
  ) -> Scope? {
    guard let reference = values[name]?.text, let kind = self[field: name]?.kind else { return nil }
    let type: String? =
      switch kind {
      case .reference(let type, _): type
      case .anyReference(let typeField): values[typeField]?.text
      default: nil
      }
    let record = type.flatMap { find($0, reference) }
    return record?["scope"]?.text.flatMap { Scope($0) }
  }

  /// A sub-base has no scope of its own: it belongs to its parent's.
  private static func baseScope(
    of code: String, _ find: (String, String) -> [String: Value]?
  ) -> Scope? {
    let base = find("base", code)
    let parent = base?["kind"] == "sous_base" ? base?["parent_code"]?.text : nil
    return Scope("base:" + (parent ?? code))
  }
}
