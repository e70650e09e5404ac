import ArgumentParser
import Shared
import SyncServer
import Terminal
import Work

struct ConflictCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "conflict", abstract: spoken(fr: "Régler un conflit.", en: "Settle a conflict."),
    subcommands: [ConflictKeep.self, ConflictRestore.self])
}

struct ConflictKeep: Command {
  static let configuration = CommandConfiguration(
    commandName: "keep",
    abstract: spoken(fr: "Garder la valeur retenue.", en: "Keep the value that stands."))

  @OptionGroup var global: GlobalOptions

  @Argument(help: .conflict) var id: Int64

  func perform() throws {
    let hub = try openHub()
    try hub.keepConflict(id)
    try hub.note(.settled(id, by: Machine.clerk))
    printer.say(
      fr: "Conflit \(id) : la valeur retenue reste.", en: "Conflict \(id): the value stays.")
  }
}

struct ConflictRestore: Command {
  static let configuration = CommandConfiguration(
    commandName: "restore",
    abstract: spoken(fr: "Rétablir la valeur écartée.", en: "Restore the overwritten value."))

  @OptionGroup var global: GlobalOptions

  @Argument(help: .conflict) var id: Int64

  func perform() throws {
    let hub = try openHub()
    let conflict = try hub.conflicts().first { $0.id == id }
    try hub.restoreConflict(id, language: global.language)
    try hub.note(.settled(id, by: Machine.clerk))
    if conflict?.isAboutDeletion ?? false {
      printer.say(
        fr: "Conflit \(id) : la fiche est supprimée.", en: "Conflict \(id): the record is deleted.")
    } else {
      printer.say(
        fr: "Conflit \(id) : la valeur écartée est rétablie.",
        en: "Conflict \(id): the overwritten value is restored.")
    }
  }
}

extension ArgumentHelp {
  fileprivate static let conflict = ArgumentHelp(
    fr: "Numéro du conflit (voir conflicts).", en: "The conflict's number (see conflicts).",
    valueName: Label(fr: "numéro", en: "number"))
}

extension AuditEntry {
  fileprivate static func settled(_ conflict: Int64, by who: String) -> AuditEntry {
    AuditEntry(.settle, by: who, type: "conflict", record: "\(conflict)")
  }
}
