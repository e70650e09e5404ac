import ArgumentParser
import Shared
import SyncServer
import Terminal

struct Device: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: spoken(
      fr: "Les appareils : voir, couper, retirer.", en: "Devices: list, revoke, retire."),
    subcommands: [
      DeviceList.self, DeviceGrant.self, DeviceRevoke.self, DeviceRetire.self,
    ])
}

struct DeviceRevoke: Command {
  static let configuration = CommandConfiguration(
    commandName: "revoke",
    abstract: spoken(
      fr: "Retirer l'accès d'un appareil perdu ou volé.",
      en: "Withdraw the access of a lost or stolen device."))

  @OptionGroup var global: GlobalOptions

  @Argument(help: .device) var id: UInt32

  @Flag(
    help: .init(
      fr: "Noter qu'il doit effacer ses données ; aucun appareil ne l'exécute encore.",
      en: "Note that it should wipe its data; no device carries this out yet."))
  var wipe = false

  func perform() throws {
    try openHub().setState(wipe ? .wiped : .revoked, of: id)
    printer.say(
      fr: "L'appareil \(id) n'a plus accès.", en: "Device \(id) has no access any more.")
  }
}

struct DeviceRetire: Command {
  static let configuration = CommandConfiguration(
    commandName: "retire",
    abstract: spoken(
      fr: "Sortir un appareil du service.", en: "Take a device out of service."))

  @OptionGroup var global: GlobalOptions

  @Argument(help: .device) var id: UInt32

  func perform() throws {
    try openHub().setState(.retired, of: id)
    printer.say(fr: "L'appareil \(id) est retiré.", en: "Device \(id) is retired.")
  }
}

extension ArgumentHelp {
  static let device = ArgumentHelp(
    fr: "Numéro de l'appareil (voir device list).", en: "The device's number (see device list).",
    valueName: Label(fr: "numéro", en: "number"))
}
