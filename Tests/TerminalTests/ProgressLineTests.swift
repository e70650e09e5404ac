import Shared
import Terminal
import Testing

@Suite struct ProgressLineTests {
  @Test(arguments: [
    (0, "0 o", "0 B"), (999, "999 o", "999 B"), (1000, "1,0 ko", "1.0 kB"),
    (12_345, "12,3 ko", "12.3 kB"), (999_949, "999,9 ko", "999.9 kB"),
    (999_950, "1,0 Mo", "1.0 MB"), (5_500_000_000, "5,5 Go", "5.5 GB"),
  ])
  func `bytes are rounded to a tenth of their unit`(count: Int, fr: String, en: String) {
    #expect(Amounts.bytes(count, .fr) == fr)
    #expect(Amounts.bytes(count, .en) == en)
  }

  @Test(arguments: [
    (0.0, "0 s"), (3.2, "4 s"), (59.5, "1 min 00 s"), (125, "2 min 05 s"), (3780, "1 h 03 min"),
    (.infinity, "0 s"),
  ])
  func `a duration has two units at most`(seconds: Double, text: String) {
    #expect(Amounts.duration(seconds: seconds) == text)
  }

  @Test func `a terminal shows bar, bytes, rate and what remains on one line`() {
    var line = ProgressLine(
      title: Label(fr: "Envoi", en: "Sending"), language: .fr, terminal: true, at: 100)
    #expect(
      line.update(done: 12_300, of: 49_200, at: 104)
        == "\rEnvoi  [#####---------------]  25 %  12,3 ko / 49,2 ko  3,1 ko/s  reste 12 s\u{1B}[K")
    #expect(line.update(done: 12_400, of: 49_200, at: 104.05) == nil)
    #expect(line.end(done: 49_200, at: 110)?.hasSuffix("\u{1B}[K\n") == true)
    #expect(line.end(done: 49_200, at: 110) == nil)
  }

  @Test func `the line never wraps`() {
    var line = ProgressLine(
      title: Label(fr: "Envoi", en: "Sending"), language: .en, terminal: true, columns: 20, at: 0)
    #expect(line.update(done: 10, of: 20, at: 1) == "\r50%  10 B / 20 B\u{1B}[K")
  }

  @Test(arguments: [
    (60, "Sending  50%  10 B / 20 B  10 B/s  1 s left"),
    (40, "50%  10 B / 20 B  10 B/s  1 s left"), (20, "50%  10 B / 20 B"), (10, "50%"), (3, "50"),
  ])
  func `a narrow terminal loses the bar before the numbers`(columns: Int, text: String) {
    var line = ProgressLine(
      title: Label(fr: "Envoi", en: "Sending"), language: .en, terminal: true, columns: columns,
      at: 0)
    #expect(line.update(done: 10, of: 20, at: 1) == "\r\(text)\u{1B}[K")
  }

  @Test func `all is done at the end alone`() {
    var line = ProgressLine(
      title: Label(fr: "Envoi", en: "Sending"), language: .en, terminal: true, at: 0)
    #expect(line.update(done: 20, of: 20, at: 1)?.contains(" 99%") == true)
    #expect(line.end(done: 20, at: 1)?.contains(" 100%") == true)
  }

  @Test func `elsewhere each page gives one plain line and bytes alone give none`() {
    var line = ProgressLine(
      title: Label(fr: "Envoi", en: "Sending"), language: .en, terminal: false, at: 0)
    #expect(line.update(done: 500, of: 2000, at: 1) == nil)
    #expect(
      line.page(done: 1000, of: 2000, at: 2)
        == "Sending  50%  1.0 kB / 2.0 kB  500 B/s  2 s left\n")
    #expect(line.page(done: 1000, of: 2000, at: 3) == nil)
    #expect(line.end(done: 2000, at: 4) == "Sending  100%  2.0 kB / 2.0 kB  500 B/s\n")
    #expect(line.end(done: 2000, at: 4) == nil)
  }

  @Test func `an unknown total has no bar, and no time passed has no rate`() {
    var line = ProgressLine(
      title: Label(fr: "Envoi", en: "Sending"), language: .en, terminal: false, at: 7)
    #expect(line.page(done: 800, of: nil, at: 7) == "Sending  800 B\n")
  }
}
