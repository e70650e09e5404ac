import Foundation
import Testing

@testable import Shared
@testable import Storage

@Suite struct WipedFolderTests {
  private let folder: String
  private let outside: String

  init() throws {
    folder = NSTemporaryDirectory() + "djoliba-wipe-\(UUID().uuidString)"
    outside = folder + ".outside"
    try FileManager.default.createDirectory(
      atPath: folder + "/damaged-1/deep", withIntermediateDirectories: true)
    for name in names { try Data("Gao 76 00 00 01".utf8).write(to: URL(filePath: path(name))) }
    try Data("kept".utf8).write(to: URL(filePath: outside))
    try FileManager.default.createSymbolicLink(
      atPath: path("link"), withDestinationPath: outside)
  }

  private let names = [
    "replica.sqlite", "replica.sqlite-wal", "replica.sqlite-shm", "replica.sqlite.outline",
    "device.json", "device.json.new", "sync.lock", "damaged-1/replica.sqlite",
    "damaged-1/deep/x", "contacts.csv", "replica.new.sqlite", "key.json", "contact.json",
  ]

  private func path(_ name: String) -> String { folder + "/" + name }
  private func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }

  @Test func `a hub in the same folder stays`() throws {
    let hubs = ["hub.sqlite", "authority.key", "accounts.sqlite"]
    for name in hubs { try Data("Bamako".utf8).write(to: URL(filePath: path(name))) }
    try WipedFolder.wipe(folder, home: "/home/nobody")
    #expect(hubs.allSatisfy(exists))
    #expect(!exists("device.json") && !exists("replica.sqlite") && !exists("damaged-1"))
  }

  @Test func `nothing is left, and what a link leads to stays`() throws {
    // Whoever holds a file open sees that nothing can be read in it any more.
    let open = try names.filter { !$0.hasSuffix("-shm") }.map {
      try #require(FileHandle(forReadingAtPath: path($0)))
    }
    try WipedFolder.wipe(folder, home: "/home/nobody")
    #expect(!FileManager.default.fileExists(atPath: folder))
    #expect(FileManager.default.contents(atPath: outside) == Data("kept".utf8))
    for file in open { #expect(try file.readToEnd() ?? Data() == Data()) }
  }

  @Test func `a home loses what the programs wrote, and no more`() throws {
    for home in [folder, folder + "/damaged-1"] {
      try WipedFolder.wipe(folder, home: home)
      #expect(exists("contacts.csv") && exists("link"))
      #expect(!exists("key.json") && !exists("contact.json"))
      #expect(!exists("replica.sqlite") && !exists("device.json") && !exists("damaged-1"))
      #expect(!WipedFolder.isBegun(folder))
    }
  }

  @Test func `what is not the programs' is named before it goes`() {
    #expect(WipedFolder.others(in: folder, home: "/home/nobody") == ["contacts.csv", "link"])
    #expect(WipedFolder.others(in: folder, home: folder) == [])
  }

  @Test func `a wiping that was cut is known, and gone on with`() throws {
    #expect(!WipedFolder.isBegun(folder))
    try Data().write(to: URL(filePath: path("wiping")))
    #expect(WipedFolder.isBegun(folder))
    try WipedFolder.wipe(folder, home: "/home/nobody")
    #expect(!FileManager.default.fileExists(atPath: folder))
  }

  @Test func `what another program writes meanwhile goes too`() throws {
    var again = ["device.json", "sync.lock", "replica.sqlite"]
    try WipedFolder.wipe(folder, home: "/home/nobody") { name in
      // A program that was at work when its file went writes it once more.
      guard let index = again.firstIndex(of: name) else { return }
      again.remove(at: index)
      _ = FileManager.default.createFile(atPath: path(name), contents: Data("Gao".utf8))
    }
    #expect(again.isEmpty && !FileManager.default.fileExists(atPath: folder))
  }

  @Test func `a wiping against a program that writes without end is not called done`() throws {
    #expect(throws: Problem(.cannot_write, at: folder)) {
      try WipedFolder.wipe(folder, home: "/home/nobody") { name in
        _ = FileManager.default.createFile(atPath: path(name), contents: nil)
      }
    }
    #expect(WipedFolder.isBegun(folder))
  }

  @Test func `a file that may not be written goes too`() throws {
    chmod(path("replica.sqlite"), 0o400)
    try WipedFolder.wipe(folder, home: "/home/nobody")
    #expect(!FileManager.default.fileExists(atPath: folder))
  }
}
