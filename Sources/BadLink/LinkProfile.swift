/// What a link is like. The three that bases have are named; others serve a test.
package struct LinkProfile: Sendable {
  package var name: String
  /// Seconds for a byte to go to the other side and one to come back.
  package var roundTrip: Double
  /// Bits a second.
  package var up: Double
  package var down: Double
  /// Each connection ends after so many seconds.
  package var secondsToCut: Double?
  /// Each connection ends after so many bytes, both ways together.
  package var bytesToCut: Int?
  /// Each connection stands still for good after so many bytes, both ways together.
  package var bytesToStandstill: Int?
  package var stalls: Stalls?

  /// What a radio link makes of lost packets: for a while nothing moves.
  package struct Stalls: Sendable {
    /// Seconds between the end of one and the beginning of the next, on average.
    package var apart: Double
    /// Seconds.
    package var length: Double

    package init(apart: Double, length: Double) {
      self.apart = apart
      self.length = length
    }
  }

  package init(
    name: String, roundTrip: Double = 0, up: Double = .infinity, down: Double = .infinity,
    secondsToCut: Double? = nil, bytesToCut: Int? = nil,
    bytesToStandstill: Int? = nil, stalls: Stalls? = nil
  ) {
    self.name = name
    self.roundTrip = roundTrip
    self.up = up
    self.down = down
    self.secondsToCut = secondsToCut
    self.bytesToCut = bytesToCut
    self.bytesToStandstill = bytesToStandstill
    self.stalls = stalls
  }

  package static let satellite = LinkProfile(
    name: "satellite", roundTrip: 0.6, up: 32_000, down: 128_000, secondsToCut: 40)
  package static let secondGeneration = LinkProfile(
    name: "2G", roundTrip: 0.4, up: 15_000, down: 30_000, stalls: Stalls(apart: 20, length: 5))
  package static let thuraya = LinkProfile(
    name: "thuraya", roundTrip: 1.2, up: 15_000, down: 15_000, secondsToCut: 25)
}
