package import Shared

/// A desk on a laptop: it can send what was written, and it shows what Bamako refused.
package protocol FieldDesk: Desk {
  func sync(_ progress: @escaping @Sendable (LinkProgress) -> Void) async throws(Problem)
    -> LinkReport
  func refusals() throws(Problem) -> [RefusedWrite]
  func drop(refusal: Int64) throws(Problem)
  /// Writes a refused change again with these values.
  func correct(refusal: Int64, _ values: [String: Value]) throws(Problem)
}

/// How far a sync has come, in bytes.
package struct LinkProgress: Sendable, Equatable {
  package var sent: Int
  package var received: Int

  package init(sent: Int = 0, received: Int = 0) {
    self.sent = sent
    self.received = received
  }
}

/// What a sync did, in records and bytes.
package struct LinkReport: Sendable, Equatable {
  package var isComplete = false
  package var sent = 0
  package var admitted = 0
  package var conflicts = 0
  package var refused = 0
  package var received = 0
  package var pending = 0
  package var bytes = LinkProgress()

  package init() {}
}

/// A change of this laptop that Bamako did not admit.
package struct RefusedWrite: Sendable {
  package let number: Int64
  package let type: String
  package let record: String
  /// Nil for a whole new record, "*" for a deletion.
  package let field: String?
  package let values: [String: Value]
  package let problem: Problem.Code?
  package let refused: Int64

  package init(
    number: Int64, type: String, record: String, field: String?, values: [String: Value],
    problem: Problem.Code?, refused: Int64
  ) {
    self.number = number
    self.type = type
    self.record = record
    self.field = field
    self.values = values
    self.problem = problem
    self.refused = refused
  }
}
