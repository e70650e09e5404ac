import BadLink
import Foundation
import Testing

/// Both programs with a link between them that breaks. Only bytes are counted here; what a link costs
/// in time is in the benchmarks.
@Suite(.timeLimit(.minutes(5)))
struct BadLinkTests {
  private static let cutting = LinkProfile(name: "cutting", bytesToCut: 30_000)

  /// A mission one of whose laptops reaches the hub over a link.
  private func mission(_ laptop: Laptop) throws -> (mission: Mission, link: BadLink) {
    let mission = try Mission()
    let link = try BadLink(to: Int(mission.port.number))
    let file = laptop.rawValue + "/device.json"
    let text = try mission.read(file).replacing(
      "127.0.0.1:\(mission.port.number)", with: "127.0.0.1:\(link.port)")
    try mission.write(text, to: file)
    return (mission, link)
  }

  /// Contacts that look like nothing else, so that they do not compress well.
  private func writeContacts(_ count: Int, _ mission: Mission, _ laptop: Laptop) throws {
    let rows = (0..<count).map { number in
      let noise = (0..<6).map {
        String(UInt64(number * 7 + $0) &* 0x9e37_79b9_7f4a_7c15, radix: 36)
      }
      return "Contact \(number);Maire;\(laptop.base);media;ponctuelle;accord_oral;actif;mission;"
        + noise.joined(separator: " ")
    }
    let header =
      "display_name;function_title;base_code;contact_type;relationship;consent_basis;status;scope;"
      + "locality"
    let file = try mission.write(([header] + rows).joined(separator: "\n") + "\n", to: "new.csv")
    try succeed(mission.at(laptop, "import", "contact", file))
  }

  @Test func `what came before a cut does not come again`() throws {
    let (mission, link) = try mission(.kidal)
    try writeContacts(1_500, mission, .bamako)
    try mission.sync(.bamako)
    try mission.sync(.kidal)
    let length = link.traffic.down
    let fresh = try self.mission(.kidal)
    try writeContacts(1_500, fresh.mission, .bamako)
    try fresh.mission.sync(.bamako)
    fresh.link.begin(Self.cutting)
    let report = try fresh.mission.sync(.kidal)
    #expect(report["received"] == 1_500)
    #expect(fresh.link.traffic.cuts >= 4)
    #expect(fresh.link.traffic.connections == fresh.link.traffic.cuts + 1)
    let wasted = try #require(report["bytes_wasted"].int)
    let received = try #require(report["bytes_received"].int)
    // This link is faster than it lasts: two answers are too long for it before the third fits.
    #expect(wasted < 60_000 + received / 20, "\(wasted) of \(received)")
    // Small parts of noise take a fifth more, and each connection has its handshake.
    let most = length * 4 / 3 + wasted + fresh.link.traffic.connections * 3_000
    #expect(fresh.link.traffic.down < most)
    try link.close()
    try fresh.link.close()
  }

  @Test func `what goes up finds a size that comes through`() throws {
    let (mission, link) = try mission(.gao)
    try writeContacts(1_500, mission, .gao)
    link.begin(Self.cutting)
    let report = try mission.sync(.gao)
    #expect(report["admitted"] == 1_500)
    #expect(link.traffic.cuts >= 4)
    try mission.sync(.bamako)
    #expect(try mission.status(.gao)["pending"] == 0)
    try link.close()
  }

  @Test func `a link on which nothing comes through ends the sync, and everything waits`() throws {
    let (mission, link) = try mission(.gao)
    try writeContacts(20, mission, .gao)
    link.begin(LinkProfile(name: "hopeless", bytesToCut: 3_500))
    let ended = try mission.at(.gao, "sync", "--json")
    #expect(ended.code == 75 || ended.code == 69)
    #expect(try mission.pending(.gao) == 20)
    link.begin(LinkProfile(name: "whole"))
    #expect(try mission.sync(.gao)["admitted"] == 20)
    try link.close()
  }

  @Test func `a sync without news takes one connection and few bytes, its handshake included`()
    throws
  {
    let (mission, link) = try mission(.gao)
    try mission.sync(.gao)
    link.begin(LinkProfile(name: "whole"))
    let report = try mission.sync(.gao)
    let one = link.traffic
    #expect(one.connections == 1)
    // Certificates of elliptic curves, one authority: each of three signatures has 68 to 72 bytes, as they
    // fall. What is no HTTP is TLS.
    let up = try one.up - #require(report["bytes_sent"].int)
    let down = try one.down - #require(report["bytes_received"].int)
    #expect((1...680).contains(up) && (1...1_300).contains(down), "\(up) up, \(down) down")
    #expect(one.up + one.down < 2_500, "\(one.up) up, \(one.down) down")
    try link.close()
  }

  /// So far that what leaves together arrives before anything comes back.
  @Test func `beside TCP's own a sync takes one round trip for TLS and one for each request`()
    throws
  {
    let (mission, link) = try mission(.gao)
    try mission.sync(.gao)
    link.begin(LinkProfile(name: "far", roundTrip: 1))
    #expect(try mission.sync(.gao)["requests"] == 1)
    #expect((link.traffic.connections, link.traffic.roundTrips) == (1, 2))
    try link.close()
  }

  /// A connection that is cut while its page goes up may not have heard of its next session yet, and
  /// each is good once: the one after it says all anew.
  @Test func `the hub's side of a handshake is short, and shorter once a run has a session`()
    throws
  {
    let (mission, link) = try mission(.gao)
    try writeContacts(1_500, mission, .gao)
    link.begin(Self.cutting)
    try mission.sync(.gao)
    let greetings = link.traffic.greetings
    #expect(greetings.count > 3 && greetings[0] > 300, "\(greetings)")
    #expect(greetings.allSatisfy { $0 < 900 }, "\(greetings)")
    #expect(greetings.contains { $0 < 300 }, "\(greetings)")
    try link.close()
  }
}
