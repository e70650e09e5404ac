import ArgumentParser
import Foundation
import Shared
import Synchronization
import Terminal
import Testing

@Suite struct CommandTests {
  @Test func `the data directory is the option, then the environment, then the home`() throws {
    let option = try GlobalOptions.parse(["--data", "/srv/hub"])
    let none = try GlobalOptions.parse([])
    let home = ["HOME": "/home/awa"]
    let xdg = home.merging(["XDG_DATA_HOME": "/home/awa/data"]) { $1 }
    let own = xdg.merging(["DJOLIBA_DATA": "/media/key"]) { $1 }
    #expect(option.directory(environment: own).path == "/srv/hub")
    #expect(none.directory(environment: own).path == "/media/key")
    #expect(none.directory(environment: xdg).path == "/home/awa/data/djoliba")
    #expect(none.directory(environment: home).path == "/home/awa/.local/share/djoliba")
  }

  @Test func `a relative XDG_DATA_HOME and empty variables are ignored`() throws {
    let environment = ["HOME": "/home/awa", "XDG_DATA_HOME": "data", "DJOLIBA_DATA": ""]
    let directory = try GlobalOptions.parse([]).directory(environment: environment)
    #expect(directory.path == "/home/awa/.local/share/djoliba")
  }

  @Test(arguments: [["--data", ""], ["--lang", "de"], ["--lang"], ["--nothing"]])
  func `a wrong option is a usage error and exits with 64`(arguments: [String]) {
    let error = #expect(throws: (any Error).self) { try Failing.parse(arguments) }
    #expect(error.map { Failing.exitCode(for: $0).rawValue } == 64)
  }

  @Test func `a problem becomes its exit code`() async throws {
    var command = try Failing.parse(["--lang", "fr"])
    #expect(command.global.language == .fr)
    let error = await #expect(throws: ExitCode.self) { try await command.run() }
    #expect(error?.rawValue == Problem.Code.disk_full.exitCode)
  }

  @Test func `a problem is a sentence and a hint on standard error, in the language`() {
    let said = Said()
    let code = said.printer(.fr).exit(with: Problem(.busy, at: "replica.sqlite"))
    #expect(code.rawValue == Problem.Code.busy.exitCode)
    #expect(said.output.isEmpty)
    #expect(
      said.error == [
        Problem.Code.busy.text.fr + " (replica.sqlite)\n", Problem.Code.busy.hint.fr + "\n",
      ])
  }

  @Test func `an unknown error is ours and shows nothing of what it carries`() {
    struct Leak: Error { let name = "Aminata" }
    let said = Said()
    let error = said.printer(.en).exit(with: Leak())
    #expect((error as? ExitCode)?.rawValue == 70)
    #expect(said.error.joined().contains("Leak"))
    #expect(!said.error.joined().contains("Aminata"))
  }

  @Test func `a file that is missing and a full disk are told as such`() {
    #expect(Problem(reporting: CocoaError(.fileReadNoSuchFile)).code == .file_missing)
    #expect(Problem(reporting: CocoaError(.fileWriteOutOfSpace)).code == .disk_full)
    #expect(Problem(reporting: CocoaError(.fileWriteNoPermission)).code == .cannot_write)
    #expect(Problem(reporting: CancellationError()).code == .interrupted)
  }

  @Test func `requests of the argument parser pass through`() {
    let said = Said()
    #expect(said.printer(.en).exit(with: ExitCode(65)) is ExitCode)
    #expect(said.printer(.en).exit(with: ValidationError("x")) is ValidationError)
    #expect(said.error.isEmpty)
  }
}

private struct Failing: Command {
  @OptionGroup var global: GlobalOptions
  mutating func perform() async throws { throw Problem(.disk_full) }
}

/// What a printer said, by stream.
final class Said: Sendable {
  private let lines = Mutex<[(String, Printer.Stream)]>([])

  func printer(_ language: Language, json: Bool = false) -> Printer {
    Printer(language: language, json: json) { [self] text, stream in
      lines.withLock { $0.append((text, stream)) }
    }
  }

  var output: [String] { on(.output) }
  var error: [String] { on(.error) }

  private func on(_ stream: Printer.Stream) -> [String] {
    lines.withLock { lines in lines.filter { $0.1 == stream }.map(\.0) }
  }
}
