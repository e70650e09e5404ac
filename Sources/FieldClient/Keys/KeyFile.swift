import Crypto
import CryptoExtras
import Foundation
import Shared
import Storage

/// `DIR/key.json`: the replica's key, wrapped by what is not in this folder. Without the file
/// nobody reads the replica, whatever else they have.
struct KeyFile: Codable, Sendable {
  private var format = 1
  /// What wraps it.
  private let lock: Lock
  /// The nonce, the wrapped key and its tag, of AES-256-GCM.
  private let key: Data
  /// What opens it once the machine's key was taken away.
  private var spare: Spare?

  private enum Lock: Codable {
    /// A file of this name in the machine's folder of keys.
    case machine(name: String)
    /// scrypt of the passphrase.
    case passphrase(rounds: Int, salt: Data)
  }

  private struct Spare: Codable {
    /// Without Bamako, before the machine's key is taken away.
    let days: Int
    let lock: Lock
    let key: Data
  }

  /// OWASP's parameters for 64 MiB in one lane: a guess costs an eighth of a second.
  private static let rounds = 1 << 16
  private static let blockSize = 8
  /// As for the passwords of accounts.
  private static let shortestPassphrase = 12
  /// Days.
  private static let longestSilence = 3_650
  private static let use = Array("djoliba replica key".utf8)

  static func path(_ directory: String) -> String { directory + "/key.json" }

  /// Nil when there is none. Throws `.no_key` when it cannot be read.
  static func load(_ directory: String) throws(Problem) -> KeyFile? {
    let path = path(directory)
    guard DurableFile.exists(path) else { return nil }
    guard let file = try? JSONDecoder().decode(KeyFile.self, from: Data(DurableFile.read(path))),
      file.format == 1, (1...Self.longestSilence).contains(file.days ?? 1)
    else { throw Problem(.no_key, at: path) }
    return file
  }

  func save(_ directory: String) throws(Problem) {
    try DurableFile.write(
      DurableFile.json(self), to: Self.path(directory), isForgetting: true)
  }

  /// Takes back the key that the machine made for a file that could not be saved: it opens nothing.
  func abandon(_ directory: String, _ surroundings: Surroundings) {
    // Where even reading fails, the file may stand.
    let isThere = DurableFile.exists(Self.path(directory))
    let stands = try? DurableFile.read(Self.path(directory))
    guard !isThere || stands.map({ $0 != Array(DurableFile.json(self)) }) ?? false else { return }
    try? destroyMachineKey(surroundings)
  }

  // MARK: Wrapping

  /// - Throws: `.weak_password`; what `MachineKeys` throws.
  init(
    wrapping key: SealKey, _ sealing: Sealing, _ surroundings: Surroundings
  ) throws(Problem) {
    switch sealing {
    case .machine:
      (lock, self.key) = try Self.wrapByMachine(key, surroundings)
    case .passphrase(let phrase):
      (lock, self.key) = try Self.wrap(key, phrase, surroundings)
    case .machineWhileHeard(let days, let phrase):
      let (lock, wrapped) = try Self.wrap(key, phrase, surroundings)
      spare = Spare(days: days, lock: lock, key: wrapped)
      (self.lock, self.key) = try Self.wrapByMachine(key, surroundings)
    }
  }

  private init(_ old: KeyFile, wrapping key: SealKey, _ surroundings: Surroundings) throws(Problem)
  {
    (lock, self.key) = try Self.wrapByMachine(key, surroundings)
    spare = old.spare
  }

  private static func wrapByMachine(
    _ key: SealKey, _ surroundings: Surroundings
  ) throws(Problem) -> (Lock, Data) {
    let name = surroundings.randomHex(words: 1)
    let wrap = try MachineKeys(surroundings).make(name, surroundings.randomBytes(words: 4))
    return (.machine(name: name), wrapped(key, with: wrap))
  }

  private static func wrap(
    _ key: SealKey, _ phrase: String, _ surroundings: Surroundings
  ) throws(Problem) -> (Lock, Data) {
    guard phrase.count >= shortestPassphrase else { throw Problem(.weak_password) }
    let salt = Data(surroundings.randomBytes(words: 2))
    return (
      .passphrase(rounds: rounds, salt: salt), wrapped(key, with: derive(phrase, rounds, salt))
    )
  }

  private static func wrapped(_ key: SealKey, with wrap: SymmetricKey) -> Data {
    guard let box = try? AES.GCM.seal(key.bytes, using: wrap, authenticating: use),
      let combined = box.combined
    else { preconditionFailure("a key of 32 bytes always seals") }
    return combined
  }

  /// - Throws: `.no_key`, `.wrong_passphrase`, and what asking for the passphrase throws.
  func unwrap(_ surroundings: Surroundings) throws(Problem) -> SealKey {
    if let spare, isLocked(surroundings) {
      return try Self.unwrap(spare.key, by: spare.lock, surroundings)
    }
    return try Self.unwrap(key, by: lock, surroundings)
  }

  private static func unwrap(
    _ key: Data, by lock: Lock, _ surroundings: Surroundings
  ) throws(Problem) -> SealKey {
    switch lock {
    case .machine(let name):
      return try unwrap(key, with: MachineKeys(surroundings).read(name), otherwise: .no_key)
    case .passphrase(let rounds, let salt):
      guard (1 << 10...1 << 20).contains(rounds), rounds.nonzeroBitCount == 1 else {
        throw Problem(.no_key, cause: "scrypt rounds")
      }
      let phrase = try surroundings.passphrase()
      return try unwrap(key, with: derive(phrase, rounds, salt), otherwise: .wrong_passphrase)
    }
  }

  private static func unwrap(
    _ key: Data, with wrap: SymmetricKey, otherwise code: Problem.Code
  ) throws(Problem) -> SealKey {
    guard let box = try? AES.GCM.SealedBox(combined: key),
      let bytes = try? AES.GCM.open(box, using: wrap, authenticating: use), bytes.count == 32
    else { throw Problem(code) }
    return SealKey([UInt8](bytes))
  }

  /// Takes away what only the machine keeps of it.
  func destroyMachineKey(_ surroundings: Surroundings) throws(Problem) {
    guard case .machine(let name) = lock else { return }
    try MachineKeys(surroundings).destroy(name)
  }

  // MARK: Locking

  /// Days without Bamako after which the machine's key is taken away; nil when it stays.
  var days: Int? { spare?.days }

  /// Whether the machine's key was taken away, and the passphrase opens it.
  func isLocked(_ surroundings: Surroundings) -> Bool {
    guard spare != nil, case .machine(let name) = lock else { return false }
    return !((try? MachineKeys(surroundings).has(name)) ?? false)
  }

  /// The same key, which a new key of the machine opens again.
  func unlocked(_ key: SealKey, _ surroundings: Surroundings) throws(Problem) -> KeyFile {
    try KeyFile(self, wrapping: key, surroundings)
  }

  /// What is typed with another keyboard's accents is the same passphrase.
  private static func derive(_ phrase: String, _ rounds: Int, _ salt: Data) -> SymmetricKey {
    do {
      return try KDF.Scrypt.deriveKey(
        from: Data(phrase.precomposedStringWithCompatibilityMapping.utf8), salt: salt,
        outputByteCount: 32, rounds: rounds, blockSize: blockSize, parallelism: 1)
    } catch {
      preconditionFailure("the parameters are scrypt's: \(error)")
    }
  }
}
