import Crypto
import Shared
package import Work

// The audit log. Each line carries a hash over its own content and the hash of the line before it,
// so that a line which is changed, taken out or put in between breaks the chain there. Who owns the
// file can forge the whole chain anew; so the end of the chain is also written down elsewhere, and
// whoever noted it can ask whether the log still holds that line.

/// Who did what to what, in one line. Names records and devices; holds nothing of them.
package struct AuditEntry: Sendable, Hashable {
  /// `account:NAME`, `device:NUMBER`, `shell:USER`, or `hub`.
  package var who: String
  package var act: Act
  /// A record's type, `device`, `invitation`, `account`.
  package var type: String?
  package var record: String?
  /// Scopes and roles, counts. Never a value.
  package var detail: String?

  package init(
    _ act: Act, by who: String, type: String? = nil, record: String? = nil, detail: String? = nil
  ) {
    self.who = who
    self.act = act
    self.type = type
    self.record = record
    self.detail = detail
  }
}

/// A line as it is kept.
package struct AuditLine: Sendable, Hashable {
  /// Counted from 1, without a gap.
  package let number: Int64
  /// Milliseconds since 1970 by the hub's clock.
  package let time: Int64
  package let who: String
  /// As it was written, also by a program that knows more acts.
  package let act: String
  package let type: String?
  package let record: String?
  package let detail: String?
  package let hash: [UInt8]

  package init(
    number: Int64, time: Int64, who: String, act: String, type: String?, record: String?,
    detail: String?, hash: [UInt8]
  ) {
    self.number = number
    self.time = time
    self.who = who
    self.act = act
    self.type = type
    self.record = record
    self.detail = detail
    self.hash = hash
  }

  /// The line that follows another one, or the first.
  init(_ entry: AuditEntry, after last: AuditLine?, time: Int64) {
    let open = AuditLine(
      number: (last?.number ?? 0) + 1, time: time, who: entry.who, act: entry.act.rawValue,
      type: entry.type, record: entry.record, detail: entry.detail, hash: [])
    self.init(
      number: open.number, time: time, who: open.who, act: open.act, type: open.type,
      record: open.record, detail: open.detail, hash: open.sealed(after: last?.hash ?? []))
  }

  /// SHA-256 over the former line's hash and this line's content. Every part is preceded by its
  /// length, so that no two lines are written alike.
  func sealed(after former: [UInt8]) -> [UInt8] {
    var out = ByteWriter()
    out.blob(former)
    out.zigzag(number)
    out.zigzag(time)
    out.string(who)
    out.string(act)
    for part in [type, record, detail] {
      out.byte(part == nil ? 0 : 1)
      out.string(part ?? "")
    }
    return Array(SHA256.hash(data: out.bytes))
  }

  /// `NUMBER:HASH`, as people write it down elsewhere.
  package var witness: AuditWitness { AuditWitness(number: number, hash: hash) }
}

/// Where the log once stood, kept outside of it.
package struct AuditWitness: Sendable, Hashable, CustomStringConvertible {
  package let number: Int64
  package let hash: [UInt8]

  package init(number: Int64, hash: [UInt8]) {
    self.number = number
    self.hash = hash
  }

  /// Reads `NUMBER:HASH` in hexadecimal digits; nil for anything else.
  package init?(_ text: some StringProtocol) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, let number = Int64(parts[0]), number > 0,
      let hash = [UInt8](hexadecimal: parts[1]), hash.count == 32
    else { return nil }
    self.init(number: number, hash: hash)
  }

  package var description: String { "\(number):\(hash.hexadecimal)" }
}
