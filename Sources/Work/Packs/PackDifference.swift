package import Shared

/// What changed from one version of a pack to another: of the sections and numbers that an approval
/// covers, and of nothing else.
package struct PackDifference: Sendable {
  package enum Change: Sendable {
    case added, removed
    case changed([FieldDifference])
  }

  package struct FieldDifference: Sendable {
    package let name: String
    package let old, new: Value
  }

  package struct Part: Sendable {
    /// As it stands, or as it was when it stands no more.
    package let record: Record
    package let change: Change
  }

  package let sections, contacts: [Part]
  /// How many of both are as they were.
  package let unchanged: Int

  package var isEmpty: Bool { sections.isEmpty && contacts.isEmpty }

  package init(from old: PackContent, to new: PackContent) {
    sections = Self.parts(old.sections, new.sections, PackContent.sectionFields)
    contacts = Self.parts(old.contacts, new.contacts, PackContent.contactFields)
    unchanged =
      new.sections.count + new.contacts.count
      - (sections + contacts).count { if case .removed = $0.change { false } else { true } }
  }

  /// In the order of the new version, what was taken out at the end.
  private static func parts(_ old: [Record], _ new: [Record], _ fields: [String]) -> [Part] {
    let before = Dictionary(old.map { ($0.id, $0) }) { first, _ in first }
    let standing = Set(new.map(\.id))
    let changed = new.compactMap { record -> Part? in
      guard let former = before[record.id] else { return Part(record: record, change: .added) }
      let different = fields.filter { former[$0] != record[$0] }
      guard !different.isEmpty else { return nil }
      return Part(
        record: record,
        change: .changed(
          different.map { FieldDifference(name: $0, old: former[$0], new: record[$0]) }))
    }
    return changed
      + old.filter { !standing.contains($0.id) }.map { Part(record: $0, change: .removed) }
  }
}
