import ArgumentParser
import Shared
import SyncServer
import Terminal

struct InboxCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inbox",
    abstract: spoken(
      fr: "Ce que des appareils ont remis avant de s'effacer.",
      en: "What devices handed over before they wiped themselves."),
    discussion: spoken(
      fr: """
        Rien n'en est repris sans vous : l'appareil était peut-être en d'autres mains. admit le \
        reprend comme si l'appareil l'avait envoyé, et garde l'envoi si quelque chose en est refusé ; \
        drop l'abandonne.
        """,
      en: """
        Nothing of it is taken over without you: the device may have been in other hands. admit \
        takes it over as if the device had sent it, and keeps the parcel where something of it is \
        refused; drop gives it up.
        """),
    subcommands: [InboxList.self, InboxAdmit.self, InboxDrop.self])
}

extension ArgumentHelp {
  fileprivate static let parcel = ArgumentHelp(
    fr: "Numéro de l'envoi (voir inbox list).", en: "The parcel's number (see inbox list).",
    valueName: Label(fr: "numéro", en: "number"))
}

struct InboxList: Command {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: spoken(fr: "Les envois.", en: "The parcels."))

  @Flag(help: .json) var json = false
  @OptionGroup var global: GlobalOptions

  func perform() throws {
    let hub = try openHub()
    let parcels = try hub.inbox().map { ($0, try hub.contents(of: $0)) }
    if json {
      for (parcel, types) in parcels { try printer.out(JSONValue(parcel, types)) }
    } else if parcels.isEmpty {
      printer.say(fr: "Aucun envoi.", en: "No parcel.")
    } else {
      try printer.out(TextTable(parcels, global.language))
    }
  }
}

struct InboxAdmit: Command {
  static let configuration = CommandConfiguration(
    commandName: "admit",
    abstract: spoken(
      fr: "Reprendre un envoi, par les règles ordinaires.",
      en: "Take a parcel over, by the ordinary rules."))

  @Argument(help: .parcel) var number: Int64
  @OptionGroup var global: GlobalOptions

  func perform() throws {
    let admission = try openHub().settle(
      parcel: number, .admitted, by: Machine.clerk, language: global.language)
    let refused = admission.refused
    guard !refused.isEmpty else {
      printer.say(fr: "Envoi \(number) repris.", en: "Parcel \(number) taken over.")
      return
    }
    printer.say(
      fr: "Envoi \(number) : modifications refusées : \(refused.count) ; le reste est repris.",
      en: "Parcel \(number): changes refused: \(refused.count); the rest is taken over.")
    for verdict in refused { printer.say(fr: verdict.sentence, en: verdict.sentence) }
    printer.say(
      fr: """
        L'envoi est gardé. Corrigez la cause et relancez inbox admit, ou abandonnez-le : inbox drop.
        """,
      en: "The parcel is kept. Mend the cause and admit it again, or give it up: inbox drop.")
    throw ExitCode(Problem.Code.changes_refused.exitCode)
  }
}

struct InboxDrop: Command {
  static let configuration = CommandConfiguration(
    commandName: "drop", abstract: spoken(fr: "Abandonner un envoi.", en: "Give a parcel up."))

  @Argument(help: .parcel) var number: Int64
  @OptionGroup var global: GlobalOptions

  func perform() throws {
    _ = try openHub().settle(
      parcel: number, .dropped, by: Machine.clerk, language: global.language)
    printer.say(fr: "Envoi \(number) abandonné.", en: "Parcel \(number) given up.")
  }
}

extension InboxParcel.Outcome {
  fileprivate var label: Label {
    switch self {
    case .waiting: Label(fr: "à décider", en: "to be decided")
    case .admitted: Label(fr: "repris", en: "taken over")
    case .partly: Label(fr: "repris en partie, à décider", en: "taken over in part, to be decided")
    case .dropped: Label(fr: "abandonné", en: "given up")
    }
  }
}

extension JSONValue {
  fileprivate init(_ parcel: InboxParcel, _ types: [String: Int]) {
    self = [
      "number": .int(parcel.number), "device": .int(Int64(parcel.device)),
      "received": JSONValue(moment: parcel.received), "records": .int(Int64(parcel.records)),
      "outcome": .text(parcel.outcome.rawValue),
      "types": .object(types.mapValues { .int(Int64($0)) }),
    ]
  }
}

extension TextTable {
  fileprivate init(_ parcels: [(InboxParcel, [String: Int])], _ language: Language) {
    let header = [
      Label(fr: "n°", en: "no"), Label(fr: "appareil", en: "device"),
      Label(fr: "reçu", en: "received"), Label(fr: "fiches", en: "records"),
      Label(fr: "état", en: "state"),
    ]
    self.init(
      header: header.map { $0[language] },
      rows: parcels.map { parcel, types in
        let names = types.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        return [
          "\(parcel.number)", "\(parcel.device)",
          Moments.text(milliseconds: parcel.received, language),
          names.isEmpty ? "\(parcel.records)" : names.joined(separator: ", "),
          parcel.outcome.label[language],
        ]
      })
  }
}
