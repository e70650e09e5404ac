package import ArgumentParser
import Foundation
import Shared

extension AsyncParsableCommand {
  /// What both programs do: read the arguments, run the command, and end, in one language.
  package static func begin() async {
    keepDescriptors()
    do {
      var command = try parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch {
      end(with: error)
    }
  }

  private static func end(with error: any Error) -> Never {
    let code = exitCode(for: error)
    let text = ArgumentWords.spoken(fullMessage(for: error), .ofProcess)
    if !text.isEmpty {
      do {
        try Printer.descriptors(text + "\n", code.isSuccess ? .output : .error)
      } catch {
        Foundation.exit(code.isSuccess ? Problem.Code.cannot_write.exitCode : code.rawValue)
      }
    }
    Foundation.exit(code.rawValue)
  }

  /// A file that is opened takes the number of a stream that the shell closed, and would be written
  /// into. Nothing can be written to what stands there instead.
  private static func keepDescriptors() {
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 {
      _ = open("/dev/null", O_RDONLY)
    }
  }
}
