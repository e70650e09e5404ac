import ArgumentParser
import BadLink
import Foundation

/// What a sync takes over the links that bases have: both programs as they are shipped, and a link
/// between them.
@main
struct Links: ParsableCommand {
  @Option(help: "Where both programs are.") var programs = ".build-release/release"
  @Option(help: "Where folders are made.") var folder = "Benchmarks/data/links"
  @Option var port = 18_543
  @Option(help: "Records of the first sync.") var records = 5_000
  @Option(help: "The only link, instead of all three.") var only: String?
  @Option(help: "Where they come from.") var workload = "Benchmarks/data/contacts_10000.db"

  func run() throws {
    let place = try Place(programs: programs, folder: folder, port: port)
    defer { place.stop() }
    // At bases of their own, so that none gets what another one wrote.
    let all: [(profile: LinkProfile, code: String)] = [
      (.satellite, "GAO"), (.secondGeneration, "KDL"), (.thuraya, "BDG"),
    ]
    let bases = all.filter { only == nil || $0.profile.name == only }
    // Laptops that will get everything at once are enrolled while there is nothing.
    for base in bases { try place.enroll("\(base.code)-first", base: base.code) }
    try place.fill(records, from: workload)
    for base in bases { try place.enroll(base.code, base: base.code) }
    for (profile, base) in bases {
      try measure("first sync, \(records)", profile, "\(base)-first", place)
      place.link.begin(LinkProfile(name: "whole"))
      _ = try place.sync(base)
      try place.edit(base, 1)
      try measure("one edit", profile, base, place)
      try place.edit(base, 200)
      try measure("200 edits", profile, base, place)
      try measure("nothing new", profile, base, place)
      try place.writeMuch(base, base: base)
      try measure("--max-bytes 20000", profile, base, place, maximumBytes: 20_000)
      print("           the alert that was written last has gone: \(try place.hasSentAlert(base))")
      try measure("the rest of it", profile, base, place)
    }
  }

  private func measure(
    _ work: String, _ profile: LinkProfile, _ device: String, _ place: Place,
    maximumBytes: Int? = nil
  ) throws {
    place.link.begin(profile)
    let clock = ContinuousClock()
    let begun = clock.now
    let report = try place.sync(device, maximumBytes: maximumBytes)
    let took = begun.duration(to: clock.now)
    let traffic = place.link.traffic
    let bytes = Double(traffic.up + traffic.down)
    let seconds = took / .seconds(1)
    line([
      (profile.name, 10), (work, 18), (String(format: "%.1f s", seconds), 8),
      ("\(report.requests) requests", 12), ("\(traffic.connections) connections", 14),
      ("\(traffic.up) up", 10), ("\(traffic.down) down", 12),
      (String(format: "%.1f %% wasted", Double(report.bytes_wasted ?? 0) / bytes * 100), 12),
      (report.pending > 0 ? "\(report.pending) records wait" : "", 0),
    ])
    fflush(nil)
  }

  private func line(_ cells: [(text: String, width: Int)]) {
    let padded = cells.map { text, width in
      text.padding(toLength: max(width, text.count), withPad: " ", startingAt: 0)
    }
    print(padded.joined(separator: "  "))
  }
}
