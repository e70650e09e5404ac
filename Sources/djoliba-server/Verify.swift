import ArgumentParser
import Shared
import SyncServer
import Terminal

struct Verify: Command {
  static let configuration = CommandConfiguration(
    abstract: spoken(
      fr: "Vérifier toute la base du serveur : pages, empreintes, références.",
      en: "Check the hub's whole database: pages, digests, references."))

  @OptionGroup var global: GlobalOptions

  @Flag(help: .init(fr: "Un objet JSON.", en: "One JSON object.")) var json = false

  func perform() throws {
    let check = try openHub().verify()
    if json { return try printer.out(JSONValue(check)) }
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
  fileprivate init(_ check: HubCheck) {
    self = [
      "sound": true, "records": .int(Int64(check.records)),
      "recounted": .array(check.recounted.map { .text($0.description) }),
      "dangling": .array(
        check.dangling.map { type, id, field in
          ["type": .text(type), "id": .text(id.description), "field": .text(field)]
        }),
    ]
  }
}
