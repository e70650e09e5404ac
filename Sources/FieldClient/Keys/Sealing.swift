public import Shared
import Storage

/// What keeps a replica from whoever takes its folder: the key that seals it is wrapped by
/// something that is not in there.
public enum Sealing: Sendable {
  /// A key that this machine keeps, in `Surroundings.keyFolder`. A copy of the data folder is
  /// unreadable anywhere else; whoever takes the whole disk has both.
  case machine
  /// Twelve characters or more that somebody knows.
  case passphrase(String)
}

extension FieldClient {
  /// Seals a replica, or wraps the key of a sealed one otherwise. No other program may have it
  /// open.
  ///
  /// - Throws: `.not_enrolled`, `.busy`, `.weak_password`, `.wrong_passphrase`, `.no_key`,
  ///   `.disk_full`, `.cannot_write`.
  public static func seal(
    directory: String, with sealing: Sealing, surroundings: Surroundings = .system()
  ) throws(Problem) {
    guard try DeviceFile.load(directory) != nil else { throw Problem(.not_enrolled, at: directory) }
    try finishRebuilding(directory)
    let lock = try SyncLock(directory: directory)
    defer { lock.release() }
    let path = replicaPath(directory)
    guard DurableFile.exists(path) else { throw Problem(.not_enrolled, at: directory) }
    if let old = try KeyFile.load(directory) {
      let key = try old.unwrap(surroundings)
      Seal.open(directory, with: key)
      try KeyFile(wrapping: key, sealing, surroundings).save(directory)
      try old.destroyMachineKey(surroundings)
    } else {
      try makeKey(sealing, directory, surroundings)
    }
    // A sealing that was interrupted has a key and a plain file.
    if try !Replica.isSealed(path: path) { try Replica.seal(path: path) }
  }

  /// Draws a key for a folder in which nothing is sealed yet, and opens it.
  static func makeKey(
    _ sealing: Sealing, _ directory: String, _ surroundings: Surroundings
  ) throws(Problem) {
    let key = SealKey(surroundings.randomBytes(words: 4))
    try KeyFile(wrapping: key, sealing, surroundings).save(directory)
    Seal.open(directory, with: key)
  }

  /// Opens the replica's key when it has one; asks for the passphrase at most once a process.
  static func openKey(_ directory: String, _ surroundings: Surroundings) throws(Problem) {
    guard !Seal.isOpen(directory), let file = try KeyFile.load(directory) else { return }
    Seal.open(directory, with: try file.unwrap(surroundings))
  }

  /// Says of a replica that could not be opened that it is sealed and its key is gone.
  static func opening<T>(
    _ directory: String, _ body: () throws(Problem) -> T
  ) throws(Problem) -> T {
    do {
      return try body()
    } catch {
      guard [.damaged, .not_a_replica].contains(error.code), !Seal.isOpen(directory),
        Seal.isNamed(replicaPath(directory))
      else { throw error }
      throw Problem(.no_key, at: directory)
    }
  }

  /// Makes a sealed replica unreadable for good, whoever knows the passphrase: its key is
  /// overwritten and removed, and what only this machine keeps of it. The first step of wiping.
  ///
  /// - Returns: whether there was a key. What is not sealed stays readable.
  @discardableResult
  public static func destroyKey(
    directory: String, surroundings: Surroundings = .system()
  ) throws(Problem) -> Bool {
    Seal.close(directory)
    let path = KeyFile.path(directory)
    guard DurableFile.exists(path) else { return false }
    let file = try? KeyFile.load(directory)
    try DurableFile.destroy(path)
    try file?.destroyMachineKey(surroundings)
    return true
  }
}

extension Surroundings {
  /// Bytes that nobody can guess, eight a word.
  func randomBytes(words: Int) -> [UInt8] {
    (0..<words).flatMap { _ in withUnsafeBytes(of: random()) { Array($0) } }
  }

  /// The same in hexadecimal digits: 64 bits a word.
  func randomHex(words: Int) -> String { randomBytes(words: words).hexadecimal }
}
