package import Shared

// The hub's storage behind one small interface: get records, put admitted changes with the next
// sequence, collect after a cursor, list and search. What decides stands above it, in `Hub`,
// and assumes nothing of SQLite. Any implementation must pass `HubStoreTests`.

/// One durable home of everything the hub knows.
package protocol HubStore: Sendable {
  var schema: Schema { get }
  /// Runs `body` alone. All of it is durable when this returns; none of it when it throws.
  func write<T>(_ body: (any HubTransaction) throws -> T) throws(Problem) -> T
  /// Runs several `write`s and `read`s in one transaction: each of them is kept or undone alone, and
  /// what was kept is durable when this returns; none of it when it throws.
  func together(_ body: () -> Void) throws(Problem)
  /// Runs `body` on one consistent state.
  func read<T>(_ body: (any HubTransaction) throws -> T) throws(Problem) -> T
  /// What was removed cannot be read out of the files any more.
  func purge() throws(Problem)
  /// Reads everything. Throws `.damaged` where it is not what was written.
  func check() throws(Problem)
}

/// What can be done inside one transaction.
package protocol HubTransaction {
  // Records
  func record(_ type: RecordType, id: RecordID) throws -> StoredRecord?
  func record(_ type: RecordType, handle: Int64) throws -> StoredRecord?
  /// A record named by its id or by its `code`.
  func referenced(_ type: RecordType, _ reference: String) throws -> [String: Value]?
  /// Adds a record and gives it its handle.
  func insert(_ record: StoredRecord, _ type: RecordType) throws -> Int64
  /// Writes the named fields, stamps, sequence and deletion mark of a record that is there.
  func update(_ record: StoredRecord, fields: [String], _ type: RecordType) throws
  func list(_ type: RecordType, limit: Int) throws -> [StoredRecord]
  /// The living records whose fields have these values, in the order in which they came.
  func find(
    _ type: RecordType, where conditions: [(field: String, value: Value)]
  ) throws -> [StoredRecord]
  /// A page of the same, the newest first, and how many there are in all.
  ///
  /// - Parameters:
  ///   - scopes: those that count; nil for all.
  ///   - holds: whether a record with these texts is wanted; nil for every one.
  func newest(
    _ type: RecordType, where conditions: [(field: String, value: Value)], scopes: Set<Scope>?,
    skip: Int, limit: Int, holds: (([String]) -> Bool)?
  ) throws -> (records: [StoredRecord], count: Int)
  /// The same among the deleted ones that were neither compacted nor erased.
  func findDeleted(
    _ type: RecordType, where conditions: [(field: String, value: Value)]
  ) throws -> [StoredRecord]
  /// The reference that a new record gets in a numbered field, counted from the living ones; nil
  /// when the field is none, or the record does not say enough.
  func nextNumber(
    _ field: Field, _ values: [String: Value], _ type: RecordType
  ) throws -> String?
  /// Each living record of a scope in a range of ids, by rising ids.
  func visit(
    _ type: RecordType, _ scope: Scope, _ range: IDRange, _ body: (StoredRecord) throws -> Void
  ) throws
  /// The records whose id begins so, two at most.
  func matching(_ type: RecordType, prefix: String) throws -> [StoredRecord]

  // Arrival
  func scopes() throws -> [Scope: ScopeState]
  /// Nil for a scope in which nothing ever stood.
  func state(of scope: Scope) throws -> ScopeState?
  func save(_ scope: Scope, _ state: ScopeState) throws
  /// Notes the end of an admitted batch: its last sequence number, mark, and when it came in
  /// milliseconds since 1970.
  func addMark(_ scope: Scope, seq: Int64, mark: UInt64, received: Int64) throws
  /// The mark that a cursor at `seq` must carry; nil when the scope has not come that far.
  func mark(_ scope: Scope, at seq: Int64) throws -> UInt64?
  /// Whether a batch that ended at `seq` or later carries this mark.
  func hasMark(_ scope: Scope, _ mark: UInt64, from seq: Int64) throws -> Bool
  /// When the batch with this sequence number came; nil when the scope has not come that far.
  func received(_ scope: Scope, at seq: Int64) throws -> Int64?
  func addFeed(_ run: FeedRun, _ scope: Scope) throws
  /// What changed in a scope after a sequence number, in order. A record that changed again has
  /// a later entry too: only the one with the record's own sequence number counts.
  func feed(_ scope: Scope, after seq: Int64, limit: Int) throws -> [FeedEntry]
  /// The last entries of one of some types after a sequence number, the newest first.
  func newest(
    of types: [String], in scope: Scope, after seq: Int64, limit: Int
  ) throws -> [FeedEntry]

  /// How far a device said it had come, by scope.
  func reached(_ device: UInt32) throws -> [Scope: Int64]
  func noteReached(_ device: UInt32, _ scope: Scope, _ seq: Int64) throws
  /// Drops what only devices that have not come so far need: deleted records without an open
  /// conflict, leaves, and entries of the feed that no longer count; and how far those devices had
  /// come. Handles are never given twice, and history stays. Returns how many records and leaves
  /// were dropped.
  func compact(_ scope: Scope, below seq: Int64) throws -> Int
  func hasDropped() throws -> Bool
  /// The dropped records whose id begins so, two at most, as they were deleted.
  func dropped(_ type: RecordType, prefix: String) throws -> [StoredRecord]
  /// Puts a dropped record back, deleted as it was.
  func bringBack(_ record: StoredRecord, _ type: RecordType) throws

  // History and conflicts
  func addHistory(_ line: HubHistoryLine) throws
  func hasHistory(_ type: String, _ handle: Int64) throws -> Bool
  func history(_ type: String, _ handle: Int64) throws -> [HubHistoryLine]
  /// The fields of a record that changed after a sequence number.
  func changedFields(_ type: String, _ handle: Int64, after seq: Int64) throws -> Set<String>
  func addConflict(_ conflict: HubConflict) throws
  func conflict(_ id: Int64) throws -> HubConflict?
  func setConflict(_ id: Int64, status: String, version: Int64) throws
  func conflicts(after version: Int64, device: UInt32?, limit: Int) throws -> [HubConflict]
  func hasLost(_ type: String, _ handle: Int64, _ field: String, _ loser: FieldState) throws -> Bool
  func openConflictCount() throws -> Int
  /// Removes every line of history and every conflict of a record.
  func forget(_ type: String, _ handle: Int64) throws

  // Devices
  func addDevice(_ device: HubDevice) throws -> UInt32
  func device(tokenHash: [UInt8]) throws -> HubDevice?
  func devices() throws -> [HubDevice]
  /// The names of the devices numbered from here on.
  func deviceNames(from number: UInt32) throws -> [UInt32: String]
  func update(_ device: HubDevice) throws
  /// Writes what an exchange leaves of a device: when it came, with what, and what it took today.
  func noteExchange(of device: HubDevice) throws
  func addInvitation(_ invitation: StoredInvitation) throws
  func invitation(codeHash: [UInt8]) throws -> StoredInvitation?
  func useInvitation(codeHash: [UInt8], device: UInt32) throws
  /// Ends every invitation that nobody used.
  func endInvitations() throws
  /// Leaves out this many of the numbers that devices get.
  func skipDevices(_ count: UInt32) throws

  // The audit log
  func addAudit(_ line: AuditLine) throws
  /// Lines below this number, newest first.
  func audit(before number: Int64, limit: Int) throws -> [AuditLine]
  /// Whether a line since a time, in milliseconds since 1970, says of the same person what this one does.
  func isNoted(_ line: AuditLine, since time: Int64) throws -> Bool
  /// Every line, oldest first.
  func visitAudit(_ body: (AuditLine) throws -> Void) throws
  /// Drops lines from before a time, in milliseconds since 1970, but for the youngest of them.
  func dropAudit(before time: Int64) throws
  /// The hash of the last line that was dropped; nil while none was.
  func auditStart() throws -> [UInt8]?
  /// When one of these acts was last done with each record of a type, in milliseconds since 1970.
  func lastDone(_ acts: [String], with type: String) throws -> [String: Int64]

  // What devices handed over before they were wiped
  func addToInbox(_ parcel: InboxParcel) throws -> Int64
  /// In the order in which they came, without what is in them.
  func inbox() throws -> [InboxParcel]
  /// With what is in it; empty once it was settled.
  func parcel(_ number: Int64) throws -> InboxParcel?
  /// Removes what is in it.
  func settle(_ parcel: Int64, _ outcome: InboxParcel.Outcome) throws

  // What was refused
  /// Adds to what is counted under the same device, day, code and type. Returns whether nothing was
  /// before.
  func add(_ refusals: RefusalCount, of type: String) throws -> Bool
  /// Since a day, in the order of the devices' numbers, then of the codes; the days added up.
  func refusals(since day: Int64) throws -> [RefusalCount]
  func dropRefusals(before day: Int64) throws

  // The hub's own
  func counter(_ name: HubCounter) throws -> Int64
  func set(_ name: HubCounter, _ value: Int64) throws
  /// Nil before it is first drawn.
  func secret(_ name: HubSecret) throws -> [UInt8]?
  func set(_ name: HubSecret, _ secret: [UInt8]) throws
  func countRecords() throws -> [(type: String, scope: String, count: Int)]
}

package enum HubCounter: String, Sendable {
  case clock, conflictVersion
  /// When the last backup was complete, in milliseconds since 1970.
  case backup
  /// Until when a cursor may carry a mark that an older program drew, in milliseconds since 1970.
  case unsealedMarks
}

package enum HubSecret: String, Sendable {
  /// What the hub's answers to bundles are signed with and bundles opened with.
  case bundles
  /// What its marks are known by.
  case marks
}

/// A record as the hub has it, deleted ones included.
package struct StoredRecord: Sendable {
  package var handle: Int64
  package let id: RecordID
  package var values: [String: Value]
  package var stamps: FieldStamps
  /// The sequence number of its last change in its scope.
  package var seq: Int64
  /// The sequence number at which it came into its scope.
  package var entered: Int64
  package var isDeleted: Bool
  /// Erased for good: nothing of it is left but its id. An erased record is a deleted one too.
  package var isErased = false

  package var scope: Scope { values["scope"]?.text.flatMap { Scope($0) } ?? .bamako }

  /// What stands in a field, for the merge.
  package func state(of field: String) -> FieldState {
    stamps.state(of: field, in: values)
  }
}

package struct ScopeState: Sendable, Equatable {
  package var seq: Int64 = 0
  package var digest = Digest()
  package var records = 0
  /// Below this sequence number deletions may have been dropped.
  package var compacted: Int64 = 0

  package init(
    seq: Int64 = 0, digest: Digest = Digest(), records: Int = 0, compacted: Int64 = 0
  ) {
    self.seq = seq
    self.digest = digest
    self.records = records
    self.compacted = compacted
  }
}

/// A record's appearance in the order of arrival of a scope.
package struct FeedEntry: Sendable {
  package enum Kind: Int64, Sendable {
    case changed = 0
    case left = 1
  }

  package let seq: Int64
  package let type: String
  package let handle: Int64
  package let kind: Kind
}

/// Entries of one type and kind whose sequence numbers and handles rise by one: what a loaded
/// table or a first push leaves behind is one run.
package struct FeedRun: Sendable, Equatable {
  /// The first entry's.
  package let seq: Int64
  package let type: String
  package let handle: Int64
  package let kind: FeedEntry.Kind
  package private(set) var count: Int64

  package init(_ entry: FeedEntry, count: Int64 = 1) {
    seq = entry.seq
    type = entry.type
    handle = entry.handle
    kind = entry.kind
    self.count = count
  }

  package var lastSeq: Int64 { seq + count - 1 }

  /// The entry of one of its sequence numbers.
  package func entry(at place: Int64) -> FeedEntry {
    FeedEntry(seq: place, type: type, handle: handle + place - seq, kind: kind)
  }

  /// Its sequence numbers after one.
  package func places(after seq: Int64) -> ClosedRange<Int64> { max(self.seq, seq + 1)...lastSeq }

  /// Takes the entry in when it goes on where the run ends.
  package mutating func extend(by entry: FeedEntry) -> Bool {
    let goesOn =
      entry.type == type && entry.kind == kind && entry.seq == seq + count
      && entry.handle == handle + count
    if goesOn { count += 1 }
    return goesOn
  }
}

/// One admitted change. A creation has the field "", a deletion "*".
package struct HubHistoryLine: Sendable {
  package let type: String
  package let handle: Int64
  package let field: String
  package let replaced: Value
  package let replacedStamp: Stamp
  package let stamp: Stamp
  /// Milliseconds since 1970 by the hub's clock.
  package let received: Int64
  package let seq: Int64
  /// The device that gave it back to a hub which had lost it; nil for what its author sent.
  package var giver: UInt32?
}

package struct HubConflict: Sendable {
  package enum Status: String, Sendable {
    /// A coordinator should look at it.
    case open
    /// Kept, but nobody needs to look.
    case noted
    /// Waits for somebody with the role.
    case proposal
    case kept, restored
  }

  package var id: Int64
  package var version: Int64
  package let type: String
  package let handle: Int64
  package let record: RecordID
  package let scope: Scope
  package let field: String
  package let status: String
  package let winner: FieldState
  package let loser: FieldState
  package let received: Int64
}

package struct HubDevice: Sendable {
  package var number: UInt32
  package var name: String
  package var base: String
  package var role: Role
  package var grant: Grant
  package var grantVersion: Int64
  package var tokenHash: [UInt8]
  /// Milliseconds since 1970; nil before the first sync.
  package var lastSync: Int64?
  package var waiting: Int
  /// Milliseconds that the device's clock was ahead of the hub's.
  package var clockError: Int64
  package var program: String
  package var state: State
  /// What the last answer gave the device to repeat, and what the request before it repeated.
  package var turn: UInt32 = 0
  package var formerTurn: UInt32 = 0
  /// When a request repeated neither, in milliseconds since 1970: two machines use one identity,
  /// or a folder was restored from a copy.
  package var sharedAt: Int64?
  /// Of the token that takes the place of `tokenHash` as soon as the device uses it.
  package var nextTokenHash: [UInt8]?
  /// What it took of the hub today.
  package var traffic = DayTraffic()
  /// When it said that it had wiped itself, in milliseconds since 1970.
  package var wipedAt: Int64?
  /// Where it could write before its grant was changed, as long as it may not have heard of it.
  package var withdrawn: Set<Scope> = []
  /// Of its bundles, once it told them.
  package var keys: BundleKeys?
  /// The number of its last bundle.
  package var bundle: UInt64 = 0

  package enum State: String, Sendable {
    /// `wiped`: it shall hand over what it has not sent and wipe itself.
    case active, revoked, wiped, retired
    /// No laptop: the number under which an account of the console writes.
    case account
  }
}

package struct StoredInvitation: Sendable {
  package let codeHash: [UInt8]
  package let name: String
  package let base: String
  package let role: Role
  package let grant: Grant
  /// Milliseconds since 1970.
  package let expires: Int64
  package var usedBy: UInt32?
}
