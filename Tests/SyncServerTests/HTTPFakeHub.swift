import Dispatch
import Shared
import SyncServer

/// A hub that answers with what it was asked, or with a given problem.
struct FakeHub: HubService {
  var problem: Problem?
  /// When set, `sync` reports that it began and waits to be released.
  var gate: Gate?
  /// Called before a body is read.
  var onHead: @Sendable () -> Void = {}

  func enroll(_ body: [UInt8], language: Language) throws(Problem) -> [UInt8] {
    if let problem { throw problem }
    return Array(#"{"language":"\#(language.rawValue)","bytes":\#(body.count)}"#.utf8)
  }

  func sync(
    _ body: [UInt8], token: String, language: Language, inParts: Bool
  ) throws(Problem) -> [UInt8] {
    gate?.pass()
    if let problem { throw problem }
    return Array(token.utf8) + [0, UInt8(language == .fr ? 1 : 2)] + body
  }

  func repair(
    _ body: [UInt8], token: String, language: Language
  ) throws(Problem) -> [UInt8] {
    if let problem { throw problem }
    return Array("repair ".utf8) + body
  }

  func handOver(
    _ body: [UInt8], token: String, language: Language
  ) throws(Problem) -> [UInt8] {
    if let problem { throw problem }
    return Array("parcel ".utf8) + body
  }

  func wiped(_ body: [UInt8], token: String) throws(Problem) -> [UInt8] { Array("{}".utf8) }

  func renew(_ body: [UInt8], token: String) throws(Problem) -> [UInt8] { body }

  func exchangeKeys(_ body: [UInt8], token: String) throws(Problem) -> [UInt8] { body }

  func holder(of token: String) throws(Problem) -> UInt32 {
    onHead()
    return 1
  }

  func health() throws(Problem) -> [UInt8] { Array("{}".utf8) }
  func figures() throws(Problem) -> [Figure] { [] }
}

/// Holds an exchange inside the hub until the test lets it go on.
final class Gate: Sendable {
  private let release = DispatchSemaphore(value: 0)
  private let entered: AsyncStream<Void>.Continuation
  let began: AsyncStream<Void>

  init() {
    (began, entered) = AsyncStream.makeStream()
  }

  func pass() {
    entered.yield()
    release.wait()
  }

  func open() { release.signal() }

  func waitUntilEntered() async {
    for await _ in began { return }
  }
}
