import ArgumentParser
import Shared
import SyncServer
import Terminal

struct Verify: Command {
  static let configuration = CommandConfiguration(
    abstract: spoken(
      fr: "Vérifier toute la base du serveur : pages, empreintes, références, journal d'audit.",
      en: "Check the hub's whole database: pages, digests, references, audit log."))

  @OptionGroup var global: GlobalOptions

  @Flag(help: .init(fr: "Un objet JSON.", en: "One JSON object.")) var json = false

  @Option(
    help: .init(
      fr: "Ligne du journal notée auparavant ; plusieurs fois.",
      en: "A line of the log noted before; several times.",
      valueName: Label(fr: "numéro:empreinte", en: "number:hash")),
    transform: Self.witness(_:))
  var witness: [AuditWitness] = []

  func perform() throws {
    let hub = try openHub()
    let check = try hub.verify()
    let log = try hub.checkAudit(witness + [folder.auditWitness()].compactMap(\.self))
    if json {
      try printer.out(JSONValue(check, log))
    } else {
      try tell(check)
      try tell(log)
    }
    if let fault = log.fault { throw Problem(.log_broken, at: fault.words(global.language)) }
  }

  private static func witness(_ text: String) throws -> AuditWitness {
    guard let witness = AuditWitness(text) else {
      throw ValidationError(
        spoken(
          fr: "--witness : NUMÉRO:EMPREINTE, comme verify l'écrit.",
          en: "--witness: NUMBER:HASH, as verify writes it."))
    }
    return witness
  }

  private func tell(_ log: AuditCheck) throws {
    guard let last = log.last else { return }
    try printer.out(
      fr: "Journal d'audit : \(log.lines) lignes. Notez ailleurs la dernière : \(last)",
      en: "Audit log: \(log.lines) lines. Note the last one elsewhere: \(last)")
  }

  private func tell(_ check: HubCheck) throws {
    try printer.out(
      fr: "Base en bon état. Fiches : \(check.records). "
        + "Références sans fiche : \(check.dangling.count).",
      en: "The database is sound. Records: \(check.records). "
        + "References without a record: \(check.dangling.count).")
    for scope in check.recounted {
      printer.say(
        fr: "Empreinte corrigée : \(scope).", en: "Digest put right: \(scope).")
    }
    for (type, id, field) in check.dangling {
      printer.say(
        fr: "Sans fiche : \(type) \(id) \(field)", en: "No record: \(type) \(id) \(field)")
    }
  }
}

extension JSONValue {
  fileprivate init(_ check: HubCheck, _ log: AuditCheck) {
    self = [
      "sound": .bool(log.fault == nil), "records": .int(Int64(check.records)),
      "recounted": .array(check.recounted.map { .text($0.description) }),
      "dangling": .array(
        check.dangling.map { type, id, field in
          ["type": .text(type), "id": .text(id.description), "field": .text(field)]
        }),
      "log": [
        "lines": .int(Int64(log.lines)), "last": log.last.map { .text("\($0)") } ?? .null,
        "fault": log.fault.map { .text($0.words(.en)) } ?? .null,
      ],
    ]
  }
}

extension AuditCheck.Fault {
  /// The line at which the log is no longer as it was written.
  func words(_ language: Language) -> String {
    switch self {
    case .broken(let number):
      Label(fr: "ligne \(number)", en: "line \(number)")[language]
    case .unlike(let witness):
      Label(
        fr: "la ligne \(witness.number) manque ou n'est plus celle qui a été notée",
        en: "line \(witness.number) is missing or not the one that was noted")[language]
    }
  }
}
