import Foundation
import Testing

/// A laptop whose clock battery is dead, by the real programs and over real TLS.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct FaultClockTests {
  @Test(arguments: ["1970-01-03 00:00:00", "2035-06-01 00:00:00"])
  func `it writes and syncs like any other`(clock: String) throws {
    let place = try FaultPlace()
    try place.enroll("gao")
    try place.enroll("kidal")
    let added = try place.at(
      "gao", clock: clock, ["add", "contact", "display_name=Un"] + FaultPlace.contactFields)
    let id = try added.succeeding().out.trimmingCharacters(in: .whitespacesAndNewlines)
    #expect(try requests(place, clock, restamped: 1) == 2)
    #expect(try requests(place, clock, restamped: 0) == 1)
    try place.at("gao", clock: clock, ["set", "contact", id, "phone_orange=+22370000001"])
      .succeeding()
    #expect(try requests(place, clock, restamped: 1) == 2)
    try place.at("kidal", "sync").succeeding()
    try place.at("kidal", "set", "contact", id, "phone_orange=+22370000002").succeeding()
    try place.at("kidal", "sync").succeeding()
    #expect(try requests(place, clock, restamped: 0) == 1)
    for device in ["gao", "kidal"] {
      let record = try place.at(device, "show", "contact", id, "--json").json()
      #expect(record["phone_orange"] == "+22370000002")
      #expect(try place.digests(device) == place.digests(nil).filter { $0.key == "mission" })
    }
    try expectNoStampAhead(place)
  }

  @Test(arguments: ["1970-01-03 00:00:00", "2035-06-01 00:00:00"], [true, false])
  func `it wins when it edits last, whether it saw the other's value or not`(
    clock: String, hasSeen: Bool
  ) throws {
    let place = try FaultPlace()
    for device in ["gao", "kidal"] { try place.enroll(device) }
    let added = try place.at(
      "gao", clock: clock, ["add", "contact", "display_name=Un"] + FaultPlace.contactFields)
    let id = try added.succeeding().out.trimmingCharacters(in: .whitespacesAndNewlines)
    func sync(_ device: String) throws {
      let isWrong = device == "gao"
      try (isWrong ? place.at(device, clock: clock, ["sync"]) : place.at(device, "sync"))
        .succeeding()
    }
    for device in ["gao", "kidal"] { try sync(device) }
    try place.at("kidal", "set", "contact", id, "phone_orange=+22370000001").succeeding()
    for device in ["kidal"] + (hasSeen ? ["gao"] : []) { try sync(device) }
    try place.at("gao", clock: clock, ["set", "contact", id, "phone_orange=+22370000002"])
      .succeeding()
    for device in ["gao", "kidal", "gao"] { try sync(device) }
    for device in ["gao", "kidal"] {
      let record = try place.at(device, "show", "contact", id, "--json").json()
      #expect(record["phone_orange"] == "+22370000002")
      #expect(try place.digests(device) == place.digests(nil).filter { $0.key == "mission" })
    }
    try expectNoStampAhead(place)
  }

  /// Syncs under a wrong clock. Returns how many requests it took.
  private func requests(_ place: FaultPlace, _ clock: String, restamped: Int) throws -> Int {
    let report = try place.at("gao", clock: clock, ["sync", "--json"]).succeeding().json()
    #expect(report["restamped"].int == restamped)
    #expect(report["digests_equal"] == true)
    #expect(report["pending"] == 0)
    return report["requests"].int ?? 0
  }

  /// No change in the hub's history bears a time to come, or one before its device was enrolled.
  private func expectNoStampAhead(_ place: FaultPlace) throws {
    let script = """
      import time
      db = sqlite3.connect(given)
      ahead = [c for (c,) in db.execute("SELECT clock >> 16 FROM _history WHERE device > 0")
          if not time.time() - 600 < c / 1000 <= time.time()]
      print(db.execute("SELECT count(*) FROM _history WHERE device > 0").fetchone()[0], ahead)
      """
    let seen = try place.python("gao", script, place.folder + "/hub/hub.sqlite").finish()
    #expect(seen.out == "3 []\n", "\(seen.err)")
  }
}
