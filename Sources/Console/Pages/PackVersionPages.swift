import Shared
import Work

/// « Ce qui a changé » : two versions of a pack beside each other, for whoever approves the new one and
/// whoever has read the old one.
extension Page {
  func packVersions(_ judged: JudgedPack) throws(Problem) -> ConsoleAnswer {
    let versions = try past(judged.content).versions
    let title = say("Ce qui a changé", "What changed") + " : " + (judged.pack.text("title") ?? "")
    guard !versions.isEmpty else {
      return try answer(
        title,
        """
        <p>\(anchor(judged.pack))</p>
        <p>\(say("Aucune version n'a encore été validée : il n'y a rien à comparer.", "No version was approved yet: there is nothing to compare."))</p>
        """)
    }
    let (from, to) = chosen(versions)
    return try answer(
      title,
      """
      <p>\(anchor(judged.pack))</p>\(choice(versions, from, to))\(doubt([from, to].compactMap(\.self)))
      \(summary(to, judged.pack))\(difference(PackDifference(from: from.content, to: to?.content ?? judged.content)))
      """)
  }

  private func past(_ content: PackContent) throws(Problem) -> PackPast {
    let id = Value.text(content.pack.id.description)
    var removed: [RemovedRecord] = []
    for type in ["pack_section", "emergency_contact"] {
      removed += try desk.removed(of: type, where: [("pack_id", id)])
    }
    return try PackPast(content, removed: removed) { record throws(Problem) in
      try desk.history(record.type, record.id)
    }
  }

  /// The last approved version, and what stands now, unless somebody asks for others.
  private func chosen(_ versions: [PackVersion]) -> (from: PackVersion, to: PackVersion?) {
    func find(_ name: String) -> PackVersion? {
      request.query[name].flatMap { label in versions.last { $0.label == label } }
    }
    return (find("de") ?? versions[versions.count - 1], find("a"))
  }

  private func choice(
    _ versions: [PackVersion], _ from: PackVersion, _ to: PackVersion?
  ) -> HTML {
    func options(_ chosen: String?) -> [HTML] {
      versions.reversed().map { version in
        let day = version.approvedOn.map { Words.day($0, language) } ?? "—"
        let mark: HTML = version.label == chosen ? " selected" : .none
        return
          #"<option value="\#(version.label)"\#(mark)>\#(version.label) (\#(day))</option>"#
      }
    }
    return """
      <form method="get" class="recherche"><label for="de">\(say("De la version validée", "From approved version"))</label>\
      <select id="de" name="de">\(options(from.label))</select>\
      <label for="a">\(say("à", "to"))</label><select id="a" name="a">\
      <option value="">\(say("maintenant", "now"))</option>\(options(to?.label))</select>\
      <button>\(say("Comparer", "Compare"))</button></form>
      """
  }

  private func doubt(_ versions: [PackVersion]) -> HTML {
    let unsure = versions.filter { !$0.isCertain }.map(\.label)
    guard !unsure.isEmpty else { return .none }
    return """
      <p class="attention">\(say("Le texte validé ne se retrouve pas entièrement ici, version", "The approved text is not all to be found here, version")) \
      \(unsure.joined(separator: ", ")). \
      \(say("Comparez avec l'exemplaire imprimé.", "Compare with the printed copy."))</p>
      """
  }

  private func summary(_ to: PackVersion?, _ pack: Record) -> HTML {
    let text = to.map(\.summary) ?? pack.text("change_summary")
    return text.map { text -> HTML in
      #"<p>\#(say("Ce qu'en disent ses auteurs :", "What its authors say:")) \#(text)</p>"#
    } ?? .none
  }

  private func difference(_ difference: PackDifference) -> HTML {
    let none: HTML =
      difference.isEmpty
      ? "<p><strong>\(say("Rien n'a changé.", "Nothing changed."))</strong></p>" : .none
    let key: HTML =
      difference.isEmpty
      ? .none
      : #"<p class="aide"><del>\#(say("barré : enlevé", "struck out: taken out"))</del> <ins>\#(say("souligné : ajouté", "underlined: put in"))</ins></p>"#
    return """
      \(none)\(key)\(parts(say("Rubriques", "Sections"), difference.sections))\
      \(parts(say("Liste de contacts d'urgence", "Emergency contact list"), difference.contacts))\
      <p class="aide">\(say("Inchangés", "Unchanged")) : \(difference.unchanged)</p>
      """
  }

  private func parts(_ title: String, _ parts: [PackDifference.Part]) -> HTML {
    guard !parts.isEmpty else { return .none }
    return "<h2>\(title)</h2>\(parts.map(part))"
  }

  private func part(_ part: PackDifference.Part) -> HTML {
    let text = part.record.text("body") ?? ""
    let (mark, body): (String, HTML) =
      switch part.change {
      case .added: (say("ajouté", "added"), #"<p class="texte"><ins>\#(text)</ins></p>"#)
      case .removed: (say("retiré", "removed"), #"<p class="texte"><del>\#(text)</del></p>"#)
      case .changed(let fields): (say("changé", "changed"), changes(fields, part.record))
      }
    return """
      <article class="carte"><h3>\(heading(part.record)) <span class="marque">\(mark)</span></h3>\(body)</article>
      """
  }

  private func changes(
    _ fields: [PackDifference.FieldDifference], _ record: Record
  ) -> HTML {
    fields.compactMap { change -> HTML? in
      guard let field = schema[type: record.type]?[field: change.name] else { return nil }
      let (old, new) = (field.words(change.old, language), field.words(change.new, language))
      if case .longtext = field.kind {
        return #"<p class="texte">\#(pieces(TextDifference.pieces(old, new)))</p>"#
      }
      return """
        <p><strong>\(field.label[language])</strong> : <del>\(orDash(old))</del> <ins>\(orDash(new))</ins></p>
        """
    }.joined(by: .none)
  }

  private func pieces(_ pieces: [TextDifference.Piece]) -> [HTML] {
    pieces.map { piece in
      switch piece {
      case .same(let text): HTML(text)
      case .removed(let text): "<del>\(text)</del>"
      case .added(let text): "<ins>\(text)</ins>"
      }
    }
  }
}
