import FuzzTargets
import Glibc

/// The fuzzer: `FUZZ_TARGET=changeset fuzz [libFuzzer's options] CORPUS`.
///
/// The target comes in the environment because libFuzzer reads the arguments itself, and starts
/// this program again with them when it merges a corpus.
@main struct Fuzz {
  static let target: FuzzTarget = {
    let name = getenv("FUZZ_TARGET").map { String(cString: $0) } ?? ""
    if let target = FuzzTarget(rawValue: name) { return target }
    let names = FuzzTarget.allCases.map(\.rawValue).joined(separator: " ")
    complain("FUZZ_TARGET is none of: \(names)")
    exit(64)
  }()

  static func main() {
    _ = target
    var count = CommandLine.argc
    var words = CommandLine.unsafeArgv
    exit(runDriver(&count, &words, testOneInput))
  }
}

/// libFuzzer's entry for programs that bring their own `main`.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<CInt>,
  _ words: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ test: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// Exported because the `main` that libFuzzer brings, and that is not used, asks for it.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  do throws(BrokenLaw) {
    _ = try Fuzz.target.check(Array(UnsafeBufferPointer(start: start, count: count)))
  } catch {
    complain("\(Fuzz.target.rawValue): \(error)")
    abort()
  }
  return 0
}

private func complain(_ sentence: String) {
  let line = sentence + "\n"
  _ = write(STDERR_FILENO, line, line.utf8.count)
}
