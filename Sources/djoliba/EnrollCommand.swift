import ArgumentParser
import FieldClient
import Shared
import Terminal

struct EnrollCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "enroll",
    abstract: spoken(
      fr: "Relier cet appareil à Bamako avec une invitation, et recevoir les fiches.",
      en: "Link this device to Bamako with an invitation, and receive the records."),
    aliases: ["relier"])

  @Argument(
    help: .init(
      fr: "Fichier d'invitation reçu de Bamako.", en: "Invitation file received from Bamako."))
  var invitation: String
  @OptionGroup var options: SealingOptions
  @OptionGroup var global: GlobalOptions

  func perform() async throws {
    let invitation = try read(file: invitation)
    let (directory, sealing) = (directory, try options.sealing())
    let client = try await stoppable {
      try await FieldClient.enroll(
        invitation: invitation, directory: directory, sealing: sealing, surroundings: .door)
    }
    let name = try client.status().deviceName
    printer.say(
      fr: "Cet appareil est relié à Bamako. Première synchronisation…",
      en: "This device is linked to Bamako. First sync…")
    do {
      let report = try await client.syncShowingProgress(title: .firstSync, printer)
      try printer.out(report: report)
      try report.throwIfUnfinished()
    } catch {
      printer.say(
        fr: "La liaison est faite ; il reste à synchroniser avec : djoliba synchroniser.",
        en: "The device stays linked; what remains is to run: djoliba sync.")
      throw error
    }
    tellWhatNext(name: try client.status().deviceName, was: name)
  }

  private func tellWhatNext(name: String, was: String) {
    let name = name.isEmpty ? was : name
    printer.say(
      fr: """
        \(name.isEmpty ? "Cet appareil" : "« \(name) »") est prêt, avec ou sans réseau. Ensuite :
          djoliba etat            ce qui n'est pas envoyé, et la date des données
          djoliba liste TYPE      lire ; djoliba ajouter TYPE CHAMP=VALEUR… pour écrire
          djoliba synchroniser    échanger avec Bamako quand il y a du réseau
        """,
      en: """
        \(name.isEmpty ? "This device" : "\"\(name)\"") is ready, with or without a network. Next:
          djoliba status          what is unsent, and how old the data are
          djoliba list TYPE       read; djoliba add TYPE FIELD=VALUE… to write
          djoliba sync            exchange with Bamako when there is a network
        """)
  }
}
