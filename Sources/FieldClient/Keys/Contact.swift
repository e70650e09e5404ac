import Foundation
import Shared
import Storage

/// `DIR/contact.json`: when Bamako was last heard, where it can be read before anything is opened. It is
/// there when the machine's key does not outlast Bamako's silence.
///
/// Whoever has the disk can write something else into it; see decision 33.
struct Contact: Codable, Sendable {
  /// Milliseconds that pass before the file is written again.
  private static let grain: Int64 = 3_600_000

  /// Milliseconds since 1970 by the hub's clock.
  private var heard: Int64
  /// This machine's clock minus the hub's then.
  private var clockError: Int64
  /// The latest time that this machine showed since, so that a clock set back gains nothing.
  private var seen: Int64
  /// Which start of the machine it was, and the milliseconds since, sleep included.
  private var boot: String?
  private var uptime: Int64?

  init(heard: Int64, clockError: Int64, _ surroundings: Surroundings) {
    (self.heard, self.clockError, seen) = (heard, clockError, heard)
    (boot, uptime) = (surroundings.uptime()?.boot, surroundings.uptime()?.milliseconds)
  }

  private static func path(_ directory: String) -> String { directory + "/contact.json" }

  /// Nil when there is none that can be read.
  static func load(_ directory: String) -> Contact? {
    guard let bytes = try? DurableFile.read(path(directory)) else { return nil }
    return try? JSONDecoder().decode(Contact.self, from: Data(bytes))
  }

  func save(_ directory: String) throws(Problem) {
    try DurableFile.write(DurableFile.json(self), to: Self.path(directory))
  }

  static func remove(_ directory: String) throws(Problem) {
    try DurableFile.remove([path(directory)])
  }

  /// Milliseconds for which Bamako was not heard, at least. A clock that is wrong now as it was then
  /// does not count, nor one that was wrong only then.
  func silence(_ surroundings: Surroundings) -> Int64 {
    let silence = latest(surroundings) - heard
    guard let now = surroundings.uptime(), now.boot == boot, let uptime else { return silence }
    return max(silence, now.milliseconds - uptime)
  }

  private func latest(_ surroundings: Surroundings) -> Int64 {
    let now = surroundings.now()
    return max(seen, clockError > 0 ? now - clockError : now)
  }

  /// Keeps how late it is. A disk that is full is no reason to open nothing.
  mutating func look(_ directory: String, _ surroundings: Surroundings) {
    let latest = latest(surroundings)
    guard latest - seen >= Self.grain else { return }
    seen = latest
    try? save(directory)
  }

  /// Notes that Bamako was heard, where that is kept.
  ///
  /// - Parameter clockError: nil for an answer that was given before it came here.
  static func note(
    hubTime: Int64, clockError: Int64?, _ directory: String, _ surroundings: Surroundings
  ) throws(Problem) {
    guard DurableFile.exists(path(directory)) else { return }
    let old = load(directory)
    if let old, !old.isOlder(than: hubTime, clockError) { return }
    try Contact(heard: hubTime, clockError: clockError ?? old?.clockError ?? 0, surroundings)
      .save(directory)
  }

  private func isOlder(than hubTime: Int64, _ error: Int64?) -> Bool {
    guard let error else { return hubTime - heard >= Self.grain }
    let differences = [hubTime - heard, error - clockError, seen - hubTime]
    return differences.contains { $0.magnitude >= UInt64(Self.grain) }
  }
}
