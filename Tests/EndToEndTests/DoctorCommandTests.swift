import Foundation
import Testing

/// `djoliba doctor`, as people and scripts see it.
@Suite struct DoctorCommandTests {
  @Test func `a clock beyond the certificate is told as a clock, and nothing is lost`() throws {
    let mission = try Mission()
    _ = try mission.add(.gao, "contact", Samples.contact("Fatou Exemple"))
    func late(_ words: String...) throws -> Ended {
      let clock = ["FAKETIME_DONT_FAKE_MONOTONIC=1", "faketime", "2101-01-01"]
      let program = [Running.folder + "/djoliba"] + words + ["--data", mission.path("gao")]
      return try Running("/usr/bin/env", clock + program).finish()
    }
    let sync = try late("sync")
    #expect(sync.code == 75 && sync.err.contains("At the date of this laptop"), "\(sync.err)")
    #expect(sync.err.contains("Check the laptop's date"), "\(sync.err)")
    let link = try late("doctor", "--json").json()["checks"].list.first { $0["check"] == "link" }
    #expect(link?["state"] == "look")
    #expect(try mission.sync(.gao)["admitted"] == 1)
  }

  @Test func `doctor says what is bad and what to do, and ends with 65`() throws {
    let mission = try Mission()
    let open = try mission.at(.gao, "doctor", "--json").json()
    #expect(open["checks"].list.contains { $0["check"] == "link" && $0["state"] == "good" })
    let keys = ["XDG_CONFIG_HOME=" + mission.path("config")]
    func run(_ words: String...) throws -> Ended {
      let words = words + ["--data", mission.path("kidal")]
      return try Running(program: "djoliba", words, locale: "fr_FR.UTF-8", environment: keys)
        .finish()
    }
    try succeed(run("seal", "--machine-key"))
    mission.stopHub()
    let sealed = try run("examiner")
    #expect(sealed.code == 0, "\(sealed.out)")
    #expect(sealed.out.contains("bon       Les fiches"), "\(sealed.out)")
    #expect(sealed.out.contains("à voir    Bamako n'est pas joignable."), "\(sealed.out)")
    #expect(sealed.out.contains("          → Réessayez quand le réseau revient."), "\(sealed.out)")
    try FileManager.default.removeItem(atPath: mission.path("config"))
    let locked = try run("doctor", "--json")
    #expect(locked.code == 65)
    #expect(try locked.json()["well"] == false)
  }
}
