/// What is kept in the book of who did what.
package enum Act: String, Sendable, CaseIterable {
  case enter, leave, refusedEntry, read, write, delete, export, print, approve, settle
  case account, load, erase, backup, restore, recoveryKey, address
  case invite, enroll, grant, revoke, retire, orderWipe, handOver, wiped, renewToken, inbox
  case exchangeKeys, readBundle, giveBack, refuse
}

/// One line of the book of who did what. It names records and never says what is in them.
package struct BookLine: Sendable {
  /// Counted from 1, without a gap.
  package let number: Int64
  /// Milliseconds since 1970.
  package let time: Int64
  package let name: String
  package let act: Act
  package let type: String?
  package let record: String?
  /// What was decided about a device: its scopes, its role.
  package let detail: String?

  package init(
    number: Int64, time: Int64, name: String, act: Act, type: String?, record: String?,
    detail: String?
  ) {
    self.number = number
    self.time = time
    self.name = name
    self.act = act
    self.type = type
    self.record = record
    self.detail = detail
  }
}
