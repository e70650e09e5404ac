import ArgumentParser
import FieldClient
import Foundation
import Shared
import Terminal

struct SignCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sign",
    abstract: spoken(fr: "Émarger « lu et compris ».", en: "Sign \"read and understood\"."),
    subcommands: [SignPackCommand.self], aliases: ["signer"])
}

struct SignPackCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "pack",
    abstract: spoken(
      fr: "La version en vigueur d'un pack sécurité, pour une personne.",
      en: "The current version of a security pack, for one person."))

  @Argument(help: .recordID) var pack: String

  @Option(
    help: .init(
      fr: "La personne qui a lu.", en: "The person who has read it.",
      valueName: Label(fr: "id", en: "id")))
  var person: String

  @Option(
    help: .init(
      fr: "ecran, papier_scanne ou oral_temoin.", en: "ecran, papier_scanne or oral_temoin.",
      valueName: Label(fr: "mode", en: "method")))
  var method = "ecran"

  @Option(
    help: .init(
      fr: "Témoin, pour une lecture orale.", en: "Witness of an oral reading.",
      valueName: Label(fr: "nom", en: "name")))
  var witness: String?

  @Flag(help: .json) var json = false
  @OptionGroup var global: GlobalOptions

  func perform() throws {
    let client = try client()
    let type = try client.type("signature")
    let pack = try client.record("security_pack", pack)
    let person = try client.record("person", person)
    let values = try values(pack: pack, person: person, type)
    let title = try client.type("security_pack").title(pack.values, global.language)
    let id = try sign(values, in: client)
    try printer.afterSaving { () throws(Problem) in
      try tell(id: id ?? type.id(values), isNew: id != nil, title)
    }
  }

  /// The new signature's id; nil when this person has signed this version before.
  private func sign(_ values: [String: Value], in client: FieldClient) throws(Problem) -> RecordID?
  {
    do {
      return try client.write { writer in try writer.add("signature", values) }
    } catch  where error.code == .already_exists {
      return nil
    }
  }

  private func tell(id: RecordID?, isNew: Bool, _ title: String) throws(Problem) {
    if json {
      let id = id.map { JSONValue.text($0.description) } ?? .null
      return try printer.out(["id": id, "already_signed": .bool(!isNew)])
    }
    if isNew {
      printer.say(fr: "Lu et compris : \(title)", en: "Read and understood: \(title)")
    } else {
      printer.say(
        fr: "Cette version est déjà émargée : \(title)",
        en: "This version is already signed: \(title)")
    }
  }

  private func values(
    pack: Record, person: Record, _ type: RecordType
  ) throws(Problem) -> [String: Value] {
    var values: [String: Value] = [
      "subject_type": "security_pack", "subject_id": .text(pack.id.description),
      "subject_version": pack["version_label"], "person_id": .text(person.id.description),
      "act": "lu_compris", "signed_on": .text(Self.today), "base_code": person["base_code"],
    ]
    for (name, text) in [("method", method), ("witness", witness ?? "")] {
      guard let field = type[field: name] else { throw Problem(.unknown_field, at: name) }
      values[name] = try field.parse(text)
    }
    return values
  }

  /// The day on this machine's wall, ISO.
  private static var today: String { LocalDay.iso(Date()) }
}
