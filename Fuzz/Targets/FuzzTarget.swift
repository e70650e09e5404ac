import Shared

/// What reads bytes from outside, each by the name of its folder in `Fuzz/Corpus`.
///
/// The fuzzer and the tests call the same `check`, so that whatever the fuzzer once found is
/// looked at again with every run of the tests.
package enum FuzzTarget: String, CaseIterable, Sendable {
  case changeset, request, answer, frame, parts, stamps
  case enrolmentRequest = "enrolment-request"
  case enrolmentAnswer = "enrolment-answer"
  case tokenRenewal = "token-renewal"
  case repairRequest = "repair-request"
  case repairAnswer = "repair-answer"
  case invitation, csv, rows, schema
  case bundle
  case bundleContent = "bundle-content"
  case bundleAnswer = "bundle-answer"
  case keyExchange = "key-exchange"
  case backup
  case sealedBackup = "sealed-backup"
  case problem, page

  /// Reads the bytes as a stranger's, and holds what was read against the laws of its kind.
  ///
  /// - Returns: whether they were understood.
  /// - Throws: the law that these bytes break. Whatever traps is a finding as well.
  package func check(_ bytes: [UInt8]) throws(BrokenLaw) -> Bool {
    switch self {
    case .changeset: try checkChangeset(bytes)
    case .request: try checkRequest(bytes)
    case .answer: try checkAnswer(bytes)
    case .frame: try checkFrame(bytes)
    case .parts: try checkParts(bytes)
    case .stamps: try checkStamps(bytes)
    case .enrolmentRequest: try checkEnrolmentRequest(bytes)
    case .enrolmentAnswer: try checkEnrolmentAnswer(bytes)
    case .tokenRenewal: try checkTokenRenewal(bytes)
    case .repairRequest: try checkRepairRequest(bytes)
    case .repairAnswer: try checkRepairAnswer(bytes)
    case .invitation: try checkInvitation(bytes)
    case .csv: try checkCSV(bytes)
    case .rows: try checkRows(bytes)
    case .schema: try checkSchema(bytes)
    case .bundle: try checkBundle(bytes)
    case .bundleContent: try checkBundleContent(bytes)
    case .bundleAnswer: try checkBundleAnswer(bytes)
    case .keyExchange: try checkKeyExchange(bytes)
    case .backup: try checkBackup(bytes)
    case .sealedBackup: try checkSealedBackup(bytes)
    case .problem: try checkProblem(bytes)
    case .page: try checkPage(bytes)
    }
  }
}

/// A finding: what does not hold for some bytes.
package struct BrokenLaw: Error, Hashable, CustomStringConvertible {
  package let description: String

  init(_ description: String) { self.description = description }
}

/// Throws the sentence when it is not so.
func law(_ sentence: String, _ holds: Bool) throws(BrokenLaw) {
  if !holds { throw BrokenLaw(sentence) }
}

/// What `read` gives; nil when it refuses, which it may with these codes alone.
func reading<T>(
  refusedAs codes: Set<Problem.Code>, _ read: () throws(Problem) -> T
) throws(BrokenLaw) -> T? {
  do throws(Problem) {
    return try read()
  } catch {
    try law("refused as \(error.code), which is no answer here", codes.contains(error.code))
    return nil
  }
}

/// What `read` gives for bytes that the program wrote itself.
func ours<T>(
  _ what: String, _ read: () throws(Problem) -> T
) throws(BrokenLaw) -> T {
  do throws(Problem) {
    return try read()
  } catch {
    throw BrokenLaw("\(what) is refused when read again: \(error.code)")
  }
}
