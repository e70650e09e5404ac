import Shared

// What holds for the file on a stick, and for what is in it. A finder of the stick can make the first;
// the others are behind a signature, and still no reason to trap.

extension FuzzTarget {
  func checkBundle(_ bytes: [UInt8]) throws(BrokenLaw) -> Bool {
    let bundle = try reading(
      refusedAs: [.not_a_bundle, .bundle_damaged, .file_newer]
    ) { () throws(Problem) in try SealedBundle(file: bytes) }
    guard let bundle else { return false }
    let cut = try reading(refusedAs: [.bundle_damaged]) { () throws(Problem) in
      try SealedBundle(file: Array(bytes.dropLast()))
    }
    try law("a bundle without its last byte is one", cut == nil)
    try law("a bundle does not take its own place", bundle.head.succeeds(bundle.head))
    let opened = try reading(refusedAs: [.bundle_damaged]) { () throws(Problem) in
      try bundle.open(by: Self.stranger.keys, with: Self.stranger)
    }
    try law("what nobody signed is opened", opened == nil)
    return true
  }

  private static let stranger = BundleSecret(Array(repeating: 7, count: 32))!

  func checkBundleContent(_ bytes: [UInt8]) throws(BrokenLaw) -> Bool {
    let content = try reading(
      refusedAs: [.not_understood, .stale_format, .too_large, .protocol_old]
    ) { () throws(Problem) in try BundleContent(encoded: bytes) }
    guard let content else { return false }
    let expanded = content.further.reduce(content.request.encoded.count) { $0 + $1.encoded.count }
    try law("it grows beyond its limit", expanded <= 2 * Limits.expandedBundle)
    let encoded = content.encoded
    let again = try ours("a bundle's content") { () throws(Problem) in
      try BundleContent(encoded: encoded)
    }
    try law("a bundle's content comes back in other bytes", again.encoded == encoded)
    return true
  }

  func checkBundleAnswer(_ bytes: [UInt8]) throws(BrokenLaw) -> Bool {
    let answer = try reading(refusedAs: [.not_understood]) { () throws(Problem) in
      try BundleAnswer(encoded: bytes)
    }
    guard let answer else { return false }
    try law("more frames than bytes", answer.frames.count < bytes.count)
    let encoded = answer.encoded
    let again = try ours("a bundle's answer") { () throws(Problem) in
      try BundleAnswer(encoded: encoded)
    }
    try law("a bundle's answer comes back with other values", again == answer)
    return true
  }

  func checkKeyExchange(_ bytes: [UInt8]) throws(BrokenLaw) -> Bool {
    let keys = try reading(refusedAs: [.not_understood]) { () throws(Problem) in
      try KeyExchange.keys(in: bytes)
    }
    guard let keys else { return false }
    let again = try ours("keys") { () throws(Problem) in
      try KeyExchange.keys(in: KeyExchange(keys).body)
    }
    try law("keys come back as others", again == keys)
    return true
  }
}
