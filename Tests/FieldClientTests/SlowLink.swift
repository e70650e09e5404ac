import BadLink
import Synchronization

@testable import FieldClient
@testable import Shared

/// A link that is as far, as slow and as broken as its profile says, in time that it counts itself:
/// nobody waits for it. Each byte takes what it takes in `BadLink`, and the clocks of both sides go on
/// with it.
/// One connection serves for as long as it lasts, as in libcurl.
final class SlowLink: Transport {
  /// What an exchange took, from the moment that there was a connection.
  struct Passed: Sendable {
    let body: [UInt8]
    /// Bytes of the answer, its head included.
    var received = 0
    /// From the first byte to the last, on the device's side.
    var secondsUp = 0.0
    var secondsDown = 0.0
    var isCut = false
  }

  /// Bytes of the heads of a request and of its answer.
  static let head = (up: 236, down: 70)

  private let hub: any Transport
  private let clock: Clock
  private let wire: Mutex<Wire>
  private let log = Mutex<[Passed]>([])

  /// - Parameters:
  ///   - hub: what answers, at once.
  ///   - patience: seconds that nothing may move.
  init(to hub: any Transport, _ profile: LinkProfile, patience: Double = 30, clock: Clock) {
    self.hub = hub
    self.clock = clock
    wire = Mutex(Wire(profile, patience: patience))
  }

  /// Since the last `begin`.
  var traffic: Traffic { wire.withLock { $0.traffic } }
  var seconds: Double { wire.withLock { $0.now - $0.begun } }
  /// The exchanges since then, those that were cut included.
  var passed: [Passed] { log.withLock { $0 } }

  /// Counts from zero. The next request needs a new connection, as in another run of a program, and all
  /// of the handshake.
  func begin() {
    wire.withLock { $0.begin() }
    log.withLock { $0 = [] }
  }

  func exchange(
    _ request: HTTPRequest, progress: @escaping @Sendable (TransferProgress) -> Void
  ) async throws(Problem) -> HTTPAnswer {
    try connect()
    let began = wire.withLock { $0.now }
    var passed = Passed(body: request.body)
    var came = pass(Self.head.up + request.body.count, .up, &passed.secondsUp)
    var answer = HTTPAnswer(status: 0)
    if came.ending == nil {
      answer = await ask(request, progress)
      came = pass(Self.head.down + answer.body.count, .down, &passed.secondsDown)
      passed.received = came.bytes
    }
    passed.isCut = came.ending != nil
    answer.body = Array(answer.body.prefix(max(0, passed.received - Self.head.down)))
    if let ending = came.ending { try lose(answer.body, of: passed, request, ending) }
    log.withLock { $0.append(passed) }
    if answer.status == 200, came.ending == nil, BodyName.isName(request.body) { redeem() }
    return measure(answer, passed, (began, came.firstByte), came.ending)
  }

  /// The hub's answer, or its word on why there is none.
  private func ask(
    _ request: HTTPRequest, _ progress: @escaping @Sendable (TransferProgress) -> Void
  ) async -> HTTPAnswer {
    do {
      return try await hub.exchange(request, progress: progress)
    } catch {
      let told = ProblemDocument(error, language: .fr)
      return HTTPAnswer(
        status: told.status, contentType: ProblemDocument.mediaType, body: told.body)
    }
  }

  /// What was named has not gone again.
  private func redeem() {
    let body = passed.map(\.body).last { !BodyName.isName($0) }
    wire.withLock { $0.traffic.lost -= body?.count ?? 0 }
  }

  private func connect() throws(Problem) {
    let ending = wire.withLock { $0.connect() }
    tick()
    if ending != nil { throw Problem(.offline) }
  }

  private func pass(
    _ size: Int, _ way: Wire.Way, _ seconds: inout Double
  ) -> Wire.Came {
    let came = wire.withLock { $0.pass(size, way) }
    seconds = came.seconds
    tick()
    return came
  }

  /// Counts what a cut made useless, and throws where nobody wants what came before it.
  private func lose(
    _ body: [UInt8], of passed: Passed, _ request: HTTPRequest, _ ending: Wire.Ending
  ) throws(Problem) {
    let kept =
      try request.takesBeginning
      ? Parts.expand(body, isWhole: false, limit: Limits.expandedBody).length : 0
    let lost = passed.received - kept - (kept > 0 ? Self.head.down : 0)
    wire.withLock { $0.traffic.lost += lost + (kept > 0 ? 0 : $0.lastUp) }
    guard request.takesBeginning else { throw ending.problem }
  }

  private func measure(
    _ answer: HTTPAnswer, _ passed: Passed, _ moments: (began: Double, firstByte: Double),
    _ ending: Wire.Ending?
  ) -> HTTPAnswer {
    let (now, roundTrip) = wire.withLock { ($0.now, $0.profile.roundTrip) }
    func rate(_ bytes: Int, _ seconds: Double) -> Double { Double(bytes) / max(seconds, 0.000_1) }
    var answer = answer
    answer.bytesSent = Self.head.up + passed.body.count
    answer.bytesReceived = passed.received
    answer.bytesPerSecondUp = rate(answer.bytesSent, moments.firstByte - moments.began)
    answer.bytesPerSecondDown = rate(passed.received, now - moments.firstByte + roundTrip)
    answer.seconds = now - moments.began
    // The kernel takes a page at once.
    answer.isPosted = true
    answer.cut = ending?.problem
    return answer
  }

  /// Both sides' clocks follow the link's.
  private func tick() { clock.advance(wire.withLock { $0.millisecondsToTell() }) }
}

/// What went over a slow link, TLS included.
struct Traffic: Sendable {
  var connections = 0
  var cuts = 0
  var up = 0
  var down = 0
  /// Of both, what was of no use and had to go or come again.
  var lost = 0
}

/// The connections of a slow link, one after the other, and the time.
private struct Wire {
  enum Way { case up, down }

  enum Ending {
    case cut, stalled

    var problem: Problem { Problem(self == .cut ? .interrupted : .stalled) }
  }

  struct Came {
    var bytes = 0
    var firstByte = 0.0
    var seconds = 0.0
    var ending: Ending?
  }

  /// Bytes of a handshake: with certificates, which `BadLinkTests` holds, and where the run has a session, about.
  static let handshake = (up: 640, down: 1_230)
  static let resumption = (up: 800, down: 700)
  /// Head, kind and tag of a TLS record, and the most that it holds.
  static let record = (overhead: 22, size: 16_384)

  let profile: LinkProfile
  let patience: Double
  /// Seconds since the link was made.
  private(set) var now = 0.0
  private(set) var begun = 0.0
  var traffic = Traffic()
  /// Bytes of the last message up that left the device, whether they arrived or not: they were paid for.
  private(set) var lastUp = 0
  private var told: Int64 = 0
  private var up: Lane
  private var down: Lane
  /// Of the connection: when it was made, what went through it, when something last moved.
  private var opened = 0.0
  private var bytes = 0
  private var moved = 0.0
  private var isOpen = false
  private var hasSession = false

  init(_ profile: LinkProfile, patience: Double) {
    self.profile = profile
    self.patience = patience
    up = Lane(profile, bitsPerSecond: profile.up, seed: 0)
    down = Lane(profile, bitsPerSecond: profile.down, seed: 1)
  }

  mutating func begin() {
    begun = now
    traffic = Traffic()
    (isOpen, hasSession) = (false, false)
  }

  mutating func millisecondsToTell() -> Int64 {
    defer { told = Int64(now * 1000) }
    return Int64(now * 1000) - told
  }

  /// Makes a connection where there is none: a round trip for TCP and one for TLS.
  mutating func connect() -> Ending? {
    guard !isOpen else { return nil }
    traffic.connections += 1
    let number = UInt64(traffic.connections)
    up = Lane(profile, bitsPerSecond: profile.up, seed: number * 2)
    down = Lane(profile, bitsPerSecond: profile.down, seed: number * 2 + 1)
    (opened, bytes, isOpen) = (now, 0, true)
    now += profile.roundTrip
    let size = hasSession ? Self.resumption : Self.handshake
    if let ending = carry(size.up, .up).ending ?? carry(size.down, .down).ending { return ending }
    hasSession = true
    return nil
  }

  /// Carries a message, wrapped in records; returns what of its own bytes came out.
  mutating func pass(_ size: Int, _ way: Way) -> Came {
    let records = (size + Self.record.size - 1) / Self.record.size
    var came = carry(size + records * Self.record.overhead, way)
    came.bytes = min(came.bytes, size)
    if way == .up { lastUp = came.bytes }
    return came
  }

  /// A kilobyte at a time, as `BadLink` reads.
  private mutating func carry(_ size: Int, _ way: Way) -> Came {
    var came = Came(firstByte: now)
    let start = now
    var left = now - opened
    if way == .up { moved = left }
    for offset in stride(from: 0, to: size, by: 1024) {
      let chunk = min(1024, size - offset, (profile.bytesToCut ?? .max) - bytes)
      let moment = way == .up ? up.pass(chunk, at: left) : down.pass(chunk, at: left)
      left = moment.left
      let seen = way == .up ? moment.left : moment.arrived
      let end = profile.secondsToCut ?? .infinity
      if seen - moved > patience, moved + patience < end {
        close(&came, .stalled, at: moved + patience)
        break
      }
      if moment.arrived > end {
        if way == .up, moment.left <= end { came.bytes += chunk }
        close(&came, .cut, at: end)
        break
      }
      if came.bytes == 0 { came.firstByte = opened + moment.arrived }
      moved = seen
      now = opened + moment.arrived
      came.bytes += chunk
      bytes += chunk
      if bytes == profile.bytesToCut, offset + chunk < size {
        close(&came, .cut, at: moment.arrived)
        break
      }
    }
    came.seconds = way == .up ? left - (start - opened) : now - came.firstByte
    if way == .up { traffic.up += came.bytes } else { traffic.down += came.bytes }
    return came
  }

  private mutating func close(_ came: inout Came, _ ending: Ending, at moment: Double) {
    came.ending = ending
    now = opened + moment
    isOpen = false
    if ending == .cut { traffic.cuts += 1 }
  }
}

extension World {
  /// A device's folder, opened again by a program that reaches the hub over such a link.
  func reach(
    _ device: Device, over profile: LinkProfile, patience: Double = 30
  ) throws -> (client: FieldClient, link: SlowLink) {
    let link = SlowLink(to: device.link, profile, patience: patience, clock: time)
    let client = try FieldClient(
      directory: device.client.directory, surroundings: device.client.surroundings,
      token: device.client.token, transport: link)
    return (client, link)
  }
}
