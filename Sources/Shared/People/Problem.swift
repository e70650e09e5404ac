/// What went wrong, in words that say what to do next, in French and in English.
///
/// One code word is used by the programs' exit, the hub's answers and the refused list. No
/// problem carries a record's values.
public struct Problem: Error, Sendable, Hashable {
  public let code: Code
  /// What it concerns: a file, a field, a scope, a place in a file. Never a value.
  public let place: String?
  /// The technical reason as some library gave it, for the log and `--verbose`.
  public let cause: String?
  /// Seconds before which the same is not to be tried again; nil where nobody said.
  public let retryAfter: Int?

  public init(
    _ code: Code, at place: String? = nil, cause: String? = nil, retryAfter: Int? = nil
  ) {
    self.code = code
    self.place = place
    self.cause = cause
    self.retryAfter = retryAfter
  }

  /// The sentence and what to do, in one line each.
  public func sentence(_ language: Language) -> String {
    let text = code.text[language]
    return place.map { "\(text) (\($0))" } ?? text
  }

  public func hint(_ language: Language) -> String { code.hint[language] }
}

extension Problem: CustomStringConvertible {
  public var description: String {
    [sentence(.en), hint(.en), cause].compactMap(\.self).joined(separator: " ")
  }
}
