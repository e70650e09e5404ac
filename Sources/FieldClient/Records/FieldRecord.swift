import Foundation
public import Shared

/// A Swift type for records of one type: its properties are named like the fields it cares for.
///
/// Texts, dates and choices are `String`, numbers `Int` or `Double`, yes and no `Bool`, several
/// choices `[String]`; a field that may be empty is optional.
public protocol FieldRecord: Codable, Sendable {
  static var recordType: String { get }
}

/// A typed record with what is not a field of it.
public struct Stored<Content: FieldRecord>: Sendable {
  public let id: RecordID
  /// True while something of it has not been acknowledged by the hub.
  public let isPending: Bool
  public let content: Content
}

extension FieldClient {
  /// Records of a type as Swift values.
  ///
  /// - Throws: `.wrong_type` when a record does not fit the Swift type.
  public func records<Content: FieldRecord>(
    _ type: Content.Type = Content.self, where conditions: [(field: String, value: Value)] = []
  ) throws(Problem) -> [Stored<Content>] {
    let fields = schema[type: Content.recordType]
    var stored: [Stored<Content>] = []
    for record in try records(of: Content.recordType, where: conditions) {
      let content: Content = try FieldCoding.decode(record, fields)
      stored.append(Stored(id: record.id, isPending: record.isPending, content: content))
    }
    return stored
  }
}

extension FieldWriter {
  /// Adds a typed record and returns its id.
  @discardableResult
  public func add(_ content: some FieldRecord) throws -> RecordID {
    try add(type(of: content).recordType, FieldCoding.encode(content))
  }

  /// Writes the fields of a typed record that it holds; what it leaves out stays.
  public func set(_ id: RecordID, _ content: some FieldRecord) throws {
    try set(type(of: content).recordType, id, FieldCoding.encode(content))
  }
}

/// Between Swift values and fields, by way of Foundation's property lists in memory: they keep
/// whole and real numbers, yes and no apart.
private enum FieldCoding {
  static func encode(_ content: some FieldRecord) throws(Problem) -> [String: Value] {
    do {
      let data = try PropertyListEncoder().encode(content)
      let plain = try PropertyListSerialization.propertyList(from: data, format: nil)
      let fields = plain as? [String: Any] ?? [:]
      return try fields.mapValues { try value($0) }
    } catch {
      throw Problem(.wrong_type, at: type(of: content).recordType)
    }
  }

  private static func value(_ plain: Any) throws -> Value {
    switch plain {
    case let text as String: text == "$null" ? .null : .text(text)
    case let texts as [String]: .text(texts.joined(separator: "+"))
    case let number as NSNumber: number.fieldValue
    default: throw Problem(.wrong_type)
    }
  }

  static func decode<Content: FieldRecord>(
    _ record: Record, _ type: RecordType?
  ) throws(Problem) -> Content {
    var plain: [String: Any] = [:]
    for (name, value) in record.values {
      plain[name] =
        type?[field: name].map { Self.plain(value, $0.kind) } ?? Self.plain(value, .text)
    }
    do {
      let data = try PropertyListSerialization.data(
        fromPropertyList: plain, format: .binary, options: 0)
      return try PropertyListDecoder().decode(Content.self, from: data)
    } catch {
      throw Problem(.wrong_type, at: Content.recordType)
    }
  }

  private static func plain(_ value: Value, _ kind: Kind) -> Any {
    switch (value, kind) {
    case (.text(let text), .choices): text.split(separator: "+").map(String.init)
    case (.text(let text), _): text
    case (.int(let number), .bool): number != 0
    case (.int(let number), .real): Double(number)
    case (.int(let number), _): number
    case (.real(let number), _): number
    case (.null, _): "$null"
    }
  }
}

extension NSNumber {
  fileprivate var fieldValue: Value {
    switch String(cString: objCType) {
    case "d", "f": .real(doubleValue)
    default: .int(int64Value)
    }
  }
}
