package import Shared
import Storage
import Work

/// `DIR/audit.head`: where the audit log stood when it was last looked at. A hub that lies behind it
/// was restored from an older copy, or somebody cut the log off.
extension HubFolder {
  private var auditHead: String { path + "/audit.head" }

  /// Nil before the first look.
  package func auditWitness() throws(Problem) -> AuditWitness? {
    guard DurableFile.exists(auditHead) else { return nil }
    let text = String(decoding: try DurableFile.read(auditHead), as: UTF8.self)
    guard let witness = AuditWitness(text.prefix { $0 != "\n" }) else {
      throw Problem(.not_understood, at: auditHead)
    }
    return witness
  }

  /// Notes in the log that the hub was restored, when it was, and where the log stands now.
  package func watchAudit(of hub: Hub) throws(Problem) {
    if let seen = try auditWitness(), try !hub.holds(seen) {
      try hub.note(AuditEntry(.restore, by: "hub", detail: "\(seen.number)"))
    }
    guard let last = try hub.audit(limit: 1).first else { return }
    try DurableFile.write(Array("\(last.witness)\n".utf8), to: auditHead)
  }
}

extension Hub {
  /// Whether the log has the line that somebody saw.
  func holds(_ seen: AuditWitness) throws(Problem) -> Bool {
    let found = try store.read { transaction in
      try transaction.audit(before: seen.number + 1, limit: 1).first
    }
    return found?.witness == seen
  }
}
