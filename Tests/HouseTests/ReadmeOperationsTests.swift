import Shared
import Testing

/// The page for the person who runs the hub.
@Suite struct OperationsTests {
  @Test func `every problem is in the operations page with its code, sentence and hint`() throws {
    let page = try Checkout.text("docs/operations.md")
    let rows = Problem.Code.allCases.map { code in
      "| `\(code.rawValue)` | \(code.exitCode) | \(code.text.fr) | \(code.hint.fr) |"
    }
    let missing = rows.filter { !page.contains($0 + "\n") }
    #expect(missing.isEmpty, "put these lines into the table:\n\(missing.joined(separator: "\n"))")
  }

  @Test func `the operations page names no problem and no exit code that is gone`() throws {
    let page = try Checkout.text("docs/operations.md")
    let rows = page.matches(of: #/\n\| `([a-z_]+)` \| ([0-9]+) \|/#)
    #expect(Set(rows.map { String($0.1) }) == Set(Problem.Code.allCases.map(\.rawValue)))
    let exits = Set(Problem.Code.allCases.map { "\($0.exitCode)" })
    let explained = page.matches(of: #/\n\| ([0-9]+) \|/#).map { String($0.1) }
    #expect(Set(explained) == exits.union(["0"]))
  }

  @Test func `the operations page is short apart from its tables`() throws {
    let page = Document(path: "docs/operations.md", text: try Checkout.text("docs/operations.md"))
    #expect(page.lines.count { !$0.hasPrefix("|") } <= 240)
  }

  /// Where the programs say in words how things stand.
  private static let speakers = [
    "Sources/djoliba/SyncWords.swift", "Sources/djoliba/StatusCommand.swift",
    "Sources/djoliba/Watching.swift", "Sources/FieldClient/Checkup/Checkup.swift",
    "Sources/FieldClient/Checkup/CheckupOfLink.swift", "Sources/djoliba-server/DeviceList.swift",
    "Sources/djoliba/WipeCommand.swift",
  ]

  /// What is no news of how things stand: that all is well, help, and names of columns.
  private static let good: Set = [
    "Le disque est chiffré.", "Les fiches sont scellées.", "Les fiches s'ouvrent.",
    "Bamako répond.",
    "La mémoire n'est pas écrite en clair sur le disque.", "Le dossier n'est ouvert qu'à vous.",
    "L'horloge est à l'heure de Bamako.", "Le programme connaît le schéma de Bamako.",
    "Fiches scellées : oui", "Taille de la base : ", "Place libre : ", "lecture et écriture",
    "Ce qui n'est pas envoyé, et la date des données.", "Les appareils reliés.",
    "Aucun appareil n'est relié.", "Un objet JSON par ligne sur la sortie standard.",
    "Effacer les données de cet appareil, tout de suite et sans retour.", "Ne rien demander.",
    "dernière synchro", "en attente", "Appareil : ",
  ]

  @Test func `every sentence about how things stand is in the operations page`() throws {
    let page = try Checkout.text("docs/operations.md")
    var missing: [String] = []
    for file in Self.speakers {
      let sentences = Self.french(in: try Checkout.text(file))
      #expect(sentences.count > 1, "\(file) says nothing any more")
      for sentence in sentences where !Self.good.contains(where: { sentence.hasPrefix($0) }) {
        let fixed = sentence.split(separator: "\u{0}").max { $0.count < $1.count } ?? ""
        if fixed.count > 8, !page.contains(fixed.trimmingPrefix(" ")) { missing.append(sentence) }
      }
    }
    #expect(missing.isEmpty, "say what these mean and what to do: \(missing)")
  }

  /// The texts after `fr:`, with U+0000 in place of what is filled in.
  private static func french(in source: String) -> [String] {
    let literal = #/"(?:[^"\\]|\\\((?:[^()]|\([^()]*\))*\)|\\.)*"/#
    let filled = #/\\\((?:[^()]|\([^()]*\))*\)/#
    return source.matches(of: #/fr:\s*((?:"(?:[^"\\]|\\\((?:[^()]|\([^()]*\))*\)|\\.)*"[\s+]*)+)/#)
      .map {
        $0.1.matches(of: literal).map { $0.output.dropFirst().dropLast() }.joined()
          .replacing(filled, with: "\u{0}")
      }
  }
}
