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
      fr: "Lui ordonner de remettre ce qu'il n'a pas envoyé, puis d'effacer ses données.",
      en: "Order it to hand over what it has not sent, then to wipe its data."))
  var wipe = false

  func perform() throws {
    try openHub().setState(wipe ? .wiped : .revoked, of: id, by: Machine.clerk)
    printer.say(
      fr: "L'appareil \(id) n'a plus accès.", en: "Device \(id) has no access any more.")
    guard wipe else { return }
    printer.say(
      fr: "Il s'effacera à son prochain contact avec Bamako ; device list le dira.",
      en: "It wipes itself with its next contact with the hub; device list will say so.")
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
    try openHub().setState(.retired, of: id, by: Machine.clerk)
    printer.say(fr: "L'appareil \(id) est retiré.", en: "Device \(id) is retired.")
  }
}

extension ArgumentHelp {
  static let device = ArgumentHelp(
    fr: "Numéro de l'appareil (voir device list).", en: "The device's number (see device list).",
    valueName: Label(fr: "numéro", en: "number"))
}
