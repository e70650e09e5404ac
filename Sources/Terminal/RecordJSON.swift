package import Shared

// Records as scripts see them: the fields by name beside a few words of our own, which no field
// may be named.

extension JSONValue {
  /// `id`, `type`, `scope`, `pending`, and the fields that are not empty.
  ///
  /// - Parameter type: tells booleans and several choices from other values; nil leaves values
  ///   as they are stored.
  package init(_ record: Record, of type: RecordType?) {
    var members: [String: JSONValue] = [:]
    for (name, value) in record.values where !value.isNull {
      members[name] = JSONValue(value, in: type?[field: name])
    }
    members["id"] = .text(record.id.description)
    members["type"] = .text(record.type)
    members["scope"] = record.scope.map { .text($0.description) } ?? .null
    members["pending"] = .bool(record.isPending)
    self = .object(members)
  }

  /// `field`, `value`, `device`, `written`, `received`, `replaced`. `received` is null for a
  /// value that came with the record or that the hub has not seen yet.
  package init(_ entry: HistoryEntry, of field: Field?) {
    self = [
      "field": .text(entry.field), "value": JSONValue(entry.value, in: field),
      "device": .text(entry.device), "written": JSONValue(written: entry.stamp),
      "received": JSONValue(moment: entry.received),
      "replaced": JSONValue(entry.replaced, in: field),
    ]
  }

  /// `id`, `type`, `record`, `field`, `status`, and `winner` and `loser` with `value`, `device`
  /// and `written`.
  package init(_ conflict: ConflictRecord, of field: Field?) {
    func side(_ side: ConflictRecord.Side) -> JSONValue {
      [
        "value": JSONValue(side.value, in: field), "device": .text(side.device),
        "written": JSONValue(written: side.stamp),
      ]
    }
    self = [
      "id": .int(conflict.id), "type": .text(conflict.type),
      "record": .text(conflict.record.description), "field": .text(conflict.field),
      "status": .text(conflict.status), "winner": side(conflict.winner),
      "loser": side(conflict.loser),
    ]
  }

  /// Milliseconds since 1970 as ISO 8601 in UTC, `2026-07-05T14:30:05Z`.
  package init(moment milliseconds: Int64?) {
    self = milliseconds.map { .text(Moments.iso(milliseconds: $0)) } ?? .null
  }

  /// When a value was written; null for one that nobody wrote.
  private init(written stamp: Stamp) {
    self.init(moment: stamp == .never ? nil : stamp.milliseconds)
  }

  /// A value of a record as scripts read it: a boolean as such, several choices as an array.
  package init(_ value: Shared.Value, in field: Field?) {
    switch (value, field?.kind) {
    case (.null, _): self = .null
    case (.int(let number), .bool): self = .bool(number != 0)
    case (.int(let number), _): self = .int(number)
    case (.real(let number), _): self = .real(number)
    case (.text(let text), .choices):
      self = .array(text.split(separator: "+").map { .text(String($0)) })
    case (.text(let text), _): self = .text(text)
    }
  }
}

extension Moments {
  /// A moment in milliseconds since 1970 in UTC, to the second: `2026-07-05T14:30:05Z`. Before
  /// 1970 counts as 1970, as in stamps.
  package static func iso(milliseconds: Int64) -> String {
    let milliseconds = max(milliseconds, 0)
    let seconds = Int(milliseconds % 86_400_000 / 1000)
    let clock = [seconds / 3600, seconds / 60 % 60, seconds % 60].map(Amounts.twoDigits)
    return CivilDay.iso(milliseconds: milliseconds) + "T" + clock.joined(separator: ":") + "Z"
  }
}
