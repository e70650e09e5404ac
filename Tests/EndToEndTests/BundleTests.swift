import Foundation
import Testing

/// A stick between a base without any link and Bamako, with the real programs.
@Suite struct BundleTests {
  private func bundle(
    _ mission: Mission, _ laptop: Laptop = .gao, _ name: String = "gao.bundle"
  ) throws -> JSON {
    try succeed(mission.at(laptop, "bundle", "write", mission.path(name), "--json")).json()
  }

  private func inBamako(
    _ mission: Mission, _ name: String = "gao.bundle", answer: String = "gao.answer"
  ) throws -> JSON {
    try succeed(
      mission.hub(
        "bundle", "read", mission.path(name), "--answer", mission.path(answer), "--json")
    ).json()
  }

  private func digests(_ status: JSON, _ scope: String) -> String? {
    status["scopes"][scope]["digest"].text
  }

  @Test func `a base works by stick alone, both ways, and another base gets it over the network`()
    throws
  {
    let mission = try Mission(serving: false)
    let id = try mission.add(.gao, "contact", Samples.contact("Portée par la clé"))
    let written = try bundle(mission)
    #expect(written["records"] == 1 && written["left"] == 0)
    #expect(try mission.pending(.gao) == 1)
    let receipt = try inBamako(mission)
    #expect(receipt["device"] == "gao" && receipt["records"] == 1 && receipt["refused"] == 0)
    #expect(try mission.pending(.gao) == 1, "until the answer is read")
    let report = try succeed(
      mission.at(.gao, "bundle", "read", mission.path("gao.answer"), "--json")
    ).json()
    #expect(report["complete"] == true && report["admitted"] == 1 && report["pending"] == 0)
    #expect(report["digests_equal"] == true)
    let (hub, gao) = (
      try succeed(mission.hub("status", "--json")).json(), try mission.status(.gao)
    )
    for scope in ["mission", "base:GAO"] {
      #expect(digests(hub, scope) != nil && digests(hub, scope) == digests(gao, scope))
    }
    try mission.startHub()
    try mission.sync(.kidal)
    #expect(
      try mission.show(.kidal, "contact", id)["display_name"] == "Portée par la clé")
    #expect(try mission.sync(.gao)["sent"] == 0)
  }

  @Test func `a conflict comes through a stick, while the hub is serving`() throws {
    let mission = try Mission()
    let id = try mission.add(.gao, "contact", Samples.contact("Disputée"))
    try mission.sync(.gao)
    try mission.sync(.kidal)
    try succeed(mission.at(.gao, "set", "contact", id, "phone_orange=+22370000001"))
    _ = try bundle(mission)
    try succeed(mission.at(.kidal, "set", "contact", id, "phone_orange=+22370000002"))
    try mission.sync(.kidal)
    _ = try inBamako(mission)
    let read = try mission.at(.gao, "bundle", "read", mission.path("gao.answer"), "--json")
    #expect(try succeed(read).json()["conflicts"] == 1)
    #expect(try mission.show(.gao, "contact", id)["phone_orange"] == "+22370000002")
    let conflict = try succeed(mission.at(.gao, "conflicts", "--json")).jsonLines().first
    #expect(conflict?["loser"]["value"] == "+22370000001")
    let told = try succeed(mission.hub("conflicts", "--json")).jsonLines()
    #expect(told.contains { $0["loser"]["value"] == "+22370000001" })
  }

  @Test func `each wrong file is refused in one sentence`() throws {
    let mission = try Mission()
    _ = try mission.add(.gao, "contact", Samples.contact("Gardée"))
    _ = try bundle(mission)
    _ = try bundle(mission, .kidal, "kidal.bundle")
    _ = try inBamako(mission)
    _ = try inBamako(mission, "kidal.bundle", answer: "kidal.answer")
    for (name, cut) in [("gao.answer", "cut"), ("gao.bundle", "cut.bundle")] {
      let whole = try Data(contentsOf: URL(filePath: mission.path(name)))
      try whole.prefix(whole.count / 2).write(to: URL(filePath: mission.path(cut)))
    }
    try Data().write(to: URL(filePath: mission.path("empty")))
    try mission.write("photo", to: "photo")
    let wrong: [(String, Sentence)] = [
      ("cut", .bundleDamaged), ("empty", .bundleDamaged), ("photo", .notABundle),
      ("kidal.answer", .bundleForeign), ("gao.bundle", .bundleOtherWay), ("gao", .notAFile),
      ("absent", .fileMissing), ("gao/replica.sqlite", .notABundle),
    ]
    for (name, sentence) in wrong {
      try sentence.expect { locale in
        try mission.at(.gao, "bundle", "read", mission.path(name), "--json", locale: locale)
      }
    }
    let wrongInBamako: [(String, Sentence)] = [
      ("cut.bundle", .bundleDamaged), ("empty", .bundleDamaged), ("photo", .notABundle),
      ("gao.answer", .bundleOtherWay), ("gao", .notAFile), ("absent", .fileMissing),
    ]
    for (name, sentence) in wrongInBamako {
      try sentence.expect { locale in
        try mission.hub(
          "bundle", "read", mission.path(name), "--answer", mission.path("none"), "--json",
          locale: locale)
      }
    }
    #expect(!FileManager.default.fileExists(atPath: mission.path("none")))
    #expect(try mission.pending(.gao) == 1)
    try succeed(mission.at(.gao, "bundle", "read", mission.path("gao.answer")))
    #expect(try mission.pending(.gao) == 0)
    try Sentence.bundleOld.expect { locale in
      try mission.at(.gao, "bundle", "read", mission.path("gao.answer"), locale: locale)
    }
  }

  @Test func `an old bundle, another mission's and a revoked laptop's are refused in Bamako`()
    throws
  {
    let (mission, other) = (try Mission(), try Mission(serving: false))
    _ = try bundle(mission, .gao, "one")
    _ = try bundle(mission, .gao, "two")
    _ = try inBamako(mission, "two")
    func expect(_ sentence: Sentence, _ hub: Mission, _ name: String) throws {
      try sentence.expect { locale in
        try hub.hub(
          "bundle", "read", mission.path(name), "--answer", mission.path("none"), locale: locale)
      }
    }
    try expect(.bundleOld, mission, "one")
    // The copies of one made mission share their keys, so the other gets keys of its own.
    try other.sqlite(
      other.path("hub/hub.sqlite"),
      "UPDATE _state SET value = randomblob(32) WHERE key = 'bundles'")
    try expect(.bundleForeign, other, "two")
    let devices = try succeed(mission.hub("device", "list", "--json")).jsonLines()
    let number = try #require(devices.first { $0["name"] == "gao" }?["number"].int)
    try succeed(mission.hub("device", "revoke", "\(number)"))
    try expect(.revoked, mission, "two")
    #expect(!FileManager.default.fileExists(atPath: mission.path("none")))
  }

  @Test func `a laptop that is ahead of a restored hub is told to meet it once`() throws {
    let mission = try Mission()
    _ = try mission.add(.gao, "contact", Samples.contact("Avant"))
    let backup = mission.path("hub.tar")
    try succeed(mission.hub("backup", backup))
    try mission.sync(.gao)
    mission.stopHub()
    try FileManager.default.removeItem(atPath: mission.path("hub"))
    try succeed(mission.hub("restore", backup))
    _ = try mission.add(.gao, "contact", Samples.contact("Ensuite"))
    _ = try bundle(mission)
    try Sentence.bundleRepair.expect { locale in
      try mission.hub(
        "bundle", "read", mission.path("gao.bundle"), "--answer", mission.path("none"),
        locale: locale)
    }
    #expect(try mission.pending(.gao) == 1)
    try mission.startHub()
    #expect(try mission.sync(.gao)["digests_equal"] == true)
    _ = try mission.add(.gao, "contact", Samples.contact("Enfin"))
    #expect(try bundle(mission)["records"] == 1)
    _ = try inBamako(mission)
  }

  @Test func `what stands on the stick already is not lost`() throws {
    let mission = try Mission(serving: false)
    try mission.write("photo", to: "photo")
    let taken = try mission.at(.gao, "bundle", "write", mission.path("photo"))
    #expect(taken.code == 73 && taken.err.contains("There is a file of this name already"))
    #expect(try mission.read("photo") == "photo")
    #expect(try bundle(mission)["records"] == 0)
    _ = try mission.add(.gao, "contact", Samples.contact("Ensuite"))
    #expect(try bundle(mission)["records"] == 1, "in place of its elder")
    let noRoom = try mission.at(.gao, "bundle", "write", "/dev/full/gao.bundle")
    #expect(noRoom.code == 73)
    let noFolder = try mission.at(.gao, "bundle", "write", mission.path("absent/gao.bundle"))
    #expect(noFolder.code == 73)
    #expect(try mission.pending(.gao) == 1)
    let unwritten = try mission.hub(
      "bundle", "read", mission.path("gao.bundle"), "--answer", mission.path("absent/answer"))
    #expect(unwritten.code == 73)
    _ = try inBamako(mission)
    try succeed(mission.at(.gao, "bundle", "read", mission.path("gao.answer")))
    #expect(try mission.pending(.gao) == 0)
  }

  @Test func `a laptop that never met Bamako with this program is told to`() throws {
    let mission = try Mission(serving: false)
    let text = try mission.read("gao/device.json")
    #expect(text.contains("bundleSecret") && text.contains("hubKeys"))
    try mission.write(
      text.replacing(#/"(bundleSecret|hubKeys)" : "[^"]*",\n */#, with: ""), to: "gao/device.json")
    try Sentence.bundleUnready.expect { locale in
      try mission.at(.gao, "bundle", "write", mission.path("none"), locale: locale)
    }
    try mission.startHub()
    try mission.sync(.gao)
    #expect(try bundle(mission)["records"] == 0)
  }

  @Test func `in French it says where to carry what`() throws {
    let mission = try Mission(serving: false)
    let path = mission.path("gao.paquet")
    let french = Sentence.french
    let written = try succeed(mission.at(.gao, "paquet", "ecrire", path, locale: french))
    #expect(written.out.hasPrefix("Paquet écrit : \(path) (fiches à envoyer : 0, "))
    #expect(written.err.contains("Portez-le à Bamako"))
    let answer = mission.path("gao.reponse")
    let read = try succeed(
      mission.hub("bundle", "read", path, "--answer", answer, locale: french))
    #expect(read.out.contains("Paquet de « gao », écrit le "))
    #expect(read.out.contains("Réponse écrite : \(answer). Rapportez-la au portable"))
    let taken = try succeed(mission.at(.gao, "paquet", "lire", answer, locale: french))
    #expect(taken.out == "Rien à envoyer.\nFiches reçues : 0.\n")
  }
}
