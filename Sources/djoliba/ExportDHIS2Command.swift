import ArgumentParser
import FieldClient
import Shared
import Terminal

struct ExportDHIS2Command: Command {
  static let configuration = CommandConfiguration(
    commandName: "dhis2",
    abstract: spoken(
      fr: "Les valeurs ASACO d'une période, pour DHIS2.",
      en: "The ASACO values of a period, for DHIS2."))

  @OptionGroup var options: DHIS2Options
  @OptionGroup var global: GlobalOptions

  func perform() throws {
    let client = try client()
    try options.export(printer) { type, conditions in
      try client.records(of: type, where: conditions)
    } write: { text, file in
      try NewFile.make(file) { new in try new.write(text) }
    }
  }
}
