package import Shared

// One small interface over the records, which the hub and a laptop's replica both provide, so that
// the pages are written once. A desk belongs to one person: what it shows is what that
// person may read, and a record of another scope is not there at all, rather than forbidden,
// since a refusal would tell that it exists.

package protocol Desk: Sendable {
  var schema: Schema { get }
  var sitter: Sitter { get }

  /// Records of a type whose fields have these values, in the order in which they came.
  func records(
    of type: String, where conditions: [(field: String, value: Value)], limit: Int
  ) throws(Problem) -> [Record]
  /// A page of the records of a type, the newest first, and how many there are in all, one above
  /// `Limits.counted` for more.
  ///
  /// - Parameter words: folded; records that hold words beginning with each of them.
  func newest(
    of type: String, where conditions: [(field: String, value: Value)], holding words: [String],
    skip: Int, limit: Int
  ) throws(Problem) -> (records: [Record], count: Int)
  /// The record with this id. Throws `.not_found` also for what the sitter may not read.
  func record(_ type: String, _ id: RecordID) throws(Problem) -> Record
  /// Records that hold words beginning with each word of `text`, whatever accents and case.
  func search(_ text: String, limit: Int) throws(Problem) -> [Record]
  func history(_ type: String, _ id: RecordID) throws(Problem) -> [HistoryEntry]
  /// When a record that only this place has was made, in milliseconds since 1970; nil for any other.
  func made(_ id: RecordID) throws(Problem) -> Int64?
  /// Deleted records of a type whose fields had these values, as far as this place still knows
  /// what they said: Bamako does for a while, a laptop does not.
  func removed(
    of type: String, where conditions: [(field: String, value: Value)]
  ) throws(Problem) -> [RemovedRecord]
  /// Conflicts about records that the sitter may read, newest first.
  func conflicts() throws(Problem) -> [ConflictRecord]
  /// One of them; nil where there is none for the sitter.
  func conflict(_ id: Int64) throws(Problem) -> ConflictRecord?
  /// Agrees with the value that stands, or writes the other one.
  func settle(_ conflict: Int64, restoring: Bool) throws(Problem)
  /// For a record to come.
  func freshID() -> RecordID
  /// Writes all of it in one transaction, or nothing.
  func write(_ edits: [Edit]) throws(Problem) -> Written
  func overview() throws(Problem) -> Overview
  /// Notes what the sitter did, where a book is kept.
  func note(_ act: Act, _ record: Record?) throws(Problem)
  /// Notes what the sitter tried and may not, where a book is kept.
  func noteRefusal(of attempt: Attempt, _ code: Problem.Code) throws(Problem)
}

/// Who sits at a desk, and where.
package struct Sitter: Sendable {
  /// The person's name, or the device's.
  package let name: String
  package let role: Role
  package let grant: Grant
  /// Their record of type `person`, where that is known.
  package let person: RecordID?
  /// The base where the desk stands; nil in Bamako.
  package let base: String?
  /// Today as this machine has it.
  package let today: Day
  /// Milliseconds since 1970.
  package let now: Int64

  package init(
    name: String, role: Role, grant: Grant, person: RecordID?, base: String?, now: Int64
  ) {
    self.name = name
    self.role = role
    self.grant = grant
    self.person = person
    self.base = base
    self.now = now
    today = Day(milliseconds: now)
  }

  package func mayWrite(_ type: RecordType) -> Bool { type.writers.contains(role) }
  package func mayDelete(_ type: RecordType) -> Bool { type.deleters.contains(role) }
}

/// One write.
package struct Edit: Sendable {
  package enum Kind: Sendable {
    /// Under this id where it is free and the values give the record none.
    case add(RecordID?)
    /// Changes these fields of the record; `.null` empties one.
    case set(RecordID)
    case delete(RecordID)
  }

  package let kind: Kind
  package let type: String
  package let values: [String: Value]
  /// What stood in those fields when the writer looked; nil where nobody looked. A field that
  /// holds something else by now is refused with `.changed_meanwhile`.
  package let over: [String: Value]?

  private init(_ kind: Kind, _ type: String, _ values: [String: Value], _ over: [String: Value]?) {
    self.kind = kind
    self.type = type
    self.values = values
    self.over = over
  }

  package static func add(
    _ type: String, _ values: [String: Value], id: RecordID? = nil
  ) -> Edit {
    Edit(.add(id), type, values, nil)
  }

  package static func set(
    _ type: String, _ id: RecordID, _ values: [String: Value], over: [String: Value]? = nil
  ) -> Edit {
    Edit(.set(id), type, values, over)
  }

  package static func delete(_ type: String, _ id: RecordID) -> Edit {
    Edit(.delete(id), type, [:], nil)
  }
}

extension Edit {
  /// The field, of those to be written, that somebody changed since the writer looked.
  package func overtaken(_ current: [String: Value]) -> String? {
    over?.keys.sorted().first { current[$0] ?? .null != over?[$0] ?? .null }
  }
}

/// What became of a write.
package struct Written: Sendable {
  /// One for each edit, in order.
  package var ids: [RecordID] = []
  /// Fields that wait for somebody whose role decides them.
  package var proposed: [String] = []

  package init() {}
}
