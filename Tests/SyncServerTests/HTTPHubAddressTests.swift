import Shared
import SyncServer
import Testing

@Suite struct HubAddressTests {
  @Test(arguments: [
    ("https://hub.example:9000", "https://hub.example:9000", false),
    ("HTTPS://Hub.Example", "https://hub.example:8443", false),
    ("http://127.0.0.1:80", "http://127.0.0.1:80", true),
    ("http://127.9.8.7", "http://127.9.8.7:8443", true),
    ("https://localhost", "https://localhost:8443", true),
    ("https://[::1]:65535", "https://[::1]:65535", true),
    ("https://[2001:DB8::0:1]", "https://[2001:db8::1]:8443", false),
    ("https://0.0.0.0:8443", "https://0.0.0.0:8443", false),
  ])
  func `an address is read and written in one form`(
    text: String, written: String, isLoopback: Bool
  ) throws {
    let address = try HubAddress(text)
    #expect(address.description == written)
    #expect(address.isLoopback == isLoopback)
    #expect(try HubAddress(written) == address)
  }

  @Test(arguments: [
    "", "hub.example", "hub.example:8443", "ftp://hub.example", "https:/hub.example", "https://",
    "https://hub.example/", "https://hub.example/v1", "https://hub.example?a", "https://hub#a",
    "https://user@hub.example", "https://user:word@hub.example", "https://hub.example:",
    "https://hub.example:0", "https://hub.example:65536", "https://hub.example:+80",
    "https://hub.example:80:80", "https://hub example", "https://-hub.example", "https://hub..ml",
    "https://300.1.1.1", "https://1.2.3", "https://::1", "https://[::1", "https://[127.0.0.1]",
    "https://[hub]", "https://[::1]8443", "https://[::1%25eth0]", "https://hôte.ml",
    "https://hub\0.ml", "https://127.0.0.1\0.evil.ml", " https://hub.example",
  ])
  func `anything else is refused`(text: String) {
    #expect(throws: Problem(.usage, at: text)) { try HubAddress(text) }
  }

  @Test func `a name longer than DNS allows is refused`() {
    let label = String(repeating: "a", count: 63)
    #expect(HubHost(label) != nil)
    #expect(HubHost(label + "a") == nil)
    #expect(HubHost([label, label, label, label].joined(separator: ".")) == nil)
  }
}
