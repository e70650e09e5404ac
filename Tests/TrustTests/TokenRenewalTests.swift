import Foundation
import Testing

@testable import FieldClient
@testable import Shared
@testable import SyncServer

/// A device's token is another one every month, and at no moment is there none.
@Suite struct TokenRenewalTests {
  private func isKnown(_ token: String, _ live: Live) -> Bool {
    (try? live.hub.holder(of: token)) != nil
  }

  @Test func `a token is replaced after a month, and the old one is worth nothing then`()
    async throws
  {
    try await Live.run { live in
      let laptop = try await live.laptop()
      let old = laptop.token
      live.time.advance(Limits.tokenAge - 1)
      _ = try await laptop.sync()
      #expect(laptop.token == old)
      live.time.advance(1)
      _ = try await laptop.sync()
      let fresh = laptop.token
      #expect(fresh != old)
      #expect(isKnown(old, live) && isKnown(fresh, live), "both, until the new one is used")
      _ = try await laptop.sync()
      #expect(!isKnown(old, live) && isKnown(fresh, live))
      #expect(try live.acts().last == "renewToken")
      let reopened = try live.open(laptop.directory)
      #expect(try await reopened.sync().complete)
      var bytes = Data()
      for suffix in ["", "-wal"] {
        bytes += try Data(contentsOf: URL(filePath: live.folder.path + "/hub.sqlite" + suffix))
      }
      #expect(bytes.range(of: Data(fresh.utf8)) == nil, "the hub keeps its hash alone")
    }
  }

  @Test func `a token that was not replaced for two months is named`() async throws {
    try await Live.run { live in
      let (laptop, silent) = (try await live.laptop(), try await live.laptop("KDL"))
      for _ in 0..<3 {
        #expect(try live.hub.oldTokens().isEmpty)
        live.time.advance(Limits.tokenAge)
        for _ in 0..<2 { _ = try await laptop.sync() }
      }
      let device = try silent.status().device
      #expect(try live.hub.oldTokens() == [device: 3 * Limits.tokenAge])
      let figures = try await live.curl("/metrics").text
      #expect(figures.contains("djoliba_devices_token_old 1"))
      try live.hub.setState(.revoked, of: device)
      #expect(try live.hub.oldTokens().isEmpty, "it is worth nothing any more")
    }
  }

  @Test(arguments: ["renew", "renewed"])
  func `a change that is cut before or after the hub heard of it goes on with the next sync`(
    cut: String
  ) async throws {
    try await Live.run { live in
      let laptop = try await live.laptop()
      let old = laptop.token
      live.time.advance(Limits.tokenAge)
      live.faults.plan(cut, Problem(.hub_unable))
      for _ in 0..<3 { #expect(try await laptop.sync().complete) }
      #expect(laptop.token == old)
      let drawn = try DeviceFile.load(laptop.directory)?.next
      live.faults.plan(cut, nil)
      let reopened = try live.open(laptop.directory)
      for _ in 0..<2 { #expect(try await reopened.sync().complete) }
      #expect(reopened.token == drawn, "the one that the hub may have heard of")
      #expect(!isKnown(old, live))
    }
  }

  @Test func `a hub that was restored to before the change takes the former token`() async throws {
    try await Live.run { live in
      let laptop = try await live.laptop()
      let before = try #require(try live.hub.devices().last)
      live.time.advance(Limits.tokenAge)
      for _ in 0..<2 { _ = try await laptop.sync() }
      try live.store.write { try $0.update(before) }
      for _ in 0..<3 { #expect(try await laptop.sync().complete) }
      #expect(try live.hub.devices().last?.tokenHash == Secret.hash(laptop.token))
      #expect(laptop.token != before.name)
    }
  }

  @Test func `comparing with a restored hub takes the former token too`() async throws {
    try await Live.run { live in
      let laptop = try await live.laptop()
      let before = try #require(try live.hub.devices().last)
      live.time.advance(Limits.tokenAge)
      for _ in 0..<2 { _ = try await laptop.sync() }
      try live.store.write { try $0.update(before) }
      let reopened = try live.open(laptop.directory)
      #expect(try await reopened.verify().complete)
      #expect(isKnown(reopened.token, live))
    }
  }

  @Test func `nobody takes over another device's token`() async throws {
    try await Live.run { live in
      let (one, two) = (try await live.laptop(), try await live.laptop())
      let device = try live.hub.holder(of: one.token)
      #expect(throws: Problem(.not_understood, at: "token")) {
        try live.hub.renew(TokenRenewal(token: two.token), for: device)
      }
      #expect(throws: Problem(.not_understood, at: "token")) {
        try live.hub.renew(TokenRenewal(token: "short"), for: device)
      }
      #expect(try await two.sync().complete)
    }
  }
}
