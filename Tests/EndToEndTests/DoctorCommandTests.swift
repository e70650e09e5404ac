import Foundation
import Testing

/// `djoliba doctor`, as people and scripts see it.
@Suite struct DoctorCommandTests {
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
