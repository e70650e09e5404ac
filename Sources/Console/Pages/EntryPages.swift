import Shared
import Work

/// Coming in and going out. A session that ends while somebody types loses nothing: what the form
/// brought travels through the sign-in and is put before its author again.
struct EntryPages {
  let request: ConsoleRequest
  let doors: any Doors

  private var language: Language { request.language }

  private func say(_ fr: String, _ en: String) -> String { language == .fr ? fr : en }

  // MARK: Coming in

  /// The sign-in, or on a laptop how to open the pages again.
  func ask(_ problem: Problem? = nil) -> ConsoleAnswer {
    let told: HTML =
      problem.map { problem in
        """
        <p class="erreur" role="alert">\(problem.sentence(language)) \(problem.hint(language))</p>
        """
      } ?? .none
    return page(
      say("Entrer", "Sign in"), told + (doors.asksPassword ? passwordForm : laptopWords),
      status: problem == nil ? 200 : 401)
  }

  private var passwordForm: HTML {
    let kept: HTML =
      carried.isEmpty
      ? .none
      : """
      <p class="dit" role="status">\(say("Votre saisie est gardée : elle vous attend après.", "What you typed is kept: it waits for you."))</p>
      """
    return """
      \(kept)<form method="post" action="/entree">
      <div class="champ"><label for="nom">\(say("Nom", "Name"))</label>
      <input id="nom" name="nom" autocomplete="username" autocapitalize="none" required></div>
      <div class="champ"><label for="mdp">\(say("Mot de passe", "Password"))</label>
      <input id="mdp" name="mdp" type="password" autocomplete="current-password" required></div>
      \(hidden)<button>\(say("Entrer", "Sign in"))</button></form>
      """
  }

  private var laptopWords: HTML {
    """
    <p>\(say("Ces pages s'ouvrent avec le programme : lancez", "The program opens these pages: run")) \
    <code>djoliba open</code>\(say(", ou revenez à la fenêtre où elles étaient ouvertes.", ", or go back to the window where they were open."))</p>
    """
  }

  /// Where to go, and what was typed, on their way through the sign-in.
  private var hidden: HTML {
    let place = request.path.first == "entree" ? request.form["_vers"] ?? "/" : request.place
    let pairs = carried.map { pair -> HTML in
      #"<input type="hidden" name="_k.\#(pair.0)" value="\#(pair.1)">"#
    }
    return #"<input type="hidden" name="_vers" value="\#(place)">\#(pairs)"#
  }

  private var carried: [(String, String)] {
    if request.path.first == "entree" {
      return request.form.pairs.filter { $0.name.hasPrefix("_k.") }
        .map { (String($0.name.dropFirst(3)), $0.value) }
    }
    guard request.isPost else { return [] }
    return request.form.pairs.filter { $0.name != "_jeton" }.map { ($0.name, $0.value) }
  }

  func enter() throws(Problem) -> ConsoleAnswer {
    let words: EntryWords
    if doors.asksPassword {
      guard request.isPost else { return ask() }
      words = .password(name: request.form["nom"] ?? "", password: request.form["mdp"] ?? "")
    } else {
      words = .code(request.query["code"] ?? "")
    }
    let secret: String
    do throws(Problem) {
      secret = try doors.enter(words)
    } catch {
      guard [.wrong_password, .account_locked, .session_over].contains(error.code) else {
        throw error
      }
      return ask(error)
    }
    var answer = try welcome(secret)
    answer.cookies.append((name: Console.cookie, value: secret))
    return answer
  }

  private func welcome(_ secret: String) throws(Problem) -> ConsoleAnswer {
    guard !carried.isEmpty else { return .see(Link(returningTo: request.form["_vers"] ?? "/")) }
    return resume(try doors.visit(secret), to: request.form["_vers"] ?? "/")
  }

  /// Puts what was typed before its author again, who sends it with one button.
  func confirm(_ visit: Visit) -> ConsoleAnswer { resume(visit, to: request.place) }

  private func resume(_ visit: Visit, to place: String) -> ConsoleAnswer {
    let fields = carried.map { pair -> HTML in
      #"<input type="hidden" name="\#(pair.0)" value="\#(pair.1)">"#
    }
    let shown = carried.filter { !$0.0.hasPrefix("_") && !$0.1.isEmpty }.map { pair -> HTML in
      "<li>\(pair.1)</li>"
    }
    return page(
      say("Votre saisie est là", "What you typed is here"),
      """
      <p>\(say("Rien n'est encore enregistré. Continuez pour l'enregistrer.", "Nothing is saved yet. Continue to save it."))</p>
      <ul class="saisie">\(shown)</ul>
      <form method="post" action="\(Link(returningTo: place))">
      <input type="hidden" name="_jeton" value="\(visit.formToken)">\(fields)
      <button>\(say("Continuer", "Continue"))</button></form>
      """)
  }

  // MARK: Going out

  func leave(_ secret: String) throws(Problem) -> ConsoleAnswer {
    try doors.leave(secret)
    var answer = ConsoleAnswer.see(Link("entree"))
    answer.cookies.append((name: Console.cookie, value: ""))
    return answer
  }

  // MARK: The password

  func changePassword(_ visit: Visit, _ secret: String) throws(Problem) -> ConsoleAnswer {
    guard request.isPost, request.path.first == "mot-de-passe" else { return passwordPage(visit) }
    guard request.form["nouveau"] == request.form["encore"] else {
      return passwordPage(
        visit, say("Les deux saisies ne sont pas les mêmes.", "The two entries are not the same."))
    }
    do throws(Problem) {
      try doors.changePassword(
        secret, from: request.form["ancien"] ?? "", to: request.form["nouveau"] ?? "")
    } catch {
      guard [.wrong_password, .weak_password, .account_locked].contains(error.code) else {
        throw error
      }
      return passwordPage(visit, error.sentence(language) + " " + error.hint(language))
    }
    return .see(Link(returningTo: "/"))
  }

  private func passwordPage(_ visit: Visit, _ wrong: String = "") -> ConsoleAnswer {
    let told: HTML = wrong.isEmpty ? .none : #"<p class="erreur" role="alert">\#(wrong)</p>"#
    let why: HTML =
      visit.mustChangePassword
      ? "<p>\(say("Choisissez votre propre mot de passe avant de commencer.", "Choose a password of your own before you begin."))</p>"
      : .none
    let labels = [
      ("ancien", say("Mot de passe actuel", "Current password"), "current-password"),
      (
        "nouveau",
        say(
          "Nouveau mot de passe (douze caractères ou plus)",
          "New password (twelve characters or more)"), "new-password"
      ),
      ("encore", say("Le nouveau, encore une fois", "The new one again"), "new-password"),
    ]
    let fields = labels.map { name, label, kind -> HTML in
      """
      <div class="champ"><label for="\(name)">\(label)</label>
      <input id="\(name)" name="\(name)" type="password" autocomplete="\(kind)" required></div>
      """
    }
    return page(
      say("Mot de passe", "Password"),
      """
      \(why)\(told)<form method="post" action="/mot-de-passe">
      <input type="hidden" name="_jeton" value="\(visit.formToken)">\(fields)
      <button>\(say("Changer", "Change"))</button></form>
      """, status: wrong.isEmpty ? 200 : 422)
  }

  private func page(_ title: String, _ body: HTML, status: Int = 200) -> ConsoleAnswer {
    .page(
      """
      \(Page.head(language))<body class="seul"><main id="contenu"><h1>\(title)</h1>
      \(body)</main></body></html>
      """, status: status)
  }
}
