import Foundation
package import Shared

/// The mission's bases as a new hub starts with them. From then on they are data like any
/// other, which Bamako edits.
package enum BaseList {
  /// One row for each base, in the order of the list.
  package static func rows(_ schema: Schema) throws(Problem) -> [LoadRow] {
    guard let type = schema[type: "base"] else { throw Problem(.unknown_type, at: "base") }
    var rows: [LoadRow] = []
    for texts in listed() {
      var values: [String: Value] = [:]
      for (name, text) in texts {
        guard let field = type[field: name] else { throw Problem(.unknown_field, at: name) }
        values[name] = try field.parse(text)
      }
      guard let id = type.id(values) else { throw Problem(.bad_id, at: "base") }
      rows.append(LoadRow(type: type.name, id: id, values: values))
    }
    return rows
  }

  private static func listed() -> [[String: String]] {
    do {
      return try JSONDecoder().decode(
        [[String: String]].self, from: Data(PackageResources.bases_json))
    } catch {
      preconditionFailure("Sources/SyncServer/Office/bases.json: \(error)")
    }
  }
}
