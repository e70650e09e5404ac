extension SchemaEntries {
  func rules(_ node: SchemaNode?) throws(Problem) -> [RecordRule] {
    var rules: [RecordRule] = []
    for element in try node?.elements() ?? [] { rules.append(try rule(element)) }
    return rules
  }

  private func rule(_ node: SchemaNode) throws(Problem) -> RecordRule {
    var matchers: [String: Matcher] = [:]
    var condition: RecordRule.Condition?
    if let when = node["when"] { condition = try self.condition(when, &matchers) }
    let demand = try demand(node, &matchers)
    return RecordRule(condition: condition, demand: demand, matchers: matchers)
  }

  private func demand(
    _ node: SchemaNode, _ matchers: inout [String: Matcher]
  ) throws(Problem) -> RecordRule.Demand {
    if let names = node["require"] { return .all(of: try someTexts(names)) }
    if let names = node["require_one"] { return .one(of: try someTexts(names)) }
    if let expected = node["expect"] { return .expect(try condition(expected, &matchers)) }
    if let pair = node["order"] {
      let names = try pair.texts()
      guard names.count == 2 else { throw pair.refusal("not two fields; name the earlier first") }
      return .order(names[0], names[1], strict: try node["strict"]?.flag() ?? false)
    }
    throw node.refusal("no such rule; use require, require_one, order or expect")
  }

  private func condition(
    _ node: SchemaNode, _ matchers: inout [String: Matcher]
  ) throws(Problem) -> RecordRule.Condition {
    let field = try node.required("field").text()
    return RecordRule.Condition(field: field, test: try test(node, &matchers))
  }

  private func test(
    _ node: SchemaNode, _ matchers: inout [String: Matcher]
  ) throws(Problem) -> RecordRule.Test {
    if let values = node["in"] { return .isIn(Set(try someTexts(values))) }
    if let values = node["not_in"] { return .isNotIn(Set(try someTexts(values))) }
    if let limit = node["at_least"] { return .atLeast(try limit.number()) }
    if let limit = node["at_most"] { return .atMost(try limit.number()) }
    if let flag = node["is_set"], try flag.flag() { return .isSet }
    if let pattern = node["matches"] {
      let text = try pattern.text()
      guard let matcher = Matcher(text) else {
        throw pattern.refusal("not a regular expression; correct it")
      }
      matchers[text] = matcher
      return .matches(pattern: text)
    }
    throw node.refusal("no such test; use in, not_in, at_least, at_most, is_set or matches")
  }

  private func someTexts(_ node: SchemaNode) throws(Problem) -> [String] {
    let texts = try node.texts()
    if texts.isEmpty { throw node.refusal("empty; name at least one") }
    return texts
  }

  func scope(_ node: SchemaNode) throws(Problem) -> ScopeRule {
    if case .text(let word) = node.content {
      guard let scope = Scope(word) else {
        throw node.refusal("no such scope; use mission, bamako or base: and a code")
      }
      return .fixed(scope)
    }
    if let field = node["base"] { return .base(field: try field.text()) }
    if let field = node["same_as"] {
      var otherwise: ScopeRule?
      if let other = node["else"] { otherwise = try scope(other) }
      return .same(field: try field.text(), otherwise: otherwise)
    }
    if let field = node["by"] {
      var rules: [String: ScopeRule] = [:]
      for (value, rule) in try node.required("values").members() {
        rules[value] = try scope(rule)
      }
      return .byValue(
        field: try field.text(), rules, otherwise: try scope(try node.required("else")))
    }
    throw node.refusal("no such rule; use a scope, {\"base\"}, {\"same_as\"} or {\"by\"}")
  }
}
