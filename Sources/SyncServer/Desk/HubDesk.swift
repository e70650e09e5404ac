package import Shared
package import Work

/// The desk of one account at the hub: it reads the hub itself, within the account's grant, and
/// writes with the account's role and under its number, so that every base sees who wrote.
package struct HubDesk: Desk {
  let hub: Hub
  let language: Language
  package let sitter: Sitter
  /// As which writer stamps name the account; asked for in the transaction in which it writes.
  let number: @Sendable (any HubTransaction) throws -> UInt32
  /// Keeps that number once what it wrote is there.
  let keep: @Sendable (UInt32) throws(Problem) -> Void
  /// As the audit log names who sits here.
  let actor: String
  private let book: @Sendable (Act, Record?) throws(Problem) -> Void
  private let size: @Sendable () -> Int64

  package init(
    hub: Hub, sitter: Sitter, number: @escaping @Sendable (any HubTransaction) throws -> UInt32,
    keep: @escaping @Sendable (UInt32) throws(Problem) -> Void = { _ in }, language: Language,
    actor: String = "hub",
    size: @escaping @Sendable () -> Int64 = { 0 },
    book: @escaping @Sendable (Act, Record?) throws(Problem) -> Void = { _, _ in }
  ) {
    self.hub = hub
    self.sitter = sitter
    self.number = number
    self.keep = keep
    self.language = language
    self.actor = actor
    self.size = size
    self.book = book
  }

  /// The desk of the program itself, which reads everything.
  package static func ofTheHub(_ hub: Hub, now: Int64, _ language: Language) -> HubDesk {
    let sitter = Sitter(
      name: "Bamako", role: .hub, grant: .all, person: nil, base: nil, now: now)
    return HubDesk(
      hub: hub, sitter: sitter, number: { _ in 0 }, language: language)
  }

  package var schema: Schema { hub.store.schema }

  func type(_ name: String) throws(Problem) -> RecordType {
    guard let type = schema[type: name] else { throw Problem(.unknown_type, at: name) }
    return type
  }

  package func freshID() -> RecordID { hub.freshID() }

  // MARK: Reading

  package func records(
    of name: String, where conditions: [(field: String, value: Value)], limit: Int
  ) throws(Problem) -> [Record] {
    let type = try type(name)
    if let stranger = conditions.first(where: { type[field: $0.field] == nil }) {
      throw Problem(.unknown_field, at: stranger.field)
    }
    let grant = sitter.grant
    return try hub.store.read { transaction in
      var found: [Record] = []
      for record in try transaction.find(type, where: conditions) where found.count < limit {
        if grant.mayRead(record.scope) { found.append(record.asRecord(type)) }
      }
      return found
    }
  }

  package func newest(
    of name: String, where conditions: [(field: String, value: Value)], holding words: [String],
    skip: Int, limit: Int
  ) throws(Problem) -> (records: [Record], count: Int) {
    let type = try type(name)
    if let stranger = conditions.first(where: { type[field: $0.field] == nil }) {
      throw Problem(.unknown_field, at: stranger.field)
    }
    let scopes = sitter.grant.everything ? nil : sitter.grant.read
    return try hub.store.read { transaction in
      let (found, count) = try transaction.newest(
        type, where: conditions, scopes: scopes, skip: skip, limit: limit,
        holds: words.isEmpty ? nil : { Folding.holds(words, in: $0) })
      return (found.map { $0.asRecord(type) }, count)
    }
  }

  package func record(_ name: String, _ id: RecordID) throws(Problem) -> Record {
    let type = try type(name)
    return try hub.store.read { transaction in
      try readable(type, id, transaction).asRecord(type)
    }
  }

  /// What may not be read is not there.
  func readable(
    _ type: RecordType, _ id: RecordID, _ transaction: any HubTransaction
  ) throws -> StoredRecord {
    guard let record = try transaction.record(type, id: id), !record.isDeleted,
      sitter.grant.mayRead(record.scope)
    else { throw Problem(.not_found, at: "\(type.name) \(id)") }
    return record
  }

  package func search(_ text: String, limit: Int) throws(Problem) -> [Record] {
    let words = Folding.words(text)
    guard !words.isEmpty else { return [] }
    let grant = sitter.grant
    return try hub.store.read { transaction in
      var found: [Record] = []
      for type in schema.types where found.count < limit {
        for record in try transaction.list(type, limit: .max) where found.count < limit {
          guard grant.mayRead(record.scope),
            Folding.holds(words, in: record.values.values.compactMap(\.text))
          else { continue }
          found.append(record.asRecord(type))
        }
      }
      return found
    }
  }

  package func history(_ name: String, _ id: RecordID) throws(Problem) -> [HistoryEntry] {
    _ = try record(name, id)
    return try hub.history(name, id.description, for: sitter.grant)
  }

  /// What is at the hub has its history there.
  package func made(_ id: RecordID) -> Int64? { nil }

  package func removed(
    of name: String, where conditions: [(field: String, value: Value)]
  ) throws(Problem) -> [RemovedRecord] {
    let type = try type(name)
    let gone = try hub.store.read { transaction in
      try transaction.findDeleted(type, where: conditions)
        .filter { sitter.grant.mayRead($0.scope) }
        .compactMap { record -> (Record, HubHistoryLine)? in
          let lines = try transaction.history(type.name, record.handle)
          return lines.last { $0.field == "*" }.map { (record.asRecord(type), $0) }
        }
    }
    var all: [RemovedRecord] = []
    for (record, line) in gone {
      all.append(
        RemovedRecord(
          record: record,
          history: try hub.history(name, record.id.description, for: sitter.grant),
          stamp: line.stamp, received: line.received))
    }
    return all
  }

  package func overview() throws(Problem) -> Overview {
    let report = try hub.report()
    var overview = Overview()
    overview.asOf = sitter.now
    overview.openConflicts = try conflicts().count(where: \.isOpen)
    overview.size = size()
    overview.scopes = report.scopes.filter { sitter.grant.mayRead($0.key) }
      .sorted { $0.key < $1.key }.map { ($0.key, $0.value.records) }
    overview.devices = try visible(report.devices).map { device in
      Overview.Device(
        number: device.number, name: device.name, base: device.base, role: device.role,
        lastSync: device.lastSync, waiting: device.waiting, clockError: device.clockError,
        program: device.program, isActive: device.state == .active,
        isRetired: device.state == .retired, isShared: device.sharedAt != nil,
        bytesToday: Int64(device.traffic.at(sitter.now).bytes),
        refused: report.refusals.filter { $0.device == device.number }.map { ($0.code, $0.count) })
    }
    return overview
  }

  /// The laptops of the bases that the account may read about.
  private func visible(_ devices: [HubDevice]) throws(Problem) -> [HubDevice] {
    let laptops = devices.filter { $0.state != .account }
    if sitter.grant.everything { return laptops }
    let bases = try records(of: "base", where: [], limit: .max)
    let parents = Dictionary(
      bases.map {
        ($0["code"].text ?? "", $0["kind"] == "sous_base" ? $0["parent_code"].text : nil)
      }
    ) { first, _ in first }
    return laptops.filter { sitter.grant.mayRead(.base((parents[$0.base] ?? nil) ?? $0.base)) }
  }

  package func note(_ act: Act, _ record: Record?) throws(Problem) { try book(act, record) }

  package func noteRefusal(of attempt: Attempt, _ code: Problem.Code) throws(Problem) {
    try hub.noteRefusal(of: attempt, code, by: actor)
  }
}

extension StoredRecord {
  func asRecord(_ type: RecordType) -> Record {
    Record(type: type.name, id: id, isPending: false, values: values.filter { !$0.value.isNull })
  }
}
