/// Turns the schema's JSON into types: the form of each entry is checked here, what entries say
/// of each other in `SchemaChecking`.
struct SchemaReading {
  private let document: SchemaNode
  private let systemFields: [Field]
  private let systemRules: [RecordRule]
  let choiceLists: [String: [Choice]]
  let roleGroups: [String: Set<Role>]

  init(_ document: SchemaNode) throws(Problem) {
    self.document = document
    roleGroups = try Self.roleGroups(document["role_groups"])
    choiceLists = try Self.choiceLists(document["choice_lists"])
    let bare = SchemaEntries(choiceLists: choiceLists, roleGroups: roleGroups)
    systemFields = try bare.fields(document["system_fields"], in: "system_fields")
    systemRules = try bare.rules(document["system_rules"])
  }

  func types() throws(Problem) -> [RecordType] {
    let entries = SchemaEntries(choiceLists: choiceLists, roleGroups: roleGroups)
    var types: [RecordType] = []
    for node in try document.required("types").elements() {
      let type = try self.type(node, entries)
      if types.contains(where: { $0.name == type.name }) {
        throw node.refusal("declared twice; keep one")
      }
      types.append(type)
    }
    if types.isEmpty { throw document.refusal("empty; declare a record type", in: "types") }
    return types
  }

  private func type(_ node: SchemaNode, _ entries: SchemaEntries) throws(Problem) -> RecordType {
    let name = try entries.name(node)
    let own = try entries.fields(try node.required("fields"), in: "fields")
    if own.isEmpty { throw node.refusal("empty; declare a field", in: "fields") }
    let derived = try entries.fields(node["derived"], in: "derived")
    try unique(systemFields + own + derived, node)
    return RecordType(
      name: name, label: try entries.label(node), fields: systemFields + own, derived: derived,
      key: try entries.key(node), title: try node.required("title").texts(),
      scope: try entries.scope(try node.required("scope")), owner: try node["owner"]?.text(),
      priority: try node.required("priority").wholeNumber(in: 0...9),
      reviewDays: try node["review_days"]?.wholeNumber(in: 1...3650),
      rights: try entries.rights(node),
      rules: systemRules + (try entries.rules(node["rules"])))
  }

  private func unique(_ fields: [Field], _ node: SchemaNode) throws(Problem) {
    var names: Set<String> = []
    for field in fields where !names.insert(field.name).inserted {
      throw node.refusal("declared twice; keep one", in: "fields.\(field.name)")
    }
  }

  private static func roleGroups(_ node: SchemaNode?) throws(Problem) -> [String: Set<Role>] {
    var groups: [String: Set<Role>] = [:]
    for (name, group) in try node?.members() ?? [] {
      if Role(rawValue: name) != nil { throw group.refusal("a role has this name; choose another") }
      groups[name] = try SchemaEntries(choiceLists: [:], roleGroups: [:]).roles(group)
    }
    return groups
  }

  private static func choiceLists(_ node: SchemaNode?) throws(Problem) -> [String: [Choice]] {
    let entries = SchemaEntries(choiceLists: [:], roleGroups: [:])
    var lists: [String: [Choice]] = [:]
    for (name, list) in try node?.members() ?? [] { lists[name] = try entries.choices(list) }
    return lists
  }
}
