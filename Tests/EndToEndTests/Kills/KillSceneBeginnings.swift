import Foundation

// Hubs and devices that die while they come into being. The same command goes on then, or says that
// there was nothing left to do; whichever it says, what it made is whole.

extension KillScene {
  func enrolling() throws -> (Phase, Double) {
    let (name, invitation) = ("newcomer", place.path("newcomer.invitation"))
    try clear([name, "newcomer.invitation"])
    try place.invite(name)
    let (end, seconds) = try act { try place.start(name, ["enroll", invitation]) }
    let phase = try phase(end, of: name, first: "device.json", last: "replica.sqlite") {
      try place.at(name, "enroll", invitation)
    }
    let status = try place.at(name, "status", "--json").succeeding().json()
    try mission.require(status["pending"] == 0, "a fresh device has something to send")
    try place.at(name, "sync").succeeding()
    return (phase, seconds)
  }

  func founding() throws -> (Phase, Double) {
    let (name, folder) = ("second", place.path("second"))
    try clear([name])
    let arguments = ["init", "--address", "https://127.0.0.1:1", "--data", folder]
    let (end, seconds) = try act { try Running(program: "djoliba-server", arguments) }
    let phase = try phase(end, of: name, first: "hub.new.sqlite", last: "hub.sqlite") {
      try Running(program: "djoliba-server", arguments).finish()
    }
    let status = try Running(program: "djoliba-server", ["status", "--json", "--data", folder])
      .finish().succeeding().json()
    let bases = status["scopes"]["mission"]["records"].int ?? 0
    try mission.require(bases > 10, "a fresh hub has \(bases) records")
    return (phase, seconds)
  }

  /// How far it came, by the first and the last file that it makes. Then it is done again.
  private func phase(
    _ end: Ended, of name: String, first: String, last: String, again: () throws -> Ended
  ) throws -> Phase {
    func isThere(_ file: String) -> Bool {
      FileManager.default.fileExists(atPath: place.path(name) + "/" + file)
    }
    let phase: Phase = isThere(last) ? .after : isThere(first) ? .between : .before
    let second = try again()
    // 73: it had been done.
    let isRight = second.code == 0 || second.code == 73 && phase == .after
    try mission.require(isRight, "again: \(second.code) \(second.sentences)")
    return end.wasKilled ? phase : .outrun
  }

  private func clear(_ names: [String]) throws {
    for name in names where FileManager.default.fileExists(atPath: place.path(name)) {
      try FileManager.default.removeItem(atPath: place.path(name))
    }
  }
}
