import FieldClient
import Shared
import Work

/// What follows from the records and is written in none of them.
extension FieldClient {
  func derived(
    of record: Record, _ type: RecordType, _ language: Language
  ) throws(Problem) -> [(field: Field, value: Value)] {
    let desk = try LaptopDesk(self, language: language)
    var found: [(field: Field, value: Value)] = []
    for field in type.derived {
      if let value = try desk.derived(field, of: record) { found.append((field, value)) }
    }
    return found
  }

  /// Of these, the values that were entered after their period was closed.
  func late(_ records: [Record], of type: RecordType) throws(Problem) -> Set<RecordID> {
    guard type.derived.contains(where: { $0.name == "late" }) else { return [] }
    let desk = try LaptopDesk(self, language: .fr)
    var late: Set<RecordID> = []
    for record in records where try desk.isLate(record) { late.insert(record.id) }
    return late
  }
}
