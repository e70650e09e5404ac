import Foundation
public import Shared
import Storage

// A laptop that got lost hears the order to wipe itself with its next sync. It hands over what it
// has not sent, since nobody else has that, then wipes its folder and says so. An order that was
// heard is carried out: only while the hub cannot be reached for the handing over does it wait, and
// the next contact begins with it again.

extension FieldClient {
  /// Makes everything in a device's folder unreadable, then removes it: the replica with its log and
  /// outline, damaged copies, the identity with its token, and whatever else lies there. Needs no
  /// network, and takes no longer for a large replica.
  ///
  /// The key of a sealed replica goes first, wherever it is kept.
  ///
  /// - Throws: `.not_enrolled` when there is nothing of a device there; `.cannot_write` with the
  ///   first file that is left.
  public static func wipe(
    directory: String, surroundings: Surroundings = .system()
  ) throws(Problem) {
    let isDevices = [DeviceFile.path(directory), replicaPath(directory)].contains {
      DurableFile.exists($0)
    }
    guard isDevices || WipedFolder.isBegun(directory) else {
      throw Problem(.not_enrolled, at: directory)
    }
    // A key that resists keeps nothing else from going.
    let key = Result { () throws(Problem) in
      try destroyKey(directory: directory, surroundings: surroundings)
    }
    try WipedFolder.wipe(directory, home: NSHomeDirectory())
    _ = try key.get()
  }

  /// What a wiping would take from the folder though no program of ours wrote it: names.
  public static func othersFiles(in directory: String) -> [String] {
    WipedFolder.others(in: directory, home: NSHomeDirectory())
  }

  /// Goes on where a wiping was interrupted.
  static func finishWiping(_ directory: String) throws(Problem) {
    if WipedFolder.isBegun(directory) { try wipe(directory: directory) }
  }

  /// Hands over what was not sent, wipes the folder, and says so to Bamako.
  ///
  /// - Throws: `.wiped` once it is done; what keeps the hub from being reached before.
  func obeyWipe(
    _ line: HubLine
  ) async throws(Problem) -> Never {
    var handing = HandOver(client: self, line: line)
    var unsent: Int? = 0
    do {
      try await handing.run()
    } catch {
      // The hub takes no more, or the file cannot be read: the order stands. What stands between may
      // answer anything: it takes nothing over, and is no reason to lose what was not sent.
      if handing.wasTurnedAway || error.code.mayPass { throw error }
      unsent = try? replica.status().pending
    }
    replica.close()
    try Self.wipe(directory: directory, surroundings: surroundings)
    // The data are gone whether Bamako hears of it or not.
    try? await handing.sayWiped(WipedNotice(unsent: unsent))
    throw Problem(.wiped)
  }
}

/// Hands the pending changes to the hub, which keeps them apart until somebody looks at them.
private struct HandOver {
  let client: FieldClient
  var line: HubLine
  /// With which each page is sealed for the hub; nil where the keys are not known on both sides.
  private var identity: BundleIdentity?
  /// Whether somebody else answered in the hub's place.
  private(set) var wasTurnedAway = false

  init(client: FieldClient, line: HubLine) {
    self.client = client
    self.line = line
    identity = try? BundleIdentity(client.directory)
  }

  /// The pages of a large list leave one by one; what was handed over leaves the list.
  mutating func run() async throws(Problem) {
    var correction: Int64 = 0
    var restamps = 0
    while true {
      let replica = client.replica
      let page = try replica.collectParcel(upTo: Limits.parcel, now: now)
      let (asked, position) = (now, try replica.position())
      let request = SyncRequest(
        deviceClock: asked, correction: correction, schemaVersion: position.schemaVersion,
        program: client.surroundings.program, grantVersion: position.grantVersion,
        noticeCursor: position.noticeCursor, knownDevices: position.knownDevices, budget: 0,
        waiting: page.waiting, cursors: [], push: page.changeset)
      let answer = try await post(request)
      if answer.examined {
        guard page.waiting > 0 else { return }
        try replica.forget(page)
      } else {
        guard restamps < 2 else { throw Problem(.clock) }
        restamps += 1
        correction = answer.hubClock - asked
        try replica.takeBack(page)
        _ = try replica.restamp(
          hubTime: answer.hubClock, now: now, uptime: client.surroundings.uptimeReading)
      }
    }
  }

  /// What stands between, such as a proxy that ends TLS, reads nothing of it. A hub that cannot open
  /// it, since it was put back to an older copy or program, gets it as it gets every sync.
  private mutating func post(_ request: SyncRequest) async throws(Problem) -> SyncAnswer {
    if let sealed = try sealed(request) {
      do throws(Problem) {
        return try await post(sealed)
      } catch {
        guard line.isHubsWord, error.code.isOfSeal else { throw error }
        identity = nil
      }
    }
    return try await post(request.encoded)
  }

  private mutating func post(_ message: [UInt8]) async throws(Problem) -> SyncAnswer {
    let requests = line.requests
    do throws(Problem) {
      return try SyncAnswer(encoded: try await line.post("/v1/handover", message).message)
    } catch {
      wasTurnedAway = line.requests > requests && !line.isHubsWord
      throw error
    }
  }

  private func sealed(_ request: SyncRequest) throws(Problem) -> [UInt8]? {
    guard let identity else { return nil }
    let head = BundleHead(
      way: .parcel, hub: identity.hub.fingerprint, device: try client.replica.status().device,
      number: UInt64(bitPattern: request.deviceClock))
    return try SealedBundle.file(
      Compression.compress(request.encoded), head, to: identity.hub, by: identity.secret)
  }

  mutating func sayWiped(_ notice: WipedNotice) async throws(Problem) {
    try await line.tell("/v1/wiped", notice.body)
  }

  private var now: Int64 { client.surroundings.now() }
}

extension Problem.Code {
  /// Whether the hub may read the same in the open.
  fileprivate var isOfSeal: Bool {
    switch self {
    case .bundle_foreign, .bundle_damaged, .not_a_bundle, .not_understood, .protocol_old: true
    default: false
    }
  }

  /// Whether a later try may go better.
  fileprivate var mayPass: Bool {
    switch self {
    case .offline, .stalled, .interrupted, .untrusted_hub, .certificate_date, .overloaded,
      .hub_unable, .internal,
      .too_many_requests, .busy, .disk_full:
      true
    default: false
    }
  }
}
