import GRDB
import Shared
import Storage

// Wrong passwords are counted by the name that was typed, whether anybody has it or not: the answer
// then says nothing of who has an account. What was typed may be a password in the wrong line, so its
// hash is kept.

/// How often in a row a name was tried in vain.
struct Attempts: Equatable {
  var failures = 0
  /// Milliseconds since 1970; nil while it may be tried.
  var lockedUntil: Int64?
}

extension AccountFile {
  func attempts(_ name: String) throws(Problem) -> Attempts {
    try rows(
      "SELECT failures, locked_until FROM attempt WHERE name = ?", [Secret.stored(name)]
    ) { Attempts(failures: $0["failures"], lockedUntil: $0["locked_until"]) }.first ?? Attempts()
  }

  func noteFailure(_ name: String, now: Int64) throws(Problem) {
    let failures = try attempts(name).failures + 1
    let isLocked = failures >= AccountLimits.failures
    try run(
      """
      INSERT OR REPLACE INTO attempt(name, failures, last, locked_until) VALUES (?, ?, ?, ?)
      """,
      [
        Secret.stored(name), isLocked ? 0 : failures, now,
        isLocked ? now + AccountLimits.lock : nil,
      ])
    try run("DELETE FROM attempt WHERE last < ?", [now - AccountLimits.attempts])
  }

  func forgetFailures(_ name: String) throws(Problem) {
    try run("DELETE FROM attempt WHERE name = ?", [Secret.stored(name)])
  }
}
