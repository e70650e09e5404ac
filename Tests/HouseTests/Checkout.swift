import Foundation

/// The checkout these tests look at.
enum Checkout {
  static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The files below a folder whose names end so, as paths from the root, sorted. Hidden folders,
  /// where builds leave what others wrote, are not visited.
  static func files(under folder: String = "", ending: String) throws -> [String] {
    let top = root.appending(path: folder).path
    guard let walk = FileManager.default.enumerator(atPath: top) else {
      throw CocoaError(.fileNoSuchFile)
    }
    var found: [String] = []
    while let path = walk.nextObject() as? String {
      if path.split(separator: "/").last?.hasPrefix(".") ?? true {
        walk.skipDescendants()
      } else if path.hasSuffix(ending) {
        found.append(folder.isEmpty ? path : "\(folder)/\(path)")
      }
    }
    return found.sorted()
  }

  static func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: root.appending(path: path).path)
  }

  static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }
}

/// One Swift file.
struct SourceFile {
  /// From the root of the checkout.
  let path: String
  let lines: [String]

  init(path: String, text: String) {
    self.path = path
    lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  static func all(under folder: String) throws -> [SourceFile] {
    try Checkout.files(under: folder, ending: ".swift")
      .map { SourceFile(path: $0, text: try Checkout.text($0)) }
  }

  var name: String { path.split(separator: "/").last.map(String.init) ?? path }

  /// The lines that hold code, without the comments after it, each with its number.
  var code: [(number: Int, text: String)] {
    lines.enumerated().compactMap { index, line in
      let text = line.split(separator: " //", maxSplits: 1, omittingEmptySubsequences: false)[0]
      let isComment = line.drop(while: \.isWhitespace).hasPrefix("//")
      return isComment ? nil : (index + 1, String(text))
    }
  }
}

/// A place that breaks a rule of the house, and what to do about it.
struct Finding: CustomStringConvertible {
  let path: String
  var line: Int?
  let sentence: String

  var description: String {
    [path, line.map(String.init)].compactMap(\.self).joined(separator: ":") + ": " + sentence
  }
}

extension [Finding] {
  /// One finding a line, for a failed expectation.
  var report: String { "\n" + map(\.description).joined(separator: "\n") }
}
