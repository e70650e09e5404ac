import Shared

// What a sync does next. The machine takes an event and returns an action; it knows no socket,
// no file and no clock, so that a simulation can drive it through anything a link may do. The
// thin loop in `Syncing.swift` carries its actions out.
//
// One exchange carries the next pending changes up and the next changes down. Most syncs are
// one exchange. Pages follow the speed that the link showed. What goes up is lost whole when the
// link is cut, so it takes about three seconds; what comes down is kept as far as it came, so it
// may take fifteen. Neither is ever so small that headers outweigh it.

package struct SyncMachine: Sendable {
  package enum Action: Sendable, Equatable {
    /// Send the next pending changes, up to `push` bytes, and ask for up to `pull` bytes, both
    /// before compression. `correction` milliseconds go with the device's clock.
    case exchange(push: Int, pull: Int, correction: Int64)
    /// Stamp pending changes anew: the hub says it is now `hubTime`.
    case restamp(hubTime: Int64)
    /// Compare these scopes with the hub record by record and mend what differs; all when nil.
    case repair([Scope]?)
    case finish(Ending)
  }

  package enum Ending: Sendable, Equatable {
    /// Everything went both ways.
    case complete
    /// The byte budget is spent.
    case budgetSpent
    /// The hub does not take this device's time even after stamping anew.
    case clockRefused
    /// The hub does not know this device's cursors even after a repair.
    case cursorRefused
  }

  /// What an exchange showed.
  package struct Exchanged: Sendable {
    package let hubTime: Int64
    /// This device's clock minus the hub's, in milliseconds.
    package let clockError: Int64
    package let examined: Bool
    /// Whether the hub said that it has more.
    package let hasMore: Bool
    /// Whether the link was cut before the whole answer had come.
    package let isCut: Bool
    /// Records that still wait to be sent.
    package let waiting: Int
    package let bytesSent: Int
    package let bytesReceived: Int
    package let bytesPerSecondUp: Double
    package let bytesPerSecondDown: Double
    /// Scopes that are complete and yet differ from the hub's.
    package let unequal: [Scope]
    /// Whether every record has to be compared, whatever the digests say.
    package let isUnproven: Bool

    package init(
      hubTime: Int64, clockError: Int64, examined: Bool, hasMore: Bool, isCut: Bool, waiting: Int,
      bytesSent: Int, bytesReceived: Int, bytesPerSecondUp: Double, bytesPerSecondDown: Double,
      unequal: [Scope] = [], isUnproven: Bool = false
    ) {
      self.hubTime = hubTime
      self.clockError = clockError
      self.examined = examined
      self.hasMore = hasMore
      self.isCut = isCut
      self.waiting = waiting
      self.bytesSent = bytesSent
      self.bytesReceived = bytesReceived
      self.bytesPerSecondUp = bytesPerSecondUp
      self.bytesPerSecondDown = bytesPerSecondDown
      self.unequal = unequal
      self.isUnproven = isUnproven
    }
  }

  private let maximumBytes: Int
  private var spent = 0
  private var up = Limits.firstPageUp
  private var down = Limits.firstPageDown
  private var correction: Int64 = 0
  private var restamps = 0
  private var hasRepaired = false
  /// What goes at once, at most: a link that was cut in the midst of more does not take more.
  private var ceilingUp = Limits.largestPage
  private var ceilingDown = Limits.largestPage
  /// Whether anything came through since the link was last cut.
  private var hasAdvanced = false
  private var upcoming: Action

  /// - Parameter maximumBytes: where to stop, on the wire, headers included.
  package init(maximumBytes: Int = .max) {
    self.maximumBytes = maximumBytes
    upcoming = .finish(.budgetSpent)
    upcoming = exchange()
  }

  /// What to do now.
  package func next() -> Action { upcoming }

  package mutating func restamped() { upcoming = exchange() }

  package mutating func exchanged(_ result: Exchanged) {
    spent += result.bytesSent + result.bytesReceived
    hasAdvanced = !result.isCut
    up = min(Self.page(result.bytesPerSecondUp, seconds: Limits.pageSecondsUp), ceilingUp)
    down = min(
      Self.page(result.bytesPerSecondDown, seconds: Limits.pageSecondsDown), ceilingDown)
    guard result.examined else {
      correction = -result.clockError
      restamps += 1
      upcoming =
        restamps > 2 ? .finish(.clockRefused) : .restamp(hubTime: result.hubTime)
      return
    }
    if result.waiting > 0 || result.hasMore || result.isCut {
      upcoming = exchange()
    } else if hasRepaired || !result.isUnproven && result.unequal.isEmpty {
      upcoming = .finish(.complete)
    } else {
      upcoming = repair(result.isUnproven ? nil : result.unequal)
    }
  }

  /// The link was cut in an exchange, and nothing whole came back. Returns whether to go on: when
  /// something came through since the last cut, or when less may come through where much did not.
  ///
  /// - Parameters:
  ///   - posted: the size of the request's body; nobody knows how much of it arrived.
  ///   - received: bytes that came back.
  ///   - bytes: that the exchange took.
  package mutating func wasCut(posted: Int, received: Int, bytes: Int) -> Bool {
    spent += bytes
    let before = (up, down)
    if received >= Limits.smallestPage {
      // Not even a part of it fits between two cuts.
      down = max(min(down / 2, received * 2), Limits.smallestPage)
      ceilingDown = down
    } else if received == 0, posted > Limits.smallestPage {
      up = max(min(up, posted) / 2, Limits.smallestPage)
      ceilingUp = up
    }
    upcoming = exchange()
    defer { hasAdvanced = false }
    return hasAdvanced || (up, down) != before
  }

  /// The hub could not read the request, which goes again in other words.
  package mutating func wasNotRead(bytes: Int) { goOn(spending: bytes) }

  /// The hub does not know a cursor of this device: it was restored from an older copy.
  package mutating func cursorRefused() {
    upcoming = hasRepaired ? .finish(.cursorRefused) : repair(nil)
  }

  /// - Parameter bytes: that the repair took on the link.
  package mutating func repaired(bytes: Int) { goOn(spending: bytes) }

  private mutating func goOn(spending bytes: Int) {
    spent += bytes
    upcoming = exchange()
  }

  private mutating func repair(_ scopes: [Scope]?) -> Action {
    hasRepaired = true
    return .repair(scopes)
  }

  /// What the byte budget leaves for the answer to a request with a body of this size, though nothing
  /// of it compressed and the hub ended with a record that goes beyond; nil when there is no room for
  /// the body.
  package func room(beside posted: Int) -> Int? {
    guard maximumBytes < .max else { return .max }
    let left = maximumBytes - spent - posted - Limits.headsOfExchange
    return left < 0 ? nil : max(0, left - Limits.recordBeyond)
  }

  /// Not even one record has room in the byte budget.
  package mutating func hasNoRoom() { upcoming = .finish(.budgetSpent) }

  /// Whether the byte budget has room for one more exchange.
  package var hasRoom: Bool { maximumBytes - spent >= Limits.smallestExchange }

  private func exchange() -> Action {
    guard hasRoom else { return .finish(.budgetSpent) }
    // Both ways together, and room for what compresses worse than most.
    let share = maximumBytes == .max ? Int.max : (maximumBytes - spent) / 3
    return .exchange(
      push: min(up, share) * Limits.compressionGuess,
      pull: min(down, share) * Limits.compressionGuess, correction: correction)
  }

  private static func page(_ bytesPerSecond: Double, seconds: Double) -> Int {
    let bytes = bytesPerSecond > 0 ? min(bytesPerSecond * seconds, 1e9) : 0
    return min(max(Int(bytes), Limits.smallestPage), Limits.largestPage)
  }
}
