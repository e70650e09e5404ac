import Shared

// The book of accepted writes, kept beside the product and without asking it. Each value that
// people write is theirs alone, so that a value found at the hub or in a refused list is that
// write and no other. What must become of a write follows from the book: nothing here knows how
// the hub merges.

/// A record, by the id that it has on every device.
struct RecordKey: Hashable {
  let type: String
  let id: String
}

extension RecordKey: CustomStringConvertible {
  var description: String { "\(type) \(id.suffix(4))" }
}

struct Book {
  /// One accepted write of one field; the field `*` is a deletion.
  struct Entry {
    let number: Int
    let laptop: Int
    let key: RecordKey
    let field: String
    /// Nil for a value that others may write too.
    let value: String?
    /// What stood there before a write that leaves no value of its own, an emptied field or another
    /// scope, if that can be told from all else. A write with neither touches the record, and no more is
    /// asked.
    let gone: String?
    var state = State.open

    /// Whether it can be found by what it took away alone.
    var isAbsence: Bool { field == Book.deletion || gone != nil }
  }

  enum State {
    /// Not acknowledged, as far as anybody knows.
    case open
    /// The device said that all it had written was acknowledged.
    case owed
    /// Its writer wrote over it before it was acknowledged.
    case replaced
    /// A machine went down in the middle of it, or went back to an older copy.
    case unsure
  }

  static let deletion = "*"
  private(set) var entries: [Entry] = []
  private var erasedKeys: Set<RecordKey> = []

  var count: Int { entries.count }

  /// The values that somebody wrote and nobody else.
  var marks: Set<String> { Set(entries.compactMap(\.value)) }

  /// - Parameters:
  ///   - whole: what else stood in the record is gone, as with INSERT OR REPLACE.
  ///   - gone: by field, what stood where nothing is left that could be known again.
  mutating func wrote(
    _ laptop: Int, _ key: RecordKey, _ values: [(field: String, value: String?)],
    whole: Bool = false, gone: [String: String] = [:]
  ) {
    let fields = Set(values.map(\.field))
    change(of: laptop, key, to: .replaced) { whole || fields.contains($0) || $0 == Self.deletion }
    for (field, value) in values { add(laptop, key, field, value, gone[field]) }
  }

  /// - Parameter isSent: whether the hub knows the record; what nobody else knows just goes.
  mutating func deleted(_ laptop: Int, _ key: RecordKey, isSent: Bool = true) {
    change(of: laptop, key, to: .replaced) { _ in true }
    add(laptop, key, Self.deletion, nil)
    if !isSent { entries[entries.count - 1].state = .replaced }
  }

  /// A write that may have been accepted: the machine went down before it could tell.
  mutating func mayHaveWritten(_ laptop: Int, _ key: RecordKey, _ fields: [String]) {
    let isWhole = fields.contains(Self.deletion)
    change(of: laptop, key, to: .unsure) { isWhole || fields.contains($0) || $0 == Self.deletion }
    for field in fields {
      add(laptop, key, field, nil)
      entries[entries.count - 1].state = .unsure
    }
  }

  mutating func acknowledged(_ laptop: Int) {
    for index in entries.indices
    where entries[index].laptop == laptop && entries[index].state == .open {
      entries[index].state = .owed
    }
  }

  /// The hub has these values, and the laptop does not wait with them any more.
  mutating func acknowledged(_ laptop: Int, _ hubs: Set<String>, except waiting: Set<String>) {
    for index in entries.indices {
      let entry = entries[index]
      guard entry.laptop == laptop, entry.state == .open, let value = entry.value,
        hubs.contains(value),
        waiting.isDisjoint(with: ["", Self.deletion, entry.field].map { entry.key.id + $0 })
      else { continue }
      entries[index].state = .owed
    }
  }

  /// The laptop's folder is that of an older moment again: what was written since is gone with its
  /// refusals, and its people know; except what the hub has. What was written before and refused
  /// since may wait there once more.
  mutating func wentBack(_ laptop: Int, to count: Int, except hubs: Set<String>) {
    for index in entries.indices where entries[index].laptop == laptop {
      let isAtHub = entries[index].value.map(hubs.contains) ?? false
      if index < count {
        if entries[index].state == .owed && !isAtHub { entries[index].state = .open }
      } else if !isAtHub {
        entries[index].state = .unsure
      } else if entries[index].state == .open {
        entries[index].state = .owed
      }
    }
  }

  /// The hub lost what came after its copy, and nobody holds it any more.
  mutating func lost(_ isGone: (String) -> Bool) {
    for index in entries.indices {
      let entry = entries[index]
      guard let value = entry.value, entry.laptop < 0 || entry.state != .open else { continue }
      if isGone(value) { entries[index].state = .unsure }
    }
  }

  /// What was ever written of a record goes, and what will be.
  mutating func erased(_ key: RecordKey) {
    erasedKeys.insert(key)
    for index in entries.indices where entries[index].key == key { entries[index].state = .unsure }
  }

  /// Records whose page broke, so that their unsent changes could not be saved.
  mutating func broke(_ laptop: Int, _ isLost: (RecordKey) -> Bool) {
    for index in entries.indices
    where entries[index].laptop == laptop && entries[index].state == .open
      && isLost(entries[index].key)
    {
      entries[index].state = .unsure
    }
  }

  /// What its people gave up themselves.
  mutating func gaveUp(_ values: Set<String>) {
    for index in entries.indices {
      let entry = entries[index]
      // What comes back may stand again where it was emptied.
      let isMeant = [entry.value, entry.gone].contains { $0.map(values.contains) ?? false }
      if isMeant { entries[index].state = .unsure }
    }
  }

  /// What a laptop's people gave up of a record and left no value: a deletion, a move, an emptied
  /// field.
  ///
  /// - Parameter field: nil for all of it.
  mutating func gaveUp(_ laptop: Int, _ key: RecordKey, _ field: String?) {
    for index in entries.indices {
      let entry = entries[index]
      guard entry.laptop == laptop, entry.key == key, entry.isAbsence,
        field == nil || entry.field == field
      else { continue }
      entries[index].state = .unsure
    }
  }

  func isOpen(_ laptop: Int) -> Bool {
    entries.contains { $0.laptop == laptop && $0.state == .open }
  }

  private mutating func add(
    _ laptop: Int, _ key: RecordKey, _ field: String, _ value: String?, _ gone: String? = nil
  ) {
    entries.append(
      Entry(
        number: entries.count, laptop: laptop, key: key, field: field, value: value, gone: gone,
        state: erasedKeys.contains(key) ? .unsure : .open))
  }

  private mutating func change(
    of laptop: Int, _ key: RecordKey, to state: State, where matches: (String) -> Bool
  ) {
    for index in entries.indices {
      let entry = entries[index]
      guard entry.laptop == laptop, entry.key == key, entry.state == .open, matches(entry.field)
      else { continue }
      entries[index].state = state
    }
  }
}
