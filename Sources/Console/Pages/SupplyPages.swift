import Shared
import Work

/// « Achats mutualisés » : each campaign's needs, what was approved, what came, and who carries it.
extension Page {
  func supplies() throws(Problem) -> ConsoleAnswer {
    let type = try type("pooled_supply")
    let base = request.query["base_code"] ?? ""
    let lines = try records(type.name).filter {
      base.isEmpty || $0.text("destination_base") == base
    }
    let bases = try records("base").map { ($0.text("code") ?? "", words($0, "name")) }
    let names = Dictionary(bases) { first, _ in first }
    let sections = PooledSupply(lines).campaigns.map { campaign($0, names) }
    let none: HTML = sections.isEmpty ? "<p>\(say("Aucun achat.", "No purchase."))</p>" : .none
    return try answer(
      say("Achats et transports mutualisés", "Pooled purchases and transport"),
      """
      \(need(nil))<form method="get" action="\(Link("achats"))" class="recherche">\(choose("base_code", say("Destination", "Destination"), bases))\
      <button>\(say("Montrer", "Show"))</button></form>\(none)\(sections)
      """, current: "achats", isWide: true)
  }

  private func need(_ campaign: String?) -> HTML {
    guard let type = schema[type: "pooled_supply"], sitter.mayWrite(type) else { return .none }
    let words = campaign.map { [("campaign", $0)] } ?? []
    let link = Link("fiches", type.name, "nouvelle", query: words)
    let text =
      campaign == nil
      ? say("Exprimer un besoin", "State a need")
      : say("Ajouter à cette campagne", "Add to this campaign")
    let style = campaign == nil ? "ajout" : ""
    return #"<p class="suite"><a class="\#(style)" href="\#(link)">\#(text)</a></p>"#
  }

  private func campaign(_ campaign: PooledSupply.Campaign, _ names: [String: String]) -> HTML {
    let counts = [say("Demandé", "Requested"), say("Validé", "Approved")]
    let columns =
      [say("Produit", "Product"), say("Partenaire", "Partner"), say("Destination", "Destination")]
      + counts + [
        say("Reçu", "Received"), say("Statut", "Status"), say("Attendu le", "Expected"),
        say("Transport", "Transport"),
      ]
    let numbers = Set(counts)
    let rows = campaign.lines.map { line in
      row(name(line), cells(line, names), under: columns, numbers: numbers)
    }
    let uneven = campaign.uneven.map { one -> HTML in
      "<li>\(one.product), \(one.leg) : \(Words.number(one.sum, language)) %</li>"
    }
    let shares: HTML =
      uneven.isEmpty
      ? .none
      : """
      <div class="attention"><p>\(say("Parts de transport qui ne font pas 100 % :", "Transport shares that do not make 100 %:"))</p><ul>\(uneven)</ul></div>
      """
    return """
      <section><h2>\(campaign.name)</h2><p>\(say("Coût estimé", "Estimated cost")) : \(Words.grouped(Int64(campaign.cost))) FCFA</p>\(shares)
      \(cards(columns, rows, numbers: numbers))
      \(need(campaign.name))</section>
      """
  }

  private func name(_ line: Record) -> HTML {
    let cold: HTML =
      line.isTrue("cold_chain")
      ? #" <span class="marque">\#(say("chaîne du froid", "cold chain"))</span>"# : .none
    return anchorTo(line, line.text("product_dci") ?? "—") + cold
  }

  private func cells(_ line: Record, _ names: [String: String]) -> [HTML] {
    func quantity(_ field: String) -> String {
      line.number(field).map { Words.number($0, language) } ?? "—"
    }
    let unit = line.text("unit_label") ?? ""
    let base = line.text("destination_base") ?? ""
    return [
      HTML(line.text("partner_org") ?? ""), HTML(names[base] ?? base),
      "\(quantity("qty_requested")) \(unit)", HTML(quantity("qty_approved")),
      "\(quantity("qty_received"))\(gap(line, unit))", HTML(words(line, "status")),
    ] + transport(line)
  }

  /// What is missing becomes an action of the base that misses it.
  private func gap(_ line: Record, _ unit: String) -> HTML {
    guard let missing = line.shortfall else { return .none }
    let text =
      missing > 0
      ? say("manque \(missing) \(unit)", "\(missing) \(unit) missing")
      : say("\(missing.magnitude) \(unit) de trop", "\(missing.magnitude) \(unit) too many")
    let words = [
      ("kind", "action"), ("label", "\(line.text("product_dci") ?? "") : \(text)"),
      ("base_code", line.text("destination_base") ?? ""),
    ]
    let link = Link("fiches", "action_item", "nouvelle", query: words)
    return """
      <br><span class="marque">\(text)</span> <a class="suite" href="\(link)">\(say("En faire une action", "Make it an action"))</a>
      """
  }

  /// When and where medicines are on the road stays on the screen.
  private func transport(_ line: Record) -> [HTML] {
    let late: HTML =
      line.isOverdueSupply(sitter.today)
      ? #" <span class="marque">\#(say("en retard", "late"))</span>"# : .none
    let share =
      line.number("transport_share_pct").map { " (\(Words.number($0, language))\u{202F}%)" } ?? ""
    let style = line.text("status") == "en_transit" ? "ecran" : ""
    return [
      #"<span class="\#(style)">\#(words(line, "expected_on"))</span>\#(late)"#,
      #"<span class="\#(style)">\#(line.text("transport_leg") ?? "")</span>\#(share)"#,
    ]
  }
}
