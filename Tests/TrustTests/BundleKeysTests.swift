import Foundation
import Testing

@testable import FieldClient
@testable import Shared
@testable import SyncServer

/// The keys of bundles are exchanged over the network, once, and again when somebody lost them.
@Suite struct BundleKeysTests {
  private func write(_ laptop: FieldClient) throws -> [UInt8] {
    let path = laptop.directory + "/stick"
    try laptop.writeBundle(to: path)
    return Array(try Data(contentsOf: URL(filePath: path)))
  }

  @Test func `keys are exchanged with the first sync, and then no more`() async throws {
    try await Live.run { live in
      let laptop = try await live.laptop()
      let device = try #require(try live.hub.devices().last)
      let identity = try BundleIdentity(laptop.directory)
      #expect(device.keys == identity.secret.keys)
      let acts = try live.acts()
      #expect(acts.last == "exchangeKeys")
      for _ in 0..<2 { #expect(try await laptop.sync().complete) }
      #expect(try live.acts() == acts)
      #expect(try live.hub.read(bundle: write(laptop), by: "shell:test").records == 0)
    }
  }

  @Test func `a hub that lost the keys gets them with the next sync`() async throws {
    try await Live.run { live in
      let laptop = try await live.laptop()
      var device = try #require(try live.hub.devices().last)
      device.keys = nil
      let forgetful = device
      try live.store.write { transaction in
        try transaction.update(forgetful)
        try transaction.set(.bundles, Array(repeating: 9, count: 32))
      }
      let lost = try write(laptop)
      #expect(throws: Problem(.bundle_foreign)) {
        try live.hub.read(bundle: lost, by: "shell:test")
      }
      #expect(try await laptop.sync().complete)
      live.time.advance(1000)
      try FileManager.default.removeItem(atPath: laptop.directory + "/stick")
      #expect(try live.hub.read(bundle: write(laptop), by: "shell:test").records == 0)
    }
  }

  @Test func `what is no key is not taken for one`() async throws {
    try await Live.run { live in
      let laptop = try await live.laptop()
      let before = try live.hub.devices().last?.keys
      for body in ["{}", #"{"sealing":"00","signing":"00"}"#, "x"] {
        let answer = try await live.curl(
          "/v1/keys",
          [
            "-H", "Authorization: Bearer \(laptop.token)", "-H", "Content-Type: application/json",
            "-d", body,
          ])
        #expect(answer.status == 422)
      }
      #expect(try live.hub.devices().last?.keys == before)
      #expect(try await live.curl("/v1/keys", ["-d", "{}"]).status == 401)
    }
  }
}
