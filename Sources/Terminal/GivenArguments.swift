import Foundation
import Shared

/// What the shell gave this process, byte for byte.
enum GivenArguments {
  /// Swift repairs what is no UTF-8, and a repaired text would be saved as if somebody had written
  /// it. Throws `.wrong_type` with the argument's place.
  static func check() throws(Problem) {
    for (number, argument) in UnsafeBufferPointer(
      start: CommandLine.unsafeArgv, count: Int(CommandLine.argc)
    ).enumerated() {
      guard let argument, String(validatingCString: argument) == nil else { continue }
      throw Problem(.wrong_type, at: "argument \(number)", cause: "not UTF-8")
    }
  }
}
