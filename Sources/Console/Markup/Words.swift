package import Shared
import Work

/// Values as people read them on a page.
extension Field {
  /// A value in words: choices by their labels, dates jj/mm/aaaa, FCFA without decimals. Empty
  /// for `.null`.
  package func words(_ value: Value, _ language: Language) -> String {
    switch (kind, value) {
    case (_, .null): ""
    case (.bool, .int(let number)): (number == 0 ? Words.no : Words.yes)[language]
    case (.choice(let choices), .text(let text)): Words.label(text, choices, language)
    case (.choices(let choices), .text(let text)):
      text.split(separator: "+").map { Words.label(String($0), choices, language) }
        .joined(separator: ", ")
    case (.date, .text(let text)): Words.day(text, language)
    case (.datetime, .text(let text)): Words.moment(text, language)
    case (.int, .int(let number)):
      name.hasSuffix("_xof") ? Words.grouped(number) + " FCFA" : "\(number)"
    case (.real, .real) where language == .fr: text(value).replacing(".", with: ",")
    default: text(value)
    }
  }

  /// The text that a form shows and `parse` reads back.
  package func typed(_ value: Value, _ language: Language) -> String {
    switch kind {
    case .date, .datetime: words(value, language)
    case .real: language == .fr ? text(value).replacing(".", with: ",") : text(value)
    default: text(value)
    }
  }
}

enum Words {
  static let yes = Label(fr: "oui", en: "yes")
  static let no = Label(fr: "non", en: "no")
  static let never = Label(fr: "jamais", en: "never")

  static func label(_ value: String, _ choices: [Choice], _ language: Language) -> String {
    choices.first { $0.value == value }?.label[language] ?? value
  }

  /// `2026-07-05` as `05/07/2026`. A text that is no day stays as it is.
  static func day(_ iso: String, _ language: Language) -> String {
    let parts = iso.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.map(\.count) == [4, 2, 2] else { return iso }
    return "\(parts[2])/\(parts[1])/\(parts[0])"
  }

  static func day(_ day: Day, _ language: Language) -> String { self.day(day.iso, language) }

  /// `2026-07-05T14:30:00Z` as `05/07/2026 14:30`; Mali's time is UTC.
  static func moment(_ iso: String, _ language: Language) -> String {
    guard iso.utf8.count >= 16 else { return iso }
    return day(String(iso.prefix(10)), language) + " " + iso.dropFirst(11).prefix(5)
  }

  static func moment(milliseconds: Int64, _ language: Language) -> String {
    let minutes = Int(
      (milliseconds - Int64(Day(milliseconds: milliseconds).number) * 86_400_000) / 60_000)
    let time = [minutes / 60, minutes % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
    return day(Day(milliseconds: milliseconds), language) + " " + time.joined(separator: ":")
  }

  /// Thousands apart, with spaces that do not break.
  static func grouped(_ number: Int64) -> String {
    let digits = Array(String(number.magnitude))
    var out = ""
    for (index, digit) in digits.enumerated() {
      if index > 0 && (digits.count - index) % 3 == 0 { out += "\u{202F}" }
      out.append(digit)
    }
    return (number < 0 ? "−" : "") + out
  }

  /// Without a decimal where there is none.
  static func number(_ number: Double, _ language: Language) -> String {
    if let whole = Int64(exactly: number) { return grouped(whole) }
    let text = "\((number * 100).rounded() / 100)"
    return language == .fr ? text.replacing(".", with: ",") : text
  }

  static func bytes(_ count: Int64, _ language: Language) -> String {
    let unit = language == .fr ? "o" : "B"
    if count < 1_000 { return "\(count) \(unit)" }
    if count < 1_000_000 { return number(Double(count / 100) / 10, language) + " k\(unit)" }
    return number(Double(count / 100_000) / 10, language) + " M\(unit)"
  }

  static func duration(milliseconds: Int64, _ language: Language) -> String {
    let seconds = Int64(milliseconds.magnitude) / 1000
    let days = language == .fr ? "j" : "d"
    if seconds < 60 { return "\(seconds) s" }
    if seconds < 3_600 { return "\(seconds / 60) min" }
    if seconds < 172_800 { return "\(seconds / 3_600) h" }
    return grouped(seconds / 86_400) + " \(days)"
  }

  static func role(_ role: Role, _ schema: Schema, _ language: Language) -> String {
    guard case .choice(let choices) = schema[type: "person"]?[field: "role"]?.kind else {
      return role.rawValue
    }
    return label(role.rawValue, choices, language)
  }

  static func scope(_ scope: Scope?, _ language: Language) -> String {
    guard let scope else {
      return Label(fr: "à décider par Bamako", en: "for Bamako to decide")[language]
    }
    switch scope {
    case .mission: return Label(fr: "toute la mission", en: "whole mission")[language]
    case .bamako: return Label(fr: "Bamako seulement", en: "Bamako only")[language]
    default: return scope.description.replacing("base:", with: "base ")
    }
  }
}

extension RecordType {
  /// What people call a record: its title fields in words.
  package func heading(_ values: [String: Value], _ language: Language) -> String {
    let parts = title.compactMap { name -> String? in
      let text = self[field: name]?.words(values[name] ?? .null, language) ?? ""
      return text.isEmpty ? nil : text
    }
    return parts.isEmpty ? label[language] : parts.joined(separator: " · ")
  }
}
