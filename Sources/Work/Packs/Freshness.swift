import Shared

// The light of a base is the first thing that Bamako looks at, so it never flatters: any rule
// that is broken sets it, and a base that has been silent for two weeks is grey whatever its
// records say, because nobody knows.

/// How current a pack is.
package enum Light: Int, Sendable, Hashable, Comparable, CaseIterable {
  case green, yellow, orange, red, grey

  package static func < (a: Light, b: Light) -> Bool { a.rawValue < b.rawValue }
}

/// A light, and every rule that made it what it is.
package struct Freshness: Sendable {
  package enum Reason: Sendable, Hashable {
    /// Days since the base was heard of; nil when it never was.
    case silent(days: Int?)
    case noValidPack
    /// Submitted, without so many sections; it counts as in review.
    case incomplete(Int)
    case reviewOverdue(days: Int)
    case reviewDue(days: Int)
    /// How many numbers were never tested.
    case neverTested(Int)
    /// How many numbers, and the days since the oldest test.
    case untested(Int, days: Int)
    case testFailed(Int)
    case toRevise(afterIncident: Bool)
    case littleRead(percent: Int)
  }

  package let light: Light
  /// The gravest first.
  package let reasons: [(light: Light, reason: Reason)]

  /// - Parameters:
  ///   - heard: when the base last synced; nil when it never did.
  package init(
    _ content: PackContent, _ state: PackState, appropriation: Appropriation, heard: Day?,
    today: Day
  ) {
    var found = Self.silence(since: heard, today)
    found += state.isApproved ? Self.review(state, today) : [(.red, .noValidPack)]
    if !state.lacking.isEmpty { found.append((.red, .incomplete(state.lacking.count))) }
    found += Self.tests(of: content.contacts, today)
    if state.status == "a_reviser" {
      let light: Light = state.followsIncident ? .orange : .yellow
      found.append((light, .toRevise(afterIncident: state.followsIncident)))
    }
    if state.isApproved { found += Self.reading(appropriation) }
    reasons = found.sorted { $0.0 > $1.0 }
    light = reasons.first?.light ?? .green
  }

  /// A base without any pack: nothing to read, nothing to test.
  package init(withoutPackHeard heard: Day?, today: Day) {
    reasons = Self.silence(since: heard, today) + [(.red, .noValidPack)]
    light = reasons[0].light
  }
}

extension Freshness {
  /// Days of silence after which a base is grey.
  package static let silence = 14
  /// Days before and after the review's day that change the light.
  package static let reviewNotice = 30
  /// Days after which a number is doubtful, and after which it is not to be relied on.
  package static let (doubtful, unreliable) = (90, 180)

  private static func silence(since heard: Day?, _ today: Day) -> [(Light, Reason)] {
    guard let heard else { return [(.grey, .silent(days: nil))] }
    let days = today - heard
    return days > silence ? [(.grey, .silent(days: days))] : []
  }

  private static func review(_ state: PackState, _ today: Day) -> [(Light, Reason)] {
    guard let due = state.reviewDue else { return [(.orange, .reviewOverdue(days: 0))] }
    let days = today - due
    if days > reviewNotice { return [(.red, .reviewOverdue(days: days))] }
    if days > 0 { return [(.orange, .reviewOverdue(days: days))] }
    return -days <= reviewNotice ? [(.yellow, .reviewDue(days: -days))] : []
  }

  /// A call sign is no number: the radio is tested every day, and the list does not say so.
  private static func tests(of contacts: [Record], _ today: Day) -> [(Light, Reason)] {
    let numbers = contacts.filter(\.hasNumber)
    let ages = numbers.compactMap { $0.day("last_tested_on").map { today - $0 } }
    var found: [(Light, Reason)] = []
    if ages.count < numbers.count { found.append((.red, .neverTested(numbers.count - ages.count))) }
    let bands: [(Light, [Int])] = [
      (.red, ages.filter { $0 > unreliable }),
      (.yellow, ages.filter { $0 >= doubtful && $0 <= unreliable }),
    ]
    for (light, old) in bands {
      if let days = old.max() { found.append((light, .untested(old.count, days: days))) }
    }
    let failed = numbers.count { $0["last_test_ok"] == 0 }
    return failed > 0 ? found + [(.yellow, .testFailed(failed))] : found
  }

  private static func reading(_ appropriation: Appropriation) -> [(Light, Reason)] {
    let percent = appropriation.percent ?? 0
    if percent < 60 { return [(.orange, .littleRead(percent: Int(percent)))] }
    return percent < 90 ? [(.yellow, .littleRead(percent: Int(percent)))] : []
  }
}

extension Record {
  /// An emergency contact that can be called by telephone.
  fileprivate var hasNumber: Bool {
    ["phone_orange", "phone_malitel", "phone_sat"].contains { text($0) != nil }
  }
}
