import Testing

/// Another program on the same file.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct FaultNeighbourTests {
  @Test func `rows written while syncs run all arrive, none twice`() throws {
    let place = try FaultPlace()
    try place.enroll("gao")
    try place.enroll("kidal")
    let writer = try place.python(
      "gao",
      """
      db = sqlite3.connect(replica, timeout=60, isolation_level=None)
      for n in range(300):
          if n == 100:
              say("begun")
              wait()
          db.execute(given.replace("NAME", "P%d" % n))
          if n % 3 == 0:
              db.execute("UPDATE contact SET locality = 'L' WHERE display_name = 'P%d'" % (n // 2))
      """, FaultPlace.insert("NAME"))
    // However fast either of them is, the first sync finds some of the rows and not all.
    try writer.wait(for: "begun")
    try place.at("gao", "sync").succeeding()
    try place.open()
    var syncs = 1
    repeat {
      let end = try place.at("gao", "sync")
      #expect(end.code == 0, "\(end.sentences)")
      syncs += 1
    } while try place.contacts("gao").count < 300
    try writer.finish().succeeding()
    #expect(syncs > 1)
    for device in ["gao", "kidal"] { try place.at(device, "sync").succeeding() }
    let expected = (0..<300).map { "P\($0)" }.sorted()
    for device in ["gao", "kidal"] {
      #expect(try place.contacts(device) == expected)
      #expect(try place.pending(device) == 0)
      #expect(try place.digests(device) == place.digests(nil).filter { $0.key == "mission" })
    }
  }

  @Test func `of two syncs at once one does the work, and the other says so`() throws {
    let place = try FaultPlace()
    try place.enroll("gao")
    try place.sql("gao", FaultPlace.insert("R", count: 30))
    let holder = try place.python(
      "gao",
      """
      import fcntl
      lock = open(os.path.dirname(replica) + "/sync.lock", "w")
      fcntl.flock(lock, fcntl.LOCK_EX)
      say("held")
      wait()
      """)
    try holder.wait(for: "held")
    let second = try place.at("gao", "sync")
    #expect(second.code == 75)
    #expect(second.sentences.contains { $0.contains("Another program is writing in this folder") })
    try place.open()
    try holder.finish().succeeding()
    for round in 0..<6 {
      try place.sql("gao", FaultPlace.insert("S\(round)"))
      let ends = try (0..<3).map { _ in try place.start("gao", ["sync"]) }.map { $0.finish() }
      #expect(ends.allSatisfy { [0, 75].contains($0.code) }, "\(ends.map(\.sentences))")
      #expect(ends.contains { $0.code == 0 })
    }
    try place.at("gao", "sync").succeeding()
    #expect(try place.pending("gao") == 0)
    #expect(try place.contacts("gao").count == 36)
    #expect(try place.digests("gao") == place.digests(nil).filter { $0.key == "mission" })
  }

  @Test func `a program that keeps the file locked ends a sync with 75`() throws {
    let place = try FaultPlace()
    try place.enroll("gao")
    try place.sql("gao", FaultPlace.insert("Un"))
    let holder = try place.python(
      "gao",
      """
      db = sqlite3.connect(replica, isolation_level=None)
      db.execute("BEGIN IMMEDIATE")
      db.execute(given)
      say("held")
      wait()
      db.execute("COMMIT")
      """, FaultPlace.insert("Deux"))
    try holder.wait(for: "held")
    let end = try place.at("gao", "sync")
    #expect(end.code == 75)
    #expect(end.sentences.contains { $0.contains("Another program is writing in this folder") })
    try place.open()
    try holder.finish().succeeding()
    try place.at("gao", "sync").succeeding()
    #expect(try place.contacts("gao") == ["Deux", "Un"])
    #expect(try place.digests("gao") == place.digests(nil).filter { $0.key == "mission" })
  }
}
