#if canImport(Glibc)
  import Glibc
#endif

/// What a client takes from the machine it runs on. Tests and simulations give their own.
public struct Surroundings: Sendable {
  /// Milliseconds since 1970 by the wall clock, however wrong it is.
  public var now: @Sendable () -> Int64
  /// 64 random bits that nobody can guess.
  public var random: @Sendable () -> UInt64
  /// How this program names itself to the hub.
  public var program: String

  public init(
    now: @escaping @Sendable () -> Int64, random: @escaping @Sendable () -> UInt64,
    program: String
  ) {
    self.now = now
    self.random = random
    self.program = program
  }

  /// The machine's own clock and random numbers.
  public static func system(program: String = "FieldClient") -> Surroundings {
    Surroundings(
      now: {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
      },
      random: {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
      }, program: program)
  }
}
