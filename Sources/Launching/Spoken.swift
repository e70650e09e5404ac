import CLaunching
import Glibc

/// Where a program writes: a file in memory, so that no amount of it makes the program wait.
package final class SpokenFile: Sendable {
  package let descriptor: Int32

  package init() {
    descriptor = launching_file()
    precondition(descriptor >= 0, "no memory for what a program says")
  }

  deinit { close(descriptor) }

  package func whole() -> [UInt8] {
    lseek(descriptor, 0, SEEK_SET)
    return readToEnd(descriptor)
  }
}

/// Where a program writes when somebody waits for a line of it: a pipe.
package final class SpokenPipe {
  /// The end for the program.
  package let end: Int32
  private let descriptor: Int32
  private var bytes: [UInt8] = []

  package init() {
    var ends: [Int32] = [0, 0]
    precondition(launching_pipe(&ends) == 0)
    (descriptor, end) = (ends[0], ends[1])
  }

  deinit { close(descriptor) }

  /// Once the program has it; before that nothing here would see the end.
  package func closeEnd() { close(end) }

  /// What it said up to these words, and maybe more; nil when it ended first.
  package func wait(for words: String) -> String? {
    while true {
      let text = String(decoding: bytes, as: UTF8.self)
      if text.contains(words) { return text }
      guard let more = readSome(descriptor) else { return nil }
      bytes += more
    }
  }

  package func whole() -> String {
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
