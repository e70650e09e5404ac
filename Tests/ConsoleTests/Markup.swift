/// A page's tags in their order, as far as assistive programs go by them.
struct Markup {
  struct Tag {
    let name: String
    let words: [String: String]
    /// What stands between it and the next tag that is no part of a sentence.
    let text: String
  }

  let tags: [Tag]

  init(_ page: String) {
    tags = page.matches(of: #/<([a-z0-9]+)((?:\s+[a-zA-Z-]+(?:="[^"]*")?)*)\s*\/?>([^<]*)/#).map {
      var words: [String: String] = [:]
      for word in $0.2.matches(of: #/([a-zA-Z-]+)(?:="([^"]*)")?/#) {
        words[String(word.1)] = word.2.map(String.init) ?? ""
      }
      return Tag(name: String($0.1), words: words, text: String($0.3))
    }
  }

  func all(_ names: String...) -> [Tag] { tags.filter { names.contains($0.name) } }

  /// What somebody who does not see the page would stumble over; empty for a good page.
  func faults(hasPlaces: Bool) -> [String] {
    var faults = headingFaults + fieldFaults + tableFaults
    func need(_ holds: Bool, _ what: String) { if !holds { faults.append(what) } }
    need(all("html").first.map { ["fr", "en"].contains($0.words["lang"]) } ?? false, "language")
    need(all("main").map { $0.words["id"] } == ["contenu"], "one main part")
    need(all("script").allSatisfy { $0.words["src"] != nil }, "a script inside the page")
    for tag in tags {
      need(tag.words.keys.allSatisfy { !$0.hasPrefix("on") && $0 != "style" }, "\(tag)")
      need(["0", nil].contains(tag.words["tabindex"]), "order of tabs: \(tag)")
      need(tag.words["tabindex"] == nil || tag.words["aria-label"] != nil, "a stop without a name")
      need(
        tag.name != "svg" || tag.words["aria-hidden"] != nil || tag.words["aria-label"] != nil,
        "a picture without a name")
    }
    guard hasPlaces else { return faults }
    need(all("a").first?.words["href"] == "#contenu", "the way past the menu comes first")
    for part in ["header", "nav", "footer"] { need(all(part).count == 1, "one \(part)") }
    need(all("nav").first?.words["aria-label"] != nil, "the menu has no name")
    let other = all("a").first { $0.words["hreflang"] != nil }
    need(other?.words["lang"] == other?.words["hreflang"], "the other language's own language")
    need(other != nil, "the other language")
    return faults
  }

  private var headingFaults: [String] {
    let levels = all("h1", "h2", "h3", "h4", "h5", "h6").compactMap { Int($0.name.dropFirst()) }
    var faults = levels.filter { $0 == 1 }.count == 1 && levels.first == 1 ? [] : ["one h1, first"]
    for (one, next) in zip(levels, levels.dropFirst()) where next > one + 1 {
      faults.append("h\(next) after h\(one)")
    }
    return faults
  }

  private var fieldFaults: [String] {
    let ids = tags.compactMap { $0.words["id"] }
    var faults = Set(ids).count == ids.count ? [] : ["an id twice"]
    let labelled = Set(all("label").compactMap { $0.words["for"] })
    for field in all("input", "select", "textarea") {
      if ["hidden", "checkbox"].contains(field.words["type"] ?? "") { continue }
      if !labelled.contains(field.words["id"] ?? "") { faults.append("no label: \(field.words)") }
    }
    for name in labelled where !ids.contains(name) { faults.append("a label of nothing: \(name)") }
    for tag in tags {
      for id in (tag.words["aria-describedby"] ?? "").split(separator: " ")
      where !ids.contains(String(id)) { faults.append("described by nothing: \(id)") }
    }
    return faults
  }

  private var tableFaults: [String] {
    let heads = all("th")
    var faults = heads.filter { !["col", "row"].contains($0.words["scope"]) }.map { "\($0)" }
    // Each row that holds values says of what.
    var row: [Tag] = []
    func close() {
      if row.contains(where: { $0.name == "td" }), !row.contains(where: { $0.name == "th" }),
        !heads.contains(where: { $0.words["scope"] == "col" })
      {
        faults.append("a row without a head")
      }
      row = []
    }
    for tag in tags {
      if tag.name == "tr" { close() } else { row.append(tag) }
    }
    close()
    return faults
  }
}
