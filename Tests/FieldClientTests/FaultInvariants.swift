import GRDB
import Testing

@testable import FieldClient
@testable import Shared
@testable import SyncServer

extension World {
  /// What must hold once every device has synced and nobody writes: nothing waits, digests,
  /// record counts and records equal the hub's, and the hub's ids are all distinct.
  func expectAgreement(_ devices: [Device], _ comment: String = "") throws {
    let states = try scopes()
    for device in devices {
      let status = try device.client.status()
      #expect(status.pending == 0, "\(comment)")
      for (scope, state) in status.scopes {
        let hub = states[scope] ?? ScopeState()
        #expect(state.digest == hub.digest, "\(comment) \(scope)")
        #expect(state.records == hub.records, "\(comment) \(scope)")
        let differing = Set(try device.records(scope)).symmetricDifference(try hubRecords(scope))
        #expect(differing.map { $0.prefix(60) }.sorted() == [], "\(comment) \(scope)")
      }
    }
  }

  /// The names of the hub's contacts, sorted: one for each record.
  func hubContacts() throws -> [String] {
    try store.read { transaction in
      try transaction.list(Schema.mission[type: "contact"]!, limit: .max)
        .map { $0.values["display_name"]?.text ?? "" }.sorted()
    }
  }
}

extension Device {
  @discardableResult
  func addContact(_ name: String, _ more: [String: Shared.Value] = [:]) throws -> RecordID {
    try client.write { try $0.add("contact", Self.contact(name, more)) }
  }

  static func contact(
    _ name: String, _ more: [String: Shared.Value] = [:]
  ) -> [String: Shared.Value] {
    [
      "display_name": .text(name), "function_title": "Maire", "contact_type": "media",
      "base_code": "GAO", "relationship": "ponctuelle", "consent_basis": "accord_oral",
      "status": "actif", "scope": "mission",
    ].merging(more) { $1 }
  }

  func contacts() throws -> [String] {
    try client.records(of: "contact").map { $0["display_name"].text ?? "" }.sorted()
  }
}
