import Launching
import Shared
import SyncServer
import Testing

@Suite struct AuthorityTests {
  @Test func `its certificates hold today, in 1970 and in 2098`() async throws {
    let folder = try await Self.folder(hosts: [])
    for moment in [[], ["-attime", "10"], ["-attime", "4070908800"]] {
      let verified = try await verify(folder, moment + ["-purpose", "sslserver", "-x509_strict"])
      #expect(verified.status == 0, "\(moment) \(verified.text)")
    }
  }

  @Test func `they hold for loopback and for the addresses given, and for no other`() async throws {
    let folder = try await Self.folder(hosts: [
      .name("hub.example"), .ipv4([192, 168, 8, 2]), .ipv4([127, 0, 0, 1]),
    ])
    for name in ["localhost", "hub.example"] {
      #expect(try await verify(folder, ["-verify_hostname", name]).status == 0)
    }
    for address in ["127.0.0.1", "::1", "192.168.8.2"] {
      #expect(try await verify(folder, ["-verify_ip", address]).status == 0)
    }
    #expect(try await verify(folder, ["-verify_hostname", "other.example"]).status != 0)
    #expect(try await verify(folder, ["-verify_ip", "192.168.8.3"]).status != 0)
  }

  @Test func `an authority of the same name does not vouch for them`() async throws {
    let folder = try await Self.folder(hosts: [])
    let other = try folder.write(try Authority(hubName: "Bamako").certificatePEM, "other.pem")
    let verified = try await terminal(
      "openssl", "verify", "-CAfile", other, folder.path("server.pem"))
    #expect(verified.status != 0)
  }

  @Test func `it signs servers and nothing below them`() async throws {
    let folder = try await Self.folder(hosts: [])
    let authority = try await describe(folder, "authority.pem")
    #expect(authority.contains("Subject: CN = Djoliba Bamako"))
    #expect(authority.contains("X509v3 Basic Constraints: critical"))
    #expect(authority.contains("CA:TRUE, pathlen:0"))
    #expect(authority.contains("X509v3 Key Usage: critical"))
    #expect(authority.contains("Not Before: Jan  1 00:00:00 1970 GMT"))
    #expect(authority.contains("Not After : Dec 31 23:59:59 2099 GMT"))
    let server = try await describe(folder, "server.pem")
    #expect(server.contains("CA:FALSE"))
    #expect(server.contains("TLS Web Server Authentication"))
    #expect(server.contains("NIST CURVE: P-256"))
  }

  @Test func `keys are for their owner alone`() async throws {
    let folder = try await Self.folder(hosts: [])
    #expect(try folder.mode("authority.key") == 0o600)
    #expect(try folder.mode("server.key") == 0o600)
  }

  @Test func `a reissue for other addresses keeps the authority and the key`() async throws {
    let folder = try await Self.folder(hosts: [])
    let files = AuthorityFiles(directory: folder.path)
    let before = try files.identity()
    let pinned = try files.authorityCertificate()
    try files.reissue(for: [.name("new.example")])
    #expect(try files.identity().certificatePEM != before.certificatePEM)
    #expect(try files.identity().keyPEM == before.keyPEM)
    #expect(try files.authorityCertificate() == pinned)
    #expect(try await verify(folder, ["-verify_hostname", "new.example"]).status == 0)
  }

  @Test func `an authority survives being written and read`() throws {
    let authority = try Authority(hubName: "Bamako")
    let read = try Authority(certificatePEM: authority.certificatePEM, keyPEM: authority.keyPEM)
    #expect(read.certificatePEM == authority.certificatePEM)
    #expect(read.keyPEM == authority.keyPEM)
  }

  @Test func `a second authority in one folder is refused`() async throws {
    let folder = try await Self.folder(hosts: [])
    let before = try folder.read("authority.pem")
    let files = AuthorityFiles(directory: folder.path)
    #expect(throws: Problem(.already_hub, at: folder.path)) {
      try files.create(hubName: "Bamako", hosts: [])
    }
    #expect(try folder.read("authority.pem") == before)
  }

  @Test func `a key that is another's, and bytes that are none, are refused`() throws {
    let one = try Authority(hubName: "Bamako")
    let other = try Authority(hubName: "Bamako")
    for (certificate, key) in [
      (one.certificatePEM, other.keyPEM), ([], one.keyPEM), (one.certificatePEM, [0xff]),
    ] {
      let problem = #expect(throws: Problem.self) {
        try Authority(certificatePEM: certificate, keyPEM: key)
      }
      #expect(problem?.code == .not_understood)
    }
  }

  @Test func `a folder that is not there cannot be written, nor read`() throws {
    let files = AuthorityFiles(directory: "/nowhere/at/all")
    let written = #expect(throws: Problem.self) { try files.create(hubName: "Bamako", hosts: []) }
    #expect(written?.code == .cannot_write)
    let read = #expect(throws: Problem.self) { try files.identity() }
    #expect(read?.code == .file_missing)
  }

  @Test(arguments: ["", String(repeating: "a", count: 46)])
  func `a name that no certificate holds is refused`(name: String) {
    #expect(throws: Problem(.usage, at: "name")) { try Authority(hubName: name) }
  }

  private static func folder(hosts: [HubHost]) async throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try AuthorityFiles(directory: folder.path).create(hubName: "Bamako", hosts: hosts)
    return folder
  }

  private func verify(_ folder: TemporaryFolder, _ options: [String]) async throws -> Finished {
    let files = ["-CAfile", folder.path("authority.pem"), folder.path("server.pem")]
    return try await terminal("openssl", ["verify", "-no-CApath", "-no-CAstore"] + options + files)
  }

  private func describe(_ folder: TemporaryFolder, _ name: String) async throws -> String {
    try await terminal("openssl", "x509", "-noout", "-text", "-in", folder.path(name)).text
  }
}
