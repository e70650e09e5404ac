package import Shared

/// What a contact's record asks for: to be checked, archived or erased. People have a right to
/// be forgotten, and a number that nobody checked for half a year helps nobody.
package struct ContactCare: Sendable, Equatable {
  package enum Due: Sendable, Hashable {
    case verify, archive, erase
  }

  /// The last exchange, or the last check when there was none.
  package let lastContact: Day?
  package let due: Due?

  /// Days after which a contact is checked again.
  package static let verifyAfter = 180
  /// Months without contact after which it is archived, and erased.
  package static let (archiveAfter, eraseAfter) = (24, 36)

  /// - Parameter interactions: of any contact.
  package init(_ contact: Record, interactions: [Record], today: Day) {
    let met = interactions.filter { $0.refers(by: "contact_id", to: contact) }
      .compactMap { $0.day("occurred_on") }.max()
    self.init(contact, met: met, today: today)
  }

  /// - Parameter met: the day of the last exchange.
  package init(_ contact: Record, met: Day?, today: Day) {
    let verified = contact.day("last_verified_on")
    lastContact = [met, verified].compactMap(\.self).max()
    due = Self.due(contact, lastContact, verified, today)
  }

  private static func due(
    _ contact: Record, _ lastContact: Day?, _ verified: Day?, _ today: Day
  ) -> Due? {
    if let lastContact {
      if today > lastContact.adding(months: eraseAfter) { return .erase }
      let isKept = contact.day("retention_until").map { $0 >= today } ?? false
      let isActive = contact.text("status") != "archive"
      if isActive, !isKept, today > lastContact.adding(months: archiveAfter) { return .archive }
    }
    guard contact.text("status") == "actif" else { return nil }
    return verified.map { today - $0 > verifyAfter } ?? true ? .verify : nil
  }
}
