import Foundation

/// One value of the schema's JSON and the place where it stands, so that every refusal can say
/// where it is.
struct SchemaNode {
  let content: Content
  /// Names from the top, joined by points: `types.contact.fields.phone_sat.policy`.
  let place: String

  indirect enum Content {
    case null
    case flag(Bool)
    case number(Double)
    case text(String)
    case list([Content])
    case object([String: Content])
  }

  init(json: [UInt8]) throws(Problem) {
    do {
      content = try JSONDecoder().decode(Content.self, from: Data(json))
      place = ""
    } catch {
      throw Problem(.schema_invalid, at: Self.brokenPlace(json), cause: "\(error)")
    }
    if case .object = content { return }
    throw refusal("the file is not an object; it begins with {")
  }

  private init(_ content: Content, at place: String) {
    self.content = content
    self.place = place
  }

  /// - Parameters:
  ///   - part: names below this place, joined by points.
  ///   - reason: what is wrong, and what to write instead.
  func refusal(_ reason: String, in part: String? = nil) -> Problem {
    let place = part.map(inside) ?? self.place
    return Problem(.schema_invalid, at: place.isEmpty ? reason : "\(place): \(reason)")
  }

  /// The decoder does not say where the text breaks off; the older parser does, as an offset.
  private static func brokenPlace(_ json: [UInt8]) -> String {
    let advice = "the file is not JSON; look for a missing comma, quote or bracket"
    do {
      _ = try JSONSerialization.jsonObject(with: Data(json))
      return advice
    } catch {
      let reason = (error as NSError).userInfo[NSDebugDescriptionErrorKey] as? String ?? ""
      let offset = reason.split { !$0.isNumber }.last.flatMap { Int($0) } ?? json.count
      let lines = json.prefix(offset).count { $0 == UInt8(ascii: "\n") } + 1
      return "line \(lines): \(advice)"
    }
  }
}

extension SchemaNode {
  /// A member of an object; nil when it is not there or null.
  subscript(key: String) -> SchemaNode? {
    guard case .object(let members) = content, let member = members[key] else { return nil }
    if case .null = member { return nil }
    return SchemaNode(member, at: inside(key))
  }

  func required(_ key: String) throws(Problem) -> SchemaNode {
    guard let member = self[key] else { throw refusal("\"\(key)\" is missing; add it") }
    return member
  }

  /// The members of an object, in the order of their names.
  func members() throws(Problem) -> [(name: String, node: SchemaNode)] {
    guard case .object(let members) = content else { throw refusal("not an object; write {…}") }
    return members.sorted { $0.key < $1.key }.map {
      ($0.key, SchemaNode($0.value, at: inside($0.key)))
    }
  }

  /// The elements of a list, placed by their `name` or `value` where they have one.
  func elements() throws(Problem) -> [SchemaNode] {
    guard case .list(let elements) = content else { throw refusal("not a list; write […]") }
    return elements.enumerated().map { index, element in
      SchemaNode(element, at: inside(element.name ?? String(index)))
    }
  }

  func text() throws(Problem) -> String {
    guard case .text(let text) = content else { throw refusal("not a text; write it in quotes") }
    return text
  }

  func texts() throws(Problem) -> [String] {
    var texts: [String] = []
    for element in try elements() { texts.append(try element.text()) }
    return texts
  }

  func flag() throws(Problem) -> Bool {
    guard case .flag(let flag) = content else { throw refusal("not true or false") }
    return flag
  }

  func number() throws(Problem) -> Double {
    guard case .number(let number) = content else { throw refusal("not a number") }
    return number
  }

  func wholeNumber(in range: ClosedRange<Int>) throws(Problem) -> Int {
    guard case .number(let number) = content, let whole = Int(exactly: number),
      range.contains(whole)
    else {
      throw refusal("not a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return whole
  }

  private func inside(_ name: String) -> String {
    let name = name.prefix(60)
    return place.isEmpty ? String(name) : "\(place).\(name)"
  }
}

extension SchemaNode.Content {
  fileprivate var name: String? {
    guard case .object(let members) = self else { return nil }
    for key in ["name", "value"] {
      if case .text(let text) = members[key], !text.isEmpty { return text }
    }
    return nil
  }
}

extension SchemaNode.Content: Decodable {
  /// How deep lists and objects may stand in each other: several times what a schema needs. Each
  /// kind that a value is not costs the whole path to it, so that depth costs seconds.
  private static let deepest = 64

  init(from decoder: any Decoder) throws {
    guard decoder.codingPath.count <= Self.deepest else {
      throw DecodingError.dataCorrupted(
        DecodingError.Context(codingPath: [], debugDescription: "nested too deep"))
    }
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let text = try? container.decode(String.self) {
      self = .text(text)
    } else if let members = try? container.decode([String: Self].self) {
      self = .object(members)
    } else if let elements = try? container.decode([Self].self) {
      self = .list(elements)
    } else if let flag = try? container.decode(Bool.self) {
      self = .flag(flag)
    } else {
      self = .number(try container.decode(Double.self))
    }
  }
}
