import Shared
import Testing

@testable import Work

@Suite struct TextDifferenceTests {
  @Test func `words that stayed, went and came are told apart, and give both texts back`() {
    let pieces = TextDifference.pieces("Appeler la base. Attendre.", "Appeler le CZ. Attendre.")
    #expect(
      pieces == [
        .same("Appeler "), .removed("la"), .added("le"), .same(" "), .removed("base."),
        .added("CZ."), .same(" Attendre."),
      ])
  }

  @Test(arguments: [
    ("", ""), ("", "a b"), ("a b", ""), ("a", "a"), ("a  b\n\nc", "a b\nc"), ("x a", "a x"),
    (String(repeating: "un deux ", count: 3_000), String(repeating: "trois ", count: 3_000)),
  ])
  func `whatever differs, one side reads as the old text and the other as the new`(
    old: String, new: String
  ) {
    var (before, after) = ("", "")
    for piece in TextDifference.pieces(old, new) {
      switch piece {
      case .same(let text): (before, after) = (before + text, after + text)
      case .removed(let text): before += text
      case .added(let text): after += text
      }
    }
    #expect(before == old)
    #expect(after == new)
  }
}

@Suite struct PackPastTests {
  private static let pack = record("security_pack", ["title": "Plan", "version_label": "2.0"], 1)
  private static let section = record("pack_section", Self.text("Nouveau."), 2)
  private static let contact = record(
    "emergency_contact", ["pack_id": .text(pack.id.description), "rank": 1], 3)

  private static func text(_ body: String) -> [String: Value] {
    [
      "pack_id": .text(pack.id.description), "section_code": "sop_transport", "heading": "T",
      "body": .text(body), "order_no": 1,
    ]
  }

  private func entry(
    _ field: String, _ value: Value, written: Int64, received: Int64?
  ) -> HistoryEntry {
    HistoryEntry(
      field: field, value: value,
      stamp: Stamp(clock: HybridClock.reading(written * 60_000), device: 1), device: "",
      received: received.map { $0 * 60_000 }, replaced: .null)
  }

  /// A section that was written at minute 1, and changed again later.
  private func section(changed: [HistoryEntry], _ received: Int64? = 1) -> [HistoryEntry] {
    Self.text("Ancien.").map { entry($0.key, $0.value, written: 1, received: received) }
      .filter { first in !changed.contains { $0.field == first.field && $0.received == nil } }
      + changed
  }

  private func versions(
    hash: String?, _ section: [HistoryEntry], removed: [RemovedRecord] = []
  ) throws -> [PackVersion] {
    let content = PackContent(
      pack: Self.pack, sections: [Self.section], contacts: [])
    let approval: [(String, Value)] =
      [("version_label", "1.0"), ("status", "valide"), ("approved_on", "2026-07-01")]
      + (hash.map { [("approved_hash", .text($0))] } ?? [])
    let pack =
      approval.map { entry($0.0, $0.1, written: 10, received: 10) }
      + [entry("version_label", "2.0", written: 20, received: 20)]
    return try PackPast(content, removed: removed) { record in
      record.type == "security_pack" ? pack : section
    }.versions
  }

  private var approved: String {
    PackContent(
      pack: Self.pack, sections: [Self.section.with(["body": "Ancien."])], contacts: []
    ).fingerprint
  }

  @Test func `a version is what stood when it was approved`() throws {
    let later = entry("body", "Nouveau.", written: 30, received: 30)
    let version = try #require(try versions(hash: approved, section(changed: [later])).first)
    #expect(version.label == "1.0" && version.approvedOn == Day("2026-07-01"))
    #expect(version.content.sections.map { $0["body"] } == ["Ancien."])
    #expect(version.isCertain)
  }

  @Test func `what was written before the approval and came after it was not approved`() throws {
    let late = entry("body", "Nouveau.", written: 5, received: 15)
    let version = try #require(try versions(hash: approved, section(changed: [late])).first)
    #expect(version.content.sections.map { $0["body"] } == ["Ancien."])
    #expect(version.isCertain)
  }

  @Test func `a laptop that heard of the approval late goes by the stamps`() throws {
    let own = entry("body", "Nouveau.", written: 30, received: 9)
    let version = try #require(try versions(hash: approved, section(changed: [own])).first)
    #expect(version.content.sections.map { $0["body"] } == ["Ancien."])
    #expect(version.isCertain)
  }

  @Test func `a text that nothing leads back to is said to be missing`() throws {
    let alone = entry("body", "Nouveau.", written: 30, received: nil)
    for hash in [approved, nil] {
      let version = try #require(
        try versions(hash: hash, section(changed: [alone], nil)).first)
      #expect(!version.isCertain)
    }
  }

  @Test func `a pack that was approved on paper comes in with its sections`() throws {
    let version = try #require(
      try versions(hash: nil, section(changed: []).map(later)).first)
    #expect(version.content.sections.count == 1)
    #expect(version.isCertain)
  }

  private func later(_ first: HistoryEntry) -> HistoryEntry {
    HistoryEntry(
      field: first.field, value: first.value,
      stamp: Stamp(clock: HybridClock.reading(10 * 60_000) + 7, device: 1), device: "",
      received: 10 * 60_000, replaced: .null)
  }

  @Test func `a number that was taken out later was in the version, one before was not`() throws {
    for (minute, count) in [(Int64(15), 1), (8, 0)] {
      let gone = RemovedRecord(
        record: Self.contact,
        history: Self.contact.values.map { entry($0.key, $0.value, written: 2, received: 2) },
        stamp: Stamp(clock: HybridClock.reading(minute * 60_000), device: 1),
        received: minute * 60_000)
      let version = try #require(
        try versions(hash: nil, section(changed: []), removed: [gone]).first)
      #expect(version.content.contacts.count == count)
    }
  }

  @Test func `the difference lists what was changed, added and taken out`() throws {
    let old = PackContent(
      pack: Self.pack, sections: [Self.section.with(["body": "Ancien."])],
      contacts: [Self.contact])
    let other = record("emergency_contact", Self.contact.values, 9)
    let new = PackContent(
      pack: Self.pack, sections: [Self.section], contacts: [other])
    let difference = PackDifference(from: old, to: new)
    guard case .changed(let fields) = difference.sections.first?.change else {
      Issue.record("the section did not change")
      return
    }
    #expect(fields.map(\.name) == ["body"])
    #expect(difference.contacts.map(\.record.id) == [other.id, Self.contact.id])
    #expect(difference.unchanged == 0)
    #expect(PackDifference(from: old, to: old).isEmpty)
    #expect(PackDifference(from: old, to: old).unchanged == 2)
  }
}
