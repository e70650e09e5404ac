import Foundation
import Shared
import Spreadsheet

/// The CSV files of a folder that are named after a record type.
struct LoadFolder {
  let path: String
  private(set) var tables: [(type: RecordType, table: Table)] = []
  /// What is wrong with whole files, by file name.
  private(set) var problems: [(file: String, problem: Problem)] = []
  /// CSV files that are named after nothing known.
  private(set) var strangers: [String] = []

  /// Throws `.file_missing` for a folder that is not there or holds no file to load.
  init(_ path: String, schema: Schema) throws(Problem) {
    self.path = path
    let names = Set(try Self.names(path))
    for type in schema.types where names.contains(Self.file(type.name)) {
      do throws(Problem) {
        tables.append((type, try Self.table(path + "/" + Self.file(type.name))))
      } catch {
        problems.append((Self.file(type.name), error))
      }
    }
    strangers = names.filter { $0.hasSuffix(".csv") && schema[type: String($0.dropLast(4))] == nil }
      .sorted()
    guard !tables.isEmpty || !problems.isEmpty else {
      throw Problem(.file_missing, at: path + "/*.csv")
    }
  }

  static func file(_ type: String) -> String { type + ".csv" }

  /// Adds every table to a batch; a file whose header is wrong joins the problems.
  mutating func add(to batch: inout LoadBatch) {
    for (type, table) in tables {
      do throws(Problem) {
        try batch.add(table, type: type)
      } catch {
        problems.append((Self.file(type.name), error))
      }
    }
  }

  private static func names(_ path: String) throws(Problem) -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: path)
    } catch {
      throw Problem(.file_missing, at: path, cause: "\(type(of: error))")
    }
  }

  private static func table(_ path: String) throws(Problem) -> Table {
    let bytes: [UInt8]
    do {
      bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
    } catch {
      throw Problem(.file_missing, at: path, cause: "\(type(of: error))")
    }
    return try Table.parse(try Spreadsheet.decode(bytes: bytes))
  }
}
