package import Shared

/// Sizes and durations as people read them.
package enum Amounts {
  /// Bytes in powers of 1000: `840 o`, `12,3 ko`; `840 B`, `12.3 kB`.
  package static func bytes(_ count: Int, _ language: Language) -> String {
    let unit = language == .fr ? "o" : "B"
    guard count >= 1000 else { return "\(count) \(unit)" }
    var value = Double(count) / 1000
    var prefixes = ["k", "M", "G", "T"][...]
    // 999 950 bytes would round to 1000,0 ko.
    while value >= 999.95, prefixes.count > 1 {
      value /= 1000
      prefixes.removeFirst()
    }
    let tenths = Int((value * 10).rounded())
    let mark = language == .fr ? "," : "."
    return "\(tenths / 10)\(mark)\(tenths % 10) \(prefixes.first!)\(unit)"
  }

  /// Bytes per second.
  package static func rate(_ bytesPerSecond: Double, _ language: Language) -> String {
    bytes(whole(bytesPerSecond), language) + "/s"
  }

  /// A duration to two units: `4 s`, `2 min 05 s`, `1 h 03 min`.
  package static func duration(seconds: Double) -> String {
    let seconds = whole(seconds.rounded(.up))
    switch seconds {
    case ..<60: return "\(seconds) s"
    case ..<3600: return "\(seconds / 60) min \(twoDigits(seconds % 60)) s"
    default: return "\(seconds / 3600) h \(twoDigits(seconds % 3600 / 60)) min"
    }
  }

  static func twoDigits(_ number: Int) -> String {
    number < 10 ? "0\(number)" : "\(number)"
  }

  private static func whole(_ value: Double) -> Int {
    Int(exactly: max(value, 0).rounded()) ?? 0
  }
}
