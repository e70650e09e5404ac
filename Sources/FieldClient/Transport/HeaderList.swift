import CCurl
import Shared

/// The headers of one request in the form libcurl reads.
final class HeaderList {
  private(set) var first: UnsafeMutablePointer<curl_slist>?

  /// Headers that libcurl would add of its own and the hub does not need. A line without a
  /// value takes a header away.
  private static let unwanted = ["Accept:", "Expect:", "Content-Type:"]

  /// Throws `.not_understood` for a value that would begin a line of its own.
  init(_ headers: [(String, String)]) throws(Problem) {
    let given = Set(headers.map { $0.0.lowercased() + ":" })
    for line in Self.unwanted where !given.contains(line.lowercased()) { append(line) }
    for (name, value) in headers {
      guard !(name + value).utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) else {
        throw Problem(.not_understood, at: "header", cause: "a control character")
      }
      append(value.isEmpty ? "\(name);" : "\(name): \(value)")
    }
  }

  deinit { curl_slist_free_all(first) }

  private func append(_ line: String) {
    guard let longer = curl_slist_append(first, line) else { preconditionFailure("out of memory") }
    first = longer
  }
}
