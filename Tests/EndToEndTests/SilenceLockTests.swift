import Foundation
import Testing

/// A laptop whose key does not outlast Bamako's silence, with the real programs.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct SilenceLockTests {
  private static let phrase = "quatre mots pour Gao"

  /// A laptop in a place, with a machine's folder of keys and perhaps somebody who knows the phrase.
  private struct Locked {
    let place: FaultPlace
    private var config: String { "XDG_CONFIG_HOME=" + place.path("config") }
    private var phraseFile: String { place.path("phrase") }

    init() throws {
      place = try FaultPlace()
      try Data((SilenceLockTests.phrase + "\n").utf8).write(to: URL(filePath: phraseFile))
      let words = [
        "enroll", try place.invite("gao"), "--machine-key", "--lock-after", "14", "--data",
        place.path("gao"),
      ]
      try Running(
        program: "djoliba", words,
        environment: [config, "DJOLIBA_NEW_PASSPHRASE_FILE=" + phraseFile]
      ).finish().succeeding()
    }

    func run(
      _ words: [String], later days: Int = 0, knowing: Bool = false
    ) throws -> Ended {
      let program = [Running.folder + "/djoliba"] + words + ["--data", place.path("gao")]
      let clock = ["FAKETIME_DONT_FAKE_MONOTONIC=1", "faketime", "+\(days) days"]
      return try Running(
        "/usr/bin/env", (days > 0 ? clock : []) + program,
        environment: [config] + (knowing ? ["DJOLIBA_PASSPHRASE_FILE=" + phraseFile] : [])
      ).finish()
    }
  }

  @Test func `a laptop without Bamako for longer than it may asks for the passphrase`() throws {
    let laptop = try Locked()
    try laptop.run(["list", "contact"], later: 13).succeeding()
    let locked = try laptop.run(["list", "contact"], later: 15)
    #expect(locked.code == 77 && locked.out.isEmpty)
    #expect(locked.err.contains("sealed with a passphrase"), "\(locked.err)")
    // The clock set back gives nothing back, and no key is left.
    #expect(try laptop.run(["list", "contact"]).code == 77)
    let keys = laptop.place.path("config") + "/djoliba/keys"
    #expect(try FileManager.default.contentsOfDirectory(atPath: keys) == [])
    // Who knows the phrase works, and once Bamako was heard nobody is asked any more.
    let fields = ["add", "contact", "display_name=Un"] + FaultPlace.contactFields
    try laptop.run(fields, later: 15, knowing: true).succeeding()
    #expect(try laptop.run(["list", "contact"], later: 15).code == 77)
    let synced = try laptop.run(["sync", "--json"], knowing: true).succeeding().json()
    #expect(synced["admitted"] == 1)
    try laptop.run(["list", "contact"], knowing: true).succeeding()
    try laptop.run(["list", "contact"]).succeeding()
  }

  @Test func `a service ends when Bamako is silent, and says what to do`() throws {
    let laptop = try Locked()
    _ = laptop.place.killHub()
    try laptop.run(["status"]).succeeding()
    let watch = try laptop.run(["watch"], later: 15)
    #expect(watch.code == 77)
    #expect(watch.err.contains("DJOLIBA_PASSPHRASE_FILE"), "\(watch.err)")
  }

  @Test func `the days are said with the machine's key, and are days`() throws {
    let place = try FaultPlace()
    try place.enroll("gao")
    for words in [
      ["--passphrase", "--lock-after", "14"], ["--lock-after", "14"],
      ["--machine-key", "--lock-after", "0"], ["--machine-key", "--lock-after", "400"],
    ] {
      #expect(try place.start("gao", ["seal"] + words).finish().code == 64)
    }
    try place.at("gao", "status").succeeding()
  }
}
