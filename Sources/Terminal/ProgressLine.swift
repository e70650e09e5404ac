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
    return "\r" + fitted(text(done: done, of: total, at: seconds)) + "\u{1B}[K"
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
    guard terminal else { return page(done: done, of: done, at: seconds) }
    guard drawn != nil else { return nil }
    drawn = nil
    return "\r" + fitted(text(done: done, of: done, at: seconds)) + "\u{1B}[K\n"
  }

  private func text(done: Int, of total: Int?, at seconds: Double) -> String {
    let elapsed = seconds - started
    let rate = elapsed > 0 ? Double(done) / elapsed : 0
    var parts = [title[language]]
    if let total, total > 0 {
      let share = min(1, Double(done) / Double(total))
      if terminal { parts.append(Self.bar(share)) }
      parts.append("\(Int(share * 100))" + (language == .fr ? " %" : "%"))
      parts.append(Amounts.bytes(done, language) + " / " + Amounts.bytes(total, language))
    } else {
      parts.append(Amounts.bytes(done, language))
    }
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

  private func fitted(_ text: String) -> String { String(text.prefix(max(0, columns - 1))) }
}
