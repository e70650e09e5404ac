import Shared
import Work

/// The votes of the Cadre's members on its roadmap, version by version: what stands, and the form by
/// which a voice is noted.
extension Page {
  func votePart() throws(Problem) -> HTML {
    let members = try records("cc_member")
    let signatures = try records("signature", [("subject_type", "roadmap")])
    let subjects = VoteSubject.all(signatures)
    let results = subjects.map { subject in
      result(subject, Votes(on: subject, signatures: signatures, members: members))
    }
    return "\(results)\(try voteForm(subjects.last, signatures, members))"
  }

  private func result(_ subject: VoteSubject, _ votes: Votes) -> HTML {
    let carried =
      votes.isCarried ? say("adoptée", "carried") : say("pas encore adoptée", "not carried yet")
    return """
      <p><strong>\(subject.name) \(subject.version ?? "") : \(carried)</strong> — \(say("pour", "in favour")) \(votes.inFavour), \
      \(say("contre", "against")) \(votes.against), \(say("abstentions", "abstentions")) \(votes.abstained), \
      \(say("sur", "of")) \(votes.voters) \(say("voix", "votes"))</p>
      """
  }

  /// Whoever keeps the members' list notes their voices.
  private var mayNoteVotes: Bool {
    (schema[type: "cc_member"].map(sitter.mayWrite) ?? false) && maySign
  }

  private func voteForm(
    _ last: VoteSubject?, _ signatures: [Record], _ members: [Record]
  ) throws(Problem) -> HTML {
    guard mayNoteVotes else { return .none }
    let subject = last ?? VoteSubject(name: "FEUILLE-\(sitter.today.parts.year)", version: "1.0")
    let votes = Votes(on: subject, signatures: signatures, members: members)
    let asked = SigningForm(
      page: self, action: Link("cadre", "vote"), question: say("Qui vote", "Who votes"),
      button: say("Noter cette voix", "Note this vote"),
      staff: try records("person", [("active", 1), ("base_code", "BKO")]), acts: Votes.acts,
      organisations: votes.silent, before: subjectFields(subject))
    let open: HTML = request.isPost ? " open" : .none
    return """
      <details\(open)><summary>\(say("Noter une voix", "Note a vote"))</summary>\
      <p class="aide">\(say("Une voix par organisation ; la première compte.", "One vote for each organisation; the first one counts."))</p>\(asked.html)</details>
      """
  }

  private func subjectFields(_ subject: VoteSubject) -> HTML {
    """
    <div class="champ"><label for="sujet">\(say("Sur quoi", "On what"))</label>
    <input id="sujet" name="sujet" required maxlength="60" value="\(form["sujet"] ?? subject.name)"></div>
    <div class="champ"><label for="version">\(say("Version", "Version"))</label>
    <input id="version" name="version" required maxlength="20" value="\(form["version"] ?? subject.version ?? "")"></div>
    """
  }

  func vote() throws(Problem) -> ConsoleAnswer {
    guard request.isPost else { throw Problem(.not_found) }
    guard mayNoteVotes else { throw Problem(.role_not_allowed) }
    let (name, version) = ((form["sujet"] ?? "").trimmed, (form["version"] ?? "").trimmed)
    let act = form["acte"] ?? ""
    let organisation = (form["organisation"] ?? "").trimmed
    let members = try records("cc_member")
    guard !name.isEmpty, !version.isEmpty, Votes.acts.contains(act) else {
      return try cadre(
        wrong: say(
          "Dites sur quoi, quelle version, et quelle voix.",
          "Say on what, which version, and which vote."))
    }
    guard Votes.entitled(members).contains(organisation) else {
      return try cadre(
        wrong: say(
          "Cette organisation n'est pas un membre actif avec droit de vote.",
          "This organisation is no active member with the right to vote."))
    }
    let signatures = try records("signature", [("subject_type", "roadmap")])
    let subject = VoteSubject(name: name, version: version)
    let votes = Votes(on: subject, signatures: signatures, members: members)
    guard votes.silent.contains(organisation) else {
      return try cadre(
        wrong: say("Cette organisation a déjà voté.", "This organisation has voted already."))
    }
    let (wrong, isNew) = try writeSignature([
      "subject_type": "roadmap", "subject_id": .text(name), "subject_version": .text(version),
      "act": .text(act), "base_code": .text(sitter.base ?? "BKO"),
    ])
    if let wrong { return try cadre(wrong: wrong) }
    guard isNew else {
      return try cadre(
        wrong: say(
          "Une voix porte déjà ce nom : écrivez-le en entier, ou avec son organisation.",
          "A vote bears this name already: write it in full, or with its organisation."))
    }
    return done(Link("cadre"), say("Voix notée.", "Vote noted."))
  }
}
