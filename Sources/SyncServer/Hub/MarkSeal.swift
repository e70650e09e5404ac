import Crypto
import Shared

// A hub that was restored from an older copy meets cursors that it does not know, and takes back from
// their devices what it lost. Anybody can make up a cursor, and would then write in everybody's name. So
// a mark carries the hub's own seal: whoever shows one that is sealed and that the hub does not have was
// given it by this hub, at a time of which it remembers nothing.

/// Draws marks, and knows those that this hub, or one restored from a copy of it, has drawn.
struct MarkSeal {
  private let key: SymmetricKey

  init(key: [UInt8]) { self.key = SymmetricKey(data: key) }

  /// A mark of a scope around a random number: 31 bits of it, a set bit by which a mark is told from
  /// its complement, and 32 bits of the seal.
  func mark(_ scope: Scope, around random: UInt64) -> UInt64 {
    let drawn = UInt32(truncatingIfNeeded: random) | 1
    return UInt64(drawn) << 32 | UInt64(seal(scope, drawn))
  }

  /// Whether a mark of a scope, or its complement, was drawn here.
  func isOwn(_ mark: UInt64, _ scope: Scope) -> Bool {
    let plain = mark & 1 << 32 == 0 ? ~mark : mark
    return UInt32(truncatingIfNeeded: plain) == seal(scope, UInt32(plain >> 32))
  }

  private func seal(_ scope: Scope, _ drawn: UInt32) -> UInt32 {
    var words = ByteWriter()
    words.string(scope.description)
    words.fixed(UInt64(drawn))
    let code = HMAC<SHA256>.authenticationCode(for: words.bytes, using: key)
    return code.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
  }
}

extension HubTransaction {
  /// The seal of this hub's marks. Drawn before the first mark and the first device; a hub of an older
  /// program gets it late, and for half a year its devices may show marks from before.
  func markSeal(now: Int64, random: () -> UInt64) throws -> MarkSeal {
    if let key = try secret(.marks) { return MarkSeal(key: key) }
    let key = [UInt8](words: 4, from: random)
    if try !scopes().isEmpty {
      try set(.unsealedMarks, now + Int64(Limits.daysOfSilence) * 86_400_000)
    }
    try set(.marks, key)
    return MarkSeal(key: key)
  }

  /// Whether this hub gave a cursor and has lost it: it was restored from an older copy.
  func hasLost(_ cursor: Cursor, now: Int64) throws -> Bool {
    let (scope, mark) = (cursor.scope, cursor.mark)
    guard try standing(of: cursor, in: nil, isFollowed: true) == .unknown,
      try !hasMark(scope, mark, from: 0), try !hasMark(scope, ~mark, from: 0)
    else { return false }
    guard let key = try secret(.marks) else { return true }
    return try MarkSeal(key: key).isOwn(mark, scope) || now < counter(.unsealedMarks)
  }
}
