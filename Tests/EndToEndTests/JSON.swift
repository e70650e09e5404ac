import Foundation

/// A JSON value, to be compared and looked into.
enum JSON: Equatable {
  case null
  case bool(Bool)
  case number(Double)
  case text(String)
  case list([JSON])
  case object([String: JSON])

  /// Throws when the line is no JSON object.
  init(line: String) throws {
    let value: JSON
    do {
      value = try JSONDecoder().decode(JSON.self, from: Data(line.utf8))
    } catch {
      throw Unexpected("no JSON: \(line)")
    }
    guard case .object = value else { throw Unexpected("no JSON object: \(line)") }
    self = value
  }

  /// `.null` for a member that is not there.
  subscript(name: String) -> JSON {
    if case .object(let members) = self { members[name] ?? .null } else { .null }
  }

  /// Empty for what is no list.
  var list: [JSON] { if case .list(let values) = self { values } else { [] } }
  var text: String? { if case .text(let text) = self { text } else { nil } }
  var int: Int? { if case .number(let number) = self { Int(exactly: number) } else { nil } }
  var names: Set<String> { Set(members.keys) }
  var members: [String: JSON] { if case .object(let members) = self { members } else { [:] } }
}

extension JSON: Decodable {
  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .text(value)
    } else if let value = try? container.decode([JSON].self) {
      self = .list(value)
    } else {
      self = .object(try container.decode([String: JSON].self))
    }
  }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByNilLiteral, ExpressibleByArrayLiteral
{
  init(stringLiteral value: String) { self = .text(value) }
  init(integerLiteral value: Int) { self = .number(Double(value)) }
  init(booleanLiteral value: Bool) { self = .bool(value) }
  init(nilLiteral: ()) { self = .null }
  init(arrayLiteral elements: JSON...) { self = .list(elements) }
}
