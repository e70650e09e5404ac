package import Shared

/// What is voted on: a subject as its signatures name it, in one version.
package struct VoteSubject: Hashable, Sendable, Comparable {
  package let name: String
  package let version: String?

  package init(name: String, version: String?) {
    self.name = name
    self.version = version
  }

  /// The newest version last.
  package static func < (a: VoteSubject, b: VoteSubject) -> Bool {
    a.name == b.name ? a.parts.lexicographicallyPrecedes(b.parts) : a.name < b.name
  }

  private var parts: [Int] { (version ?? "").split(separator: ".").map { Int($0) ?? 0 } }

  /// What signatures voted on.
  package static func all(_ signatures: [Record]) -> [VoteSubject] {
    let named = signatures.filter { $0.text("subject_type") == "roadmap" }.compactMap { vote in
      vote.text("subject_id").map { VoteSubject(name: $0, version: vote.text("subject_version")) }
    }
    return Set(named).sorted()
  }
}

/// What the members of the Cadre decided about a version of the roadmap.
package struct Votes: Sendable, Equatable {
  package let inFavour: Int
  package let against: Int
  package let abstained: Int
  /// Active members with the right to vote.
  package let voters: Int
  /// Organisations that have yet to say something.
  package let silent: [String]

  /// More than half of those who may vote, present or not.
  package var isCarried: Bool { inFavour * 2 > voters }

  /// - Parameters:
  ///   - signatures: of any subject.
  package init(on subject: VoteSubject, signatures: [Record], members: [Record]) {
    let names = Self.entitled(members)
    let cast = signatures.filter {
      $0.text("subject_type") == "roadmap" && $0.text("subject_id") == subject.name
        && $0.text("subject_version") == subject.version
        && names.contains($0.text("signer_org") ?? "")
    }
    // An organisation has one voice, whoever raises its hand; the first one is it.
    var voices: [String: String] = [:]
    for vote in cast {
      guard let act = vote.text("act"), let name = vote.text("signer_org") else { continue }
      if Self.acts.contains(act) && voices[name] == nil { voices[name] = act }
    }
    func count(_ act: String) -> Int { voices.values.count { $0 == act } }
    inFavour = count("vote_pour")
    against = count("vote_contre")
    abstained = count("abstention")
    voters = names.count
    silent = names.filter { voices[$0] == nil }.sorted()
  }

  /// The organisations of the active members with the right to vote.
  package static func entitled(_ members: [Record]) -> Set<String> {
    Set(
      members.filter { $0.text("status") == "actif" && $0.isTrue("vote_right") }
        .compactMap { $0.text("organisation") })
  }

  package static let acts = ["vote_pour", "vote_contre", "abstention"]
}
