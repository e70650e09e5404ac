import Foundation
package import Shared
import Storage

/// A hub's data directory.
///
/// | file | holds |
/// |---|---|
/// | `hub.sqlite` | everything that was admitted, the devices and the invitations |
/// | `audit.head` | where the audit log stood when it was last looked at |
/// | `recovery.seal` | what backups are sealed for, if they are |
/// | `hub.json` | the addresses at which devices find the hub, in the order to try |
/// | `authority.*`, `server.*` | see `AuthorityFiles` |
package struct HubFolder: Sendable {
  package let path: String

  package init(_ path: String) { self.path = path }

  package static let defaultAddress = "https://127.0.0.1:8443"

  var database: String { path + "/hub.sqlite" }
  /// The database until everything else is there.
  var draft: String { path + "/hub.new.sqlite" }
  private var settings: String { path + "/hub.json" }
  package var authority: AuthorityFiles { AuthorityFiles(directory: path) }

  /// Makes a hub, readable by its owner alone, with the records that `furnish` puts into it. The
  /// database gets its name last: what a machine that stopped in the middle left behind is begun
  /// anew.
  ///
  /// Errors: `already_hub`; `plain_http` for an http address beyond loopback; `cannot_write`,
  /// `disk_full`. What was begun is removed then.
  package func create<T>(
    addresses: [HubAddress], schema: Schema, furnish: (SQLiteHubStore) throws(Problem) -> T
  ) throws(Problem) -> T {
    try Self.check(addresses)
    return try making { () throws(Problem) in
      try SQLiteHubStore.create(path: draft, schema: schema)
      try close(draft)
      let store = try SQLiteHubStore(path: draft)
      let furnished = try furnish(store)
      try store.close()
      try authority.create(hubName: "Bamako", hosts: addresses.map(\.host))
      try save(addresses)
      return furnished
    }
  }

  /// Throws `.plain_http` for an http address beyond loopback.
  static func check(_ addresses: [HubAddress]) throws(Problem) {
    precondition(!addresses.isEmpty, "a hub is somewhere")
    if let open = addresses.first(where: { $0.scheme == .http && !$0.isLoopback }) {
      throw Problem(.plain_http, at: "\(open)")
    }
  }

  /// Makes the files of a hub by `body`, which begins with the draft of the database; that one gets
  /// its name at the end. Throws `.already_hub`; `.already_enrolled` for a device's folder.
  func making<T>(_ body: () throws(Problem) -> T) throws(Problem) -> T {
    let isBegun = DurableFile.exists(draft)
    guard !DurableFile.exists(database), isBegun || !DurableFile.exists(path + "/authority.pem")
    else {
      throw Problem(.already_hub, at: path)
    }
    // A device that is wiped takes its folder with it.
    guard !DurableFile.exists(path + "/device.json") else {
      throw Problem(.already_enrolled, at: path)
    }
    try DurableFile.makeFolder(path)
    if isBegun { try removeFiles() }
    do throws(Problem) {
      let made = try body()
      try DurableFile.rename(draft, to: database)
      return made
    } catch {
      // What stopped it is what people want to know; the next try removes what is left.
      try? removeFiles()
      throw error
    }
  }

  /// In the order in which devices try them.
  package func addresses() throws(Problem) -> [HubAddress] {
    guard DurableFile.exists(database) else { throw Problem(.no_hub, at: path) }
    return try addressList()
  }

  /// The same while the hub is being made.
  func addressList() throws(Problem) -> [HubAddress] {
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

  /// Writes a file for people, readable by its owner alone. Throws `.file_exists`, `.cannot_write`.
  package func write(_ text: String, to file: String) throws(Problem) {
    guard !DurableFile.exists(file) else { throw Problem(.file_exists, at: file) }
    try DurableFile.write(Array(text.utf8), to: file)
  }

  /// Bytes of the database on disk.
  package var size: Int64 {
    ["", "-wal"].reduce(0) { size, suffix in size + DurableFile.size(database + suffix) }
  }
}

extension HubFolder {
  private struct Settings: Codable {
    let addresses: [String]
  }

  func save(_ addresses: [HubAddress]) throws(Problem) {
    let bytes = DurableFile.json(Settings(addresses: addresses.map(\.description)))
    try DurableFile.write(bytes + [UInt8(ascii: "\n")], to: settings)
  }

  private func read() throws(Problem) -> Settings {
    do {
      return try JSONDecoder().decode(Settings.self, from: Data(try DurableFile.read(settings)))
    } catch let problem as Problem {
      throw problem
    } catch {
      throw Problem(.not_understood, at: settings, cause: "\(type(of: error))")
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

  private func removeFiles() throws(Problem) {
    let settings = ["hub.json", "accounts.sqlite", "audit.head", "recovery.seal"]
    let certificates = ["authority.pem", "authority.key", "server.pem", "server.key"]
    // The draft last: as long as it is there, the rest is known to be begun only.
    try DurableFile.remove(
      (certificates + settings).map { path + "/" + $0 })
    try DurableFile.remove(["-wal", "-shm", ""].map { draft + $0 })
  }
}
