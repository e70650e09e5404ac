import FieldClient
import Shared
import Spreadsheet

/// The records of this replica that a spreadsheet may name: by code, by the short name of an
/// earlier import, or by the beginning of the id.
struct KnownRecords {
  /// A shorter beginning would too easily be a short name that only looks like one.
  private static let shortestBeginning = 8

  private var ids: [String: Set<RecordID>] = [:]
  private var codes: [String: [String: RecordID]] = [:]

  init(namedBy type: RecordType, in client: FieldClient) throws(Problem) {
    for target in Self.targets(of: type) where client.schema[type: target] != nil {
      let records = try client.records(of: target)
      ids[target] = Set(records.map(\.id))
      for record in records {
        if let code = record["code"].text { codes[target, default: [:]][code] = record.id }
      }
    }
  }

  func id(_ type: String, _ text: String) -> RecordID? {
    if let id = codes[type]?[text] { return id }
    guard let ids = ids[type] else { return nil }
    let named = LoadBatch.id(type: type, name: text)
    if ids.contains(named) { return named }
    guard text.count >= Self.shortestBeginning else { return nil }
    let found = ids.filter { $0.description.hasPrefix(text.lowercased()) }
    return found.count == 1 ? found.first : nil
  }

  private static func targets(of type: RecordType) -> Set<String> {
    Set(
      type.fields.flatMap { field -> [String] in
        switch field.kind {
        case .reference(let target, _): [target]
        case .anyReference(let typeField): choices(of: type[field: typeField])
        default: []
        }
      })
  }

  private static func choices(of field: Field?) -> [String] {
    if case .choice(let choices) = field?.kind { choices.map(\.value) } else { [] }
  }
}
