import Crypto

import struct Foundation.Data

/// A backup that only its recovery key opens: a head, then the archive in pieces, each sealed in its
/// turn with HPKE. The last one says that it is, so that nothing is cut off unseen.
package enum SealedArchive {
  private static let mark = Array("djoliba-backup-1".utf8)
  /// Bytes of the archive in each piece but the last.
  fileprivate static let piece = 1 << 20
  fileprivate static let tag = 16
  private static let encapsulated = 32

  /// Bytes that tell what a file is.
  package static let markLength = mark.count

  package static func isNamed(_ beginning: [UInt8]) -> Bool { beginning == mark }

  fileprivate static func head(_ seal: RecoverySeal) -> [UInt8] {
    mark + RecoverySeal.digest(of: seal.bytes)
  }

  fileprivate static func last(_ isLast: Bool) -> [UInt8] { [isLast ? 1 : 0] }

  /// Seals what is put into it.
  package struct Writer {
    private var sender: HPKE.Sender
    private var waiting: [UInt8] = []
    private let put: ([UInt8]) throws -> Void

    /// - Parameter put: takes the file's bytes; its head at once.
    package init(to seal: RecoverySeal, put: @escaping ([UInt8]) throws -> Void) throws {
      let head = SealedArchive.head(seal)
      sender = try HPKE.Sender(
        recipientKey: Curve25519.KeyAgreement.PublicKey(rawRepresentation: seal.bytes),
        ciphersuite: BundleSecret.suite, info: Data(head))
      self.put = put
      try put(head + Array(sender.encapsulatedKey))
    }

    package mutating func write(_ bytes: [UInt8]) throws {
      waiting += bytes
      while waiting.count > piece {
        try put(piece: Array(waiting.prefix(piece)), isLast: false)
        waiting.removeFirst(piece)
      }
    }

    package mutating func end() throws { try put(piece: waiting, isLast: true) }

    private mutating func put(piece: [UInt8], isLast: Bool) throws {
      try put(Array(sender.seal(piece, authenticating: last(isLast))))
    }
  }

  /// Opens what a `Writer` sealed.
  package struct Reader {
    private let next: (Int) throws(Problem) -> [UInt8]
    private var recipient: HPKE.Recipient
    /// Of the file, a whole piece when there is one more behind it.
    private var ahead: [UInt8]
    private var open: ArraySlice<UInt8> = []
    private var isOver = false

    /// - Parameter next: up to so many of the file's bytes; fewer only at its end.
    /// - Throws: `.not_a_backup`; `.wrong_key` for one that is sealed for another key.
    package init(
      with key: RecoveryKey, next: @escaping (Int) throws(Problem) -> [UInt8]
    ) throws(Problem) {
      let head = SealedArchive.head(key.seal)
      let found = try next(head.count)
      guard found.count == head.count, found.prefix(mark.count) == mark[...] else {
        throw Problem(.not_a_backup)
      }
      guard found == head else { throw Problem(.wrong_key) }
      let encapsulated = try next(SealedArchive.encapsulated)
      let recipient = try? HPKE.Recipient(
        privateKey: key.key, ciphersuite: BundleSecret.suite, info: Data(head),
        encapsulatedKey: Data(encapsulated))
      guard let recipient else { throw Problem(.not_a_backup) }
      self.recipient = recipient
      self.next = next
      ahead = try next(piece + tag)
    }

    /// Up to so many of the archive's bytes; fewer only at its end. Throws `.not_a_backup`.
    package mutating func read(_ count: Int) throws(Problem) -> [UInt8] {
      var bytes: [UInt8] = []
      while bytes.count < count, try fill() {
        let part = open.prefix(count - bytes.count)
        bytes += part
        open = open.dropFirst(part.count)
      }
      return bytes
    }

    /// Whether there is anything to read.
    private mutating func fill() throws(Problem) -> Bool {
      while open.isEmpty {
        guard !isOver else { return false }
        let piece = ahead
        ahead = try piece.count == SealedArchive.piece + tag ? next(piece.count) : []
        isOver = ahead.isEmpty
        guard let plain = try? recipient.open(piece, authenticating: last(isOver)) else {
          throw Problem(.not_a_backup)
        }
        open = Array(plain)[...]
      }
      return true
    }
  }
}
