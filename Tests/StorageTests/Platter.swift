import Foundation

/// What is on the disk below a folder, and not only in the machine's memory: a file's bytes since somebody
/// last waited for the file, a folder's names since somebody waited for the folder.
///
/// Sendable unchecked: one test uses it, in one thread.
final class Platter: @unchecked Sendable {
  /// What stands at a path.
  enum Found: Hashable {
    case nothing, folder
    case file([UInt8])
  }

  /// A file or a folder, by its number in the file system.
  fileprivate enum Node {
    case file([UInt8])
    case folder([String: UInt64])
  }

  private let root: String
  private var waited: [UInt64: Node]

  /// What is there now has been there for long.
  init(root: String) throws {
    self.root = root
    waited = try Self.nodes(below: root)
  }

  /// Somebody waits for a file or a folder.
  func wait(for path: String) throws {
    let number = try Self.number(of: path)
    waited[number] = try Self.nodes(below: root)[number]
  }

  /// All that may stand at a path once the power has come back, if it goes now. What nobody waited for
  /// may be there all the same.
  func afterPowerCut(at path: String) throws -> Set<Found> {
    let names = path.dropFirst(root.count).split(separator: "/").map(String.init)
    return found(try Self.number(of: root), names[...], try Self.nodes(below: root))
  }

  private func found(
    _ number: UInt64, _ names: ArraySlice<String>, _ now: [UInt64: Node]
  ) -> Set<Found> {
    var found: Set<Found> = []
    for node in [waited[number] ?? now[number]?.empty, now[number]].compactMap({ $0 }) {
      switch (node, names.first) {
      case (.file(let bytes), nil): found.insert(.file(bytes))
      case (.folder, nil): found.insert(.folder)
      case (.folder(let entries), let name?):
        guard let next = entries[name] else {
          found.insert(.nothing)
          continue
        }
        found.formUnion(self.found(next, names.dropFirst(), now))
      case (.file, _?): found.insert(.nothing)
      }
    }
    return found
  }

  private static func nodes(below path: String) throws -> [UInt64: Node] {
    let names = try FileManager.default.contentsOfDirectory(atPath: path)
    var entries: [String: UInt64] = [:]
    var nodes: [UInt64: Node] = [:]
    for name in names {
      let inner = path + "/" + name
      let number = try Self.number(of: inner)
      entries[name] = number
      var isFolder: ObjCBool = false
      _ = FileManager.default.fileExists(atPath: inner, isDirectory: &isFolder)
      if isFolder.boolValue {
        nodes.merge(try Self.nodes(below: inner)) { _, new in new }
      } else {
        nodes[number] = .file([UInt8](try Data(contentsOf: URL(filePath: inner))))
      }
    }
    nodes[try Self.number(of: path)] = .folder(entries)
    return nodes
  }

  private static func number(of path: String) throws -> UInt64 {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return (attributes[.systemFileNumber] as! NSNumber).uint64Value
  }
}

extension Platter.Node {
  /// The same before anything went into it.
  fileprivate var empty: Self {
    switch self {
    case .file: .file([])
    case .folder: .folder([:])
    }
  }
}
