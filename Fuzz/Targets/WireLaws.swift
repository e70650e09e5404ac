import Shared

// What holds for every message that was understood: it fits the limits, there is no more in it
// than its bytes can pay for, and written and read again it is the same.

extension FuzzTarget {
  func checkChangeset(_ bytes: [UInt8]) throws(BrokenLaw) -> Bool {
    let changes = try reading(refusedAs: [.not_understood, .stale_format, .too_large]) {
      () throws(Problem) in try Changeset(encoded: bytes)
    }
    guard let changes else { return false }
    try changes.check(within: bytes.count)
    let encoded = changes.encoded
    let again = try ours("a changeset") { () throws(Problem) in try Changeset(encoded: encoded) }
    try law("a changeset comes back in other bytes", again.encoded == encoded)
    try law("a changeset comes back with other values", again == changes || changes.holdsNaN)
    return true
  }

  func checkRequest(_ bytes: [UInt8]) throws(BrokenLaw) -> Bool {
    let request = try reading(
      refusedAs: [.not_understood, .stale_format, .too_large, .protocol_old]
    ) { () throws(Problem) in try SyncRequest(encoded: bytes) }
    guard let request else { return false }
    try request.push.check(within: bytes.count)
    try law("more cursors than bytes", request.cursors.count <= bytes.count)
    let encoded = request.encoded
    let again = try ours("a request") { () throws(Problem) in try SyncRequest(encoded: encoded) }
    try law("a request comes back in other bytes", again.encoded == encoded)
    try law("a request comes back with other values", again == request || request.push.holdsNaN)
    return true
  }

  func checkAnswer(_ bytes: [UInt8]) throws(BrokenLaw) -> Bool {
    let answer = try reading(
      refusedAs: [.not_understood, .stale_format, .too_large, .protocol_old]
    ) { () throws(Problem) in try SyncAnswer(encoded: bytes) }
    guard let answer else { return false }
    try answer.pull.check(within: bytes.count)
    let parts =
      answer.schema.count + answer.names.count + answer.handles.count + answer.verdicts.count
      + answer.pages.count + answer.leaves.count + answer.notices.count
    try law("more parts than bytes", parts <= bytes.count)
    try law("too many notices", answer.notices.count <= Limits.noticesInAnswer)
    let encoded = answer.encoded
    let again = try ours("an answer") { () throws(Problem) in try SyncAnswer(encoded: encoded) }
    try law("an answer comes back in other bytes", again.encoded == encoded)
    try law("an answer comes back with other values", again == answer || answer.holdsNaN)
    return true
  }

  func checkStamps(_ bytes: [UInt8]) throws(BrokenLaw) -> Bool {
    let stamps = try reading(refusedAs: [.not_understood]) {
      () throws(Problem) in try FieldStamps(bytes: bytes)
    }
    guard let stamps else { return false }
    try law("more stamps than bytes", stamps.exceptions.count < bytes.count)
    let again = try ours("field stamps") { () throws(Problem) in
      try FieldStamps(bytes: stamps.bytes)
    }
    try law("field stamps come back with other values", again == stamps)
    try law("field stamps come back in other bytes", again.bytes == stamps.bytes)
    var noted = FieldStamps(record: stamps.record)
    for exception in stamps.exceptions { noted.set(exception.field, exception.stamp) }
    try law("field stamps are not what noting them one by one gives", noted == stamps)
    return true
  }

  /// The largest body would do as well, but takes longer.
  private static let frameLimit = 1 << 20

  func checkFrame(_ bytes: [UInt8]) throws(BrokenLaw) -> Bool {
    let expanded = try reading(refusedAs: [.not_understood, .too_large]) {
      () throws(Problem) in try Compression.expand(bytes, limit: Self.frameLimit)
    }
    guard let expanded else { return false }
    try law("a frame holds more than the limit", expanded.count <= Self.frameLimit)
    if !expanded.isEmpty {
      let less = try reading(refusedAs: [.too_large]) { () throws(Problem) in
        try Compression.expand(bytes, limit: expanded.count - 1)
      }
      try law("a frame is expanded beyond a smaller limit", less == nil)
    }
    let dictionary = Compression.dictionary(of: bytes)
    try law("a dictionary that is not there was read with", dictionary <= WireDictionary.newest)
    for version in Set([0, dictionary]) {
      let frame = Compression.compress(expanded, level: 3, dictionary: version)
      let again = try ours("a frame") { () throws(Problem) in
        try Compression.expand(frame, limit: expanded.count)
      }
      try law("a frame comes back with other bytes", again == expanded)
    }
    return true
  }

  func checkParts(_ bytes: [UInt8]) throws(BrokenLaw) -> Bool {
    let beginning = try reading(refusedAs: [.not_understood, .too_large]) {
      () throws(Problem) in try Parts.expand(bytes, isWhole: false, limit: Self.frameLimit)
    }
    if let beginning {
      let size = beginning.messages.reduce(0) { $0 + $1.count }
      try law("parts hold more than the limit", size <= Self.frameLimit)
      try law("parts take more bytes than there are", beginning.length <= bytes.count)
      let shorter = Array(bytes.prefix(beginning.length))
      let again = try ours("what is whole of parts") { () throws(Problem) in
        try Parts.expand(shorter, isWhole: false, limit: Self.frameLimit)
      }
      try law("what is whole depends on what follows", again == beginning)
    }
    let whole = try reading(refusedAs: [.not_understood, .too_large]) {
      () throws(Problem) in try Parts.expand(bytes, isWhole: true, limit: Self.frameLimit)
    }
    guard let whole else { return false }
    try law("bytes are left of a whole answer", whole.length == bytes.count)
    guard whole.messages.count > 1 else { return true }
    try law(
      "the beginning of a whole answer is not the whole",
      beginning.map { $0.messages } == whole.messages)
    let made = Parts.compress(whole.messages)
    let again = try ours("parts") { () throws(Problem) in
      try Parts.expand(made, isWhole: true, limit: Self.frameLimit)
    }
    try law("parts come back with other bytes", again.messages == whole.messages)
    return true
  }
}

extension Changeset {
  func check(within bytes: Int) throws(BrokenLaw) {
    try law("too many records", recordCount <= Limits.recordsInChangeset)
    var parts = groups.count
    for group in groups {
      parts += group.fields.count + group.records.count
      for record in group.records {
        parts += record.fields.count
        try law("a new record without an id", record.kind != .create || record.id != nil)
        try law("what a deletion saw", (record.kind == .delete) == (record.seen != nil))
        try law(
          "a change of a field that has no name",
          record.fields.allSatisfy { group.fields.indices.contains($0.field) })
      }
    }
    try law("more parts than bytes", parts <= bytes)
  }

  /// What is no number equals nothing, not even itself; its bytes are compared then.
  var holdsNaN: Bool {
    groups.contains { $0.records.contains { $0.fields.contains { $0.value.isNaN } } }
  }
}

extension SyncAnswer {
  fileprivate var holdsNaN: Bool {
    pull.holdsNaN || notices.contains { $0.winner.value.isNaN || $0.loser.value.isNaN }
  }
}

extension Value {
  fileprivate var isNaN: Bool {
    if case .real(let number) = self { number.isNaN } else { false }
  }
}
