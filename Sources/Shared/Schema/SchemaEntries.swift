/// Reads the entries that types are made of; lists of choices and groups of roles that stand at
/// the head of the file are known by name.
struct SchemaEntries {
  let choiceLists: [String: [Choice]]
  let roleGroups: [String: Set<Role>]

  func name(_ node: SchemaNode) throws(Problem) -> String {
    let name = try node.required("name").text()
    guard SchemaName.isWellFormed(name) else {
      throw node.refusal("not a usable name; write snake_case, at most 40 letters and digits")
    }
    if SchemaName.isReserved(name) {
      throw node.refusal("a word of SQL or of the programs; choose another name")
    }
    return name
  }

  func label(_ node: SchemaNode) throws(Problem) -> Label {
    let (fr, en) = (try node.required("fr").text(), try node.required("en").text())
    if fr.allSatisfy(\.isWhitespace) { throw node.refusal("\"fr\" is empty; write a label") }
    if en.allSatisfy(\.isWhitespace) { throw node.refusal("\"en\" is empty; write a label") }
    return Label(fr: fr, en: en)
  }

  /// Roles and groups of roles. The hub is always among them.
  func roles(_ node: SchemaNode) throws(Problem) -> Set<Role> {
    var roles: Set<Role> = [.hub]
    for element in try node.elements() {
      let word = try element.text()
      if let role = Role(rawValue: word) {
        roles.insert(role)
      } else if let group = roleGroups[word] {
        roles.formUnion(group)
      } else {
        throw element.refusal("\"\(word)\" is no role and no group of role_groups")
      }
    }
    return roles
  }

  func rights(_ node: SchemaNode) throws(Problem) -> RecordType.Rights {
    RecordType.Rights(
      writers: try roles(try node.required("writers")),
      deleters: try roles(try node.required("deleters")),
      wideners: try roles(try node.required("wideners")))
  }

  func choices(_ node: SchemaNode) throws(Problem) -> [Choice] {
    if case .text(let name) = node.content {
      if let list = choiceLists[name] { return list }
      throw node.refusal("\"\(name)\" is no list of choice_lists; declare it there")
    }
    var choices: [Choice] = []
    for element in try node.elements() {
      let value = try element.required("value").text()
      if choices.contains(where: { $0.value == value }) {
        throw element.refusal("there twice; keep one")
      }
      // + joins several choices, ; separates the cells of a spreadsheet.
      if value.isEmpty || value.contains(where: { "+;\"".contains($0) || $0.isWhitespace }) {
        throw element.refusal("not a usable value; write it without blanks, + ; and quotes")
      }
      choices.append(Choice(value: value, label: try label(element)))
    }
    if choices.isEmpty { throw node.refusal("empty; list the values") }
    return choices
  }

  func key(_ node: SchemaNode) throws(Problem) -> RecordType.Key {
    let required = try node["key"]?.texts() ?? []
    let optional = try node["key_if_given"]?.texts() ?? []
    if required.isEmpty && !optional.isEmpty {
      throw node.refusal("needs a key; name a required field in \"key\"", in: "key_if_given")
    }
    return RecordType.Key(required: required, optional: optional)
  }
}
