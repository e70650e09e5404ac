import Shared

// What holds for the two messages of a repair, beyond what holds for their changesets.

extension FuzzTarget {
  func checkRepairRequest(_ bytes: [UInt8]) throws(BrokenLaw) -> Bool {
    let request = try reading(
      refusedAs: [.not_understood, .stale_format, .too_large, .protocol_old]
    ) { () throws(Problem) in try RepairRequest(encoded: bytes) }
    guard let request else { return false }
    try request.give.check(within: bytes.count)
    try law("too many ranges", request.ranges.count <= Limits.rangesInRepair)
    try law("ranges that overlap", !request.ranges.overlap)
    try law("too many wanted records", request.wanted.count <= Limits.recordsInRepair)
    let encoded = request.encoded
    let again = try ours("a repair") { () throws(Problem) in try RepairRequest(encoded: encoded) }
    try law("a repair comes back in other bytes", again.encoded == encoded)
    try law("a repair comes back with other values", again == request || request.give.holdsNaN)
    return true
  }

  func checkRepairAnswer(_ bytes: [UInt8]) throws(BrokenLaw) -> Bool {
    let answer = try reading(
      refusedAs: [.not_understood, .stale_format, .too_large, .protocol_old]
    ) { () throws(Problem) in try RepairAnswer(encoded: bytes) }
    guard let answer else { return false }
    try answer.pull.check(within: bytes.count)
    try law("more parts than bytes", answer.weight <= bytes.count)
    let encoded = answer.encoded
    let again = try ours("its answer") { () throws(Problem) in try RepairAnswer(encoded: encoded) }
    try law("its answer comes back in other bytes", again.encoded == encoded)
    try law("its answer comes back with other values", again == answer || answer.pull.holdsNaN)
    for parts in answer.parts { _ = RangeComparison.compare([], with: parts) }
    return true
  }
}

extension RepairAnswer {
  /// How many things it names.
  fileprivate var weight: Int {
    parts.reduce(gone.count + parts.count) { sum, range in
      range.reduce(sum + range.count) { sum, part in
        if case .records(let records) = part.content { sum + records.count } else { sum }
      }
    }
  }
}
