/// What a device seals for the hub: the request that it would send over HTTP, and the pushes that
/// would follow it.
package struct BundleContent: Hashable, Sendable {
  /// In which the hub's sentences about refused changes shall be.
  package var language: Language
  package var request: SyncRequest
  /// Behind the push of the request, in order.
  package var further: [Changeset]

  package init(language: Language, request: SyncRequest, further: [Changeset] = []) {
    self.language = language
    self.request = request
    self.further = further
  }

  package var encoded: [UInt8] {
    var out = ByteWriter()
    out.string(language.rawValue)
    out.blob(Compression.compress(request.encoded))
    out.varint(further.count)
    for changes in further { out.blob(Compression.compress(changes.encoded)) }
    return out.bytes
  }

  /// Throws `.too_large` when it grows beyond what a bundle may hold.
  package init(encoded bytes: [UInt8]) throws(Problem) {
    var reader = ByteReader(bytes)
    var room = Limits.expandedBundle
    language = Language(rawValue: try reader.string()) ?? .fr
    request = try SyncRequest(encoded: reader.frame(&room))
    further = []
    for _ in 0..<(try reader.count()) {
      further.append(try Changeset(encoded: reader.frame(&room)))
    }
    guard reader.isAtEnd else { throw Problem(.not_understood, cause: "bytes too many") }
  }

  /// Everything that the device pushes, in order.
  package var pushes: [Changeset] { [request.push] + further }
}

/// What the hub seals for a device: the answers that it would have given over HTTP.
package struct BundleAnswer: Hashable, Sendable {
  /// SHA-256 of the file that it answers.
  package let bundle: [UInt8]
  /// One for each push, then what there was to collect beyond; compressed answers, each to be
  /// opened when those before it were taken.
  package let frames: [[UInt8]]

  package init(bundle: [UInt8], frames: [[UInt8]]) {
    self.bundle = bundle
    self.frames = frames
  }

  package var encoded: [UInt8] {
    var out = ByteWriter()
    out.blob(bundle)
    out.varint(frames.count)
    for frame in frames { out.blob(frame) }
    return out.bytes
  }

  package init(encoded bytes: [UInt8]) throws(Problem) {
    var reader = ByteReader(bytes)
    bundle = Array(try reader.blob())
    var frames: [[UInt8]] = []
    for _ in 0..<(try reader.count()) { frames.append(Array(try reader.blob())) }
    guard reader.isAtEnd else { throw Problem(.not_understood, cause: "bytes too many") }
    self.frames = frames
  }
}

extension SyncRequest {
  /// What the device would ask next, had it taken this answer: with the next push, and `waiting`
  /// records behind that.
  package func following(_ answer: SyncAnswer, push: Changeset, waiting: Int) -> SyncRequest {
    var next = self
    next.cursors = answer.pages.map(\.cursor)
    next.noticeCursor = answer.notices.map(\.version).max() ?? noticeCursor
    next.knownDevices = answer.names.map { $0.number + 1 }.max() ?? knownDevices
    next.grantVersion = answer.grant?.version ?? grantVersion
    next.push = push
    next.waiting = waiting
    return next
  }
}

extension ByteReader {
  /// A compressed message of at most `room` bytes, which it takes of it.
  fileprivate mutating func frame(_ room: inout Int) throws(Problem) -> [UInt8] {
    let message = try Compression.expand(
      Array(blob()), limit: min(room, Limits.expandedBody))
    room -= message.count
    return message
  }
}
