/// What the hub answers in one exchange.
package struct SyncAnswer: Hashable, Sendable {
  /// Milliseconds since 1970 by the hub's clock.
  package var hubClock: Int64
  /// False when the push was left alone because the device's clock must be repaired first.
  package var examined: Bool
  /// True when there is more to collect than the budget allowed.
  package var hasMore: Bool
  /// A random number, for the device to repeat in its next request: a copy of its folder cannot
  /// know it.
  package var turn: UInt32
  /// True when the request did not repeat the last turn: another machine has the same identity,
  /// or this one was restored from a copy.
  package var isShared: Bool
  /// True when the hub's schema is older than the device's.
  package var isBehind: Bool
  /// The newest `WireDictionary` that the hub reads, 7 at most; 0 for a hub that knows none.
  package var dictionary = 0
  package var grant: GrantNews?
  /// The hub's schema as JSON, when the device's is older; else empty.
  package var schema: [UInt8]
  package var names: [DeviceName]
  /// One for each `create` of the push, in order: the record's handle, 0 when refused.
  package var handles: [Int64]
  /// Whatever was not simply admitted; everything else of the push was.
  package var verdicts: [Verdict]
  package var pages: [ScopePage]
  package var leaves: [Leave]
  package var notices: [ConflictNotice]
  package var pull: Changeset

  package init(hubClock: Int64) {
    self.hubClock = hubClock
    examined = true
    hasMore = false
    turn = 0
    isShared = false
    isBehind = false
    schema = []
    names = []
    handles = []
    verdicts = []
    pages = []
    leaves = []
    notices = []
    pull = Changeset()
  }
}

/// What a device may do, when it changed.
package struct GrantNews: Hashable, Sendable {
  package let version: Int64
  /// A role's word, which an older program may not know.
  package let role: String
  package let everything: Bool
  package let read: [Scope]
  package let write: [Scope]

  package init(version: Int64, role: String, everything: Bool, read: [Scope], write: [Scope]) {
    self.version = version
    self.role = role
    self.everything = everything
    self.read = read
    self.write = write
  }
}

package struct DeviceName: Hashable, Sendable {
  package let number: UInt32
  package let name: String

  package init(number: UInt32, name: String) {
    self.number = number
    self.name = name
  }
}

/// The hub's word on one change, or on a whole record.
package struct Verdict: Hashable, Sendable {
  package enum Kind: UInt8, Sendable {
    /// Another value stands; nobody lost anything.
    case superseded = 1
    /// A conflict that this change lost; it is kept at the hub.
    case lost = 2
    /// A conflict that this change won; the other value is kept at the hub.
    case won = 3
    /// Kept as a proposal until somebody with the role decides.
    case proposed = 4
    case refused = 5
  }

  package let group: Int
  package let record: Int
  /// Position in the group's fields; nil for the whole record.
  package let field: Int?
  package let kind: Kind
  /// Why it was refused: a code word of `Problem.Code`, or one that this program does not know.
  package let code: String
  /// The same in a sentence, in the language of the request.
  package let sentence: String

  package init(
    group: Int, record: Int, field: Int?, kind: Kind, code: String = "", sentence: String = ""
  ) {
    self.group = group
    self.record = record
    self.field = field
    self.kind = kind
    self.code = code
    self.sentence = sentence
  }
}

/// How far the answer brings a scope.
package struct ScopePage: Hashable, Sendable {
  package let cursor: Cursor
  /// The hub's digest and record count at the cursor, when nothing is left behind it.
  package let proof: Proof?

  package struct Proof: Hashable, Sendable {
    package let digest: Digest
    package let records: Int

    package init(digest: Digest, records: Int) {
      self.digest = digest
      self.records = records
    }
  }

  package init(cursor: Cursor, proof: Proof?) {
    self.cursor = cursor
    self.proof = proof
  }
}

/// A record that is no longer in a scope: not deleted, but not to be held for that scope.
package struct Leave: Hashable, Sendable {
  package let scope: Scope
  package let type: String
  package let handle: Int64

  package init(scope: Scope, type: String, handle: Int64) {
    self.scope = scope
    self.type = type
    self.handle = handle
  }
}

/// A conflict as a device is told of it.
package struct ConflictNotice: Hashable, Sendable {
  package struct Side: Hashable, Sendable {
    package let value: Value
    package let stamp: Stamp

    package init(value: Value, stamp: Stamp) {
      self.value = value
      self.stamp = stamp
    }
  }

  package let id: Int64
  /// Rises with every change of any conflict.
  package let version: Int64
  package let type: String
  package let record: RecordID
  package let field: String
  package let status: String
  package let winner: Side
  package let loser: Side

  package init(
    id: Int64, version: Int64, type: String, record: RecordID, field: String, status: String,
    winner: Side, loser: Side
  ) {
    self.id = id
    self.version = version
    self.type = type
    self.record = record
    self.field = field
    self.status = status
    self.winner = winner
    self.loser = loser
  }
}
