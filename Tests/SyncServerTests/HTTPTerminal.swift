import Foundation

/// What a command left behind.
struct Finished: Sendable {
  let status: Int32
  let output: [UInt8]

  var text: String { String(decoding: output, as: UTF8.self) }
}

/// Runs a program of the system without holding one of the few threads that the server needs too.
func terminal(_ program: String, _ arguments: String...) async throws -> Finished {
  try await terminal(program, arguments)
}

func terminal(_ program: String, _ arguments: [String]) async throws -> Finished {
  let folder = try TemporaryFolder()
  let path = folder.path("output")
  _ = FileManager.default.createFile(atPath: path, contents: nil)
  let output = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = [program] + arguments
  process.standardInput = FileHandle.nullDevice
  process.standardOutput = output
  process.standardError = output
  try await withCheckedThrowingContinuation { (ended: CheckedContinuation<Void, any Error>) in
    process.terminationHandler = { _ in ended.resume() }
    do { try process.run() } catch { ended.resume(throwing: error) }
  }
  let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
  return Finished(status: process.terminationStatus, output: [UInt8](bytes))
}

/// A folder that is gone when nothing holds it any more.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "djoliba-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func path(_ name: String) -> String { path + "/" + name }

  func write(_ bytes: [UInt8], _ name: String) throws -> String {
    try Data(bytes).write(to: URL(fileURLWithPath: path(name)))
    return path(name)
  }

  func read(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(name))))
  }

  func mode(_ name: String) throws -> Int? {
    let attributes = try FileManager.default.attributesOfItem(atPath: path(name))
    return (attributes[.posixPermissions] as? NSNumber)?.intValue
  }
}
