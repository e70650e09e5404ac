import Foundation
import Testing

/// What the README shows is what the programs do.
@Suite struct ReadmeTests {
  private static func readme() throws -> Document {
    Document(path: "README.md", text: try Checkout.text("README.md"))
  }

  @Test func `the README's program is the example, letter by letter`() throws {
    let blocks = try Self.readme().blocks(in: "swift")
    #expect(blocks.map { $0 + "\n" } == [try Checkout.text("Examples/FieldNotes/FieldNotes.swift")])
  }

  @Test func `the example is short enough to be read`() throws {
    let lines = try Checkout.text("Examples/FieldNotes/FieldNotes.swift").split(separator: "\n")
    #expect(lines.count <= 50)
  }

  @Test func `the README's commands give what it says`() async throws {
    let steps = try Self.readme().blocks(in: "console").flatMap(ConsoleStep.all)
    #expect(steps.count > 8, "the README shows no session")
    #expect(steps.contains { $0.command.hasPrefix("field-notes ") })
    let shell = try HouseShell()
    for step in steps {
      let output = try await shell.run(step.command)
      #expect(step.isShown(by: output), "$ \(step.command)\n\(output)")
    }
  }

  @Test func `the example says what is wrong and ends with its code`() async throws {
    let shell = try HouseShell()
    let output = try await shell.run("field-notes nowhere GAO Nobody Title; echo exit $?")
    #expect(output.hasPrefix("This folder is not linked to Bamako yet."))
    #expect(output.hasSuffix("exit 64\n"))
  }

  @Test func `a step that prints something else is noticed`() throws {
    let steps = ConsoleStep.all(in: "$ one\nsent 12 B, id 01ab-9f\n$ two\n…\nend\n$ three &\n… up")
    #expect(steps.map(\.command) == ["one", "two", "three &"])
    #expect(steps[0].isShown(by: "sent 8 B, id 00cd-11\n"))
    #expect(!steps[0].isShown(by: "sent 8 B, id 00cd-11\nmore\n"))
    #expect(!steps[0].isShown(by: "lost 8 B, id 00cd-11\n"))
    #expect(steps[1].isShown(by: "a\nb\nend\n") && steps[1].isShown(by: "end\n"))
    #expect(!steps[1].isShown(by: "end\nb\n"))
    #expect(steps[2].isShown(by: "it is up\n") && !steps[2].isShown(by: "it is down\n"))
  }
}

/// A command of a console block, and what it prints.
struct ConsoleStep {
  let command: String
  let expected: [String]

  static func all(in block: String) -> [ConsoleStep] {
    var steps: [ConsoleStep] = []
    for line in block.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
      if line.hasPrefix("$ ") {
        steps.append(ConsoleStep(command: String(line.dropFirst(2)), expected: []))
      } else if let last = steps.popLast() {
        steps.append(ConsoleStep(command: last.command, expected: last.expected + [line]))
      }
    }
    return steps
  }

  /// Whether an output has this shape: a line `…` stands for any lines, `…` in a line for any
  /// text, and a number for any number.
  func isShown(by output: String) -> Bool {
    let wanted = expected.filter { !$0.isEmpty }.map(Self.pattern).joined()
    return output.matches("^" + wanted + "$")
  }

  private static func pattern(_ line: String) -> String {
    if line == "…" { return "(?:[^\\n]*\\n)*" }
    return line.split(separator: "…", omittingEmptySubsequences: false)
      .map { shape(String($0)) }.joined(separator: "[^\\n]*") + "\\n"
  }

  /// Numbers, digests and ids are this run's own; an amount of bytes may change its unit.
  private static func shape(_ text: String) -> String {
    NSRegularExpression.escapedPattern(for: text)
      .replacing(#/\b[0-9a-f]*[0-9][0-9a-f]*\b/#, with: "[0-9a-f.]+")
      .replacing(#/\] [kM]?B\b/#, with: "] [kM]?B")
      .replacing("+ B", with: "+ [kM]?B")
  }
}

extension String {
  fileprivate func matches(_ pattern: String) -> Bool {
    range(of: pattern, options: .regularExpression) != nil
  }
}

extension Document {
  /// What stands in the fenced blocks of a language.
  func blocks(in language: String) -> [String] {
    var blocks: [[String]] = []
    var isOpen = false
    for line in lines {
      if line.hasPrefix("```") {
        isOpen = !isOpen && line == "```" + language
        if isOpen { blocks.append([]) }
      } else if isOpen {
        blocks[blocks.count - 1].append(line)
      }
    }
    return blocks.map { $0.joined(separator: "\n") }
  }
}
