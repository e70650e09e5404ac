package import Shared

/// Finds what the rows of a batch name, and gives each row its id.
///
/// The two depend on each other: the id of a record with a natural key needs the ids its key
/// refers to, which may stand later in the batch. Ids are therefore found on demand and kept; a
/// row asked for while its own id is being found belongs to a circle and has none.
struct References {
  private static let namespace = RecordID("6b0f2b7e-7d0c-5c55-9a4e-3f0b6f1d2a90")!

  private enum State {
    case open
    case found(RecordID?)
  }

  private let schema: Schema
  private let entries: [LoadBatch.Entry]
  private let find: LoadBatch.Find
  /// Rows by type and short name, and by type and code; nil where two rows share it.
  private var byName: [[String]: Int?] = [:]
  private var byCode: [[String]: Int?] = [:]
  private var states: [Int: State] = [:]

  init(schema: Schema, entries: [LoadBatch.Entry], find: @escaping LoadBatch.Find) {
    self.schema = schema
    self.entries = entries
    self.find = find
    for (index, entry) in entries.enumerated() {
      if let name = entry.draft.id {
        Self.enter(index, at: [entry.type.name, name], in: &byName)
      }
      if let code = entry.draft.values["code"]?.text {
        Self.enter(index, at: [entry.type.name, code], in: &byCode)
      }
    }
  }

  private static func enter(_ index: Int, at key: [String], in table: inout [[String]: Int?]) {
    table.updateValue(table[key] == nil ? index : nil, forKey: key)
  }

  /// The row's values with the ids of the records they name, and the fields that name nothing.
  ///
  /// - Parameter names: the fields whose references are wanted; nil for all.
  mutating func values(
    of index: Int, only names: [String]? = nil
  ) -> (values: [String: Value], unresolved: [String]) {
    let entry = entries[index]
    var values = entry.draft.values
    var unresolved: [String] = []
    for field in entry.type.fields where names?.contains(field.name) != false {
      guard let text = values[field.name]?.text else { continue }
      switch field.kind {
      case .reference(let type, by: "id"):
        if let id = target(type, text) {
          values[field.name] = .text(id.description)
        } else {
          unresolved.append(field.name)
        }
      case .anyReference(let typeField):
        // What is not a record of ours (an electoral roll, a road map) keeps its name.
        let id = values[typeField]?.text.flatMap { target($0, text) }
        if let id { values[field.name] = .text(id.description) }
      default: break
      }
    }
    return (values, unresolved)
  }

  /// The id of a row; nil when its id is not one, or its key cannot be formed.
  mutating func id(of index: Int) -> RecordID? {
    switch states[index] {
    case .open: return nil
    case .found(let id): return id
    case nil: break
    }
    states[index] = .open
    let id = findID(of: index)
    states[index] = .found(id)
    return id
  }

  private mutating func findID(of index: Int) -> RecordID? {
    let entry = entries[index]
    let given = entry.draft.id.flatMap { RecordID($0.lowercased()) }
    if let text = entry.draft.id, given == nil, !Self.isShortName(text) { return nil }
    if !entry.type.key.isEmpty {
      // Other references of the row may well lead back to it.
      let (values, unresolved) = values(of: index, only: entry.type.key)
      guard unresolved.isEmpty, let id = entry.type.id(values), given == nil || given == id
      else { return nil }
      return id
    }
    if let given { return given }
    if let name = entry.draft.id { return Self.id(type: entry.type.name, name: name) }
    return Self.id(type: entry.type.name, name: canonical(entry.type, values(of: index).values))
  }

  private mutating func target(_ type: String, _ text: String) -> RecordID? {
    if let id = RecordID(text.lowercased()) { return id }
    if let row = byName[[type, text]] ?? nil, let id = id(of: row) { return id }
    if let row = byCode[[type, text]] ?? nil, let id = id(of: row) { return id }
    guard schema[type: type] != nil else { return nil }
    return find(type, text)
  }

  /// Everything a row says, the same whatever the order of its columns.
  private func canonical(_ type: RecordType, _ values: [String: Value]) -> String {
    type.fields.compactMap { field in
      guard let value = values[field.name], !value.isNull else { return nil }
      return "\u{1F}\(field.name)\u{1E}\(field.text(value))"
    }.joined()
  }

  static func id(type: String, name: String) -> RecordID {
    RecordID.v5(namespace: namespace, name: "\(type)/\(name)")
  }

  /// Longer than a short name and not a UUID: most likely a UUID that was damaged.
  private static func isShortName(_ text: String) -> Bool {
    text.count <= 32 && !text.contains { $0.isWhitespace || $0.isNewline }
  }
}

extension LoadBatch {
  /// The id a load gives to a record of a type without a key that a file names `name`, for
  /// finding the records of an earlier load.
  package static func id(type: String, name: String) -> RecordID {
    References.id(type: type, name: name)
  }
}
