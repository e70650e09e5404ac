import Shared
package import Work

/// The pages, from a request to an answer.
///
/// Functions block, since they read SQLite: whoever serves them keeps them off the threads that
/// serve the network.
package struct Console: Sendable {
  package let doors: any Doors
  /// On a laptop: what the button « Synchroniser » does.
  let board: SyncBoard?

  /// For the hub.
  package init(doors: any Doors) {
    self.doors = doors
    board = nil
  }

  /// For a laptop, whose sync runs beside the pages.
  package init(doors: any Doors, field desk: any FieldDesk) {
    self.doors = doors
    board = SyncBoard(desk: desk)
  }

  package static let cookie = "entree"

  package func answer(_ request: ConsoleRequest) -> ConsoleAnswer {
    if let file = ConsoleFiles.answer(request) { return file }
    if request.path.first == "langue" { return chooseLanguage(request) }
    do throws(Problem) {
      return try entered(request)
    } catch {
      return Self.refusal(error, request)
    }
  }

  private func entered(_ request: ConsoleRequest) throws(Problem) -> ConsoleAnswer {
    let entry = EntryPages(request: request, doors: doors)
    if request.path.first == "entree" { return try entry.enter() }
    let secret = request.cookies[Self.cookie] ?? ""
    let visit: Visit
    do throws(Problem) {
      visit = try doors.visit(secret)
    } catch {
      guard error.code == .session_over else { throw error }
      return entry.ask()
    }
    if request.isPost, !FormToken.matches(request.form["_jeton"], visit.formToken) {
      // A page of before the last sign-in, or of another site: nothing is lost, nothing is written.
      return entry.confirm(visit)
    }
    if request.path.first == "sortie", request.isPost { return try entry.leave(secret) }
    if visit.mustChangePassword || request.path.first == "mot-de-passe" {
      return try entry.changePassword(visit, secret)
    }
    let page = Page(request: request, visit: visit, board: board)
    do throws(Problem) {
      return try page.route(doors)
    } catch {
      try page.noteRefusal(error)
      throw error
    }
  }

  private func chooseLanguage(_ request: ConsoleRequest) -> ConsoleAnswer {
    var answer = ConsoleAnswer.see(Link(returningTo: request.query["vers"] ?? "/"))
    answer.cookies.append((name: "langue", value: request.query["a"] == "en" ? "en" : "fr"))
    return answer
  }

  /// A form that is larger than any of ours.
  static func tooLarge(_ language: Language, isIn: Bool) -> ConsoleAnswer {
    let title = Label(fr: "C'est trop long", en: "This is too long")
    let shorten = Label(
      fr:
        "Rien n'est enregistré. Revenez en arrière : ce que vous avez écrit y est encore. Raccourcissez-le.",
      en: "Nothing is saved. Go back: what you wrote is still there. Make it shorter.")
    let enter = Label(
      fr:
        "Rien n'est enregistré. Entrez d'abord, dans une autre fenêtre ; puis revenez ici en arrière, où ce que vous avez écrit est encore, et envoyez-le de nouveau.",
      en:
        "Nothing is saved. Sign in first, in another window; then go back here, where what you wrote still is, and send it again."
    )
    let words = isIn ? shorten : enter
    return .page(
      """
      \(Page.head(language))<body><main id="contenu"><h1>\(title[language])</h1><p>\(words[language])</p></main></body></html>
      """, status: 413)
  }

  /// A problem as a page. What somebody may not see is not there.
  private static func refusal(_ problem: Problem, _ request: ConsoleRequest) -> ConsoleAnswer {
    let language = request.language
    let isHidden = [.not_found, .unknown_type, .scope_not_granted].contains(problem.code)
    let told = isHidden ? Problem(.not_found) : Problem(problem.code)
    let back = Label(fr: "Retour au début", en: "Back to the beginning")[language]
    let html: HTML = """
      \(Page.head(language))<body><main id="contenu"><h1>\(told.sentence(language))</h1>
      <p>\(told.hint(language))</p>\(typed(request))<p><a href="/">\(back)</a></p></main></body></html>
      """
    return .page(html, status: isHidden ? 404 : problem.code.httpStatus)
  }

  /// What a form brought that could not be taken, to be copied from.
  private static func typed(_ request: ConsoleRequest) -> HTML {
    let texts = request.form.pairs.filter { pair in
      !pair.name.hasPrefix("_") && !untyped.contains(pair.name) && !pair.value.isEmpty
    }.map { pair -> HTML in #"<li class="texte">\#(pair.value)</li>"# }
    let title = Label(
      fr: "Ce que vous avez écrit, à copier : rien n'en est enregistré.",
      en: "What you wrote, to copy: none of it is saved.")
    return texts.isEmpty
      ? .none : #"<p>\#(title[request.language])</p><ul class="saisie">\#(texts)</ul>"#
  }

  /// What buttons carry, and what nobody should see again.
  private static let untyped: Set = ["etape", "choix", "nom", "mdp", "ancien", "nouveau", "encore"]
}

/// Where a page's address begins.
enum Place: String, CaseIterable {
  case packBoard = ""
  case packs, incidents, actions, asaco, cadre
  case alerts = "alertes"
  case contacts = "interlocuteurs"
  case watch = "veille"
  case sessions = "seances"
  case access = "acces"
  case supplies = "achats"
  case records = "fiches"
  case conflicts = "conflits"
  case sync = "synchro"
  case refusals = "refus"
  case book = "journal"
}

extension Page {
  func route(_ doors: any Doors) throws(Problem) -> ConsoleAnswer {
    let rest = Array(request.path.dropFirst())
    switch Place(rawValue: request.path.first ?? "") {
    case .packBoard: return try packBoard()
    case .packs: return try packs(rest)
    case .alerts: return try alerts()
    case .incidents: return try incidents(rest)
    case .contacts: return try contacts()
    case .watch: return try watch()
    case .actions: return try actions()
    case .asaco: return try asaco(rest)
    case .cadre: return try cadre(rest)
    case .sessions: return try sessions(rest)
    case .access: return try access()
    case .supplies: return try supplies()
    case .records: return try recordPages(rest)
    case .conflicts: return try conflicts(rest)
    case .sync: return try sync()
    case .refusals: return try refusals(rest)
    case .book: return try book(doors)
    case nil: throw Problem(.not_found)
    }
  }
}
