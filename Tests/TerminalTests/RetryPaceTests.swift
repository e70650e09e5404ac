import Terminal
import Testing

@Suite struct RetryPaceTests {
  @Test func `after a success the whole interval is waited`() {
    var pace = RetryPace(every: 900)
    #expect(pace.succeeded() == 900)
    #expect(pace.succeeded() == 900)
  }

  @Test func `failures double the delay up to five minutes`() {
    var pace = RetryPace(every: 900)
    let delays = (0..<12).map { _ in pace.failed(random: .max).rounded() }
    #expect(delays == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300])
  }

  @Test func `chance takes away up to half of a delay`() {
    var low = RetryPace(every: 900)
    var middle = RetryPace(every: 900)
    #expect((0..<3).map { _ in low.failed(random: 0) } == [0.5, 1, 2])
    #expect(middle.failed(random: 1 << 63) == 0.75)
  }

  @Test func `a success forgets the failures`() {
    var pace = RetryPace(every: 60)
    for _ in 0..<5 { _ = pace.failed(random: 0) }
    #expect(pace.succeeded() == 60)
    #expect(pace.failed(random: 0) == 0.5)
  }

  @Test func `a year of failures does not overflow`() {
    var pace = RetryPace(every: 60)
    for _ in 0..<105_000 { _ = pace.failed(random: 0) }
    #expect(pace.failed(random: 0) == 150)
  }
}
