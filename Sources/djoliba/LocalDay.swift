import Foundation

/// Days as the wall calendar of this machine counts them.
enum LocalDay {
  static func iso(_ date: Date) -> String {
    let day = Calendar(identifier: .gregorian).dateComponents([.year, .month, .day], from: date)
    func padded(_ number: Int?, _ width: Int) -> String {
      let digits = String(number ?? 0)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    return [padded(day.year, 4), padded(day.month, 2), padded(day.day, 2)].joined(separator: "-")
  }
}
