package import Shared

/// The argument parser's own words, which are English, in French.
///
/// It has no translations; its words stand at known places, and what is not known stays as it is.
package enum ArgumentWords {
  package static func spoken(_ text: String, _ language: Language) -> String {
    language == .en ? text : lines.reduce(text) { $0.replacing($1.pattern, with: $1.words) }
  }

  private struct Phrase {
    let pattern: Regex<AnyRegexOutput>
    let words: @Sendable (Regex<AnyRegexOutput>.Match) -> String

    /// `$1`, `$2`… stand for what the pattern's groups hold.
    init(_ pattern: String, _ french: String) {
      self.pattern = try! Regex(pattern).anchorsMatchLineEndings()
      words = { match in
        (1..<match.output.count).reduce(french) { text, group in
          text.replacing("$\(group)", with: match.output[group].substring ?? "")
        }
      }
    }
  }

  private static var lines: [Phrase] {
    [
      Phrase("^Error: ", "Erreur : "), Phrase("^Usage: ", "Usage : "),
      Phrase("^Help:  ", "Aide :  "), Phrase("^OVERVIEW: ", ""), Phrase("^USAGE: ", "USAGE : "),
      Phrase("^ARGUMENTS:$", "ARGUMENTS :"), Phrase("^OPTIONS:$", "OPTIONS :"),
      Phrase("^SUBCOMMANDS:$", "COMMANDES :"), Phrase("^(.+) SUBCOMMANDS:$", "$1 :"),
      Phrase("<subcommand>", "<commande>"), Phrase("\\[<options>\\]", "[<options>]"),
      Phrase(
        "^  See '(.+)' for more information\\.", "  Pour en savoir plus : $1"),
      Phrase("^  See '(.+)' for detailed help\\.", "  Aide d'une commande : $1"),
      Phrase("Show help information\\.", "Afficher cette aide."),
      Phrase("Show the version\\.", "Afficher la version."),
      Phrase("\\(default: (.*)\\)", "(sinon : $1)"),
      Phrase("Missing expected argument '(.+)'", "Il manque : $1"),
      Phrase("Missing one of: (.+)", "Il manque l'un de : $1"),
      Phrase("Missing value for '(.+)'", "Il manque la valeur de $1"),
      Phrase("Missing required subcommand\\.", "Il manque la commande."),
      Phrase(
        "Unknown option '(.+)'\\. Did you mean '(.+)'\\?", "Option inconnue : $1. Serait-ce $2 ?"),
      Phrase("Unknown option '(.+)'", "Option inconnue : $1"),
      Phrase("Invalid option: (.+)", "Option inconnue : $1"),
      Phrase("Unexpected argument '(.*)'", "Argument en trop : $1"),
      Phrase("(\\d+) unexpected arguments: (.+)", "$1 arguments en trop : $2"),
      Phrase(
        "The option '(.+)' does not take any value, but '(.*)' was specified\\.",
        "L'option $1 ne prend pas de valeur."),
      Phrase("The value '(.*)' is invalid for '(.+?)'", "Valeur fausse pour $2 : « $1 »"),
      Phrase("\\. Please provide one of (.+)\\.", ". Valeurs possibles : $1."),
    ]
  }
}
