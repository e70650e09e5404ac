package import ArgumentParser
package import Shared

/// A command of either program: it does its work in `perform` and throws what went wrong; the
/// sentence for people and the exit code are decided here, once.
package protocol Command: AsyncParsableCommand {
  var global: GlobalOptions { get }
  /// Whether `--json` was given. Commands without the flag keep the default, false.
  var json: Bool { get }
  mutating func perform() async throws
}

extension Command {
  package var json: Bool { false }

  package var printer: Printer { Printer(language: global.language, json: json) }

  package mutating func run() async throws {
    do {
      try GivenArguments.check()
      try await perform()
    } catch {
      throw printer.exit(with: error)
    }
  }
}

extension Printer {
  /// Tells the failure on standard error and gives what ArgumentParser ends the process with.
  ///
  /// ArgumentParser's own errors and requests (usage, help, an exit code already decided) pass
  /// through: it prints them itself, usage errors with exit code 64.
  package func exit(with error: any Error) -> any Error {
    if error is ExitCode || error is CleanExit || error is ValidationError { return error }
    return exit(with: Problem(reporting: error))
  }

  package func exit(with problem: Problem) -> ExitCode {
    report(problem)
    return ExitCode(problem.code.exitCode)
  }
}
