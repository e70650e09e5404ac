import Testing

@Suite struct DocumentTests {
  @Test func `every link inside the project leads to a file`() throws {
    let findings = try Document.all().flatMap { $0.brokenLinks() }
    #expect(findings.isEmpty, "\(findings.report)")
  }

  @Test func `there is a README, and it is short`() throws {
    let readme = Document(path: "README.md", text: try Checkout.text("README.md"))
    #expect(readme.lines.count <= 151, "150 lines at most; the rest belongs in docs")
  }

  @Test func `every decision says why, what else there was, and what would change it`() throws {
    let headings = ["Context", "Decision", "Alternatives", "What would change our mind"]
    for decision in try Document.all(under: "docs/decisions") {
      #expect(decision.sections == headings, "\(decision.path)")
      #expect(decision.lines.first?.hasPrefix("# ") ?? false, "\(decision.path) has no title")
    }
  }

  @Test func `decisions are numbered one after the other`() throws {
    let names = try Document.all(under: "docs/decisions").map { $0.path.dropFirst(15) }
    for (index, name) in names.enumerated() {
      let number = String(String(10_001 + index).dropFirst())
      #expect(name.hasPrefix("\(number)-"), "\(name) should begin with \(number)")
      #expect(name.wholeMatch(of: #/[0-9]{4}(-[a-z0-9]+)+\.md/#) != nil)
    }
  }

  @Test func `a link that leads nowhere is reported`() {
    let text = """
      [one](../README.md#start) [two](https://example.org) [three](gone.md "title")
      ```
      [code](never.md)
      ```
      [four](#here)
      """
    let page = Document(path: "docs/fake.md", text: text)
    let findings = page.brokenLinks { $0 == "README.md" }
    #expect(
      findings.map(\.description) == ["docs/fake.md:1: no file docs/gone.md; correct the link"])
  }
}
