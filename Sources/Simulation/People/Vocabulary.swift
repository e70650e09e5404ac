import Shared

/// What people put into the fields of the simulation's schema.
enum Vocabulary {
  enum Content {
    /// A text or a number that nobody else writes.
    case ownText, ownNumber
    case one(of: [String])
  }

  static let fields: [String: [(name: String, content: Content)]] = [
    "sheet": [
      ("title", .ownText), ("remark", .ownText), ("origin", .ownText), ("danger", .ownNumber),
      ("state", .one(of: ["draft", "checked", "closed"])), ("decision", .ownText),
      ("reason", .ownText), ("seen_on", .one(of: ["2026-01-01", "2026-02-02"])),
      ("place", .one(of: ["GAO", "MPT"])),
    ],
    "tally": [("people", .ownNumber), ("comment", .ownText)],
    "memo": [
      ("body", .ownText), ("topic", .ownText), ("verdict", .ownText), ("extra", .ownText),
    ],
    "parcel": [("place", .one(of: ["GAO", "MPT"])), ("label", .ownText), ("weight", .ownNumber)],
  ]

  static func names(of type: String) -> [String] { (fields[type] ?? []).map(\.name) }

  private static let types = ["sheet", "sheet", "tally", "memo", "parcel"]

  /// Those that a machine's schema has, some more often than others.
  static func types(_ schema: Schema?) -> [String] {
    types.filter { schema?[type: $0] != nil || $0 != "parcel" }
  }

  /// Those whose records anybody may enter with any id and any scope.
  static func keyless(_ schema: Schema?) -> [String] {
    types(schema).filter { $0 != "tally" }
  }

  /// Whether nobody writes the same into a field.
  static func isOwn(_ type: String, _ field: String) -> Bool {
    guard let content = fields[type]?.first(where: { $0.name == field })?.content else {
      return false
    }
    if case .one = content { return false }
    return true
  }

  static let months = ["2026-01", "2026-02", "2026-03"]
  static let required: Set<String> = ["title", "place", "month"]
  static let scopes = ["mission", "base:GAO", "base:MPT", "bamako"]
}

/// A value on its way into a record, and how the book knows it again.
struct Entered {
  let field: String
  let value: Value

  /// Nil for what others may write too.
  let mark: String?
}

extension Value {
  /// How a value is known again wherever it is found; nil for an empty one.
  var mark: String? {
    switch self {
    case .null: nil
    case .int(let number): "#\(number)"
    case .real(let number): "#\(number)"
    case .text(let text): text
    }
  }
}

extension World {
  func entered(_ type: String, _ field: String, _ dice: inout Dice) -> Entered {
    let content = Vocabulary.fields[type]!.first { $0.name == field }!.content
    if !Vocabulary.required.contains(field) && dice.once(in: 10) {
      return Entered(field: field, value: .null, mark: nil)
    }
    switch content {
    case .ownText:
      let text = "w\(nextNumber())" + String(repeating: "x", count: plan.padding)
      return Entered(field: field, value: .text(text), mark: text)
    case .ownNumber:
      // Neither rising nor falling, so that the larger one is now the younger and now the older.
      let number = Int64(nextNumber() * 7919 % 10_007)
      return Entered(field: field, value: .int(number), mark: "#\(number)")
    case .one(let texts):
      return Entered(field: field, value: .text(dice.pick(texts)), mark: nil)
    }
  }

  /// The fields of a type that a machine's schema has.
  func fields(_ type: String, _ schema: Schema?) -> [String] {
    Vocabulary.names(of: type).filter { schema?[type: type]?[field: $0] != nil }
  }

  /// A new record's fields: those it must have, and some others.
  func newValues(_ type: String, _ schema: Schema?, _ dice: inout Dice) -> [Entered] {
    var values: [Entered] = []
    for name in fields(type, schema) {
      if Vocabulary.required.contains(name) || !dice.once(in: 3) {
        values.append(entered(type, name, &dice))
      }
    }
    return values
  }
}
