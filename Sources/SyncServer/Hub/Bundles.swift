package import Shared
import Work

// A bundle is what a device would have sent over HTTP, brought by a stick. It goes through the same
// admission and the same collection, in one transaction with all that it brings; what is otherwise is
// that nobody can measure the device's clock, and that it may come late, twice, or not in order.

/// What reading a bundle did.
package struct BundleReceipt: Sendable {
  /// The device's name, as Bamako gave it.
  package let device: String
  /// When it was written, by the device's best knowledge, in milliseconds since 1970.
  package let written: Int64
  package let records: Int
  /// Of them, those of which something was refused.
  package let refused: Int
  /// Records that the device still had and the bundle had no room for.
  package let waiting: Int
  /// Whether there is more to collect than the answer had room for.
  package let hasMore: Bool
  /// The answer's file.
  package let answer: [UInt8]
}

extension Hub {
  /// Notes the keys of a device's bundles and gives the hub's. Asking again is harmless.
  package func exchangeKeys(
    _ keys: BundleKeys, with device: HubDevice
  ) throws(Problem) -> BundleKeys {
    try store.write { transaction in
      var device = try standing(device, transaction)
      if device.keys != keys {
        device.keys = keys
        try transaction.update(device)
        try transaction.note(
          AuditEntry(
            .exchangeKeys, by: device.actor, type: "device", record: "\(device.number)"),
          time: now())
      }
      return try bundleSecret(transaction).keys
    }
  }

  /// Admits what a bundle brings and answers it. The same bundle again changes nothing and gives
  /// as good an answer.
  ///
  /// - Throws: `.not_a_bundle`, `.bundle_damaged`, `.bundle_other_way`, `.file_newer`,
  ///   `.bundle_foreign` for another hub's or a device without keys, `.revoked`, `.bundle_old` when
  ///   a newer one was read, `.bundle_ahead`; `.bundle_repair` and `.hub_behind` when only a repair
  ///   over the network helps. Nothing of the bundle is taken then.
  package func read(bundle file: [UInt8], by who: String) throws(Problem) -> BundleReceipt {
    let bundle = try SealedBundle(file: file, going: .up)
    return try store.write { transaction in
      let secret = try bundleSecret(transaction)
      let (device, keys) = try writer(of: bundle.head, secret.keys, transaction)
      let content = try BundleContent(encoded: bundle.open(by: keys, with: secret))
      guard device.state == .active else { throw Problem(.revoked) }
      guard bundle.head.number >= device.bundle else { throw Problem(.bundle_old) }
      let time = now()
      guard content.latest <= time + Limits.clockTolerance else { throw Problem(.bundle_ahead) }
      guard try !isOvertaken(content, device, time, transaction) else { throw Problem(.bundle_old) }
      let answers = try answers(to: content, device, time, transaction)
      let known = try noteBundle(bundle.head, content, of: device, by: who, time, transaction)
      let frames = answers.map { answer in
        var answer = answer
        answer.turn = known.turn
        return Compression.compress(answer.encoded)
      }
      let answer = try SealedBundle.file(
        BundleAnswer(bundle: bundle.digest, frames: frames).encoded,
        BundleHead(
          way: .down, hub: bundle.head.hub, device: device.number, number: bundle.head.number),
        to: keys, by: secret)
      return BundleReceipt(device, content, answers, file: answer)
    }
  }

  /// Whose bundle this is, before a word of it is believed.
  private func writer(
    of head: BundleHead, _ own: BundleKeys, _ transaction: any HubTransaction
  ) throws -> (HubDevice, BundleKeys) {
    let device = try transaction.devices().first {
      $0.number == head.device && $0.state != .account
    }
    guard head.hub == own.fingerprint, let device, let keys = device.keys else {
      throw Problem(.bundle_foreign)
    }
    return (device, keys)
  }

  /// Whether what it brings may have been here before and been deleted since, with nothing left that says
  /// so. Where the device had a place, that tells; where it had none, only whether the device was heard
  /// after it wrote this, or was waited for no longer. What it brings still waits there.
  private func isOvertaken(
    _ content: BundleContent, _ device: HubDevice, _ time: Int64,
    _ transaction: any HubTransaction
  ) throws -> Bool {
    let silence = Int64(Limits.daysOfSilence) * 86_400_000
    guard content.written < max(device.lastSync ?? .min, time - silence),
      content.pushes.contains(where: { !$0.isEmpty })
    else { return false }
    let places = Set(content.request.cursors.filter { $0.seq > 0 }.map(\.scope))
    return try transaction.scopes().contains { scope, state in
      state.compacted > 0 && !places.contains(scope)
    }
  }

  /// One answer for each push, and then what is left to collect, as far as a file carries it.
  private func answers(
    to content: BundleContent, _ device: HubDevice, _ time: Int64,
    _ transaction: any HubTransaction
  ) throws -> [SyncAnswer] {
    var answers: [SyncAnswer] = []
    var request = content.request
    var further = content.further[...]
    let left = request.waiting - content.further.reduce(0) { $0 + $1.recordCount }
    let reached = try transaction.reached(device.number)
    var size = 0
    while true {
      let answer = try comparable(content, device) {
        try exchange(
          request, with: device, language: content.language, isExamined: true, time, reached,
          transaction)[0]
      }
      answers.append(answer)
      size += answer.pull.encoded.count
      guard !further.isEmpty || answer.hasMore && size < Limits.bundleAnswer else { return answers }
      let push = further.popFirst() ?? Changeset()
      let waiting = further.reduce(max(0, left)) { $0 + $1.recordCount }
      request = request.following(answer, push: push, waiting: waiting)
      request.schemaVersion = max(request.schemaVersion, store.schema.version)
    }
  }

  /// What a device does next over the network when its place is unknown here, no stick can carry. A
  /// place that it left since, over the network, may be forgotten here, and nothing is amiss.
  private func comparable<T>(
    _ content: BundleContent, _ device: HubDevice, _ body: () throws -> T
  ) throws -> T {
    do {
      return try body()
    } catch let problem as Problem where problem.code == .cursor {
      let isOvertaken = content.written < device.lastSync ?? .min
      throw Problem(isOvertaken ? .bundle_old : .bundle_repair, at: problem.place)
    }
  }

  /// The device was here when it wrote this, not when somebody read it; what its clock's error is
  /// nobody knows.
  private func noteBundle(
    _ head: BundleHead, _ content: BundleContent, of device: HubDevice, by who: String,
    _ time: Int64, _ transaction: any HubTransaction
  ) throws -> HubDevice {
    var device = device
    let request = content.request
    for cursor in request.cursors where device.grant.mayRead(cursor.scope) {
      try transaction.noteReached(device.number, cursor.scope, cursor.seq)
    }
    device.bundle = head.number
    device.lastSync = max(device.lastSync ?? 0, min(content.written, time))
    device.waiting = 0
    device.program = request.program.programName
    if request.grantVersion == device.grantVersion { device.withdrawn = [] }
    try transaction.update(device)
    let count = content.pushes.reduce(0) { $0 + $1.recordCount }
    try transaction.note(
      AuditEntry(
        .readBundle, by: who, type: "device", record: "\(device.number)",
        detail: "\(head.number): \(count)"), time: time)
    return device
  }

  /// Made when it is first asked for, so that a hub of an older program gets one, too.
  private func bundleSecret(_ transaction: any HubTransaction) throws -> BundleSecret {
    if let secret = try transaction.secret(.bundles).flatMap({ BundleSecret($0) }) { return secret }
    let bytes = [UInt8](words: 4, from: random)
    guard let secret = BundleSecret(bytes) else { preconditionFailure("32 bytes are a secret") }
    try transaction.set(.bundles, bytes)
    return secret
  }
}

extension BundleReceipt {
  fileprivate init(
    _ device: HubDevice, _ content: BundleContent, _ answers: [SyncAnswer], file: [UInt8]
  ) {
    let refused = answers.reduce(0) { count, answer in
      let places = answer.verdicts.filter { $0.kind == .refused }.map { [$0.group, $0.record] }
      return count + Set(places).count
    }
    let records = content.pushes.reduce(0) { $0 + $1.recordCount }
    self.init(
      device: device.name, written: content.written, records: records, refused: refused,
      waiting: max(0, content.request.waiting + content.request.push.recordCount - records),
      hasMore: answers.last?.hasMore ?? false, answer: file)
  }
}

extension BundleContent {
  /// When it was written, by what its device knew of the time; milliseconds since 1970.
  fileprivate var written: Int64 { request.deviceClock &+ request.correction }

  /// The latest moment that it speaks of.
  fileprivate var latest: Int64 {
    pushes.reduce(written) { max($0, $1.latestStamp.milliseconds) }
  }
}
