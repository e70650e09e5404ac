import ArgumentParser
import Shared
import SyncServer
import Terminal

struct BundleCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bundle",
    abstract: spoken(
      fr: "Ce que les bases apportent sur une clé USB.",
      en: "What bases bring on a USB stick."), subcommands: [BundleRead.self])
}

struct BundleRead: Command {
  static let configuration = CommandConfiguration(
    commandName: "read",
    abstract: spoken(
      fr: "Reprendre le paquet d'un portable et écrire la réponse à rapporter.",
      en: "Take over a laptop's bundle and write the answer to carry back."),
    discussion: spoken(
      fr: """
        Le serveur peut tourner pendant ce temps. Reprendre le même paquet ne change rien et \
        écrit une réponse de nouveau.
        """,
      en: """
        The hub may be serving at the same time. Taking the same bundle over again changes \
        nothing and writes an answer once more.
        """))

  @Argument(
    help: .init(
      fr: "Fichier du paquet.", en: "The bundle's file.",
      valueName: Label(fr: "fichier", en: "file")))
  var file: String
  @Option(
    help: .init(
      fr: "Fichier de la réponse à écrire.", en: "The answer's file, to be written.",
      valueName: Label(fr: "fichier", en: "file")))
  var answer: String
  @Flag(help: .init(fr: "Un objet JSON.", en: "One JSON object.")) var json = false
  @OptionGroup var global: GlobalOptions

  func perform() throws {
    let receipt = try folder.read(
      bundle: file, answer: answer, hub: try openHub(), by: Machine.clerk)
    if json { return try printer.out(JSONValue(receipt, answer: answer)) }
    let written = Moments.text(milliseconds: receipt.written, global.language)
    try printer.out(
      fr: """
        Paquet de « \(receipt.device) », écrit le \(written) : fiches \(receipt.records), \
        dont refusées \(receipt.refused).
        Réponse écrite : \(answer). Rapportez-la au portable :
          djoliba bundle read FICHIER
        """,
      en: """
        Bundle of "\(receipt.device)", written \(written): records \(receipt.records), \
        of them refused \(receipt.refused).
        Answer written: \(answer). Carry it back to the laptop:
          djoliba bundle read FILE
        """)
    guard receipt.waiting > 0 || receipt.hasMore else { return }
    printer.say(
      fr: "Tout n'a pas tenu dans les fichiers : il faudra un autre paquet.",
      en: "Not everything had room in the files: another bundle will be needed.")
  }
}

extension JSONValue {
  fileprivate init(_ receipt: BundleReceipt, answer: String) {
    self = [
      "device": .text(receipt.device), "written": JSONValue(moment: receipt.written),
      "records": .int(Int64(receipt.records)), "refused": .int(Int64(receipt.refused)),
      "waiting": .int(Int64(receipt.waiting)), "more": .bool(receipt.hasMore),
      "answer": .text(answer),
    ]
  }
}
