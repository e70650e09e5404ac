import Foundation
import Testing

@testable import FieldClient
@testable import Shared
@testable import Storage

/// The key of a sealed replica, and what wraps it.
@Suite struct KeyTests {
  /// A device's folder and a machine's folder of keys.
  private final class Place {
    let folder = NSTemporaryDirectory() + "djoliba-key-\(UUID().uuidString)"
    var surroundings: Surroundings

    init(_ sealing: Sealing) throws {
      surroundings = Surroundings.system()
      surroundings.keyFolder = folder + "/keys"
      try DurableFile.makeFolder(device)
      try DeviceFile(addresses: [], authority: "", token: "", code: nil).save(device)
      try FieldClient.makeKey(sealing, device, surroundings)
      try Replica.create(path: device + "/replica.sqlite", schema: .mission, device: 5)
      Seal.close(device)
    }

    var device: String { folder + "/device" }

    func open() throws(Problem) -> FieldClient {
      Seal.close(device)
      try FieldClient.openKey(device, surroundings)
      return try FieldClient(
        directory: device, surroundings: surroundings, token: "", transport: NoTransport())
    }

    deinit {
      Seal.close(device)
      try? FileManager.default.removeItem(atPath: folder)
    }
  }

  private struct NoTransport: Transport {
    func exchange(
      _ request: HTTPRequest, progress: @escaping @Sendable (TransferProgress) -> Void
    ) async throws(Problem) -> HTTPAnswer {
      throw Problem(.offline)
    }
  }

  @Test func `a destroyed key opens nothing any more, and nothing of it is left`() throws {
    let place = try Place(.machine)
    #expect(try place.open().status().isSealed)
    let keys = try FileManager.default.contentsOfDirectory(atPath: place.folder + "/keys")
    #expect(keys.count == 1)
    #expect(try FieldClient.destroyKey(directory: place.device, surroundings: place.surroundings))
    #expect(try FileManager.default.contentsOfDirectory(atPath: place.folder + "/keys") == [])
    #expect(!FileManager.default.fileExists(atPath: place.device + "/key.json"))
    let problem = #expect(throws: Problem.self) { _ = try place.open() }
    #expect(problem?.code == .no_key)
    #expect(
      try !FieldClient.destroyKey(directory: place.device, surroundings: place.surroundings))
  }

  @Test func `a wipe takes the key also where the replica resists`() throws {
    let place = try Place(.machine)
    let replica = place.device + "/replica.sqlite"
    try FileManager.default.removeItem(atPath: replica)
    try makeImmovable(replica)
    defer {
      let remove = try? Process.run(URL(filePath: "/bin/rm"), arguments: ["-rf", place.folder])
      remove?.waitUntilExit()
    }
    let problem = #expect(throws: Problem.self) {
      try FieldClient.wipe(directory: place.device, surroundings: place.surroundings)
    }
    #expect(problem?.code == .cannot_write)
    #expect(FileManager.default.fileExists(atPath: replica))
    #expect(try FileManager.default.contentsOfDirectory(atPath: place.folder + "/keys") == [])
    #expect(!FileManager.default.fileExists(atPath: place.device + "/key.json"))
    #expect(!FileManager.default.fileExists(atPath: place.device + "/device.json"))
    #expect(WipedFolder.isBegun(place.device))
  }

  /// A folder whose content lies deeper than a path is long: not even root removes it by its path.
  private func makeImmovable(_ path: String) throws {
    mkdir(path, 0o700)
    var folder = open(path, O_RDONLY | O_DIRECTORY)
    let name = String(repeating: "d", count: 250)
    for _ in 0..<20 {
      try #require(mkdirat(folder, name, 0o700) == 0)
      let next = openat(folder, name, O_RDONLY | O_DIRECTORY)
      close(folder)
      folder = next
    }
    close(folder)
  }

  @Test func `a sealed replica whose key is missing gets no other one`() throws {
    let place = try Place(.machine)
    let kept = try DurableFile.read(place.device + "/key.json")
    try FileManager.default.removeItem(atPath: place.device + "/key.json")
    #expect(throws: Problem(.no_key, at: place.device)) {
      try FieldClient.seal(
        directory: place.device, with: .machine, surroundings: place.surroundings)
    }
    #expect(throws: Problem(.no_key, at: place.device)) {
      try FieldClient.rebuild(directory: place.device, surroundings: place.surroundings)
    }
    try DurableFile.write(kept, to: place.device + "/key.json")
    #expect(try place.open().status().isSealed)
  }

  @Test func `every byte of a key file that is changed is noticed, or means nothing`() throws {
    let place = try Place(.machine)
    let path = place.device + "/key.json"
    let whole = try Data(contentsOf: URL(filePath: path))
    for index in whole.indices {
      var bytes = whole
      bytes[index] ^= 1
      try bytes.write(to: URL(filePath: path))
      do throws(Problem) {
        // The last bits of a base64 text, for one.
        _ = try place.open().status()
      } catch {
        #expect(error.code == .no_key, "byte \(index)")
      }
    }
    try Data("{}".utf8).write(to: URL(filePath: path))
    #expect(throws: Problem.self) { _ = try place.open() }
  }

  @Test func `a name in a key file leads nowhere else`() throws {
    let place = try Place(.machine)
    let path = place.device + "/key.json"
    let text = try String(contentsOf: URL(filePath: path), encoding: .utf8)
    let name = try #require(text.firstMatch(of: #/"name" : "([0-9a-f]{16})"/#)).1
    try FileManager.default.copyItem(
      atPath: place.folder + "/keys/\(name).key", toPath: place.folder + "/other.key")
    try Data(text.replacing(name, with: "../other").utf8).write(to: URL(filePath: path))
    let problem = #expect(throws: Problem.self) { _ = try place.open() }
    #expect(problem?.code == .no_key)
  }

  @Test func `a passphrase typed with another keyboard's accents is the same`() throws {
    let place = try Place(.passphrase("Été à Sévaré 2026"))
    place.surroundings.passphrase = { "E\u{301}te\u{301} a\u{300} Se\u{301}vare\u{301} 2026" }
    #expect(try place.open().status().isSealed)
    place.surroundings.passphrase = { "Ete a Sevare 2026" }
    let problem = #expect(throws: Problem.self) { _ = try place.open() }
    #expect(problem?.code == .wrong_passphrase)
    #expect(throws: Problem(.weak_password)) {
      try KeyFile(wrapping: SealKey(Array(1...32)), .passphrase("onze lettre"), place.surroundings)
    }
  }
}
