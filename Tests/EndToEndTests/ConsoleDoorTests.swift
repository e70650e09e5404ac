import Foundation
import Testing

/// The commands that open the console, and those that write what its pages show.
@Suite struct ConsoleDoorTests {
  @Test func `accounts are made, listed, closed and given new passwords`() throws {
    let mission = try Mission(serving: false)
    let told = try succeed(
      mission.hub("account", "add", "awa.d", "--name", "Awa Démo", "--role", "cz", "--base", "GAO"))
    #expect(told.out.contains(#/[a-z0-9]{4}(-[a-z0-9]{4}){3}/#))
    #expect(
      try mission.hub("account", "add", "awa.d", "--name", "Autre", "--role", "cz").code == 65)
    #expect(
      try mission.hub("account", "add", "Awa D", "--name", "Autre", "--role", "cz").code == 64)
    #expect(
      try mission.hub("account", "add", "oumou", "--name", "Oumou", "--role", "cz", "--base", "XXX")
        .code == 65)
    try succeed(mission.hub("account", "disable", "awa.d"))
    let listed = try succeed(mission.hub("account", "list", "--json")).jsonLines()
    #expect(listed.compactMap { $0["name"].text } == ["awa.d", "referent"])
    #expect(listed[0]["disabled"] == true)
    #expect(listed[0]["base"] == "GAO")
    try succeed(mission.hub("account", "enable", "awa.d"))
    let again = try succeed(mission.hub("account", "password", "awa.d"))
    #expect(again.out != told.out)
    #expect(try mission.hub("account", "password", "personne").code == 65)
  }

  @Test func `the accounts' file is readable by its owner alone and holds no password`() throws {
    let mission = try Mission(serving: false)
    let told = try succeed(mission.hub("account", "add", "awa", "--name", "Awa", "--role", "cz"))
    let password = try #require(told.out.firstMatch(of: #/[a-z0-9]{4}(-[a-z0-9]{4}){3}/#))
    let path = mission.path("hub/accounts.sqlite")
    let mode =
      try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber
    #expect(mode?.intValue == 0o600)
    let bytes = try Data(contentsOf: URL(filePath: path))
    #expect(bytes.range(of: Data(password.0.utf8)) == nil)
  }

  @Test func `hub and laptop write the same values for DHIS2`() throws {
    let mission = try Mission(serving: false)
    let (here, there) = (mission.path("mai.json"), mission.path("restes.csv"))
    try succeed(
      mission.hub("export", "dhis2", "--period", "202605", "--out", here, "--rejects", there))
    let sent = try mission.read("mai.json")
    for value in ["405", "23", "29", "588"] { #expect(sent.contains("\"value\":\"\(value)\"")) }
    #expect(try mission.read("restes.csv").split(separator: "\n").count == 5)
    let field = try succeed(mission.at(.bandiagara, "export", "dhis2", "--period", "202605"))
    #expect(field.out == sent)
    let csv = try succeed(mission.at(.bandiagara, "export", "dhis2", "--period", "202605", "--csv"))
    #expect(csv.out.hasPrefix(#""dataelement","period","orgunit""#))
    #expect(try mission.hub("export", "dhis2", "--period", "202605", "--out", here).code == 73)
    #expect(try mission.hub("export", "dhis2", "--period", "mai").code == 64)
  }

  @Test func `a value that was entered too late says so at the terminal`() throws {
    let mission = try Mission(serving: false)
    let people = try succeed(mission.at(.bandiagara, "list", "person", "--limit", "1", "--json"))
    let person = try #require(people.jsonLines()[0]["id"].text)
    try succeed(
      mission.at(
        .bandiagara, "add", "asaco_value", "asaco_code=AS-BDG-01", "indicator_code=SRV01",
        "period=202401", "value_declared=300", "verification_status=declare",
        "data_source=registre", "entered_by=\(person)"))
    let list = try succeed(
      mission.at(.bandiagara, "list", "asaco_value", "--where", "indicator_code=SRV01"))
    let lines = list.out.split(separator: "\n")
    #expect(lines.filter { $0.hasSuffix("late") }.count == 1)
    #expect(lines.contains { $0.contains("202401") && $0.hasSuffix("unsent, late") })
    let added = try succeed(
      mission.at(.bandiagara, "list", "asaco_value", "--where", "period=202401", "--json"))
    let id = try #require(added.jsonLines()[0]["id"].text)
    let sheet = try succeed(mission.at(.bandiagara, "show", "asaco_value", id))
    #expect(sheet.out.contains(#/Entered late +yes/#))
  }

  @Test func `a pack is printed as a page of its own`() throws {
    let mission = try Mission(serving: false)
    let packs = try succeed(
      mission.at(.bandiagara, "list", "security_pack", "--where", "base_code=BDG", "--json")
    ).jsonLines()
    let id = try #require(packs.first?["id"].text)
    try succeed(
      mission.at(
        .bandiagara, "print", "pack", String(id.prefix(30)), "--out", mission.path("pack.html")))
    let page = try mission.read("pack.html")
    #expect(
      page.contains("SOP Transport") && page.contains("+22300000106") && page.contains("<style>"))
    #expect(!page.contains("href=") && !page.contains("src="))
    #expect(
      try mission.at(.gao, "print", "pack", id, "--out", mission.path("autre.html")).code == 65)
  }

  @Test func `the link that open prints lets in once`() throws {
    let mission = try Mission(serving: false)
    let program = try Running(
      program: "djoliba",
      ["open", "--no-browser", "--port", "\(mission.port.number)", "--data", mission.path("gao")])
    try program.wait(for: "Ctrl-C")
    let place = "http://127.0.0.1:\(mission.port.number)"
    #expect(try curl(place + "/").contains("djoliba open"))
    #expect(
      try curl("-H", "Host: piege.example", place + "/", "-w", "%{http_code}").hasSuffix("421"))
    let ended = program.end(SIGTERM)
    #expect(ended.code == 0)
    #expect(ended.out.contains("\(place)/entree?code="))
  }

  private func curl(_ arguments: String...) throws -> String {
    try succeed(Running("/usr/bin/curl", ["-s"] + arguments).finish()).out
  }

  @Test func `the hub serves its console beside the devices`() throws {
    let mission = try Mission()
    let authority = mission.path("hub/authority.pem")
    let page = try curl("--cacert", authority, mission.address + "/")
    #expect(page.contains(#"name="mdp""#))
    let health = try curl("--cacert", authority, mission.address + "/v1/health")
    #expect(health.contains("\"status\":\"ok\""))
  }
}
