import ArgumentParser
import Shared
import SyncServer
import Terminal

struct Conflicts: Command {
  static let configuration = CommandConfiguration(
    abstract: spoken(fr: "Les conflits à relire.", en: "The conflicts to review."))

  @OptionGroup var global: GlobalOptions

  @Flag(
    help: .init(
      fr: "Tous, un objet JSON par ligne.", en: "All of them, one JSON object per line."))
  var json = false

  func perform() throws {
    let hub = try openHub()
    let schema = hub.store.schema
    let all = try hub.conflicts()
    if json {
      for conflict in all {
        let field = schema[type: conflict.type]?[field: conflict.field]
        try printer.out(JSONValue(conflict, of: field))
      }
    } else {
      try tell(all, schema)
    }
  }

  /// What restoring a value means is plain; of a deletion it is not.
  private func tellDeletions(_ deletions: [ConflictRecord]) {
    for conflict in deletions {
      let command = "djoliba-server conflict restore \(conflict.id)"
      if conflict.loser.value == 1 {
        printer.say(fr: "\(command) supprime la fiche.", en: "\(command) deletes the record.")
      } else {
        printer.say(fr: "\(command) rétablit la fiche.", en: "\(command) brings the record back.")
      }
    }
  }

  private func tell(_ all: [ConflictRecord], _ schema: Schema) throws {
    let waiting = all.filter { $0.status == "open" || $0.status == "proposal" }
    if waiting.isEmpty {
      printer.say(fr: "Aucun conflit à relire.", en: "No conflict to review.")
    } else {
      try printer.out(TextTable(waiting, schema: schema, global.language))
      tellDeletions(waiting.filter(\.isAboutDeletion))
    }
    let others = all.count - waiting.count
    if others > 0 {
      printer.say(
        fr: "Notés ou déjà relus : \(others) ; --json les montre.",
        en: "Noted or reviewed already: \(others); --json shows them.")
    }
  }
}
