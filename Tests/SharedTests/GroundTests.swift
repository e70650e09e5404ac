import Shared
import Testing

struct GroundTests {
  // MARK: Record ids

  @Test func `an id derived from a name is that of RFC 9562`() {
    let dns = RecordID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")!
    let id = RecordID.v5(namespace: dns, name: "www.example.com")
    #expect(id.description == "2ed6657d-e927-568b-95e1-2665a8aea6a2")
  }

  @Test func `a drawn id carries its time, its version and its variant`() {
    let id = RecordID.v7(
      milliseconds: 0x017f_22e2_79b0, random: (0xcc3, 0x18c4_dc0c_0c07_398f))
    #expect(id.description == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f")
    let full = RecordID.v7(milliseconds: .max, random: (.max, .max))
    #expect(full.description == "ffffffff-ffff-7fff-bfff-ffffffffffff")
  }

  @Test func `drawn ids sort by their time`() {
    var random = SplitMix64(seed: 5)
    var previous = RecordID(high: 0, low: 0)
    for millisecond in 1...2_000 as ClosedRange<UInt64> {
      let id = RecordID.v7(
        milliseconds: 1_752_000_000_000 + millisecond, random: (random.next(), random.next()))
      #expect(previous < id)
      #expect(previous.description < id.description)
      previous = id
    }
  }

  @Test func `an id survives its text and its bytes`() {
    var random = SplitMix64(seed: 6)
    for _ in 0..<2_000 {
      let id = random.id()
      #expect(RecordID(id.description) == id)
      #expect(RecordID(bytes: id.bytes) == id)
    }
  }

  static let misspelt = [
    "", "017f22e2-79b0-7cc3-98c4-dc0c0c07398", "017f22e2-79b0-7cc3-98c4-dc0c0c07398f0",
    "017F22E2-79b0-7cc3-98c4-dc0c0c07398f", "017f22e279b07cc398c4dc0c0c07398f",
    "{17f22e2-79b0-7cc3-98c4-dc0c0c07398}", "017f22e2-79b0-7cc3-98c4dc-0c0c07398f",
    "017f22e2-79b0-7cc3-98c4-dc0c0c07398g", "017f22e20-9b0-7cc3-98c4-dc0c0c07398f",
    "017f22e2-79b0-7cc3-98c4-dc0c0c0739é", "----------------------------------—-",
  ]

  @Test(arguments: misspelt)
  func `any other spelling of an id is no id`(text: String) {
    #expect(RecordID(text) == nil)
  }

  @Test func `fifteen or seventeen bytes are no id`() {
    #expect(RecordID(bytes: [UInt8](repeating: 1, count: 15)) == nil)
    #expect(RecordID(bytes: [UInt8](repeating: 1, count: 17)) == nil)
  }

  // MARK: Values

  @Test func `values are in one total order that agrees with equality`() {
    var random = SplitMix64(seed: 8)
    for _ in 0..<20_000 {
      let (a, b, c) = (random.value(), random.value(), random.value())
      let isTotal = [a < b, a == b, b < a].count { $0 } == 1
      let isTransitive = !(a < b && b < c) || a < c
      if !isTotal || !isTransitive { Issue.record("\(a) \(b) \(c)") }
    }
  }

  @Test func `two spellings of one letter are two values`() {
    #expect(Value.text("\u{e9}") != .text("e\u{301}"))
    #expect(Value.text("e\u{301}") < .text("\u{e9}"))
  }

  // MARK: Scopes

  @Test func `a scope has one spelling`() {
    for text in ["mission", "bamako", "base:GAO"] { #expect(Scope(text)?.description == text) }
    for text in ["", "Mission", "base:", "base:gao", "base:GA", "base:GAOO", "base:GA\u{301}"] {
      #expect(Scope(text) == nil, "\(text)")
    }
  }
}
