import Shared
import Storage

// The device's token is replaced every month, so that a copy of it is not worth anything for long. The
// new one is on the disk before the hub hears of it, and the old one stays until the new one was
// taken: whatever stops in between, this device holds a token that the hub takes.

extension FieldClient {
  /// Draws a new token when this one is old, and tells the hub.
  ///
  /// - Parameter hubTime: milliseconds since 1970 by the hub's clock; this machine's may be anything.
  func renewToken(hubTime: Int64, _ line: inout HubLine) async throws(Problem) {
    // An older program sealed the records alone.
    try DeviceFile.seal(directory)
    // A client that was given its token has no file to keep another one in.
    guard var device = try DeviceFile.load(directory), device.code == nil else { return }
    guard let drawn = device.drawn else {
      device.drawn = hubTime
      return try device.save(directory)
    }
    guard hubTime - drawn >= Limits.tokenAge else { return }
    let next = device.next ?? surroundings.randomHex(words: 4)
    if device.next == nil {
      device.next = next
      try device.save(directory)
    }
    try await line.tell("/v1/token", TokenRenewal(token: next).body)
    device.former = device.token
    device.token = next
    device.next = nil
    device.drawn = hubTime
    try device.save(directory)
    take(token: next)
  }

  /// Goes back to the token before this one, which a hub restored from an older copy still knows.
  /// Returns whether there is one.
  func takeFormerToken() throws(Problem) -> Bool {
    guard var device = try DeviceFile.load(directory), let former = device.former else {
      return false
    }
    device.token = former
    device.former = nil
    // To be replaced with the next sync.
    device.drawn = 0
    try device.save(directory)
    take(token: former)
    return true
  }
}
