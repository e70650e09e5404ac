import BadLink
import Testing

@testable import FieldClient
@testable import Shared

/// A laptop, libcurl and the hub's server with a link between them that is slow, or stands still. Only what
/// moves nothing for as long as the limit says is given up.
@Suite(.timeLimit(.minutes(5)))
struct StandstillTests {
  /// Seconds. Other tests may keep the hub from its threads for some of them.
  private static let limit = 5

  private func enter(_ count: Int, _ client: FieldClient) throws {
    try client.write { writer in
      for number in 0..<count {
        let noise = (0..<6).map {
          String(UInt64(number * 7 + $0) &* 0x9e37_79b9_7f4a_7c15, radix: 36)
        }
        try writer.add(
          "contact",
          Samples.contact.merging(["locality": .text(noise.joined(separator: " "))]) { $1 })
      }
    }
  }

  /// The laptop as its program opens it, but behind the link, and with less patience.
  private func reach(
    _ laptop: FieldClient, over link: BadLink, _ live: Live
  ) throws -> FieldClient {
    let device = try #require(try DeviceFile.load(laptop.directory))
    return try FieldClient(
      directory: laptop.directory, surroundings: live.surroundings(), token: device.token,
      transport: CurlTransport(
        addresses: ["https://127.0.0.1:\(link.port)"], authorityPEM: Array(device.authority.utf8),
        userAgent: "test", stallSeconds: Self.limit))
  }

  @Test func `a transfer that moves is never cut, though it takes longer than the limit`()
    async throws
  {
    try await Live.run { live in
      let link = try BadLink(to: live.port)
      let (writer, laptop) = (try await live.laptop("GAO"), try await live.laptop("KDL"))
      link.begin(LinkProfile(name: "slow", up: 30_000, down: 30_000))
      try enter(600, writer)
      for client in [writer, laptop] {
        let report = try await reach(client, over: link, live).sync()
        #expect(report.complete && report.admitted + report.received == 600)
        #expect(report.bytesWasted == 0)
        #expect(report.seconds > Double(2 * Self.limit), "\(report.seconds)")
      }
      #expect(link.traffic.connections == 2)
      try link.close()
    }
  }

  @Test func `a stall longer than the limit ends the sync, and the next one goes on from there`()
    async throws
  {
    try await Live.run { live in
      let link = try BadLink(to: live.port)
      let (writer, laptop) = (try await live.laptop("GAO"), try await live.laptop("KDL"))
      try enter(2_000, writer)
      _ = try await writer.sync()
      let client = try reach(laptop, over: link, live)
      // Behind the first page, and before the last.
      link.begin(LinkProfile(name: "standing still", bytesToStandstill: 90_000))
      await #expect {
        _ = try await client.sync()
      } throws: {
        ($0 as? Problem)?.code == .stalled
      }
      let kept = try client.records(of: "contact").count
      #expect((1..<2_000).contains(kept), "\(kept)")
      link.begin(LinkProfile(name: "whole"))
      let rest = try await client.sync()
      #expect(rest.received == 2_000 - kept && rest.digestsEqual == true)
      try link.close()
    }
  }
}
