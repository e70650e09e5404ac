import Shared
import Synchronization

/// Counts what was answered and how long it took, since the program started.
final class Meter: Sendable {
  private struct Key: Hashable {
    let route: String
    let status: Int
  }

  private struct Times {
    var counts = [Int](repeating: 0, count: Meter.bounds.count + 1)
    var sum: Int64 = 0
  }

  private struct State {
    var answers: [Key: Int] = [:]
    var times: [String: Times] = [:]
  }

  /// Milliseconds. A shared commit takes five; a page of a first sync a few hundred.
  private static let bounds: [Int64] = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 10_000]

  private let state = Mutex(State())

  /// - Parameters:
  ///   - route: one of a few: whoever calls must not make the list grow.
  ///   - time: milliseconds.
  func note(_ route: String, status: Int, time: Int64) {
    let slot = Self.bounds.firstIndex { time <= $0 } ?? Self.bounds.count
    state.withLock { state in
      state.answers[Key(route: route, status: status), default: 0] += 1
      state.times[route, default: Times()].counts[slot] += 1
      state.times[route, default: Times()].sum += time
    }
  }

  var figures: [Figure] {
    let now = state.withLock { $0 }
    let answers = now.answers.sorted {
      ($0.key.route, $0.key.status) < ($1.key.route, $1.key.status)
    }
    return [
      Figure(
        "djoliba_requests_total", .counter, "Requests answered since the program started.",
        answers.map {
          Figure.Sample($0.value, ["route": $0.key.route, "status": "\($0.key.status)"])
        }),
      Figure(
        "djoliba_request_seconds", .histogram, "Time until the answer.",
        now.times.sorted { $0.key < $1.key }.flatMap { Self.samples($0.key, $0.value) }),
    ]
  }

  private static func samples(_ route: String, _ times: Times) -> [Figure.Sample] {
    var sum = 0
    var samples = zip(bounds, times.counts).map { bound, count in
      sum += count
      return Figure.Sample(
        sum, ["le": "\(Double(bound) / 1000)", "route": route], suffix: "_bucket")
    }
    let all = times.counts.reduce(0, +)
    samples.append(Figure.Sample(all, ["le": "+Inf", "route": route], suffix: "_bucket"))
    samples.append(
      Figure.Sample(Double(times.sum) / 1000, ["route": route], suffix: "_sum"))
    samples.append(Figure.Sample(all, ["route": route], suffix: "_count"))
    return samples
  }
}
