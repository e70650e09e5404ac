import Foundation
import Testing

@testable import FieldClient
@testable import Shared
@testable import Storage
@testable import SyncServer

/// A file that is not what it should be is refused whole, in one sentence, and nothing is lost.
@Suite struct BundleHostileTests {
  private static let refusals: Set<Problem.Code> = [
    .not_a_bundle, .bundle_damaged, .bundle_foreign, .bundle_other_way, .file_newer,
  ]

  /// Every file that is this one cut short, or with one of its bits changed.
  private func spoiled(_ file: [UInt8]) -> [[UInt8]] {
    let cut = file.indices.map { Array(file.prefix($0)) }
    let flipped = file.indices.flatMap { at in
      [UInt8(1), 0x80].map { bit in
        var other = file
        other[at] ^= bit
        return other
      }
    }
    return cut + flipped + [file + [0]]
  }

  @Test func `a bundle that was cut or changed anywhere is refused, and nothing of it is taken`()
    async throws
  {
    let world = try World()
    let gao = try await world.courier("GAO")
    try gao.addContact("Entière")
    try gao.client.writeBundle(to: world.path("stick"))
    let file = try world.bytes("stick")
    let before = try world.scopes().mapValues(\.seq)
    for (number, other) in spoiled(file).enumerated() {
      do throws(Problem) {
        _ = try world.hub.read(bundle: other, by: "shell:test")
        Issue.record("\(number): taken")
      } catch {
        #expect(Self.refusals.contains(error.code), "\(number): \(error)")
      }
    }
    #expect(try world.scopes().mapValues(\.seq) == before && world.hubContacts() == [])
    try world.read("stick", answer: "answer")
    #expect(try world.hubContacts() == ["Entière"])
  }

  @Test func `an answer that was cut or changed anywhere is refused, and changes nothing`()
    async throws
  {
    let world = try World()
    let gao = try await world.courier("GAO")
    try gao.addContact("Entière")
    try gao.client.writeBundle(to: world.path("stick"))
    try world.read("stick", answer: "answer")
    for (number, other) in spoiled(try world.bytes("answer")).enumerated() {
      try world.put(other, "spoiled")
      do throws(Problem) {
        _ = try gao.client.readBundle(from: world.path("spoiled"))
        Issue.record("\(number): taken")
      } catch {
        #expect(Self.refusals.contains(error.code), "\(number): \(error)")
      }
    }
    #expect(try gao.client.status().pending == 1)
    #expect(try gao.client.readBundle(from: world.path("answer")).pending == 0)
    try world.expectAgreement([gao])
  }

  @Test func `who finds a stick reads nothing on it, and writes nothing that is believed`()
    async throws
  {
    let world = try World()
    let (gao, kidal) = (try await world.courier("GAO"), try await world.courier("KDL"))
    try gao.addContact("Nom à protéger", ["phone_orange": "+22376543210"])
    try gao.client.writeBundle(to: world.path("stick"))
    try world.read("stick", answer: "answer")
    for name in ["stick", "answer"] {
      let file = Data(try world.bytes(name))
      for word in ["protéger", "76543210", "contact", "GAO 1", "mission"] {
        #expect(file.range(of: Data(word.utf8)) == nil, "\(name) \(word)")
      }
    }
    // With all that another base has, it opens neither, and signs nothing in Gao's name.
    let theirs = try BundleIdentity(kidal.client.directory)
    let ours = try BundleIdentity(gao.client.directory)
    let bundle = try SealedBundle(file: world.bytes("stick"))
    let answer = try SealedBundle(file: world.bytes("answer"))
    #expect(throws: Problem(.bundle_foreign, cause: "seal")) {
      try bundle.open(by: ours.secret.keys, with: theirs.secret)
    }
    #expect(throws: Problem(.bundle_foreign, cause: "seal")) {
      try answer.open(by: theirs.hub, with: theirs.secret)
    }
    let forged = try SealedBundle.file(
      [0], BundleHead(way: .up, hub: ours.hub.fingerprint, device: 1, number: 99),
      to: ours.hub, by: theirs.secret)
    #expect(throws: Problem(.bundle_damaged, cause: "signature")) {
      try world.hub.read(bundle: forged, by: "shell:test")
    }
    #expect(try kidal.contacts() == [])
  }

  @Test func `what is another's is refused on both sides`() async throws {
    let (world, other) = (try World(), try World(seed: 2))
    let (gao, kidal) = (try await world.courier("GAO"), try await world.courier("KDL"))
    let stranger = try await other.courier("GAO")
    for device in [gao, kidal] { try device.client.writeBundle(to: device.bundle) }
    try stranger.client.writeBundle(to: stranger.bundle)
    #expect(throws: Problem(.bundle_foreign)) {
      try world.hub.read(bundle: stranger.file, by: "shell:test")
    }
    let receipt = try world.hub.read(bundle: kidal.file, by: "shell:test")
    try world.put(receipt.answer, "kidal.answer")
    #expect(throws: Problem(.bundle_foreign)) {
      try gao.client.readBundle(from: world.path("kidal.answer"))
    }
    #expect(throws: Problem(.bundle_other_way)) {
      try gao.client.readBundle(from: kidal.bundle)
    }
    #expect(throws: Problem(.bundle_other_way)) {
      try world.hub.read(bundle: receipt.answer, by: "shell:test")
    }
    let unknown = try world.device("MPT")
    #expect(throws: Problem.self) { try unknown.client.writeBundle(to: world.path("none")) }
    #expect(!FileManager.default.fileExists(atPath: world.path("none")))
  }

  @Test func `a copy of a folder does not take the answer of the other`() async throws {
    let world = try World(timeStands: true)
    let gao = try await world.courier("GAO")
    let copy = try world.copy(gao)
    try FileManager.default.copyItem(
      atPath: gao.client.directory + "/device.json",
      toPath: copy.client.directory + "/device.json")
    try gao.addContact("D'ici")
    try copy.addContact("De la copie")
    for device in [gao, copy] { try device.client.writeBundle(to: device.bundle) }
    for device in [gao, copy] {
      let receipt = try world.hub.read(bundle: device.file, by: "shell:test")
      try world.put(receipt.answer, "answer-\(device.client.directory.suffix(3))")
    }
    #expect(try world.hubContacts() == ["D'ici", "De la copie"])
    #expect(throws: Problem(.bundle_foreign)) {
      try gao.client.readBundle(
        from: world.path("answer-\(copy.client.directory.suffix(3))"))
    }
    _ = try gao.client.readBundle(from: world.path("answer-\(gao.client.directory.suffix(3))"))
    #expect(try gao.client.status().pending == 0)
  }

  @Test func `a bundle takes the place of its own elder, and of nothing else`() async throws {
    let world = try World()
    let (gao, kidal) = (try await world.courier("GAO"), try await world.courier("KDL"))
    try gao.client.writeBundle(to: world.path("stick"))
    let first = try world.bytes("stick")
    try gao.addContact("Ensuite")
    #expect(try gao.client.writeBundle(to: world.path("stick")).records == 1)
    #expect(try world.bytes("stick") != first)
    #expect(throws: Problem(.file_exists, at: world.path("stick"))) {
      try kidal.client.writeBundle(to: world.path("stick"))
    }
    try world.put(Array("photo".utf8), "photo")
    #expect(throws: Problem(.file_exists, at: world.path("photo"))) {
      try gao.client.writeBundle(to: world.path("photo"))
    }
    #expect(throws: Problem(.file_exists, at: world.path("stick"))) {
      try world.read("stick", answer: "stick")
    }
    #expect(throws: Problem(.not_a_file, at: world.directory)) {
      try gao.client.writeBundle(to: world.directory)
    }
    #expect(throws: Problem(.not_a_file, at: world.directory)) {
      try gao.client.readBundle(from: world.directory)
    }
    #expect(throws: Problem.self) { try gao.client.readBundle(from: world.path("absent")) }
    try world.read("stick", answer: "answer")
    try world.read("stick", answer: "answer")
    #expect(throws: Problem(.not_a_bundle)) {
      try world.put(Array("photo".utf8), "stick")
      try world.read("stick", answer: "answer")
    }
    #expect(try gao.client.readBundle(from: world.path("answer")).pending == 0)
  }

  @Test func `an answer that cannot be written is written the next time`() async throws {
    let world = try World()
    let gao = try await world.courier("GAO")
    try gao.addContact("Prise")
    try gao.client.writeBundle(to: world.path("stick"))
    #expect(throws: Problem.self) { try world.read("stick", answer: "no-folder/answer") }
    #expect(try world.hubContacts() == ["Prise"])
    try world.read("stick", answer: "answer")
    #expect(try gao.client.readBundle(from: world.path("answer")).pending == 0)
    try world.expectAgreement([gao])
  }

  @Test func `what was erased is not kept for an answer`() async throws {
    let world = try World()
    let gao = try await world.courier("GAO")
    let id = try gao.addContact("À effacer")
    try gao.client.writeBundle(to: world.path("stick"))
    _ = try await gao.client.sync()
    try gao.client.write { try $0.set("contact", id, ["locality": "Secrète"]) }
    try gao.client.writeBundle(to: world.path("stick"))
    _ = try world.hub.erase("contact", "\(id)", by: "shell:test", language: .fr)
    try world.read("stick", answer: "answer")
    _ = try gao.client.readBundle(from: world.path("answer"))
    #expect(try gao.client.replica.awaitedBundles() == 0)
    var bytes = Data()
    for suffix in ["", "-wal"] {
      bytes += try Data(contentsOf: URL(fileURLWithPath: gao.client.replica.path + suffix))
    }
    for word in ["effacer", "Secrète"] { #expect(bytes.range(of: Data(word.utf8)) == nil) }
  }
}

extension Device {
  fileprivate var bundle: String { client.directory + "/bundle" }
  fileprivate var file: [UInt8] {
    get throws { Array(try Data(contentsOf: URL(fileURLWithPath: bundle))) }
  }
}
