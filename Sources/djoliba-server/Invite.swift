import ArgumentParser
import Shared
import SyncServer
import Terminal

struct Invite: Command {
  static let configuration = CommandConfiguration(
    abstract: spoken(fr: "Inviter un appareil.", en: "Invite a device."))

  @OptionGroup var global: GlobalOptions

  @Option(
    help: .init(
      fr: "Base de l'appareil, par exemple GAO.", en: "The device's base, such as GAO.",
      valueName: Label(fr: "code", en: "code")))
  var base: String

  @Option(
    help: .init(
      fr: "Rôle de la personne, par exemple resp_base.",
      en: "The person's role, such as resp_base.", valueName: Label(fr: "rôle", en: "role")),
    transform: Invite.role(named:))
  var role: Role

  @Option(
    help: .init(
      fr: "Nom de l'appareil.", en: "The device's name.", valueName: Label(fr: "nom", en: "name")))
  var name: String

  @Option(
    help: .init(
      fr: "Portée à lire ; sinon celles de la base. Plusieurs fois.",
      en: "A scope to read; else those of the base. Several times.",
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

  @Option(
    help: .init(
      fr: "Fichier à écrire.", en: "The file to write.",
      valueName: Label(fr: "fichier", en: "file")))
  var out: String

  func validate() throws {
    guard !name.isEmpty, name.count <= 80 else {
      throw ValidationError(
        spoken(fr: "--name : 1 à 80 caractères.", en: "--name: 1 to 80 characters."))
    }
  }

  func perform() throws {
    let guest = Guest(name: name, base: base, role: role, read: Set(read), write: Set(write))
    let expires = try folder.invite(guest, hub: try openHub(), by: Machine.clerk, to: out)
    let day = Moments.day(expires, global.language)
    try printer.out(
      fr: """
        Invitation écrite : \(out). Elle sert une fois, jusqu'au \(day).
        Sur l'appareil : djoliba enroll \(out)
        """,
      en: """
        Invitation written: \(out). It works once, until \(day).
        On the device: djoliba enroll \(out)
        """)
  }

  static func role(named name: String) throws -> Role {
    let roles = Role.allCases.filter { $0 != .hub }
    guard let role = Role(rawValue: name), roles.contains(role) else {
      let list = roles.map(\.rawValue).joined(separator: ", ")
      throw ValidationError(spoken(fr: "Rôles : \(list).", en: "Roles: \(list)."))
    }
    return role
  }

  static func scope(named name: String) throws -> Scope {
    guard let scope = Scope(name) else {
      throw ValidationError(
        spoken(
          fr: "Portées : mission, bamako, base:GAO.", en: "Scopes: mission, bamako, base:GAO."))
    }
    return scope
  }
}
