import Foundation
import Testing

/// What goes wrong between a laptop and the hub: nothing is lost, and what is right afterwards works.
@Suite struct WrongHubTests {
  @Test func `without a network a sync says so, and the next one brings everything`() throws {
    let mission = try Mission(serving: false)
    _ = try mission.add(.gao, "contact", Samples.contact("Hors ligne"))
    try Sentence.offline.expect { try mission.at(.gao, "sync", "--json", locale: $0) }
    try Sentence.offline.expect { try mission.at(.gao, "sync", locale: $0) }
    #expect(try mission.pending(.gao) == 1)
    let waiting = try succeed(mission.at(.gao, "sync", "--dry-run", "--json")).json()
    #expect(waiting["waiting"]["contact"] == 1)
    try mission.startHub()
    let report = try mission.sync(.gao)
    #expect((report["requests"], report["sent"], report["admitted"]) == (1, 1, 1))
  }

  /// What a laptop believes where the hub is.
  private func setAddresses(_ addresses: [String], _ mission: Mission) throws {
    try mission.python(
      """
      import json, sys
      with open(sys.argv[1]) as file: device = json.load(file)
      device["addresses"] = sys.argv[2].split()
      with open(sys.argv[1], "w") as file: json.dump(device, file)
      """, mission.path("gao/device.json"), addresses.joined(separator: " "))
  }

  @Test func `at a wrong address a sync says so, and a second address is tried`() throws {
    let mission = try Mission()
    let nobody = HeldPort()
    defer { withExtendedLifetime(nobody) {} }
    let wrong = ["https://hub.invalid:8443", "https://127.0.0.1:\(nobody.number)"]
    _ = try mission.add(.gao, "contact", Samples.contact("Mal adressé"))
    for address in wrong {
      try setAddresses([address], mission)
      try Sentence.offline.expect { try mission.at(.gao, "sync", "--json", locale: $0) }
      #expect(try mission.pending(.gao) == 1)
    }
    try setAddresses(wrong + [mission.address], mission)
    #expect(try mission.sync(.gao)["admitted"] == 1)
  }

  @Test func `a sync that may use few bytes keeps what went through`() throws {
    let mission = try Mission()
    let names = (1...400).map { "\($0) \(UUID().uuidString)" }
    let file = try mission.write(Samples.contactTable(names), to: "many.csv")
    try succeed(mission.at(.gao, "import", "contact", file))
    let limit = 9_000
    var rest = 400
    try Sentence.interrupted.expect { locale in
      let ended = try mission.at(
        .gao, "sync", "--max-bytes", "\(limit)", "--json", locale: locale)
      let report = try ended.json()
      #expect(report["complete"] == false)
      let bytes = (report["bytes_sent"].int ?? .max, report["bytes_received"].int ?? .max)
      #expect(bytes.0 + bytes.1 <= limit)
      rest -= report["admitted"].int ?? 0
      #expect(report["pending"].int == rest)
      #expect(try mission.pending(.gao) == rest)
      return ended
    }
    #expect(rest < 400)
    #expect(try mission.sync(.gao)["admitted"].int == rest)
    #expect(try mission.sync(.kidal)["received"] == 400)
  }

  @Test func `an invitation to an address where nobody is can be used when somebody is`() throws {
    let mission = try Mission(serving: false)
    let file = try mission.invite("new", base: "GAO", role: "resp_base")
    try Sentence.offline.expect { try mission.device("new", ["enroll", file], locale: $0) }
    try Sentence.notEnrolled.expect { try mission.device("new", ["status"], locale: $0) }
    try mission.startHub()
    try succeed(mission.device("new", ["enroll", file]))
    let scopes = try succeed(mission.device("new", ["status", "--json"])).json()["scopes"]
    #expect(try scopes == mission.status(.gao)["scopes"])
  }

  @Test func `a hub with another authority is not trusted`() throws {
    let (mission, other) = (try Mission(), Mission.empty())
    try succeed(other.hub("init", "--address", mission.address))
    let file = try other.invite("new", base: "GAO", role: "resp_base")
    try Sentence.untrusted.expect { try mission.device("new", ["enroll", file], locale: $0) }

    _ = try mission.add(.gao, "contact", Samples.contact("Chez un autre"))
    mission.stopHub()
    let stranger = try Running(
      program: "djoliba-server", ["run", "--data", other.path("hub")])
    defer { stranger.end() }
    try stranger.wait(for: "listens on")
    try Sentence.untrusted.expect { try mission.at(.gao, "sync", "--json", locale: $0) }
    #expect(try mission.pending(.gao) == 1)
    stranger.end()
    try mission.startHub()
    #expect(try mission.sync(.gao)["admitted"] == 1)
  }

  @Test func `an invitation works once and only for its days`() throws {
    let mission = try Mission()
    let file = try mission.invite("new", base: "GAO", role: "resp_base")
    try Sentence.fileExists.expect {
      try mission.hub(
        "invite", "--base", "GAO", "--role", "resp_base", "--name", "new", "--out", file,
        locale: $0)
    }
    try mission.sqlite(mission.path("hub/hub.sqlite"), "UPDATE _invitation SET expires = 1")
    try Sentence.expired.expect { try mission.device("new", ["enroll", file], locale: $0) }

    let fresh = try mission.invite("fresh", base: "GAO", role: "resp_base")
    try succeed(mission.device("new", ["enroll", fresh]))
    try Sentence.alreadyEnrolled.expect {
      try mission.device("new", ["enroll", fresh], locale: $0)
    }
    try Sentence.used.expect { try mission.device("second", ["enroll", fresh], locale: $0) }
    try Sentence.notEnrolled.expect { try mission.device("second", ["status"], locale: $0) }
    #expect(try succeed(mission.hub("status", "--json")).json()["devices"] == 5)
  }

  @Test func `an enrolment that stopped before its last line goes on with the same invitation`()
    throws
  {
    let mission = try Mission()
    let file = try mission.invite("new", base: "GAO", role: "resp_base")
    try succeed(mission.device("new", ["enroll", file]))
    let code = try JSON(line: mission.read("new.invitation").replacing("\n", with: ""))["code"]
    let device = try mission.read("new/device.json")
    let begun = device.replacing("{\n", with: "{\n  \"code\" : \"\(code.text ?? "")\",\n")
    try mission.write(begun, to: "new/device.json")
    try Sentence.notEnrolled.expect { try mission.device("new", ["status"], locale: $0) }
    try succeed(mission.device("new", ["enroll", file]))
    #expect(try mission.read("new/device.json") == device)
  }

  @Test func `an invitation whose address was corrected goes on where it stopped`() throws {
    let mission = try Mission()
    let file = try mission.invite("new", base: "GAO", role: "resp_base")
    let right = try mission.read("new.invitation")
    let wrong = try mission.write(
      right.replacing("127.0.0.1:\(mission.port.number)", with: "127.0.0.1:9"), to: "wrong")
    #expect(try mission.device("new", ["enroll", wrong]).code == 69)
    try succeed(mission.device("new", ["enroll", file]))
  }

  @Test func `an invitation that is damaged is told, and makes no folder`() throws {
    let mission = try Mission(serving: false)
    let whole = try String(
      contentsOfFile: mission.invite("new", base: "GAO", role: "resp_base"), encoding: .utf8)
    for text in ["", "du texte\n", "{}", String(whole.dropLast(40))] {
      let file = try mission.write(text, to: "broken")
      try Sentence.unreadableInvitation.expect {
        try mission.device("new", ["enroll", file], locale: $0)
      }
    }
    try Sentence.fileMissing.expect {
      try mission.device("new", ["enroll", mission.path("absent")], locale: $0)
    }
    #expect(!FileManager.default.fileExists(atPath: mission.path("new")))
  }

  @Test func `a revoked laptop is told so, keeps its data, and no other one notices`() throws {
    let mission = try Mission()
    _ = try mission.add(.gao, "contact", Samples.contact("Trop tard"))
    let devices = try succeed(mission.hub("device", "list", "--json")).jsonLines()
    let gao = try #require(devices.first { $0["name"] == "gao" }?["number"].int)
    try succeed(mission.hub("device", "revoke", "\(gao)"))
    try Sentence.revoked.expect { try mission.at(.gao, "sync", "--json", locale: $0) }
    #expect(try mission.pending(.gao) == 1)
    #expect(try mission.ids(.gao, "contact", where: "display_name=Trop tard").count == 1)
    let watch = try mission.at(.gao, "watch")
    Sentence.revoked.expect(watch)
    #expect(try mission.sync(.kidal)["received"] == 0)
  }

  @Test func `what the office mistypes is told`() throws {
    let mission = try Mission()
    try Sentence.alreadyHub.expect { try mission.hub("init", locale: $0) }
    try Sentence.alreadyServed.expect { try mission.hub("run", locale: $0) }
    let other = try Mission(serving: false)
    try Sentence.portTaken.expect {
      try other.hub("run", "--listen", "127.0.0.1:\(mission.port.number)", locale: $0)
    }
    try Sentence.plainHTTP.expect {
      try other.hub("run", "--plain-http", "--listen", "0.0.0.0:0", locale: $0)
    }
    try Sentence.noBase.expect {
      try mission.hub(
        "invite", "--base", "ZZZ", "--role", "cz", "--name", "x", "--out", mission.path("x"),
        locale: $0)
    }
    let role = try mission.hub(
      "invite", "--base", "GAO", "--role", "roi", "--name", "x", "--out", mission.path("x"))
    #expect(role.code == 64)
    try Sentence.fileMissing.expect { try mission.hub("load", "/nonexistent", locale: $0) }
    try Sentence.noDevice.expect { try mission.hub("device", "revoke", "99", locale: $0) }
    #expect(try mission.sync(.gao)["received"] == 0)

    let empty = Mission.empty()
    try Sentence.noHub.expect { try empty.hub("run", locale: $0) }
    try Sentence.noHub.expect { try empty.hub("status", "--json", locale: $0) }
  }

  @Test func `a folder that cannot be written is told`() throws {
    let mission = try Mission()
    let file = try mission.invite("new", base: "GAO", role: "resp_base")
    // Nobody makes a folder below a file, root neither.
    let below = "broken/folder"
    try mission.write("", to: "broken")
    try Sentence.cannotWrite.expect { try mission.device(below, ["enroll", file], locale: $0) }
    try Sentence.cannotWrite.expect { locale in
      try Running(
        program: "djoliba-server", ["init", "--data", mission.path(below)], locale: locale
      ).finish()
    }
    try Sentence.cannotWrite.expect {
      try mission.at(.gao, "export", "contact", "--out", mission.path(below), locale: $0)
    }
    // The invitation was not spent on it.
    try succeed(mission.device("new", ["enroll", file]))
  }
}
