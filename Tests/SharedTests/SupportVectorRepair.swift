import Shared

struct RepairRequestVector: VectorValue, Hashable {
  let cursor: CursorVector
  let ranges: [Range]
  let wanted: [String]
  let budget: Int
  let give: ChangesetVector

  /// Absent: from the lowest id, to the highest.
  struct Range: Decodable, Hashable {
    let first, end: String?
  }

  init(_ request: RepairRequest) {
    cursor = CursorVector(request.cursor)
    ranges = request.ranges.map { range in
      let isFromStart = range.first == IDRange.all.first
      return Range(
        first: isFromStart ? nil : range.first.description, end: range.end?.description)
    }
    wanted = request.wanted.map(\.description)
    budget = request.budget
    give = ChangesetVector(request.give)
  }

  var request: RepairRequest {
    RepairRequest(
      cursor: cursor.cursor,
      ranges: ranges.map { range in
        IDRange(
          first: range.first.flatMap { RecordID($0) } ?? IDRange.all.first,
          end: range.end.flatMap { RecordID($0) })
      }, wanted: wanted.map { RecordID($0)! }, budget: budget, give: give.changes)
  }

  func isEncoded(as bytes: [UInt8]) -> Bool { request.encoded == bytes }

  func isDecoded(from bytes: [UInt8]) throws -> Bool {
    try RepairRequestVector(RepairRequest(encoded: bytes)) == self
  }
}

struct RepairAnswerVector: VectorValue, Hashable {
  let hubClock: Int64
  let isKnown: Bool
  let cursor: CursorVector
  let parts: [[Part]]
  let gone: [String]
  let pull: ChangesetVector

  /// Up to `end`, absent for the highest id: so many records under one fingerprint, or each.
  struct Part: Decodable, Hashable {
    let end: String?
    let count: Int?
    let fingerprint: String?
    let records: [Record]?
  }

  struct Record: Decodable, Hashable {
    let id, fingerprint: String
  }

  init(_ answer: RepairAnswer) {
    hubClock = answer.hubClock
    isKnown = answer.isKnown
    cursor = CursorVector(answer.cursor)
    parts = answer.parts.map { $0.map { Part($0) } }
    gone = answer.gone.map(\.description)
    pull = ChangesetVector(answer.pull)
  }

  var answer: RepairAnswer {
    var answer = RepairAnswer(hubClock: hubClock, isKnown: isKnown, cursor: cursor.cursor)
    answer.parts = parts.map { parts in
      var first = IDRange.all.first
      return parts.map { part in
        let range = IDRange(first: first, end: part.end.flatMap { RecordID($0) })
        first = range.end ?? first
        return RangePart(range: range, content: part.content)
      }
    }
    answer.gone = gone.map { RecordID($0)! }
    answer.pull = pull.changes
    return answer
  }

  func isEncoded(as bytes: [UInt8]) -> Bool { answer.encoded == bytes }

  func isDecoded(from bytes: [UInt8]) throws -> Bool {
    try RepairAnswerVector(RepairAnswer(encoded: bytes)) == self
  }
}

extension RepairAnswerVector.Part {
  fileprivate init(_ part: RangePart) {
    end = part.range.end?.description
    switch part.content {
    case .summary(let print, let number):
      (count, fingerprint, records) = (number, print.digits, nil)
    case .records(let all):
      (count, fingerprint) = (nil, nil)
      records = all.map { .init(id: $0.id.description, fingerprint: $0.print.digits) }
    }
  }

  fileprivate var content: RangePart.Content {
    if let count, let fingerprint {
      return .summary(Fingerprint(digits: fingerprint), count: count)
    }
    return .records(
      (records ?? []).map { record in
        FingerprintedRecord(
          id: RecordID(record.id)!, print: Fingerprint(digits: record.fingerprint))
      })
  }
}

extension Fingerprint {
  /// Sixteen hexadecimal digits.
  fileprivate init(digits: String) { self.init(bits: UInt64(digits, radix: 16)!) }

  fileprivate var digits: String {
    let digits = String(bits, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
