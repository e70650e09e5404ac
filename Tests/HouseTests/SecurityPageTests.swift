import Testing

/// The page that says what is protected keeps to what the tests show.
@Suite struct SecurityPageTests {
  @Test func `every promise of the security page is shown by a test that exists`() throws {
    let page = ProtocolPage(try Checkout.text("docs/security.md"))
    let known = Set(
      try SourceFile.all(under: "Tests").flatMap { file in
        file.lines.flatMap { $0.matches(of: #/func `([^`]+)`\(/#).map { String($0.1) } }
      })
    #expect(page.tests.count > 25)
    #expect(page.tests.filter { !known.contains($0) } == [])
  }

  @Test func `every promise of the security page ends in its test, or is called a limit`() throws {
    let page = ProtocolPage(try Checkout.text("docs/security.md"))
    let promises = page.promises(under: ["From whom", "How secrets are kept"])
    #expect(promises.count > 8)
    #expect(promises.filter { !$0.hasSuffix("]") } == [])
  }

  @Test func `a promise without a test is noticed`() {
    let page = ProtocolPage(
      """
      ## What is promised

      **The thief** gets nothing. [test: nothing is got]
      And learns nothing.

      **The finder** reads nothing. [test: nothing is read] That it is there can be seen. [limit]

      `make attack` tries it.

      ## Elsewhere

      **Nobody** asks.
      """)
    let promises = page.promises(under: ["What is promised"])
    #expect(promises.map { $0.hasSuffix("]") } == [false, true])
  }
}
