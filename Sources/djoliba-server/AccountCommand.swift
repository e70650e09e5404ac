import ArgumentParser
import Shared
import SyncServer
import Terminal

struct AccountCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "account",
    abstract: spoken(fr: "Les comptes de la console.", en: "The console's accounts."),
    subcommands: [
      AccountAdd.self, AccountList.self, AccountDisable.self, AccountEnable.self,
      AccountPassword.self,
    ])
}

extension Command {
  fileprivate func office() throws(Problem) -> AccountOffice {
    try AccountOffice(folder: folder, hub: try openHub())
  }

  fileprivate func tell(_ offer: AccountOffer) throws {
    try printer.out(
      fr: """
        Compte : \(offer.name)
        Mot de passe, à changer en entrant : \(offer.password)
        """,
      en: """
        Account: \(offer.name)
        Password, to be changed at the first sign-in: \(offer.password)
        """)
  }
}

extension ArgumentHelp {
  fileprivate static let accountName = ArgumentHelp(
    fr: "Nom du compte : petites lettres, chiffres, point, tiret.",
    en: "The account's name: small letters, digits, dot, hyphen.",
    valueName: Label(fr: "nom", en: "name"))
}

struct AccountAdd: Command {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: spoken(fr: "Créer un compte.", en: "Create an account."))

  @Argument(help: .accountName) var account: String

  @Option(
    help: .init(
      fr: "Nom de la personne, tel que les bases le verront.",
      en: "The person's name, as the bases will see it.", valueName: Label(fr: "nom", en: "name")))
  var name: String

  @Option(
    help: .init(
      fr: "Rôle, par exemple dp, referent_surete, cz ou lecture.",
      en: "Role, such as dp, referent_surete, cz or lecture.",
      valueName: Label(fr: "rôle", en: "role")),
    transform: Invite.role(named:))
  var role: Role

  @Option(
    help: .init(
      fr: "Base dont le compte voit les fiches ; sinon toutes.",
      en: "The base whose records the account sees; else all.",
      valueName: Label(fr: "code", en: "code")))
  var base = "BKO"

  @Option(
    help: .init(
      fr: "Sa fiche de personnel, pour les validations et les signatures.",
      en: "Their staff record, for approvals and signatures.",
      valueName: Label(fr: "id", en: "id")))
  var person: String?

  @OptionGroup var global: GlobalOptions

  func validate() throws {
    guard !name.isEmpty, name.count <= 80 else {
      throw ValidationError(
        spoken(fr: "--name : 1 à 80 caractères.", en: "--name: 1 to 80 characters."))
    }
  }

  func perform() throws {
    var known: RecordID?
    if let person {
      guard let id = RecordID(person.lowercased()) else { throw Problem(.not_found, at: "person") }
      known = id
    }
    try tell(
      office().add(
        account, fullName: name, role: role, base: base, person: known, by: Machine.clerk))
  }
}

struct AccountList: Command {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: spoken(fr: "Les comptes.", en: "The accounts."))

  @Flag(help: .json) var json = false
  @OptionGroup var global: GlobalOptions

  func perform() throws {
    let accounts = try office().accounts()
    if json {
      for account in accounts { try printer.out(JSONValue(account)) }
    } else if accounts.isEmpty {
      printer.say(fr: "Aucun compte.", en: "No account.")
    } else {
      try printer.out(TextTable(accounts, global.language))
    }
  }
}

struct AccountDisable: Command {
  static let configuration = CommandConfiguration(
    commandName: "disable",
    abstract: spoken(
      fr: "Fermer un compte, et mettre dehors qui y est.",
      en: "Close an account, and put out whoever is in it."))

  @Argument(help: .accountName) var account: String
  @OptionGroup var global: GlobalOptions

  func perform() throws {
    try office().setDisabled(true, account, by: Machine.clerk)
    printer.say(fr: "Compte fermé : \(account)", en: "Account closed: \(account)")
  }
}

struct AccountEnable: Command {
  static let configuration = CommandConfiguration(
    commandName: "enable", abstract: spoken(fr: "Rouvrir un compte.", en: "Open an account again."))

  @Argument(help: .accountName) var account: String
  @OptionGroup var global: GlobalOptions

  func perform() throws {
    try office().setDisabled(false, account, by: Machine.clerk)
    printer.say(fr: "Compte rouvert : \(account)", en: "Account open again: \(account)")
  }
}

struct AccountPassword: Command {
  static let configuration = CommandConfiguration(
    commandName: "password",
    abstract: spoken(
      fr: "Donner un nouveau mot de passe ; rouvre aussi un compte bloqué.",
      en: "Give a new password; also unlocks a locked account."))

  @Argument(help: .accountName) var account: String
  @OptionGroup var global: GlobalOptions

  func perform() throws { try tell(office().resetPassword(account, by: Machine.clerk)) }
}

extension JSONValue {
  fileprivate init(_ account: Account) {
    self = [
      "name": .text(account.name), "full_name": .text(account.fullName),
      "role": .text(account.role.rawValue), "base": .text(account.base),
      "disabled": .bool(account.isDisabled),
      "locked_until": JSONValue(moment: account.lockedUntil),
    ]
  }
}

extension TextTable {
  fileprivate init(_ accounts: [Account], _ language: Language) {
    let header = [
      Label(fr: "compte", en: "account"), Label(fr: "nom", en: "name"),
      Label(fr: "rôle", en: "role"), Label(fr: "base", en: "base"),
      Label(fr: "état", en: "state"),
    ]
    self.init(
      header: header.map { $0[language] },
      rows: accounts.map { account in
        let state =
          account.isDisabled ? Label(fr: "fermé", en: "closed") : Label(fr: "ouvert", en: "open")
        return [
          account.name, account.fullName, account.role.rawValue, account.base, state[language],
        ]
      })
  }
}
