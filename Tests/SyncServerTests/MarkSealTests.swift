import Testing

@testable import Shared
@testable import SyncServer

/// A hub tells the marks that it drew, and forgot, from those that somebody made up.
@Suite struct MarkSealTests {
  private let seal = MarkSeal(key: Array(repeating: 7, count: 32))
  private let draws: [UInt64] = [0, 1, 0xffff_ffff, 0x8f3a_11c9_02de_77b4, .max]

  @Test func `a mark of its own is known, and so is its complement`() {
    for draw in draws {
      let mark = seal.mark(.mission, around: draw)
      #expect(mark != 0)
      #expect(seal.isOwn(mark, .mission) && seal.isOwn(~mark, .mission))
    }
    #expect(seal.mark(.mission, around: 1) != seal.mark(.mission, around: 3))
  }

  @Test func `another hub's mark, another scope's and one that was made up are not`() {
    let other = MarkSeal(key: Array(repeating: 8, count: 32))
    for draw in draws {
      #expect(!seal.isOwn(other.mark(.mission, around: draw), .mission))
      #expect(!seal.isOwn(seal.mark(.base("GAO"), around: draw), .mission))
      #expect(!seal.isOwn(seal.mark(.mission, around: draw) ^ 1, .mission))
      #expect(!seal.isOwn(draw, .mission))
    }
  }

  @Test func `each batch of a hub carries a mark of its own`() throws {
    let table = try HubTable()
    let visitor = try table.visitor()
    for number in 1...3 as ClosedRange<UInt64> {
      try visitor.sync(.create("contact", Sample.id(number), Sample.contact, visitor.stamp()))
    }
    let key = try #require(try table.store.read { try $0.secret(.marks) })
    let marks = try (1...3).map { seq in
      try #require(try table.store.read { try $0.mark(.mission, at: seq) })
    }
    #expect(Set(marks).count == 3)
    #expect(marks.allSatisfy { MarkSeal(key: key).isOwn($0, .mission) })
  }
}
