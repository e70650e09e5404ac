package import Shared

/// What looks wrong in a value that an association declared. A warning asks for a second look;
/// nothing here refuses.
package enum Plausibility: Sendable, Hashable {
  /// More women at the fourth visit than could have come to the first.
  case moreFourthVisits
  /// More spent than came in.
  case spentMoreThanReceived
  /// More than three times the period before.
  case jump(from: Double)

  /// - Parameter value: what an indicator's code was in a period; nil when nobody said.
  package static func warnings(
    _ code: String, _ period: ReportPeriod, value: (String, ReportPeriod) -> Double?
  ) -> [Plausibility] {
    guard let now = value(code, period) else { return [] }
    var warnings: [Plausibility] = []
    if code == "SRV03", let first = value("SRV02", period), now > first * 1.5 {
      warnings.append(.moreFourthVisits)
    }
    if code == "FIN03" {
      let income = ["FIN01", "FIN02", "FIN07"].compactMap { value($0, period) }
      if !income.isEmpty, now > income.reduce(0, +) { warnings.append(.spentMoreThanReceived) }
    }
    if let before = value(code, period.previous), before > 0, now > before * 3 {
      warnings.append(.jump(from: before))
    }
    return warnings
  }
}

extension Record {
  /// Of a value: counter-verified before verified before declared.
  package var bestValue: Double? {
    number("value_counter") ?? number("value_verified") ?? number("value_declared")
  }

  /// |declared − verified| ÷ verified; nil while nobody verified, or where zero was found.
  package var gap: Double? {
    guard let declared = number("value_declared"), let verified = number("value_verified"),
      verified != 0
    else { return nil }
    return abs(declared - verified) / abs(verified)
  }

  /// A gap above a tenth is put before somebody.
  package var hasWideGap: Bool { gap.map { $0 > 0.1 } ?? false }

  /// Whether nobody but monitoring may change it any more.
  package var isLocked: Bool {
    ["verifie", "contre_verifie"].contains(text("verification_status") ?? "")
  }
}
