import Shared
import Testing

/// The page for the person who runs the hub.
@Suite struct OperationsTests {
  @Test func `every problem is in the operations page with its code, sentence and hint`() throws {
    let page = try Checkout.text("docs/operations.md")
    let rows = Problem.Code.allCases.map { code in
      "| `\(code.rawValue)` | \(code.exitCode) | \(code.text.fr) | \(code.hint.fr) |"
    }
    let missing = rows.filter { !page.contains($0 + "\n") }
    #expect(missing.isEmpty, "put these lines into the table:\n\(missing.joined(separator: "\n"))")
  }

  @Test func `the operations page names no problem and no exit code that is gone`() throws {
    let page = try Checkout.text("docs/operations.md")
    let rows = page.matches(of: #/\n\| `([a-z_]+)` \| ([0-9]+) \|/#)
    #expect(Set(rows.map { String($0.1) }) == Set(Problem.Code.allCases.map(\.rawValue)))
    let exits = Set(Problem.Code.allCases.map { "\($0.exitCode)" })
    let explained = page.matches(of: #/\n\| ([0-9]+) \|/#).map { String($0.1) }
    #expect(Set(explained) == exits.union(["0"]))
  }

  @Test func `the operations page is short apart from its table`() throws {
    let page = Document(path: "docs/operations.md", text: try Checkout.text("docs/operations.md"))
    #expect(page.lines.count - Problem.Code.allCases.count <= 300)
  }
}
