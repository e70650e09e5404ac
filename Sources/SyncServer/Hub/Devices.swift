package import Shared

// Who may speak to the hub. An invitation's code works once and for seven days; a device's
// token is random, drawn by the device, and only its hash is stored here.

extension Hub {
  /// Notes an invitation and returns its code.
  package func invite(
    name: String, base: String, role: Role, grant: Grant
  ) throws(Problem) -> (code: String, expires: String) {
    let code = Secret.text(random)
    let expires = now() + Int64(Limits.invitationDays) * 86_400_000
    try store.write { transaction in
      try transaction.addInvitation(
        StoredInvitation(
          codeHash: Secret.hash(code), name: name, base: base, role: role, grant: grant,
          expires: expires, usedBy: nil))
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
      if invitation.usedBy != nil {
        guard let device = try transaction.device(tokenHash: tokenHash),
          device.number == invitation.usedBy
        else { throw Problem(.invitation_used) }
        return device
      }
      guard now() <= invitation.expires else { throw Problem(.invitation_expired) }
      var device = HubDevice(invitation, tokenHash, program: request.program)
      device.number = try transaction.addDevice(device)
      try transaction.useInvitation(codeHash: codeHash, device: device.number)
      return device
    }
    return EnrolmentAnswer(
      device: device.number, name: device.name, base: device.base, role: device.role.rawValue,
      schema: String(decoding: store.schema.source, as: UTF8.self))
  }

  /// Who holds this token. Throws `.unauthorised` or `.revoked`.
  package func admit(token: String) throws(Problem) -> HubDevice {
    let device = try store.read { transaction in
      try transaction.device(tokenHash: Secret.hash(token))
    }
    guard let device else { throw Problem(.unauthorised) }
    guard device.state == .active else { throw Problem(.revoked) }
    return device
  }

  /// Changes what a device may do; it is told with its next sync. What is nil stays.
  ///
  /// - Throws: `.not_found`.
  package func setGrant(
    _ grant: Grant?, role: Role?, of number: UInt32
  ) throws(Problem) {
    try store.write { transaction in
      guard var device = try transaction.devices().first(where: { $0.number == number }) else {
        throw Problem(.not_found, at: "\(number)")
      }
      device.grant = grant ?? device.grant
      device.role = role ?? device.role
      // By the time, so that a hub that was restored gives no version to another grant.
      device.grantVersion = max(device.grantVersion + 1, now())
      try transaction.update(device)
    }
  }

  package func setState(_ state: HubDevice.State, of number: UInt32) throws(Problem) {
    try store.write { transaction in
      guard var device = try transaction.devices().first(where: { $0.number == number }) else {
        throw Problem(.no_device, at: "\(number)")
      }
      device.state = state
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
      clockError: 0, program: String(program.prefix(80)), state: .active)
  }
}
