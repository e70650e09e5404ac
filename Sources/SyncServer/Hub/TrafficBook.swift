import Shared
import Synchronization

/// What devices took of the hub today, ahead of what is written down: a device's share is written
/// with its next exchange, so that counting costs no write of its own.
final class TrafficBook: Sendable {
  private let days = Mutex<[UInt32: DayTraffic]>([:])

  /// Of a device as it was stored, at a time in milliseconds since 1970.
  func today(of device: HubDevice, _ time: Int64) -> DayTraffic {
    let stored = device.traffic.at(time)
    let noted = days.withLock { $0[device.number] }
    guard let noted, noted.day == stored.day, noted.requests >= stored.requests else {
      return stored
    }
    return noted
  }

  func add(
    _ bytes: Int, requests: Int = 0, opened: Int = 0, to device: HubDevice, _ time: Int64
  ) {
    var today = today(of: device, time)
    today.requests += requests
    today.bytes += bytes
    today.opened += opened
    let noted = today
    days.withLock { $0[device.number] = noted }
  }
}
