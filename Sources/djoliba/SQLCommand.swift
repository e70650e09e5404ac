import ArgumentParser
import FieldClient
import Foundation
import Shared
import Terminal

struct SQLCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "sql",
    abstract: spoken(
      fr: "Lire et écrire les fiches en SQL, scellées ou non.",
      en: "Read and write the records in SQL, sealed or not."),
    discussion: spoken(
      fr: """
        Ce qui est écrit est noté et envoyé comme toute saisie. Sans instruction, les lit sur \
        l'entrée standard. Les valeurs d'une ligne sont séparées par |.
        """,
      en: """
        What is written is captured and sent as any edit. Without a statement, reads them from \
        standard input. The values of a row are separated by |.
        """))

  @Argument(
    help: .init(
      fr: "Instructions SQL.", en: "SQL statements.",
      valueName: Label(fr: "instructions", en: "statements")))
  var statements: String?

  @Flag(help: .json) var json = false
  @OptionGroup var global: GlobalOptions

  func perform() throws {
    let client = try client()
    guard let text = statements ?? input() else { throw Problem(.usage) }
    // What a statement writes beside the replica is its owner's alone.
    umask(0o077)
    try client.runSQL(text) { columns, values in
      if json {
        let members = zip(columns, values.map { JSONValue($0) })
        return try printer.out(.object(Dictionary(members) { $1 }))
      }
      try printer.out(values.map(\.shown).joined(separator: "|"))
    }
  }

  private func input() -> String? {
    TerminalScreen.canAsk
      ? nil : String(decoding: FileHandle.standardInput.readDataToEndOfFile(), as: UTF8.self)
  }
}

extension Shared.Value {
  fileprivate var shown: String {
    switch self {
    case .null: ""
    case .int(let number): "\(number)"
    case .real(let number): "\(number)"
    case .text(let text): text
    }
  }
}
