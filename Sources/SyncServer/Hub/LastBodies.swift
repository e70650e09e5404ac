import Shared
import Synchronization

/// The last push of each device, as it came: a device that did not get the answer names it instead of
/// sending it again. Only in memory, and of so many devices: what is gone is sent again.
final class LastBodies: Sendable {
  private let kept = Mutex<[UInt32: [UInt8]]>([:])

  /// The body that is meant: this one, which is kept, or the one that it names.
  func body(for body: [UInt8], from device: UInt32) throws(Problem) -> [UInt8] {
    guard BodyName.isName(body) else {
      keep(body, of: device)
      return body
    }
    guard let known = kept.withLock({ $0[device] }), BodyName.of(known) == body else {
      throw Problem(.not_understood, cause: "a body that is not here")
    }
    return known
  }

  private func keep(_ body: [UInt8], of device: UInt32) {
    kept.withLock { kept in
      kept[device] = nil
      guard Limits.rememberedBody.contains(body.count) else { return }
      if kept.count >= Limits.rememberedBodies, let other = kept.keys.first { kept[other] = nil }
      kept[device] = body
    }
  }
}
