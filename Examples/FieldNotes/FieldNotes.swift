// Writes a note into an enrolled directory, with or without a network, then syncs with Bamako:
// field-notes DIRECTORY BASE AUTHOR TITLE
import FieldClient
import Foundation

/// The fields of a note that this program cares for, named as in the schema.
struct Note: FieldRecord {
  static let recordType = "note"
  var kind = "signal_faible"
  var title, body, base_code, author: String
}

@main struct FieldNotes {
  static func main() async {
    let words = CommandLine.arguments
    do throws(Problem) {
      guard words.count == 5 else { throw Problem(.usage) }
      let client = try FieldClient(directory: words[1])
      try await write(base: words[2], author: words[3], title: words[4], to: client)
      let report = try await client.sync { progress in
        print("  \(progress.bytesSent) bytes up, \(progress.bytesReceived) bytes down")
      }
      print("Sent \(report.sent), admitted \(report.admitted), received \(report.received).")
      let status = try client.status()
      print("\(status.deviceName): \(status.pending) waiting, \(status.scopes.count) scopes.")
    } catch {
      print(error.sentence(.en), error.hint(.en))
      exit(error.code.exitCode)
    }
  }

  static func write(
    base: String, author: String, title: String, to client: FieldClient
  ) async throws(Problem) {
    let people = try client.records(of: "person", where: [("full_name", .text(author))])
    guard let id = people.first?.id else { throw Problem(.not_found, at: "person") }
    let changes = client.changes()
    try client.write { writer in
      let note = Note(title: title, body: "À vérifier.", base_code: base, author: "\(id)")
      let added = try writer.add(note)
      try writer.set("note", added, ["confidence": "faible"])  // the same without a Swift type
    }
    for await types in changes where types.contains("note") { break }
    let notes: [Stored<Note>] = try client.records(where: [("base_code", .text(base))])
    for note in notes where note.isPending { print("To send: \(note.content.title)") }
  }
}
