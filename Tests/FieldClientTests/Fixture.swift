import Foundation
import GRDB
import Testing

@testable import FieldClient
@testable import Shared
@testable import Storage
@testable import SyncServer

/// What a released version left: its files, and what it said on the wire.
struct Fixture: CustomTestStringConvertible, Sendable {
  struct Wire: Codable {
    let token: String
    /// When the story ended, milliseconds since 1970.
    let time: Int64
    let exchanges: [RecordedExchange]
  }

  let release: String

  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../Fixtures").standardized

  /// Every release that was kept.
  static let all: [Fixture] =
    (try? FileManager.default.contentsOfDirectory(atPath: folder.path()))?
    .filter { $0.first?.isNumber ?? false }.sorted().map { Fixture(release: $0) } ?? []

  var testDescription: String { release }

  func wire() throws -> Wire {
    try JSONDecoder().decode(Wire.self, from: Data(bytes("wire.json")))
  }

  /// The file, unpacked into a folder of its own.
  func unpack(_ name: String, as other: String? = nil, into folder: String) throws -> String {
    let path = folder + "/" + (other ?? name)
    try Data(bytes(name)).write(to: URL(filePath: path))
    return path
  }

  private func bytes(_ name: String) throws -> [UInt8] {
    let file = Self.folder.appending(path: "\(release)/\(name).frame")
    return try Compression.expand(Array(Data(contentsOf: file)), limit: 16 << 20)
  }
}

/// A folder that goes with whoever holds it.
final class TemporaryFolder {
  let path = NSTemporaryDirectory() + "djoliba-fixture-\(UUID().uuidString)"

  init() throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
