package import Shared

/// Who has read the current version of a pack, among those who should.
package struct Appropriation: Sendable, Equatable {
  package let signed: Int
  package let expected: Int

  package init(signed: Int, expected: Int) {
    self.signed = signed
    self.expected = expected
  }

  /// 0 to 100; nil while nobody is expected to sign, which is no success.
  package var percent: Double? {
    expected == 0 ? nil : min(100, Double(signed) * 100 / Double(expected))
  }
}

extension Appropriation {
  /// - Parameters:
  ///   - audience: counts these people only; nil for everybody the pack is for.
  ///   - base: the pack's; its headcount is the measure when the pack is for everybody, since
  ///     not all of the staff have a record.
  package init(
    of content: PackContent, signatures: [Record], staff: [Record], base: Record?,
    audience: String? = nil
  ) {
    let pack = content.pack
    let wanted = audience.map { [$0] } ?? content.audience
    let people = staff.filter { person in
      person.isTrue("active") && person["base_code"] == pack["base_code"]
        && person.belongs(to: wanted)
    }
    let read = signatures.filter { $0.isReading(of: pack) }
    if wanted.contains("tous") {
      signed = Set(read.compactMap(\.signer)).count
      expected = max(base?.count("staff_count") ?? 0, people.count)
    } else {
      let ids = Set(people.map(\.id.description))
      signed = Set(read.compactMap { $0.text("person_id") }).intersection(ids).count
      expected = people.count
    }
  }
}

extension PackContent {
  /// Whom its sections are for; everybody while it has none.
  package var audience: Set<String> {
    let all = sections.reduce(into: Set<String>()) { $0.formUnion($1.choices("audience")) }
    return all.isEmpty ? ["tous"] : all
  }
}

extension Record {
  fileprivate func belongs(to audience: Set<String>) -> Bool {
    audience.contains("tous") || !choices("audience").isDisjoint(with: audience)
  }

  /// Whether this signature says that somebody read this very version.
  package func isReading(of pack: Record) -> Bool {
    text("act") == "lu_compris" && refers(by: "subject_id", to: pack)
      && self["subject_version"] == pack["version_label"]
  }

  /// Staff by their record, others by their name: a guard without a record counts too.
  fileprivate var signer: String? { text("person_id") ?? text("signer_name") }
}
