import Testing

@testable import FieldClient
@testable import Shared
@testable import SyncServer

/// Who held a token a moment ago is let in without a question, and no further than to the exchange.
@Suite struct DoorkeeperTests {
  @Test func `a holder is known for five seconds, and nobody else`() async throws {
    try await Live.run { live in
      let gate = HubGate(live.hub, folder: live.folder)
      let laptop = try await live.laptop()
      let token = try #require(try DeviceFile.load(laptop.directory)).token
      #expect(gate.recentHolder(of: token) == nil)
      let number = try gate.holder(of: token)
      #expect(gate.recentHolder(of: token) == number)
      #expect(gate.recentHolder(of: String(token.reversed())) == nil)
      live.time.advance(Doorkeeper.moment - 1)
      #expect(gate.recentHolder(of: token) == number)
      live.time.advance(1)
      #expect(gate.recentHolder(of: token) == nil)
      _ = try gate.holder(of: token)
      live.time.advance(-1)
      #expect(gate.recentHolder(of: token) == nil, "the hub's clock was put back")
    }
  }

  @Test func `who was shut out a moment ago is turned away by the exchange itself`() async throws {
    try await Live.run { live in
      let laptop = try await live.laptop()
      let device = try #require(try live.hub.devices().last)
      for (state, code) in [
        (HubDevice.State.revoked, Problem.Code.revoked), (.active, nil), (.retired, .revoked),
      ] {
        try live.hub.setState(state, of: device.number)
        let problem: Problem?
        do throws(Problem) {
          _ = try await laptop.sync()
          problem = nil
        } catch { problem = error }
        #expect(problem?.code == code)
      }
    }
  }

  @Test func `whoever has had its share is asked for`() async throws {
    try await Live.run { live in
      let gate = HubGate(live.hub, folder: live.folder)
      let laptop = try await live.laptop()
      var device = try #require(try live.hub.devices().last)
      let token = try #require(try DeviceFile.load(laptop.directory)).token
      device.traffic = DayTraffic(
        day: live.time.now / 86_400_000, requests: Limits.requestsOfDay)
      let spent = device
      try live.store.write { try $0.update(spent) }
      #expect(throws: Problem.self) { try gate.holder(of: token) }
      #expect(gate.recentHolder(of: token) == nil)
    }
  }
}
