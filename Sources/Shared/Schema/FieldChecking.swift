/// What one field says of itself and of its neighbours.
struct FieldChecking {
  private let field: Field
  private let type: RecordType
  private let schema: Schema

  init(_ field: Field, of type: RecordType, in schema: Schema) {
    self.field = field
    self.type = type
    self.schema = schema
  }

  func run() throws(Problem) {
    try checkReference()
    try checkPolicy()
    try checkLimits()
    try checkLock()
    try checkInitial()
    for value in field.gates.keys.sorted() where field.ranks[value] == nil {
      throw refusal("gates", "\"\(value)\" is no value of the field; correct it")
    }
  }

  private func refusal(_ part: String, _ reason: String) -> Problem {
    Problem(.schema_invalid, at: "types.\(type.name).fields.\(field.name).\(part): \(reason)")
  }

  private func checkReference() throws(Problem) {
    switch field.kind {
    case .reference(let name, let key):
      guard let target = schema[type: name] else {
        throw refusal("to", "no type \"\(name)\"; declare it or correct the name")
      }
      if key != "id" && target[field: key]?.required != true {
        throw refusal("by", "\"\(key)\" is no required field of \(name); use id or one that is")
      }
    case .anyReference(let name):
      guard case .choice = type[field: name]?.kind else {
        throw refusal("type_field", "\"\(name)\" is no choice of this type; name one")
      }
    default: return
    }
  }

  private func checkPolicy() throws(Problem) {
    switch field.policy {
    case .last, .review, .appendOnly: return
    case .cautious(let order):
      if order.isEmpty && field.kind.isNumber { return }
      try checkOrder(order, "cautious")
    case .ordered(let order, _): try checkOrder(order, "ordered")
    case .gated(_, let openAtCreation):
      if field.required && !openAtCreation {
        throw refusal(
          "policy", "required, but others may not fill it; add \"open_at_creation\": true")
      }
    }
  }

  /// A value without a rank would lose against every other without anybody having said so.
  private func checkOrder(_ order: [String], _ word: String) throws(Problem) {
    guard case .choice = field.kind else {
      throw refusal("policy", "\(word) with an order needs a choice; use another policy")
    }
    if let stranger = order.first(where: { field.ranks[$0] == nil }) {
      throw refusal("policy", "\"\(stranger)\" is no value of the field; correct it")
    }
    if Set(order) != Set(field.ranks.keys) || order.count != field.ranks.count {
      throw refusal("policy", "\(word) must name every value once; complete it")
    }
  }

  private func checkLimits() throws(Problem) {
    let isBounded = field.minimum != nil || field.maximum != nil
    if isBounded && !field.kind.isNumber {
      throw refusal("minimum", "only numbers have one; remove minimum and maximum")
    }
    if let low = field.minimum, let high = field.maximum, low > high {
      throw refusal("minimum", "above the maximum; exchange them")
    }
    let isText = if case .text = field.kind { true } else { field.kind.isLongText }
    if !isText && (field.pattern != nil || field.maximumLength != nil) {
      throw refusal("pattern", "only texts have one; remove pattern and maximum_length")
    }
    if field.notFuture && !isText && !field.kind.isCalendar {
      throw refusal("not_future", "only days, moments and periods have a future; remove it")
    }
  }

  private func checkLock() throws(Problem) {
    guard let lock = field.lock else { return }
    guard let other = type[field: lock.field], case .choice = other.kind else {
      throw refusal("lock", "\"\(lock.field)\" is no choice of this type; name one")
    }
    if let stranger = lock.values.sorted().first(where: { other.ranks[$0] == nil }) {
      throw refusal("lock", "\"\(stranger)\" is no value of \(lock.field); correct it")
    }
  }

  private func checkInitial() throws(Problem) {
    guard let initial = field.initial else { return }
    if field.check(initial, today: "9999-12-31") != nil {
      throw refusal("initial", "not a value this field takes; correct it")
    }
  }
}

extension Kind {
  fileprivate var isLongText: Bool {
    if case .longtext = self { true } else { false }
  }

  fileprivate var isCalendar: Bool {
    switch self {
    case .date, .datetime: true
    default: false
    }
  }
}
