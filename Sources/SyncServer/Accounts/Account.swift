package import Shared
import Work

/// Somebody who may open the console in Bamako.
package struct Account: Sendable {
  /// What they type, in small letters.
  package let name: String
  package let fullName: String
  package let role: Role
  /// Whose scopes they read; `BKO` reads everything.
  package let base: String
  /// Their record of type `person`, for approvals and signatures.
  package let person: RecordID?
  package let isDisabled: Bool
  package let mustChangePassword: Bool
  /// Milliseconds since 1970; nil while it is open.
  package var lockedUntil: Int64?
  /// The number under which it writes; nil before its first write.
  let number: UInt32?
  let password: PasswordHash

  /// Whether it is a name that can be typed on any keyboard and said over the radio.
  package static func isWellFormed(_ name: String) -> Bool {
    (2...32).contains(name.utf8.count)
      && name.utf8.allSatisfy {
        (97...122).contains($0) || (48...57).contains($0) || $0 == 46 || $0 == 45
      }
  }
}

/// A new account, and the password that is told once.
package struct AccountOffer: Sendable {
  package let name: String
  package let password: String
}

/// Limits of the console's accounts, each with its reason.
enum AccountLimits {
  /// Wrong passwords in a row before the account closes: enough for a bad keyboard.
  static let failures = 5
  /// Milliseconds for which it stays closed: two thousand guesses a week.
  static let lock: Int64 = 15 * 60_000
  /// Milliseconds after which a wrong password is forgotten: names that nobody has come without end.
  static let attempts: Int64 = 86_400_000
  /// Milliseconds without a page after which a visit is over: a lunch, not a night.
  static let idle: Int64 = 2 * 3_600_000
  /// Milliseconds after which a visit is over whatever happens: a working day.
  static let longest: Int64 = 12 * 3_600_000
  /// Milliseconds between two notes of when a visit was last seen, so that a page is no write.
  static let seen: Int64 = 60_000
}
