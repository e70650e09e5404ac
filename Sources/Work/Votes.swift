package import Shared

/// What the members of the Cadre decided about a version of the roadmap.
package struct Votes: Sendable, Equatable {
  package let inFavour: Int
  package let against: Int
  package let abstained: Int
  /// Active members with the right to vote.
  package let voters: Int

  /// More than half of those who may vote, present or not.
  package var isCarried: Bool { inFavour * 2 > voters }

  /// - Parameters:
  ///   - signatures: of any subject.
  ///   - subject: as signatures name it.
  package init(on subject: String, version: String?, signatures: [Record], members: [Record]) {
    let entitled = members.filter { $0.text("status") == "actif" && $0.isTrue("vote_right") }
    let names = Set(entitled.compactMap { $0.text("organisation") })
    let cast = signatures.filter {
      $0.text("subject_type") == "roadmap" && $0.text("subject_id") == subject
        && (version == nil || $0.text("subject_version") == version)
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
    voters = entitled.count
  }

  private static let acts: Set = ["vote_pour", "vote_contre", "abstention"]
}
