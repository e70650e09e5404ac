import FieldClient
import Shared

/// The link between a laptop and the hub, inside the process, with the faults that a step asks
/// for.
///
/// Sendable unchecked: a world runs in one task.
final class Link: Transport, @unchecked Sendable {
  private unowned var laptop: Laptop!
  private unowned var world: World!
  /// What happens to the next exchanges, in order; afterwards nothing does.
  private var faults: [Fault?] = []
  /// Whether it is one that is cut.
  private var isBad = false
  private var dice = Dice(0)
  private(set) var requests = 0

  func connect(_ laptop: Laptop, _ world: World?) {
    self.laptop = laptop
    self.world = world
  }

  /// The faults of the next exchanges.
  func plan(_ faults: [Fault?], _ dice: Dice, isBad: Bool) {
    self.faults = faults
    self.isBad = isBad
    self.dice = dice
    requests = 0
  }

  func exchange(
    _ request: HTTPRequest, progress: @escaping @Sendable (TransferProgress) -> Void
  ) async throws(Problem) -> HTTPAnswer {
    requests += 1
    let fault = fault(of: request)
    if let fault, Self.happens(fault, to: request) { world.note(fault) }
    var posted = Posted(
      path: .init(rawValue: request.path)!, body: request.body, takesParts: request.takesBeginning)
    if fault == .smallPages { posted.body = shrunk(posted.body) }
    world.saw(posted.body)
    world.tellRequest(posted)
    world.checkNeed(of: posted, laptop)
    if let cut = try lose(posted, fault) { return cut }
    let answer: [UInt8]
    do throws(Problem) {
      answer = try deliver(posted, fault)
    } catch {
      return refuse(posted, error)
    }
    if BodyName.isName(request.body) { world.tally.count(OutcomeOfSync.named) }
    world.saw(answer)
    world.tellAnswer(answer, to: posted)
    world.count(answer, to: posted)
    try meanwhile(fault)
    if fault == .answerLost { return try cutOff(posted) }
    if fault == .answerBroken, request.takesBeginning { return begin(answer, for: posted) }
    return arrive(fault == .answerCut ? cut(answer) : answer, for: posted)
  }

  private func fault(of request: HTTPRequest) -> Fault? {
    let planned = faults.isEmpty ? nil : faults.removeFirst()
    // What fills a page takes long, and is cut more often.
    guard planned == nil, isBad, request.body.count > Limits.smallestPage, dice.once(in: 2) else {
      return planned
    }
    return dice.pick([.requestCut, .answerLost])
  }

  /// Whether a fault happens as soon as it is drawn. What a disk does is noted when it does it, and
  /// only a sync has pages and parts.
  private static func happens(_ fault: Fault, to request: HTTPRequest) -> Bool {
    switch fault {
    case .hubDies, .hubFull, .laptopDies: false
    case .answerBroken: request.takesBeginning
    case .smallPages: request.path == Posted.Path.sync.rawValue
    default: true
    }
  }

  /// What is lost on the way to the hub, and what of it comes later.
  ///
  /// - Returns: what the machine sees of a link that was cut; nil when the request is not lost.
  private func lose(_ request: Posted, _ fault: Fault?) throws(Problem) -> HTTPAnswer? {
    switch fault {
    case .requestLost:
      world.excuses.insert(.offline)
      throw Problem(.offline)
    case .requestLate:
      world.strays.append(Stray(laptop: laptop.index, request: request))
      world.excuses.insert(.stalled)
      throw Problem(.stalled)
    case .requestCut:
      var cut = request
      cut.body = Array(request.body.prefix(dice.below(max(1, request.body.count))))
      try world.deliverCut(cut, from: laptop)
      return try cutOff(request)
    default: return nil
    }
  }

  /// The link is cut before anything of the answer came. The request has left the machine all the same:
  /// its system takes a body at once.
  private func cutOff(_ request: Posted) throws(Problem) -> HTTPAnswer {
    world.excuses.insert(.interrupted)
    guard request.takesParts else { throw Problem(.interrupted) }
    return HTTPAnswer(
      status: 0, bytesSent: request.body.count + Self.heads.up, isPosted: true,
      cut: Problem(.interrupted))
  }

  /// What the hub says to a request that it does not answer.
  private func refuse(_ request: Posted, _ problem: Problem) -> HTTPAnswer {
    if problem.code == .not_understood, BodyName.isName(request.body) {
      world.tally.count(OutcomeOfSync.namedInVain)
    }
    world.tell("    ↓ \(problem.code) \(problem.cause ?? "")")
    let told = ProblemDocument(problem, language: .en)
    return HTTPAnswer(
      status: told.status, contentType: ProblemDocument.mediaType, body: told.body,
      bytesSent: request.body.count + Self.heads.up,
      bytesReceived: told.body.count + Self.heads.down, isPosted: true)
  }

  /// Bytes of the heads of a request and of its answer.
  private static let heads = (up: 200, down: 100)

  private func deliver(_ request: Posted, _ fault: Fault?) throws(Problem) -> [UInt8] {
    if fault == .hubDies { world.hub.disk.goDown(afterWrites: dice.below(30), as: fault) }
    if fault == .hubFull { world.hub.disk.fill(afterWrites: dice.below(10), as: fault) }
    if fault == .requestTwice { _ = try world.deliver(request, from: laptop) }
    if fault == .requestAgain { world.strays.append(Stray(laptop: laptop.index, request: request)) }
    return try world.deliver(request, from: laptop)
  }

  /// What people and machines do between the hub's answer and its arrival.
  private func meanwhile(_ fault: Fault?) throws(Problem) {
    switch fault {
    case .writtenMeanwhile:
      var dice = dice
      world.writeSomething(on: laptop, &dice)
      self.dice = dice
    case .clockMeanwhile:
      laptop.clock = .any(&dice, world.time)
      world.act(by: laptop.clock)
      world.excuses.insert(.clock)
    case .laptopDies:
      laptop.disk.goDown(afterWrites: dice.below(60), as: fault)
    default: break
    }
  }

  private func cut(_ answer: [UInt8]) -> [UInt8] {
    world.excuses.insert(.not_understood)
    return Array(answer.prefix(dice.below(max(1, answer.count))))
  }

  /// The same request, with room for a record or two in the answer.
  private func shrunk(_ body: [UInt8]) -> [UInt8] {
    guard let plain = try? Compression.expand(body, limit: Limits.expandedBody),
      var request = try? SyncRequest(encoded: plain)
    else { return body }
    request.budget = 1 + dice.below(120)
    return Compression.compress(request.encoded)
  }

  /// As much of the answer as came before the link was cut.
  private func begin(_ answer: [UInt8], for request: Posted) -> HTTPAnswer {
    world.excuses.insert(.interrupted)
    let served = world.sabotage?.answer(answer, in: world) ?? answer
    var arrived = arrive(Array(served.prefix(1 + dice.below(served.count))), for: request)
    arrived.cut = Problem(.interrupted)
    return arrived
  }

  private func arrive(_ answer: [UInt8], for request: Posted) -> HTTPAnswer {
    world.pass(Int64(dice.below(3000)))
    let speed = Double(100 + dice.below(20_000))
    let served =
      request.path == .sync ? world.sabotage?.answer(answer, in: world) ?? answer : answer
    return HTTPAnswer(
      status: 200, body: served, bytesSent: request.body.count + Self.heads.up,
      bytesReceived: answer.count + Self.heads.down,
      bytesPerSecondUp: speed, bytesPerSecondDown: speed, isPosted: true)
  }
}

extension World {
  /// Nobody repairs without a reason.
  fileprivate func checkNeed(of request: Posted, _ laptop: Laptop) {
    guard request.path == .repair, !mayDiffer, !isVerifying, (try? isUnproven(laptop)) == false
    else { return }
    fail(.digests, "\(laptop) and the hub differ, and nobody put an older copy anywhere")
  }

  /// A whole request at the hub.
  func deliver(_ request: Posted, from laptop: Laptop) throws(Problem) -> [UInt8] {
    do {
      if let forged = sabotage?.forged(request.body, time) { return forged }
      return try hub.answer(request, token: laptop.token)
    } catch {
      // Its HTTP side says 503 then, and the device tries again another time.
      guard hub.disk.isDown || hub.disk.isFull else { throw error }
      excuses.insert(.overloaded)
      throw Problem(.overloaded, cause: "\(error)")
    }
  }

  /// The beginning of a request. A server that waits for the rest hands nothing on; a hub that is
  /// handed it all the same must refuse it.
  func deliverCut(_ request: Posted, from laptop: Laptop) throws(Problem) {
    do {
      _ =
        try sabotage?.forged(request.body, time)
        ?? hub.answer(request, token: laptop.token, isWhole: false)
    } catch {
      return
    }
    broken.append(Violation(.messages, "the hub took a request that was cut off"))
  }
}
