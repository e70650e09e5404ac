import Foundation
import Testing

@testable import FieldClient
@testable import Shared
@testable import Storage

/// The machine's key, where it does not outlast Bamako's silence.
@Suite struct KeyLockTests {
  fileprivate static let (phrase, day) = ("quatre mots pour Gao", Int64(86_400_000))

  /// A device's folder, a machine's folder of keys, and their clocks.
  private final class Place {
    let folder = NSTemporaryDirectory() + "djoliba-lock-\(UUID().uuidString)"
    var now: Int64 = 1_784_116_800_000
    var uptime: (boot: String, milliseconds: Int64)?
    var typed: String?

    init() throws {
      try DurableFile.makeFolder(device)
      try DeviceFile(addresses: [], authority: "", token: "", code: nil).save(device)
      try FieldClient.makeKey(
        .machineWhileHeard(days: 14, passphrase: KeyLockTests.phrase), device, surroundings)
      try Replica.create(path: device + "/replica.sqlite", schema: .mission, device: 5)
      Seal.close(device)
    }

    var device: String { folder + "/device" }

    var surroundings: Surroundings {
      let (now, uptime, typed) = (now, uptime, typed)
      var surroundings = Surroundings.system()
      surroundings.now = { now }
      surroundings.uptime = { uptime }
      surroundings.keyFolder = folder + "/keys"
      surroundings.passphrase = { () throws(Problem) in
        guard let typed else { throw Problem(.passphrase_needed) }
        return typed
      }
      return surroundings
    }

    /// As another command does. Returns why it could not.
    func open() -> Problem.Code? {
      Seal.close(device)
      do throws(Problem) {
        try FieldClient.openKey(device, surroundings)
        _ = try Replica(path: device + "/replica.sqlite").status()
        return nil
      } catch {
        return error.code
      }
    }

    func hear(clockError: Int64? = 0) throws {
      try Contact.note(
        hubTime: now - (clockError ?? 0), clockError: clockError, device, surroundings)
    }

    var keys: [String] {
      (try? FileManager.default.contentsOfDirectory(atPath: folder + "/keys")) ?? []
    }

    deinit {
      Seal.close(device)
      try? FileManager.default.removeItem(atPath: folder)
    }
  }

  @Test func `after days without Bamako only the passphrase opens, until Bamako is heard`() throws {
    let place = try Place()
    place.now += 10 * Self.day
    #expect(place.open() == nil)
    try place.hear()
    place.now += 13 * Self.day
    #expect(place.open() == nil)
    place.now += 2 * Self.day
    #expect(place.open() == .passphrase_needed)
    #expect(place.keys == [])

    // The clock set back gives nothing back.
    place.now -= 14 * Self.day
    #expect(place.open() == .passphrase_needed)
    place.now += 14 * Self.day
    place.typed = "quatre mots pour Kidal"
    #expect(place.open() == .wrong_passphrase)
    place.typed = Self.phrase
    #expect(place.open() == nil)
    #expect(place.keys == [])

    try place.hear()
    #expect(place.open() == nil)
    #expect(place.keys.count == 1)
    place.typed = nil
    #expect(place.open() == nil)
  }

  @Test func `a clock that was seen to be late is not believed when it is early again`() throws {
    let place = try Place()
    place.now += 13 * Self.day
    #expect(place.open() == nil)
    place.now -= 13 * Self.day
    #expect(place.open() == nil)
    place.uptime = ("a", 0)
    try Contact(heard: place.now, clockError: 0, place.surroundings).save(place.device)
    // The same start of the machine, whatever its clock shows.
    place.uptime = ("a", 15 * Self.day)
    #expect(place.open() == .passphrase_needed)
  }

  @Test(arguments: [Int64(400), -20_000])
  func `a clock that is always wrong, or was wrong once, locks nobody out`(days: Int64) throws {
    let place = try Place()
    place.now += days * Self.day
    try place.hear(clockError: days * Self.day)
    #expect(place.open() == nil)
    place.now += Self.day
    #expect(place.open() == nil)
    // Somebody sets it right.
    place.now -= days * Self.day
    #expect(place.open() == nil)
  }

  @Test func `a clock that ran ahead is forgotten when Bamako is heard`() throws {
    let place = try Place()
    place.now += 1_000 * Self.day
    #expect(place.open() == .passphrase_needed)
    place.now -= 1_000 * Self.day
    place.typed = Self.phrase
    #expect(place.open() == nil)
    #expect(place.keys == [])
    try place.hear()
    #expect(place.open() == nil)
    #expect(place.keys.count == 1)
  }

  @Test func `who removes the note of the last contact needs the passphrase`() throws {
    let place = try Place()
    try FileManager.default.removeItem(atPath: place.device + "/contact.json")
    #expect(place.open() == .passphrase_needed)
    #expect(place.keys == [])
    place.typed = Self.phrase
    #expect(place.open() == nil)
    try place.hear()
    #expect(place.open() == nil)
    place.typed = nil
    #expect(place.open() == nil)
  }

  @Test func `an answer that came late on a stick is heard as of when it was given`() throws {
    let place = try Place()
    let given = place.now
    place.now += 10 * Self.day
    try place.hear()
    try Contact.note(hubTime: given, clockError: nil, place.device, place.surroundings)
    place.now += 13 * Self.day
    #expect(place.open() == nil)
  }

  @Test func `a wiped key takes the passphrase's wrapping and the note with it`() throws {
    let place = try Place()
    #expect(try FieldClient.destroyKey(directory: place.device, surroundings: place.surroundings))
    #expect(place.keys == [])
    for name in ["key.json", "contact.json"] {
      #expect(!FileManager.default.fileExists(atPath: place.device + "/" + name))
    }
  }

  @Test func `a program that stays is told to end when Bamako is silent`() throws {
    let place = try Place()
    #expect(place.open() == nil)
    let client = try FieldClient(
      directory: place.device, surroundings: place.surroundings, token: "",
      transport: SilentTransport())
    try client.checkMayStay()
    place.now += 15 * Self.day
    let later = try FieldClient(
      directory: place.device, surroundings: place.surroundings, token: "",
      transport: SilentTransport())
    let problem = #expect(throws: Problem.self) { try later.checkMayStay() }
    #expect(problem?.code == .passphrase_needed)
    #expect(place.keys == [])
  }

  private struct SilentTransport: Transport {
    func exchange(
      _ request: HTTPRequest, progress: @escaping @Sendable (TransferProgress) -> Void
    ) async throws(Problem) -> HTTPAnswer {
      throw Problem(.offline)
    }
  }
}
