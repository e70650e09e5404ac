import CLaunching
import Glibc

/// A program that was started, with its three standard descriptors and no other.
///
/// It inherits nothing else: not the signal mask of the threads that run tests, which would keep it
/// from obeying SIGTERM, and no descriptor of another program's pipe, which would never see its end.
/// However many files are open here: Foundation's `Process` reads past the end of their list when
/// there are some 1,400.
package struct Launched: Sendable {
  package let process: Int32

  /// - Parameters:
  ///   - words: the program, looked for on `PATH` when it has no slash, and its arguments.
  ///   - folder: where it works; here, when nil.
  ///   - environment: all it sees, as `NAME=value`; what this process sees, when nil.
  ///   - out: its standard output; nowhere, when nil.
  ///   - err: its standard error; nowhere, when nil.
  package init(
    _ words: [String], in folder: String? = nil, environment: [String]? = nil,
    out: Int32? = nil, err: Int32? = nil
  ) throws {
    var arguments = words.map { strdup($0) } + [nil]
    var variables = (environment ?? []).map { strdup($0) } + [nil]
    defer { for text in arguments + variables { free(text) } }
    var child: Int32 = 0
    let error = variables.withUnsafeMutableBufferPointer { variables in
      launching_start(
        &child, &arguments, environment == nil ? nil : variables.baseAddress, folder, out ?? -1,
        err ?? -1)
    }
    guard error == 0 else { throw NotLaunched(program: words[0], number: error) }
    process = child
  }

  /// Waits for its end: its exit code, or as in a shell 128 and the number of the signal that ended
  /// it. To be asked once.
  @discardableResult package func wait() -> Int32 {
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 && errno == EINTR {}
    return status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
  }

  /// Sends a signal and waits for the end.
  @discardableResult package func end(_ signal: Int32 = SIGTERM) -> Int32 {
    kill(process, signal)
    return wait()
  }
}

/// Why a program could not be started.
package struct NotLaunched: Error, CustomStringConvertible {
  let program: String
  let number: Int32

  package var description: String { "\(program): \(String(cString: strerror(number)))" }
}
