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
  /// The machine's key, which is taken away when Bamako was not heard for so many days; from then on
  /// the passphrase opens the replica, until Bamako is heard again.
  case machineWhileHeard(days: Int, passphrase: String)
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
      try save(key, sealing, directory, surroundings)
      try old.destroyMachineKey(surroundings)
    } else {
      // It has a key, which is not here; another one would only hide that.
      guard !Seal.isNamed(path) else { throw Problem(.no_key, at: directory) }
      try makeKey(sealing, directory, surroundings)
    }
    // A sealing that was interrupted has a key and a plain file.
    if try !Replica.isSealed(path: path) { try Replica.seal(path: path) }
    try DeviceFile.seal(directory)
  }

  /// Draws a key for a folder in which nothing is sealed yet, and opens it.
  static func makeKey(
    _ sealing: Sealing, _ directory: String, _ surroundings: Surroundings
  ) throws(Problem) {
    let key = SealKey(surroundings.randomBytes(words: 4))
    try save(key, sealing, directory, surroundings)
    Seal.open(directory, with: key)
  }

  private static func save(
    _ key: SealKey, _ sealing: Sealing, _ directory: String, _ surroundings: Surroundings
  ) throws(Problem) {
    let file = try KeyFile(wrapping: key, sealing, surroundings)
    do throws(Problem) {
      // Before the key file: one that is to be locked and knows of no contact is locked.
      if file.days != nil {
        try Contact(heard: surroundings.now(), clockError: 0, surroundings).save(directory)
      }
      try file.save(directory)
    } catch {
      file.abandon(directory, surroundings)
      throw error
    }
    if file.days == nil { try Contact.remove(directory) }
  }

  /// Opens the replica's key when it has one; asks for the passphrase at most once a process.
  static func openKey(_ directory: String, _ surroundings: Surroundings) throws(Problem) {
    guard !Seal.isOpen(directory), let file = try KeyFile.load(directory) else { return }
    let isSilent = try lockIfSilent(file, directory, surroundings)
    let key = try file.unwrap(surroundings)
    Seal.open(directory, with: key)
    if !isSilent { try unlock(file, key, directory, surroundings) }
  }

  /// Takes the machine's key away when Bamako was not heard for longer than the deployment allows. The
  /// records are opened with the passphrase then, and what is open stays open.
  ///
  /// - Returns: whether it is so.
  private static func lockIfSilent(
    _ file: KeyFile, _ directory: String, _ surroundings: Surroundings
  ) throws(Problem) -> Bool {
    guard let days = file.days else { return false }
    var contact = Contact.load(directory)
    contact?.look(directory, surroundings)
    // Whoever removed the file wanted something.
    let silence = contact?.silence(surroundings) ?? .max
    guard silence > Int64(days) * 86_400_000 else { return false }
    try file.destroyMachineKey(surroundings)
    if contact == nil { try Contact(heard: 0, clockError: 0, surroundings).save(directory) }
    return true
  }

  /// Bamako was heard since the machine's key was taken away: it gets a new one.
  private static func unlock(
    _ file: KeyFile, _ key: SealKey, _ directory: String, _ surroundings: Surroundings
  ) throws(Problem) {
    // A sync that runs just now leaves it to the next command.
    guard file.isLocked(surroundings), let lock = try? SyncLock(directory: directory) else {
      return
    }
    defer { lock.release() }
    let unlocked = try file.unlocked(key, surroundings)
    do throws(Problem) {
      try unlocked.save(directory)
    } catch {
      unlocked.abandon(directory, surroundings)
      throw error
    }
  }

  /// For programs that stay: throws `.not_enrolled` when the folder was wiped meanwhile, and
  /// `.passphrase_needed` when Bamako was not heard for longer than the deployment allows; the
  /// machine's key is taken away then.
  public func checkMayStay() throws(Problem) {
    guard DurableFile.exists(DeviceFile.path(directory)) else {
      throw Problem(.not_enrolled, at: directory)
    }
    guard let file = try KeyFile.load(directory),
      try Self.lockIfSilent(file, directory, surroundings)
    else { return }
    throw Problem(.passphrase_needed, at: directory)
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
    try Contact.remove(directory)
    return true
  }
}

extension Surroundings {
  /// Bytes that nobody can guess, eight a word.
  func randomBytes(words: Int) -> [UInt8] { [UInt8](words: words, from: random) }

  /// The same in hexadecimal digits: 64 bits a word.
  func randomHex(words: Int) -> String { randomBytes(words: words).hexadecimal }
}
