import Foundation

/// What a program left behind when it ended.
package struct Finished: Sendable {
  package let status: Int32
  package let output: [UInt8]

  package var text: String { String(decoding: output, as: UTF8.self) }
}

extension Finished {
  /// Runs a program to its end, on this thread.
  ///
  /// - Parameter said: whether what it says on standard error is part of the output.
  package init(
    _ words: [String], in folder: String? = nil, environment: [String]? = nil, said: Bool = false
  ) throws {
    let output = SpokenFile()
    let launched = try Launched(
      words, in: folder, environment: environment, out: output.descriptor,
      err: said ? output.descriptor : nil)
    status = launched.wait()
    self.output = output.whole()
  }

  /// The same without holding one of the few threads that run tasks: a server in this process needs
  /// them to answer.
  package static func apart(
    _ words: [String], in folder: String? = nil, environment: [String]? = nil, said: Bool = false
  ) async throws -> Finished {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread {
        continuation.resume(
          with: Result { try Finished(words, in: folder, environment: environment, said: said) })
      }
    }
  }
}
