import Crypto
package import Shared

// What was approved is text that people have read and numbers that they will call. The fingerprint
// covers exactly this, so a later change of either turns the pack "to be revised" on every
// laptop by itself, without a server that says so. That a number was tested, or a chapter
// rehearsed, changes nothing of what was approved, and is left out.

/// A security pack with what belongs to it.
package struct PackContent: Sendable {
  package let pack: Record
  /// In the order of the pack.
  package let sections: [Record]
  /// In the order in which they are called.
  package let contacts: [Record]

  /// - Parameters: records of any pack; those of this one are taken.
  package init(pack: Record, sections: [Record], contacts: [Record]) {
    self.pack = pack
    self.sections = sections.filter { $0.refers(by: "pack_id", to: pack) }
      .sorted { ($0.count("order_no"), $0.id) < ($1.count("order_no"), $1.id) }
    self.contacts = contacts.filter { $0.refers(by: "pack_id", to: pack) }
      .sorted { ($0.count("rank"), $0.id) < ($1.count("rank"), $1.id) }
  }

  package func section(_ code: String) -> Record? {
    sections.first { $0.text("section_code") == code }
  }
}

extension PackContent {
  static let sectionFields = [
    "order_no", "section_code", "heading", "body", "audience", "mandatory",
  ]
  static let contactFields = [
    "rank", "tier", "role_label", "name_or_service", "phone_orange", "phone_malitel", "phone_sat",
    "radio_callsign", "availability",
  ]

  /// What the approver has in front of them: `v1:` and a SHA-256. The rule's number stands in
  /// front, so that a later rule does not turn every approved pack "to be revised".
  package var fingerprint: String {
    var hash = SHA256()
    for (records, fields) in [(sections, Self.sectionFields), (contacts, Self.contactFields)] {
      Self.add("\(records.count)", to: &hash)
      for record in records {
        Self.add(record.id.description, to: &hash)
        for field in fields { Self.add(record[field].plain, to: &hash) }
      }
    }
    return "v1:" + hash.finalize().hexadecimal
  }

  /// With its length in front, so that text cannot move from one field to its neighbour.
  private static func add(_ text: String, to hash: inout SHA256) {
    let bytes = Array(text.utf8)
    hash.update(data: Array("\(bytes.count):".utf8) + bytes)
  }

  /// Whether something changed since it was approved. A pack that was approved before
  /// fingerprints were kept, on paper or in a spreadsheet, has none to compare with.
  package var hasChangedSinceApproval: Bool {
    guard let approved = pack.text("approved_hash"), approved.hasPrefix("v1:") else { return false }
    return approved != fingerprint
  }
}

extension PackContent {
  /// The four families without which nobody can be asked to approve a pack.
  package static let requiredSections = [
    "sop_transport", "sop_telecom", "sop_checkin", "gestion_crise",
  ]

  /// What is missing before the pack may be submitted: codes of sections, and
  /// `contacts_urgence` while nobody is listed to call.
  package var missing: [String] {
    let absent = Self.requiredSections.filter { code in
      section(code)?.text("body")?.contains { !$0.isWhitespace } != true
    }
    return absent + (contacts.isEmpty ? ["contacts_urgence"] : [])
  }

  package var isComplete: Bool { missing.isEmpty }

  /// Words of all sections; twenty pages hold about ten thousand.
  package var words: Int {
    sections.reduce(0) { $0 + ($1.text("body") ?? "").split(whereSeparator: \.isWhitespace).count }
  }

  /// Whether it is longer than people read.
  package var isLong: Bool { words > 10_000 }
}
