import Testing

@testable import Shared

@Suite struct ProblemCodeTests {
  private static let all: [Problem.Code] = Problem.Code.allCases

  @Test(arguments: all)
  func `every code has two texts and two hints, each a sentence of its own`(
    code: Problem.Code
  ) {
    for label in [code.text, code.hint] {
      #expect(label.fr != label.en)
      for language in Language.allCases {
        let text = label[language]
        #expect(text.count > 1 && text.hasSuffix("."))
        #expect(!text.contains("\n") && !text.contains("  "))
        #expect(text.first?.isUppercase ?? false)
      }
    }
  }

  @Test func `no two codes say the same`() {
    for language in Language.allCases {
      #expect(Set(Self.all.map { $0.text[language] }).count == Self.all.count)
    }
  }

  @Test(arguments: all)
  func `a code is one word of small letters`(code: Problem.Code) {
    #expect(code.rawValue.wholeMatch(of: #/[a-z]+(_[a-z]+)*/#) != nil)
  }

  /// 0 is for work that was done, so no problem has it.
  @Test(arguments: all)
  func `a program ends with an exit code that scripts rely on`(code: Problem.Code) {
    #expect([64, 65, 69, 70, 73, 75, 76, 77].contains(code.exitCode))
    #expect((400...599).contains(code.httpStatus))
  }

  private static let exits: [(Int32, [Problem.Code])] = [
    (64, [.usage, .not_enrolled, .no_hub]),
    (65, [.unknown_field, .invalid_value, .changes_refused, .csv_invalid, .locked, .not_found]),
    (65, [.damaged, .partly_saved, .not_a_replica]),
    (69, [.offline, .stalled, .overloaded, .hub_unable, .too_many_requests]),
    (70, [.internal]),
    (
      73,
      [
        .disk_full, .cannot_write, .already_hub, .already_enrolled, .already_running,
        .already_served,
      ]
    ),
    (75, [.interrupted, .busy, .clock, .cursor, .digest_mismatch]),
    (76, [.not_understood, .too_large, .unsupported_media, .protocol_old, .wrong_method]),
    (77, [.unauthorised, .forbidden, .revoked, .untrusted_hub, .invitation_used, .plain_http]),
  ]

  @Test(arguments: exits)
  func `an exit code keeps its meaning`(exit: Int32, codes: [Problem.Code]) {
    for code in codes { #expect(code.exitCode == exit, "\(code)") }
  }

  private static let statuses: [(Int, [Problem.Code])] = [
    (401, [.unauthorised]), (403, [.scope_not_granted, .role_not_allowed]),
    (409, [.clock, .cursor]), (410, [.revoked]), (413, [.too_large]),
    (415, [.unsupported_media]), (422, [.not_understood]), (426, [.protocol_old]),
    (429, [.too_many_requests]), (503, [.overloaded, .hub_unable]), (500, [.internal]),
  ]

  @Test(arguments: statuses)
  func `an answer carries the status of its problem`(status: Int, codes: [Problem.Code]) {
    for code in codes { #expect(code.httpStatus == status, "\(code)") }
  }

  private static let passing: [Problem.Code] = all.filter { [69, 75].contains($0.exitCode) }

  @Test(arguments: passing)
  func `what may be tried again does not answer that it never works`(code: Problem.Code) {
    #expect([409, 429, 503, 504].contains(code.httpStatus))
  }
}
