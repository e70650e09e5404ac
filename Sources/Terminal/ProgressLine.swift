package import Shared

/// How far a transfer is, as text for standard error.
///
/// It prints nothing and reads no clock: each call takes the time, in seconds from any fixed
/// origin, and returns what to write, or nil. On a terminal one line is redrawn; elsewhere each
/// page of the exchange gives at most one plain line.
package struct ProgressLine: Sendable {
  /// Redrawing faster than this costs a slow link over SSH more than it shows, in seconds.
  private static let redraw = 0.1
  private static let barWidth = 20

  private let title: Label
  private let language: Language
  private let terminal: Bool
  private let columns: Int
  private let started: Double
  private var drawn: Double?
  private var told = 0
  private var hasEnded = false

  /// - Parameter columns: the width of the terminal; the line never wraps.
  package init(
    title: Label, language: Language, terminal: Bool, columns: Int = 80, at seconds: Double
  ) {
    self.title = title
    self.language = language
    self.terminal = terminal
    self.columns = columns
    started = seconds
  }

  /// Some bytes more have passed. `total` is nil while nobody knows it.
  package mutating func update(done: Int, of total: Int?, at seconds: Double) -> String? {
    guard terminal else { return nil }
    if let drawn, seconds - drawn < Self.redraw { return nil }
    drawn = seconds
    return "\r" + fitted(done: done, of: total, at: seconds) + "\u{1B}[K"
  }

  /// A page of the exchange has been accepted.
  package mutating func page(done: Int, of total: Int?, at seconds: Double) -> String? {
    guard !terminal else { return update(done: done, of: total, at: seconds) }
    guard done != told else { return nil }
    told = done
    return text(done: done, of: total, at: seconds) + "\n"
  }

  /// Leaves the line, so that what follows starts on its own.
  package mutating func end(done: Int, at seconds: Double) -> String? {
    hasEnded = true
    guard terminal else { return page(done: done, of: done, at: seconds) }
    guard drawn != nil else { return nil }
    drawn = nil
    return "\r" + fitted(done: done, of: done, at: seconds) + "\u{1B}[K\n"
  }

  /// How much is said, from all to the bare numbers.
  private enum Detail: Int, CaseIterable {
    case all, noBar, noTitle, noRate, shareAlone
  }

  private func text(
    done: Int, of total: Int?, at seconds: Double, _ detail: Detail = .all
  ) -> String {
    let elapsed = seconds - started
    let rate = elapsed > 0 ? Double(done) / elapsed : 0
    var parts = detail.rawValue < Detail.noTitle.rawValue ? [title[language]] : []
    if let total, total > 0 {
      let share = min(1, Double(done) / Double(total))
      // More may come after what is known of: all is done at the end alone.
      let percent = min(Int(share * 100), hasEnded ? 100 : 99)
      if terminal && detail == .all { parts.append(Self.bar(share)) }
      parts.append("\(percent)" + (language == .fr ? " %" : "%"))
      if detail == .shareAlone { return parts[0] }
      parts.append(Amounts.bytes(done, language) + " / " + Amounts.bytes(total, language))
    } else {
      parts.append(Amounts.bytes(done, language))
    }
    if detail.rawValue >= Detail.noRate.rawValue { return parts.joined(separator: "  ") }
    if rate > 0 { parts.append(Amounts.rate(rate, language)) }
    if let total, rate > 0, done < total {
      parts.append(remaining(seconds: Double(total - done) / rate))
    }
    return parts.joined(separator: "  ")
  }

  private func remaining(seconds: Double) -> String {
    let duration = Amounts.duration(seconds: seconds)
    return language == .fr ? "reste \(duration)" : "\(duration) left"
  }

  private static func bar(_ share: Double) -> String {
    let full = Int(share * Double(barWidth))
    return "[" + String(repeating: "#", count: full)
      + String(repeating: "-", count: barWidth - full) + "]"
  }

  /// As much as the terminal has room for: the bar goes first, the numbers last.
  private func fitted(done: Int, of total: Int?, at seconds: Double) -> String {
    let room = max(0, columns - 1)
    let texts = Detail.allCases.lazy.map { text(done: done, of: total, at: seconds, $0) }
    return texts.first { $0.displayWidth <= room }
      ?? String(text(done: done, of: total, at: seconds, .shareAlone).prefix(room))
  }
}
