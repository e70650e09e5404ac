import Foundation
import Testing

/// What is left of an enrolment that came to nothing.
@Suite struct RefusedEnrolmentTests {
  private func enroll(
    _ mission: Mission, _ invitation: String, into folder: String, _ options: String...
  ) throws -> Ended {
    try Running(
      program: "djoliba", ["enroll", invitation, "--data", folder] + options,
      environment: ["XDG_CONFIG_HOME=" + mission.path("config")]
    ).finish()
  }

  @Test func `a used invitation leaves neither an identity nor a key`() throws {
    let mission = try Mission()
    let invitation = try mission.invite("new", base: "GAO", role: "resp_base")
    try succeed(enroll(mission, invitation, into: mission.path("new")))
    let refused = try enroll(mission, invitation, into: mission.path("late"), "--machine-key")
    #expect(refused.code == 77, "\(refused.err)")
    let files = FileManager.default
    #expect(try files.contentsOfDirectory(atPath: mission.path("late")) == [])
    #expect(try files.contentsOfDirectory(atPath: mission.path("config/djoliba/keys")) == [])
    // The folder is free for the next one.
    let next = try mission.invite("next", base: "GAO", role: "resp_base")
    try succeed(enroll(mission, next, into: mission.path("late")))
    // A hub that does not answer decides nothing: what was begun goes on later.
    mission.stopHub()
    let later = try mission.invite("later", base: "GAO", role: "resp_base")
    #expect(try enroll(mission, later, into: mission.path("later")).code == 69)
    #expect(files.fileExists(atPath: mission.path("later/device.json")))
  }

  @Test func `a place that holds no files is not called full`() throws {
    let mission = try Mission(serving: false)
    let invitation = try mission.invite("new", base: "GAO", role: "resp_base")
    for place in ["/proc/djoliba", "/sys/djoliba"] {
      let refused = try enroll(mission, invitation, into: place)
      #expect(refused.code == 73 && refused.err.contains("Cannot write here."), "\(refused.err)")
    }
  }
}
