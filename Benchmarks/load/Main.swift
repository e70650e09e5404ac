import ArgumentParser
import Foundation
import NIOCore
import NIOPosix
import NIOSSL

/// Many devices, each with one edit an exchange, through real HTTP over TLS against the hub's own
/// program on the same machine.
@main
struct Load: AsyncParsableCommand {
  @Option(help: "The hub's program.") var server = ".build-release/release/djoliba-server"
  @Option(help: "Where its folder is made.") var folder = "Benchmarks/data/load"
  @Option var port = 18_443
  @Option(help: "How many devices.") var devices = 1_000
  @Option(help: "Exchanges a second, of all together.") var rate = 1_500
  @Option(help: "How long.") var seconds = 60
  @Flag(help: "A new connection for each exchange.") var fresh = false
  @Option(help: "Records that the hub holds before.") var records = 0
  @Option(help: "A file: the hub is backed up into it, again and again, while it is driven.")
  var backup: String?

  func run() async throws {
    let fleet = try Fleet(
      server: server, folder: folder, port: port, count: devices, records: records)
    let hub = try HubProcess(server: server, folder: folder)
    defer { hub.stop() }
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    var settings = TLSConfiguration.makeClientConfiguration()
    settings.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(fleet.authority))
    settings.certificateVerification = .noHostnameVerification
    let context = try NIOSSLContext(configuration: settings)

    // Everybody makes its record and its connection before anything is counted.
    let isKept = !fresh
    let interval = TimeAmount.nanoseconds(Int64(devices) * 1_000_000_000 / Int64(rate))
    let warming = NIODeadline.now() + .seconds(2)
    let start = warming + .milliseconds(Int64(devices) * 5 + 2_000)
    func calling(from start: NIODeadline, for time: TimeAmount) -> Calling {
      Calling(
        loop: group.next(), context: context, port: port, interval: interval, end: start + time,
        isFresh: !isKept)
    }
    let callers = try fleet.devices.enumerated().map { index, device in
      let offset = TimeAmount.nanoseconds(
        interval.nanoseconds * Int64(index) / Int64(devices))
      return try Caller(
        device, at: index, warmingUp: warming + .milliseconds(Int64(index) * 5),
        first: start + offset,
        calling(from: start, for: .seconds(Int64(seconds))))
    }
    let before = hub.figures()
    let copies = backup.map { Copies(server: server, folder: folder, file: $0, from: start) }
    for caller in callers.map({ caller in group.next().flatSubmit { caller.start() } }) {
      try await caller.get()
    }
    let after = hub.figures()
    try copies?.end()
    report(callers, cpu: after.cpu - before.cpu, memory: after.memory)
    try await group.shutdownGracefully()
  }

  private func report(_ callers: [Caller], cpu: Double, memory: Double) {
    let latencies = callers.flatMap(\.latencies).sorted()
    let failures = callers.reduce(into: [:]) { $0.merge($1.failures, uniquingKeysWith: +) }
    guard !latencies.isEmpty else { return print("No exchange went through: \(failures)") }
    func quantile(_ share: Double) -> String {
      let index = min(latencies.count - 1, Int(Double(latencies.count) * share))
      return String(format: "%.1f ms", Double(latencies[index]) / 1000)
    }
    let rate = Double(latencies.count) / Double(seconds)
    let bytes = callers.reduce(0) { $0 + $1.bytes } / latencies.count
    print(
      """
      devices \(devices), \(fresh ? "a new TLS connection each" : "kept-alive TLS connections")
      exchanges \(latencies.count), \(String(format: "%.0f", rate)) a second, failed \(failures.values.reduce(0, +)) \(failures.isEmpty ? "" : "\(failures)")
      latency median \(quantile(0.5)), p99 \(quantile(0.99)), highest \(quantile(1))
      bodies \(bytes) bytes an exchange, both ways
      the hub: \(String(format: "%.0f", cpu * 1e6 / Double(latencies.count))) µs of processor \
      an exchange, \(String(format: "%.0f", memory)) MiB at most
      """)
  }
}
