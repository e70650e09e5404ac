/// The unit of replication and of permission. A record is in exactly one scope at a time.
public struct Scope: Hashable, Sendable, Comparable, CustomStringConvertible {
  public let description: String

  public static let mission = Scope(unchecked: "mission")
  public static let bamako = Scope(unchecked: "bamako")
  public static func base(_ code: String) -> Scope { Scope(unchecked: "base:" + code) }

  private init(unchecked text: String) { description = text }

  /// `mission`, `bamako`, or `base:` and three capital letters; anything else is nil.
  public init?(_ text: some StringProtocol) {
    description = String(text)
    guard description == "mission" || description == "bamako" || isOfBase else { return nil }
  }

  /// The hub reads several in each exchange: byte by byte, it costs nothing.
  private var isOfBase: Bool {
    let bytes = description.utf8
    return bytes.count == 8 && bytes.starts(with: "base:".utf8)
      && bytes.dropFirst(5).allSatisfy { 65...90 ~= $0 }
  }

  /// The code of the base whose scope this is.
  package var base: String? {
    self == .mission || self == .bamako ? nil : String(description.suffix(3))
  }

  /// How many may read it: 0 Bamako alone, 1 one base, 2 the mission.
  public var width: Int {
    switch self {
    case .bamako: 0
    case .mission: 2
    default: 1
    }
  }

  public static func < (a: Scope, b: Scope) -> Bool { a.description < b.description }
}

/// What a device was granted. Bamako's devices hold every scope, also those that come later.
public struct Grant: Sendable, Equatable {
  public var read: Set<Scope>
  public var write: Set<Scope>
  public var everything: Bool

  public init(read: Set<Scope>, write: Set<Scope>, everything: Bool = false) {
    self.read = read
    self.write = write
    self.everything = everything
  }

  public static let all = Grant(read: [], write: [], everything: true)

  public func mayRead(_ scope: Scope) -> Bool { everything || read.contains(scope) }
  public func mayWrite(_ scope: Scope) -> Bool { everything || write.contains(scope) }
}
