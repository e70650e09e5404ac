import Shared
import Work

/// Lights as a shape and a word: the colour only helps.
extension Page {
  func light(_ light: Light) -> HTML {
    let (label, fill, mark): (Label, String, HTML) =
      switch light {
      case .green:
        (
          Label(fr: "Vert", en: "Green"), "#1d6b34",
          #"<path d="M4 8l3 3 5-6" fill="none" stroke="white" stroke-width="2"/>"#
        )
      case .yellow:
        (
          Label(fr: "Jaune", en: "Yellow"), "#e5c100",
          #"<path d="M8 4v5M8 11v1.5" stroke="black" stroke-width="2"/>"#
        )
      case .orange:
        (
          Label(fr: "Orange", en: "Orange"), "#e07b00",
          #"<path d="M8 3v6M8 11v2" stroke="black" stroke-width="2.4"/>"#
        )
      case .red:
        (
          Label(fr: "Rouge", en: "Red"), "#a31616",
          #"<path d="M4.5 4.5l7 7M11.5 4.5l-7 7" stroke="white" stroke-width="2.2"/>"#
        )
      case .grey:
        (
          Label(fr: "Gris", en: "Grey"), "#6a6a6a",
          #"<path d="M6 6a2 2 0 1 1 2.6 2c-.4.2-.6.6-.6 1v.6M8 11.5v1" fill="none" stroke="white" stroke-width="1.6"/>"#
        )
      }
    return """
      <span class="feu"><svg viewBox="0 0 16 16" aria-hidden="true"><circle cx="8" cy="8" r="7.5" fill="\(fill)"/>\(mark)</svg>\
      \(say(label))</span>
      """
  }

  func level(_ level: AlertLevel) -> HTML {
    switch level {
    case .green: light(.green)
    case .yellow: light(.yellow)
    case .orange: light(.orange)
    case .red: light(.red)
    }
  }

  func words(_ reason: Freshness.Reason) -> String {
    switch reason {
    case .silent(let days):
      days.map {
        say(
          "sans nouvelles depuis \($0) jours : état inconnu", "silent for \($0) days: state unknown"
        )
      }
        ?? say("jamais synchronisé : état inconnu", "never synced: state unknown")
    case .noValidPack: say("pas de pack valide", "no valid pack")
    case .incomplete(let count):
      count == 1
        ? say("soumis sans une rubrique", "submitted without one section")
        : say("soumis sans \(count) rubriques", "submitted without \(count) sections")
    case .reviewOverdue(let days):
      days == 0
        ? say("sans date de révision", "no review date")
        : say("révision échue depuis \(days) jours", "review overdue by \(days) days")
    case .reviewDue(let days): say("à réviser dans \(days) jours", "review due in \(days) days")
    case .neverTested(let count):
      count == 1
        ? say("un numéro jamais essayé", "one number never tested")
        : say("\(count) numéros jamais essayés", "\(count) numbers never tested")
    case .untested(let count, let days):
      count == 1
        ? say("un numéro non essayé depuis \(days) jours", "one number not tested for \(days) days")
        : say(
          "\(count) numéros non essayés, le plus ancien depuis \(days) jours",
          "\(count) numbers not tested, the oldest for \(days) days")
    case .testFailed(let count):
      count == 1
        ? say("un numéro qui n'a pas répondu", "one number that did not answer")
        : say(
          "\(count) numéros qui n'ont pas répondu", "\(count) numbers that did not answer")
    case .toRevise(true):
      say("à réviser après un incident grave", "to be revised after a grave incident")
    case .toRevise(false): say("à réviser", "to be revised")
    case .littleRead(let percent):
      say("lu par \(percent) % du personnel", "read by \(percent) % of staff")
    }
  }

  func words(_ reason: RevisionReason) -> HTML {
    switch reason {
    case .stated: HTML(say("demandé", "asked for"))
    case .contentChanged:
      HTML(
        say(
          "une rubrique ou un numéro a changé depuis la validation",
          "a section or a number changed since the approval"))
    case .incident(let record): "\(say("incident grave", "grave incident")) : \(anchor(record))"
    case .alert(let record): "\(say("niveau relevé", "level raised")) : \(anchor(record))"
    }
  }
}
