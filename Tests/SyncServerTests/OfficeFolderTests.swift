import Foundation
import Shared
import SyncServer
import Testing

@Suite struct OfficeFolderTests {
  private func guest(
    base: String = "GAO", read: Set<Scope> = [], write: Set<Scope> = []
  ) -> Guest {
    Guest(name: "Portable", base: base, role: .resp_base, read: read, write: write)
  }

  @Test func `what a hub keeps is its owner's alone`() throws {
    let office = try OfficeFolder()
    for file in ["hub.sqlite", "hub.json", "authority.key", "server.key"] {
      #expect(try office.mode(file) == 0o600, "\(file)")
    }
    #expect(try office.mode("") == 0o700)
  }

  @Test func `a folder that holds a hub is refused and left as it is`() throws {
    let office = try OfficeFolder()
    let error = #expect(throws: Problem.self) {
      try office.folder.create(
        addresses: [HubAddress("https://bamako.example")], schema: .mission
      ) { _ in }
    }
    #expect(error?.code == .already_hub)
    #expect(try office.folder.addresses().map(\.description) == [HubFolder.defaultAddress])
  }

  @Test func `a hub that was being made when the machine stopped is made anew`() throws {
    let office = try OfficeFolder()
    let path = office.folder.path
    try FileManager.default.moveItem(
      atPath: path + "/hub.sqlite", toPath: path + "/hub.new.sqlite")
    try FileManager.default.removeItem(atPath: path + "/hub.json")
    let addresses = [try HubAddress("https://bamako.example")]
    try office.folder.create(addresses: addresses, schema: .mission) { _ in }
    #expect(try office.folder.addresses() == addresses)
    #expect(!FileManager.default.fileExists(atPath: path + "/hub.new.sqlite"))
    #expect(try office.mode("hub.sqlite") == 0o600)
  }

  @Test func `a hub without TLS is refused beyond loopback, and nothing is left behind`() throws {
    let error = #expect(throws: Problem.self) {
      _ = try OfficeFolder(addresses: "http://192.168.8.2:8080")
    }
    #expect(error?.code == .plain_http)
  }

  @Test func `an invitation carries every address and the authority`() throws {
    let office = try OfficeFolder(addresses: "https://bamako.example:9000", "https://10.0.0.2")
    let file = office.folder.path + "/gao.invitation"
    _ = try office.folder.invite(guest(), hub: try office.furnishedHub(), to: file)
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: file)))
    let invitation = try Invitation(file: bytes)
    #expect(invitation.addresses == ["https://bamako.example:9000", "https://10.0.0.2:8443"])
    #expect(invitation.authority.hasPrefix("-----BEGIN CERTIFICATE-----"))
    #expect(invitation.expires == "2026-07-27")
    #expect(try office.mode("gao.invitation") == 0o600)
  }

  @Test func `an invitation to a hub without TLS carries no authority`() throws {
    let office = try OfficeFolder(addresses: "http://127.0.0.1:8080")
    let file = office.folder.path + "/gao.invitation"
    _ = try office.folder.invite(guest(), hub: try office.furnishedHub(), to: file)
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: file)))
    #expect(try Invitation(file: bytes).authority == "")
  }

  @Test func `an invitation is not written over a file`() throws {
    let office = try OfficeFolder()
    let error = #expect(throws: Problem.self) {
      _ = try office.folder.invite(
        guest(), hub: try office.furnishedHub(), to: office.folder.path + "/hub.json")
    }
    #expect(error?.code == .file_exists)
  }

  @Test func `what may be written may be read`() throws {
    let office = try OfficeFolder()
    let hub = try office.furnishedHub()
    let grant = try hub.grant(for: guest(read: [.mission], write: [.base("BDG")]))
    #expect(grant == Grant(read: [.mission, .base("BDG")], write: [.base("BDG")]))
    #expect(try hub.grant(for: guest(base: "BKO")) == .all)
    #expect(try hub.grant(for: guest(base: "ANS")).write == [.mission, .base("GAO")])
  }

  @Test(arguments: ["ZZZ", "BKS"])
  func `a scope of no base, or of a sub-base, is not granted`(code: String) throws {
    let office = try OfficeFolder()
    let error = #expect(throws: Problem.self) {
      _ = try office.furnishedHub().grant(for: guest(read: [.base(code)]))
    }
    #expect(error?.code == .no_base)
  }

  @Test(arguments: [
    ("127.0.0.1:0", "127.0.0.1", 0), ("[::1]:8443", "::1", 8443),
    ("hub.example:443", "hub.example", 443),
  ])
  func `a place to listen is a host and a port`(text: String, host: String, port: Int) throws {
    #expect(try ListenAddress(text) == ListenAddress(host: host, port: port))
  }

  @Test(arguments: [
    "", "8443", ":8443", "127.0.0.1", "::1:8443", "[127.0.0.1]:1", "h:65536", "h:-1",
  ])
  func `anything else is not a place to listen`(text: String) {
    let error = #expect(throws: Problem.self) { _ = try ListenAddress(text) }
    #expect(error?.code == .usage)
  }
}
