import Testing

@testable import Console
@testable import Shared
@testable import SyncServer
@testable import Work

// Each role at each page and each form of the console, through the hub's port. The pages are the
// console's own list and what is reached from there; the forms are those that any role is offered, the
// steps that the rules of the work know, and the schema's own for each type. Who is offered a form may
// send it; for everybody else it is refused, and nothing of it is left but a line that says so.

@Suite struct ConsolePermissionTests {
  private static let roles = Role.allCases.filter { $0 != .hub }
  /// What an account of a base reads and writes.
  private static let own: Set<Scope> = [.mission, .base("GAO")]

  @Test func `each role reaches its pages and forms, and of another's the log alone knows`()
    async throws
  {
    try await Live.run { live in
      let seeds = try Seeds(live)
      let awa = try WireBrowser(.dp, base: "BKO", live)
      let whole = try await Walk(awa)
      let places = Set(
        whole.pages.keys.map { $0.split(separator: "/").first.map(String.init) ?? "" })
      let hubs = Place.allCases.filter { $0 != .refusals }.map(\.rawValue)
      #expect(places.isSuperset(of: hubs), "a page that nobody comes to: \(places)")

      let browsers = try Self.roles.map { try WireBrowser($0, base: "GAO", live) }
      let walks = try await Self.each(browsers) { try await Walk($0) }
      let offered = walks.values.reduce(into: whole.forms) { all, walk in
        all.merge(walk.forms) { first, _ in first }
      }
      let known = seeds.steps.merging(offered) { $1 }
      #expect(Set(known.keys).count > 100, "\(known.count)")
      for browser in browsers {
        let walk = try #require(walks[browser.role])
        for (place, status) in walk.pages { #expect(status == 200, "\(browser.role) \(place)") }
        try checkConflicts(walk, seeds, browser.role)
        for page in walk.texts { #expect(!page.contains(Seeds.hidden), "\(browser.role)") }
      }
      #expect(whole.texts.contains { $0.contains(Seeds.hidden) }, "who may read it finds it")
      var trace = try Trace(of: browsers, live)
      let tried = try await Self.each(browsers) { browser in
        try await refuse(known.filter { walks[browser.role]?.forms[$0.key] == nil }, to: browser)
      }
      try trace.expect(tried)
      let closed = try await Self.each(browsers) { browser in
        try await checkSearches(browser)
        return try await checkRecordPages(seeds, browser)
      }
      trace = try Trace(of: browsers, live)
      _ = try await Self.each(browsers) { browser in
        try await browser.ask((closed[browser.role] ?? []).map { .init(place: $0, form: []) })
      }
      try trace.expect(
        Dictionary(uniqueKeysWithValues: Self.roles.map { ($0, refusals(seeds, $0)) }))
      for browser in browsers {
        try await send(browser, try #require(walks[browser.role]), seeds, live)
      }
      #expect(try live.hub.checkAudit().fault == nil)
    }
  }

  /// Two at a time: what one was answered is read while the hub answers the other.
  private static func each<T: Sendable>(
    _ browsers: [WireBrowser], _ body: @escaping @Sendable (WireBrowser) async throws -> T
  ) async throws -> [Role: T] {
    try await withThrowingTaskGroup(of: (Role, T).self) { group in
      var results: [Role: T] = [:]
      for (index, browser) in browsers.enumerated() {
        if index > 1, let (role, result) = try await group.next() { results[role] = result }
        group.addTask { (browser.role, try await body(browser)) }
      }
      for try await (role, result) in group { results[role] = result }
      return results
    }
  }

  /// What the schema says of who may settle, whatever else the rules ask.
  private func checkConflicts(_ walk: Walk, _ seeds: Seeds, _ role: Role) throws {
    for (number, conflict) in seeds.conflicts {
      guard walk.forms["/conflits/\(number) garder"] != nil else { continue }
      #expect(conflict.type.writers.contains(role), "\(role) \(conflict.type.name)")
      #expect(conflict.field != "*" || conflict.type.deleters.contains(role))
      #expect(Self.own.contains(conflict.scope), "\(role) \(conflict.scope)")
    }
    #expect(
      seeds.conflicts.keys.contains { walk.forms["/conflits/\($0) garder"] != nil }
        == ![.saisie, .lecture, .coordo].contains(role), "\(role)")
  }

  /// Sends forms that a role was not offered, and returns the lines that they should leave.
  private func refuse(
    _ forms: [String: PageForm], to browser: WireBrowser
  ) async throws -> Set<String> {
    let all = forms.values.sorted { $0.key < $1.key }
    let answers = try await browser.ask(all.map { .init(place: $0.place, form: $0.fields) })
    var lines: Set<String> = []
    for (form, answer) in zip(all, answers) {
      if let reason = Self.reason(form, answer) { lines.insert("\(try form.tried) \(reason)") }
      #expect(
        [303, 403, 404, 409, 422].contains(answer.status),
        "\(browser.role) \(form.key) \(answer.status)")
      #expect(!answer.page.contains(Seeds.hidden), "\(browser.role) \(form.key)")
    }
    return lines
  }

  /// Why a form was refused that is not offered; nil for one that found its work done, or was wrong.
  private static func reason(_ form: PageForm, _ answer: WireBrowser.Answer) -> Problem.Code? {
    switch answer.status {
    case 403: .role_not_allowed
    case 404: .not_found
    case 422 where form.place == "/alertes":
      own.contains(.base(form.fields.first { $0.name == "base" }?.value ?? ""))
        ? .role_not_allowed : .not_found
    default: nil
    }
  }

  /// What stands elsewhere is found by none of its words, in all that there is or type by type.
  private func checkSearches(_ browser: WireBrowser) async throws {
    let word = String(Seeds.hidden.dropLast(3))
    let places = ["/fiches?q=\(word)"] + Schema.mission.types.map { "/fiches/\($0.name)?q=\(word)" }
    for (place, answer) in zip(places, try await browser.get(places)) {
      #expect(
        answer.status == 200 && !answer.page.contains(Seeds.hidden), "\(browser.role) \(place)")
    }
  }

  /// The schema's own pages: a record may be seen where its scope is read, written and deleted where
  /// the schema has the role for it. Returns those that are closed.
  private func checkRecordPages(_ seeds: Seeds, _ browser: WireBrowser) async throws -> [String] {
    var expected: [(asked: WireBrowser.Asked, isOpen: Bool)] = []
    for seed in seeds.plain {
      let (type, place) = (seed.type, "/fiches/\(seed.type.name)/\(seed.id)")
      let isRead = Self.own.contains(seed.scope)
      let (writes, deletes) = (
        type.writers.contains(browser.role), type.deleters.contains(browser.role)
      )
      expected += [
        (.init(place: place), isRead), (.init(place: place + "/modifier"), isRead && writes),
        (.init(place: place + "/supprimer"), isRead && deletes),
      ]
      if isRead {
        expected.append((.init(place: place + "/historique"), true))
        expected.append((.init(place: "/fiches/\(type.name)/nouvelle"), writes))
      }
    }
    let answers = try await browser.ask(expected.map(\.asked))
    for (one, answer) in zip(expected, answers) {
      #expect(
        one.isOpen ? answer.status == 200 : [403, 404].contains(answer.status),
        "\(browser.role) \(one.asked.place) \(answer.status)")
      #expect(!answer.page.contains(Seeds.hidden), "\(browser.role) \(one.asked.place)")
    }
    return expected.filter { !$0.isOpen }.map(\.asked.place)
  }

  /// The lines that the schema's own forms leave where a role sends those that it may not.
  private func refusals(_ seeds: Seeds, _ role: Role) -> Set<String> {
    var lines: Set<String> = []
    for seed in seeds.plain {
      let name = seed.type.name
      let (writes, deletes) = (
        seed.type.writers.contains(role), seed.type.deleters.contains(role)
      )
      if Self.own.contains(seed.scope) {
        if !writes {
          lines.formUnion(["create", "update"].map { "\(name) \($0) role_not_allowed" })
        }
        if !deletes { lines.insert("\(name) delete role_not_allowed") }
      } else {
        lines.insert("\(name) update not_found")
        // A deletion that finds nothing is the second of two clicks, as far as anybody can tell.
        if !deletes { lines.insert("\(name) delete not_found") }
      }
    }
    return lines
  }

  /// Sends the forms that a role is offered by now, each from its own page; of conflicts a few, for the
  /// next role finds them settled. What they changed is what the schema lets the role change.
  private func send(
    _ browser: WireBrowser, _ former: Walk, _ seeds: Seeds, _ live: Live
  ) async throws {
    let walk = try await Walk(browser, over: former.withForms)
    // Of the steps of one record the first closes the way to the others.
    let all = Dictionary(grouping: walk.forms.values) { $0.place }
      .compactMap { _, forms in forms.min { $0.key < $1.key } }.sorted { $0.key < $1.key }
    let conflicts = Set(all.map(\.place).filter { $0.hasPrefix("/conflits/") }.prefix(4))
    let forms =
      all.filter { form in
        !form.place.hasPrefix("/conflits/") || conflicts.contains(form.place)
      } + (try seeds.creations(by: browser.role))
    let before = try HubTables(live)
    let answers = try await browser.ask(forms.map { .init(place: $0.place, form: $0.fields) })
    for (form, answer) in zip(forms, answers) {
      #expect(
        [200, 303, 409, 422].contains(answer.status),
        "\(browser.role) \(form.key) \(answer.status)")
    }
    #expect(answers.contains { $0.status == 303 } || browser.role == .lecture, "\(browser.role)")
    let arrived = try HubTables(live).changes(since: before)["_feed"]?.new ?? []
    for row in arrived {
      let type = try #require(Schema.mission[type: row[3].filter { $0 != "'" }])
      let scope = try #require(Scope(row[0].filter { $0 != "'" }))
      #expect(type.writers.contains(browser.role), "\(browser.role) wrote \(type.name)")
      #expect(Self.own.contains(scope) || scope == .bamako, "\(browser.role) wrote in \(scope)")
    }
  }
}

/// The hub's tables and what its log says that accounts were refused, before they send forms that must
/// not change anything else.
private struct Trace {
  private let browsers: [WireBrowser]
  private let live: Live
  private let tables: HubTables
  private let lines: [String: [String]]

  init(of browsers: [WireBrowser], _ live: Live) throws {
    (self.browsers, self.live) = (browsers, live)
    tables = try HubTables(live)
    lines = try Self.lines(live)
  }

  /// Type, what was tried, and why it was refused, by account.
  private static func lines(_ live: Live) throws -> [String: [String]] {
    let refused = try live.hub.audit(limit: .max).filter { $0.act == "refuse" && $0.record == nil }
    return Dictionary(grouping: refused, by: \.who)
      .mapValues { $0.map { "\($0.type ?? "-") \($0.detail ?? "")" } }
  }

  /// Nothing is left but these lines, each of them once, whatever was sent how often.
  func expect(_ expected: [Role: Set<String>]) throws {
    let changes = try HubTables(live).changes(since: tables)
    #expect(Set(changes.keys).isSubset(of: ["_audit"]), "\(changes.keys)")
    #expect(changes["_audit"]?.gone ?? [] == [])
    let now = try Self.lines(live)
    var count = 0
    for browser in browsers {
      let former = lines["account:\(browser.name)"] ?? []
      let all = now["account:\(browser.name)"] ?? []
      let wanted = try #require(expected[browser.role]).union(former)
      #expect(all.sorted() == wanted.sorted(), "\(browser.role)")
      count += all.count - former.count
    }
    #expect(count > 0 && changes["_audit"]?.new.count == count)
  }
}

extension PageForm {
  /// The type that it is about and what it would do, as the log names them.
  fileprivate var tried: String {
    get throws {
      let parts = place.split(separator: "/").map(String.init)
      let step = fields.first { $0.name == "etape" }?.value
      return switch (parts[0], parts.last) {
      case ("packs", "etape"): "security_pack \(try #require(step))"
      case ("seances", "etape"): "session \(try #require(step))"
      case ("packs", "signer"), ("seances", "signer"), ("cadre", "vote"): "signature create"
      case ("incidents", "signaler"): "incident create"
      case ("incidents", _): "incident \(try #require(step))"
      case ("conflits", _): "- settle"
      case ("alertes", _): "alert changeLevel"
      default: try #require(nil, "a form that leaves no line: \(place)")
      }
    }
  }
}

/// What somebody comes to by following links from the first page: a record's own page for each state that
/// it may be in, and of other kinds of pages two.
private struct Walk {
  private(set) var pages: [String: Int] = [:]
  private(set) var forms: [String: PageForm] = [:]
  /// Pages on which there was a form to send.
  private(set) var withForms: [String] = []
  private(set) var texts: [String] = []

  init(_ browser: WireBrowser) async throws {
    var (waiting, seen, known) = (["/"], ["/": 1], Set(["/"]))
    let (id, value) = (#/[0-9a-f]{8}-[0-9a-f-]{27}/#, #/=[^&]*/#)
    while !waiting.isEmpty {
      let asked = waiting
      waiting = []
      for (place, answer) in zip(asked, try await browser.get(asked)) {
        note(place, answer)
        for link in answer.page.matches(of: #/href="(\/[^"#]*)"/#) {
          guard known.insert(String(link.1)).inserted else { continue }
          let next = String(link.1).replacing("&amp;", with: "&")
          // The schema's pages have cells of their own.
          let isRecords = next.hasPrefix("/fiches/")
          let isFile = next.contains(".") || next.hasPrefix("/langue")
          guard !isRecords, !isFile else { continue }
          let kind = next.replacing(id, with: "*").replacing(value, with: "=")
          guard seen[kind, default: 0] < (kind.hasSuffix("*") ? 12 : 2) else { continue }
          seen[kind, default: 0] += 1
          waiting.append(next)
        }
      }
    }
  }

  /// The same pages as they are by now.
  init(_ browser: WireBrowser, over places: [String]) async throws {
    for (place, answer) in zip(places, try await browser.get(places)) { note(place, answer) }
  }

  private mutating func note(_ place: String, _ answer: WireBrowser.Answer) {
    pages[place] = answer.status
    texts.append(answer.page)
    let found = PageForm.all(in: answer.page).filter { $0.place != "/sortie" }
    if !found.isEmpty { withForms.append(place) }
    for form in found where forms[form.key] == nil { forms[form.key] = form }
  }
}

/// Records of every type and scope and, of those that go from state to state, one in each, with a
/// conflict about each.
private struct Seeds {
  struct Seed {
    let type: RecordType
    let scope: Scope
    let id: RecordID
  }

  struct Conflict {
    let type: RecordType
    let scope: Scope
    let field: String
  }

  /// Stands in every record and conflict that a base does not read.
  static let hidden = "Zanzibarite"

  /// One of each type where a base reads, and one where it does not.
  private(set) var plain: [Seed] = []
  private var count = 0
  private(set) var conflicts: [Int64: Conflict] = [:]
  /// Every step of the rules of the work, at each record that it could be of, offered or not.
  private(set) var steps: [String: PageForm] = [:]

  private static let flows: [(type: String, field: String, place: String, steps: [String])] = [
    ("security_pack", "status", "/packs/*/etape", PackStep.allCases.map(\.rawValue)),
    ("session", "minutes_status", "/seances/*/etape", MinutesStep.allCases.map(\.rawValue)),
    ("incident", "status", "/incidents/*", IncidentFlow.Step.allCases.map(\.rawValue)),
  ]

  init(_ live: Live) throws {
    for type in Schema.mission.types {
      for scope in [Scope.base("GAO"), .base("KDL")] {
        plain.append(try add(type, scope, [:], hasConflict: true, live))
      }
    }
    for flow in Self.flows {
      let type = try #require(Schema.mission[type: flow.type])
      guard case .choice(let states) = type[field: flow.field]?.kind else { continue }
      let hidden = try #require(plain.last { $0.type === type })
      let seen = try states.map { state in
        try add(
          type, .base("GAO"), [flow.field: .text(state.value)], hasConflict: false, live)
      }
      for seed in seen + [hidden] {
        for step in flow.steps {
          let form = PageForm(
            place: flow.place.replacing("*", with: "\(seed.id)"),
            fields: [FormField(name: "etape", value: step)])
          steps[form.key] = form
        }
      }
    }
    let all = try live.store.read { try $0.conflicts(after: 0, device: nil, limit: .max) }
    for conflict in all {
      let type = try #require(Schema.mission[type: conflict.type])
      conflicts[conflict.id] = Conflict(type: type, scope: conflict.scope, field: conflict.field)
      let form = PageForm(
        place: "/conflits/\(conflict.id)", fields: [FormField(name: "choix", value: "retablir")])
      steps[form.key] = form
    }
  }

  /// Forms of new records, with all that the schema asks for.
  func creations(by role: Role) throws -> [PageForm] {
    try Schema.mission.types.filter { $0.writers.contains(role) }.map { type in
      let number = 100 + Role.allCases.firstIndex(of: role)!
      let values = try CompleteRecord(type: type, number: number).values(in: .base("GAO"))
      return PageForm(
        place: "/fiches/\(type.name)/nouvelle",
        fields: values.sorted { $0.key < $1.key }.map { name, value in
          FormField(name: name, value: Self.typed(value))
        })
    }
  }

  /// As somebody types it.
  private static func typed(_ value: Shared.Value) -> String {
    switch value {
    case .null: ""
    case .int(let number): "\(number)"
    case .real(let number): "\(number)"
    case .text(let text): text
    }
  }

  private mutating func add(
    _ type: RecordType, _ scope: Scope, _ state: [String: Shared.Value], hasConflict: Bool,
    _ live: Live
  ) throws -> Seed {
    count += 1
    let record = CompleteRecord(type: type, number: count % 90)
    let (field, _) = try record.changed()
    let word: Shared.Value = scope == .base("GAO") ? "avant" : .text(Self.hidden)
    var values = try record.values(in: scope).merging(state) { $1 }
    values[field.name] = word
    let id = record.id(values, at: live.time.now)
    try live.insert(type, id, values) { writing, stored in
      guard hasConflict else { return }
      try writing.keep(
        stored, type, field.name, status: .open, winner: stored.state(of: field.name),
        loser: FieldState(
          value: scope == .base("GAO") ? "écarté" : word, stamp: Stamp(clock: 1, device: 1)))
      try writing.keep(
        stored, type, "*", status: .open,
        winner: FieldState(value: 0, stamp: stored.stamps.record),
        loser: FieldState(value: 1, stamp: Stamp(clock: 1, device: 1)))
    }
    return Seed(type: type, scope: scope, id: id)
  }
}
