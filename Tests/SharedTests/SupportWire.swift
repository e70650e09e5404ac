import Shared

// Random messages for the codecs: every kind of value, every script, every extreme.

extension SplitMix64 {
  static let texts = [
    "", " ", "Gao", "Ménaka — « zone nord »", "ⵜⴰⵎⴰⵌⴰⵇ", "ߒߞߏ", "تمبكتو", "👩🏾‍⚕️", "e\u{301}", "\u{e9}",
    "\u{0}", "\u{10ffff}", "ligne\nligne\r\n", "1", "null", String(repeating: "x", count: 300),
  ]
  private static let integers: [Int64] = [0, 1, -1, 63, -64, 64, .min, .max, .min + 1, 1 << 53]
  private static let reals: [Double] = [
    0, -0.0, 1.5, -13.25, .infinity, -.infinity, .leastNonzeroMagnitude, .greatestFiniteMagnitude,
  ]
  private static let clocks: [UInt64] = [
    0, 1, .max, 1 << 63, 1 << 16, 0x0197_0000_0000_0000, 0x0197_0000_0001_0000,
  ]

  mutating func value() -> Value {
    switch below(7) {
    case 0: return .null
    case 1: return .int(pick(Self.integers))
    case 2: return .int(Int64(bitPattern: next() >> UInt64(below(64))))
    case 3: return .real(pick(Self.reals))
    case 4:
      let real = Double(bitPattern: next())
      return .real(real.isNaN ? 0.1 : real)
    default: return .text(pick(Self.texts))
    }
  }

  mutating func stamp() -> Stamp {
    let clock = chance(1, in: 3) ? pick(Self.clocks) : next() >> UInt64(below(64))
    return Stamp(clock: clock, device: chance(1, in: 8) ? .max : UInt32(below(300)))
  }

  mutating func id() -> RecordID { RecordID(high: next(), low: next()) }

  mutating func number() -> Int64 { Int64(bitPattern: next() >> UInt64(below(64))) }

  mutating func fieldStamps() -> FieldStamps {
    var stamps = FieldStamps(record: stamp())
    for _ in 0..<below(4) { stamps.set("f\(below(9))", stamp()) }
    return stamps
  }

  mutating func changeset() -> Changeset {
    Changeset(groups: (0..<below(4)).map { _ in group() })
  }

  private mutating func group() -> ChangeGroup {
    let fields = (0..<below(7)).map { "\(pick(["nom", "ligne\n", "ⵜ", ""]))\($0)" }
    let records = (0..<below(12)).map { _ in record(fieldCount: fields.count) }
    return ChangeGroup(type: pick(["base", "incident", "ߒ", ""]), fields: fields, records: records)
  }

  private mutating func record(fieldCount: Int) -> RecordChange {
    let kind = pick([RecordChange.Kind.update, .update, .create, .delete])
    let stamp = stamp()
    let density = pick([0, 1, 2, 4])
    let fields = (0..<fieldCount).filter { _ in chance(density, in: 4) }.map { field in
      FieldChange(
        field: field, value: value(), stamp: chance(1, in: 2) ? stamp : self.stamp(),
        seen: chance(1, in: 2) ? .never : self.stamp())
    }
    return RecordChange(
      kind: kind, id: kind == .create || chance(1, in: 3) ? id() : nil, handle: number(),
      stamp: stamp, fields: fields, seen: kind == .delete ? fieldStamps() : nil)
  }

  private mutating func size() -> Int { Int(Int32.max) >> below(32) }

  mutating func scope() -> Scope { pick([.mission, .bamako, .base("GAO"), .base("MEN")]) }

  mutating func request() -> SyncRequest {
    var request = SyncRequest(
      deviceClock: number(), correction: number(), schemaVersion: size(),
      program: pick(Self.texts), grantVersion: number(), noticeCursor: number(),
      knownDevices: UInt32(truncatingIfNeeded: next()), budget: size(), waiting: size(),
      cursors: cursors(), push: changeset())
    request.turn = UInt32(truncatingIfNeeded: next())
    return request
  }

  /// One of a scope.
  private mutating func cursors() -> [Cursor] {
    let drawn = (0..<below(4)).map { _ in cursor() }
    return Dictionary(drawn.map { ($0.scope, $0) }) { first, _ in first }.values
      .sorted { $0.scope < $1.scope }
  }

  private mutating func cursor() -> Cursor { Cursor(scope: scope(), seq: number(), mark: next()) }

  mutating func answer() -> SyncAnswer {
    var answer = SyncAnswer(hubClock: number())
    answer.examined = chance(1, in: 2)
    answer.hasMore = chance(1, in: 2)
    answer.turn = UInt32(truncatingIfNeeded: next())
    answer.isShared = chance(1, in: 2)
    answer.dictionary = below(8)
    answer.grant = chance(1, in: 2) ? grant() : nil
    answer.schema = (0..<below(30)).map { _ in UInt8(truncatingIfNeeded: next()) }
    answer.names = (0..<below(3)).map { DeviceName(number: UInt32($0), name: pick(Self.texts)) }
    answer.handles = (0..<below(5)).map { _ in number() }
    answer.verdicts = (0..<below(5)).map { _ in verdict() }
    answer.pages = (0..<below(4)).map { _ in page() }
    answer.leaves = (0..<below(4)).map { _ in
      Leave(scope: scope(), type: pick(Self.texts), handle: number())
    }
    answer.notices = (0..<below(3)).map { _ in notice() }
    answer.pull = changeset()
    return answer
  }

  private mutating func grant() -> GrantNews {
    GrantNews(
      version: number(), role: pick(Role.allCases).rawValue, everything: chance(1, in: 2),
      read: (0..<below(4)).map { _ in scope() }, write: (0..<below(4)).map { _ in scope() })
  }

  private mutating func verdict() -> Verdict {
    let kind = pick([Verdict.Kind.superseded, .lost, .won, .proposed, .refused])
    let isRefused = kind == .refused
    return Verdict(
      group: size(), record: size(), field: chance(1, in: 3) ? nil : below(99), kind: kind,
      code: isRefused ? pick(Self.texts) : "", sentence: isRefused ? pick(Self.texts) : "")
  }

  private mutating func page() -> ScopePage {
    let proof = ScopePage.Proof(digest: Digest(high: next(), low: next()), records: size())
    return ScopePage(cursor: cursor(), proof: chance(1, in: 2) ? proof : nil)
  }

  private mutating func notice() -> ConflictNotice {
    ConflictNotice(
      id: number(), version: number(), type: pick(Self.texts), record: id(),
      field: pick(Self.texts), status: pick(Self.texts),
      winner: .init(value: value(), stamp: stamp()), loser: .init(value: value(), stamp: stamp()))
  }
}

/// The code of the problem that reading ends with; nil when it succeeds. Anything else traps.
func code<T>(of reading: () throws(Problem) -> T) -> Problem.Code? {
  do throws(Problem) {
    _ = try reading()
    return nil
  } catch {
    return error.code
  }
}
