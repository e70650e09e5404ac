import Foundation
import Testing

/// As much of JSON Schema as the schemas among the fixtures use; a keyword that it does not know is
/// a mistake of the schema's author, and fails.
struct JSONSchema {
  private let root: [String: Any]

  init(fixture name: String) throws {
    let file = URL(filePath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fixtures/\(name)")
    let read = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
    root = try #require(read as? [String: Any])
  }

  /// What is wrong with a document, each with the place where it is.
  func faults(of text: String) throws -> [String] {
    try Self.faults(JSONSerialization.jsonObject(with: Data(text.utf8)), root, "")
  }

  private static func faults(_ value: Any, _ schema: [String: Any], _ place: String) throws
    -> [String]
  {
    var faults: [String] = []
    for (keyword, rule) in schema.sorted(by: { $0.key < $1.key }) {
      switch keyword {
      case "$schema", "title", "description", "properties": break
      case "type":
        if kind(value) != rule as? String { return ["\(place) is no \(rule)"] }
      case "required":
        let names = try #require(rule as? [String])
        faults += names.filter { (value as? [String: Any])?[$0] == nil }
          .map { "\(place) has no \($0)" }
      case "additionalProperties":
        let known = schema["properties"] as? [String: Any] ?? [:]
        faults += (value as? [String: Any] ?? [:]).keys.filter { known[$0] == nil }
          .map { "\(place) has a stranger, \($0)" }
      case "items":
        let each = try #require(rule as? [String: Any])
        for (index, item) in (value as? [Any] ?? []).enumerated() {
          faults += try self.faults(item, each, "\(place)[\(index)]")
        }
      case "minLength":
        if (value as? String ?? "").count < rule as? Int ?? 0 { faults.append("\(place) is empty") }
      case "pattern":
        let pattern = try Regex(try #require(rule as? String))
        if (value as? String ?? "").firstMatch(of: pattern) == nil {
          faults.append("\(place) has another form")
        }
      default: Issue.record("unknown keyword \(keyword)")
      }
    }
    for (name, rule) in schema["properties"] as? [String: [String: Any]] ?? [:] {
      if let member = (value as? [String: Any])?[name] {
        faults += try self.faults(member, rule, "\(place)/\(name)")
      }
    }
    return faults.sorted()
  }

  private static func kind(_ value: Any) -> String {
    switch value {
    case is [String: Any]: "object"
    case is [Any]: "array"
    case is String: "string"
    case is Bool: "boolean"
    case is NSNumber: "number"
    default: "null"
    }
  }
}
