import Foundation
package import Shared

extension Field {
  /// A value in words for people: choices by their labels, yes and no, dates as the language
  /// writes them, large texts as they are. Empty for `.null`.
  package func spoken(_ value: Value, _ language: Language) -> String {
    switch (kind, value) {
    case (.bool, .int(let number)): return Self.yesOrNo(number != 0)[language]
    case (.choice(let choices), .text(let text)): return Self.label(text, choices, language)
    case (.choices(let choices), .text(let text)):
      return text.split(separator: "+").map { Self.label(String($0), choices, language) }
        .joined(separator: ", ")
    case (.date, .text(let text)): return Moments.day(text, language)
    case (.datetime, .text(let text)): return Self.moment(text, language)
    case (.real, .real) where language == .fr:
      return text(value).replacing(".", with: ",")
    default: return text(value)
    }
  }

  private static func yesOrNo(_ yes: Bool) -> Label {
    yes ? Label(fr: "oui", en: "yes") : Label(fr: "non", en: "no")
  }

  private static func label(_ value: String, _ choices: [Choice], _ language: Language) -> String {
    choices.first { $0.value == value }?.label[language] ?? value
  }

  private static func moment(_ iso: String, _ language: Language) -> String {
    guard let date = try? Date(iso, strategy: .iso8601) else { return iso }
    return Moments.text(milliseconds: Int64(date.timeIntervalSince1970 * 1000), language)
  }
}

extension RecordType {
  /// What people call a record: its title fields in words.
  package func title(_ values: [String: Value], _ language: Language) -> String {
    title.compactMap { name in
      let text = self[field: name]?.spoken(values[name] ?? .null, language) ?? ""
      return text.isEmpty ? nil : text.onOneLine
    }.joined(separator: " · ")
  }
}

extension String {
  /// A title is part of a line, whatever it holds.
  fileprivate var onOneLine: String {
    contains(where: \.isNewline)
      ? split(whereSeparator: \.isNewline).joined(separator: " ") : self
  }
}
