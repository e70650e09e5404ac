import ArgumentParser
import FieldClient
import Shared
import Terminal

struct StatusCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: spoken(
      fr: "Ce qui n'est pas envoyé, et la date des données.",
      en: "What is unsent, and how old the data are."),
    aliases: ["etat"])

  @Flag(help: .json) var json = false
  @OptionGroup var global: GlobalOptions

  func perform() throws {
    let status = try client().status()
    if json { return try printer.out(status.json) }
    for line in status.lines { try printer.out(line[global.language]) }
    if !status.scopes.isEmpty { try printer.out(status.table(global.language)) }
  }
}

extension FieldStatus {
  fileprivate var json: JSONValue {
    var members: [String: JSONValue] = [
      "pending": .int(Int64(pending)), "refused": .int(Int64(refused)),
      "conflicts": .int(Int64(conflicts)), "last_sync": JSONValue(moment: lastSync),
      "data_as_of": JSONValue(moment: lastSync),
      "clock_error_ms": clockError.map { .int($0) } ?? .null,
      "device": [
        "number": .int(Int64(device)), "name": .text(deviceName),
        "role": role.map { .text($0.rawValue) } ?? .null,
      ],
      "scopes": .object(
        Dictionary(uniqueKeysWithValues: scopes.map { ($0.key.description, $0.value.json) })),
      "size": .int(size), "sealed": .bool(isSealed),
    ]
    if let sharedAt { members["identity_shared"] = JSONValue(moment: sharedAt) }
    if awaitsProgram { members["program_outdated"] = .bool(true) }
    return .object(members)
  }

  fileprivate var lines: [Label] {
    [
      Label(fr: "Non envoyées : \(pending)", en: "Unsent: \(pending)"), asOf, refusedLine,
      conflictsLine, clockError.flatMap { ClockWords.line(error: $0) }, deviceLine, sharedLine,
      programLine, sizeLine, sealedLine,
    ].compactMap(\.self)
  }

  private var asOf: Label {
    guard let lastSync else {
      return Label(fr: "Jamais synchronisé avec Bamako", en: "Never synced with Bamako")
    }
    return Label(
      fr: "Données au \(Moments.text(milliseconds: lastSync, .fr))",
      en: "Data as of \(Moments.text(milliseconds: lastSync, .en))")
  }

  private var refusedLine: Label? {
    refused == 0
      ? nil
      : Label(
        fr: "Refusées par Bamako : \(refused) (voir : djoliba refused)",
        en: "Refused by Bamako: \(refused) (see: djoliba refused)")
  }

  private var conflictsLine: Label? {
    conflicts == 0
      ? nil
      : Label(
        fr: "Conflits à relire : \(conflicts) (voir : djoliba conflits)",
        en: "Conflicts to review: \(conflicts) (see: djoliba conflicts)")
  }

  private var deviceLine: Label {
    let words = ["\(device)", role?.rawValue].compactMap(\.self).joined(separator: ", ")
    let name = deviceName.isEmpty ? "?" : deviceName
    return Label(fr: "Appareil : \(name) (n° \(words))", en: "Device: \(name) (no \(words))")
  }

  private var sharedLine: Label? {
    sharedAt.map { moment in
      Label(
        fr: "Attention, \(Moments.text(milliseconds: moment, .fr)) : une autre machine utilise la "
          + "même identité, ou ce dossier vient d'une copie. Rien n'est perdu ; prévenez Bamako.",
        en: "Warning, \(Moments.text(milliseconds: moment, .en)): another machine uses the same "
          + "identity, or this folder comes from a copy. Nothing is lost; tell Bamako.")
    }
  }

  private var programLine: Label? {
    awaitsProgram
      ? Label(
        fr: "Bamako a de nouveaux types ou champs que ce programme ne sait pas montrer. Rien n'est "
          + "perdu : ils seront là quand le programme sera mis à jour.",
        en: "Bamako has new types or fields that this program cannot show. Nothing is lost: they "
          + "will be here when the program is upgraded.") : nil
  }

  private var sealedLine: Label {
    isSealed
      ? Label(fr: "Fiches scellées : oui", en: "Records sealed: yes")
      : Label(
        fr: "Fiches scellées : non (djoliba seal)", en: "Records sealed: no (djoliba seal)")
  }

  private var sizeLine: Label {
    Label(
      fr: "Taille de la base : \(Amounts.bytes(Int(size), .fr))",
      en: "Size of the database: \(Amounts.bytes(Int(size), .en))")
  }

  fileprivate func table(_ language: Language) -> TextTable {
    let writable = Label(fr: "lecture et écriture", en: "read and write")[language]
    let readable = Label(fr: "lecture", en: "read")[language]
    let rows = scopes.sorted { $0.key < $1.key }.map { scope, status in
      [
        scope.description, "\(status.records)", "\(status.seq)",
        status.isWritable ? writable : readable,
      ]
    }
    let header = [
      Label(fr: "portée", en: "scope"), Label(fr: "fiches", en: "records"),
      Label(fr: "séquence", en: "sequence"), Label(fr: "droits", en: "rights"),
    ]
    return TextTable(header: header.map { $0[language] }, rows: rows)
  }
}

extension FieldStatus.ScopeStatus {
  fileprivate var json: JSONValue {
    [
      "records": .int(Int64(records)), "seq": .int(seq), "digest": .text(digest.description),
    ]
  }
}
