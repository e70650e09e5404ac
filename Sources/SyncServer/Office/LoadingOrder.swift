import Shared

extension Schema {
  /// The positions of the rows so that a record comes after those its scope follows from.
  func loadingOrder(_ rows: [LoadRow]) -> [Int] {
    let places = Dictionary(
      uniqueKeysWithValues: typesByScope.enumerated().map { ($1, $0) })
    return rows.indices.sorted {
      (places[rows[$0].type] ?? .max, $0) < (places[rows[$1].type] ?? .max, $1)
    }
  }

  /// The names of the types, each after those that its scope rule looks at.
  private var typesByScope: [String] {
    var ordered: [String] = []
    var visited: Set<String> = []
    func visit(_ type: RecordType) {
      guard visited.insert(type.name).inserted else { return }
      for other in types where type.scope.looks(at: other.name, from: type) { visit(other) }
      ordered.append(type.name)
    }
    types.forEach(visit)
    return ordered
  }
}

extension ScopeRule {
  fileprivate func looks(at other: String, from type: RecordType) -> Bool {
    switch self {
    case .fixed: false
    case .base: other == "base"
    case .same(let field, let otherwise):
      type.mayName(other, in: field) || otherwise?.looks(at: other, from: type) ?? false
    case .byValue(_, let rules, let otherwise):
      otherwise.looks(at: other, from: type)
        || rules.values.contains { $0.looks(at: other, from: type) }
    }
  }
}

extension RecordType {
  /// Whether a reference field may name a record of another type.
  fileprivate func mayName(_ other: String, in name: String) -> Bool {
    switch self[field: name]?.kind {
    case .reference(let type, _): type == other
    case .anyReference(let typeField):
      if case .choice(let choices) = self[field: typeField]?.kind {
        choices.contains { $0.value == other }
      } else {
        true
      }
    default: false
    }
  }
}
