import ArgumentParser
import Shared
import SyncServer
import Terminal

struct Status: Command {
  static let configuration = CommandConfiguration(
    abstract: spoken(fr: "L'état du serveur.", en: "The state of the hub."))

  @OptionGroup var global: GlobalOptions

  @Flag(help: .init(fr: "Un objet JSON.", en: "One JSON object.")) var json = false

  func perform() throws {
    let report = try openHub().report()
    let size = folder.size
    if json { return try printer.out(JSONValue(report, size: size)) }
    try printer.out(TextTable(scopesOf: report, global.language))
    try printer.out("")
    try printer.out(TextTable(typesOf: report, global.language))
    try printer.out("")
    try tell(report, size)
  }

  private func tell(_ report: HubReport, _ size: Int64) throws {
    let bytes = Amounts.bytes(Int(size), global.language)
    let (devices, open) = (report.activeDevices, report.conflictsOpen)
    try printer.out(
      fr: "Appareils actifs : \(devices). Conflits à relire : \(open). Taille : \(bytes).",
      en: "Active devices: \(devices). Conflicts to review: \(open). Size: \(bytes).")
    let backup = report.lastBackup.map { Moments.text(milliseconds: $0, global.language) }
    try printer.out(
      fr: "Dernière sauvegarde : \(backup ?? "jamais").", en: "Last backup: \(backup ?? "never").")
    guard report.overQuota > 0 else { return }
    try printer.out(
      fr: "Appareils qui ont épuisé leur part du jour : \(report.overQuota) (voir : device list).",
      en: "Devices that have had their share of the day: \(report.overQuota) (see: device list).")
  }
}

extension HubReport {
  fileprivate var activeDevices: Int { devices.count { $0.state == .active } }
  fileprivate var overQuota: Int { devices.count { $0.traffic.at(Machine.now()).isSpent } }
}

extension JSONValue {
  fileprivate init(_ report: HubReport, size: Int64) {
    var scopes: [String: JSONValue] = [:]
    for (scope, state) in report.scopes {
      scopes[scope.description] = [
        "records": .int(Int64(state.records)), "seq": .int(state.seq),
        "digest": .text(state.digest.description),
      ]
    }
    var types: [String: [String: JSONValue]] = [:]
    for (type, scope, count) in report.counts {
      types[type, default: [:]][scope] = .int(Int64(count))
    }
    self = [
      "scopes": .object(scopes), "types": .object(types.mapValues { .object($0) }),
      "devices": .int(Int64(report.activeDevices)),
      "conflicts_open": .int(Int64(report.conflictsOpen)), "size": .int(size),
      "last_backup": JSONValue(moment: report.lastBackup),
      "devices_over_quota": .int(Int64(report.overQuota)),
    ]
  }
}

extension TextTable {
  fileprivate init(scopesOf report: HubReport, _ language: Language) {
    self.init(
      header: [
        Label(fr: "portée", en: "scope"), Label(fr: "fiches", en: "records"),
        Label(fr: "séquence", en: "sequence"), Label(fr: "empreinte", en: "digest"),
      ].map { $0[language] },
      rows: report.scopes.sorted { $0.key < $1.key }.map { scope, state in
        [
          scope.description, "\(state.records)", "\(state.seq)", state.digest.description,
        ]
      })
  }

  /// A line for each type, a column for each scope.
  fileprivate init(typesOf report: HubReport, _ language: Language) {
    let scopes = report.scopes.keys.sorted().map(\.description)
    var counts: [String: [String: Int]] = [:]
    for (type, scope, count) in report.counts { counts[type, default: [:]][scope] = count }
    self.init(
      header: ["type"] + scopes,
      rows: counts.sorted { $0.key < $1.key }.map { type, byScope in
        [type] + scopes.map { byScope[$0].map(String.init) ?? "" }
      })
  }
}
