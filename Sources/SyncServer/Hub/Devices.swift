package import Shared
import Work

// Who may speak to the hub. An invitation's code works once and for seven days; a device's
// token is random, drawn by the device, and only its hash is stored here.

extension Hub {
  /// Notes an invitation and returns its code.
  package func invite(
    name: String, base: String, role: Role, grant: Grant, by who: String = "hub"
  ) throws(Problem) -> (code: String, expires: String) {
    let code = Secret.text(random)
    let expires = now() + Int64(Limits.invitationDays) * 86_400_000
    try store.write { transaction in
      try transaction.addInvitation(
        StoredInvitation(
          codeHash: Secret.hash(code), name: name, base: base, role: role, grant: grant,
          expires: expires, usedBy: nil))
      try transaction.note(
        AuditEntry(
          .invite, by: who, type: "invitation", record: name,
          detail: "\(base) \(role.rawValue) \(grant.words)"), time: now())
    }
    return (code, CivilDay.iso(milliseconds: expires))
  }

  /// Turns an invitation's code into a device. Asking twice with the same token gives the same
  /// device; with another token the invitation is used up.
  package func enroll(_ request: EnrolmentRequest) throws(Problem) -> EnrolmentAnswer {
    guard Secret.isWellFormed(request.token) else { throw Problem(.not_understood, at: "token") }
    let device = try store.write { transaction in
      let codeHash = Secret.hash(request.code)
      guard let invitation = try transaction.invitation(codeHash: codeHash) else {
        throw Problem(.invitation_unknown)
      }
      let tokenHash = Secret.hash(request.token)
      let known = try transaction.device(tokenHash: tokenHash)
      if invitation.usedBy != nil {
        guard let known, known.number == invitation.usedBy else {
          throw Problem(.invitation_used)
        }
        return known
      }
      guard now() <= invitation.expires else { throw Problem(.invitation_expired) }
      guard known == nil else { throw Problem(.not_understood, at: "token") }
      _ = try transaction.markSeal(now: now(), random: random)
      var device = HubDevice(invitation, tokenHash, program: request.program)
      device.number = try transaction.addDevice(device)
      try transaction.useInvitation(codeHash: codeHash, device: device.number)
      try transaction.note(
        AuditEntry(
          .enroll, by: device.actor, type: "device", record: "\(device.number)",
          detail: device.name), time: now())
      return device
    }
    return EnrolmentAnswer(
      device: device.number, name: device.name, base: device.base, role: device.role.rawValue,
      schema: String(decoding: store.schema.source, as: UTF8.self))
  }

  /// Whose token this is, whatever it may still do. Throws `.unauthorised`.
  package func holder(of token: String) throws(Problem) -> HubDevice {
    let hash = Secret.hash(token)
    let device = try store.read { transaction in try transaction.device(tokenHash: hash) }
    guard let device, device.state != .account else { throw Problem(.unauthorised) }
    return device
  }

  /// Who may exchange with this token.
  ///
  /// - Throws: `.unauthorised`, `.revoked`; `.wipe_ordered` when the device shall hand over what it
  ///   has not sent and wipe itself.
  package func admit(token: String) throws(Problem) -> HubDevice {
    let device = try holder(of: token)
    switch device.state {
    case .active: return try settleToken(of: device, used: token)
    case .wiped: throw Problem(.wipe_ordered)
    case .revoked, .retired, .account: throw Problem(.revoked)
    }
  }

  /// Changes what a device may do; it is told with its next sync. What is nil stays.
  ///
  /// - Throws: `.no_device`.
  package func setGrant(
    _ grant: Grant?, role: Role?, of number: UInt32, by who: String = "hub"
  ) throws(Problem) {
    try change(number) { device, transaction in
      if let grant {
        let all = try device.grant.everything ? Set(transaction.scopes().keys) : device.grant.write
        device.withdrawn.formUnion(all)
        device.withdrawn.subtract(grant.write)
        device.grant = grant
      }
      device.role = role ?? device.role
      // By the time, so that a hub that was restored gives no version to another grant.
      device.grantVersion = max(device.grantVersion + 1, now())
      try transaction.note(
        AuditEntry(
          .grant, by: who, type: "device", record: "\(number)",
          detail: "\(device.role.rawValue) \(device.grant.words)"), time: now())
    }
  }

  /// - Throws: `.no_device`; `.wipe_waits` when an order to wipe would be taken back.
  package func setState(
    _ state: HubDevice.State, of number: UInt32, by who: String = "hub"
  ) throws(Problem) {
    try change(number) { device, transaction in
      guard device.state != .wiped || state == .wiped || device.wipedAt != nil else {
        throw Problem(.wipe_waits, at: "\(number)")
      }
      // Of a device that came back and is to be wiped once more, the former wiping says nothing.
      if state == .wiped, device.state != .wiped { device.wipedAt = nil }
      device.state = state
      try transaction.note(
        AuditEntry(state.act, by: who, type: "device", record: "\(number)"), time: now())
    }
  }

  private func change(
    _ number: UInt32, _ body: (inout HubDevice, any HubTransaction) throws -> Void
  ) throws(Problem) {
    try store.write { transaction in
      let found = try transaction.devices().first { $0.number == number && $0.state != .account }
      guard var device = found else { throw Problem(.no_device, at: "\(number)") }
      try body(&device, transaction)
      try transaction.update(device)
    }
  }

  /// What a device of a base gets when nothing else is said: the mission's scope and the base's
  /// own; Bamako's devices everything. A sub-base belongs to its base's scope.
  package func usualGrant(base: String) throws(Problem) -> Grant {
    if base == "BKO" { return .all }
    return try store.read { transaction in
      guard let type = store.schema[type: "base"],
        let values = try transaction.referenced(type, base)
      else { throw Problem(.no_base, at: base) }
      let isSub = values["kind"] == "sous_base"
      let scope = Scope.base(isSub ? values["parent_code"]?.text ?? base : base)
      return Grant(read: [.mission, scope], write: [.mission, scope])
    }
  }
}

extension HubDevice {
  fileprivate init(_ invitation: StoredInvitation, _ tokenHash: [UInt8], program: String) {
    self.init(
      number: 0, name: invitation.name, base: invitation.base, role: invitation.role,
      grant: invitation.grant, grantVersion: 1, tokenHash: tokenHash, lastSync: nil, waiting: 0,
      clockError: 0, program: program.programName, state: .active)
  }
}

extension HubDevice {
  /// As the audit log names it.
  var actor: String { "device:\(number)" }
}

extension HubDevice.State {
  /// What the log calls the change to this state.
  fileprivate var act: Act {
    switch self {
    case .active, .account: .grant
    case .revoked: .revoke
    case .wiped: .orderWipe
    case .retired: .retire
    }
  }
}

extension Grant {
  /// For the audit log: what is read, then what is written.
  fileprivate var words: String {
    if everything { return "*" }
    func list(_ scopes: Set<Scope>) -> String {
      scopes.sorted().map(\.description).joined(separator: ",")
    }
    return "\(list(read)) / \(list(write))"
  }
}

extension String {
  /// How a client names itself, as far as it is kept: whoever writes it could fill the disk.
  var programName: String { String(unicodeScalars.prefix(80)) }
}
