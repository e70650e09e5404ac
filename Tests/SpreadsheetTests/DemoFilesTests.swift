import Foundation
import Shared
import Spreadsheet
import Testing

@Suite struct DemoFilesTests {
  private let schema = Schema.mission

  private static let folder = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Examples/demo")

  private func demo() throws -> [String: String] {
    let files = try FileManager.default
      .contentsOfDirectory(at: Self.folder, includingPropertiesForKeys: nil)
      .filter { $0.pathExtension == "csv" }
    return Dictionary(
      uniqueKeysWithValues: try files.map { file in
        let bytes = Array(try Data(contentsOf: file))
        return (file.deletingPathExtension().lastPathComponent, try text(bytes))
      })
  }

  private func text(_ bytes: [UInt8]) throws -> String { try Spreadsheet.decode(bytes: bytes) }

  private func load(_ files: [String: String]) throws -> LoadBatch.Outcome {
    var batch = LoadBatch(schema: schema, today: "2026-07-20")
    for (type, text) in files.sorted(by: { $0.key < $1.key }) {
      try batch.add(try Table.parse(text), type: try #require(schema[type: type]))
    }
    return batch.resolve()
  }

  @Test func `there is a file for every type and every row is taken`() throws {
    let files = try demo()
    #expect(Set(files.keys) == Set(schema.types.map(\.name)))
    let outcome = try load(files)
    #expect(outcome.rejections == [])
    #expect(outcome.records.count == 210)
  }

  @Test func `loading the files twice gives the same ids`() throws {
    let files = try demo()
    #expect(try load(files).records == load(files).records)
  }

  @Test(arguments: [";", ",", "\t"] as [Character])
  func `what is written is read back to the same values`(separator: Character) throws {
    let records = try load(try demo()).records
    var written: [String: String] = [:]
    for type in schema.types {
      let rows = records.filter { $0.type == type.name }.map { (id: $0.id, values: $0.values) }
      written[type.name] = Spreadsheet.writeCSV(type: type, rows: rows, separator: separator)
    }
    let again = try load(written)
    #expect(again.rejections == [])
    #expect(again.records.count == records.count)
    for (before, after) in zip(records, again.records) {
      #expect(before.id == after.id)
      #expect(held(before) == held(after))
    }
  }

  @Test func `an asaco is found by its code and what is not a record keeps its name`() throws {
    let records = try load(try demo()).records
    let asaco = try #require(
      records.first { $0.type == "asaco" && $0.values["code"] == "AS-BDG-01" })
    #expect(
      records.contains {
        $0.type == "session" && $0.values["asaco_id"] == .text(asaco.id.description)
      })
    #expect(
      records.contains { $0.type == "signature" && $0.values["subject_id"] == "FEUILLE-2026" })
  }

  @Test func `values that need quotes survive`() throws {
    let type = try #require(schema[type: "note"])
    var record = try #require(load(try demo()).records.first { $0.type == "note" })
    let body: Value = "=1+1; \"oui\"\r\nnon\tfin, voilà"
    record = LoadedRecord(
      type: record.type, id: record.id, values: record.values.merging(["body": body]) { $1 },
      line: 2)
    let text = Spreadsheet.writeCSV(type: type, rows: [(id: record.id, values: record.values)])
    let table = try Table.parse(text)
    guard
      case .read(let draft) = try RowReader(type: type, header: table.header).read(table.rows[0])
    else {
      Issue.record("the row was not read")
      return
    }
    #expect(draft.values["body"] == body)
  }

  /// The values a record holds that may leave; columns that are merely empty are left out.
  private func held(_ record: LoadedRecord) -> [String: Value] {
    let type = schema[type: record.type]
    return record.values.filter { !$0.value.isNull && type?[field: $0.key]?.exported == true }
  }
}
