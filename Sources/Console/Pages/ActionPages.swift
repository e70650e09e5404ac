import Shared
import Work

/// Actions, those that are late first.
extension Page {
  func actions() throws(Problem) -> ConsoleAnswer {
    let all = try records("action_item").filter {
      !["fait", "annule"].contains($0.text("status") ?? "")
    }
    let mine = all.filter {
      $0.text("owner_person") == sitter.person?.description && sitter.person != nil
    }
    let wanted = request.query["moi"] == "1" ? mine : all
    let sorted = wanted.sorted { ($0.text("due_on") ?? "9999") < ($1.text("due_on") ?? "9999") }
    let columns = [
      say("Action", "Action"), say("Échéance", "Due"), say("Responsable", "Owner"),
      say("Base", "Base"), say("Priorité", "Priority"), say("Statut", "Status"),
    ]
    let rows = sorted.map { action -> HTML in
      let isLate = action.day("due_on").map { $0 < sitter.today } ?? false
      let late: HTML =
        isLate ? #" <span class="marque">\#(say("en retard", "late"))</span>"# : .none
      let owner = action.text("owner_person").flatMap { RecordID($0) }.flatMap {
        try? desk.record("person", $0)
      }
      return row(
        anchor(action),
        [
          "\(orDash(words(action, "due_on")))\(late)",
          HTML(owner.map { words($0, "full_name") } ?? action.text("owner_org") ?? "—"),
          HTML(words(action, "base_code")), HTML(words(action, "priority")),
          HTML(words(action, "status")),
        ], under: columns)
    }
    let own: HTML =
      sitter.person == nil
      ? .none
      : #"<a href="\#(Link("actions", query: [("moi", "1")]))">\#(say("Les miennes", "Mine")) (\#(mine.count))</a>"#
    return try answer(
      say("Actions", "Actions"),
      """
      <p><a class="ajout" href="\(Link("fiches", "action_item", "nouvelle"))">\(say("Ajouter une action", "Add an action"))</a> \(own)</p>
      \(cards(columns, rows))
      """, current: "actions", isWide: true)
  }
}
