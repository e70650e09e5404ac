import CCurl
import Shared

/// One libcurl easy handle. Its connection and TLS session live as long as it does.
///
/// Not for two threads at once: `CurlLink` holds the only reference.
final class CurlHandle {
  private let handle: UnsafeMutableRawPointer
  private let message: UnsafeMutablePointer<CChar>
  /// Seconds to reach the hub and come back, as the last connection took them.
  private var roundTrip = 0.0
  /// Of the hub that the last connection led to.
  private var certificateEnd: Int64?

  private static let library: Void = {
    let result = curl_global_init(Int(CURL_GLOBAL_ALL))
    precondition(result == CURLE_OK, "libcurl does not start")
  }()

  init(authorityPEM: [UInt8]?, userAgent: String, stallSeconds: Int, connectSeconds: Int) {
    _ = Self.library
    guard let handle = curl_easy_init() else { preconditionFailure("out of memory") }
    self.handle = handle
    message = .allocate(capacity: Int(CURL_ERROR_SIZE))
    message.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    ccurl_set_pointer(handle, CURLOPT_ERRORBUFFER, message)
    CurlExchange.installCallbacks(on: handle)
    set(CURLOPT_NOSIGNAL, 1)
    set(CURLOPT_NOPROGRESS, 0)
    set(CURLOPT_CERTINFO, 1)
    // Only for the callback that counts; with one set, nothing is printed.
    set(CURLOPT_VERBOSE, 1)
    set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
    set(CURLOPT_HTTP09_ALLOWED, 0)
    set(CURLOPT_CONNECTTIMEOUT, connectSeconds)
    set(CURLOPT_LOW_SPEED_LIMIT, 1)
    set(CURLOPT_LOW_SPEED_TIME, stallSeconds)
    if !userAgent.isEmpty { ccurl_set_string(handle, CURLOPT_USERAGENT, userAgent) }
    trust(authorityPEM)
  }

  deinit {
    curl_easy_cleanup(handle)
    message.deallocate()
  }

  /// One exchange with one address. Blocks until it is over.
  func perform(
    _ request: HTTPRequest, headers: HeaderList, at address: HubAddress, stop: StopSign,
    progress: @escaping (TransferProgress) -> Void
  ) throws(CurlFailure) -> HTTPAnswer {
    let exchange = CurlExchange(
      limit: request.responseLimit, isSentOnce: request.takesBeginning, stop: stop,
      progress: progress)
    exchange.attach(to: handle)
    prepare(request, at: address)
    ccurl_set_pointer(handle, CURLOPT_HTTPHEADER, headers.first)
    message[0] = 0
    let code = withExtendedLifetime((exchange, headers)) { curl_easy_perform(handle) }
    ccurl_set_pointer(handle, CURLOPT_HTTPHEADER, nil)
    guard code == CURLE_OK else {
      let cause = exchange.wasAskedAgain ? CURLE_GOT_NOTHING : code
      return try beginning(of: exchange, request, failure(cause, exchange))
    }
    guard exchange.headersEnded else { throw failure(CURLE_PARTIAL_FILE, exchange) }
    return answer(from: exchange, request)
  }

  /// What came of a good answer before it was cut, nothing perhaps, for a request that takes it.
  private func beginning(
    of exchange: CurlExchange, _ request: HTTPRequest, _ failure: CurlFailure
  ) throws(CurlFailure) -> HTTPAnswer {
    let isCut = [.interrupted, .stalled].contains(failure.problem.code)
    guard request.takesBeginning, isCut else { throw failure }
    var answer = answer(from: exchange, request)
    answer.cut = failure.problem
    if !exchange.headersEnded || answer.status != 200 { answer.body = [] }
    return answer
  }

  /// The hub's own authority and nothing of the system's, whose folder libcurl would otherwise
  /// go on reading beside it.
  private func trust(_ authorityPEM: [UInt8]?) {
    set(CURLOPT_SSL_VERIFYPEER, 1)
    set(CURLOPT_SSL_VERIFYHOST, 2)
    set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
    ccurl_set_string(handle, CURLOPT_CAINFO, nil)
    ccurl_set_string(handle, CURLOPT_CAPATH, nil)
    guard let authorityPEM, !authorityPEM.isEmpty else { return }
    authorityPEM.withUnsafeBytes { bytes in
      _ = ccurl_set_blob(handle, CURLOPT_CAINFO_BLOB, bytes.baseAddress, bytes.count)
    }
  }

  private func prepare(_ request: HTTPRequest, at address: HubAddress) {
    ccurl_set_string(handle, CURLOPT_URL, address.text + request.path)
    ccurl_set_string(handle, CURLOPT_PROTOCOLS_STR, address.isPlain ? "http" : "https")
    // What is not encrypted stays on this machine: no proxy for it, the environment's otherwise.
    ccurl_set_string(handle, CURLOPT_PROXY, address.isPlain ? "" : nil)
    ccurl_set_offset(handle, CURLOPT_MAXFILESIZE_LARGE, Int(request.responseLimit))
    switch request.method {
    case .get: set(CURLOPT_HTTPGET, 1)
    case .post: post(request.body)
    }
  }

  private func post(_ body: [UInt8]) {
    set(CURLOPT_POST, 1)
    ccurl_set_offset(handle, CURLOPT_POSTFIELDSIZE_LARGE, body.count)
    // Without a pointer libcurl would read the body from standard input.
    (body.isEmpty ? [0] : body).withUnsafeBytes { bytes in
      let start = UnsafeMutableRawPointer(mutating: bytes.baseAddress)
      _ = ccurl_set_pointer(handle, CURLOPT_COPYPOSTFIELDS, start)
    }
  }

  private func set(_ option: CURLoption, _ value: Int) {
    let result = ccurl_set_long(handle, option, value)
    precondition(result == CURLE_OK, "libcurl does not know an option")
  }
}

extension CurlHandle {
  private func failure(_ code: CURLcode, _ exchange: CurlExchange) -> CurlFailure {
    let own = String(cString: message)
    let general = String(cString: curl_easy_strerror(code))
    return CurlFailure(
      code, verified: long(CURLINFO_SSL_VERIFYRESULT),
      connected: exchange.bytesSent > 0 || seconds(CURLINFO_PRETRANSFER_TIME_T) > 0,
      cause: own.isEmpty ? general : own)
  }

  private func answer(from exchange: CurlExchange, _ request: HTTPRequest) -> HTTPAnswer {
    let isNew = long(CURLINFO_NUM_CONNECTS) > 0
    let total = seconds(CURLINFO_TOTAL_TIME_T)
    let firstByte = seconds(CURLINFO_STARTTRANSFER_TIME_T)
    if isNew { roundTrip = seconds(CURLINFO_CONNECT_TIME_T) - seconds(CURLINFO_NAMELOOKUP_TIME_T) }
    if isNew { certificateEnd = lastDayOfCertificate }
    return HTTPAnswer(
      status: long(CURLINFO_RESPONSE_CODE), contentType: contentType, retryAfter: retryAfter,
      body: exchange.body,
      bytesSent: exchange.bytesSent, bytesReceived: exchange.bytesReceived,
      bytesPerSecondUp: rate(
        exchange.bytesSent, seconds: firstByte - seconds(CURLINFO_PRETRANSFER_TIME_T)),
      bytesPerSecondDown: rate(exchange.bytesReceived, seconds: total - firstByte + roundTrip),
      newConnection: isNew, seconds: total,
      isPosted: exchange.bytesPosted >= request.body.count, certificateEnd: certificateEnd)
  }

  /// Of the hub's own, which comes before its authority's.
  private var lastDayOfCertificate: Int64? {
    var certificates: UnsafeMutablePointer<curl_certinfo>?
    guard ccurl_get_certificates(handle, &certificates) == CURLE_OK,
      let certificates = certificates?.pointee, certificates.num_of_certs > 0
    else { return nil }
    var line = certificates.certinfo[0]
    while let entry = line {
      let text = String(cString: entry.pointee.data)
      if text.hasPrefix("Expire date:") {
        let time = curl_getdate(String(text.dropFirst(12)), nil)
        return time < 0 ? nil : Int64(time) * 1000
      }
      line = entry.pointee.next
    }
    return nil
  }

  private func rate(_ bytes: Int, seconds: Double) -> Double {
    Double(bytes) / max(seconds, 0.000_1)
  }

  private var contentType: String? {
    var text: UnsafeMutablePointer<CChar>?
    ccurl_get_string(handle, CURLINFO_CONTENT_TYPE, &text)
    return text.map { String(cString: $0) }
  }

  private var retryAfter: Int {
    var seconds: curl_off_t = 0
    ccurl_get_offset(handle, CURLINFO_RETRY_AFTER, &seconds)
    return Int(seconds)
  }

  private func long(_ info: CURLINFO) -> Int {
    var value = 0
    ccurl_get_long(handle, info, &value)
    return value
  }

  private func seconds(_ info: CURLINFO) -> Double {
    var microseconds: curl_off_t = 0
    ccurl_get_offset(handle, info, &microseconds)
    return Double(microseconds) / 1_000_000
  }
}
