import ArgumentParser
import Shared
import SyncServer
import Terminal
import Work

struct Export: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: spoken(fr: "Écrire pour d'autres systèmes.", en: "Write for other systems."),
    subcommands: [ExportDHIS2.self])
}

struct ExportDHIS2: Command {
  static let configuration = CommandConfiguration(
    commandName: "dhis2",
    abstract: spoken(
      fr: "Les valeurs ASACO d'une période, pour DHIS2.",
      en: "The ASACO values of a period, for DHIS2."),
    discussion: spoken(
      fr: """
        Contre-vérifié, sinon vérifié, sinon déclaré ; sans les valeurs rejetées ni les estimations. \
        Ce qui n'a pas de code DHIS2 est listé à part, jamais oublié.
        """,
      en: """
        Counter-verified, else verified, else declared; without rejected values and estimates. What \
        has no DHIS2 code is listed apart, never forgotten.
        """))

  @OptionGroup var options: DHIS2Options
  @OptionGroup var global: GlobalOptions

  func perform() throws {
    let hub = try openHub()
    try hub.note(AuditEntry(.export, by: Machine.clerk, type: "asaco_value"))
    let desk = HubDesk.ofTheHub(hub, now: Machine.now(), global.language)
    try options.export(printer) { type, conditions in
      try desk.records(of: type, where: conditions, limit: .max)
    } write: { text, file in
      try folder.write(text, to: file)
    }
  }
}
