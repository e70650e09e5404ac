/// The two languages of the programs' messages and of the schema's labels.
public enum Language: String, Sendable, CaseIterable {
  case fr, en
}

/// A text for people in both languages.
public struct Label: Sendable, Hashable, Codable {
  public let fr: String
  public let en: String

  public init(fr: String, en: String) {
    self.fr = fr
    self.en = en
  }

  public subscript(language: Language) -> String { language == .fr ? fr : en }
}
