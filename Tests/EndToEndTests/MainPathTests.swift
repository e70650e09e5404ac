import Foundation
import Testing

/// From an empty folder to a record on another laptop, with what every command prints.
@Suite struct MainPathTests {
  static let syncKeys: Set = [
    "complete", "requests", "sent", "admitted", "superseded", "conflicts", "refused", "received",
    "left", "pending", "bytes_sent", "bytes_received", "round_trips", "seconds", "clock_error_ms",
    "restamped", "digests_equal",
  ]

  @Test func `a second load changes nothing`() throws {
    let mission = try Mission(serving: false)
    let before = try succeed(mission.hub("status", "--json")).json()
    let again = try succeed(mission.hub("load", Mission.examples))
    #expect(again.out == "0 new, 0 changed, 210 unchanged.\n")
    let after = try succeed(mission.hub("status", "--json")).json()
    #expect(after["scopes"] == before["scopes"])
    #expect(after["devices"] == 4)
    #expect(after["conflicts_open"] == 0)
  }

  @Test func `a sync without news is one request, and says so in the agreed words`() throws {
    let mission = try Mission()
    let report = try mission.sync(.gao)
    #expect(report.names == Self.syncKeys)
    for name in ["sent", "admitted", "superseded", "conflicts", "refused", "received", "left"] {
      #expect(report[name] == 0, "\(name)")
    }
    #expect(report["requests"] == 1)
    #expect(report["round_trips"] == 1)
  }

  @Test func `what one laptop adds, changes and deletes reaches the others in one request each`()
    throws
  {
    let mission = try Mission()
    let id = try mission.add(.gao, "contact", Samples.contact("Fatou Exemple"))
    try succeed(mission.at(.gao, "set", "contact", id, "locality=Gao", "languages=francais+arabe"))
    #expect(try mission.pending(.gao) == 1)
    #expect(try mission.show(.gao, "contact", id)["pending"] == true)

    let sent = try mission.sync(.gao)
    #expect((sent["requests"], sent["sent"], sent["admitted"]) == (1, 1, 1))
    let received = try mission.sync(.kidal)
    #expect((received["requests"], received["received"]) == (1, 1))
    let record = try mission.show(.kidal, "contact", String(id.prefix(13)))
    #expect(record["display_name"] == "Fatou Exemple")
    #expect(record["languages"] == ["francais", "arabe"])
    #expect(record["type"] == "contact")
    #expect(record["scope"] == "mission")
    #expect(record["pending"] == false)

    try succeed(mission.at(.gao, "delete", "contact", id))
    #expect(try mission.sync(.gao)["admitted"] == 1)
    try mission.sync(.kidal)
    #expect(try mission.at(.kidal, "show", "contact", id, "--json").code == 65)
    #expect(try mission.sync(.kidal)["received"] == 0)
  }

  /// What a satellite link is paid for: HTTP with its headers, as libcurl counted it.
  @Test func `one edited field costs one request and 480 bytes at most, no news 420`() throws {
    let mission = try Mission()
    let id = try mission.add(.gao, "contact", Samples.contact("Compté"))
    try mission.sync(.gao)
    try succeed(mission.at(.gao, "set", "contact", id, "phone_orange=+22370000009"))
    let report = try succeed(mission.at(.gao, "sync", "--json", locale: Sentence.french)).json()
    #expect((report["requests"], report["admitted"]) == (1, 1))
    let bytes = (report["bytes_sent"].int ?? .max, report["bytes_received"].int ?? .max)
    #expect(bytes.0 + bytes.1 <= 480, "\(bytes)")
    let quiet = try succeed(mission.at(.gao, "sync", "--json", locale: Sentence.french)).json()
    let fewer = (quiet["bytes_sent"].int ?? .max, quiet["bytes_received"].int ?? .max)
    #expect(fewer.0 + fewer.1 <= 420, "\(fewer)")
  }

  @Test func `status, list and the list of devices have the agreed members`() throws {
    let mission = try Mission()
    let status = try mission.status(.gao)
    #expect(
      status.names.isSuperset(of: [
        "pending", "refused", "conflicts", "last_sync", "clock_error_ms", "device", "scopes",
      ]))
    #expect(status["scopes"].names == ["mission", "base:GAO"])
    for scope in status["scopes"].members.values {
      #expect(scope.names == ["records", "seq", "digest"])
    }
    let hub = try succeed(mission.hub("status", "--json")).json()
    #expect(hub.names.isSuperset(of: ["scopes", "devices", "conflicts_open"]))
    for (name, scope) in status["scopes"].members { #expect(hub["scopes"][name] == scope) }

    let bases = try succeed(mission.at(.gao, "list", "base", "--json")).jsonLines()
    #expect(bases.count == 13)
    for base in bases {
      #expect(base.names.isSuperset(of: ["id", "type", "scope", "pending", "code", "name"]))
    }
    let devices = try succeed(mission.hub("device", "list", "--json")).jsonLines()
    #expect(devices.compactMap { $0["name"].text } == Laptop.allCases.map(\.rawValue))
    for device in devices {
      #expect(
        device.names == [
          "base", "bytes_today", "clock_error_ms", "everything", "last_sync", "name", "number",
          "program", "read", "requests_today", "role", "state", "waiting", "write",
        ])
      #expect(device["waiting"] == 0)
    }
  }

  @Test(arguments: ["prefet", "PRÉFET", "sous-préfet", "ancien bankass"])
  func `a search asks for neither accents nor case, and finds any word`(text: String) throws {
    let mission = try Mission(serving: false)
    let found = try succeed(mission.at(.gao, "search", text, "--json")).jsonLines()
    #expect(found.map { $0["display_name"] } == ["Ancien sous-préfet (fictif)"])
  }

  @Test func `a search follows what is written and deleted`() throws {
    let mission = try Mission(serving: false)
    let values = Samples.contact("Préfecture de Ménaka") + ["email=prefecture@exemple.ml"]
    let id = try mission.add(.gao, "contact", values)
    let found = try succeed(mission.at(.gao, "search", "PREFECTURE", "menaka", "--json"))
    #expect(try found.json()["id"].text == id)
    let byMail = try succeed(mission.at(.gao, "search", "exemple.ml", "--json"))
    #expect(try byMail.json()["id"].text == id)
    try succeed(mission.at(.gao, "delete", "contact", id))
    #expect(try succeed(mission.at(.gao, "search", "menaka", "--json")).out == "")
  }

  @Test func `history tells the values of a record at the hub and on the laptop`() throws {
    let mission = try Mission()
    let id = try mission.add(.gao, "contact", Samples.contact("Awa"))
    try mission.sync(.gao)
    try succeed(mission.at(.gao, "set", "contact", id, "locality=Bourem"))
    try mission.sync(.gao)
    let entries = try [
      mission.at(.gao, "history", "contact", id, "--json"),
      mission.hub("history", "contact", id, "--json"),
    ].map { try succeed($0).jsonLines() }
    for lines in entries {
      let locality = lines.filter { $0["field"] == "locality" }
      #expect(locality.map { $0["value"] } == ["Bourem"])
      for line in lines {
        #expect(
          line.names.isSuperset(of: [
            "field", "value", "device", "written", "received", "replaced",
          ]))
      }
    }
  }

  @Test func `a pack is signed once in its version`() throws {
    let mission = try Mission()
    let pack = try mission.id(.kidal, "security_pack", where: "base_code=KDL")
    let person = try mission.id(.kidal, "person", where: "full_name=Alhousseini Fictif")
    try succeed(mission.at(.kidal, "set", "security_pack", pack, "version_label=9.9"))
    let signed = try mission.at(.kidal, "sign", "pack", pack, "--person", person, "--json")
    let first = try succeed(signed).json()
    #expect(first["already_signed"] == false)
    let again = try mission.at(.kidal, "sign", "pack", pack, "--person", person, "--json")
    #expect(try succeed(again).json()["already_signed"] == true)
    #expect(try succeed(again).json()["id"] == first["id"])
    #expect(try mission.sync(.kidal)["admitted"] == 2)
    try mission.sync(.bamako)
    let id = try #require(first["id"].text)
    #expect(try mission.show(.bamako, "signature", id)["subject_version"] == "9.9")
  }

  @Test func `a watch syncs, and ends cleanly when it is told to`() throws {
    let mission = try Mission()
    _ = try mission.add(.gao, "contact", Samples.contact("Veille"))
    let watch = try Running(
      program: "djoliba", ["watch", "--json", "--data", mission.path("gao")])
    try watch.wait(for: "1 sent")
    let ended = watch.end(SIGTERM)
    #expect(ended.code == 0)
    #expect(ended.words.last == "Told to stop; done.")
    #expect(try ended.json()["admitted"] == 1)
    #expect(try mission.pending(.gao) == 0)
    #expect(try mission.sync(.kidal)["received"] == 1)
  }

  @Test func `the hub stops cleanly, and its laptops go on after it was restarted`() throws {
    let mission = try Mission()
    _ = try mission.add(.gao, "contact", Samples.contact("Un"))
    try mission.sync(.gao)
    #expect(mission.stopHub()?.code == 0)
    _ = try mission.add(.gao, "contact", Samples.contact("Deux"))
    #expect(try mission.at(.gao, "sync").code == 69)
    try mission.startHub()
    #expect(try mission.sync(.gao)["admitted"] == 1)
    #expect(try mission.sync(.kidal)["received"] == 2)
  }

  @Test func `the office works while the hub serves`() throws {
    let mission = try Mission()
    try FileManager.default.createDirectory(
      atPath: mission.path("load"), withIntermediateDirectories: true)
    try mission.write(Samples.contactTable(["Chargé"]), to: "load/contact.csv")
    let loaded = try succeed(mission.hub("load", mission.path("load")))
    #expect(loaded.out == "1 new, 0 changed, 0 unchanged.\n")
    #expect(try mission.sync(.gao)["received"] == 1)

    let file = try mission.invite("fifth", base: "GAO", role: "resp_base")
    try succeed(mission.device("fifth", ["enroll", file]))
    #expect(try succeed(mission.hub("status", "--json")).json()["devices"] == 5)
    let scopes = try succeed(mission.device("fifth", ["status", "--json"])).json()["scopes"]
    #expect(try scopes == mission.status(.gao)["scopes"])
  }

  @Test func `the daily commands have French names that do the same`() throws {
    let mission = try Mission()
    let added = try mission.device("gao", ["ajouter", "contact"] + Samples.contact("Fanta"))
    let id = try succeed(added).out.trimmingCharacters(in: .newlines)
    try succeed(mission.at(.gao, "modifier", "contact", id, "locality=Gao"))
    let pairs = [
      (["voir", "contact", id], ["show", "contact", id]),
      (
        ["liste", "contact", "--where", "locality=Gao"],
        ["list", "contact", "--where", "locality=Gao"]
      ),
      (["chercher", "fanta"], ["search", "fanta"]), (["etat"], ["status"]),
      (["conflits"], ["conflicts"]), (["refus"], ["refused"]),
    ]
    for (french, english) in pairs {
      let (first, second) = try (
        mission.device("gao", french + ["--json"]), mission.device("gao", english + ["--json"])
      )
      #expect(try succeed(first).out == succeed(second).out, "\(french)")
    }
    #expect(try succeed(mission.at(.gao, "synchroniser", "--json")).json()["admitted"] == 1)
  }
}
