import Crypto
import Testing

@testable import Shared

/// Dictionaries for short messages. A message is read with the dictionary it was written with, so
/// one that has left this house is never changed.
struct WireDictionaryTests {
  @Test func `what was compressed with a dictionary comes back`() throws {
    var random = SplitMix64(seed: 2)
    for _ in 0..<2_000 {
      let bytes = random.buffer()
      let frame = Compression.compress(bytes, dictionary: 1)
      #expect(try Compression.expand(frame, limit: bytes.count) == bytes)
    }
  }

  @Test func `what was compressed before changes nothing`() {
    var random = SplitMix64(seed: 4)
    let messages = (0..<200).map { _ in random.buffer() }
    func frame(_ index: Int) -> [UInt8] {
      Compression.compress(messages[index], dictionary: index % 2)
    }
    let first = messages.indices.map(frame)
    let others = messages.indices.reversed().map { index in
      _ = Compression.compress(messages[index], level: Int32(1 + index % 19))
      let parts = ZstdCompressor(level: 3)
      _ = parts.append(messages[index], isLast: false)
      return frame(index)
    }
    #expect(first == others.reversed())
  }

  @Test func `a frame names its dictionary, and an unknown one is not understood`() throws {
    let frame = Compression.compress(request(), dictionary: 1)
    #expect(frame.first == 3)
    #expect(Compression.dictionary(of: frame) == 1)
    #expect(Compression.dictionary(of: Compression.compress(request())) == 0)
    #expect(Compression.dictionary(of: []) == 0)
    for method in UInt8(3 + WireDictionary.newest)...255 {
      #expect(throws: Problem.self) {
        try Compression.expand([method] + frame.dropFirst(), limit: 1 << 20)
      }
    }
  }

  @Test func `a neighbour from the future is written to with the newest known here`() {
    #expect(
      Compression.compress(request(), dictionary: 7).first == UInt8(2 + WireDictionary.newest))
  }

  @Test func `what is long enough for itself goes without`() {
    let long = [UInt8](repeating: 65, count: WireDictionary.reach + 1)
    #expect(Compression.compress(long, dictionary: 1).first == 1)
    #expect(Compression.compress(Array(long.dropLast()), dictionary: 1).first == 3)
  }

  @Test func `a flipped bit or a cut is refused or stays within the declared size`() {
    var random = SplitMix64(seed: 3)
    for _ in 0..<4_000 {
      var frame = Compression.compress(random.buffer(), dictionary: 1)
      frame[random.below(frame.count)] ^= 1 << UInt8(random.below(8))
      frame = Array(frame.prefix(1 + random.below(frame.count)))
      do throws(Problem) {
        #expect(try Compression.expand(frame, limit: 1 << 14).count <= 1 << 14)
      } catch {
        #expect(error.code == .not_understood || error.code == .too_large)
      }
    }
  }

  @Test func `the newest dictionary has room in an answer's flags`() {
    #expect(1...7 ~= WireDictionary.newest)
  }

  @Test func `a dictionary that was given out is what it was`() {
    let digest = SHA256.hash(data: PackageResources.dictionary_1)
    let hex = digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    #expect(hex == "27787cd4ce98c0127977764e702c027fd2c3d20b3a8ee0e44230d7e4c31c710b")
  }

  /// What it is for: one report from the field, whose words were in no message it was trained on.
  @Test func `a report takes two thirds of the bytes it takes without`() {
    let alone = Compression.compress(request()).count
    let with = Compression.compress(request(), dictionary: 1).count
    #expect(with * 3 <= alone * 2, "\(with) of \(alone)")
  }

  private func request() -> [UInt8] {
    let stamp = Stamp(clock: 1_782_000_000_000 << 16, device: 12)
    let values: [(String, Value)] = [
      ("scope", "base:BDG"), ("ref_no", "BDG-2026-007"), ("occurred_on", "2026-07-03"),
      ("occurred_time", "07:40"), ("base_code", "BDG"), ("locality", "Axe Doucombo, km 9"),
      ("place_kind", "axe_route"), ("nature", "surete"), ("category", "tir_indirect"),
      ("severity", "2"), ("near_miss", 0), ("targeting", "non_vise"), ("staff_killed", 0),
      ("staff_injured", 0), ("staff_safe", "oui"), ("report_stage", "immediat"),
      ("summary", "Tirs entendus vers le nord, la sortie de ce jour est annulée."),
    ]
    let fields = values.enumerated().map { FieldChange(field: $0, value: $1.1, stamp: stamp) }
    let record = RecordChange(
      kind: .create, id: RecordID(high: 0x019f_3c10_aa01_7abc, low: 0x9123_4567_89ab_cdef),
      handle: 0, stamp: stamp, fields: fields)
    return SyncRequest(
      deviceClock: 1_782_000_100_000, schemaVersion: 3, program: "djoliba/0.1.0", grantVersion: 1,
      noticeCursor: 0, knownDevices: 9, budget: 196_608, waiting: 0,
      cursors: [
        Cursor(scope: Scope("base:BDG")!, seq: 812, mark: 0x8f3a_11c9_02de_77b4),
        Cursor(scope: Scope("mission")!, seq: 2_204, mark: 0x51d2_90ab_cc04_f00d),
      ],
      push: Changeset(groups: [
        ChangeGroup(type: "incident", fields: values.map(\.0), records: [record])
      ])
    ).encoded
  }
}
