import Console
import Shared
import Synchronization
import Work

/// A desk with one record of each of the mission's types. What a form says that a field may hold,
/// they hold; the other fields hold what the schema allows, texts what would be markup.
struct ImaginedDesk: Desk {
  let schema = Schema.mission
  let sitter = Sitter(
    name: "Awa <b>", role: .dp, grant: .all, person: nil, base: nil, now: 1_784_116_800_000)
  private let notes: WriteCount
  private let held: [String: Record]

  init(holding form: FormWords, notes: WriteCount) {
    self.notes = notes
    var held = Self.beginnings
    for (name, record) in held {
      guard let type = schema[type: name] else { continue }
      var values = record.values
      for pair in form.pairs {
        guard let field = type[field: pair.name], field.name != "scope",
          let value = try? field.parse(pair.value), !value.isNull
        else { continue }
        values[field.name] = value
      }
      held[name] = Record(type: name, id: record.id, isPending: false, values: values)
    }
    self.held = held
  }

  /// Whether a request carries what lets it write.
  func mayWrite(_ request: ConsoleRequest) -> Bool {
    request.isPost && request.form["_jeton"] == ImaginedDoors.token
  }

  private static let beginnings: [String: Record] = {
    let types = Schema.mission.types
    func id(_ name: String) -> RecordID {
      let place = types.firstIndex { $0.name == name } ?? 0
      return RecordID(high: 0x0197_0000_0000_7000, low: 0x8000_0000_0000_0000 | UInt64(place))
    }
    var held: [String: Record] = [:]
    for type in types {
      var values: [String: Value] = ["scope": .text("mission")]
      for field in type.fields where field.name != "scope" {
        values[field.name] =
          switch field.kind {
          case .text, .longtext: .text("<i>\"é'&\(field.name)")
          case .int: .int(Int64(field.minimum ?? 1))
          case .real: .real(field.minimum ?? 1)
          case .bool: .int(1)
          case .date: .text("2026-06-30")
          case .datetime: .text("2026-06-30T08:00:00Z")
          case .phone: .text("+22370000000")
          case .choice(let choices), .choices(let choices): .text(choices.first?.value ?? "")
          case .reference(let other, let key):
            .text(key == "id" ? id(other).description : "<i>\"é'&\(key)")
          case .anyReference: .text(id("contact").description)
          }
      }
      held[type.name] = Record(
        type: type.name, id: id(type.name), isPending: false, values: values)
    }
    return held
  }()

  // MARK: Reading

  func records(
    of type: String, where conditions: [(field: String, value: Value)], limit: Int
  ) throws(Problem) -> [Record] {
    guard let record = held[type] else { throw Problem(.unknown_type, at: type) }
    return conditions.allSatisfy { record[$0.field] == $0.value } ? [record] : []
  }

  func newest(
    of type: String, where conditions: [(field: String, value: Value)], holding words: [String],
    skip: Int, limit: Int
  ) throws(Problem) -> (records: [Record], count: Int) {
    (try records(of: type, where: conditions, limit: limit), 1)
  }

  func record(_ type: String, _ id: RecordID) throws(Problem) -> Record {
    guard let record = held[type], record.id == id else { throw Problem(.not_found) }
    return record
  }

  func search(_ text: String, limit: Int) throws(Problem) -> [Record] { Array(held.values) }

  func history(_ type: String, _ id: RecordID) throws(Problem) -> [HistoryEntry] {
    let record = try record(type, id)
    return record.values.keys.sorted().map { field in
      HistoryEntry(
        field: field, value: record[field],
        stamp: Stamp(clock: 1_784_000_000_000 << 16, device: 1), device: "GAO <i>",
        received: 1_784_000_000_000, replaced: .text("<i>"))
    }
  }

  func made(_ id: RecordID) throws(Problem) -> Int64? { nil }

  func removed(
    of type: String, where conditions: [(field: String, value: Value)]
  ) throws(Problem) -> [RemovedRecord] { [] }

  func conflicts() throws(Problem) -> [ConflictRecord] { [] }

  func conflict(_ id: Int64) throws(Problem) -> ConflictRecord? { nil }

  func overview() throws(Problem) -> Overview { Overview() }

  // MARK: Writing

  func settle(_ conflict: Int64, restoring: Bool) throws(Problem) { notes.note() }

  func freshID() -> RecordID { RecordID(high: 0x0197_0000_0000_7001, low: 0x8000_0000_0000_0000) }

  func write(_ edits: [Edit]) throws(Problem) -> Written {
    notes.note()
    var written = Written()
    written.ids = edits.map { edit in
      switch edit.kind {
      case .add(let id): id ?? freshID()
      case .set(let id), .delete(let id): id
      }
    }
    return written
  }

  func note(_ act: Act, _ record: Record?) throws(Problem) {}

  /// Of what was typed the log holds nothing.
  func noteRefusal(of attempt: Attempt, _ code: Problem.Code) throws(Problem) {
    precondition(attempt.type.map { schema[type: $0] != nil } ?? true)
    precondition(attempt.verb.allSatisfy { $0.isASCII && $0.isLetter })
  }
}

/// How often something was written.
final class WriteCount: Sendable {
  private let count = Atomic(0)

  func note() { count.add(1, ordering: .relaxed) }

  var isZero: Bool { count.load(ordering: .relaxed) == 0 }
}

/// A door that the cookie `entree=dedans` opens, and the password `sesame`.
struct ImaginedDoors: Doors {
  static let token = "jeton"

  let desk: ImaginedDesk

  var asksPassword: Bool { true }

  func enter(_ words: EntryWords) throws(Problem) -> String {
    guard case .password(_, "sesame") = words else { throw Problem(.wrong_password) }
    return "dedans"
  }

  func visit(_ secret: String) throws(Problem) -> Visit {
    guard secret == "dedans" else { throw Problem(.session_over) }
    return Visit(desk: desk, formToken: Self.token, mustChangePassword: false)
  }

  func leave(_ secret: String) throws(Problem) {}

  func changePassword(_ secret: String, from old: String, to new: String) throws(Problem) {
    if old != "sesame" { throw Problem(.wrong_password) }
  }

  func book(limit: Int) throws(Problem) -> [BookLine]? {
    [
      BookLine(
        number: 1, time: 1_784_000_000_000, name: "Awa <b>", act: .write, type: "contact",
        record: "<i>", detail: "<i>")
    ]
  }
}
