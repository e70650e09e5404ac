import ArgumentParser
import FieldClient
import Shared
import Terminal

struct VerifyCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: spoken(
      fr: "Vérifier la base de données, la comparer à Bamako et réparer ce qui diffère.",
      en: "Check the database, compare it with Bamako and mend what differs."),
    discussion: spoken(
      fr: """
        Sans réseau, seul le fichier est vérifié. Avec --rebuild, une base abîmée est remplacée \
        par une neuve avec tout ce qui se lit encore ; la prochaine synchronisation la compare à \
        Bamako et répare le reste, et les fichiers abîmés sont conservés.
        """,
      en: """
        Without a network only the file is checked. With --rebuild a damaged database is replaced \
        by a fresh one with all that can still be read; the next sync compares it with Bamako and \
        mends the rest, and the damaged files are kept.
        """),
    aliases: ["verifier"])

  @Flag(
    help: .init(
      fr: "Remplacer une base abîmée par une neuve.",
      en: "Replace a damaged database by a fresh one."))
  var rebuild = false

  @Flag(help: .json) var json = false
  @OptionGroup var global: GlobalOptions

  func perform() async throws {
    if rebuild { return try rebuildReplica() }
    let client = try client()
    let recounted = try client.checkFile()
    let report: SyncReport
    do {
      report = try await client.verify(language: global.language)
    } catch {
      guard error.code == .offline || error.code == .stalled else { throw error }
      try tell(recounted, nil)
      return printer.report(error)
    }
    try tell(recounted, report)
    try report.throwIfUnfinished()
  }

  /// - Parameter report: nil when Bamako could not be reached.
  private func tell(_ recounted: [Scope], _ report: SyncReport?) throws(Problem) {
    if json {
      return try printer.out([
        "sound": true, "recounted": .array(recounted.map { .text($0.description) }),
        "compared": .bool(report != nil),
        "repaired": report.map { .int(Int64($0.repaired)) } ?? .null,
        "digests_equal": report?.digestsEqual.map { .bool($0) } ?? .null,
      ])
    }
    try printer.out(fr: "Le fichier est en bon état.", en: "The file is sound.")
    if !recounted.isEmpty {
      let scopes = recounted.map(\.description).joined(separator: ", ")
      try printer.out(fr: "Comptes corrigés : \(scopes).", en: "Counts put right: \(scopes).")
    }
    guard let report else { return }
    let mended = report.repaired
    try printer.out(
      fr: mended == 0
        ? "Identique à Bamako." : "Fiches qui différaient de Bamako, réparées : \(mended).",
      en: mended == 0
        ? "Equal to Bamako." : "Records that differed from Bamako, mended: \(mended).")
  }

  private func rebuildReplica() throws {
    let rescue = try FieldClient.rebuild(directory: directory, surroundings: .door)
    if json {
      try printer.out([
        "saved": .int(Int64(rescue.saved)), "lost": .array(rescue.lost.map { .text($0) }),
        "may_lack_more": .bool(rescue.mayLackMore), "kept": .text(rescue.kept),
      ])
    } else {
      try printer.out(
        fr: "Base neuve. Fiches non envoyées, gardées : \(rescue.saved). "
          + "Fichiers abîmés : \(rescue.kept)",
        en: "Fresh database. Unsent records, kept: \(rescue.saved). "
          + "Damaged files: \(rescue.kept)")
      for record in rescue.lost {
        printer.say(
          fr: "Illisible, à saisir de nouveau : \(record)",
          en: "Cannot be read, enter it again: \(record)")
      }
    }
    guard rescue.lost.isEmpty && !rescue.mayLackMore else {
      throw Problem(.partly_saved, at: rescue.kept)
    }
    if !json {
      printer.say(fr: "Lancez maintenant : djoliba synchroniser.", en: "Now run: djoliba sync.")
    }
  }
}
