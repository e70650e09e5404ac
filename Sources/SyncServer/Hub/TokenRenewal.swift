package import Shared
import Work

// A device's token is replaced every month. The device draws the new one, writes it down beside the
// old one, and tells the hub; from then on the hub takes both, until the new one is used. So whatever
// is lost in between, answer, power or disk, one token that both sides know is always left.

extension Hub {
  /// Takes the token that a device will use from now on. Asking again is harmless.
  ///
  /// - Throws: `.not_understood` for what is no token, or is another device's.
  package func renew(_ request: TokenRenewal, for device: HubDevice) throws(Problem) {
    guard Secret.isWellFormed(request.token) else { throw Problem(.not_understood, at: "token") }
    let hash = Secret.hash(request.token)
    try store.write { transaction in
      let holder = try transaction.device(tokenHash: hash)
      guard holder == nil || holder?.number == device.number else {
        throw Problem(.not_understood, at: "token")
      }
      guard holder == nil else { return }
      var device = try standing(device, transaction)
      device.nextTokenHash = hash
      try transaction.update(device)
    }
  }

  /// The old token is worth nothing as soon as the new one was used.
  func settleToken(of device: HubDevice, used token: String) throws(Problem) -> HubDevice {
    let hash = Secret.hash(token)
    guard device.nextTokenHash == hash else { return device }
    return try store.write { transaction in
      var device = try standing(device, transaction)
      device.tokenHash = hash
      device.nextTokenHash = nil
      try transaction.update(device)
      try transaction.note(
        AuditEntry(
          .renewToken, by: device.actor, type: "device", record: "\(device.number)"), time: now())
      return device
    }
  }

  /// Active devices whose token is much older than it should be, and its age in milliseconds. They
  /// were silent, or never heard of the change: whoever has a copy of such a token can use it still.
  package func oldTokens() throws(Problem) -> [UInt32: Int64] {
    try store.read { transaction in
      let taken = try transaction.lastDone(
        [Act.enroll.rawValue, Act.renewToken.rawValue], with: "device")
      var old: [UInt32: Int64] = [:]
      for device in try transaction.devices() where device.state == .active {
        guard let since = taken["\(device.number)"], now() - since > 2 * Limits.tokenAge else {
          continue
        }
        old[device.number] = now() - since
      }
      return old
    }
  }
}
