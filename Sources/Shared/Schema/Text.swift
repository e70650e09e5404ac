extension Field {
  /// A value as people type it or spreadsheets hold it, in its stored form; nothing but blanks
  /// is `.null`.
  ///
  /// - Throws: `.wrong_type` when the text has another form, `.invalid_value` when it breaks
  ///   the field's rule; the place is the field's name.
  public func parse(_ text: String) throws(Problem) -> Value {
    let text = text.trimmingBlanks
    if text.isEmpty { return .null }
    let value = try read(text)
    // The future is not known here; whoever has a clock checks again.
    if let code = check(value, today: "9999-12-31") { throw Problem(code, at: name) }
    return value
  }

  private func read(_ text: String) throws(Problem) -> Value {
    switch kind {
    case .text, .longtext, .choice, .reference, .anyReference: return .text(text)
    case .int: return try readInt(text)
    case .real: return .real(try readNumber(text))
    case .bool: return try readBool(text)
    case .date: return try readDate(text)
    case .datetime: return try readMoment(text)
    case .phone: return .text(PhoneNumber.plain(text))
    case .choices: return try readChoices(text)
    }
  }

  /// A spreadsheet may have made 12,0 of 12.
  private func readInt(_ text: String) throws(Problem) -> Value {
    if let number = Int64(text.withoutBlanks) { return .int(number) }
    guard let number = Int64(exactly: try readNumber(text)) else {
      throw Problem(.wrong_type, at: name)
    }
    return .int(number)
  }

  /// Decimal comma or point, and blanks between thousands; nothing else that `Double` reads,
  /// such as `nan` or hexadecimal.
  private func readNumber(_ text: String) throws(Problem) -> Double {
    let plain = text.withoutBlanks.replacing(",", with: ".")
    guard plain.utf8.allSatisfy({ "0123456789.+-eE".utf8.contains($0) }),
      let number = Double(plain)
    else { throw Problem(.wrong_type, at: name) }
    return number
  }

  private func readBool(_ text: String) throws(Problem) -> Value {
    switch text.lowercased() {
    case "true", "1", "oui", "vrai", "yes": return .int(1)
    case "false", "0", "non", "faux", "no": return .int(0)
    default: throw Problem(.wrong_type, at: name)
    }
  }

  private func readDate(_ text: String) throws(Problem) -> Value {
    var scanner = TextScanner(text)
    guard let written = WrittenDay(&scanner), scanner.isAtEnd else {
      throw Problem(.wrong_type, at: name)
    }
    guard let day = CivilDay(year: written.year, month: written.month, day: written.day) else {
      throw Problem(.invalid_value, at: name)
    }
    return .text(day.iso)
  }

  private func readMoment(_ text: String) throws(Problem) -> Value {
    switch Moment.read(text) {
    case .moment(let moment): return .text(moment.canonical)
    case .impossible: throw Problem(.invalid_value, at: name)
    case .otherForm: throw Problem(.wrong_type, at: name)
    }
  }

  private func readChoices(_ text: String) throws(Problem) -> Value {
    var found: Set<Int> = []
    for part in text.split(separator: "+") {
      guard let rank = ranks[part.trimmingBlanks] else { throw Problem(.invalid_value, at: name) }
      found.insert(rank)
    }
    let choices = kind.choices ?? []
    if found.isEmpty { throw Problem(.invalid_value, at: name) }
    return .text(found.sorted().map { choices[$0].value }.joined(separator: "+"))
  }
}

extension Field {
  /// The text that `parse` reads back to the same value: ISO dates, `true` or `false`, choices
  /// joined by `+`, numbers in their shortest form; empty for `.null`.
  public func text(_ value: Value) -> String {
    switch (value, kind) {
    case (.null, _): ""
    case (.int(let number), .bool): number == 0 ? "false" : "true"
    case (.int(let number), _): String(number)
    case (.real(let number), _): Self.shortest(number)
    case (.text(let text), _): text
    }
  }

  private static func shortest(_ number: Double) -> String {
    let text = number.description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}

extension StringProtocol {
  /// Without white space and line ends at both ends.
  fileprivate var trimmingBlanks: String {
    let start = drop(while: \.isWhitespace)
    let end = start.lastIndex { !$0.isWhitespace }
    return end.map { String(start[...$0]) } ?? ""
  }

  fileprivate var withoutBlanks: String { String(filter { !$0.isWhitespace }) }
}
