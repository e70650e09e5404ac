/// How far an association stands on its own feet: five domains of 0 to 4.
package struct Autonomy: Sendable, Hashable {
  package enum Grade: String, Sendable, CaseIterable {
    case notFunctional, littleActive, active, veryActive
  }

  package static let domains = ["gouvernance", "finance", "medicaments", "rh", "services"]

  package let total: Int

  /// Nil for anything but five marks of 0 to 4.
  package init?(marks: [Int]) {
    guard marks.count == Self.domains.count, marks.allSatisfy({ (0...4).contains($0) }) else {
      return nil
    }
    total = marks.reduce(0, +)
  }

  /// Nil outside of 0 to 20.
  package init?(total: Double) {
    guard (0...20).contains(total) else { return nil }
    self.total = Int(total.rounded())
  }

  package var grade: Grade {
    switch total {
    case ..<8: .notFunctional
    case ..<13: .littleActive
    case ..<17: .active
    default: .veryActive
    }
  }
}
