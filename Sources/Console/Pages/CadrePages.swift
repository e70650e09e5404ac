import Shared
import Work

/// The Cadre de Concertation: members, sessions with their minutes, the roadmap with its quarters.
extension Page {
  func cadre(_ path: [String]) throws(Problem) -> ConsoleAnswer {
    switch path.first {
    case nil: return try cadre()
    case "vote": return try vote()
    default: throw Problem(.not_found)
    }
  }

  func cadre(wrong: String? = nil) throws(Problem) -> ConsoleAnswer {
    let members = try records("cc_member")
    let sessions = try records("session").filter {
      MinutesStep.cadre.contains($0.text("kind") ?? "")
    }
    .sorted { ($0.text("starts_on") ?? "") > ($1.text("starts_on") ?? "") }
    let told: HTML = wrong.map { #"<p class="erreur" role="alert">\#($0)</p>"# } ?? .none
    return try answer(
      say("Cadre de Concertation", "Cadre de Concertation"),
      """
      \(told)\(try votePart())\(try roadmap())
      <h2>\(say("Séances et procès-verbaux", "Sessions and minutes"))</h2>\(try sessionTable(sessions))
      <h2>\(say("Membres", "Members"))</h2>\(memberTable(members))
      """, current: "cadre", status: wrong == nil ? 200 : 422, isWide: true)
  }

  private func roadmap() throws(Problem) -> HTML {
    let items = try records("roadmap_item").sorted {
      ($0.text("code") ?? "") < ($1.text("code") ?? "")
    }
    let progress = try records("roadmap_progress")
    let quarters = Array(Set(progress.compactMap { $0.text("quarter") }).sorted().suffix(4))
    let columns =
      [
        say("Élément", "Item"), say("Chef de file", "Lead"), say("Échéance", "Due"),
        say("Statut", "Status"),
      ] + quarters
    let rows = items.map { item -> HTML in
      let cells = quarters.map { quarter -> HTML in
        let found = progress.first {
          $0["roadmap_code"] == item["code"] && $0.text("quarter") == quarter
        }
        return found.map { anchorTo($0, "\($0.count("progress_pct")) % · \(words($0, "rag"))") }
          ?? HTML("—")
      }
      let isLate = item.day("due_on").map { $0 < sitter.today } ?? false
      let open = !["realise", "abandonne"].contains(item.text("status") ?? "")
      let late: HTML =
        isLate && open ? #" <span class="marque">\#(say("en retard", "late"))</span>"# : .none
      return row(
        anchor(item),
        [
          HTML(item.text("lead_org") ?? ""), "\(words(item, "due_on"))\(late)",
          HTML(words(item, "status")),
        ] + cells, under: columns)
    }
    return "<h2>\(say("Feuille de route", "Roadmap"))</h2>\(cards(columns, rows))"
  }

  private func memberTable(_ members: [Record]) -> HTML {
    let columns = [
      say("Organisation", "Organisation"), say("Type", "Type"), say("Vote", "Vote"),
      say("Statut", "Status"),
    ]
    let rows = members.map { member in
      row(
        anchor(member), ["org_type", "vote_right", "status"].map { HTML(words(member, $0)) },
        under: columns)
    }
    return cards(columns, rows)
  }
}
