/// What a field holds. Dates are ISO text, booleans 0 or 1, several choices are joined by `+`
/// in the order the schema lists them.
public enum Value: Hashable, Sendable {
  case null
  case int(Int64)
  case real(Double)
  case text(String)

  public var isNull: Bool { self == .null }

  public var text: String? {
    if case .text(let text) = self { text } else { nil }
  }

  /// As it stands, without a field's labels or units; empty for an empty value.
  package var plain: String {
    switch self {
    case .null: ""
    case .int(let number): "\(number)"
    case .real(let number): "\(number)"
    case .text(let text): text
    }
  }
}

extension Value {
  /// Texts are equal when their bytes are, as SQLite and the digests see them; Swift's own
  /// equality of texts would call two spellings of `é` the same.
  public static func == (a: Value, b: Value) -> Bool {
    switch (a, b) {
    case (.null, .null): true
    case (.int(let x), .int(let y)): x == y
    case (.real(let x), .real(let y)): x == y
    case (.text(let x), .text(let y)): x.utf8.elementsEqual(y.utf8)
    default: false
    }
  }
}

extension Value: Comparable {
  /// A total order that breaks ties between equal stamps: null, numbers, text by its bytes.
  public static func < (a: Value, b: Value) -> Bool {
    switch (a, b) {
    case (.int(let x), .int(let y)): x < y
    case (.real(let x), .real(let y)): x < y
    case (.text(let x), .text(let y)): x.utf8.lexicographicallyPrecedes(y.utf8)
    default: a.rank < b.rank
    }
  }

  private var rank: Int {
    switch self {
    case .null: 0
    case .int: 1
    case .real: 2
    case .text: 3
    }
  }
}

extension Value: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByNilLiteral
{
  public init(stringLiteral value: String) { self = .text(value) }
  public init(integerLiteral value: Int64) { self = .int(value) }
  public init(floatLiteral value: Double) { self = .real(value) }
  public init(nilLiteral: ()) { self = .null }
}

extension Value {
  /// About what it takes on the wire before compression.
  package var roughBytes: Int {
    switch self {
    case .null: 2
    case .int: 5
    case .real: 9
    case .text(let text): text.utf8.count + 3
    }
  }
}
