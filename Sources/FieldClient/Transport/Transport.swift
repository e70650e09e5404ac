package import Shared

/// How far an exchange is, in bytes of body. What is expected is 0 while it is not known.
package struct TransferProgress: Sendable, Equatable {
  package var bytesSent: Int
  package var bytesExpectedToSend: Int
  package var bytesReceived: Int
  package var bytesExpectedToReceive: Int

  package init(
    bytesSent: Int = 0, bytesExpectedToSend: Int = 0, bytesReceived: Int = 0,
    bytesExpectedToReceive: Int = 0
  ) {
    self.bytesSent = bytesSent
    self.bytesExpectedToSend = bytesExpectedToSend
    self.bytesReceived = bytesReceived
    self.bytesExpectedToReceive = bytesExpectedToReceive
  }
}

/// Carries one request to the hub and one answer back.
package protocol Transport: Sendable {
  /// Returns the hub's answer with any status; throws when there is no whole answer, unless the
  /// request takes the beginning of one:
  /// `.offline`, `.stalled`, `.interrupted` (also when the task is cancelled),
  /// `.untrusted_hub`, `.certificate_date`, `.not_understood` or `.too_large`.
  ///
  /// `progress` is called from a thread of the transport's own, each time a number changed.
  func exchange(
    _ request: HTTPRequest, progress: @escaping @Sendable (TransferProgress) -> Void
  ) async throws(Problem) -> HTTPAnswer
}
