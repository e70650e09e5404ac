import Shared
import Work

/// What the packs of several bases are judged by, read once.
struct PackRecords {
  let bases, packs, contacts, staff, incidents, alerts: [Record]
  private let sections: [String: [Record]]
  private let signatures: [String: [Record]]
  let overview: Overview

  init(_ page: Page) throws(Problem) {
    bases = try page.records("base").filter { $0.isTrue("active") }
    packs = try page.records("security_pack").filter { $0.text("status") != "archive" }
    contacts = try page.records("emergency_contact")
    staff = try page.records("person")
    incidents = try page.records("incident")
    alerts = try page.records("alert")
    // Of the packs that count alone: those of all the years hold most of the text.
    var (sections, signatures): ([String: [Record]], [String: [Record]]) = ([:], [:])
    for pack in packs {
      let id = pack.id.description
      sections[id] = try page.records("pack_section", [("pack_id", .text(id))])
      signatures[id] = try page.records("signature", [("subject_id", .text(id))])
    }
    (self.sections, self.signatures) = (sections, signatures)
    overview = try page.desk.overview()
  }

  /// The same about one pack alone.
  init(_ page: Page, only pack: Record) throws(Problem) {
    let id = Value.text(pack.id.description)
    let base = pack["base_code"]
    bases = try page.records("base", [("code", base)])
    packs = [pack]
    contacts = try page.records("emergency_contact", [("pack_id", id)])
    staff = try page.records("person", [("base_code", base)])
    incidents = try page.records("incident", [("base_code", base)])
    alerts = try page.records("alert", [("base_code", base)])
    sections = [pack.id.description: try page.records("pack_section", [("pack_id", id)])]
    signatures = [pack.id.description: try page.records("signature", [("subject_id", id)])]
    overview = try page.desk.overview()
  }

  func judge(_ pack: Record, _ sitter: Sitter) -> JudgedPack {
    let id = pack.id.description
    let content = PackContent(pack: pack, sections: sections[id] ?? [], contacts: contacts)
    let base = bases.first { $0["code"] == pack["base_code"] }
    let state = PackState(content, incidents: incidents, alerts: alerts)
    let appropriation = Appropriation(
      of: content, signatures: signatures[id] ?? [], staff: staff, base: base)
    let heard = base.flatMap { overview.heard($0, at: sitter) }
    return JudgedPack(
      content: content, state: state, appropriation: appropriation, heard: heard,
      freshness: Freshness(
        content, state, appropriation: appropriation, heard: heard, today: sitter.today),
      signatures: signatures[id] ?? [])
  }
}

/// A pack and everything that is derived of it.
struct JudgedPack {
  let content: PackContent
  let state: PackState
  let appropriation: Appropriation
  let heard: Day?
  let freshness: Freshness
  let signatures: [Record]

  var pack: Record { content.pack }
}

extension Page {
  /// The first page: in ten seconds, which bases have a current, approved, signed pack, which
  /// numbers are untested, and who has not synced.
  func packBoard() throws(Problem) -> ConsoleAnswer {
    let records = try PackRecords(self)
    let directors = Set(records.staff.filter { $0.text("role") == "dp" }.map(\.id.description))
    var rows: [(light: Light, html: HTML)] = []
    for base in records.bases {
      let level = AlertLevel.current(
        of: base, alerts: records.alerts, directors: directors, today: sitter.today)
      let packs = records.packs.filter { $0["base_code"] == base["code"] }
      // A base whose packs this desk may not read is no base without one.
      if packs.isEmpty && !mayRead(base) { continue }
      let judged = packs.map { records.judge($0, sitter) }
      rows += judged.map { ($0.freshness.light, row(base, level, $0)) }
      if packs.isEmpty && base.text("kind") != "pharmacie" {
        rows.append(missing(base, level, records))
      }
    }
    rows.sort { Self.urgency($0.light) > Self.urgency($1.light) }
    let table = cards(columns, rows.map(\.html))
    let add: HTML =
      schema[type: "security_pack"].map(sitter.mayWrite) ?? false
      ? #"<p><a class="ajout" href="\#(Link("fiches", "security_pack", "nouvelle"))">\#(say("Commencer un pack", "Begin a pack"))</a></p>"#
      : .none
    return try answer(
      say("Packs sécurité", "Security packs"), "\(counts(rows.map(\.light)))\(table)\(add)",
      current: "",
      isWide: true)
  }

  private func mayRead(_ base: Record) -> Bool {
    scope(of: base).map(sitter.grant.mayRead) ?? false
  }

  /// Whether what happens at a base is the sitter's to write.
  func mayWriteAt(_ base: Record) -> Bool { scope(of: base).map(sitter.grant.mayWrite) ?? false }

  private func scope(of base: Record) -> Scope? {
    let parent = base.text("kind") == "sous_base" ? base.text("parent_code") : nil
    return (parent ?? base.text("code")).map { .base($0) }
  }

  /// Red before grey before orange: what is known to be wrong, then what is not known.
  private static func urgency(_ light: Light) -> Int {
    switch light {
    case .red: 4
    case .grey: 3
    case .orange: 2
    case .yellow: 1
    case .green: 0
    }
  }

  private func counts(_ lights: [Light]) -> HTML {
    let items = [Light.red, .grey, .orange, .yellow, .green].map { light -> HTML in
      "<li><strong>\(lights.count { $0 == light })</strong>\(self.light(light))</li>"
    }
    return #"<ul class="nombres">\#(items)</ul>"#
  }

  /// What the columns are called, beside each value where the screen is too narrow for columns.
  private var columns: [String] {
    [
      say("Base et plan", "Base and plan"), say("Feu", "Light"), say("Pourquoi", "Why"),
      say("Version", "Version"), say("Validé le", "Approved"),
      say("À réviser avant le", "Review due"), say("Lu par", "Read by"),
      say("Synchronisé le", "Synced"), say("Niveau", "Level"),
    ]
  }

  private func list(_ freshness: Freshness) -> HTML {
    let items = freshness.reasons.map { reason -> HTML in "<li>\(words(reason.reason))</li>" }
    return items.isEmpty ? .none : #"<ul class="raisons">\#(items)</ul>"#
  }

  private func row(_ base: Record, _ level: AlertLevel, _ judged: JudgedPack) -> HTML {
    let pack = judged.pack
    let (read, due) = (judged.appropriation, judged.state.reviewDue)
    let percent = read.percent.map { "\(Int($0)) % (\(read.signed)/\(read.expected))" } ?? "—"
    let name: HTML = """
      <a href="\(link(to: pack))">\(words(base, "name"))</a><br>\
      <span class="aide">\(words(pack, "kind")) · \(statusWords(judged.state.status))</span>
      """
    return row(
      name,
      [
        light(judged.freshness.light), list(judged.freshness),
        HTML(words(pack, "version_label")), HTML(orDash(words(pack, "approved_on"))),
        HTML(due.map { Words.day($0, language) } ?? "—"), HTML(percent),
        HTML(heardWords(judged.heard)), self.level(level),
      ], under: columns)
  }

  func orDash(_ text: String) -> String { text.isEmpty ? "—" : text }

  private func missing(
    _ base: Record, _ level: AlertLevel, _ records: PackRecords
  ) -> (light: Light, html: HTML) {
    let heard = records.overview.heard(base, at: sitter)
    let freshness = Freshness(withoutPackHeard: heard, today: sitter.today)
    let none = HTML("—")
    let html = row(
      HTML(words(base, "name")),
      [
        light(freshness.light), list(freshness), none, none, none, none,
        HTML(heardWords(heard)), self.level(level),
      ], under: columns)
    return (freshness.light, html)
  }

  func heardWords(_ day: Day?) -> String {
    day.map { $0 == sitter.today ? say("aujourd'hui", "today") : Words.day($0, language) }
      ?? say(Words.never)
  }

  /// The state of a pack, which may be another than the stored one.
  func statusWords(_ status: String) -> String {
    schema[type: "security_pack"]?[field: "status"]?.words(.text(status), language) ?? status
  }
}
