/// What can go wrong that is nobody's fault.
package enum Fault: String, CaseIterable, Sendable {
  // On the link
  case requestLost, requestCut, requestLate, requestTwice, requestAgain, answerLost, answerCut
  case answerBroken, smallPages
  // During an exchange
  case writtenMeanwhile, clockMeanwhile, laptopDies, hubDies, hubFull
  // On sticks
  case stickBroken, stickAgain
  // On disks
  case powerCut, processKilled, diskFull

  static let onLink: [Fault] = [
    .requestLost, .requestCut, .requestLate, .requestTwice, .requestAgain, .answerLost, .answerCut,
    .answerBroken, .smallPages, .writtenMeanwhile, .clockMeanwhile, .laptopDies, .hubDies, .hubFull,
  ]
}
