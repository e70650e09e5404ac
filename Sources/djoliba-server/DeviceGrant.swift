import ArgumentParser
import Shared
import SyncServer
import Terminal

struct DeviceGrant: Command {
  static let configuration = CommandConfiguration(
    commandName: "grant",
    abstract: spoken(
      fr: "Changer le rôle ou les portées d'un appareil.",
      en: "Change a device's role or scopes."),
    discussion: spoken(
      fr: """
        L'appareil l'apprend à sa prochaine synchronisation : il reçoit ce qui s'ouvre, et ce qui \
        se ferme quitte son disque. Les portées données remplacent toutes les anciennes.
        """,
      en: """
        The device learns of it with its next sync: it gets what opens, and what closes leaves its \
        disk. The scopes given replace all former ones.
        """))

  @OptionGroup var global: GlobalOptions

  @Argument(help: .device) var id: UInt32

  @Option(
    help: .init(
      fr: "Nouveau rôle.", en: "The new role.", valueName: Label(fr: "rôle", en: "role")),
    transform: Invite.role(named:))
  var role: Role?

  @Option(
    help: .init(
      fr: "Portée à lire. Plusieurs fois.", en: "A scope to read. Several times.",
      valueName: Label(fr: "portée", en: "scope")),
    transform: Invite.scope(named:))
  var read: [Scope] = []

  @Option(
    help: .init(
      fr: "Portée à lire et à écrire. Plusieurs fois.",
      en: "A scope to read and write. Several times.",
      valueName: Label(fr: "portée", en: "scope")),
    transform: Invite.scope(named:))
  var write: [Scope] = []

  func validate() throws {
    guard role != nil || !read.isEmpty || !write.isEmpty else {
      throw ValidationError(
        spoken(
          fr: "Donnez --role, --read ou --write.", en: "Give --role, --read or --write."))
    }
  }

  func perform() throws {
    let isNew = !read.isEmpty || !write.isEmpty
    let grant = Grant(read: Set(read + write), write: Set(write))
    try openHub().setGrant(isNew ? grant : nil, role: role, of: id, by: Machine.clerk)
    printer.say(
      fr: "L'appareil \(id) l'apprendra à sa prochaine synchronisation.",
      en: "Device \(id) learns of it with its next sync.")
  }
}
