import Testing

@Suite struct SourceRuleTests {
  private static let doors = ["Sources/djoliba/", "Sources/djoliba-server/"]

  @Test func `only the two programs ask the machine for time and random numbers`() throws {
    let files = try SourceFile.all(under: "Sources")
      .filter { file in !Self.doors.contains { file.path.hasPrefix($0) } }
    let findings = files.flatMap(House.clockAndChance.findings)
    #expect(findings.isEmpty, "\(findings.report)")
  }

  @Test func `a file gets its name in one place, which a power cut does not undo`() throws {
    let findings = try SourceFile.all(under: "Sources").flatMap(House.lastingNames.findings)
    #expect(findings.isEmpty, "\(findings.report)")
  }

  @Test func `every exception is still needed`() throws {
    for rule in [House.clockAndChance, House.lastingNames, House.launching] {
      for exception in rule.exceptions {
        let file = SourceFile(path: exception.path, text: try Checkout.text(exception.path))
        let isUsed = rule.uses(in: file).contains { $0.word == exception.word }
        #expect(isUsed, "\(exception.path) does not use \(exception.word); remove the exception")
      }
    }
  }

  @Test func `programs are started in one way`() throws {
    let files = try ["Sources", "Tests", "Benchmarks", "Examples"].flatMap { folder in
      try SourceFile.all(under: folder)
    }
    let findings = files.flatMap(House.launching.findings)
    #expect(findings.isEmpty, "\(findings.report)")
  }

  @Test func `the law does no input and no output`() throws {
    let findings = try SourceFile.all(under: "Sources/Shared").flatMap(House.noWorld.findings)
    #expect(findings.isEmpty, "\(findings.report)")
  }

  @Test func `no file and no type has a name that says nothing`() throws {
    let files = try SourceFile.all(under: "Sources") + SourceFile.all(under: "Tests")
    let findings = files.flatMap(\.emptyNameFindings)
    #expect(findings.isEmpty, "\(findings.report)")
  }

  @Test func `a long file has a reason`() throws {
    let findings = try SourceFile.all(under: "Sources").compactMap(\.lengthFinding)
    #expect(findings.isEmpty, "\(findings.report)")
    for path in House.longFiles.keys { #expect(Checkout.exists(path), "\(path) is gone") }
  }
}

/// The rules see what they are there for.
@Suite struct SourceRuleCanaryTests {
  @Test(arguments: [
    "let now = Date()", "id = UUID()", "let n = Int.random(in: 0...9)",
    "var dice = SystemRandomNumberGenerator()",
  ])
  func `time and chance taken from the machine are reported`(line: String) {
    let file = SourceFile(path: "Sources/Storage/Fake.swift", text: "import Shared\n\(line)\n")
    #expect(House.clockAndChance.findings(in: file).map(\.line) == [2])
  }

  @Test(arguments: ["// never Date()", "let today = UpDate()", "let mark = surroundings.random()"])
  func `what only looks like it is not`(line: String) {
    let file = SourceFile(path: "Sources/Storage/Fake.swift", text: line)
    #expect(House.clockAndChance.findings(in: file).isEmpty)
  }

  @Test(arguments: [
    "guard rename(fresh, path) == 0 else {", "try data.write(to: url, options: .atomic)",
  ])
  func `a name that a power cut undoes is reported`(line: String) {
    let file = SourceFile(path: "Sources/FieldClient/Fake.swift", text: line)
    #expect(House.lastingNames.findings(in: file).map(\.line) == [1])
  }

  @Test func `a file opened in the law is reported`() {
    let text = "let bytes = try Data(contentsOf: url)\n"
    let file = SourceFile(path: "Sources/Shared/Fake.swift", text: text)
    #expect(House.noWorld.findings(in: file).map(\.line) == [1])
  }

  @Test func `a program started with Foundation is reported`() {
    let file = SourceFile(path: "Tests/TrustTests/Fake.swift", text: "let curl = Pro" + "cess()\n")
    #expect(House.launching.findings(in: file).map(\.line) == [1])
  }

  @Test func `an empty name is reported for the file and for the type`() {
    let file = SourceFile(path: "Sources/Shared/Utils.swift", text: "enum Sync" + "Manager {}\n")
    #expect(file.emptyNameFindings.map(\.line) == [nil, 1])
  }

  @Test func `a file one line too long is reported`() {
    let text = String(repeating: "\n", count: House.longFile)
    #expect(SourceFile(path: "Sources/Shared/A.swift", text: text).lengthFinding == nil)
    #expect(SourceFile(path: "Sources/Shared/A.swift", text: text + "\n").lengthFinding != nil)
  }
}
