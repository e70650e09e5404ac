import Foundation
import Glibc

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

/// A program that was started.
///
/// It inherits nothing: not the tests' signal mask, which would keep it from obeying SIGTERM, and
/// no descriptor of another test's program, which would never see its end.
final class Running {
  /// Where the programs are built: beside the tests, if nothing else is asked for.
  static let folder =
    ProcessInfo.processInfo.environment["DJOLIBA_BIN"]
    ?? URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().path

  private static let starting = NSLock()

  private let command: String
  private let child: pid_t
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
    // A pipe is open to other programs for a moment before it is marked.
    Self.starting.lock()
    defer { Self.starting.unlock() }
    let name = path.split(separator: "/").last.map(String.init) ?? path
    command = ([name] + arguments).joined(separator: " ")
    let err = SpokenPipe()
    self.err = err
    child = try start(
      [path] + arguments,
      ["LANG=\(locale)", "PATH=/usr/bin:/bin", "HOME=/nonexistent"] + environment,
      out: out.descriptor, err: err.end)
    err.closeEnd()
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
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 && errno == EINTR {}
    // A signal ends it as in a shell: 128 and the signal's number.
    let code = status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
    let ended = Ended(command: command, code: code, out: out.whole(), err: err)
    self.ended = ended
    return ended
  }

  /// Waits until it has said this on standard error; throws when it ends without.
  func wait(for words: String) throws {
    guard err.wait(for: words) else {
      throw Unexpected("\(command) ended without \(words): \(finish().err)")
    }
  }

  /// Sends a signal and waits for the end.
  @discardableResult
  func end(_ signal: Int32 = SIGKILL) -> Ended {
    if ended == nil { kill(child, signal) }
    return finish()
  }
}

/// Starts a program with these descriptors as its only ones.
private func start(
  _ arguments: [String], _ environment: [String], out: Int32, err: Int32
) throws -> pid_t {
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
  posix_spawn_file_actions_adddup2(&actions, out, 1)
  posix_spawn_file_actions_adddup2(&actions, err, 2)
  for other in Int32(3)..<256 { posix_spawn_file_actions_addclose(&actions, other) }
  var attributes = posix_spawnattr_t()
  posix_spawnattr_init(&attributes)
  defer { posix_spawnattr_destroy(&attributes) }
  var none = sigset_t()
  sigemptyset(&none)
  posix_spawnattr_setsigmask(&attributes, &none)
  posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
  var argv = arguments.map { strdup($0) } + [nil]
  var envp = environment.map { strdup($0) } + [nil]
  defer { for text in argv + envp { free(text) } }
  var child: pid_t = 0
  let error = posix_spawn(&child, arguments[0], &actions, &attributes, &argv, &envp)
  guard error == 0 else { throw Unexpected("\(arguments[0]) cannot be started: \(error)") }
  return child
}

/// Standard output: a file without a name, so that no amount of it makes the program wait.
private final class SpokenFile {
  let descriptor: Int32

  init() {
    let path = NSTemporaryDirectory() + UUID().uuidString
    descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    precondition(descriptor >= 0, "\(path) cannot be made")
    unlink(path)
  }

  deinit { close(descriptor) }

  func whole() -> String {
    lseek(descriptor, 0, SEEK_SET)
    return String(decoding: readToEnd(descriptor), as: UTF8.self)
  }
}

/// Standard error: a pipe, so that a test can wait for a line.
private final class SpokenPipe {
  /// The end for the program.
  private(set) var end: Int32
  private let descriptor: Int32
  private var bytes: [UInt8] = []

  init() {
    var ends: [Int32] = [0, 0]
    precondition(pipe(&ends) == 0)
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    (descriptor, end) = (ends[0], ends[1])
  }

  deinit { close(descriptor) }

  func closeEnd() { close(end) }

  /// False when the program ended first.
  func wait(for words: String) -> Bool {
    while !String(decoding: bytes, as: UTF8.self).contains(words) {
      guard let more = readSome(descriptor) else { return false }
      bytes += more
    }
    return true
  }

  func whole() -> String {
    bytes += readToEnd(descriptor)
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// Nil at the end.
private func readSome(_ descriptor: Int32) -> [UInt8]? {
  var buffer = [UInt8](repeating: 0, count: 65_536)
  while true {
    let count = read(descriptor, &buffer, buffer.count)
    if count > 0 { return Array(buffer.prefix(count)) }
    if count == 0 || errno != EINTR { return nil }
  }
}

private func readToEnd(_ descriptor: Int32) -> [UInt8] {
  var bytes: [UInt8] = []
  while let more = readSome(descriptor) { bytes += more }
  return bytes
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
