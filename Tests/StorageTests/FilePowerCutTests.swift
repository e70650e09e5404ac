import Foundation
import Shared
import Storage
import Testing

/// The power goes each time that somebody waits for the disk, and when all is done.
@Suite struct FilePowerCutTests {
  private let folder = NSTemporaryDirectory() + "djoliba-durable-\(UUID().uuidString)"

  init() throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  private var path: String { folder + "/key.json" }
  private static let old = Array("what stood there before".utf8)
  private static let new = Array("what takes its place".utf8)

  /// What may stand at `path` when the power goes: during `body`, and after it.
  private func afterPowerCuts(
    at path: String, _ body: () throws -> Void
  ) throws -> (during: Set<Platter.Found>, after: Set<Platter.Found>, waits: Int) {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let platter = try Platter(root: folder)
    let seen = Seen()
    let look: @Sendable (String) -> Void = { waitedFor in
      seen.note {
        let found = try platter.afterPowerCut(at: path)
        try platter.wait(for: waitedFor)
        return found
      }
    }
    try DurableFile.$beforeWait.withValue(look) { try body() }
    if let failure = seen.failure { throw failure }
    return (seen.found, try platter.afterPowerCut(at: path), seen.waits)
  }

  @Test(arguments: [nil, FilePowerCutTests.old], [false, true])
  func `a written file is whole or what it was before, and stays`(
    before: [UInt8]?, isForgetting: Bool
  ) throws {
    if let before { try Data(before).write(to: URL(filePath: path)) }
    let cuts = try afterPowerCuts(at: path) {
      try DurableFile.write(Self.new, to: path, isForgetting: isForgetting)
    }
    let was: Platter.Found = before.map { .file($0) } ?? .nothing
    #expect(cuts.during.isSubset(of: [was, .file(Self.new)]), "\(cuts.during)")
    #expect(cuts.during.contains(was))
    #expect(cuts.after == [.file(Self.new)])
    #expect(cuts.waits == 2)
  }

  @Test func `a file that was removed does not come back`() throws {
    try Data(Self.old).write(to: URL(filePath: path))
    let cuts = try afterPowerCuts(at: path) { try DurableFile.remove([path]) }
    #expect(cuts.during == [.file(Self.old), .nothing])
    #expect(cuts.after == [.nothing])
  }

  @Test func `a destroyed file is gone for good`() throws {
    try Data(Self.old).write(to: URL(filePath: path))
    let cuts = try afterPowerCuts(at: path) { try DurableFile.destroy(path) }
    #expect(cuts.after == [.nothing])
  }

  @Test func `a folder that was made is there with those above it`() throws {
    let inner = folder + "/bamako/hub"
    let cuts = try afterPowerCuts(at: inner) { try DurableFile.makeFolder(inner) }
    #expect(cuts.during == [.folder, .nothing])
    #expect(cuts.after == [.folder])
  }

  /// The test can fail: this is what it is there for.
  @Test func `a name that nobody waited for is lost, and bytes that nobody waited for are none`()
    throws
  {
    try Data(Self.old).write(to: URL(filePath: path))
    let hasty = try afterPowerCuts(at: path) {
      try Data(Self.new).write(to: URL(filePath: path + ".new"))
      guard rename(path + ".new", path) == 0 else { throw Problem(.cannot_write) }
      try DurableFile.syncFolder(of: path)
    }
    #expect(hasty.after == [.file([]), .file(Self.new)])
  }

  @Test func `a folder that nobody waited for has its old names, too`() throws {
    try Data(Self.old).write(to: URL(filePath: path))
    let hasty = try afterPowerCuts(at: path) {
      try Data(Self.new).write(to: URL(filePath: path + ".new"))
      try DurableFile.sync(path + ".new")
      guard rename(path + ".new", path) == 0 else { throw Problem(.cannot_write) }
    }
    #expect(hasty.after == [.file(Self.old), .file(Self.new)])
  }
}

/// What was seen at each wait.
///
/// Sendable unchecked: one test uses it, in one thread.
private final class Seen: @unchecked Sendable {
  private(set) var found: Set<Platter.Found> = []
  private(set) var waits = 0
  private(set) var failure: (any Error)?

  func note(_ look: () throws -> Set<Platter.Found>) {
    waits += 1
    do {
      found.formUnion(try look())
    } catch {
      failure = error
    }
  }
}
