import Testing

@testable import Shared
@testable import SyncServer

/// What the hub remembers of what devices sent last.
@Suite struct LastBodiesTests {
  private let bodies = LastBodies()

  private func body(_ number: Int, size: Int = 2_000) -> [UInt8] {
    [1] + (1..<size).map { UInt8(truncatingIfNeeded: $0 &* number) }
  }

  private func named(_ body: [UInt8], by device: UInt32) -> [UInt8]? {
    try? bodies.body(for: BodyName.of(body), from: device)
  }

  @Test func `a name stands for the last body of its device, and for no other`() throws {
    #expect(try bodies.body(for: body(1), from: 7) == body(1))
    #expect(named(body(1), by: 7) == body(1))
    // As often as it is asked for: the answer may be lost again.
    #expect(named(body(1), by: 7) == body(1))
    #expect(named(body(1), by: 8) == nil)
    #expect(named(body(2), by: 7) == nil)
    _ = try bodies.body(for: body(2), from: 7)
    #expect(named(body(1), by: 7) == nil)
    #expect(named(body(2), by: 7) == body(2))
  }

  @Test func `what is short is sent again, and what is long, and neither leaves the one before`()
    throws
  {
    for size in [100, Limits.rememberedBody.upperBound + 1] {
      _ = try bodies.body(for: body(1), from: 7)
      _ = try bodies.body(for: body(3, size: size), from: 7)
      #expect(named(body(3, size: size), by: 7) == nil && named(body(1), by: 7) == nil)
    }
  }

  @Test func `it remembers so many devices and no more`() throws {
    let devices = UInt32(1)...UInt32(Limits.rememberedBodies + 50)
    for device in devices { _ = try bodies.body(for: body(1), from: device) }
    let known = devices.filter { named(body(1), by: $0) != nil }
    #expect(known.count == Limits.rememberedBodies && known.last == devices.upperBound)
  }

  @Test func `what no device has sent is not understood`() {
    #expect {
      try bodies.body(for: BodyName.of(body(1)), from: 1)
    } throws: {
      ($0 as? Problem)?.code == .not_understood
    }
  }
}
