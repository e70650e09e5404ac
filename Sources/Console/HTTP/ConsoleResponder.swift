import Dispatch
package import Hummingbird
import NIOCore
import Shared
import Synchronization
import Work

// Requests into values, answers onto the wire, and the headers that keep a browser to this place.
// Pages run one after the other on a queue of their own: SQLite has one writer, and a page
// waits for no network. Passwords are checked on another one, because a check takes as long as twenty
// pages, and anybody may ask for one.

/// Serves the console to browsers.
package struct ConsoleResponder: HTTPResponder {
  package typealias Context = BasicRequestContext

  private let console: Console
  /// Whether every byte crosses TLS: cookies are then bound to this very host.
  private let isSecure: Bool
  /// The only names under which a laptop answers; nil at the hub, whose names its certificate holds.
  private let hosts: Set<String>?
  private let queue = DispatchQueue(label: "djoliba.console")
  private let entries = DispatchQueue(label: "djoliba.entries")
  private let waiting = Waiting()

  package init(_ console: Console, isSecure: Bool, hosts: Set<String>? = nil) {
    self.console = console
    self.isSecure = isSecure
    self.hosts = hosts
  }

  package func respond(to request: Request, context: Context) async throws -> Response {
    var response = try await answered(request)
    for line in PageGuards.lines(isSecure: isSecure) {
      response.headers[.init(line.name)!] = line.value
    }
    return response
  }

  private func answered(_ request: Request) async throws -> Response {
    guard isForUs(request) else { return Response(status: .misdirectedRequest) }
    guard [.get, .head, .post].contains(request.method) else {
      return Response(status: .methodNotAllowed, headers: [.allow: "GET, HEAD, POST"])
    }
    guard !isForeignForm(request) else { return Response(status: .forbidden) }
    let asked = head(request)
    var form: ByteBuffer?
    if asked.isPost {
      // A short one is taken from anybody: who sent it is asked when it is answered.
      let isIn = isShort(request) ? false : await isIn(asked)
      do {
        form = try await request.body.collect(
          upTo: isIn ? ConsoleLimits.form : ConsoleLimits.strangersForm)
      } catch is NIOTooManyBytesError {
        // The browser keeps what was typed: going back shows it.
        return response(Console.tooLarge(asked.language, isIn: isIn), to: request)
      }
    }
    let isEntry = asked.isPost && ["entree", "mot-de-passe"].contains(asked.path.first)
    guard !isEntry || waiting.enter() else {
      return Response(status: .serviceUnavailable, headers: [.retryAfter: "5"])
    }
    defer { if isEntry { waiting.leave() } }
    let (console, typed) = (console, form)
    let answer = await result(on: isEntry ? entries : queue) {
      var asked = asked
      // Reading a long form takes a while: not on the threads that serve the network either.
      if let typed { asked.form = FormWords(encoded: String(buffer: typed)) }
      return console.answer(asked)
    }
    let response = response(answer, to: request)
    return request.method == .head ? response.createHeadResponse() : response
  }

  /// Whether somebody is in who may send more than a form that was being typed when a visit ended.
  private func isIn(_ asked: ConsoleRequest) async -> Bool {
    guard let secret = asked.cookies[Console.cookie] else { return false }
    let doors = console.doors
    return await result(on: queue) { (try? doors.visit(secret)) != nil }
  }

  private func isShort(_ request: Request) -> Bool {
    let length = request.headers[.contentLength].flatMap { Int($0) }
    return length.map { $0 <= ConsoleLimits.strangersForm } ?? false
  }

  private func result<T: Sendable>(
    on queue: DispatchQueue, _ body: @escaping @Sendable () -> T
  ) async -> T {
    await withCheckedContinuation { continuation in
      queue.async { continuation.resume(returning: body()) }
    }
  }

  /// How many passwords wait to be checked.
  private final class Waiting: Sendable {
    private let count = Atomic(0)

    func enter() -> Bool {
      let isFree = count.add(1, ordering: .relaxed).newValue <= ConsoleLimits.entries
      if !isFree { leave() }
      return isFree
    }

    func leave() { count.subtract(1, ordering: .relaxed) }
  }

  // MARK: The request

  /// A page of the web that gives itself this address by its name server is turned away.
  private func isForUs(_ request: Request) -> Bool {
    guard let hosts else { return true }
    return request.head.authority.map(hosts.contains) ?? false
  }

  /// A browser says where a form comes from; ours come from here.
  private func isForeignForm(_ request: Request) -> Bool {
    guard request.method == .post else { return false }
    if let site = request.headers[.secFetchSite] { return !["same-origin", "none"].contains(site) }
    // An older browser says less, and of a page that sends no referrer only « null ».
    guard let origin = request.headers[.origin], origin != "null" else { return false }
    let host = request.head.authority ?? ""
    return !["https://" + host, "http://" + host].contains(origin)
  }

  /// Everything but the form.
  private func head(_ request: Request) -> ConsoleRequest {
    ConsoleRequest(
      isPost: request.method == .post, path: request.uri.path, query: request.uri.query,
      place: request.uri.string, cookies: request.headers[.cookie], prefix: prefix,
      accepting: request.headers[.acceptLanguage])
  }

  /// What a browser binds to this host alone, where there is TLS.
  private var prefix: String { isSecure ? "__Host-" : "djoliba-" }

  // MARK: The answer

  private func response(_ answer: ConsoleAnswer, to request: Request) -> Response {
    var headers: HTTPFields = [
      .contentType: answer.mediaType,
      .cacheControl: answer.isLasting ? "max-age=86400" : "no-store",
    ]
    if let location = answer.location { headers[.location] = location }
    if let name = answer.fileName {
      headers[.contentDisposition] = "attachment; filename=\"\(name)\""
    }
    for cookie in answer.cookies {
      headers.append(.init(name: .setCookie, value: text(of: cookie)))
    }
    var body = answer.body
    let takesGzip = request.headers[.acceptEncoding]?.contains("gzip") ?? false
    if takesGzip && body.count >= Gzip.smallest {
      body = Gzip.compress(body)
      headers[.contentEncoding] = "gzip"
    }
    return Response(
      status: .init(code: answer.status), headers: headers,
      body: .init(byteBuffer: .init(bytes: body)))
  }

  private func text(of cookie: (name: String, value: String)) -> String {
    let age =
      cookie.value.isEmpty ? "; Max-Age=0" : cookie.name == "langue" ? "; Max-Age=31536000" : ""
    let secure = isSecure ? "; Secure" : ""
    return
      "\(prefix)\(cookie.name)=\(cookie.value); Path=/; HttpOnly; SameSite=Strict\(secure)\(age)"
  }
}

extension HTTPFields.Element.Name {
  fileprivate static let secFetchSite = Self("Sec-Fetch-Site")!
}

enum ConsoleLimits {
  /// Bytes of one form: the longest text of the schema, each letter as three times two digits, and
  /// the other fields.
  static let form = 1 << 20
  /// Bytes of the form of somebody who is not in: what was typed when a visit ended travels through the
  /// sign-in, and nobody types much more.
  static let strangersForm = 64 << 10
  /// Passwords that wait to be checked: five seconds' work.
  static let entries = 32
}
