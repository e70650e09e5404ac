package import Shared

/// How the rules read records: an empty field is an absent answer, never a false one.
extension Record {
  package func text(_ field: String) -> String? {
    self[field].text.flatMap { $0.isEmpty ? nil : $0 }
  }

  package func day(_ field: String) -> Day? { text(field).flatMap { Day($0) } }

  package func isTrue(_ field: String) -> Bool { self[field] == 1 }

  package func number(_ field: String) -> Double? {
    switch self[field] {
    case .int(let number): Double(number)
    case .real(let number): number
    case .null, .text: nil
    }
  }

  /// The whole numbers of these fields together.
  package func count(_ fields: String...) -> Int {
    fields.reduce(0) { $0.adding(Int(wholePartOf: number($1) ?? 0)) }
  }

  /// The values of a field that holds several choices.
  package func choices(_ field: String) -> Set<String> {
    Set((text(field) ?? "").split(separator: "+").map(String.init))
  }

  /// Whether a reference of this record leads to that one, which it may name by id or by code.
  package func refers(by field: String, to other: Record) -> Bool {
    guard let name = text(field) else { return false }
    return name == other.id.description || name == other.text("code")
  }
}
