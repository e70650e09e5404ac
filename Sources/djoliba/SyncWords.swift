import FieldClient
import Shared
import Terminal

extension SyncReport {
  var json: JSONValue {
    var members: [String: JSONValue] = [
      "complete": .bool(complete), "requests": .int(Int64(requests)), "sent": .int(Int64(sent)),
      "admitted": .int(Int64(admitted)), "superseded": .int(Int64(superseded)),
      "conflicts": .int(Int64(conflicts)), "refused": .int(Int64(refused)),
      "received": .int(Int64(received)), "left": .int(Int64(left + handedOver)),
      "pending": .int(Int64(pending)), "bytes_sent": .int(Int64(bytesSent)),
      "bytes_received": .int(Int64(bytesReceived)), "round_trips": .int(Int64(requests)),
      "seconds": .real(seconds), "clock_error_ms": .int(clockError),
      "restamped": .int(Int64(restamped)),
      "digests_equal": digestsEqual.map { .bool($0) } ?? .null,
    ]
    if held > 0 { members["held"] = .int(Int64(held)) }
    if bytesWasted > 0 { members["bytes_wasted"] = .int(Int64(bytesWasted)) }
    if repaired > 0 { members["repaired"] = .int(Int64(repaired)) }
    return .object(members)
  }

  /// What the exit code has to say about a sync that came back.
  ///
  /// - Throws: `.interrupted` when something is still to exchange, `.digest_mismatch`,
  ///   `.changes_refused`.
  func throwIfUnfinished() throws(Problem) {
    if !complete { throw Problem(.interrupted) }
    if digestsEqual == false {
      let scopes = unequal.map(\.description).sorted()
      throw Problem(.digest_mismatch, at: scopes.joined(separator: ", "))
    }
    if refused > 0 { throw Problem(.changes_refused) }
  }
}

extension Printer {
  /// A report as one JSON object, or in words.
  func out(report: SyncReport) throws(Problem) {
    if json { return try out(report.json) }
    for line in report.lines { try out(line[language]) }
  }
}

extension SyncReport {
  /// The report in words, what did not happen left out.
  fileprivate var lines: [Label] {
    [
      sentLine, handedOverLine, receivedLine, pendingLine, heldLine, clockLine, restampedLine,
      repairedLine, trafficLine,
    ]
    .compactMap(\.self)
  }

  private var sentLine: Label {
    if sent == 0 { return Label(fr: "Rien à envoyer.", en: "Nothing to send.") }
    let counts = [
      (admitted, Label(fr: "admises", en: "admitted")),
      (
        superseded,
        Label(fr: "déjà plus récentes à Bamako ou proposées", en: "newer in Bamako or proposed")
      ),
      (conflicts, Label(fr: "en conflit", en: "in conflict")),
      (refused, Label(fr: "refusées", en: "refused")),
    ].filter { $0.0 > 0 }
    let fr = counts.map { "\($0.1.fr) : \($0.0)" }.joined(separator: ", ")
    let en = counts.map { "\($0.1.en): \($0.0)" }.joined(separator: ", ")
    return Label(
      fr: "Fiches envoyées à Bamako : \(sent)\(counts.isEmpty ? "" : " (\(fr))").",
      en: "Records sent to Bamako: \(sent)\(counts.isEmpty ? "" : " (\(en))").")
  }

  private var handedOverLine: Label? {
    handedOver == 0
      ? nil
      : Label(
        fr: "Confiées à Bamako, qui seul les garde ; elles ne sont plus ici : \(handedOver).",
        en: "Handed over to Bamako, which alone keeps them; no longer here: \(handedOver).")
  }

  private var receivedLine: Label {
    let (fr, en) =
      left > 0 ? (" ; sorties de cette base : \(left)", "; left this base: \(left)") : ("", "")
    return Label(fr: "Fiches reçues : \(received)\(fr).", en: "Records received: \(received)\(en).")
  }

  private var pendingLine: Label? {
    pending == 0
      ? nil : Label(fr: "Encore non envoyées : \(pending).", en: "Still unsent: \(pending).")
  }

  private var heldLine: Label? {
    held == 0
      ? nil
      : Label(
        fr: "Elles attendent que le serveur de Bamako soit mis à jour : \(held).",
        en: "They wait until the hub in Bamako is upgraded: \(held).")
  }

  private var clockLine: Label? { ClockWords.line(error: clockError) }

  private var restampedLine: Label? {
    restamped == 0
      ? nil
      : Label(
        fr: "Modifications redatées à l'heure de Bamako : \(restamped).",
        en: "Changes dated again by the hub's clock: \(restamped).")
  }

  private var repairedLine: Label? {
    repaired == 0
      ? nil
      : Label(
        fr: "Fiches qui différaient de Bamako, réparées : \(repaired).",
        en: "Records that differed from Bamako, mended: \(repaired).")
  }

  private var trafficLine: Label? {
    // What a stick brought used no link.
    guard requests > 0 else { return nil }
    func text(_ language: Language) -> String {
      let (up, down) = (Amounts.bytes(bytesSent, language), Amounts.bytes(bytesReceived, language))
      let time = Amounts.duration(seconds: seconds)
      return language == .fr
        ? "\(up) envoyés, \(down) reçus, \(requests) aller-retour, \(time)."
        : "\(up) up, \(down) down, round trips: \(requests), \(time)."
    }
    return Label(fr: text(.fr), en: text(.en))
  }
}

/// What is said of this machine's clock.
enum ClockWords {
  /// Nil for a clock that is near enough.
  static func line(error milliseconds: Int64) -> Label? {
    guard milliseconds.magnitude > Limits.clockTolerance.magnitude else { return nil }
    let size = Amounts.duration(seconds: Double(milliseconds.magnitude) / 1000)
    return milliseconds > 0
      ? Label(
        fr: "Horloge décalée : en avance de \(size).", en: "Clock drift: \(size) ahead.")
      : Label(
        fr: "Horloge décalée : en retard de \(size).", en: "Clock drift: \(size) behind.")
  }
}
