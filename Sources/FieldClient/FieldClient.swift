import Foundation
public import Shared
package import Storage
import Synchronization

/// A field base's records: read and written here with or without a network, exchanged with
/// Bamako when there is one.
///
/// Everything lives in one directory: `replica.sqlite`, an ordinary SQLite file that other
/// programs may read and write too, or a sealed one; `device.json`, the device's identity; and
/// `key.json`, the key of what is sealed. A client may be used from any thread.
public final class FieldClient: Sendable {
  /// The directory, as given.
  public let directory: String
  package let replica: Replica
  let surroundings: Surroundings
  let transport: any Transport
  private let secret: Mutex<String>
  /// What the device proves itself with.
  var token: String { secret.withLock { $0 } }

  /// Opens the replica of an enrolled device.
  ///
  /// - Throws: `.not_enrolled` when there is none, `.not_a_replica` when the file is something
  ///   else; `.passphrase_needed`, `.wrong_passphrase`, `.no_key` for a sealed one.
  public convenience init(
    directory: String, surroundings: Surroundings = .system()
  ) throws(Problem) {
    try Self.finishWiping(directory)
    guard let enrolled = try DeviceFile.load(directory), enrolled.code == nil else {
      throw Problem(.not_enrolled, at: directory)
    }
    try Self.finishRebuilding(directory)
    try Self.openKey(directory, surroundings)
    let device = try enrolled.opened(directory)
    try self.init(
      directory: directory, surroundings: surroundings, token: device.token,
      transport: CurlTransport(device, surroundings))
  }

  package init(
    directory: String, surroundings: Surroundings, token: String, transport: any Transport
  ) throws(Problem) {
    self.directory = directory
    self.surroundings = surroundings
    secret = Mutex(token)
    self.transport = transport
    replica = try Self.opening(directory) { () throws(Problem) in
      try Replica(path: Self.replicaPath(directory))
    }
  }

  func take(token: String) { secret.withLock { $0 = token } }

  static func replicaPath(_ directory: String) -> String { directory + "/replica.sqlite" }

  /// The record types, as the hub last gave them.
  public var schema: Schema { replica.schema }

  /// Records of a type, in the order in which they came here.
  ///
  /// - Parameter conditions: fields and the values they must have.
  /// - Throws: `.unknown_type`, `.unknown_field`.
  public func records(
    of type: String, where conditions: [(field: String, value: Value)] = [], limit: Int = .max
  ) throws(Problem) -> [Record] {
    try replica.records(of: type, where: conditions, limit: limit)
  }

  /// The record whose id begins with `id`.
  ///
  /// - Throws: `.unknown_type`, `.not_found`, `.ambiguous_id`.
  public func record(_ type: String, _ id: String) throws(Problem) -> Record {
    try replica.record(type, id)
  }

  /// The records of its type before and after this one, by id.
  package func neighbours(of record: Record) throws(Problem) -> [RecordID] {
    try replica.neighbours(of: record)
  }

  /// Records that hold words beginning with each word of `text`, whatever their accents and
  /// case, in any field.
  public func search(_ text: String, limit: Int = 100) throws(Problem) -> [Record] {
    try replica.search(text, limit: limit)
  }

  /// Every value that the record's fields had, as far as this device saw it, oldest first.
  public func history(_ type: String, _ id: String) throws(Problem) -> [HistoryEntry] {
    try replica.history(type, id)
  }

  /// Conflicts in which this device's writes won or lost, newest first.
  public func conflicts() throws(Problem) -> [ConflictRecord] { try replica.conflicts() }

  /// Runs SQL statements on the replica, as a program does that knows nothing of this library. What
  /// they write is captured and sent.
  ///
  /// - Parameter row: called for each row that a statement gives; bytes as hexadecimal digits.
  /// - Throws: `.usage` with SQLite's words, `.invalid_value`, `.busy`.
  public func runSQL(
    _ text: String, row: (_ columns: [String], _ values: [Value]) throws -> Void = { _, _ in }
  ) throws(Problem) {
    try replica.run(sql: text, row: row)
  }

  /// Writes in one durable transaction: all of `body`, or nothing when it throws.
  ///
  /// Nothing here needs the network, and nothing fails because of the clock.
  @discardableResult
  public func write<T>(_ body: (FieldWriter) throws -> T) throws(Problem) -> T {
    let surroundings = surroundings
    return try replica.edit(
      freshID: { surroundings.freshID() }, uptime: surroundings.uptimeReading
    ) { writer in
      try body(FieldWriter(writer))
    }
  }
}

extension Surroundings {
  func freshID() -> RecordID { RecordID.fresh(at: now(), from: random) }
}

extension CurlTransport {
  convenience init(_ device: DeviceFile, _ surroundings: Surroundings) throws(Problem) {
    try self.init(
      addresses: device.addresses,
      authorityPEM: device.authority.isEmpty ? nil : Array(device.authority.utf8),
      // The message names the program; a second time would be paid with each exchange.
      userAgent: "")
  }
}
