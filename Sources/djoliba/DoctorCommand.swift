import ArgumentParser
import FieldClient
import Shared
import Terminal

struct DoctorCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: spoken(
      fr: "Examiner ce portable : disque, place, liaison, horloge, et quoi faire.",
      en: "Look this laptop over: disk, space, link, clock, and what to do."),
    discussion: spoken(
      fr: """
        Ne change rien et ne synchronise pas. Se termine par 0 quand rien n'est mauvais, par 65 \
        sinon ; être sans réseau n'est pas mauvais.
        """,
      en: """
        Changes nothing and syncs nothing. Ends with 0 when nothing is bad, else with 65; to be \
        without a network is not bad.
        """),
    aliases: ["examiner"])

  @Flag(help: .json) var json = false
  @OptionGroup var global: GlobalOptions

  func perform() async throws {
    let checkup = await Checkup.look(at: directory, surroundings: .door)
    let isBad = checkup.findings.contains { $0.state == .bad }
    if json {
      try printer.out([
        "well": .bool(!isBad), "program": .text(Djoliba.version),
        "checks": .array(checkup.findings.map { $0.json(global.language) }),
      ])
    } else {
      for finding in checkup.findings {
        try printer.out(finding.line(global.language))
        if let hint = finding.hint { try printer.out("          → " + hint[global.language]) }
      }
      try printer.out("djoliba \(Djoliba.version)")
    }
    if isBad { throw ExitCode(Problem.Code.invalid_value.exitCode) }
  }
}

extension Checkup.Finding {
  fileprivate func line(_ language: Language) -> String {
    let word = state.word[language]
    let space = String(repeating: " ", count: max(1, 10 - word.count))
    return word + space + text[language]
  }

  fileprivate func json(_ language: Language) -> JSONValue {
    [
      "check": .text(subject.rawValue), "state": .text(state.rawValue),
      "text": .text(text[language]), "hint": hint.map { .text($0[language]) } ?? .null,
    ]
  }
}

extension Checkup.State {
  fileprivate var word: Label {
    switch self {
    case .good: Label(fr: "bon", en: "good")
    case .look: Label(fr: "à voir", en: "look")
    case .bad: Label(fr: "mauvais", en: "bad")
    }
  }
}
