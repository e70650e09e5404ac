import FieldClient
import Foundation
import Shared
import Terminal

extension Command {
  /// The data directory's path.
  var directory: String { global.directory().path }

  /// The replica of the data directory. Throws `.not_enrolled`, `.not_a_replica`.
  func client() throws(Problem) -> FieldClient {
    try FieldClient(directory: directory, surroundings: .door)
  }
}

extension FieldClient {
  /// Throws `.unknown_type` with the name as it was written.
  func type(_ name: String) throws(Problem) -> RecordType {
    guard let type = schema[type: name] else { throw Problem(.unknown_type, at: name) }
    return type
  }

  /// For each type, the ids of these records cut to what is unambiguous among all records here.
  func shortIDs(of records: [Record]) throws(Problem) -> [String: ShortIDs] {
    var ids: [String: [RecordID]] = [:]
    for record in records {
      ids[record.type, default: []] += [record.id] + (try neighbours(of: record))
    }
    return ids.mapValues { ShortIDs(Set($0)) }
  }
}

/// A file's bytes. Throws `.not_a_file` for a folder, `.file_missing` also for what may not be read.
func read(file path: String) throws(Problem) -> [UInt8] {
  var isFolder: ObjCBool = false
  if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
    throw Problem(.not_a_file, at: path)
  }
  do {
    return Array(try Data(contentsOf: URL(filePath: path)))
  } catch {
    throw Problem(.file_missing, at: path, cause: Problem(reporting: error).cause)
  }
}
