package import Shared
import Work

// What a device handed over before it wiped itself. It stays apart from the records, since whoever
// holds a lost laptop may have written it: somebody in Bamako decides about each parcel.

/// What one request of a device that shall be wiped brought.
package struct InboxParcel: Sendable, Hashable {
  package enum Outcome: String, Sendable {
    case waiting, admitted, dropped
    /// What was refused of it waits on.
    case partly

    /// Whether there is still something to decide.
    package var isOpen: Bool { self == .waiting || self == .partly }
  }

  package let number: Int64
  package let device: UInt32
  /// Milliseconds since 1970.
  package let received: Int64
  package let records: Int
  package let outcome: Outcome
  /// As it came: the device's message sealed for this hub, or the changes in the open, encoded. Empty
  /// where it was not asked for, and once it was settled.
  package let body: [UInt8]

  package init(
    number: Int64 = 0, device: UInt32, received: Int64, records: Int,
    outcome: Outcome = .waiting, body: [UInt8]
  ) {
    self.number = number
    self.device = device
    self.received = received
    self.records = records
    self.outcome = outcome
    self.body = body
  }
}

extension Hub {
  /// Takes over what a device that shall be wiped has not sent yet. The answer says whether it was
  /// taken: changes that are stamped in the future are not, and the device stamps them anew.
  ///
  /// - Parameter message: a request, or one sealed for this hub, which stays so until it is admitted.
  /// - Throws: `.forbidden` for a device that shall not be wiped; `.too_large` when it handed over
  ///   more than a device can have; `.bundle_foreign` and what else `SealedBundle` throws.
  package func takeOver(
    _ message: [UInt8], from device: HubDevice
  ) throws(Problem) -> SyncAnswer {
    guard device.state == .wiped else { throw Problem(.forbidden) }
    let answer = try store.write { transaction -> SyncAnswer? in
      let isSealed = message.starts(with: BundleHead.magic)
      let request = try SyncRequest(
        encoded: isSealed ? try opened(message, from: device, transaction) : message)
      let time = now()
      var answer = SyncAnswer(hubClock: time)
      answer.examined = request.push.isEmpty || isTimely(request, time)
      guard answer.examined else { return answer }
      let count = try transaction.inbox().count { $0.device == device.number }
      let body = isSealed ? message : request.push.encoded
      let isTaken = count < Limits.parcelsOfDevice && body.count <= Limits.largestParcel
      var device = try standing(device, transaction)
      // What is not taken goes with the laptop: Bamako has to know how much.
      device.waiting = request.waiting + (isTaken ? 0 : request.push.recordCount)
      try transaction.update(device)
      guard isTaken else { return nil }
      guard !request.push.isEmpty else { return answer }
      let number = try transaction.addToInbox(
        InboxParcel(
          device: device.number, received: time, records: request.push.recordCount,
          body: body))
      try transaction.note(
        AuditEntry(
          .handOver, by: device.actor, type: "inbox", record: "\(number)",
          detail: "\(request.push.recordCount)"), time: time)
      return answer
    }
    guard let answer else { throw Problem(.too_large) }
    return answer
  }

  /// The device says that nothing of its data is left on it, and how much of it nobody has now. Who
  /// says it again says nothing new.
  ///
  /// - Throws: `.forbidden` for a device that shall not be wiped.
  package func noteWiped(_ device: HubDevice, _ notice: WipedNotice) throws(Problem) {
    guard device.state == .wiped else { throw Problem(.forbidden) }
    try store.write { transaction in
      var device = try standing(device, transaction)
      guard device.wipedAt == nil else { return }
      device.waiting = max(0, min(notice.unsent ?? device.waiting, Int(Int32.max)))
      device.wipedAt = now()
      try transaction.update(device)
      try transaction.note(
        AuditEntry(
          .wiped, by: device.actor, type: "device", record: "\(device.number)",
          detail: device.waiting > 0 ? "\(device.waiting)" : nil), time: now())
    }
  }

  /// What devices handed over, oldest first.
  package func inbox() throws(Problem) -> [InboxParcel] {
    try store.read { transaction in try transaction.inbox() }
  }

  /// The types of a parcel's records, and how many there are of each.
  package func contents(of parcel: InboxParcel) throws(Problem) -> [String: Int] {
    let found = try store.read { transaction in
      try transaction.parcel(parcel.number).map { try changes(of: $0, transaction) }
    }
    var counts: [String: Int] = [:]
    for group in found?.groups ?? [] {
      counts[group.type, default: 0] += group.records.count
    }
    return counts
  }

  func changes(
    of parcel: InboxParcel, _ transaction: any HubTransaction
  ) throws -> Changeset {
    guard !parcel.body.isEmpty else { return Changeset() }
    guard parcel.body.starts(with: BundleHead.magic) else {
      return try Changeset(encoded: parcel.body)
    }
    let device = try transaction.devices().first { $0.number == parcel.device }
    return try SyncRequest(encoded: opened(parcel.body, from: device, transaction)).push
  }

  /// The request in a message that a device sealed for this hub.
  private func opened(
    _ message: [UInt8], from device: HubDevice?, _ transaction: any HubTransaction
  ) throws -> [UInt8] {
    let parcel = try SealedBundle(file: message, going: .parcel)
    guard let secret = try transaction.secret(.bundles).flatMap({ BundleSecret($0) }),
      let device, let keys = device.keys, parcel.head.device == device.number,
      parcel.head.hub == secret.keys.fingerprint
    else { throw Problem(.bundle_foreign) }
    return try Compression.expand(
      parcel.open(by: keys, with: secret), limit: Limits.expandedBody)
  }

  /// Admits a parcel as if its device had sent it when it still could, with the role and the
  /// scopes that it had, or drops it. A parcel of which something was refused stays: admitting it
  /// again, once what it lacks is there, changes nothing of what was admitted.
  ///
  /// - Throws: `.no_parcel`, also for one that was settled before; `.hub_behind` when the device knew
  ///   more than this hub does, and then nothing of it is admitted.
  package func settle(
    parcel number: Int64, _ outcome: InboxParcel.Outcome, by who: String, language: Language
  ) throws(Problem) -> Admission {
    try store.write { transaction in
      guard let parcel = try transaction.parcel(number), parcel.outcome.isOpen,
        let device = try transaction.devices().first(where: { $0.number == parcel.device })
      else { throw Problem(.no_parcel, at: "\(number)") }
      var admission = Admission()
      var outcome = outcome
      if outcome == .admitted {
        var writing = try HubWriting(transaction, store.schema, now: now(), language: language)
        admission = try writing.admit(
          changes(of: parcel, transaction),
          by: Writer(device: device.number, role: device.role, grant: device.grant))
        guard !admission.isAhead else { throw Problem(.hub_behind) }
        try writing.finish(random: random)
        if !admission.refused.isEmpty {
          outcome = admission.admitted > 0 ? .partly : parcel.outcome
        }
      }
      try transaction.settle(number, outcome)
      try transaction.note(
        AuditEntry(
          .inbox, by: who, type: "inbox", record: "\(number)", detail: outcome.rawValue),
        time: now())
      return admission
    }
  }
}

extension Admission {
  package var refused: [Verdict] { verdicts.filter { $0.kind == .refused } }

  /// Whether something was refused only because a newer program wrote it.
  fileprivate var isAhead: Bool {
    refused.contains {
      [Problem.Code.unknown_type, .unknown_field].contains(Problem.Code(rawValue: $0.code))
    }
  }
}
