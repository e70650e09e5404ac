import Foundation

@testable import FieldClient
@testable import Shared
@testable import Storage
@testable import SyncServer

/// What goes by stick in a world, without programs: files in the world's folder.
extension World {
  /// A device that has exchanged keys with the hub.
  func courier(
    _ base: String = "BKO", role: Role = .referent_surete, grant: Grant = .all,
    clock: Clock? = nil, uptime: Clock? = nil
  ) async throws -> Device {
    let device = try device(base, role: role, grant: grant, clock: clock, uptime: uptime)
    _ = try await device.client.sync()
    try introduce(device)
    return device
  }

  /// What the network does in the programs.
  func introduce(_ device: Device) throws {
    let secret = Array([UInt8](hexadecimal: device.client.token)!.reversed())
    let holder = try hub.admit(token: device.client.token)
    let keys = try hub.exchangeKeys(BundleSecret(secret)!.keys, with: holder)
    let file = DeviceFile(
      addresses: ["https://127.0.0.1:1"], authority: "", token: device.client.token,
      bundleSecret: secret.hexadecimal, hubKeys: keys.bytes.hexadecimal)
    try file.save(device.client.directory)
  }

  func path(_ name: String) -> String { directory + "/" + name }

  func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path(name))))
  }

  func put(_ bytes: [UInt8], _ name: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path(name)))
  }

  /// In Bamako.
  @discardableResult
  func read(_ bundle: String, answer: String) throws(Problem) -> BundleReceipt {
    try HubFolder(directory).read(
      bundle: path(bundle), answer: path(answer), hub: hub, by: "shell:test")
  }

  /// There and back.
  @discardableResult
  func stick(_ device: Device, _ name: String = "stick") throws -> SyncReport {
    try device.client.writeBundle(to: path(name))
    try read(name, answer: name + ".answer")
    return try device.client.readBundle(from: path(name + ".answer"))
  }

  /// Whether a device holds what the hub holds, and says so itself.
  func isEqual(_ device: Device) throws -> Bool {
    let status = try device.client.replica.status()
    return try scopes().allSatisfy { scope, state in
      status.scopes[scope]?.digest == state.digest && status.scopes[scope]?.records == state.records
    } && device.client.replica.recount(now: 0) == []
  }
}

/// Bundles and answers of a world on their ways: late, twice, lost, and in any order.
final class Couriers {
  private let world: World
  private var bundles: [(device: Device, file: [UInt8])] = []
  private var answers: [(device: Device, file: [UInt8])] = []
  private var number = 0
  /// How often each thing happened.
  private(set) var written = 0
  private(set) var admitted = 0
  private(set) var taken = 0

  init(_ world: World) { self.world = world }

  func write(_ device: Device) throws {
    number += 1
    try device.client.writeBundle(to: world.path("bundle-\(number)"))
    bundles.append((device, try world.bytes("bundle-\(number)")))
    written += 1
  }

  /// One of the files arrives in Bamako, and may arrive again.
  func arrive(_ dice: Dice) throws {
    guard !bundles.isEmpty else { return }
    let at = dice.below(bundles.count)
    let (device, file) = bundles[at]
    if dice.below(3) > 0 { bundles.remove(at: at) }
    let receipt = try world.hub.read(bundle: file, by: "shell:test")
    answers.append((device, receipt.answer))
    admitted += 1
  }

  /// One of the answers arrives at its base, and may arrive again.
  func comeBack(_ dice: Dice) throws {
    guard !answers.isEmpty else { return }
    let at = dice.below(answers.count)
    let (device, file) = answers[at]
    if dice.below(3) > 0 { answers.remove(at: at) }
    try world.put(file, "answer")
    _ = try device.client.readBundle(from: world.path("answer"))
    taken += 1
  }
}
