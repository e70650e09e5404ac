import Foundation
package import Shared

/// Where the programs speak: results on standard output, words about them on standard error.
///
/// Every line goes to its descriptor in one unbuffered write. The C library's `stdout` is not
/// safe to share between threads, and a buffer would let the two streams overtake each other.
package struct Printer: Sendable {
  package enum Stream: Sendable, Hashable { case output, error }

  package let language: Language
  /// Whether standard output belongs to JSON alone.
  package let json: Bool
  private let write: @Sendable (String, Stream) throws -> Void

  package init(
    language: Language, json: Bool = false,
    write: @escaping @Sendable (String, Stream) throws -> Void = Printer.descriptors
  ) {
    self.language = language
    self.json = json
    self.write = write
  }

  /// A result for people, one line. With `--json` it goes to standard error.
  package func out(_ line: String) throws(Problem) {
    try emit(line.printable + "\n", on: json ? .error : .output)
  }

  /// The same in the language of the reader.
  package func out(fr: String, en: String) throws(Problem) {
    try out(Label(fr: fr, en: en)[language])
  }

  /// Several lines for people with their columns aligned.
  package func out(_ table: TextTable) throws(Problem) {
    for line in table.lines { try out(line) }
  }

  /// Text written as it is, for CSV and pages made for files.
  package func out(verbatim text: String) throws(Problem) {
    try emit(text, on: .output)
  }

  /// One JSON value on one line of standard output.
  package func out(_ value: JSONValue) throws(Problem) {
    try emit(value.line() + "\n", on: .output)
  }

  /// A message for people on standard error.
  package func say(fr: String, en: String) {
    say(Label(fr: fr, en: en)[language])
  }

  package func say(_ line: String) {
    tell(line.printable + "\n")
  }

  /// What a `ProgressLine` wants shown, as it is.
  package func show(_ progress: String?) {
    if let progress { tell(progress) }
  }

  /// The problem's sentence and what to do next, and for a fault of ours the technical reason.
  package func report(_ problem: Problem) {
    say(problem.sentence(language))
    say(problem.hint(language))
    if problem.code == .internal, let cause = problem.cause { say(cause) }
  }

  private func emit(_ text: String, on stream: Stream) throws(Problem) {
    do {
      try write(text, stream)
    } catch {
      let problem = Problem(reporting: error)
      let code: Problem.Code = problem.code == .disk_full ? .disk_full : .cannot_write
      throw Problem(code, at: "stdout", cause: problem.cause)
    }
  }

  private func tell(_ text: String) {
    // Nobody is left to tell when standard error itself cannot be written.
    try? write(text, .error)
  }

  /// Tells about what is saved already: a failure to tell must not look like one to save.
  package func afterSaving(_ tell: () throws(Problem) -> Void) throws(Problem) {
    do {
      try tell()
    } catch {
      throw Problem(.not_shown, at: error.place, cause: error.cause)
    }
  }

  package static let descriptors: @Sendable (String, Stream) throws -> Void = { text, stream in
    try put(text, on: stream == .output ? STDOUT_FILENO : STDERR_FILENO)
  }
}

private func put(_ text: String, on descriptor: Int32) throws {
  var bytes = Array(text.utf8)[...]
  while !bytes.isEmpty {
    let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    if count >= 0 {
      bytes = bytes.dropFirst(count)
    } else if errno != EINTR {
      throw CocoaError(errno == ENOSPC ? .fileWriteOutOfSpace : .fileWriteUnknown)
    }
  }
}

extension String {
  /// Without what commands a terminal: names and titles may come from any laptop. The ends of
  /// lines stay.
  var printable: String {
    guard unicodeScalars.contains(where: \.commandsTerminals) else { return self }
    return String(String.UnicodeScalarView(unicodeScalars.map { $0.commandsTerminals ? " " : $0 }))
  }
}

extension Unicode.Scalar {
  fileprivate var commandsTerminals: Bool {
    self != "\n" && properties.generalCategory == .control
  }
}
