import Foundation
package import Shared
import Storage

/// What a look at a laptop found, each with what to do about it.
package struct Checkup: Sendable {
  package enum Subject: String, Sendable, CaseIterable {
    case records, disk, swap, files, space, link, certificate, clock, contact, unsent, refused
    case identity, program
  }

  package enum State: String, Sendable { case good, look, bad }

  package struct Finding: Sendable {
    package let subject: Subject
    package let state: State
    package let text: Label
    package let hint: Label?
  }

  package internal(set) var findings: [Finding] = []
  /// Whether the records did not open because they are sealed.
  private var isLocked = false

  package func state(of subject: Subject) -> State? {
    findings.first { $0.subject == subject }?.state
  }

  mutating func note(
    _ subject: Subject, _ state: State, fr: String, en: String,
    hint: (fr: String, en: String)? = nil
  ) {
    findings.append(
      Finding(
        subject: subject, state: state, text: Label(fr: fr, en: en),
        hint: hint.map { Label(fr: $0.fr, en: $0.en) }))
  }

  mutating func note(_ subject: Subject, _ state: State, _ problem: Problem) {
    note(
      subject, state, fr: problem.sentence(.fr), en: problem.sentence(.en),
      hint: (problem.hint(.fr), problem.hint(.en)))
  }
}

extension Checkup {
  /// Bytes below which a disk needs care, and below which nothing can be counted on.
  static let (littleSpace, noSpace) = (UInt64(500_000_000), UInt64(20_000_000))
  /// Milliseconds without Bamako after which somebody should ask why.
  static let silence: Int64 = 14 * 86_400_000
  /// Milliseconds before the end of the hub's certificate from which it is told.
  static let certificateWarning: Int64 = 30 * 86_400_000
  /// Milliseconds that something may wait to be sent.
  static let patience: Int64 = 3 * 86_400_000

  /// Looks at a device's folder, and asks Bamako how it is. Nothing is changed or synced, and what
  /// cannot be looked at is a finding, too.
  package static func look(
    at directory: String, surroundings: Surroundings, disk: DiskEncryption.Sources = .system()
  ) async -> Checkup {
    var checkup = Checkup()
    let laptop = checkup.open(directory, surroundings)
    let isSealed = laptop?.client.replica.isSealed ?? checkup.isLocked
    checkup.lookAtDisk(directory, isSealed: isSealed, disk)
    checkup.lookAtSwap(disk)
    checkup.lookAtFiles(directory)
    checkup.lookAtSpace(directory)
    guard let (client, status) = laptop else { return checkup }
    let hub = await checkup.ask(client)
    checkup.lookAtClock(client, status, hub: hub)
    checkup.lookAtStanding(client, status)
    return checkup
  }

  /// What tells to go on with a sync.
  static let sync = (fr: "Lancez : djoliba synchroniser.", en: "Run: djoliba sync.")

  private mutating func open(
    _ directory: String, _ surroundings: Surroundings
  ) -> (client: FieldClient, status: FieldStatus)? {
    do throws(Problem) {
      let client = try FieldClient(directory: directory, surroundings: surroundings)
      let status = try client.status()
      note(.records, .good, fr: "Les fiches s'ouvrent.", en: "The records open.")
      return (client, status)
    } catch {
      note(.records, .bad, error)
      isLocked = [.no_key, .passphrase_needed, .wrong_passphrase].contains(error.code)
      return nil
    }
  }

  private mutating func lookAtDisk(
    _ directory: String, isSealed: Bool, _ sources: DiskEncryption.Sources
  ) {
    let remedy = (
      fr: "Scellez les fiches : djoliba seal --passphrase, ou faites chiffrer le disque (LUKS).",
      en: "Seal the records: djoliba seal --passphrase, or have the disk encrypted (LUKS)."
    )
    switch (DiskEncryption.of(directory, sources), isSealed) {
    case (.encrypted, _):
      note(.disk, .good, fr: "Le disque est chiffré.", en: "The disk is encrypted.")
    case (_, true):
      note(.disk, .good, fr: "Les fiches sont scellées.", en: "The records are sealed.")
    case (.plain, false):
      note(
        .disk, .bad, fr: "Ni le disque n'est chiffré, ni les fiches scellées : un voleur les lit.",
        en: "Neither is the disk encrypted nor are the records sealed: a thief reads them.",
        hint: remedy)
    case (.unknown, false):
      note(
        .disk, .look, fr: "Le chiffrement de ce disque ne se voit pas d'ici.",
        en: "Whether this disk is encrypted cannot be seen from here.", hint: remedy)
    }
  }

  /// Keys and records are in memory while a program runs.
  private mutating func lookAtSwap(_ sources: DiskEncryption.Sources) {
    guard let open = DiskEncryption.openSwap(sources).first else {
      return note(
        .swap, .good, fr: "La mémoire n'est pas écrite en clair sur le disque.",
        en: "Memory is not written to the disk in the open.")
    }
    note(
      .swap, .look, fr: "La mémoire peut être écrite en clair sur le disque : \(open)",
      en: "Memory may be written to the disk in the open: \(open)",
      hint: (
        fr: "Faites chiffrer l'espace d'échange (crypttab), ou coupez-le : swapoff -a.",
        en: "Have the swap space encrypted (crypttab), or turn it off: swapoff -a."
      ))
  }

  private mutating func lookAtFiles(_ directory: String) {
    let names = ["", "/device.json", "/replica.sqlite", "/replica.sqlite-wal", "/key.json"]
    let open = names.map { directory + $0 }.first { path in
      let attributes = try? FileManager.default.attributesOfItem(atPath: path)
      return ((attributes?[.posixPermissions] as? NSNumber)?.intValue ?? 0) & 0o077 != 0
    }
    guard let open else {
      return note(
        .files, .good, fr: "Le dossier n'est ouvert qu'à vous.",
        en: "The folder is open to you alone.")
    }
    note(
      .files, .look, fr: "D'autres comptes de cette machine peuvent lire : \(open)",
      en: "Other accounts of this machine can read: \(open)",
      hint: (fr: "Lancez : chmod -R go= \(directory)", en: "Run: chmod -R go= \(directory)"))
  }

  private mutating func lookAtSpace(_ directory: String) {
    let free = FreeSpace.bytes(at: directory + "/replica.sqlite")
    let megabytes = free / 1_000_000
    guard free < Self.littleSpace else {
      return note(
        .space, .good, fr: "Place libre : \(megabytes) Mo.", en: "Free space: \(megabytes) MB.")
    }
    note(
      .space, free < Self.noSpace ? .bad : .look, fr: "Place libre : \(megabytes) Mo seulement.",
      en: "Free space: only \(megabytes) MB.",
      hint: (
        fr: "Déplacez des photos ou des vidéos ; ne touchez pas au dossier de Djoliba.",
        en: "Move photographs or videos away; leave Djoliba's folder alone."
      ))
  }
}
