import ArgumentParser
import FieldClient
import Shared
import Terminal

struct RefusedCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "refused",
    abstract: spoken(
      fr: "Ce que Bamako a refusé : lister, corriger ou abandonner.",
      en: "What Bamako refused: list, correct or drop."),
    subcommands: [
      RefusedListCommand.self, RefusedCorrectCommand.self, RefusedDropCommand.self,
    ], defaultSubcommand: RefusedListCommand.self, aliases: ["refus"])
}

struct RefusedListCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: spoken(
      fr: "Lister les refus, avec la raison.", en: "List refusals, with the reason."),
    aliases: ["liste"])

  @Flag(help: .json) var json = false
  @OptionGroup var global: GlobalOptions

  func perform() throws {
    let client = try client()
    let refusals = try client.refusals()
    if json {
      for refusal in refusals {
        try printer.out(refusal.json(of: client.schema[type: refusal.type], global.language))
      }
      return
    }
    guard !refusals.isEmpty else { return printer.say(fr: "Aucun refus.", en: "No refusal.") }
    try printer.out(TextTable(refusals, schema: client.schema, global.language))
    printer.say(
      fr: "Ensuite : djoliba refused correct N CHAMP=VALEUR…  ou  djoliba refused drop N",
      en: "Next: djoliba refused correct N FIELD=VALUE…  or  djoliba refused drop N")
  }
}

struct RefusedCorrectCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "correct",
    abstract: spoken(
      fr: "Écrire de nouveau ce qui a été refusé, corrigé.",
      en: "Write again what was refused, corrected."),
    aliases: ["corriger"])

  @Argument(help: .refusal) var number: Int64
  @Argument(help: Assignments.help) var values: [String]
  @OptionGroup var global: GlobalOptions

  func validate() throws { _ = try Assignments(values) }

  func perform() throws {
    let client = try client()
    guard let refusal = try client.refusals().first(where: { $0.number == number }) else {
      throw Problem(.no_refusal, at: "\(number)")
    }
    let type = try client.type(refusal.type)
    let values = try Assignments(values).values(of: type, in: client, record: refusal.values)
    try client.correctRefusal(number, values)
    printer.say(
      fr: "Corrigé ; partira à la prochaine synchronisation.",
      en: "Corrected; it goes with the next sync.")
  }
}

struct RefusedDropCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "drop",
    abstract: spoken(fr: "Abandonner ce qui a été refusé.", en: "Give up what was refused."),
    aliases: ["abandonner"])

  @Argument(help: .refusal) var number: Int64
  @OptionGroup var global: GlobalOptions

  func perform() throws {
    try client().dropRefusal(number)
    printer.say(fr: "Abandonné.", en: "Dropped.")
  }
}

extension ArgumentHelp {
  fileprivate static let refusal = ArgumentHelp(
    fr: "Numéro dans la liste des refus.", en: "Number in the list of refusals.",
    valueName: Label(fr: "n", en: "n"))
}
