import Foundation
public import Shared
import Storage

extension FieldClient {
  /// Links a directory to the hub that an invitation names, and makes its empty replica. A first
  /// `sync()` fills it.
  ///
  /// When the answer is lost on the way, or the machine stops in the middle, calling it again with
  /// the same invitation and directory goes on where it stopped.
  ///
  /// - Parameters:
  ///   - invitation: the invitation file's bytes.
  ///   - sealing: how the replica is sealed; nil leaves it an ordinary SQLite file.
  /// - Throws: `.invitation_invalid`, `.invitation_used`, `.invitation_expired`, `.offline`,
  ///   `.untrusted_hub`, `.already_enrolled`, `.already_hub`, `.weak_password`, `.cannot_write`.
  public static func enroll(
    invitation: [UInt8], directory: String, sealing: Sealing? = nil,
    surroundings: Surroundings = .system()
  ) async throws(Problem) -> FieldClient {
    let invitation = try Invitation(file: invitation)
    try finishWiping(directory)
    // Wiping the device would wipe the hub with it.
    guard !WipedFolder.holdsHub(directory) else { throw Problem(.already_hub, at: directory) }
    try DurableFile.makeFolder(directory)
    var device = try begin(invitation, directory, surroundings)
    if !FileManager.default.fileExists(atPath: replicaPath(directory)) {
      // A first attempt may have been told how, and this one not.
      if let sealing {
        try makeKey(sealing, directory, surroundings)
      } else {
        try openKey(directory, surroundings)
      }
      do {
        try makeReplica(try await ask(invitation, device, surroundings), directory)
      } catch {
        if error.code.endsInvitation {
          try? forgetAttempt(directory, madeKey: sealing != nil, surroundings)
        }
        throw error
      }
    }
    device.code = nil
    // What lay open here during the enrolment is not to be worth anything for long.
    if Seal.isOpen(directory) { device.drawn = 0 }
    try device.save(directory)
    return try FieldClient(directory: directory, surroundings: surroundings)
  }

  /// Draws the token and writes it down before anybody hears of it. A replica that is there
  /// already must be what this invitation began.
  private static func begin(
    _ invitation: Invitation, _ directory: String, _ surroundings: Surroundings
  ) throws(Problem) -> DeviceFile {
    if var begun = try DeviceFile.load(directory), begun.code == invitation.code {
      // The office may have corrected where the hub is.
      begun.addresses = invitation.addresses
      begun.authority = invitation.authority
      try begun.save(directory)
      return begun
    }
    guard !FileManager.default.fileExists(atPath: replicaPath(directory)) else {
      throw Problem(.already_enrolled, at: directory)
    }
    let device = DeviceFile(
      addresses: invitation.addresses, authority: invitation.authority,
      token: surroundings.randomHex(words: 4), code: invitation.code)
    try device.save(directory)
    return device
  }

  /// Removes what began an enrolment that the hub refuses for good.
  private static func forgetAttempt(
    _ directory: String, madeKey: Bool, _ surroundings: Surroundings
  ) throws(Problem) {
    if madeKey { try destroyKey(directory: directory, surroundings: surroundings) }
    try DurableFile.remove([DeviceFile.path(directory)])
  }

  private static func ask(
    _ invitation: Invitation, _ device: DeviceFile, _ surroundings: Surroundings
  ) async throws(Problem) -> EnrolmentAnswer {
    let transport = try CurlTransport(device, surroundings)
    let request = EnrolmentRequest(
      code: invitation.code, token: device.token, program: surroundings.program)
    let answer = try await transport.exchange(
      HTTPRequest(
        path: "/v1/enroll", headers: [("Content-Type", "application/json")],
        body: request.body, responseLimit: Limits.expandedBody)
    ) { _ in }
    if let problem = problem(from: answer) { throw problem }
    return try EnrolmentAnswer(body: answer.body)
  }

  private static func schema(of answer: EnrolmentAnswer) throws(Problem) -> Schema {
    do throws(Problem) {
      return try Schema(json: Array(answer.schema.utf8))
    } catch {
      // The invitation can be used again by this device once its program is newer.
      throw Problem(.protocol_old, cause: error.place)
    }
  }

  /// Makes the replica beside its place and moves it there whole.
  private static func makeReplica(
    _ answer: EnrolmentAnswer, _ directory: String
  ) throws(Problem) {
    let schema = try schema(of: answer)
    let fresh = directory + "/replica.new.sqlite"
    for suffix in ["", "-journal", "-wal", "-shm"] {
      try? FileManager.default.removeItem(atPath: fresh + suffix)
    }
    try Replica.create(path: fresh, schema: schema, device: answer.device)
    for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: fresh + suffix) }
    try DurableFile.rename(fresh, to: replicaPath(directory))
  }
}

extension Problem.Code {
  /// Whether trying again with the same invitation comes to the same.
  fileprivate var endsInvitation: Bool {
    [.invitation_used, .invitation_expired, .invitation_unknown].contains(self)
  }
}
