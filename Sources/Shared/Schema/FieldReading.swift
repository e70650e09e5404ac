extension SchemaEntries {
  /// The fields of a list; an absent list has none.
  func fields(_ node: SchemaNode?, in list: String) throws(Problem) -> [Field] {
    var fields: [Field] = []
    for element in try node?.elements() ?? [] {
      let field = try field(element, isDerived: list == "derived")
      if fields.contains(where: { $0.name == field.name }) {
        throw element.refusal("declared twice; keep one")
      }
      fields.append(field)
    }
    return fields
  }

  private func field(_ node: SchemaNode, isDerived: Bool) throws(Problem) -> Field {
    let kind = try kind(node)
    let pattern = try node["pattern"]?.text()
    return Field(
      name: try name(node), label: try label(node), kind: kind,
      required: try node["required"]?.flag() ?? false,
      policy: isDerived ? .last : try policy(try node.required("policy")),
      lock: try lock(node["lock"]), aliases: try node["aliases"]?.texts() ?? [],
      pattern: pattern, minimum: try node["minimum"]?.number(),
      maximum: try node["maximum"]?.number(),
      maximumLength: try node["maximum_length"]?.wholeNumber(in: 1...Limits.text),
      notFuture: try node["not_future"]?.flag() ?? false, gates: try gates(node["gates"]),
      initial: try initial(node["initial"], kind), numbering: try numbering(node["numbered"]),
      exported: try node["exported"]?.flag() ?? true,
      matcher: try matcher(node["pattern"]), ranks: (kind.choices ?? []).positions(of: \.value))
  }

  private func kind(_ node: SchemaNode) throws(Problem) -> Kind {
    let word = try node.required("kind")
    switch try word.text() {
    case "text": return .text
    case "longtext": return .longtext
    case "int": return .int
    case "real": return .real
    case "bool": return .bool
    case "date": return .date
    case "datetime": return .datetime
    case "phone": return .phone
    case "choice": return .choice(try choices(try node.required("values")))
    case "choices": return .choices(try choices(try node.required("values")))
    case "reference":
      return .reference(
        type: try node.required("to").text(), by: try node.required("by").text())
    case "any_reference":
      return .anyReference(typeField: try node.required("type_field").text())
    case let other:
      throw word.refusal(
        """
        "\(other)" is no kind; use text, longtext, int, real, bool, date, datetime, phone, \
        choice, choices, reference or any_reference
        """)
    }
  }

  private func policy(_ node: SchemaNode) throws(Problem) -> Policy {
    if let order = node["cautious"] { return .cautious(try order.texts()) }
    if let order = node["ordered"] {
      return .ordered(try order.texts(), back: try roles(try node.required("back")))
    }
    if let gate = node["gated"] {
      let open = try node["open_at_creation"]?.flag() ?? false
      return .gated(try roles(gate), openAtCreation: open)
    }
    if case .text(let word) = node.content {
      switch word {
      case "last": return .last
      case "review": return .review
      case "append_only": return .appendOnly
      default: break
      }
    }
    throw node.refusal(
      """
      no such policy; use "last", "review", "append_only", {"cautious": […]}, \
      {"ordered": […], "back": […]} or {"gated": […]}
      """)
  }

  private func lock(_ node: SchemaNode?) throws(Problem) -> Lock? {
    guard let node else { return nil }
    return Lock(
      field: try node.required("field").text(),
      values: Set(try node.required("values").texts()),
      unlock: try roles(try node.required("unlock")))
  }

  private func gates(_ node: SchemaNode?) throws(Problem) -> [String: Set<Role>] {
    var gates: [String: Set<Role>] = [:]
    for (value, group) in try node?.members() ?? [] { gates[value] = try roles(group) }
    return gates
  }

  private func initial(_ node: SchemaNode?, _ kind: Kind) throws(Problem) -> Value? {
    switch node?.content {
    case nil: return nil
    case .flag(let flag): return .int(flag ? 1 : 0)
    case .text(let text): return .text(text)
    case .number(let number):
      if case .real = kind { return .real(number) }
      return Int64(exactly: number).map { .int($0) } ?? .real(number)
    default: throw node!.refusal("not a value; write a text, a number, true or false")
    }
  }

  private func numbering(_ node: SchemaNode?) throws(Problem) -> Numbering? {
    guard let node else { return nil }
    return Numbering(
      by: try node.required("by").text(), yearOf: try node.required("year_of").text())
  }

  private func matcher(_ node: SchemaNode?) throws(Problem) -> Matcher? {
    guard let node else { return nil }
    guard let matcher = Matcher(try node.text()) else {
      throw node.refusal("not a regular expression; correct it")
    }
    return matcher
  }
}
