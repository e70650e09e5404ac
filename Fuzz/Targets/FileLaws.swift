import Shared

// What holds for the JSON of an enrolment and for the schema, once they were read.

extension FuzzTarget {
  func checkEnrolmentRequest(_ bytes: [UInt8]) throws(BrokenLaw) -> Bool {
    let request = try reading(refusedAs: [.not_understood]) { () throws(Problem) in
      try EnrolmentRequest(body: bytes)
    }
    guard let request else { return false }
    let again = try ours("a request to enrol") { () throws(Problem) in
      try EnrolmentRequest(body: request.body)
    }
    try law(
      "a request to enrol comes back with other values",
      areSame(
        [request.code, request.token, request.program],
        as: [again.code, again.token, again.program]))
    try law("a request to enrol comes back in other bytes", again.body == request.body)
    return true
  }

  func checkEnrolmentAnswer(_ bytes: [UInt8]) throws(BrokenLaw) -> Bool {
    let answer = try reading(refusedAs: [.not_understood]) { () throws(Problem) in
      try EnrolmentAnswer(body: bytes)
    }
    guard let answer else { return false }
    let again = try ours("an answer to it") { () throws(Problem) in
      try EnrolmentAnswer(body: answer.body)
    }
    try law(
      "an answer to enrol comes back with other values",
      again.device == answer.device && areSame(again.texts, as: answer.texts))
    try law("an answer to enrol comes back in other bytes", again.body == answer.body)
    return true
  }

  func checkTokenRenewal(_ bytes: [UInt8]) throws(BrokenLaw) -> Bool {
    let renewal = try reading(refusedAs: [.not_understood]) { () throws(Problem) in
      try TokenRenewal(body: bytes)
    }
    guard let renewal else { return false }
    let again = try ours("a new token") { () throws(Problem) in
      try TokenRenewal(body: renewal.body)
    }
    try law("a new token comes back as another", areSame([renewal.token], as: [again.token]))
    try law("a new token comes back in other bytes", again.body == renewal.body)
    return true
  }

  /// What a device is told in place of an answer, by whoever answered.
  func checkProblem(_ bytes: [UInt8]) throws(BrokenLaw) -> Bool {
    guard let problem = Problem(document: bytes, cause: "HTTP 409", retryAfter: nil) else {
      return false
    }
    let place = problem.place ?? ""
    try law(
      "a place that writes to the terminal",
      place.count <= 120
        && place.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
    let document = ProblemDocument(problem, language: .fr)
    let again = Problem(document: document.body, cause: "HTTP 409", retryAfter: nil)
    try law("a problem comes back as another", again?.code == problem.code)
    try law("a problem comes back about something else", areSame([again?.place ?? ""], as: [place]))
    return true
  }

  func checkInvitation(_ bytes: [UInt8]) throws(BrokenLaw) -> Bool {
    let invitation = try reading(refusedAs: [.invitation_invalid]) { () throws(Problem) in
      try Invitation(file: bytes)
    }
    guard let invitation else { return false }
    try law("an invitation to nowhere", !invitation.addresses.isEmpty)
    try law("an invitation without a code", !invitation.code.isEmpty)
    let again = try ours("an invitation") { () throws(Problem) in
      try Invitation(file: invitation.file)
    }
    try law("an invitation comes back with other values", again == invitation)
    try law("an invitation comes back in other bytes", again.file == invitation.file)
    return true
  }

  func checkSchema(_ bytes: [UInt8]) throws(BrokenLaw) -> Bool {
    let schema = try reading(refusedAs: [.schema_invalid]) { () throws(Problem) in
      try Schema(json: bytes)
    }
    guard let schema else { return false }
    try law("a schema keeps other bytes", schema.source == bytes)
    let again = try ours("a schema") { () throws(Problem) in try Schema(json: schema.source) }
    try law("a schema comes back with another version", again.version == schema.version)
    try law("a schema comes back with other types", again.names == schema.names)
    for type in schema.types { try type.check() }
    return true
  }
}

extension EnrolmentAnswer {
  fileprivate var texts: [String] { [name, base, role, schema] }
}

extension Schema {
  fileprivate var names: [[String]] {
    types.map { [$0.name] + $0.fields.map(\.name) + $0.derived.map(\.name) }
  }
}

extension RecordType {
  private static let texts = ["", "GAO", "2026-07-20", "BDG-2026-001", "é\u{301}\n 12,5"]

  /// A schema that was read is one that works: nothing of it traps on a value.
  fileprivate func check() throws(BrokenLaw) {
    try law("a type without a title", !title.isEmpty)
    for name in key + title { try law("a key or title of no field", self[field: name] != nil) }
    for field in fields {
      for text in Self.texts {
        let value = try? field.parse(text)
        let isFine = value.map { field.check($0, today: "9999-12-31") == nil } ?? true
        try law("what was parsed breaks the field's rule", isFine)
      }
      let initial = field.initial.map { field.check($0, today: "9999-12-31") } ?? nil
      try law("an initial value breaks the field's rule", initial == nil)
    }
    for text in Self.texts {
      let values = Dictionary(uniqueKeysWithValues: fields.map { ($0.name, Value.text(text)) })
      _ = check(values, today: "2026-07-20")
      _ = id(values)
      _ = defaultScope(values) { _, _ in values }
    }
  }
}

/// Whether texts are equal byte for byte; Swift calls two spellings of `é` the same.
func areSame(_ one: [String], as other: [String]) -> Bool {
  one.count == other.count && zip(one, other).allSatisfy { $0.utf8.elementsEqual($1.utf8) }
}
