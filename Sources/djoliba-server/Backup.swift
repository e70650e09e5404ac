import ArgumentParser
import Foundation
import Shared
import SyncServer
import Terminal

struct Backup: Command {
  static let configuration = CommandConfiguration(
    abstract: spoken(
      fr: "Sauvegarder le serveur entier dans un fichier, pendant qu'il sert.",
      en: "Back up the whole hub into one file, while it serves."),
    discussion: spoken(
      fr: """
        Le fichier contient les fiches, les appareils, les comptes et la clé de l'autorité : tout ce \
        qu'il faut pour revenir après la perte de cette machine. Il est vérifié et relu avant de \
        porter son nom. Qui l'a peut se faire passer pour Bamako : gardez-le sur un support chiffré, \
        ou scellez les sauvegardes : djoliba-server recovery-key.
        """,
      en: """
        The file holds the records, the devices, the accounts and the authority's key: all that is \
        needed to come back when this machine is lost. It is checked and read back before it has its \
        name. Whoever has it can pose as Bamako: keep it on an encrypted medium, or seal backups: \
        djoliba-server recovery-key.
        """))

  @Argument(help: .fileToWrite)
  var file: String

  @Flag(help: .json) var json = false
  @OptionGroup var global: GlobalOptions

  func perform() throws {
    var progress = FileProgress(
      Label(fr: "Sauvegarde", en: "Backup"), printer)
    let report = try folder.backUp(try openHub(), to: file, by: Machine.clerk) { done, all in
      progress.show(done, of: all)
    }
    progress.end()
    try tell(report)
    if let fault = report.log.fault {
      throw Problem(.log_broken, at: fault.words(global.language))
    }
  }

  private func tell(_ report: BackupReport) throws {
    if json {
      try printer.out([
        "file": .text(file), "bytes": .int(report.bytes), "records": .int(Int64(report.records)),
        "log": .bool(report.log.fault == nil),
        "sealed_for": report.fingerprint.map { .text($0) } ?? .null,
      ])
    }
    let size = Amounts.bytes(Int(report.bytes), global.language)
    try printer.out(
      fr: "Sauvegarde écrite, vérifiée et relue : \(file) (\(size), \(report.records) fiches).",
      en: "Backup written, checked and read back: \(file) (\(size), \(report.records) records).")
    if let key = report.fingerprint {
      printer.say(
        fr: "Elle est scellée pour la clé de secours \(key), qui seule l'ouvre.",
        en: "It is sealed for the recovery key \(key), which alone opens it.")
    } else {
      printer.say(
        fr: "Elle contient la clé de Bamako : gardez-la ailleurs que cette machine, chiffrée.",
        en: "It holds Bamako's key: keep it elsewhere than on this machine, encrypted.")
    }
    if report.isUnnoted {
      printer.say(
        fr: "Le disque du serveur est plein : la sauvegarde n'est pas dans le journal d'audit.",
        en: "The hub's disk is full: the backup is not in the audit log.")
    }
  }
}

struct Restore: Command {
  static let configuration = CommandConfiguration(
    abstract: spoken(
      fr: "Refaire le serveur à partir d'une sauvegarde, dans un dossier vide.",
      en: "Make the hub again from a backup, in an empty folder."),
    discussion: spoken(
      fr: """
        Les portables continuent sans nouvelle invitation, et rendent ce qu'ils tiennent encore de ce \
        qui est venu après la sauvegarde. Ce que Bamako a décidé depuis est à refaire : accès \
        retirés, droits changés, fiches effacées, comptes fermés.
        """,
      en: """
        Laptops go on without another invitation, and give back what they still hold of what came \
        after the backup. What Bamako decided since must be decided again: accesses withdrawn, rights \
        changed, records erased, accounts closed.
        """))

  @Argument(
    help: .init(
      fr: "Sauvegarde à lire.", en: "Backup to read.",
      valueName: Label(fr: "fichier", en: "file")))
  var file: String

  @Option(
    help: .init(
      fr: "Clé de secours d'une sauvegarde scellée.", en: "Recovery key of a sealed backup.",
      valueName: Label(fr: "fichier", en: "file")))
  var key: String?

  @Flag(help: .json) var json = false
  @OptionGroup var global: GlobalOptions

  func perform() throws {
    let opening = try key.map(HubFolder.recoveryKey)
    var progress = FileProgress(Label(fr: "Restauration", en: "Restoring"), printer)
    let report = try folder.restore(
      file, key: opening, schema: .mission, by: Machine.clerk, now: Machine.now,
      random: Machine.random
    ) { done, all in progress.show(done, of: all) }
    progress.end()
    if json {
      try printer.out([
        "made": JSONValue(moment: report.made), "records": .int(Int64(report.records)),
        "devices": .int(Int64(report.devices)),
        "addresses": .array(report.addresses.map { .text("\($0)") }),
      ])
    }
    try tell(report)
  }

  private func tell(_ report: RestoreReport) throws {
    let (made, path) = (report.made, folder.path)
    let addresses = report.addresses.map(\.description).joined(separator: " ")
    try printer.out(
      fr: """
        Le serveur du \(Moments.text(milliseconds: made, .fr)) est dans \(path) : \
        \(report.records) fiches, \(report.devices) appareils.
        Les portables l'attendent à : \(addresses)
        Pour le lancer :
          djoliba-server run --data \(path)
        """,
      en: """
        The hub of \(Moments.text(milliseconds: made, .en)) is in \(path): \
        \(report.records) records, \(report.devices) devices.
        Laptops look for it at: \(addresses)
        To start it:
          djoliba-server run --data \(path)
        """)
    printer.say(
      fr: "À refaire avant cela, si c'est arrivé depuis : accès retirés (device revoke), droits "
        + "changés (device grant), fiches effacées (erase), comptes fermés (account disable). Les "
        + "mots de passe sont ceux de la sauvegarde, et rien ne dit lesquels ont changé depuis : si "
        + "l'un a été volé, changez-les tous (account password). Les invitations en cours ne valent "
        + "plus.",
      en:
        "To do again before that, if it happened since: accesses withdrawn (device revoke), rights "
        + "changed (device grant), records erased (erase), accounts closed (account disable). "
        + "Passwords are those of the backup, and nothing says which were changed since: where one was "
        + "stolen, change all of them (account password). Open invitations are void.")
  }
}

/// The progress of one long work on files, on standard error.
struct FileProgress {
  private var line: ProgressLine
  private let printer: Printer
  private var done = 0

  init(_ title: Label, _ printer: Printer) {
    self.printer = printer
    line = ProgressLine(
      title: title, language: printer.language, terminal: TerminalScreen.isTerminal,
      columns: TerminalScreen.columns, at: Self.uptime)
  }

  mutating func show(_ done: Int64, of all: Int64) {
    self.done = Int(done)
    printer.show(line.update(done: Int(done), of: Int(all), at: Self.uptime))
  }

  mutating func end() { printer.show(line.end(done: done, at: Self.uptime)) }

  private static var uptime: Double { ProcessInfo.processInfo.systemUptime }
}

extension ArgumentHelp {
  static let fileToWrite = ArgumentHelp(
    fr: "Fichier à écrire.", en: "File to write.", valueName: Label(fr: "fichier", en: "file"))
}
