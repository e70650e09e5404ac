/// An ordered list of changes, grouped by record type: what a device pushes, what the hub
/// answers, what a bundle carries.
package struct Changeset: Hashable, Sendable {
  package var groups: [ChangeGroup]

  package init(groups: [ChangeGroup] = []) { self.groups = groups }

  package var recordCount: Int { groups.reduce(0) { $0 + $1.records.count } }
  package var isEmpty: Bool { groups.isEmpty }

  package var latestStamp: Stamp {
    var latest = Stamp.never
    for group in groups {
      for record in group.records {
        latest = record.fields.reduce(max(latest, record.stamp)) { max($0, $1.stamp) }
      }
    }
    return latest
  }
}

/// Changes of records of one type. Fields are named once, and changes point into that list.
package struct ChangeGroup: Hashable, Sendable {
  package let type: String
  package let fields: [String]
  package var records: [RecordChange]

  package init(type: String, fields: [String], records: [RecordChange]) {
    self.type = type
    self.fields = fields
    self.records = records
  }
}

/// What happened to one record.
package struct RecordChange: Hashable, Sendable {
  package enum Kind: UInt8, Sendable, CaseIterable {
    /// Some fields of a record that both sides know.
    case update = 0
    /// A record the other side may not know: every field that is not empty, and its id.
    case create = 1
    case delete = 2
    /// Forget the record and all that was ever known of it. Only the hub says so.
    case erase = 3
  }

  package let kind: Kind
  /// Present when the other side may not know the handle: always in a `create`.
  package let id: RecordID?
  /// The hub's short number for the record within its type; 0 when the hub gave none yet.
  package let handle: Int64
  /// The stamp of the creation or deletion, and of every field without one of its own.
  package let stamp: Stamp
  package var fields: [FieldChange]
  /// What the writer of a deletion had in front of them.
  package let seen: FieldStamps?

  package init(
    kind: Kind, id: RecordID?, handle: Int64, stamp: Stamp, fields: [FieldChange] = [],
    seen: FieldStamps? = nil
  ) {
    self.kind = kind
    self.id = id
    self.handle = handle
    self.stamp = stamp
    self.fields = fields
    self.seen = seen
  }
}

extension RecordChange {
  /// The stamps of a record that stands as this `create` says.
  package func stamps(in group: ChangeGroup) -> FieldStamps {
    var stamps = FieldStamps(record: stamp)
    for field in fields where field.stamp != stamp {
      stamps.set(group.fields[field.field], field.stamp)
    }
    return stamps
  }
}

/// A field's new value, when and where it was written, and the stamp of the value that the
/// writer had in front of them.
package struct FieldChange: Hashable, Sendable {
  /// Position in the group's `fields`.
  package let field: Int
  package let value: Value
  package let stamp: Stamp
  package let seen: Stamp

  package init(field: Int, value: Value, stamp: Stamp, seen: Stamp = .never) {
    self.field = field
    self.value = value
    self.stamp = stamp
    self.seen = seen
  }
}
