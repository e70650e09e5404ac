package import Shared

// What the national system takes of one period. A value goes out when it has an element and a place
// there; whatever does not is listed with its reason, because a figure that silently stays
// behind is believed to have arrived.

package struct DHIS2Export: Sendable {
  package struct Row: Sendable, Hashable {
    package let dataElement: String
    package let period: String
    package let orgUnit: String
    package let categoryOptionCombo: String?
    package let value: String
  }

  package struct Reject: Sendable {
    package enum Reason: String, Sendable {
      case estimate, noElement, noOrgUnit, noValue
    }

    package let record: Record
    package let reason: Reason
  }

  package private(set) var rows: [Row] = []
  package private(set) var rejects: [Reject] = []

  /// - Parameters:
  ///   - values, indicators, asacos: records of these types; values of other periods are left
  ///     alone, and so is what was rejected at its verification.
  package init(period: String, values: [Record], indicators: [Record], asacos: [Record]) {
    let indicators = Self.byName(indicators)
    let asacos = Self.byName(asacos)
    for value in values where value.text("period") == period {
      guard value.text("verification_status") != "rejete" else { continue }
      let indicator = value.text("indicator_code").flatMap { indicators[$0] }
      let asaco = value.text("asaco_code").flatMap { asacos[$0] }
      switch Self.row(value, indicator, asaco, period) {
      case .success(let row): rows.append(row)
      case .failure(let refusal): rejects.append(Reject(record: value, reason: refusal.reason))
      }
    }
    rows.sort { ($0.orgUnit, $0.dataElement) < ($1.orgUnit, $1.dataElement) }
  }

  private struct Refusal: Error {
    let reason: Reject.Reason
  }

  private static func row(
    _ value: Record, _ indicator: Record?, _ asaco: Record?, _ period: String
  ) -> Result<Row, Refusal> {
    func refuse(_ reason: Reject.Reason) -> Result<Row, Refusal> {
      .failure(Refusal(reason: reason))
    }
    if value.text("data_source") == "estimation" { return refuse(.estimate) }
    guard let element = indicator?.text("dhis2_data_element") else { return refuse(.noElement) }
    guard let place = asaco?.text("dhis2_org_unit") else { return refuse(.noOrgUnit) }
    guard let number = value.bestValue else { return refuse(.noValue) }
    return .success(
      Row(
        dataElement: element, period: period, orgUnit: place,
        categoryOptionCombo: indicator?.text("dhis2_coc"), value: plain(number)))
  }

  private static func byName(_ records: [Record]) -> [String: Record] {
    var named: [String: Record] = [:]
    for record in records {
      named[record.id.description] = record
      if let code = record.text("code") { named[code] = record }
    }
    return named
  }

  /// Values travel as text: whole numbers without a point.
  private static func plain(_ number: Double) -> String {
    Int64(exactly: number).map { "\($0)" } ?? "\(number)"
  }
}

extension DHIS2Export {
  /// The bulk form of `POST /api/dataValueSets`, keys in a fixed order.
  package var json: String {
    let lines = rows.map { row in
      var members = [("dataElement", row.dataElement), ("period", row.period)]
      members.append(("orgUnit", row.orgUnit))
      if let combo = row.categoryOptionCombo { members.append(("categoryOptionCombo", combo)) }
      members.append(("value", row.value))
      let text = members.map { "\(Self.quoted($0.0)):\(Self.quoted($0.1))" }
      return "{" + text.joined(separator: ",") + "}"
    }
    return "{\"dataValues\":[" + lines.joined(separator: ",\n") + "]}\n"
  }

  /// The bulk header of the same call's CSV.
  package var csv: String {
    let header = [
      "dataelement", "period", "orgunit", "categoryoptioncombo", "attributeoptioncombo", "value",
    ]
    let lines = rows.map {
      [$0.dataElement, $0.period, $0.orgUnit, $0.categoryOptionCombo ?? "", "", $0.value]
    }
    return Self.table([header] + lines)
  }

  /// What was left behind, with the values' own fields and the reason.
  package var rejectsCSV: String {
    let lines = rejects.map { reject in
      ["asaco_code", "indicator_code", "period"].map { reject.record.text($0) ?? "" }
        + [reject.reason.rawValue]
    }
    return Self.table([["asaco_code", "indicator_code", "period", "reason"]] + lines)
  }

  private static func table(_ lines: [[String]]) -> String {
    lines.map { line in
      line.map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }.joined(separator: ",") + "\n"
    }.joined()
  }

  private static func quoted(_ text: String) -> String {
    let escaped = text.unicodeScalars.map { scalar in
      switch scalar {
      case "\"", "\\": "\\\(scalar)"
      case _ where scalar.value < 0x20:
        "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
      default: String(scalar)
      }
    }
    return "\"" + escaped.joined() + "\""
  }
}
