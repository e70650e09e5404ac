package import Shared

/// What several partners buy or carry together: who still waits, what is missing, and whether the
/// transport is shared out.
package struct PooledSupply: Sendable {
  package struct Campaign: Sendable {
    package let name: String
    package let lines: [Record]
    /// FCFA; what was cancelled costs nothing.
    package let cost: Int
    /// Products whose shares of a leg do not make a hundred, with the sum in per cent.
    package let uneven: [(product: String, leg: String, sum: Double)]
  }

  /// The newest name first.
  package let campaigns: [Campaign]

  package init(_ lines: [Record]) {
    let groups = Dictionary(grouping: lines) { $0.text("campaign") ?? "" }
    campaigns = groups.keys.sorted(by: >).map { name in
      let lines = groups[name] ?? []
      let alive = lines.filter { $0.text("status") != "annule" }
      return Campaign(
        name: name, lines: lines,
        cost: alive.reduce(0) { $0.adding($1.count("est_cost_xof")) },
        uneven: Self.uneven(alive))
    }
  }

  private static func uneven(_ lines: [Record]) -> [(product: String, leg: String, sum: Double)] {
    var sums: [String: (product: String, leg: String, sum: Double)] = [:]
    for line in lines {
      guard let leg = line.text("transport_leg"), let product = line.text("product_dci"),
        let share = line.number("transport_share_pct")
      else { continue }
      sums[leg + "\u{1F}" + product, default: (product, leg, 0)].sum += share
    }
    return sums.sorted { $0.key < $1.key }.map(\.value).filter { abs($0.sum - 100) > 1 }
  }
}

extension Record {
  private static let arrived: Set = ["recu", "cloture"]

  /// Of a line of a pooled purchase that arrived: what was received less than was approved; negative
  /// for too much.
  package var shortfall: Int? {
    guard Self.arrived.contains(text("status") ?? ""), let approved = number("qty_approved"),
      let received = number("qty_received"), approved != received
    else { return nil }
    return Int(wholePartOf: approved - received)
  }

  /// Whether a line of a pooled purchase should have arrived before this day.
  package func isOverdueSupply(_ today: Day) -> Bool {
    let isOpen = !Self.arrived.union(["annule"]).contains(text("status") ?? "")
    return isOpen && day("expected_on").map { $0 < today } ?? false
  }
}
