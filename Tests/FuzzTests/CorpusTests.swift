import Foundation
import Shared
import Testing

@testable import FuzzTargets

/// Whatever the fuzzer began with and whatever it found, through the very functions it drives.
@Suite struct CorpusTests {
  private static let folder = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fuzz/Corpus")

  private struct Input {
    let name: String
    let bytes: [UInt8]
  }

  private func inputs(of target: String) throws -> [Input] {
    try FileManager.default
      .contentsOfDirectory(
        at: Self.folder.appending(path: target), includingPropertiesForKeys: nil
      )
      .sorted { $0.path < $1.path }
      .map { Input(name: $0.lastPathComponent, bytes: Array(try Data(contentsOf: $0))) }
  }

  @Test(arguments: FuzzTarget.allCases)
  func `every input that was kept is refused, or holds to the laws`(target: FuzzTarget) throws {
    let inputs = try inputs(of: target.rawValue)
    #expect(!inputs.isEmpty, "Fuzz/Corpus/\(target.rawValue) holds nothing")
    var understood = 0
    for input in inputs {
      do {
        understood += try target.check(input.bytes) ? 1 : 0
      } catch {
        Issue.record("\(target.rawValue)/\(input.name): \(error)")
      }
    }
    #expect(understood > 0, "no input of \(target.rawValue) gets past the first byte")
  }

  @Test func `every folder of the corpus has its target, and all together are small`() throws {
    let folders = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
    #expect(Set(folders) == Set(FuzzTarget.allCases.map(\.rawValue)))
    let bytes = try folders.flatMap(inputs).reduce(0) { $0 + $1.bytes.count }
    #expect(bytes <= 200_000, "run the fuzzer's merge before keeping more")
  }
}

/// The laws notice what they are there for.
@Suite struct LawCanaryTests {
  @Test func `what is refused with another code is a finding`() {
    #expect(throws: BrokenLaw.self) {
      try reading(refusedAs: [.too_large]) { () throws(Problem) -> Int in
        throw Problem(.not_understood)
      }
    }
  }

  @Test func `what the program wrote and does not read is a finding`() {
    #expect(throws: BrokenLaw.self) {
      try ours("a message") { () throws(Problem) -> Int in throw Problem(.not_understood) }
    }
  }

  @Test func `two spellings of a letter are not the same`() {
    #expect(!areSame(["\u{e9}"], as: ["e\u{301}"]))
    #expect(areSame(["\u{e9}"], as: ["\u{e9}"]))
  }
}
