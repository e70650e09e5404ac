import Foundation
import Shared

/// What Bamako says of itself at `/v1/health`.
struct HubHealth: Decodable, Sendable {
  /// Milliseconds since 1970; nil from a hub that does not say.
  let now: Int64?
}

extension Checkup {
  /// Asks the hub how it is. A laptop without a network is no ill laptop.
  mutating func ask(_ client: FieldClient) async -> HubHealth? {
    do throws(Problem) {
      let answer = try await client.transport.exchange(
        HTTPRequest(method: .get, path: "/v1/health", responseLimit: 10_000)
      ) { _ in }
      if let problem = problem(from: answer) { throw problem }
      guard let health = try? JSONDecoder().decode(HubHealth.self, from: Data(answer.body)) else {
        throw Problem(.not_understood)
      }
      note(.link, .good, fr: "Bamako répond.", en: "The hub answers.")
      lookAtCertificate(answer.certificateEnd, now: health.now ?? client.surroundings.now())
      return health
    } catch {
      note(.link, error.code == .untrusted_hub ? .bad : .look, error)
      return nil
    }
  }

  /// - Parameter now: by the hub's clock, since this machine's may be anything.
  mutating func lookAtCertificate(_ end: Int64?, now: Int64) {
    guard let end else { return }
    let days = (end - now) / 86_400_000
    let isNear = end - now < Self.certificateWarning
    note(
      .certificate, isNear ? .look : .good,
      fr: "Le certificat de Bamako vaut encore \(days) jour(s).",
      en: "The hub's certificate holds for \(days) more day(s).",
      hint: isNear
        ? (
          fr: "Prévenez Bamako, qui le renouvelle : djoliba-server address, puis redémarrer.",
          en: "Tell Bamako, where it is renewed: djoliba-server address, then restart."
        ) : nil)
  }

  mutating func lookAtClock(_ client: FieldClient, _ status: FieldStatus, hub: HubHealth?) {
    let asked = hub?.now.map { client.surroundings.now() - $0 }
    guard let error = asked ?? status.clockError else {
      return note(
        .clock, .look, fr: "L'horloge n'a pas encore été comparée à celle de Bamako.",
        en: "The clock was not compared with the hub's yet.",
        hint: Self.sync)
    }
    let seconds = error.magnitude / 1000
    guard error.magnitude > UInt64(Limits.clockTolerance) else {
      return note(
        .clock, .good, fr: "L'horloge est à l'heure de Bamako.",
        en: "The clock agrees with the hub's.")
    }
    note(
      .clock, .look, fr: "L'horloge est décalée de \(seconds) s.",
      en: "The clock is off by \(seconds) s.",
      hint: (
        fr: "Réglez la date et l'heure ; les modifications sont redatées de toute façon.",
        en: "Set date and time; changes are dated anew in any case."
      ))
  }

  mutating func lookAtStanding(_ client: FieldClient, _ status: FieldStatus) {
    // By the last time that the hub told, corrected by how wrong this clock was then.
    let silence = status.lastSync.map {
      max(0, client.surroundings.now() - (status.clockError ?? 0) - $0)
    }
    lookAtContact(silence)
    lookAtWaiting(status, silence)
    if status.sharedAt != nil {
      note(
        .identity, .bad, fr: "Une autre machine utilise l'identité de celle-ci.",
        en: "Another machine uses this one's identity.",
        hint: (fr: "Prévenez Bamako. Rien n'est perdu.", en: "Tell Bamako. Nothing is lost."))
    }
    if status.awaitsProgram {
      note(
        .program, .look, fr: "Bamako a de nouveaux types ou champs que ce programme ne montre pas.",
        en: "Bamako has new types or fields that this program does not show.",
        hint: (fr: "Mettez le programme à jour.", en: "Upgrade the program."))
    } else {
      note(
        .program, .good, fr: "Le programme connaît le schéma de Bamako.",
        en: "The program knows the hub's schema.")
    }
  }

  private mutating func lookAtContact(_ silence: Int64?) {
    guard let silence else {
      return note(
        .contact, .look, fr: "Jamais synchronisé avec Bamako.", en: "Never synced with the hub.",
        hint: Self.sync)
    }
    let days = silence / 86_400_000
    note(
      .contact, silence > Self.silence ? .look : .good,
      fr: "Dernière synchronisation il y a \(days) jour(s).", en: "Last sync \(days) day(s) ago.",
      hint: silence > Self.silence ? Self.sync : nil)
  }

  private mutating func lookAtWaiting(_ status: FieldStatus, _ silence: Int64?) {
    let isOld = status.pending > 0 && (silence ?? .max) > Self.patience
    note(
      .unsent, isOld ? .look : .good, fr: "Non envoyées : \(status.pending).",
      en: "Unsent: \(status.pending).", hint: isOld ? Self.sync : nil)
    guard status.refused > 0 else { return }
    note(
      .refused, .look, fr: "Refusées par Bamako : \(status.refused).",
      en: "Refused by the hub: \(status.refused).",
      hint: (fr: "Voyez : djoliba refused.", en: "See: djoliba refused."))
  }
}
