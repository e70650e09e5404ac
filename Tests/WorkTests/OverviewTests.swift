import Shared
import Testing

@testable import Work

/// When a base was last heard of: the light of a silent one is grey.
@Suite struct OverviewTests {
  private enum State { case active, revoked, retired }

  private static let day: Int64 = 86_400_000
  private let bamako = Sitter(
    name: "Claire", role: .dp, grant: .all, person: nil, base: nil, now: 100 * day)
  private let gao = record("base", ["code": "GAO", "kind": "base"])
  private let ansongo = record(
    "base", ["code": "ANS", "kind": "sous_base", "parent_code": "GAO"], 2)

  private func overview(_ laptops: [(base: String, day: Int64?, state: State)]) -> Overview {
    var overview = Overview()
    overview.devices = laptops.enumerated().map { number, laptop in
      Overview.Device(
        number: UInt32(number), name: "", base: laptop.base, role: .resp_base,
        lastSync: laptop.day.map { $0 * Self.day }, waiting: 0, clockError: 0, program: "",
        isActive: laptop.state == .active, isRetired: laptop.state == .retired, isShared: false,
        bytesToday: 0, refused: [])
    }
    return overview
  }

  @Test func `a base is heard through the last of its own laptops`() {
    let heard = overview([("GAO", 90, .active), ("GAO", 95, .active), ("KDL", 99, .active)])
    #expect(heard.heard(gao, at: bamako) == Day(milliseconds: 95 * Self.day))
  }

  @Test func `a sub-base that never had a laptop is heard through its base`() {
    let heard = overview([("GAO", 95, .active)])
    #expect(heard.heard(ansongo, at: bamako) == Day(milliseconds: 95 * Self.day))
    #expect(overview([("GAO", 95, .revoked)]).heard(ansongo, at: bamako) == nil)
  }

  @Test func `a sub-base whose only laptop was shut out is not heard through its base`() {
    let heard = overview([("GAO", 95, .active), ("ANS", 94, .revoked)])
    #expect(heard.heard(ansongo, at: bamako) == nil)
    #expect(Freshness(withoutPackHeard: nil, today: bamako.today).light == .grey)
    let renewed = overview([("GAO", 95, .active), ("ANS", 94, .revoked), ("ANS", nil, .active)])
    #expect(renewed.heard(ansongo, at: bamako) == nil)
  }

  @Test func `a laptop that was put out of service leaves its sub-base to its base`() {
    let heard = overview([("GAO", 95, .active), ("ANS", 94, .retired)])
    #expect(heard.heard(ansongo, at: bamako) == Day(milliseconds: 95 * Self.day))
    #expect(overview([("GAO", 95, .retired)]).heard(gao, at: bamako) == nil)
  }
}
