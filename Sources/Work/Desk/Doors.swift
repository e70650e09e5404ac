package import Shared

/// How people come in: with a name and a password at the hub, with the link that `djoliba open`
/// printed on a laptop.
package protocol Doors: Sendable {
  var asksPassword: Bool { get }
  /// Lets somebody in and returns the secret that their browser keeps.
  ///
  /// Errors: `.wrong_password`, `.account_locked`, `.session_over` for a link that was used.
  func enter(_ words: EntryWords) throws(Problem) -> String
  /// Who holds this secret. Throws `.session_over`.
  func visit(_ secret: String) throws(Problem) -> Visit
  func leave(_ secret: String) throws(Problem)
  /// Errors: `.wrong_password`, `.weak_password`, `.session_over`.
  func changePassword(_ secret: String, from old: String, to new: String) throws(Problem)
  /// What was noted in the book, newest first; nil where none is kept.
  func book(limit: Int) throws(Problem) -> [BookLine]?
}

package enum EntryWords: Sendable {
  case password(name: String, password: String)
  case code(String)
}

/// Somebody who is in.
package struct Visit: Sendable {
  package let desk: any Desk
  /// What every form of this visit carries: another site cannot know it.
  package let formToken: String
  package let mustChangePassword: Bool

  package init(desk: any Desk, formToken: String, mustChangePassword: Bool) {
    self.desk = desk
    self.formToken = formToken
    self.mustChangePassword = mustChangePassword
  }
}
