import Foundation
import Testing

/// What a person mistypes on a laptop: told in one sentence, and nothing is written.
@Suite struct WrongValuesTests {
  @Test func `a type, field or value that is not one is told, and nothing waits`() throws {
    let mission = try Mission(serving: false)
    let contact = Samples.contact("Faux")
    let zero = try mission.write("a\0b", to: "zero.txt")
    let wrong: [(Sentence, [String])] = [
      (.unknownType, ["add", "visiteur", "nom=A"]),
      (.unknownType, ["list", "visiteur", "--json"]),
      (.unknownField, ["add", "contact"] + contact + ["couleur=bleu"]),
      (.unknownField, ["list", "contact", "--where", "couleur=bleu"]),
      (.wrongType, ["add", "incident", "staff_killed=beaucoup"]),
      (.invalidValue, ["add", "contact"] + contact + ["last_verified_on=2026-02-30"]),
      (.invalidValue, ["add", "contact"] + contact + ["last_verified_on=30/02/2026"]),
      (.invalidValue, ["add", "contact"] + contact + ["stance=amicale"]),
      (.missingField, ["add", "contact", "display_name=Seul"]),
      (.notFound, ["show", "contact", "ffffffff", "--json"]),
      (.notFound, ["delete", "contact", "ffffffff"]),
      (.fileMissing, ["import", "contact", mission.path("absent.csv")]),
      (.noBase, ["add", "contact"] + contact.map { $0.replacing("GAO", with: "ZZZ") }),
      (.wrongType, ["add", "contact"] + contact + ["locality=@" + zero]),
      (.notAFile, ["add", "contact"] + contact + ["locality=@" + mission.folder]),
      (.notAFile, ["import", "contact", mission.folder]),
    ]
    for (sentence, arguments) in wrong {
      try sentence.expect { try mission.device("gao", arguments, locale: $0) }
    }
    #expect(try mission.pending(.gao) == 0)
    try mission.startHub()
    #expect(try mission.sync(.gao)["sent"] == 0)
  }

  /// Without a word between the shell and the program that would repair it.
  private static let latin = #"exec "$1" add contact "locality=$(printf 'G\351o')" --data "$2""#

  @Test func `an argument that is no UTF-8 is refused, not repaired`() throws {
    let mission = try Mission(serving: false)
    let ended = try Running(
      "/bin/sh", ["-c", Self.latin, "sh", Running.folder + "/djoliba", mission.path("gao")]
    ).finish()
    #expect(ended.code == 65 && ended.err.contains("(argument 3)"), "\(ended.err)")
  }

  @Test func `what was saved is saved, though nobody could be told`() throws {
    let mission = try Mission(serving: false)
    let add = #"exec "$1" add contact "${@:3}" --data "$2" >&-"#
    let ended = try Running(
      "/usr/bin/bash",
      ["-c", add, "bash", Running.folder + "/djoliba", mission.path("gao")]
        + Samples.contact("Muet")
    ).finish()
    #expect(ended.code == 73 && ended.err.contains("It was saved"), "\(ended.err)")
    #expect(try mission.ids(.gao, "contact", where: "display_name=Muet").count == 1)
  }

  @Test func `a beginning that several ids have asks for more of it`() throws {
    let mission = try Mission(serving: false)
    let ids = ["0190a000-0000-7000-8000-000000000001", "0190a000-0000-7000-8000-000000000002"]
    for id in ids {
      try mission.sqlite(
        mission.replica(.gao), "INSERT INTO contact(id, display_name) VALUES ('\(id)', 'Jumeau')")
    }
    for command in ["show", "history", "delete"] {
      try Sentence.ambiguous.expect { try mission.at(.gao, command, "contact", "0190", locale: $0) }
    }
    try Sentence.ambiguous.expect {
      try mission.at(.gao, "set", "contact", "0190", "locality=Gao", locale: $0)
    }
    #expect(try mission.show(.gao, "contact", ids[1])["id"].text == ids[1])
    #expect(try mission.pending(.gao) == 2)
  }

  @Test(arguments: [
    ["set", "contact", "6cab094c", "status"], ["list", "base", "--json", "--csv"],
    ["sync", "--max-bytes", "5"], ["search", " "], ["add", "contact", "a=1", "a=2"], ["fly"],
    ["status", "--data", ""],
  ])
  func `a command that is not one ends with 64 and shows how it is written`(
    arguments: [String]
  ) throws {
    let ended = try Running(program: "djoliba", arguments).finish()
    #expect(ended.code == 64)
    #expect(ended.out == "")
    #expect(ended.err.contains("Usage: djoliba"))
  }

  @Test func `the same change twice is no change`() throws {
    let mission = try Mission()
    let id = try mission.add(.gao, "contact", Samples.contact("Deux fois"))
    try mission.sync(.gao)
    let french = Sentence.french
    let first = try mission.at(.gao, "set", "contact", id, "locality=Gao", locale: french)
    #expect(try succeed(first).words == ["Enregistré ici : Deux fois · Maire"])
    let again = try mission.at(.gao, "set", "contact", id, "locality=Gao", locale: french)
    #expect(try succeed(again).words == ["Rien n'a changé : Deux fois · Maire"])
    #expect(try mission.sync(.gao)["admitted"] == 1)
    try succeed(mission.at(.gao, "set", "contact", id, "locality=Gao"))
    #expect(try mission.pending(.gao) == 0)

    try succeed(mission.at(.gao, "delete", "contact", id))
    try Sentence.notFound.expect { try mission.at(.gao, "delete", "contact", id, locale: $0) }
  }

  @Test func `a replica that is no database any more is damaged, and left as it is`() throws {
    let mission = try Mission(serving: false)
    let garbage = String(repeating: "pas une base. ", count: 1000)
    for suffix in ["-wal", "-shm"] {
      try? FileManager.default.removeItem(atPath: mission.replica(.gao) + suffix)
    }
    try mission.write(garbage, to: "gao/replica.sqlite")
    for arguments in [["status", "--json"], ["sync", "--json"], ["list", "contact", "--json"]] {
      try Sentence.damaged.expect { try mission.device("gao", arguments, locale: $0) }
    }
    #expect(try mission.read("gao/replica.sqlite") == garbage)
  }

  @Test func `a hub's file in a replica's place is told`() throws {
    let mission = try Mission(serving: false)
    for suffix in ["", "-wal", "-shm"] {
      try? FileManager.default.removeItem(atPath: mission.replica(.gao) + suffix)
    }
    try FileManager.default.copyItem(
      atPath: mission.path("hub/hub.sqlite"), toPath: mission.replica(.gao))
    try Sentence.damaged.expect { try mission.at(.gao, "status", locale: $0) }
  }

  @Test func `a folder that was never linked says how to link it`() throws {
    let mission = try Mission(serving: false)
    for arguments in [["status", "--json"], ["sync"], ["list", "base"], ["refused"], ["watch"]] {
      try Sentence.notEnrolled.expect { try mission.device("new", arguments, locale: $0) }
    }
    #expect(!FileManager.default.fileExists(atPath: mission.path("new")))
  }
}
