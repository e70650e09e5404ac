import Foundation
import Launching

#if canImport(Glibc)
  import Glibc
#endif

/// A shell in a folder of its own, with the programs that were built with these tests.
final class HouseShell {
  private let folder: URL
  private let port: UInt16
  private var servers: [(server: Launched, said: SpokenPipe)] = []

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "djoliba-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      at: folder.appending(path: "Examples"),
      withDestinationURL: Checkout.root.appending(path: "Examples"))
    port = try Self.freePort()
  }

  deinit {
    for (server, _) in servers { server.end() }
    try? FileManager.default.removeItem(at: folder)
  }

  /// Runs a command line to its end and gives what it prints, standard error included. The hub's
  /// usual port stands for a free one. A command that ends with `&` stays until the shell goes,
  /// and gives its first line, which a hub prints when devices can connect.
  func run(_ line: String) async throws -> String {
    let line = line.replacing(":8443", with: ":\(port)")
    guard line.hasSuffix(" &") else {
      return try await Finished.apart(
        bash(line), in: folder.path, environment: environment, said: true
      ).text
    }
    let said = SpokenPipe()
    let server = try Launched(
      bash("exec " + line.dropLast(2)), in: folder.path, environment: environment,
      out: said.end, err: said.end)
    said.closeEnd()
    servers.append((server, said))
    return said.wait(for: "\n") ?? said.whole()
  }

  private func bash(_ line: String) -> [String] { ["/bin/bash", "-c", line] }

  private var environment: [String] {
    [
      "PATH=\(Self.programs):/usr/local/bin:/usr/bin:/bin", "LC_ALL=C.UTF-8",
      "HOME=\(folder.path)",
    ]
  }

  /// The programs stand beside the test's own, whatever the configuration.
  private static var programs: String {
    URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().path
  }

  private static func freePort() throws -> UInt16 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0
      }
    }
    guard isBound else { throw POSIXError(.EADDRNOTAVAIL) }
    return UInt16(bigEndian: address.sin_port)
  }
}
