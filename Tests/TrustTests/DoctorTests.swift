import Foundation
import Testing

@testable import FieldClient
@testable import Shared
@testable import Storage
@testable import SyncServer

/// What `djoliba doctor` finds.
@Suite struct DoctorTests {
  private static let luks = DiskEncryption.Sources(
    mounts: "1 0 0:9 / / rw - fuse.gocryptfs /x rw\n", devices: "/nowhere", number: { _ in nil })

  private func look(_ live: Live, _ client: FieldClient, _ clock: Ticker? = nil) async -> Checkup {
    await Checkup.look(
      at: client.directory, surroundings: live.surroundings(clock), disk: Self.luks)
  }

  @Test func `a laptop that is well is told so, without a sync`() async throws {
    try await Live.run { live in
      let client = try await live.laptop()
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o700], ofItemAtPath: client.directory)
      for name in ["/replica.sqlite", "/replica.sqlite-wal"] {
        try FileManager.default.setAttributes(
          [.posixPermissions: 0o600], ofItemAtPath: client.directory + name)
      }
      let before = try live.hub.devices()[0].traffic
      let checkup = await look(live, client)
      let ill = checkup.findings.filter { $0.state != .good }
      #expect(ill.isEmpty, "\(ill.map(\.text.en))")
      #expect(
        Set(checkup.findings.map(\.subject)).isSuperset(of: [
          .records, .disk, .files, .space, .link, .certificate, .clock, .contact, .unsent, .program,
        ]))
      #expect(try live.hub.devices()[0].traffic == before)
    }
  }

  @Test func `a wrong clock, an open folder, silence and what waits are told with what to do`()
    async throws
  {
    try await Live.run { live in
      let client = try await live.laptop()
      try client.write { writer in _ = try writer.add("note", Samples.note) }
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o755], ofItemAtPath: client.directory)
      let later = Ticker(live.time.now + 20 * 86_400_000)
      let checkup = await look(live, client, later)
      for subject in [Checkup.Subject.clock, .files, .contact, .unsent] {
        let finding = checkup.findings.first { $0.subject == subject }
        #expect(finding?.state == .look, "\(subject)")
        #expect(finding?.hint != nil, "\(subject)")
      }
      #expect(checkup.findings.allSatisfy { $0.state == .good || $0.hint != nil })
    }
  }

  @Test func `a certificate that ends within a month is told, by Bamako's clock`() async throws {
    let day: Int64 = 86_400_000
    func look(_ days: Int64) -> Checkup.Finding? {
      var checkup = Checkup()
      checkup.lookAtCertificate(1_784_116_800_000 + days * day, now: 1_784_116_800_000)
      return checkup.findings.first
    }
    #expect(look(30)?.state == .good && look(30)?.text.en.contains("30 more day(s)") == true)
    #expect(
      look(29)?.state == .look && look(29)?.hint?.fr.contains("djoliba-server address") == true)
    try await Live.run { live in
      let client = try await live.laptop()
      // A laptop that believes in 2099 asks the hub what time it is.
      let late = await self.look(live, client, Ticker(4_102_444_799_000 - 5 * day))
      #expect(late.state(of: .certificate) == .good && late.state(of: .clock) == .look)
    }
  }

  @Test func `a hub that is another is bad, and no hub is not`() async throws {
    let (folder, directory) = try await Live.run { live in
      let client = try await live.laptop()
      live.faults.plan("health", Problem(.disk_full))
      #expect(await look(live, client).state(of: .link) == .look)
      live.faults.plan("health", nil)
      var device = try #require(try DeviceFile.load(client.directory))
      let good = device
      device.authority = String(
        decoding: try Authority(hubName: "Other").certificatePEM, as: UTF8.self)
      try device.save(client.directory)
      #expect(await look(live, client).state(of: .link) == .bad)
      try good.save(client.directory)
      let kept = NSTemporaryDirectory() + "djoliba-doctor-\(UUID().uuidString)"
      try FileManager.default.copyItem(atPath: client.directory, toPath: kept)
      return (live, kept)
    }
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let checkup = await Checkup.look(
      at: directory, surroundings: folder.surroundings(), disk: Self.luks)
    #expect(checkup.state(of: .link) == .look && checkup.state(of: .records) == .good)
  }

  @Test func `a folder that holds nothing readable is a finding, and the rest is looked at`()
    async throws
  {
    try await Live.run { live in
      let client = try await live.laptop()
      let place = client.directory + "-broken"
      try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
      let empty = await Checkup.look(at: place, surroundings: live.surroundings(), disk: Self.luks)
      #expect(empty.state(of: .records) == .bad && empty.state(of: .disk) == .good)
      try FileManager.default.copyItem(
        atPath: client.directory + "/device.json", toPath: place + "/device.json")
      try Data("Bonjour".utf8).write(to: URL(filePath: place + "/replica.sqlite"))
      let broken = await Checkup.look(at: place, surroundings: live.surroundings(), disk: Self.luks)
      #expect(broken.state(of: .records) == .bad && broken.state(of: .space) != nil)
    }
  }

  @Test func `an unsealed replica on a plain disk is bad, and a sealed one is not`() async throws {
    try await Live.run { live in
      let client = try await live.laptop()
      let plain = DiskEncryption.Sources(
        mounts: "1 0 0:9 / / rw - ext4 /dev/sda rw\n", devices: live.folder.path,
        number: { _ in "laptop-1" })
      let open = await Checkup.look(
        at: client.directory, surroundings: live.surroundings(), disk: plain)
      #expect(open.state(of: .disk) == .bad)
      let place = client.directory + "-sealed"
      try FileManager.default.copyItem(atPath: client.directory, toPath: place)
      var surroundings = live.surroundings()
      surroundings.keyFolder = live.folder.path + "/keys"
      try FieldClient.seal(directory: place, with: .machine, surroundings: surroundings)
      let sealed = await Checkup.look(at: place, surroundings: surroundings, disk: plain)
      #expect(sealed.state(of: .disk) == .good, "\(sealed.findings.map(\.text.en))")
    }
  }

  @Test func `a sealed laptop without its key is told so, and for a sealed one`() async throws {
    try await Live.run { live in
      let client = try await live.laptop()
      let place = client.directory + "-sealed"
      try FileManager.default.copyItem(atPath: client.directory, toPath: place)
      var surroundings = live.surroundings()
      surroundings.keyFolder = live.folder.path + "/keys"
      try FieldClient.seal(directory: place, with: .machine, surroundings: surroundings)
      Seal.close(place)
      try FileManager.default.removeItem(atPath: live.folder.path + "/keys")
      let plain = DiskEncryption.Sources(
        mounts: "1 0 0:9 / / rw - ext4 /dev/sda rw\n", devices: live.folder.path,
        number: { _ in "laptop-1" })
      let checkup = await Checkup.look(at: place, surroundings: surroundings, disk: plain)
      let records = checkup.findings.first { $0.subject == .records }
      #expect(
        records?.state == .bad && records?.text.en.hasPrefix(Problem.Code.no_key.text.en) == true)
      #expect(checkup.state(of: .disk) == .good, "its records are sealed all the same")
      #expect(checkup.state(of: .space) != nil && checkup.state(of: .files) != nil)
    }
  }
}
