import Shared
import Storage

/// What a device asks in one exchange, and what it needs to understand the answer.
struct Asked {
  let page: PendingPage
  /// The dictionary that the body is written with; 0 for none.
  let dictionary: Int
  let isUnproven: Bool
  let body: [UInt8]
  /// What the answer may hold, before compression.
  private let pull: Int
  /// When the body was made, by this machine's clock.
  let made: Int64
  /// Whether the hub is only told which body is meant: it may have it since the link was cut.
  private(set) var isNamed = false

  init(
    _ request: SyncRequest, _ page: PendingPage, _ position: ReplicaPosition, made: Int64
  ) {
    self.page = page
    self.made = made
    pull = request.budget
    dictionary = position.dictionary
    isUnproven = position.isUnproven
    body = Compression.compress(request.encoded, dictionary: dictionary)
  }

  /// What goes over the link.
  var posted: [UInt8] { isNamed ? BodyName.of(body) : body }

  /// The same by its name, after an exchange in which it left and nothing whole came back; nil where
  /// it has to be put anew.
  ///
  /// - Parameter room: what the byte budget leaves for the answer; nil for nothing.
  func named(now: Int64, room: Int?) -> Asked? {
    guard !page.changeset.isEmpty, Limits.rememberedBody.contains(body.count),
      abs(now - made) < Limits.bodyAge, let room, pull <= room
    else { return nil }
    var again = self
    again.isNamed = true
    return again
  }
}
