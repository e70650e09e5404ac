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
}
