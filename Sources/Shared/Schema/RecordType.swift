/// One kind of record: its fields, its rules, and who may do what with it.
public final class RecordType: Sendable {
  public let name: String
  public let label: Label
  /// The stored fields in the order of their columns: the system fields, then the type's own.
  public let fields: [Field]
  /// Computed when read, never stored and never sent.
  public let derived: [Field]
  /// The fields whose values give a record its id; empty when ids are drawn (UUIDv7).
  public let key: [String]
  /// The fields that name a record for people.
  public let title: [String]
  public let scope: ScopeRule
  /// The field with the code of the base whose own affair a record is, whoever reads it: only who may
  /// write in that base's scope writes it.
  public let owner: String?
  /// The order of sending, 0 first.
  public let priority: Int
  /// Days after which a record is due for review.
  public let reviewDays: Int?
  public let writers: Set<Role>
  public let deleters: Set<Role>
  /// Who may move a record to a scope that more people read.
  public let wideners: Set<Role>
  public let rules: [RecordRule]
  /// How many of the key's fields, the first ones, must be filled.
  let keyNeeded: Int
  /// The fields that a new record has a value in where none was given.
  package let selfFilling: [Field]
  /// The names of the fields that must not be empty.
  let required: [String]
  private let positions: [String: Int]

  /// The stored field of this name.
  public subscript(field name: String) -> Field? {
    positions[name].map { fields[$0] }
  }

  /// The index of a stored field in `fields`.
  public func position(of name: String) -> Int? { positions[name] }

  init(
    name: String, label: Label, fields: [Field], derived: [Field], key: Key,
    title: [String], scope: ScopeRule, owner: String?, priority: Int, reviewDays: Int?,
    rights: Rights, rules: [RecordRule]
  ) {
    self.name = name
    self.label = label
    self.fields = fields
    self.derived = derived
    self.key = key.required + key.optional
    keyNeeded = key.required.count
    self.title = title
    self.scope = scope
    self.owner = owner
    self.priority = priority
    self.reviewDays = reviewDays
    writers = rights.writers
    deleters = rights.deleters
    wideners = rights.wideners
    self.rules = rules
    selfFilling = fields.filter { $0.initial != nil || $0.numbering != nil }
    required = fields.filter(\.required).map(\.name)
    positions = fields.positions(of: \.name)
  }
}

extension RecordType {
  struct Rights {
    let writers, deleters, wideners: Set<Role>
  }

  struct Key {
    let required: [String]
    /// Count where they are given.
    let optional: [String]
  }
}
