import Foundation
package import Shared

/// A hub's data directory.
///
/// | file | holds |
/// |---|---|
/// | `hub.sqlite` | everything that was admitted, the devices and the invitations |
/// | `hub.json` | the addresses at which devices find the hub, in the order to try |
/// | `authority.*`, `server.*` | see `AuthorityFiles` |
package struct HubFolder: Sendable {
  package let path: String

  package init(_ path: String) { self.path = path }

  package static let defaultAddress = "https://127.0.0.1:8443"

  private var database: String { path + "/hub.sqlite" }
  private var settings: String { path + "/hub.json" }
  package var authority: AuthorityFiles { AuthorityFiles(directory: path) }

  /// Makes a hub without records, readable by its owner alone.
  ///
  /// Errors: `already_hub`; `plain_http` for an http address beyond loopback; `cannot_write`,
  /// `disk_full`. What was begun is removed then.
  package func create(addresses: [HubAddress], schema: Schema) throws(Problem) {
    precondition(!addresses.isEmpty, "a hub is somewhere")
    if let open = addresses.first(where: { $0.scheme == .http && !$0.isLoopback }) {
      throw Problem(.plain_http, at: "\(open)")
    }
    guard !PEMFile.exists(database), !PEMFile.exists(path + "/authority.pem") else {
      throw Problem(.already_hub, at: path)
    }
    try makeDirectory()
    do throws(Problem) {
      try authority.create(hubName: "Bamako", hosts: addresses.map(\.host))
      try save(addresses)
      try SQLiteHubStore.create(path: database, schema: schema)
      try close(database)
    } catch {
      removeFiles()
      throw error
    }
  }

  /// In the order in which devices try them.
  package func addresses() throws(Problem) -> [HubAddress] {
    guard PEMFile.exists(database) else { throw Problem(.no_hub, at: path) }
    let settings = try read()
    var addresses: [HubAddress] = []
    for text in settings.addresses { addresses.append(try HubAddress(text)) }
    guard !addresses.isEmpty else { throw Problem(.not_understood, at: self.settings) }
    return addresses
  }

  /// Opens the hub. Throws `.no_hub` where there is none.
  ///
  /// - Parameter schema: taken over when it is newer than the hub's.
  package func open(schema: Schema? = nil) throws(Problem) -> SQLiteHubStore {
    try SQLiteHubStore(path: database, schema: schema)
  }

  /// Bytes of the database on disk.
  package var size: Int64 {
    ["", "-wal"].reduce(0) { size, suffix in
      let attributes = try? FileManager.default.attributesOfItem(atPath: database + suffix)
      return size + ((attributes?[.size] as? NSNumber)?.int64Value ?? 0)
    }
  }
}

extension HubFolder {
  private struct Settings: Codable {
    let addresses: [String]
  }

  private func save(_ addresses: [HubAddress]) throws(Problem) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let bytes: [UInt8]
    do {
      bytes = Array(try encoder.encode(Settings(addresses: addresses.map(\.description))))
    } catch {
      preconditionFailure("texts always encode: \(error)")
    }
    try PEMFile.write(bytes + [UInt8(ascii: "\n")], settings, mode: 0o600)
  }

  private func read() throws(Problem) -> Settings {
    do {
      return try JSONDecoder().decode(Settings.self, from: Data(try PEMFile.read(settings)))
    } catch let problem as Problem {
      throw problem
    } catch {
      throw Problem(.not_understood, at: settings, cause: "\(type(of: error))")
    }
  }

  private func makeDirectory() throws(Problem) {
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw Problem(.cannot_write, at: path, cause: "\(type(of: error))")
    }
  }

  /// A directory that was there before may be open to others; the files beside the database take
  /// its mode from it.
  private func close(_ file: String) throws(Problem) {
    do {
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
    } catch {
      throw Problem(.cannot_write, at: file, cause: "\(type(of: error))")
    }
  }

  private func removeFiles() {
    let certificates = ["authority.pem", "authority.key", "server.pem", "server.key"]
    for name in certificates + ["hub.json", "hub.sqlite", "hub.sqlite-wal", "hub.sqlite-shm"] {
      unlink(path + "/" + name)
    }
  }
}
