import Foundation
import GRDB
import Storage

/// A folder whose databases are sealed, until the test ends.
final class SealedFolder {
  let path: String
  let key: SealKey

  init(_ seed: UInt8 = 7) throws {
    path = NSTemporaryDirectory() + "djoliba-seal-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    key = SealKey((0..<32).map { $0 &* 31 &+ seed })
    Seal.open(path, with: key)
  }

  deinit {
    Seal.close(path)
    try? FileManager.default.removeItem(atPath: path)
  }

  var file: String { path + "/replica.sqlite" }

  func bytes(_ suffix: String = "") throws -> Data {
    try Data(contentsOf: URL(filePath: file + suffix))
  }

  func put(_ bytes: Data, _ suffix: String = "") throws {
    try bytes.write(to: URL(filePath: file + suffix))
  }

  func removeLog() {
    for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: file + suffix) }
  }

  /// Every file that holds these bytes.
  func files(with word: String) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: path).filter { name in
      let bytes = FileManager.default.contents(atPath: path + "/" + name)
      return bytes?.range(of: Data(word.utf8)) != nil
    }.sorted()
  }
}

/// The same numbers for the same seed.
struct TestRandom {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func below(_ bound: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(state >> 33) % bound
  }
}
