import BadLink
import Foundation
import Launching

/// What `djoliba sync --json` says, as far as it matters here.
struct Report: Decodable {
  var complete: Bool
  var requests: Int
  var pending: Int
  var bytes_wasted: Int?
}

/// A hub, laptops, and a link between them, in a folder.
final class Place {
  let link: BadLink
  private let programs: String
  private let folder: String
  private let hub: Launched
  private let said = SpokenPipe()

  /// Returns once the hub listens.
  init(programs: String, folder: String, port: Int) throws {
    (self.programs, self.folder) = (programs, folder)
    link = try BadLink(to: port, listeningAt: port + 1)
    try? FileManager.default.removeItem(atPath: folder)
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    _ = try Self.run(
      programs + "/djoliba-server",
      ["init", "--data", folder + "/hub", "--address", "https://127.0.0.1:\(port + 1)"])
    hub = try Launched(
      [
        programs + "/djoliba-server", "run", "--data", folder + "/hub", "--listen",
        "127.0.0.1:\(port)",
      ],
      err: said.end)
    said.closeEnd()
    _ = said.wait(for: "\n")
  }

  func stop() {
    hub.end()
    try? link.close()
  }

  /// Over a link without faults; the first sync included.
  func enroll(_ device: String, base: String) throws {
    link.begin(LinkProfile(name: "whole"))
    let file = "\(folder)/\(device).invitation"
    _ = try run(
      "djoliba-server",
      [
        "invite", "--data", folder + "/hub", "--base", base, "--role", "resp_base", "--name",
        device, "--out", file,
      ])
    _ = try run("djoliba", ["enroll", file, "--data", path(device)])
  }

  /// Contacts of the mission, written in Bamako.
  ///
  /// - Parameter workload: a file that `workload.py` made.
  func fill(_ count: Int, from workload: String) throws {
    try enroll("writer", base: "BKO")
    let header =
      "display_name;organisation;function_title;locality;phone_orange;email;introduced_by;"
      + "base_code;contact_type;relationship;consent_basis;status;scope\n"
    let rows = try run(
      "/usr/bin/sqlite3",
      [
        "-csv", "-separator", ";", workload,
        """
        SELECT full_name, organisation, role, locality, replace(phone, ' ', ''), email, notes, 'GAO',
          'media', 'ponctuelle', 'accord_oral', 'actif', 'mission' FROM contacts LIMIT \(count)
        """,
      ])
    let file = folder + "/contacts.csv"
    try (header + rows).write(toFile: file, atomically: true, encoding: .utf8)
    _ = try run("djoliba", ["import", "contact", file, "--data", path("writer")])
    _ = try sync("writer")
  }

  /// One field of some contacts, as any program writes it.
  func edit(_ device: String, _ count: Int) throws {
    try sql(
      device,
      """
      UPDATE contact SET phone_orange = '+2237' || substr('000000' || abs(random() % 10000000), -7)
        WHERE id IN (SELECT id FROM contact WHERE scope = 'mission' ORDER BY id LIMIT \(count));
      """)
  }

  /// More than fits into 20 kB, and an alert and an incident after it.
  func writeMuch(_ device: String, base: String) throws {
    try sql(
      device,
      """
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500)
      INSERT INTO note(kind, title, body, base_code, author)
        SELECT 'signal_faible', 'Note ' || i, hex(randomblob(40)), '\(base)',
          '5f65ec54-0000-7000-8000-000000000001' FROM n;
      INSERT INTO alert(kind, base_code, zone, title, message, effective_from, issued_by)
        VALUES ('alerte_adhoc', '\(base)', 'Zone', 'Essai', 'Exercice', '2026-11-22T08:00:00Z',
          '5f65ec54-0000-7000-8000-000000000001');
      """)
  }

  /// Whether the alert has gone and was not refused, though it was written last.
  func hasSentAlert(_ device: String) throws -> Bool {
    try sql(
      device,
      """
      SELECT (SELECT count(*) FROM _pending WHERE type = 'alert')
        + (SELECT count(*) FROM _refused WHERE type = 'alert')
      """) == "0"
  }

  /// Until it is complete, or once with a budget.
  func sync(_ device: String, maximumBytes: Int? = nil) throws -> Report {
    let budget = maximumBytes.map { ["--max-bytes", "\($0)"] } ?? []
    var total: Report?
    for _ in 0..<30 {
      let text = try run(
        "djoliba", ["sync", "--json", "--data", path(device)] + budget, allowed: [0, 65, 75])
      let report = try JSONDecoder().decode(Report.self, from: Data(text.utf8))
      var sum = total ?? report
      if total != nil {
        sum.requests += report.requests
        sum.bytes_wasted = (sum.bytes_wasted ?? 0) + (report.bytes_wasted ?? 0)
        (sum.complete, sum.pending) = (report.complete, report.pending)
      }
      total = sum
      if report.complete || maximumBytes != nil { break }
    }
    return total!
  }

  private func path(_ device: String) -> String { folder + "/" + device }

  @discardableResult
  private func sql(_ device: String, _ text: String) throws -> String {
    try run("/usr/bin/sqlite3", ["-bail", path(device) + "/replica.sqlite", text])
      .trimmingCharacters(in: .newlines)
  }

  private func run(
    _ program: String, _ arguments: [String], allowed: Set<Int32> = [0]
  ) throws -> String {
    try Self.run(
      program.hasPrefix("/") ? program : programs + "/" + program, arguments, allowed: allowed)
  }

  private static func run(
    _ program: String, _ arguments: [String], allowed: Set<Int32> = [0]
  ) throws -> String {
    let finished = try Finished([program] + arguments)
    guard allowed.contains(finished.status) else {
      throw Failure(command: "\(program) \(arguments): \(finished.status)")
    }
    return finished.text
  }
}

struct Failure: Error {
  let command: String
}
