import Foundation
import Glibc
import Launching

/// How a program ended, and all that it said.
struct Ended {
  let command: String
  let code: Int32
  let out: String
  let err: String

  /// What it said to people, without lines of progress.
  var words: [String] {
    err.split(whereSeparator: \.isNewline).map(String.init).filter { !$0.contains("%") }
  }

  /// One value for each line of standard output. Throws when a line is no JSON.
  func jsonLines() throws -> [JSON] {
    try out.split(separator: "\n").map { try JSON(line: String($0)) }
  }

  /// Standard output as the one JSON value it should be.
  func json() throws -> JSON {
    let lines = try jsonLines()
    guard lines.count == 1 else { throw Unexpected("\(command): \(lines.count) JSON lines") }
    return lines[0]
  }
}

/// What a test cannot go on after.
struct Unexpected: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// A program that was started, and what it says.
final class Running {
  /// Where the programs are built: beside the tests, if nothing else is asked for.
  static let folder =
    ProcessInfo.processInfo.environment["DJOLIBA_BIN"]
    ?? URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().path

  private let command: String
  private let launched: Launched
  private let out = SpokenFile()
  private let err: SpokenPipe
  private var ended: Ended?

  /// - Parameters:
  ///   - locale: what `LANG` says, the only locale variable the program sees.
  ///   - environment: what else it sees, as `NAME=value`.
  init(
    _ path: String, _ arguments: [String], locale: String = "en_US.UTF-8",
    environment: [String] = []
  ) throws {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    command = ([name] + arguments).joined(separator: " ")
    let err = SpokenPipe()
    self.err = err
    launched = try Launched(
      [path] + arguments,
      environment: ["LANG=\(locale)", "PATH=/usr/bin:/bin", "HOME=/nonexistent"] + Self.tools
        + environment,
      out: out.descriptor, err: err.end)
    err.closeEnd()
  }

  /// What tells sanitizers and backtraces how to go about it, where whoever runs the tests says so.
  private static let tools = ["ASAN_OPTIONS", "TSAN_OPTIONS", "SWIFT_BACKTRACE"].compactMap {
    name in
    ProcessInfo.processInfo.environment[name].map { "\(name)=\($0)" }
  }

  /// One of the built programs.
  convenience init(
    program: String, _ arguments: [String], locale: String = "en_US.UTF-8",
    environment: [String] = []
  ) throws {
    try self.init(
      Self.folder + "/" + program, arguments, locale: locale, environment: environment)
  }

  /// Waits for its end.
  func finish() -> Ended {
    if let ended { return ended }
    let err = err.whole()
    let code = launched.wait()
    let out = String(decoding: out.whole(), as: UTF8.self)
    let ended = Ended(command: command, code: code, out: out, err: err)
    self.ended = ended
    return ended
  }

  /// Waits until it has said this on standard error; throws when it ends without.
  func wait(for words: String) throws {
    guard err.wait(for: words) != nil else {
      throw Unexpected("\(command) ended without \(words): \(finish().err)")
    }
  }

  /// Sends a signal and waits for the end.
  @discardableResult
  func end(_ signal: Int32 = SIGKILL) -> Ended {
    if ended == nil { kill(launched.process, signal) }
    return finish()
  }
}

/// A port of loopback, kept so that nobody else gets it; whoever connects is refused.
final class HeldPort {
  let number: UInt16
  private let descriptor: Int32

  init() {
    (descriptor, number) = Self.bind()
  }

  deinit { close(descriptor) }

  private static func bind() -> (descriptor: Int32, number: UInt16) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    // Without it the hub that takes the port over could not bind it at once.
    var yes: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        precondition(Glibc.bind(descriptor, $0, length) == 0)
        precondition(getsockname(descriptor, $0, &length) == 0)
      }
    }
    return (descriptor, UInt16(bigEndian: address.sin_port))
  }
}
