extension Field {
  /// Type and rules of one value alone.
  ///
  /// - Parameter today: the last day that is not the future, ISO.
  /// - Returns: nil when it is fine, as `.null` always is; else `.wrong_type` or
  ///   `.invalid_value`.
  public func check(_ value: Value, today: String) -> Problem.Code? {
    switch value {
    case .null: nil
    case .int(let number): check(number)
    case .real(let number): check(number)
    case .text(let text): check(text, today: today)
    }
  }

  private func check(_ number: Int64) -> Problem.Code? {
    switch form {
    case .bool: number == 0 || number == 1 ? nil : .invalid_value
    case .int, .real: isInRange(Double(number)) ? nil : .invalid_value
    default: .wrong_type
    }
  }

  private func check(_ number: Double) -> Problem.Code? {
    guard form == .real else { return .wrong_type }
    return number.isFinite && isInRange(number) ? nil : .invalid_value
  }

  private func isInRange(_ number: Double) -> Bool {
    number >= minimum ?? -.infinity && number <= maximum ?? .infinity
  }

  private func check(_ text: String, today: String) -> Problem.Code? {
    // SQLite and what reads its files take a zero for the end.
    if text.holdsZero { return .invalid_value }
    let fine =
      switch form {
      case .int, .real, .bool: nil as Bool?
      case .text: fits(text) && (!notFuture || hasBegun(text, today))
      case .date: CivilDay(iso: text) != nil && (!notFuture || text <= today)
      case .datetime: Moment.isCanonical(text) && (!notFuture || text.prefix(10) <= today)
      case .phone: PhoneNumber.isInternational(text)
      case .choice: ranks[text] != nil
      case .choices: isOrderedSelection(text)
      case .reference: !text.isEmpty && text.utf8.count <= Self.longestReference
      }
    return fine.map { $0 ? nil : .invalid_value } ?? .wrong_type
  }

  /// Bytes. Ids have 36 and codes fewer.
  private static let longestReference = 100

  private func fits(_ text: String) -> Bool {
    // Bytes are known without counting, and there are never fewer of them than scalars.
    let bytes = text.utf8.count
    let limit = maximumLength ?? .max
    return bytes <= Limits.text && (bytes <= limit || text.unicodeScalars.count <= limit)
      && matcher?.matches(text) ?? true
  }

  /// What is not the name of a period has no beginning that could lie ahead.
  private func hasBegun(_ text: String, _ today: String) -> Bool {
    Period.firstDay(of: text).map { $0 <= today } ?? true
  }

  /// Several choices are stored in the schema's order, so that equal selections are equal texts.
  private func isOrderedSelection(_ text: String) -> Bool {
    var last = -1
    for part in text.split(separator: "+", omittingEmptySubsequences: false) {
      guard let rank = ranks[String(part)], rank > last else { return false }
      last = rank
    }
    return true
  }
}

extension RecordType {
  /// Every value by itself, required fields, and the rules between fields.
  ///
  /// - Parameters:
  ///   - values: every stored field that is not null.
  ///   - today: the last day that is not the future, ISO.
  /// - Returns: one problem for each thing that is wrong, with the field's name as its place.
  public func check(_ values: [String: Value], today: String) -> [Problem] {
    var problems: [Problem] = []
    for field in fields {
      if values.lacks(field.name) {
        if field.required { problems.append(Problem(.missing_field, at: field.name)) }
      } else if let code = field.check(values[field.name] ?? .null, today: today) {
        problems.append(Problem(code, at: field.name))
      }
    }
    return problems + rules.compactMap { $0.problem(values) }
  }

  /// Required fields and the rules between fields, for values that were checked one by one.
  package func checkRules(_ values: [String: Value]) -> [Problem] {
    required.filter(values.lacks).map { Problem(.missing_field, at: $0) }
      + rules.compactMap { $0.problem(values) }
  }
}

extension String {
  fileprivate var holdsZero: Bool {
    // Byte by byte through the view takes longer than all else that a value is asked.
    utf8.withContiguousStorageIfAvailable { $0.contains(0) } ?? utf8.contains(0)
  }
}
