import Foundation
import Glibc
import Synchronization
import Testing

@testable import FieldClient
@testable import Shared
@testable import SyncServer

/// Some call as often as they can; the others are served. The clock of the rates stands still, so that
/// every count is exact.
@Suite struct FloodTests {
  /// curl's statuses of as many requests over one connection.
  private func flood(
    _ live: Live, _ path: String, times: Int, from address: String, _ arguments: [String]
  ) async throws -> [Int: Int] {
    let base = ["--interface", address, "-o", "/dev/null", "-w", "%{http_code}\n"]
    let text = try await live.curl("\(path)?[1-\(times)]", base + arguments).text
    return text.split(separator: "\n").compactMap { Int($0) }.reduce(into: [:]) {
      $0[$1, default: 0] += 1
    }
  }

  private func exchange(_ token: String) -> [String] {
    [
      "-H", "Authorization: Bearer \(token)",
      "-H", "Content-Type: application/vnd.djoliba.sync", "-d", "x",
    ]
  }

  @Test func `a device that floods is told when to come back, and the others sync`() async throws {
    try await Live.run { live in
      let (loud, quiet) = (try await live.laptop(), try await live.laptop())
      let burst = Int(PaceLimits.device.burst)
      async let statuses = flood(
        live, "/v1/sync", times: burst + 100, from: "127.0.0.1", exchange(loud.token))
      for _ in 0..<20 { #expect(try await quiet.sync().complete) }
      let counts = try await statuses
      // The loud one has made two requests before: its first sync, and its keys.
      #expect(counts[422] == burst - 2)
      #expect(counts[429] == 102)
      let problem = await #expect(throws: Problem.self) { try await loud.sync() }
      #expect(problem?.code == .too_many_requests)
      #expect(problem?.retryAfter == 1)
      live.uptime.advance(1_000)
      #expect(try await loud.sync().complete)
    }
  }

  @Test func `strangers that flood find their address closed, and bases and people get in`()
    async throws
  {
    try await Live.run { live in
      let laptop = try await live.laptop()
      let offer = try live.office.add("awa", fullName: "Awa", role: .cz)
      async let unknown = flood(
        live, "/v1/sync", times: 500, from: "127.0.0.2",
        exchange(String(repeating: "0", count: 64)))
      async let guesses = flood(
        live, "/entree", times: 100, from: "127.0.0.2", ["-d", "nom=awa2&mdp=x"])
      for _ in 0..<20 { #expect(try await laptop.sync().complete) }
      let entered = try await live.curl(
        "/entree", ["-d", "nom=awa&mdp=\(offer.password)", "-o", "/dev/null"])
      #expect(entered.status == 303)
      let burst = (Int(PaceLimits.stranger.burst), Int(PaceLimits.signIn.burst))
      let refused = try await unknown
      #expect(refused == [401: burst.0, 429: 500 - burst.0])
      let counts = try await guesses
      #expect(counts == [401: burst.1, 429: 100 - burst.1])
      // A base behind the same router as the flood is known by its token, not by its address.
      let near = try await live.curl(
        "/v1/sync", ["--interface", "127.0.0.2"] + exchange(laptop.token))
      #expect(near.status == 422)
    }
  }

  @Test func `wrong invitation codes are tried ten times, and a right one elsewhere`()
    async throws
  {
    try await Live.run { live in
      let wrong = #"{"code":"x","token":"\#(String(repeating: "a", count: 64))","program":""}"#
      let json = ["-H", "Content-Type: application/json"]
      let counts = try await flood(
        live, "/v1/enroll", times: 30, from: "127.0.0.2", json + ["-d", wrong])
      #expect(counts == [403: 10, 429: 20])
      _ = try await live.laptop()
      live.uptime.advance(60_000)
      let again = try await flood(
        live, "/v1/enroll", times: 3, from: "127.0.0.2", json + ["-d", wrong])
      #expect(again == [403: 1, 429: 2])
    }
  }

  @Test func `what is no enrolment at all is counted as a wrong code`() async throws {
    try await Live.run { live in
      for body in ["{}", "[", #"{"code":"x","token":"short","program":""}"#] {
        let counts = try await flood(
          live, "/v1/enroll", times: 15, from: "127.0.0.2",
          ["-H", "Content-Type: application/json", "-d", body])
        #expect(counts == [422: 10, 429: 5], "\(body)")
        live.uptime.advance(600_000)
      }
    }
  }

  @Test func `codes that are tried at once are counted as if one came after the other`()
    async throws
  {
    let turnstile = Turnstile(uptime: { 0 })
    let (all, came) = AsyncStream<Void>.makeStream()
    let everybody = Task { for await _ in all {} }
    let counts = Counts()
    @Sendable func note(_ what: String) { if counts.note(what) == 64 { came.finish() } }
    await withTaskGroup { group in
      for _ in 0..<64 {
        group.addTask {
          do {
            try await turnstile.trying(from: "a") {
              note("tried")
              await everybody.value
              throw Problem(.invitation_unknown)
            }
          } catch {
            note((error as? Problem)?.code.rawValue ?? "")
          }
        }
      }
    }
    #expect(counts["tried"] == 10 && counts["too_many_requests"] == 54)
    await #expect(throws: Problem.self) { try await turnstile.trying(from: "a") {} }
  }

  @Test func `codes that are right cost nothing`() async throws {
    let turnstile = Turnstile(uptime: { 0 })
    for _ in 0..<100 { try await turnstile.trying(from: "a") {} }
    for _ in 0..<100 {
      await #expect(throws: Problem(.busy)) {
        try await turnstile.trying(from: "a") { throw Problem(.busy) }
      }
    }
  }

  @Test func `what a device sends is counted as it is when it is opened`() async throws {
    try await Live.run { live in
      let laptop = try await live.laptop()
      let gate = HubGate(live.hub)
      let body = Compression.compress([UInt8](repeating: 0, count: 8 << 20))
      for _ in 0..<(Limits.bytesOfDay / (8 << 20)) {
        #expect(throws: Problem.self) {
          try gate.sync(body, token: laptop.token, language: .fr, inParts: false)
        }
      }
      #expect(throws: Problem(.too_many_requests, at: "24 h", retryAfter: 12 * 3_600)) {
        try gate.holder(of: laptop.token)
      }
    }
  }

  @Test func `silent connections make room`() async throws {
    try await Live.run { live in
      let laptop = try await live.laptop()
      var open: [Int32] = []
      defer { for socket in open { close(socket) } }
      for host in 2...12 {
        for _ in 0..<HTTPLimits.connectionsOfAddress {
          open.append(try connection(from: "127.0.0.\(host)", to: live.port))
        }
      }
      #expect(open.count > HTTPLimits.connections)
      for _ in 0..<5 {
        let other = try live.open(laptop.directory)
        #expect(try await other.sync().complete)
      }
      // One more from an address that holds its share is closed at once.
      let extra = try connection(from: "127.0.0.12", to: live.port)
      open.append(extra)
      let received = try await apart {
        var byte: UInt8 = 0
        return recv(extra, &byte, 1, 0)
      }
      #expect(received <= 0)
    }
  }

  private func connection(from address: String, to port: Int) throws -> Int32 {
    func place(_ address: String, _ port: Int) -> sockaddr_in {
      var place = sockaddr_in()
      place.sin_family = sa_family_t(AF_INET)
      place.sin_addr.s_addr = inet_addr(address)
      place.sin_port = in_port_t(port).bigEndian
      return place
    }
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    for (call, var place) in [(bind, place(address, 0)), (connect, place("127.0.0.1", port))] {
      let result = withUnsafePointer(to: &place) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          call(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
      try #require(result == 0)
    }
    return descriptor
  }

  @Test func `a device has its share of the day, and the next day another one`() async throws {
    try await Live.run { live in
      let laptop = try await live.laptop()
      _ = try await laptop.sync()
      var device = try #require(try live.hub.devices().last)
      #expect(device.traffic.requests > 0 && device.traffic.bytes > 100, "it is shown")
      device.traffic.bytes = Limits.bytesOfDay
      device.traffic.requests += 100
      let spent = device
      try live.store.write { try $0.update(spent) }
      live.time.advance(Doorkeeper.moment)
      let problem = await #expect(throws: Problem.self) { try await laptop.sync() }
      #expect(problem?.code == .too_many_requests)
      #expect(problem?.retryAfter == 12 * 3_600 - Int(Doorkeeper.moment / 1000))
      live.time.advance(12 * 3_600_000)
      #expect(try await laptop.sync().complete)
    }
  }

  @Test func `Bamako sees who has had its share, also when it was the last answer's bytes`()
    async throws
  {
    try await Live.run { live in
      let laptop = try await live.laptop()
      func setBytes(_ bytes: Int, more requests: Int) throws {
        var device = try #require(try live.hub.devices().last)
        device.traffic.bytes = bytes
        device.traffic.requests += requests
        let changed = device
        try live.store.write { try $0.update(changed) }
        live.time.advance(Doorkeeper.moment)
      }
      try setBytes(Limits.bytesOfDay - 1, more: 100)
      _ = try await laptop.sync()
      // As if the answer alone, which is written down with the next exchange, had crossed the limit.
      try setBytes(Limits.bytesOfDay - 1, more: 0)
      await #expect(throws: Problem.self) { try await laptop.sync() }
      #expect(try live.hub.devices().last?.traffic.at(live.time.now).isSpent == true)
    }
  }
}

/// How often each thing happened.
private final class Counts: Sendable {
  private let values = Mutex<[String: Int]>([:])

  /// Returns how often anything did.
  func note(_ name: String) -> Int {
    values.withLock { values in
      values[name, default: 0] += 1
      return values.values.reduce(0, +)
    }
  }

  subscript(_ name: String) -> Int { values.withLock { $0[name, default: 0] } }
}
