import Shared
import Work

/// The Cadre de Concertation: members, sessions with their minutes, the roadmap with its quarters.
extension Page {
  func cadre() throws(Problem) -> ConsoleAnswer {
    let members = try records("cc_member")
    let signatures = try records("signature", [("subject_type", "roadmap")])
    let sessions = try records("session").filter {
      MinutesStep.cadre.contains($0.text("kind") ?? "")
    }
    .sorted { ($0.text("starts_on") ?? "") > ($1.text("starts_on") ?? "") }
    return try answer(
      say("Cadre de Concertation", "Cadre de Concertation"),
      """
      \(votes(signatures, members))\(try roadmap())
      <h2>\(say("Séances et procès-verbaux", "Sessions and minutes"))</h2>\(try sessionTable(sessions))
      <h2>\(say("Membres", "Members"))</h2>\(memberTable(members))
      """, current: "cadre", isWide: true)
  }

  private func votes(_ signatures: [Record], _ members: [Record]) -> HTML {
    let subjects = Set(signatures.compactMap { $0.text("subject_id") }).sorted()
    return subjects.map { subject -> HTML in
      let votes = Votes(on: subject, version: nil, signatures: signatures, members: members)
      let carried =
        votes.isCarried ? say("adoptée", "carried") : say("pas encore adoptée", "not carried yet")
      return """
        <p><strong>\(subject) : \(carried)</strong> — \(say("pour", "in favour")) \(votes.inFavour), \
        \(say("contre", "against")) \(votes.against), \(say("abstentions", "abstentions")) \(votes.abstained), \
        \(say("sur", "of")) \(votes.voters) \(say("voix", "votes"))</p>
        """
    }.joined(by: "")
  }

  private func roadmap() throws(Problem) -> HTML {
    let items = try records("roadmap_item").sorted {
      ($0.text("code") ?? "") < ($1.text("code") ?? "")
    }
    let progress = try records("roadmap_progress")
    let quarters = Array(Set(progress.compactMap { $0.text("quarter") }).sorted().suffix(4))
    let rows = items.map { item -> HTML in
      let cells = quarters.map { quarter -> HTML in
        let found = progress.first {
          $0["roadmap_code"] == item["code"] && $0.text("quarter") == quarter
        }
        return
          "<td>\(found.map { anchorTo($0, "\($0.count("progress_pct")) % · \(words($0, "rag"))") } ?? HTML("—"))</td>"
      }
      let isLate = item.day("due_on").map { $0 < sitter.today } ?? false
      let open = !["realise", "abandonne"].contains(item.text("status") ?? "")
      let late: HTML =
        isLate && open ? #" <span class="marque">\#(say("en retard", "late"))</span>"# : .none
      return """
        <tr><th scope="row">\(anchor(item))</th><td>\(item.text("lead_org") ?? "")</td><td>\(words(item, "due_on"))\(late)</td>\
        <td>\(words(item, "status"))</td>\(cells)</tr>
        """
    }
    let heads =
      ([
        say("Élément", "Item"), say("Chef de file", "Lead"), say("Échéance", "Due"),
        say("Statut", "Status"),
      ] + quarters)
      .map { head -> HTML in #"<th scope="col">\#(head)</th>"# }
    return """
      <h2>\(say("Feuille de route", "Roadmap"))</h2><div class="defile" tabindex="0"><table><thead><tr>\(heads)</tr></thead>\
      <tbody>\(rows)</tbody></table></div>
      """
  }

  private func memberTable(_ members: [Record]) -> HTML {
    let rows = members.map { member -> HTML in
      """
      <tr><th scope="row">\(anchor(member))</th><td>\(words(member, "org_type"))</td><td>\(words(member, "vote_right"))</td>\
      <td>\(words(member, "status"))</td></tr>
      """
    }
    let heads = [
      say("Organisation", "Organisation"), say("Type", "Type"), say("Vote", "Vote"),
      say("Statut", "Status"),
    ]
    .map { head -> HTML in #"<th scope="col">\#(head)</th>"# }
    return """
      <div class="defile" tabindex="0"><table><thead><tr>\(heads)</tr></thead>\
      <tbody>\(rows)</tbody></table></div>
      """
  }
}
