package import Shared
import Storage
package import Work

/// The desk on a laptop: its replica, and the device's role.
package struct LaptopDesk: FieldDesk {
  private let client: FieldClient
  private let language: Language
  package let sitter: Sitter

  /// - Throws: as `FieldClient.status`.
  package init(_ client: FieldClient, language: Language) throws(Problem) {
    self.client = client
    self.language = language
    let status = try client.status()
    let writable = Set(status.scopes.filter(\.value.isWritable).keys)
    let grant =
      status.everything
      ? Grant.all : Grant(read: Set(status.scopes.keys), write: writable)
    sitter = Sitter(
      name: status.deviceName, role: status.role ?? .lecture, grant: grant, person: nil,
      base: Self.base(status), now: client.surroundings.now())
  }

  /// The base whose scope it writes; a laptop of Bamako holds them all.
  private static func base(_ status: FieldStatus) -> String {
    let bases = status.scopes.filter(\.value.isWritable).keys.compactMap(\.base)
    return status.everything || bases.count != 1 ? "BKO" : bases[0]
  }

  package var schema: Schema { client.schema }

  package func freshID() -> RecordID { client.surroundings.freshID() }

  // MARK: Reading

  package func records(
    of type: String, where conditions: [(field: String, value: Value)], limit: Int
  ) throws(Problem) -> [Record] {
    try client.records(of: type, where: conditions, limit: limit)
  }

  package func newest(
    of type: String, where conditions: [(field: String, value: Value)], holding words: [String],
    skip: Int, limit: Int
  ) throws(Problem) -> (records: [Record], count: Int) {
    try client.replica.newest(
      of: type, where: conditions, skip: skip, limit: limit,
      holds: words.isEmpty ? nil : { Folding.holds(words, in: $0) })
  }

  package func record(_ type: String, _ id: RecordID) throws(Problem) -> Record {
    try client.record(type, id.description)
  }

  package func search(_ text: String, limit: Int) throws(Problem) -> [Record] {
    try client.search(text, limit: limit)
  }

  package func history(_ type: String, _ id: RecordID) throws(Problem) -> [HistoryEntry] {
    try client.history(type, id.description)
  }

  package func made(_ id: RecordID) throws(Problem) -> Int64? { try client.replica.made(id) }

  /// A laptop keeps that a record was deleted, and nothing of what it said.
  package func removed(
    of type: String, where conditions: [(field: String, value: Value)]
  ) -> [RemovedRecord] { [] }

  package func conflicts() throws(Problem) -> [ConflictRecord] { try client.conflicts() }

  package func conflict(_ id: Int64) throws(Problem) -> ConflictRecord? {
    try conflicts().first { $0.id == id }
  }

  package func overview() throws(Problem) -> Overview {
    let status = try client.status()
    var overview = Overview()
    overview.asOf = status.lastSync
    overview.unsent = status.pending
    overview.refused = status.refused
    overview.openConflicts = status.conflicts
    overview.clockError = status.clockError
    overview.size = status.size
    overview.scopes = status.scopes.sorted { $0.key < $1.key }.map { ($0.key, $0.value.records) }
    return overview
  }

  // MARK: Writing

  package func write(_ edits: [Edit]) throws(Problem) -> Written {
    try client.write { writer in
      var written = Written()
      for edit in edits { written.ids.append(try write(edit, writer)) }
      return written
    }
  }

  private func write(_ edit: Edit, _ writer: FieldWriter) throws -> RecordID {
    guard let type = schema[type: edit.type] else { throw Problem(.unknown_type, at: edit.type) }
    switch edit.kind {
    case .add(let id):
      guard sitter.mayWrite(type) else { throw Problem(.role_not_allowed, at: edit.type) }
      if let id, type.key.isEmpty {
        try writer.add(edit.type, id: id, edit.values)
        return id
      }
      return try writer.add(edit.type, edit.values)
    case .set(let id):
      guard sitter.mayWrite(type) else { throw Problem(.role_not_allowed, at: edit.type) }
      if let field = edit.overtaken(try writer.values(edit.type, id)) {
        throw Problem(.changed_meanwhile, at: field)
      }
      try writer.set(edit.type, id, edit.values)
      return id
    case .delete(let id):
      guard sitter.mayDelete(type) else { throw Problem(.role_not_allowed, at: edit.type) }
      try writer.delete(edit.type, id.description)
      return id
    }
  }

  /// Writes the value that lost once more, as an ordinary change that has seen the other. Agreeing is
  /// for Bamako, which keeps the list.
  package func settle(_ conflict: Int64, restoring: Bool) throws(Problem) {
    guard let found = try self.conflict(conflict) else {
      throw Problem(.no_conflict, at: "\(conflict)")
    }
    guard restoring else { throw Problem(.role_not_allowed, at: "conflict") }
    let edit =
      found.field == "*"
      ? Edit.delete(found.type, found.record)
      : Edit.set(found.type, found.record, [found.field: found.loser.value])
    _ = try write([edit])
  }

  /// A laptop keeps no book: what its user does is in the records and their history.
  package func note(_ act: Act, _ record: Record?) {}

  package func noteRefusal(of attempt: Attempt, _ code: Problem.Code) {}

  // MARK: The line to Bamako

  package func sync(
    _ progress: @escaping @Sendable (LinkProgress) -> Void
  ) async throws(Problem) -> LinkReport {
    let done = try await client.sync(language: language) {
      progress(LinkProgress(sent: $0.bytesSent, received: $0.bytesReceived))
    }
    var report = LinkReport()
    report.isComplete = done.complete
    report.sent = done.sent
    report.admitted = done.admitted
    report.conflicts = done.conflicts
    report.refused = done.refused
    report.received = done.received
    report.pending = done.pending
    report.bytes = LinkProgress(sent: done.bytesSent, received: done.bytesReceived)
    return report
  }

  package func refusals() throws(Problem) -> [RefusedWrite] {
    try client.refusals().map {
      RefusedWrite(
        number: $0.number, type: $0.type, record: $0.record,
        field: $0.field ?? ($0.values.isEmpty ? "*" : nil), values: $0.values,
        problem: Problem.Code(rawValue: $0.code), refused: $0.refused)
    }
  }

  package func drop(refusal: Int64) throws(Problem) { try client.dropRefusal(refusal) }

  package func correct(refusal: Int64, _ values: [String: Value]) throws(Problem) {
    try client.correctRefusal(refusal, values)
  }
}
