/// One column of a record type, and everything that is said of its values.
///
/// A class, because each value of each record asks it something, and a structure of this size is
/// copied piece by piece.
public final class Field: Sendable {
  public let name: String
  public let label: Label
  public let kind: Kind
  public let required: Bool
  public let policy: Policy
  /// Refused once another field of the record has reached a rank.
  public let lock: Lock?
  /// Other column names under which spreadsheets may bring this field.
  public let aliases: [String]
  /// A regular expression for the whole text.
  public let pattern: String?
  public let minimum: Double?
  public let maximum: Double?
  /// In Unicode scalars.
  public let maximumLength: Int?
  /// A day, moment or period that has not begun yet is refused.
  public let notFuture: Bool
  /// Value → the roles that alone may write it.
  public let gates: [String: Set<Role>]
  /// What a new record gets where nothing was given.
  public let initial: Value?
  /// How a new record's reference is made where none was given.
  public let numbering: Numbering?
  /// False for what never leaves in an export or on paper.
  public let exported: Bool

  let matcher: Matcher?
  let form: Kind.Form
  /// Whether it holds the code of a base.
  package let namesBase: Bool
  /// Position of each choice, for checking and sorting without a search.
  let ranks: [String: Int]

  init(
    name: String, label: Label, kind: Kind, required: Bool, policy: Policy, lock: Lock?,
    aliases: [String], pattern: String?, minimum: Double?, maximum: Double?,
    maximumLength: Int?, notFuture: Bool, gates: [String: Set<Role>], initial: Value?,
    numbering: Numbering?, exported: Bool, matcher: Matcher?, ranks: [String: Int]
  ) {
    self.name = name
    self.label = label
    self.kind = kind
    self.required = required
    self.policy = policy
    self.lock = lock
    self.aliases = aliases
    self.pattern = pattern
    self.minimum = minimum
    self.maximum = maximum
    self.maximumLength = maximumLength
    self.notFuture = notFuture
    self.gates = gates
    self.initial = initial
    self.numbering = numbering
    self.exported = exported
    self.matcher = matcher
    self.ranks = ranks
    form = kind.form
    namesBase = kind.isBase
  }
}

/// What a field holds. Everything but `int`, `bool` (0 or 1) and `real` is stored as text.
public enum Kind: Sendable {
  case text, longtext, int, real, bool, date, datetime, phone
  case choice([Choice])
  case choices([Choice])
  /// Another record, named by its id or by one of its fields, such as `code`.
  case reference(type: String, by: String)
  /// A record of the type that another field of this record names.
  case anyReference(typeField: String)
}

/// One value of a list, with its name for people.
public struct Choice: Sendable, Hashable {
  public let value: String
  public let label: Label
}

/// How the hub decides between two writers; what each does is in the merge function.
public enum Policy: Sendable, Hashable {
  /// The later edit.
  case last
  /// The later edit, put before a coordinator.
  case review
  /// Never changed after the record was made.
  case appendOnly
  /// The most cautious, named first; without an order the larger number.
  case cautious([String])
  /// The higher rank, from low to high; only these roles may go back.
  case ordered([String], back: Set<Role>)
  /// Only these roles; others propose. Open at creation: whoever makes the record may fill it.
  case gated(Set<Role>, openAtCreation: Bool)
}

/// Holds a field still once another field has one of these values.
public struct Lock: Sendable, Hashable {
  public let field: String
  public let values: Set<String>
  /// Who may still write.
  public let unlock: Set<Role>
}

extension Kind {
  /// A kind without its lists and names, to be asked once for each value.
  enum Form: Sendable {
    case text, int, real, bool, date, datetime, phone, choice, choices, reference
  }

  fileprivate var form: Form {
    switch self {
    case .text, .longtext: .text
    case .int: .int
    case .real: .real
    case .bool: .bool
    case .date: .date
    case .datetime: .datetime
    case .phone: .phone
    case .choice: .choice
    case .choices: .choices
    case .reference, .anyReference: .reference
    }
  }

  var choices: [Choice]? {
    switch self {
    case .choice(let choices), .choices(let choices): choices
    default: nil
    }
  }

  var isNumber: Bool {
    switch self {
    case .int, .real: true
    default: false
    }
  }
}
