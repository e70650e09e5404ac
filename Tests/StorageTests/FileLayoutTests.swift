import Foundation
import GRDB
import Testing

@testable import Shared
@testable import Storage

/// Files of older and of newer programs.
@Suite struct FileLayoutTests {
  private struct Cut: Error {}

  /// Each step leaves a table; the second fails when it is told to.
  private func layout(failing: Bool = false, steps: Int = 2) -> FileLayout {
    FileLayout(
      (1...steps).map { number in
        { db in
          try db.execute(sql: "CREATE TABLE step\(number)(a); INSERT INTO step\(number) VALUES (1)")
          if failing && number == 2 { throw Cut() }
        }
      })
  }

  private func file() throws -> DatabaseQueue {
    let queue = try DatabaseQueue()
    try queue.write { db in try FileLayout().mark(db) }
    return queue
  }

  private struct State: Equatable {
    let version: Int
    let tables: [String]
  }

  private func state(_ queue: DatabaseQueue) throws -> State {
    try queue.read { db in
      State(
        version: try Int.fetchOne(db, sql: "PRAGMA user_version")!,
        tables: try String.fetchAll(db, sql: "SELECT name FROM sqlite_schema ORDER BY name"))
    }
  }

  @Test func `a file of an older layout takes every step once`() throws {
    let queue = try file()
    try layout().bring(queue)
    #expect(try state(queue) == State(version: 3, tables: ["step1", "step2"]))
    try layout().bring(queue)
    #expect(try state(queue) == State(version: 3, tables: ["step1", "step2"]))
  }

  @Test func `a step that is cut leaves the file as it was`() throws {
    let queue = try file()
    #expect(throws: Cut.self) { try layout(failing: true).bring(queue) }
    #expect(try state(queue) == State(version: 1, tables: []))
    try layout().bring(queue)
    #expect(try state(queue) == State(version: 3, tables: ["step1", "step2"]))
  }

  @Test func `a file of a newer layout is refused`() throws {
    let queue = try file()
    try layout().bring(queue)
    #expect(throws: Problem(.file_newer, cause: "layout 3")) {
      try layout(steps: 1).bring(queue)
    }
    #expect(try state(queue) == State(version: 3, tables: ["step1", "step2"]))
  }

  @Test func `a replica of a newer program is refused and not a byte of it changes`() throws {
    let desk = try Desk()
    _ = try desk.write { try $0.insert("contact", Desk.contact) }
    let next = ReplicaLayout.versions.version + 1
    let running = try Replica(path: desk.replica.path)
    try desk.sql("PRAGMA user_version = \(next); CREATE TABLE _later(a)")
    try desk.checkpoint()
    let before = try Data(contentsOf: URL(filePath: desk.replica.path))
    #expect(throws: Problem(.file_newer, cause: "layout \(next)")) {
      try Replica(path: desk.replica.path)
    }
    #expect(throws: Problem(.file_newer, cause: "layout \(next)")) { try running.status() }
    #expect(throws: Problem(.file_newer, cause: "layout \(next)")) {
      try running.edit(freshID: { Desk.id(1) }) { try $0.insert("contact", Desk.contact) }
    }
    #expect(try Data(contentsOf: URL(filePath: desk.replica.path)) == before)
  }

  @Test func `a file from before the first release is not opened, what is unsent can be saved`()
    throws
  {
    let desk = try Desk()
    _ = try desk.write { try $0.insert("contact", Desk.contact) }
    try desk.sql("PRAGMA user_version = 0")
    let path = desk.replica.path
    #expect(throws: Problem(.damaged, at: path, cause: "layout 0")) { try Replica(path: path) }
    let rescue = try Replica.rebuild(path: path, keeping: desk.folder + "/kept", now: Desk.now)
    #expect(rescue == Rescue(saved: 1, lost: []))
    #expect(try Replica(path: path).records(of: "contact").count == 1)
  }

  @Test func `a file of a newer program is not rebuilt by an older one`() throws {
    let desk = try Desk()
    try desk.sql("PRAGMA user_version = \(ReplicaLayout.versions.version + 1)")
    #expect(throws: Problem(.file_newer)) {
      try Replica.rebuild(
        path: desk.replica.path, keeping: desk.folder + "/kept", now: Desk.now)
    }
  }
}
