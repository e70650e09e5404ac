import ArgumentParser
import FieldClient
import Shared
import Terminal

struct SealCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "seal",
    abstract: spoken(
      fr: "Sceller les fiches : sans leur clé, le dossier est illisible.",
      en: "Seal the records: without their key the folder is unreadable."),
    discussion: spoken(
      fr: """
        Sur des fiches déjà scellées, change seulement ce qui garde leur clé. Fermez d'abord les \
        autres programmes de ce dossier. Une phrase secrète oubliée ne se retrouve pas.
        """,
      en: """
        On records that are sealed already, changes only what keeps their key. Close the other \
        programs of this folder first. A passphrase that is forgotten cannot be found again.
        """),
    aliases: ["sceller"])

  @OptionGroup var options: SealingOptions
  @OptionGroup var global: GlobalOptions

  func validate() throws {
    guard options.passphrase || options.machineKey else {
      throw ValidationError(
        spoken(
          fr: "Dites laquelle : --passphrase ou --machine-key.",
          en: "Say which: --passphrase or --machine-key."))
    }
  }

  func perform() throws {
    guard let sealing = try options.sealing() else { return }
    try FieldClient.seal(directory: directory, with: sealing, surroundings: .door)
    try printer.out(fr: "Les fiches sont scellées.", en: "The records are sealed.")
  }
}

/// How a replica is sealed, if it is.
struct SealingOptions: ParsableArguments {
  @Flag(
    help: .init(
      fr: "Sceller les fiches par une phrase secrète, demandée à chaque commande.",
      en: "Seal the records with a passphrase, asked for by every command."))
  var passphrase = false

  @Flag(
    help: .init(
      fr: "Sceller les fiches par une clé que cette machine garde hors du dossier.",
      en: "Seal the records with a key that this machine keeps outside of the folder."))
  var machineKey = false

  @Option(
    help: .init(
      fr: "Avec --machine-key : demander une phrase secrète après tant de jours sans Bamako.",
      en: "With --machine-key: ask for a passphrase after so many days without the hub.",
      valueName: Label(fr: "jours", en: "days")))
  var lockAfter: Int?

  func validate() throws {
    guard lockAfter == nil || machineKey, (1...365).contains(lockAfter ?? 1) else {
      throw ValidationError(
        spoken(
          fr: "--lock-after : de 1 à 365 jours, avec --machine-key.",
          en: "--lock-after: 1 to 365 days, with --machine-key."))
    }
    guard !(passphrase && machineKey) else {
      throw ValidationError(
        spoken(
          fr: "--passphrase ou --machine-key, pas les deux.",
          en: "--passphrase or --machine-key, not both."))
    }
  }

  /// Asks for a new passphrase where one is wanted. Throws `.passphrase_needed`, `.weak_password`.
  func sealing() throws(Problem) -> Sealing? {
    if passphrase { return .passphrase(try Passphrase.new()) }
    if let lockAfter {
      return .machineWhileHeard(days: lockAfter, passphrase: try Passphrase.new())
    }
    return machineKey ? .machine : nil
  }
}
