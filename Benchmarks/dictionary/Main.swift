import CZstd
import Foundation
import Shared
import Simulation

/// Trains the dictionary for short messages from messages that it invents for the mission's
/// schema, always the same for the same seed, and says what it saves on others that it invents:
/// dictionary FILE [BYTES]
@main
struct Main {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count >= 2 else { fatalError("dictionary FILE [BYTES]") }
    let size = arguments.count > 2 ? Int(arguments[2])! : 16 << 10
    var inventing = InventedMessages(.mission, Dice(2026))
    let samples = (0..<20_000).map { inventing.message(kind: .allCases[$0 % 7]) }
    let bytes = try train(samples, size)
    try Data(bytes).write(to: URL(filePath: arguments[1]))
    print("\(bytes.count) bytes from \(samples.count) messages: \(arguments[1])")
    let dictionary = WireDictionary(bytes)
    var others = InventedMessages(.mission, Dice(7))
    for kind in InventedMessages.Kind.allCases {
      let messages = (0..<200).map { _ in others.message(kind: kind) }
      func mean(_ size: ([UInt8]) -> Int) -> Int { messages.reduce(0) { $0 + size($1) } / 200 }
      print(
        "\(kind): \(mean(\.count)) bytes, \(mean { Compression.compress($0).count }) compressed,",
        "\(mean { dictionary.packed($0).count }) with it")
    }
  }

  private static func train(_ samples: [[UInt8]], _ size: Int) throws -> [UInt8] {
    let sizes = samples.map(\.count)
    let together = Array(samples.joined())
    return try [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      count = ZDICT_trainFromBuffer(
        buffer.baseAddress, size, together, sizes, UInt32(sizes.count))
      guard ZDICT_isError(count) == 0 else {
        throw Problem(.internal, cause: String(cString: ZDICT_getErrorName(count)))
      }
    }
  }
}
