package import Shared

// Nobody keeps copies of a pack's versions: they are read back from the history, as what stood
// when the Country Director approved. What somebody wrote offline before the approval, and that
// arrived after it, was not approved; so the order of arrival counts. A laptop that was away knows
// arrivals in another order than Bamako, and then the stamps are tried. The fingerprint that the
// approval left says whether the text found is the approved one: where nothing fits it, that is
// said, rather than guessed.

/// A version of a pack that was approved, and what it said.
package struct PackVersion: Sendable {
  package let label: String
  package let approvedOn: Day?
  /// What its authors said had changed in it.
  package let summary: String?
  package let content: PackContent
  /// Whether this is all of the approved text and nothing else.
  package let isCertain: Bool
}

/// A pack with the history of everything that belongs to it.
package struct PackPast: Sendable {
  private let pack: RecordPast
  private let sections, contacts: [RecordPast]

  /// - Parameters:
  ///   - history: as the desk tells it.
  ///   - removed: sections and contacts of this pack that are no more.
  package init(
    _ content: PackContent, removed: [RemovedRecord],
    history: (Record) throws(Problem) -> [HistoryEntry]
  ) throws(Problem) {
    func past(_ records: [Record], _ type: String) throws(Problem) -> [RecordPast] {
      var all: [RecordPast] = []
      for record in records { all.append(RecordPast(record: record, entries: try history(record))) }
      let gone = removed.filter { $0.record.type == type }.map { gone in
        RecordPast(
          record: gone.record, entries: gone.history,
          removal: RecordPast.Moment(received: gone.received, stamp: gone.stamp))
      }
      return all + gone
    }
    pack = RecordPast(record: content.pack, entries: try history(content.pack))
    sections = try past(content.sections, "pack_section")
    contacts = try past(content.contacts, "emergency_contact")
  }

  /// The approved versions, oldest first.
  package var versions: [PackVersion] {
    var latest: [String: RecordPast.Moment] = [:]
    var labels: [String] = []
    for entry in pack.entries where entry.isApproval {
      let moment = RecordPast.Moment(entry)
      let label = pack.record(at: moment, .arrival)?.text("version_label") ?? "—"
      if latest[label] == nil { labels.append(label) }
      latest[label] = moment
    }
    return labels.compactMap { label in latest[label].flatMap { version(at: $0) } }
  }

  private func version(at moment: RecordPast.Moment) -> PackVersion? {
    guard let pack = pack.record(at: moment, .arrival) else { return nil }
    let approved = pack.text("approved_hash")
    let orders: [RecordPast.Order] = approved == nil ? [.takenOver] : [.arrival, .stamps]
    let found = orders.map { content(pack, at: moment, $0) }
    let exact = found.first { $0.fingerprint == approved }
    let isWhole = (sections + contacts).allSatisfy { $0.isKnown(at: moment) }
    return PackVersion(
      label: pack.text("version_label") ?? "—", approvedOn: pack.day("approved_on"),
      summary: pack.text("change_summary"), content: exact ?? found[0],
      isCertain: approved == nil ? isWhole : exact != nil)
  }

  private func content(
    _ pack: Record, at moment: RecordPast.Moment, _ order: RecordPast.Order
  ) -> PackContent {
    PackContent(
      pack: pack, sections: sections.compactMap { $0.record(at: moment, order) },
      contacts: contacts.compactMap { $0.record(at: moment, order) })
  }
}

extension HistoryEntry {
  fileprivate var isApproval: Bool {
    field == "status" && value == "valide" || field == "approved_on" && !value.isNull
  }
}

/// One record and every value that it had.
private struct RecordPast: Sendable {
  struct Moment: Sendable {
    let received: Int64
    let stamp: Stamp

    init(received: Int64, stamp: Stamp) {
      self.received = received
      self.stamp = stamp
    }

    /// A value that came with its record was there before anything that arrived.
    init(_ entry: HistoryEntry) {
      self.init(received: entry.received ?? 0, stamp: entry.stamp)
    }
  }

  /// What « before » means.
  enum Order {
    case arrival, stamps
    /// A pack that was approved on paper comes in with its sections, one after the other.
    case takenOver
  }

  let record: Record
  let entries: [HistoryEntry]
  var removal: Moment?

  /// Milliseconds that a load takes at most.
  private static let load: Int64 = 60_000

  private static func isBefore(_ one: Moment, _ other: Moment, _ order: Order) -> Bool {
    switch order {
    case .arrival: (one.received, one.stamp) <= (other.received, other.stamp)
    case .stamps: one.stamp <= other.stamp
    case .takenOver:
      one.stamp <= other.stamp
        || one.stamp.device == other.stamp.device
          && one.stamp.milliseconds <= other.stamp.milliseconds + load
    }
  }

  /// The record as it stood; nil where it did not.
  func record(at moment: Moment, _ order: Order) -> Record? {
    if let removal, Self.isBefore(removal, moment, order) { return nil }
    var values: [String: Value] = [:]
    var isThere = false
    for entry in entries where Self.isBefore(Moment(entry), moment, order) {
      isThere = true
      values[entry.field] = entry.value.isNull ? nil : entry.value
    }
    guard isThere else { return nil }
    return Record(type: record.type, id: record.id, isPending: false, values: values)
  }

  /// Whether nothing that this history does not hold stood here at that moment. A laptop that came
  /// later has the last values alone.
  func isKnown(at moment: Moment) -> Bool {
    let birth = entries.map(\.stamp).min() ?? .never
    return birth > moment.stamp
      || entries.allSatisfy {
        $0.received != nil || Self.isBefore(Moment($0), moment, .takenOver)
      }
  }
}
