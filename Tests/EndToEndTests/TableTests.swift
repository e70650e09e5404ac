import Foundation
import Testing

/// Spreadsheets in and out of a laptop.
@Suite struct TableTests {
  private func load(_ mission: Mission, _ bytes: [UInt8], _ name: String = "table.csv") throws
    -> Ended
  {
    try Data(bytes).write(to: URL(filePath: mission.path(name)))
    return try mission.at(.gao, "import", "contact", mission.path(name), "--json")
  }

  private func contacts(_ mission: Mission) throws -> [String: JSON] {
    let records = try succeed(mission.at(.gao, "list", "contact", "--json")).jsonLines()
    return Dictionary(
      records.compactMap { record in record["display_name"].text.map { ($0, record) } }
    ) {
      first, _ in first
    }
  }

  @Test(arguments: [";", ","], ["UTF-8", "UTF-8 with a mark", "Windows-1252"])
  func `a table is read whatever wrote it`(separator: String, encoding: String) throws {
    let mission = try Mission(serving: false)
    let text = Samples.contactTable(
      ["Aïssata Préfète", "Œuvre d’entraide"], separator: separator, verifiedOn: "30/06/2026"
    )
    .replacing("\n", with: "\r\n")
    let bytes: [UInt8]
    switch encoding {
    case "Windows-1252":
      bytes = Array(try #require(text.data(using: .windowsCP1252)))
    case "UTF-8": bytes = Array(text.utf8)
    default: bytes = [0xef, 0xbb, 0xbf] + Array(text.utf8)
    }
    let counts = try succeed(load(mission, bytes)).json()
    #expect((counts["imported"], counts["rejected"]) == (2, 0))
    #expect(counts["rejects_file"] == nil)
    let read = try contacts(mission)
    for name in ["Aïssata Préfète", "Œuvre d’entraide"] {
      #expect(read[name]?["last_verified_on"] == "2026-06-30", "\(name)")
    }
    #expect(try mission.pending(.gao) == 2)
  }

  @Test func `empty lines are passed over, wrong rows set aside with the reason`() throws {
    let mission = try Mission()
    let table =
      Samples.contactTable(["Bon"]) + "\n;;;;;;\n"
      + "Faux;Maire;roi;GAO;ponctuelle;accord_oral;30/02/2026\n"
      + "Court;Maire\nBon aussi;Maire;media;GAO;ponctuelle;accord_oral;\n"
    let ended = try load(mission, Array(table.utf8))
    Sentence.rowsRejected.expect(ended)
    let counts = try ended.json()
    #expect((counts["imported"], counts["rejected"]) == (2, 2))
    let rejects = try mission.read("table.rejets.csv").split(separator: "\n")
    #expect(rejects.count == 3)
    #expect(rejects[0].hasSuffix("motif;ligne"))
    #expect(rejects[1].contains("contact_type") && rejects[1].contains("last_verified_on"))
    #expect(rejects[1].hasSuffix(";5"))

    let corrected = try mission.read("table.rejets.csv")
      .replacing("roi", with: "media").replacing("30/02/2026", with: "28/02/2026")
      .replacing("Court;Maire;;;;", with: "Court;Maire;media;GAO;ponctuelle;accord_oral")
    let again = try succeed(load(mission, Array(corrected.utf8), "again.csv")).json()
    #expect(again["imported"] == 2)
    #expect(try mission.sync(.gao)["admitted"] == 4)
    #expect(try mission.sync(.kidal)["received"] == 4)
  }

  @Test func `no file that is there already is written over`() throws {
    let mission = try Mission(serving: false)
    let wrong = Array(Samples.contactTable(["A"]).replacing("media", with: "roi").utf8)
    try mission.write("corrigé à moitié", to: "table.rejets.csv")
    let ended = try load(mission, wrong)
    #expect(try ended.json()["rejects_file"].text?.hasSuffix("table.rejets-2.csv") == true)
    #expect(ended.err.contains("table.rejets-2.csv"))
    #expect(try mission.read("table.rejets.csv") == "corrigé à moitié")
    #expect(try mission.read("table.rejets-2.csv").contains("roi"))

    let out = try mission.write("à garder", to: "out.csv")
    try Sentence.fileExists.expect {
      try mission.at(.gao, "export", "contact", "--out", out, locale: $0)
    }
    try Sentence.fileExists.expect {
      try mission.at(
        .gao, "import", "contact", mission.path("table.csv"), "--rejects", out, locale: $0)
    }
    #expect(try mission.read("out.csv") == "à garder")
  }

  @Test func `rows that stand there twice are counted`() throws {
    let mission = try Mission(serving: false)
    let counts = try succeed(load(mission, Array(Samples.contactTable(["A", "A", "B"]).utf8)))
      .json()
    #expect((counts["imported"], counts["unchanged"], counts["rejected"]) == (2, 1, 0))
  }

  @Test func `a table without a required column, or with a strange one, is not begun`() throws {
    let mission = try Mission(serving: false)
    let wrong: [(Sentence, String)] = [
      (.missingColumn, "display_name;contact_type\nA;media\n"),
      (.unknownField, Samples.contactTable(["A"]).replacing("last_verified_on", with: "couleur")),
    ]
    for (sentence, text) in wrong {
      let file = try mission.write(text, to: "table.csv")
      try sentence.expect {
        try mission.at(.gao, "import", "contact", file, "--json", locale: $0)
      }
    }
    #expect(!FileManager.default.fileExists(atPath: mission.path("table.rejets.csv")))
    #expect(try mission.pending(.gao) == 0)
  }

  @Test func `ten thousand rows are imported, sent and received`() throws {
    let mission = try Mission()
    let names = (1...10_000).map { "Personne \($0)" }
    let counts = try succeed(load(mission, Array(Samples.contactTable(names).utf8))).json()
    #expect(counts["imported"] == 10_000)
    #expect(try mission.pending(.gao) == 10_000)
    let report = try mission.sync(.gao)
    #expect((report["sent"], report["admitted"]) == (10_000, 10_000))
    #expect(try mission.sync(.kidal)["received"] == 10_000)
    #expect(
      try mission.sqlite(
        mission.replica(.kidal),
        "SELECT count(*), count(DISTINCT display_name) FROM contact WHERE display_name LIKE 'Personne %'"
      ) == "10000|10000")
  }

  /// The types of the demonstration files.
  private static func types() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: Mission.examples)
      .filter { $0.hasSuffix(".csv") }.map { String($0.dropLast(4)) }.sorted()
  }

  private func export(_ mission: Mission, to folder: String) throws -> [String: String] {
    try FileManager.default.createDirectory(
      atPath: mission.path(folder), withIntermediateDirectories: true)
    var texts: [String: String] = [:]
    for type in try Self.types() {
      let file = "\(folder)/\(type).csv"
      try succeed(mission.at(.bamako, "export", type, "--out", mission.path(file)))
      texts[type] = try mission.read(file)
    }
    return texts
  }

  @Test func `what is exported can be imported as it is and changes nothing`() throws {
    let mission = try Mission()
    for (type, text) in try export(mission, to: "out") {
      let rows = text.split(separator: "\n").count - 1
      let file = mission.path("out/\(type).csv")
      let counts = try succeed(mission.at(.bamako, "import", type, file, "--json")).json()
      #expect(counts["rejected"] == 0, "\(type)")
      #expect(counts["imported"] == 0, "\(type)")
      #expect(counts["changed"] == 0, "\(type)")
      #expect((counts["unchanged"].int ?? 0) >= 10 && rows >= 10, "\(type)")
    }
    #expect(try mission.pending(.bamako) == 0)
    #expect(try mission.sync(.bamako)["sent"] == 0)
  }

  @Test func `what one mission exports another one takes over, and exports the same`() throws {
    let (mission, second) = (try Mission(serving: false), Mission.empty())
    let texts = try export(mission, to: "out")
    try succeed(second.hub("init", "--empty", "--address", second.address))
    let loaded = try second.hub("load", mission.path("out"))
    #expect(try succeed(loaded).out.hasSuffix(" new, 0 changed, 0 unchanged.\n"))
    try second.startHub()
    let file = try second.invite("bamako", base: "BKO", role: "referent_surete")
    try succeed(second.at(.bamako, "enroll", file))
    for (type, text) in try export(second, to: "out") {
      let lines = text.split(separator: "\n").sorted()
      #expect(texts[type]?.split(separator: "\n").sorted() == lines, "\(type)")
    }
  }

  @Test func `a JSON export holds what list shows, without what must not leave`() throws {
    let mission = try Mission(serving: false)
    let listed = try succeed(mission.at(.bamako, "list", "contact", "--json")).jsonLines()
    let exported = try succeed(mission.at(.bamako, "export", "contact", "--json")).jsonLines()
    #expect(listed.map { $0["id"] } == exported.map { $0["id"] })
    for (shown, left) in zip(listed, exported) {
      #expect(left["stance"] == nil)
      #expect(shown.names.subtracting(left.names).isSubset(of: ["stance"]))
    }
    let csv = try succeed(mission.at(.bamako, "list", "contact", "--csv")).out
    #expect(try succeed(mission.at(.bamako, "export", "contact")).out == csv)
    #expect(!csv.contains("stance"))
  }
}
