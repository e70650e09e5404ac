import Testing

@Suite struct RoomTests {
  @Test func `every room imports only what the table allows`() throws {
    let findings = try SourceFile.all(under: "Sources").flatMap(House.findings)
    #expect(findings.isEmpty, "\(findings.report)")
  }

  @Test func `so does every annex`() throws {
    for annex in House.annexes {
      let files = try SourceFile.all(under: annex.name)
      #expect(!files.isEmpty, "\(annex.name) is gone; take it out of Rooms.swift")
      let findings = files.flatMap(House.findings)
      #expect(findings.isEmpty, "\(findings.report)")
    }
  }

  @Test func `a room stands on rooms before it in the table`() {
    var below: Set<String> = []
    let names = Set(House.rooms.map(\.name))
    for room in House.rooms {
      let upward = room.known.intersection(names).subtracting(below)
      #expect(upward.isEmpty, "\(room.name) imports upward: \(upward.sorted())")
      below.insert(room.name)
    }
  }

  @Test func `the two sides never import each other`() throws {
    let sides = ["FieldClient", "SyncServer"]
    for room in House.rooms where sides.contains(room.name) {
      #expect(room.known.isDisjoint(with: sides))
    }
    for door in House.rooms.suffix(2) { #expect(door.known.intersection(sides).count == 1) }
  }

  @Test func `the table names no room and no place that is gone`() {
    for room in House.rooms {
      for place in [""] + room.confined.values.joined() {
        let path = "Sources/\(room.name)/\(place)"
        #expect(Checkout.exists(path), "\(path) is gone; take it out of Rooms.swift")
      }
    }
  }
}

/// The checker sees what it is there for.
@Suite struct RoomCanaryTests {
  @Test(arguments: [
    ("Shared/Merge/Fake.swift", "import Storage"),
    ("Shared/Merge/Fake.swift", "import struct Foundation.Date"),
    ("Storage/Replica/Fake.swift", "package import SyncServer"),
    ("Spreadsheet/Fake.swift", "@testable import GRDB"),
    ("FieldClient/Sync/Fake.swift", "import SyncServer"),
    ("FieldClient/Sync/Fake.swift", "import CCurl"),
    ("FieldClient/Fake.swift", "@preconcurrency internal import GRDB.Database"),
    ("SyncServer/Hub/Fake.swift", "  import GRDB // for once"),
    ("SyncServer/Store/Fake.swift", "@_spi(Rooms) import FieldClient"),
    ("djoliba/Fake.swift", "import Storage"),
    ("djoliba-server/Fake.swift", "import FieldClient"),
  ])
  func `a wrong import is reported with its line`(path: String, line: String) throws {
    let file = SourceFile(path: "Sources/\(path)", text: "// A fake.\n\n\(line)\n")
    let findings = House.findings(in: file)
    try #require(findings.count == 1)
    #expect(findings[0].description.hasPrefix("Sources/\(path):3: "))
  }

  @Test(arguments: ["Targets/Fake.swift", "fuzz/Fake.swift"])
  func `a wrong import of an annex is reported`(path: String) {
    let file = SourceFile(path: "Fuzz/\(path)", text: "import Storage\n")
    #expect(House.findings(in: file).count == 1)
  }

  @Test func `a folder that the table does not know is reported`() {
    let file = SourceFile(path: "Sources/Attic/Page.swift", text: "import Shared\n")
    #expect(House.findings(in: file).count == 1)
  }

  @Test func `a comment and a name that begins like import are no imports`() {
    let text = "// import GRDB\nlet important = 1\nimportRows()\nlet a = 1 // import GRDB\n"
    #expect(House.findings(in: SourceFile(path: "Sources/Shared/Fake.swift", text: text)).isEmpty)
  }
}
