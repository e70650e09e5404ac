import Foundation
import Shared
import Spreadsheet
import Testing

@testable import Work

/// The demonstration's records, as on the day for which they were written.
struct Demo {
  static let today = Day("2026-07-15")!
  private let all: [Record]

  init() throws {
    let folder = URL(filePath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Examples/demo")
    var batch = LoadBatch(schema: .mission, today: "2026-07-20")
    for type in Schema.mission.types {
      let bytes = Array(try Data(contentsOf: folder.appending(path: type.name + ".csv")))
      try batch.add(try Table.parse(Spreadsheet.decode(bytes: bytes)), type: type)
    }
    let outcome = batch.resolve()
    try #require(outcome.rejections == [])
    all = outcome.records.map {
      Record(
        type: $0.type, id: $0.id, isPending: false, values: $0.values.filter { !$0.value.isNull })
    }
  }

  subscript(type: String) -> [Record] { all.filter { $0.type == type } }

  func first(_ type: String, _ field: String, _ value: Value) throws -> Record {
    try #require(self[type].first { $0[field] == value })
  }

  func pack(_ base: String) throws -> Record {
    try first("security_pack", "base_code", .text(base))
  }

  func content(_ base: String) throws -> PackContent {
    PackContent(
      pack: try pack(base), sections: self["pack_section"], contacts: self["emergency_contact"])
  }

  func state(_ base: String) throws -> PackState {
    PackState(try content(base), incidents: self["incident"], alerts: self["alert"])
  }

  func freshness(_ base: String, heard: Day? = Demo.today) throws -> Freshness {
    let content = try content(base)
    let appropriation = Appropriation(
      of: content, signatures: self["signature"], staff: self["person"],
      base: try first("base", "code", .text(base)))
    return Freshness(
      content, try state(base), appropriation: appropriation, heard: heard, today: Self.today)
  }
}

/// Records that a test writes.
func record(_ type: String, _ values: [String: Value], _ number: UInt64 = 1) -> Record {
  Record(
    type: type, id: RecordID.v7(milliseconds: 1_784_548_800_000, random: (number, number)),
    isPending: false, values: values)
}

extension Record {
  func with(_ values: [String: Value]) -> Record {
    Record(
      type: type, id: id, isPending: isPending,
      values: self.values.merging(values) { $1 }.filter { !$0.value.isNull })
  }
}
