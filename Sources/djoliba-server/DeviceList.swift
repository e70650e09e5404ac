import ArgumentParser
import Shared
import SyncServer
import Terminal

struct DeviceList: Command {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: spoken(fr: "Les appareils reliés.", en: "The linked devices."))

  @OptionGroup var global: GlobalOptions

  @Flag(help: .json) var json = false

  func perform() throws {
    let hub = try openHub()
    let (devices, oldTokens) = (try hub.devices(), try hub.oldTokens())
    if json {
      for device in devices { try printer.out(JSONValue(device, oldTokens[device.number])) }
    } else if devices.isEmpty {
      printer.say(fr: "Aucun appareil n'est relié.", en: "No device is linked.")
    } else {
      try printer.out(TextTable(devices, global.language))
      for device in devices { tellShared(device) }
      for device in devices { tellLost(device) }
      for (device, age) in oldTokens.sorted(by: { $0.key < $1.key }) { tellOld(device, age) }
    }
  }
}

extension DeviceList {
  private func tellShared(_ device: HubDevice) {
    guard let sharedAt = device.sharedAt else { return }
    printer.say(
      fr: "Appareil \(device.number), \(Moments.text(milliseconds: sharedAt, .fr)) : deux machines "
        + "utilisent son identité, ou son dossier vient d'une copie. Donnez à l'une une nouvelle "
        + "invitation, dans un dossier neuf.",
      en: "Device \(device.number), \(Moments.text(milliseconds: sharedAt, .en)): two machines use "
        + "its identity, or its folder comes from a copy. Give one of them a new invitation, in a "
        + "new folder.")
  }
}

extension DeviceList {
  private func tellLost(_ device: HubDevice) {
    guard device.wipedAt != nil, device.waiting > 0 else { return }
    printer.say(
      fr: "Appareil \(device.number) : \(device.waiting) fiche(s) non envoyée(s) n'ont pas pu être "
        + "remises avant l'effacement et sont perdues. Demandez à la base de les saisir de nouveau.",
      en: "Device \(device.number): \(device.waiting) unsent record(s) could not be handed over "
        + "before the wipe and are lost. Ask the base to enter them again.")
  }
}

extension DeviceList {
  private func tellOld(_ device: UInt32, _ age: Int64) {
    let days = age / 86_400_000
    printer.say(
      fr: "Appareil \(device) : même jeton depuis \(days) jours, au lieu de 30. Qui en a une copie "
        + "peut s'en servir : faites-le synchroniser, ou retirez son accès (device revoke).",
      en: "Device \(device): the same token for \(days) days, instead of 30. Who has a copy of it "
        + "can use it: have it sync, or withdraw its access (device revoke).")
  }
}

extension ArgumentHelp {
  static let json = ArgumentHelp(
    fr: "Un objet JSON par ligne sur la sortie standard.",
    en: "One JSON object per line on standard output.")
}

extension JSONValue {
  /// - Parameter tokenAge: of a token that is much older than it should be, in milliseconds.
  fileprivate init(_ device: HubDevice, _ tokenAge: Int64?) {
    var members: [String: JSONValue] = [
      "number": .int(Int64(device.number)), "name": .text(device.name),
      "base": .text(device.base), "role": .text(device.role.rawValue),
      "everything": .bool(device.grant.everything), "read": Self.scopes(device.grant.read),
      "write": Self.scopes(device.grant.write),
      "last_sync": JSONValue(moment: device.lastSync), "waiting": .int(Int64(device.waiting)),
      "clock_error_ms": .int(device.clockError), "program": .text(device.program),
      "state": .text(device.state.rawValue),
    ]
    let today = device.traffic.at(Machine.now())
    members["requests_today"] = .int(Int64(today.requests))
    members["bytes_today"] = .int(Int64(today.bytes))
    if let tokenAge { members["token_days"] = .int(tokenAge / 86_400_000) }
    if let wipedAt = device.wipedAt { members["wiped_at"] = JSONValue(moment: wipedAt) }
    if let sharedAt = device.sharedAt { members["shared_at"] = JSONValue(moment: sharedAt) }
    self = .object(members)
  }

  private static func scopes(_ scopes: Set<Scope>) -> JSONValue {
    .array(scopes.sorted().map { .text($0.description) })
  }
}

extension TextTable {
  fileprivate init(_ devices: [HubDevice], _ language: Language) {
    let header = [
      Label(fr: "n°", en: "no"), Label(fr: "nom", en: "name"), Label(fr: "base", en: "base"),
      Label(fr: "rôle", en: "role"), Label(fr: "lit", en: "reads"),
      Label(fr: "écrit", en: "writes"), Label(fr: "dernière synchro", en: "last sync"),
      Label(fr: "en attente", en: "waiting"), Label(fr: "horloge", en: "clock"),
      Label(fr: "aujourd'hui", en: "today"),
      Label(fr: "programme", en: "program"), Label(fr: "état", en: "state"),
    ]
    self.init(
      header: header.map { $0[language] }, rows: devices.map { Self.row($0, language) })
  }

  private static func row(_ device: HubDevice, _ language: Language) -> [String] {
    let synced = device.lastSync
    return [
      "\(device.number)", device.name, device.base, device.role.rawValue,
      scopes(device.grant.read, device.grant, language),
      scopes(device.grant.write, device.grant, language),
      synced.map { Moments.text(milliseconds: $0, language) }
        ?? Label(fr: "jamais", en: "never")[language],
      "\(device.waiting)", synced == nil ? "" : clock(device.clockError),
      today(device.traffic.at(Machine.now()), language), device.program,
      state(device, language),
    ]
  }

  private static func scopes(
    _ scopes: Set<Scope>, _ grant: Grant, _ language: Language
  ) -> String {
    if grant.everything { return Label(fr: "tout", en: "everything")[language] }
    return scopes.sorted().map(\.description).joined(separator: " ")
  }

  private static func clock(_ error: Int64) -> String {
    // Below a second it is the way of the request, not the clock.
    guard error.magnitude >= 1000 else { return "=" }
    let size = Amounts.duration(seconds: Double(error.magnitude) / 1000)
    return (error < 0 ? "−" : "+") + size
  }

  /// Of what a device may take of the hub in a day.
  private static func today(_ traffic: DayTraffic, _ language: Language) -> String {
    guard traffic.requests > 0 else { return "" }
    let bytes = Amounts.bytes(traffic.bytes, language)
    let spent = Label(fr: "quota épuisé", en: "quota spent")[language]
    return traffic.isSpent ? "\(bytes), \(spent)" : bytes
  }

  private static func state(_ device: HubDevice, _ language: Language) -> String {
    guard let wipedAt = device.wipedAt else { return state(device.state)[language] }
    let moment = Moments.text(milliseconds: wipedAt, language)
    return Label(fr: "effacé \(moment)", en: "wiped \(moment)")[language]
  }

  private static func state(_ state: HubDevice.State) -> Label {
    switch state {
    case .active: Label(fr: "actif", en: "active")
    case .revoked: Label(fr: "accès retiré", en: "revoked")
    case .wiped: Label(fr: "effacement ordonné", en: "wipe ordered")
    case .retired: Label(fr: "hors service", en: "retired")
    case .account: Label(fr: "compte", en: "account")
    }
  }
}
