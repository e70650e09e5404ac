/// What can go wrong that is nobody's fault.
package enum Fault: String, CaseIterable, Sendable {
  // On the link
  case requestLost, requestCut, requestLate, requestTwice, requestAgain, answerLost, answerCut
  case smallPages
  // During an exchange
  case writtenMeanwhile, clockMeanwhile, laptopDies, hubDies, hubFull
  // On disks
  case powerCut, processKilled, diskFull

  static let onLink: [Fault] = [
    .requestLost, .requestCut, .requestLate, .requestTwice, .requestAgain, .answerLost, .answerCut,
    .smallPages, .writtenMeanwhile, .clockMeanwhile, .laptopDies, .hubDies, .hubFull,
  ]
}
