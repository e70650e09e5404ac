import ArgumentParser
import Terminal

/// The hub's program.
@main struct Main: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "djoliba-server",
    abstract: spoken(
      fr: "Le serveur de Bamako : il reçoit et redistribue ce que les bases écrivent.",
      en: "The hub in Bamako: it admits and hands on what the bases write."),
    version: ProgramVersion.text,
    subcommands: [
      Init.self, Run.self, Invite.self, Device.self, InboxCommand.self, BundleCommand.self,
      Load.self, Conflicts.self, ConflictCommand.self, History.self, Erase.self, Status.self,
      Verify.self, Backup.self, Restore.self,
      RecoveryKeyCommand.self, Address.self, AccountCommand.self, Export.self,
    ])

  static func main() async { await begin() }
}
