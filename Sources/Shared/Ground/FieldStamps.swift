/// When each field of one record was written: one stamp for the record, and exceptions for
/// the fields that were written at another moment.
///
/// Most records are written once and seldom touched again, so a clock per cell would cost ten
/// times what this costs. A field without an exception has the record's stamp, unless it is
/// empty: nobody has written it yet, and its stamp is `Stamp.never`. So a field that a later
/// schema adds is stamped by nobody.
public struct FieldStamps: Hashable, Sendable {
  public private(set) var record: Stamp
  /// Sorted by the bytes of the field's name, each name once, none equal to `record`.
  public private(set) var exceptions: [Exception]

  public struct Exception: Hashable, Sendable {
    public let field: String
    public let stamp: Stamp
  }

  public init(record: Stamp) {
    self.record = record
    exceptions = []
  }

  /// The stamp of a field that is, or is not, empty.
  public func stamp(of field: String, isEmpty: Bool) -> Stamp {
    own(field) ?? (isEmpty ? .never : record)
  }

  /// The stamp of a field that is noted apart from the record's.
  package func own(_ field: String) -> Stamp? {
    exceptions.first { $0.field.utf8.elementsEqual(field.utf8) }?.stamp
  }

  /// What stands in a field of a record with these values.
  package func state(of field: String, in values: [String: Value]) -> FieldState {
    let value = values[field] ?? .null
    return FieldState(value: value, stamp: stamp(of: field, isEmpty: value.isNull))
  }

  /// Notes that a field was written. At the record's own stamp there is nothing to note.
  public mutating func set(_ field: String, _ stamp: Stamp) {
    guard stamp != record else {
      return exceptions.removeAll { $0.field.utf8.elementsEqual(field.utf8) }
    }
    let at = exceptions.firstIndex { !($0.field.utf8.lexicographicallyPrecedes(field.utf8)) }
    let exception = Exception(field: field, stamp: stamp)
    guard let at else { return exceptions.append(exception) }
    if !field.utf8.lexicographicallyPrecedes(exceptions[at].field.utf8) {
      exceptions[at] = exception
    } else {
      exceptions.insert(exception, at: at)
    }
  }

  /// The youngest stamp of any field.
  public var latest: Stamp { exceptions.reduce(record) { max($0, $1.stamp) } }
}

extension FieldStamps {
  /// Record stamp, then each exception as name and stamp; see `docs/protocol.md`, "Stamps".
  package var bytes: [UInt8] {
    var out = ByteWriter()
    out.stamp(record)
    for exception in exceptions {
      out.string(exception.field)
      out.stamp(exception.stamp)
    }
    return out.bytes
  }

  /// Throws `.not_understood` where names do not rise: a name twice would have two stamps, and
  /// sorting what a stranger sends would cost the square of its length. An exception at the
  /// record's own stamp is refused too: the same stamps would have two digests.
  package init(bytes: [UInt8]) throws(Problem) {
    var reader = ByteReader(bytes)
    self.init(record: try reader.stamp())
    while !reader.isAtEnd {
      let field = try reader.string()
      if let last = exceptions.last, !last.field.utf8.lexicographicallyPrecedes(field.utf8) {
        throw Problem(.not_understood, cause: "fields are not in order")
      }
      let stamp = try reader.stamp()
      guard stamp != record else {
        throw Problem(.not_understood, cause: "a field's own stamp is the record's")
      }
      exceptions.append(Exception(field: field, stamp: stamp))
    }
  }
}
