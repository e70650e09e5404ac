package import Shared

extension TextTable {
  /// Records of one type: a beginning of the id, the fields that name them, the scope, and a
  /// mark on what is not sent.
  ///
  /// - Parameter late: records that were entered after their time, which says so too.
  package init(
    _ records: [Record], of type: RecordType, ids: ShortIDs, late: Set<RecordID> = [],
    _ language: Language
  ) {
    let named = type.title.compactMap { type[field: $0] }
    let marked = !late.isEmpty || records.contains(where: \.isPending)
    self.init(
      header: ["id"] + named.map { $0.label[language] } + [Self.scope[language]]
        + (marked ? [""] : []),
      rows: records.map { record in
        [ids[record.id]] + named.map { $0.spoken(record[$0.name], language) }
          + [record.scope?.description ?? ""]
          + (marked ? [Self.mark(record, isLate: late.contains(record.id), language)] : [])
      })
  }

  /// Records of several types.
  ///
  /// - Parameter ids: for each type.
  package init(
    _ records: [Record], schema: Schema, ids: [String: ShortIDs], _ language: Language
  ) {
    let marked = records.contains(where: \.isPending)
    self.init(
      header: ["type", "id", Self.title[language], Self.scope[language]] + (marked ? [""] : []),
      rows: records.map { record in
        [
          record.type, ids[record.type]?[record.id] ?? record.id.description,
          schema[type: record.type]?.title(record.values, language) ?? "",
          record.scope?.description ?? "",
        ] + (marked ? [Self.mark(record, language)] : [])
      })
  }

  /// What the fields of one record held, in the order given.
  package init(_ entries: [HistoryEntry], of type: RecordType?, _ language: Language) {
    self.init(
      header: [
        Label(fr: "champ", en: "field"), Label(fr: "valeur", en: "value"),
        Label(fr: "appareil", en: "device"), Label(fr: "écrit", en: "written"),
        Label(fr: "reçu", en: "received"),
      ].map { $0[language] },
      rows: entries.map { entry in
        let field = type?[field: entry.field]
        return [
          field?.label[language] ?? entry.field, Self.value(entry.value, field, language),
          entry.device, Self.written(entry.stamp, language),
          entry.received.map { Moments.text(milliseconds: $0, language) } ?? "",
        ]
      })
  }

  /// Conflicts with the value that was kept and the one that was not.
  package init(_ conflicts: [ConflictRecord], schema: Schema, _ language: Language) {
    self.init(
      header: [
        Label(fr: "n°", en: "no"), Label(fr: "fiche", en: "record"),
        Label(fr: "champ", en: "field"), Label(fr: "état", en: "status"),
        Label(fr: "valeur retenue", en: "kept value"),
        Label(fr: "valeur écartée", en: "overwritten value"),
      ].map { $0[language] },
      rows: conflicts.map { conflict in
        let field = schema[type: conflict.type]?[field: conflict.field]
        return [
          "\(conflict.id)", conflict.type + " " + conflict.record.description,
          field?.label[language] ?? Self.fieldWord(conflict.field, language),
          Self.status(conflict.status)?[language] ?? conflict.status,
          Self.side(conflict.winner, of: conflict, field, language),
          Self.side(conflict.loser, of: conflict, field, language),
        ]
      })
  }

  private static let scope = Label(fr: "portée", en: "scope")
  private static let title = Label(fr: "titre", en: "title")

  private static func mark(
    _ record: Record, isLate: Bool = false, _ language: Language
  ) -> String {
    let unsent = record.isPending ? Label(fr: "non envoyé", en: "unsent")[language] : nil
    let late = isLate ? Label(fr: "tardif", en: "late")[language] : nil
    return [unsent, late].compactMap(\.self).joined(separator: ", ")
  }

  private static func side(
    _ side: ConflictRecord.Side, of conflict: ConflictRecord, _ field: Field?,
    _ language: Language
  ) -> String {
    let written = written(side.stamp, language)
    let what =
      conflict.isAboutDeletion
      ? lifeWord(side.value, language) : value(side.value, field, language)
    return what + " (\(side.device), \(written))"
  }

  private static func fieldWord(_ field: String, _ language: Language) -> String {
    field == "*" ? Label(fr: "suppression", en: "deletion")[language] : field
  }

  private static func lifeWord(_ value: Value, _ language: Language) -> String {
    value == 1
      ? Label(fr: "fiche supprimée", en: "record deleted")[language]
      : Label(fr: "fiche conservée", en: "record kept")[language]
  }

  private static func value(_ value: Value, _ field: Field?, _ language: Language) -> String {
    let text = field?.spoken(value, language) ?? value.plain
    if text.isEmpty { return Label(fr: "(vide)", en: "(empty)")[language] }
    return text.count > longest ? text.prefix(longest - 1) + "…" : text
  }

  /// Characters of one value that a line of a table can hold.
  private static let longest = 60

  private static func written(_ stamp: Stamp, _ language: Language) -> String {
    stamp == .never ? "" : Moments.text(milliseconds: stamp.milliseconds, language)
  }

  private static func status(_ word: String) -> Label? {
    switch word {
    case "open": Label(fr: "à relire", en: "to review")
    case "noted": Label(fr: "noté", en: "noted")
    case "proposal": Label(fr: "proposé", en: "proposed")
    case "kept": Label(fr: "retenu", en: "kept")
    case "restored": Label(fr: "restauré", en: "restored")
    default: nil
    }
  }
}

extension ConflictRecord {
  /// Whether somebody deleted the record while somebody else wrote in it.
  package var isAboutDeletion: Bool { field == "*" }
}
