import FieldClient
import Shared

extension [String: Value] {
  /// The values with references by id spelt out: a person gives the beginning of an id.
  ///
  /// - Parameter record: what the record already holds beside these values.
  func namingRecords(
    of type: RecordType, in client: FieldClient, record: [String: Value]
  ) throws(Problem) -> [String: Value] {
    var values = self
    for (name, value) in self {
      guard let text = value.text, let kind = type[field: name]?.kind else { continue }
      switch kind {
      case .reference(let target, by: "id"):
        values[name] = .text(try client.id(target, text, field: name))
      case .anyReference(let typeField):
        let target = (self[typeField] ?? record[typeField])?.text
        guard let target, client.schema[type: target] != nil else { continue }
        values[name] = .text(try client.idOrName(target, text, field: name))
      default: break
      }
    }
    return values
  }
}

extension FieldClient {
  /// A whole id stays as it is: its record may well be out of sight here.
  fileprivate func id(_ type: String, _ text: String, field: String) throws(Problem) -> String {
    if let id = RecordID(text.lowercased()) { return id.description }
    do {
      return try record(type, text).id.description
    } catch {
      throw Problem(error.code, at: field)
    }
  }

  /// What is not a record of ours (a road map, an electoral roll) keeps its name.
  fileprivate func idOrName(
    _ type: String, _ text: String, field: String
  ) throws(Problem) -> String {
    do {
      return try id(type, text, field: field)
    } catch  where error.code == .not_found {
      return text
    }
  }
}
