import Foundation
public import Shared
import Storage

#if canImport(Glibc)
  import Glibc
#endif

/// What a client takes from the machine it runs on. Tests and simulations give their own.
public struct Surroundings: Sendable {
  /// Milliseconds since 1970 by the wall clock, however wrong it is.
  public var now: @Sendable () -> Int64
  /// 64 random bits that nobody can guess.
  public var random: @Sendable () -> UInt64
  /// Which start of the machine this is, and milliseconds since, sleep included; nil where that
  /// cannot be told. So an edit's time is known whatever is done to the wall clock.
  public var uptime: @Sendable () -> (boot: String, milliseconds: Int64)?
  /// How this program names itself to the hub.
  public var program: String
  /// Where this machine keeps keys, outside of every data folder; nil when it has no such place.
  public var keyFolder: String?
  /// Asks for the passphrase that a replica is sealed with. Throws `.passphrase_needed` where
  /// nobody can be asked.
  public var passphrase: @Sendable () throws(Problem) -> String

  public init(
    now: @escaping @Sendable () -> Int64, random: @escaping @Sendable () -> UInt64,
    uptime: @escaping @Sendable () -> (boot: String, milliseconds: Int64)? = { nil },
    program: String, keyFolder: String? = nil,
    passphrase: @escaping @Sendable () throws(Problem) -> String = { () throws(Problem) in
      throw Problem(.passphrase_needed)
    }
  ) {
    self.now = now
    self.random = random
    self.uptime = uptime
    self.program = program
    self.keyFolder = keyFolder
    self.passphrase = passphrase
  }

  /// The machine's own clocks and random numbers.
  public static func system(program: String = "FieldClient") -> Surroundings {
    let boot = Self.boot()
    return Surroundings(
      now: { Self.milliseconds(CLOCK_REALTIME) },
      random: {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
      },
      uptime: { boot.map { ($0, Self.milliseconds(CLOCK_BOOTTIME)) } }, program: program,
      keyFolder: Self.keyFolder(ProcessInfo.processInfo.environment))
  }

  /// `$XDG_CONFIG_HOME/djoliba/keys`, else below `~/.config`.
  private static func keyFolder(_ environment: [String: String]) -> String? {
    if let folder = environment["XDG_CONFIG_HOME"], folder.hasPrefix("/") {
      return folder + "/djoliba/keys"
    }
    return environment["HOME"].map { $0 + "/.config/djoliba/keys" }
  }

  private static func milliseconds(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }

  /// The name that Linux gives each start of the machine.
  private static func boot() -> String? {
    try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
      .trimmingCharacters(in: .whitespacesAndNewlines)
  }

  var uptimeReading: Uptime? {
    uptime().map { Uptime(boot: $0.boot, milliseconds: $0.milliseconds) }
  }
}
