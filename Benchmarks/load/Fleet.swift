import Foundation
import Launching
import Shared
import SyncServer

/// A hub in a folder of its own, with devices that are enrolled before it is started.
struct Fleet {
  let devices: [LoadDevice]
  /// PEM.
  let authority: [UInt8]

  /// Makes the hub with the program and enrols the devices in its file.
  init(server: String, folder: String, port: Int, count: Int, records: Int) throws {
    try? FileManager.default.removeItem(atPath: folder)
    try HubProcess.run(
      server, ["init", "--data", folder, "--address", "https://127.0.0.1:\(port)", "--empty"])
    if records > 0 { try Self.load(records, server: server, folder: folder) }
    authority = [UInt8](
      try Data(contentsOf: URL(filePath: folder + "/authority.pem")))
    let store = try SQLiteHubStore(path: folder + "/hub.sqlite")
    let hub = Hub(
      store: store, now: { Self.now }, random: { .random(in: .min ... .max) })
    devices = try (0..<count).map { index in
      let base = Self.base(index)
      let scope = Scope("base:\(base)")!
      let invited = try hub.invite(
        name: "Portable \(index)", base: base, role: .resp_base,
        grant: Grant(read: [scope], write: [scope]))
      let token = Secret.text { .random(in: .min ... .max) }
      let answer = try hub.enroll(
        EnrolmentRequest(code: invited.code, token: token, program: "load"))
      let id = RecordID.v7(
        milliseconds: UInt64(Self.now), random: (.random(in: .min ... .max), UInt64(index)))
      return LoadDevice(number: answer.device, token: token, base: base, id: id)
    }
    try store.close()
  }

  /// Contacts of a base that none of the devices is of.
  private static func load(_ count: Int, server: String, folder: String) throws {
    let rows = folder + "-rows"
    try FileManager.default.createDirectory(atPath: rows, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: rows) }
    let head =
      "id;display_name;function_title;contact_type;base_code;relationship;consent_basis;status\n"
    let text = (0..<count).reduce(into: head) { text, number in
      text += "CT-\(number);Contact \(number);Maire;media;ZZZ;ponctuelle;accord_oral;actif\n"
    }
    try Data(text.utf8).write(to: URL(filePath: rows + "/contact.csv"))
    try HubProcess.run(server, ["load", rows, "--data", folder])
  }

  /// Milliseconds since 1970.
  static var now: Int64 { Int64(Date().timeIntervalSince1970 * 1000) }

  /// A code of its own for each device: three capital letters.
  private static func base(_ index: Int) -> String {
    let letters = [index / 676 % 26, index / 26 % 26, index % 26]
    return String(decoding: letters.map { UInt8(65 + $0) }, as: UTF8.self)
  }
}

/// The hub's own program, as it is shipped.
final class HubProcess {
  private let launched: Launched

  init(server: String, folder: String) throws {
    launched = try Launched([server, "run", "--data", folder, "--connections", "4096"])
  }

  func stop() { launched.end() }

  /// Seconds of processor time, and the peak of its memory in MiB.
  func figures() -> (cpu: Double, memory: Double) {
    let pid = launched.process
    let stat = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
    let ticks = stat.split(separator: ")").last?.split(separator: " ").dropFirst(11).prefix(2)
    let cpu = (ticks ?? []).compactMap { Double($0) }.reduce(0, +) / 100
    let status = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
    let peak = status.split(separator: "\n").first { $0.hasPrefix("VmHWM") }
    let kilobytes = peak?.split(separator: " ").compactMap { Double($0) }.first ?? 0
    return (cpu, kilobytes / 1024)
  }

  static func run(_ program: String, _ arguments: [String]) throws {
    guard try Launched([program] + arguments).wait() == 0 else {
      throw Problem(.internal, cause: "\(program) \(arguments.first ?? "")")
    }
  }
}
