import Dispatch
import Testing

/// SIGKILL at moments spread over a whole exchange: nothing is lost, nothing comes twice.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct FaultKillTests {
  private static let rounds = 24
  private static let records = 250

  @Test func `a device killed at any moment of a sync`() throws {
    let place = try FaultPlace()
    try prepare(place)
    var expected = (0..<Self.records).map { "R\($0)" }
    let duration = try measure(place)
    var kills = 0
    for round in 0..<Self.rounds {
      try bringNews(place, round)
      expected.append("K\(round)")
      try place.sql("kidal", FaultPlace.insert("K\(round)"))
      let end = try place.at("kidal", killedAfter: moment(round, of: duration), "sync")
      if end.wasKilled { kills += 1 }
      #expect(try place.contacts("kidal").filter { $0 == "K\(round)" } == ["K\(round)"])
    }
    #expect(kills > Self.rounds / 4)
    try finish(place, expected)
  }

  @Test func `a hub killed at any moment of a sync`() throws {
    let place = try FaultPlace()
    try prepare(place)
    var expected = (0..<Self.records).map { "R\($0)" }
    let duration = try measure(place)
    var disturbed = 0
    for round in 0..<Self.rounds {
      try bringNews(place, round)
      expected.append("K\(round)")
      try place.sql("kidal", FaultPlace.insert("K\(round)"))
      let sync = try place.start("kidal", ["sync"])
      _ = DispatchSemaphore(value: 0).wait(timeout: .now() + moment(round, of: duration))
      #expect(place.killHub()?.wasKilled == true)
      let end = sync.finish()
      #expect(!end.wasKilled && [0, 69, 75].contains(end.code), "\(end.sentences)")
      if end.code != 0 {
        disturbed += 1
        #expect(end.sentences.count <= 3, "\(end.sentences)")
      }
      try place.startHub()
    }
    #expect(disturbed > 0)
    try finish(place, expected)
  }

  private func prepare(_ place: FaultPlace) throws {
    try place.enroll("gao")
    try place.enroll("kidal")
    try place.sql("gao", FaultPlace.insert("R", count: Self.records))
    try place.at("gao", "sync").succeeding()
  }

  /// Every record changes, so that the next sync has something to apply.
  private func bringNews(_ place: FaultPlace, _ round: Int) throws {
    try place.sql(
      "gao", "UPDATE contact SET locality = hex(randomblob(60)) WHERE display_name GLOB 'R*'")
    try place.at("gao", "sync").succeeding()
  }

  /// How long a whole exchange takes here, in seconds.
  private func measure(_ place: FaultPlace) throws -> Double {
    let start = DispatchTime.now().uptimeNanoseconds
    try place.at("kidal", "sync").succeeding()
    return Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
  }

  /// The moments of the rounds lie evenly over an exchange.
  private func moment(_ round: Int, of duration: Double) -> Double {
    duration * Double(round + 1) / Double(Self.rounds)
  }

  private func finish(_ place: FaultPlace, _ expected: [String]) throws {
    for device in ["kidal", "gao", "kidal"] {
      try place.at(device, "sync").succeeding()
    }
    for device in ["kidal", "gao"] {
      #expect(try place.pending(device) == 0)
      #expect(try place.contacts(device) == expected.sorted())
      #expect(try place.digests(device) == place.digests(nil).filter { $0.key == "mission" })
    }
  }
}
