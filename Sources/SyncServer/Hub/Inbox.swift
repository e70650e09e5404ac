package import Shared
import Work

// What a device handed over before it wiped itself. It stays apart from the records, since whoever
// holds a lost laptop may have written it: somebody in Bamako decides about each parcel.

/// What one request of a device that shall be wiped brought.
package struct InboxParcel: Sendable, Hashable {
  package enum Outcome: String, Sendable {
    case waiting, admitted, dropped
  }

  package let number: Int64
  package let device: UInt32
  /// Milliseconds since 1970.
  package let received: Int64
  package let records: Int
  package let outcome: Outcome
  /// The changes, encoded; empty where they were not asked for, and once they were settled.
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
  /// - Throws: `.forbidden` for a device that shall not be wiped; `.too_large` when it handed over
  ///   more than a device can have.
  package func takeOver(
    _ request: SyncRequest, from device: HubDevice
  ) throws(Problem) -> SyncAnswer {
    guard device.state == .wiped else { throw Problem(.forbidden) }
    return try store.write { transaction in
      let time = now()
      var answer = SyncAnswer(hubClock: time)
      answer.examined = request.push.isEmpty || isTimely(request, time)
      guard answer.examined else { return answer }
      let count = try transaction.inbox().count { $0.device == device.number }
      guard count < Limits.parcelsOfDevice else { throw Problem(.too_large) }
      var device = try standing(device, transaction)
      device.waiting = request.waiting
      try transaction.update(device)
      guard !request.push.isEmpty else { return answer }
      let number = try transaction.addToInbox(
        InboxParcel(
          device: device.number, received: time, records: request.push.recordCount,
          body: request.push.encoded))
      try transaction.note(
        AuditEntry(
          .handOver, by: device.actor, type: "inbox", record: "\(number)",
          detail: "\(request.push.recordCount)"), time: time)
      return answer
    }
  }

  /// The device says that nothing of its data is left on it.
  ///
  /// - Throws: `.forbidden` for a device that shall not be wiped.
  package func noteWiped(_ device: HubDevice) throws(Problem) {
    guard device.state == .wiped else { throw Problem(.forbidden) }
    try store.write { transaction in
      var device = try standing(device, transaction)
      device.waiting = 0
      device.wipedAt = now()
      try transaction.update(device)
      try transaction.note(
        AuditEntry(.wiped, by: device.actor, type: "device", record: "\(device.number)"),
        time: now())
    }
  }

  /// What devices handed over, oldest first.
  package func inbox() throws(Problem) -> [InboxParcel] {
    try store.read { transaction in try transaction.inbox() }
  }

  /// The types of a parcel's records, and how many there are of each.
  package func contents(of parcel: InboxParcel) throws(Problem) -> [String: Int] {
    let found = try store.read { transaction in try transaction.parcel(parcel.number) }
    guard let found, !found.body.isEmpty else { return [:] }
    var counts: [String: Int] = [:]
    for group in try Changeset(encoded: found.body).groups {
      counts[group.type, default: 0] += group.records.count
    }
    return counts
  }

  /// Admits a parcel as if its device had sent it when it still could, with the role and the
  /// scopes that it had, or drops it.
  ///
  /// - Throws: `.no_parcel`, also for one that was settled before.
  package func settle(
    parcel number: Int64, _ outcome: InboxParcel.Outcome, by who: String, language: Language
  ) throws(Problem) -> Admission {
    try store.write { transaction in
      guard let parcel = try transaction.parcel(number), parcel.outcome == .waiting,
        let device = try transaction.devices().first(where: { $0.number == parcel.device })
      else { throw Problem(.no_parcel, at: "\(number)") }
      var admission = Admission()
      if outcome == .admitted {
        var writing = try HubWriting(transaction, store.schema, now: now(), language: language)
        admission = try writing.admit(
          Changeset(encoded: parcel.body),
          by: Writer(device: device.number, role: device.role, grant: device.grant))
        try writing.finish(mark: random)
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
