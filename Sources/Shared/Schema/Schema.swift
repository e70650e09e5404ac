// The mission's record types as data.
//
// One JSON file says what the records are: types, fields, labels, choices, validation, conflict
// policies, scopes, keys, roles. Tables, triggers, forms, spreadsheets and checks follow from
// it, so adding a field is an edit of that file and of nothing else. Changes are additive: a
// device may receive a newer file from the hub, so keys this program does not know are ignored,
// while a kind, policy, role or rule it does not know is refused rather than guessed.
//
// Everything that could fail later is refused when the file is read, with the place in the
// file and what to write instead. A schema that was read is one that works.

/// The record types that hub and devices agree on.
public struct Schema: Sendable {
  /// Grows with every change of the file; the higher one is the newer one.
  public let version: Int
  /// In the order of the file.
  public let types: [RecordType]
  /// The JSON it was read from.
  public let source: [UInt8]
  private let positions: [String: Int]

  /// Reads and checks a schema.
  ///
  /// - Throws: `.schema_invalid`, whose place says where in the file, what is wrong and what
  ///   to write instead.
  public init(json: [UInt8]) throws(Problem) {
    let document = try SchemaNode(json: json)
    let reading = try SchemaReading(document)
    version = try document.required("version").wholeNumber(in: 1...Int(Int32.max))
    types = try reading.types()
    source = json
    positions = types.positions(of: \.name)
    try SchemaChecking(schema: self).run()
  }

  /// The version that a schema says it is, also one that this program cannot read.
  package static func version(of json: [UInt8]) -> Int? {
    try? SchemaNode(json: json).required("version").wholeNumber(in: 1...Int(Int32.max))
  }

  public subscript(type name: String) -> RecordType? {
    positions[name].map { types[$0] }
  }

  /// The schema that is built into this program.
  public static let mission: Schema = {
    do {
      return try Schema(json: PackageResources.mission_json)
    } catch {
      preconditionFailure("Sources/Shared/Schema/mission.json: \(error)")
    }
  }()
}

extension Array {
  /// Where each name stands; the first one of a name that is there twice.
  func positions(of name: KeyPath<Element, String>) -> [String: Int] {
    Dictionary(enumerated().map { ($1[keyPath: name], $0) }) { first, _ in first }
  }
}
