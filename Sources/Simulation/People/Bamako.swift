import FieldClient
import GRDB
import Shared
import SyncServer

// What coordinators do at the hub.

extension World {
  /// A table is loaded that changes a record, or brings one.
  func hubEdits(_ dice: inout Dice) {
    atHub {
      let type = dice.pick(Vocabulary.types(hub.schema))
      let known = try ids(type)
      let fields = fields(type, hub.schema)
      let isNew = known.isEmpty || dice.once(in: 4)
      var values =
        isNew ? newValues(type, hub.schema, &dice) : [entered(type, dice.pick(fields), &dice)]
      if isNew && type == "tally" {
        values.append(
          Entered(field: "month", value: .text(dice.pick(Vocabulary.months)), mark: nil))
      }
      let given = Dictionary(uniqueKeysWithValues: values.map { ($0.field, $0.value) })
      let id =
        natural(type, given)
        ?? (isNew
          ? RecordID.v7(milliseconds: UInt64(time), random: (draw(), draw())) : dice.pick(known))
      let key = RecordKey(type: type, id: id.description)
      let rows = [LoadRow(type: type, id: id, values: given)]
      guard let report = try loaded(rows, key) else { return }
      let isTaken = report.refusals.isEmpty && report.deleted == 0 && report.kept == 0
      // What it leaves as it was is in no need of a place.
      book.wrote(-1, key, values.map { ($0.field, isTaken ? $0.mark : nil) })
      hasActed = isTaken
      say("    Bamako \(key) \(values.map(\.field)) \(isTaken)")
    }
  }

  /// Nil when the hub went down before it could tell.
  private func loaded(_ rows: [LoadRow], _ key: RecordKey) throws -> LoadReport? {
    do {
      return try hub.hub().load(rows, language: .en)
    } catch {
      guard hub.disk.isDown else { throw error }
      book.mayHaveWritten(-1, key, rows[0].values.keys.sorted())
      say("    Bamako \(key), perhaps")
      return nil
    }
  }

  func hubSettles(_ dice: inout Dice, restoring: Bool) {
    atHub {
      let open = try hub.hub().conflicts()
        .filter { $0.status != "kept" && $0.status != "restored" }.sorted { $0.id < $1.id }
      guard !open.isEmpty else { return }
      let conflict = dice.pick(open)
      say("    conflict \(conflict.id) on \(conflict.type).\(conflict.field)")
      guard restoring else {
        try hub.hub().keepConflict(conflict.id)
        return hasActed = true
      }
      book.wrote(
        -1, RecordKey(type: conflict.type, id: conflict.record.description),
        [(conflict.field, nil)])
      try hub.hub().restoreConflict(conflict.id, language: .en)
      hasActed = true
    }
  }

  /// The hub starts again with a newer schema; devices hear of it when they sync.
  func hubUpgrades() {
    hasActed = hub.schema.version < scaffold.template.newer.version
    hub.schema = scaffold.template.newer
    hub.close()
    atHub { _ = try hub.hub() }
  }

  /// Last night's copy takes the place of the hub's disk; the devices know what came after it.
  func hubGoesBack(_ dice: inout Dice) {
    guard let copy = hub.copy else {
      hub.copy = hub.disk.copy()
      return say("    the hub is copied")
    }
    let current = (try? hubsCurrentValues()) ?? []
    laptops.forEach(noteAcknowledged)
    hub.close()
    doubtAll()
    hub.disk.replace(with: copy)
    if dice.once(in: 2) { hub.copy = nil }
    hasActed = true
    say("    the hub is that of the copy")
    atHub {
      // Who restores a backup has this done; who puts a disk back does not.
      if dice.once(in: 2) { _ = try hub.hub().beginAnew(by: "simulate") }
      // History and conflicts since the copy are gone. What stood can be given back.
      hubWentBack = true
      graves = [:]
      let devices = try hub.store().read { try $0.devices() }
      for laptop in laptops {
        let device = devices.first { $0.number == laptop.device }
        laptop.grant = device?.grant ?? laptop.grant
        // Who was enrolled since the copy is unknown.
        laptop.isRevoked = device?.state != .active
      }
      try loseWhatNobodyGivesBack(current)
    }
  }

  /// What the hub has of a laptop's writes, which a sync that was cut short did not say.
  func noteAcknowledged(_ laptop: Laptop) {
    // A look at its status sorts out what was written by SQL.
    guard (try? laptop.client().status()) != nil, let waiting = try? waitingFields(laptop),
      let hubs = try? hubsValues()
    else { return }
    book.acknowledged(laptop.index, hubs, except: waiting)
  }

  /// After the hub went back: what it does not have, and no device that is let in can give it.
  func loseWhatNobodyGivesBack(_ current: Set<String>) throws {
    let held = try laptops.filter { try !$0.isRevoked && !hasForgottenCursors($0) }
      .reduce(into: Set()) { $0.formUnion(try heldValues($1, where: $1.readable)) }
    let left = try hubsValues().union(held.intersection(current))
    book.lost { !left.contains($0) }
  }

  /// Who has no cursor to show gives back its own writing alone.
  private func hasForgottenCursors(_ laptop: Laptop) throws -> Bool {
    try laptop.read { db in
      try Bool.fetchOne(db, sql: "SELECT EXISTS(SELECT 1 FROM _scope WHERE mark = 1)")!
    }
  }

  /// A device may read and write other scopes from now on.
  func hubGrants(_ laptop: Laptop, _ dice: inout Dice) {
    let scopes = Vocabulary.scopes.compactMap { Scope($0) }
    let read = scopes.filter { _ in !dice.once(in: 2) }
    let write = read.filter { _ in !dice.once(in: 3) }
    let grant = Grant(read: Set(read), write: Set(write), everything: dice.once(in: 4))
    atHub {
      try hub.hub().setGrant(grant, role: nil, of: laptop.device)
      for machine in laptops where machine.device == laptop.device { machine.grant = grant }
      hasActed = true
      say("    \(laptop) may read \(grant.everything ? "all" : "\(read)")")
      guard hubWentBack else { return }
      let held = try laptops.reduce(into: Set()) { $0.formUnion(try heldValues($1)) }
      try loseWhatNobodyGivesBack(held)
    }
  }

  /// Somebody's right: a record and all that was written of it goes, whoever else wrote it.
  func hubErases(_ dice: inout Dice) {
    atHub {
      let type = dice.pick(Vocabulary.types(hub.schema))
      let known = try ids(type)
      guard !known.isEmpty else { return }
      let key = RecordKey(type: type, id: dice.pick(known).description)
      say("    Bamako erases \(key)")
      book.erased(key)
      _ = try hub.hub().erase(type, key.id, language: .en)
      hasActed = true
    }
  }

  /// A laptop was stolen, or is back: its device is shut out, or let in again.
  func hubRevokes(_ laptop: Laptop) {
    let isRevoked = !laptop.isRevoked
    atHub {
      try hub.hub().setState(isRevoked ? .revoked : .active, of: laptop.device)
      for machine in laptops where machine.device == laptop.device { machine.isRevoked = isRevoked }
      hasActed = true
      say("    \(laptop) is \(isRevoked ? "shut out" : "let in")")
      guard isRevoked, hubWentBack else { return }
      let held = try laptops.reduce(into: Set()) { $0.formUnion(try heldValues($1)) }
      try loseWhatNobodyGivesBack(held)
    }
  }

  /// Upkeep: what all have heard of goes, and nobody may notice.
  func hubCompacts() {
    // Nobody waits for a device that is shut out; it may be let in again.
    if isSilenceLong || laptops.contains(where: \.isRevoked) { doubtAll() }
    atHub {
      let dropped = try hub.hub().compact()
      try sabotage?.afterCompacting(self)
      say("    the hub drops \(dropped)")
      guard dropped > 0 else { return }
      tally.count(OutcomeOfSync.compacted)
      hasActed = true
    }
  }

  /// Who was silent for half a year, by the hub's clock, is waited for no longer.
  private var isSilenceLong: Bool {
    hub.noteTime()
    return max(hub.latestTime, time) - Self.beginning > Int64(Limits.daysOfSilence) * 86_400_000
  }

  /// Somebody sets the hub's clock wrong.
  func hubClockJumps(_ dice: inout Dice) {
    hub.clock = .any(&dice, time)
    hasActed = true
    say("    the hub believes it is \(CivilDay.iso(milliseconds: hub.now))")
  }

  private func ids(_ type: String) throws -> [RecordID] {
    let type = hub.schema[type: type]!
    return try hub.store().read { try $0.list(type, limit: .max) }.map(\.id)
  }

  func atHub(_ body: () throws -> Void) {
    do {
      try acting(by: hub.clock, body)
    } catch {
      let problem = Problem(anything: error)
      say("    Bamako: \(problem.code)")
      let isPeoples = [
        .not_found, .no_device, .already_settled, .invalid_value, .locked, .erased, .append_only,
      ].contains(problem.code)
      if !isPeoples && !hub.disk.isDown {
        broken.append(
          Violation(.progress, "Bamako could not work: \(problem.code) \(problem.cause ?? "")"))
      }
    }
  }
}
