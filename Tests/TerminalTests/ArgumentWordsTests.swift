import ArgumentParser
import Shared
import Terminal
import Testing

@Suite struct ArgumentWordsTests {
  private struct Sample: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "sample", version: "1")
    @Argument var name: String
    @Option var size: Int = 3
    @Flag var loud = false
    func run() {}
  }

  private func words(_ arguments: [String], _ language: Language) -> String {
    do {
      var command = try Sample.parseAsRoot(arguments)
      try command.run()
      return ""
    } catch {
      return ArgumentWords.spoken(Sample.fullMessage(for: error), language)
    }
  }

  @Test(arguments: [
    (["--loud"], "Erreur : Il manque : <name>"),
    (["a", "--siz", "4"], "Erreur : Option inconnue : --siz"),
    (["a", "b"], "Erreur : Argument en trop : b"),
    (["a", "--size"], "Il manque la valeur de --size"),
    (["a", "--size", "x"], "Valeur fausse pour --size <size> : « x »"),
    (["a", "--loud=1"], "L'option --loud ne prend pas de valeur."),
  ])
  func `a wrong command is told in French`(arguments: [String], sentence: String) {
    let french = words(arguments, .fr)
    #expect(french.contains(sentence), "\(french)")
    #expect(french.contains("Usage : sample") && french.contains("Pour en savoir plus : sample"))
    #expect(words(arguments, .en).hasPrefix("Error: "))
  }

  @Test func `the help is in French`() {
    let help = words(["--help"], .fr)
    for word in ["USAGE : ", "ARGUMENTS :", "OPTIONS :", "(sinon : 3)", "Afficher cette aide."] {
      #expect(help.contains(word), "\(help)")
    }
  }
}
