import FieldClient
import GRDB
import Shared

// Laptops that take back in silence what they were told to write. Their files are in order, and they hold
// what the hub holds: nothing but the book knows better.

extension Sabotage {
  func mute(_ laptop: Laptop) throws {
    guard [.mutedDeletion, .mutedEmptying, .mutedMove].contains(self), let world = laptop.world,
      let schema = laptop.schema
    else { return }
    // A look at its status sorts out what was written by SQL.
    try world.acting(by: laptop.clock) { _ = try laptop.client().status() }
    try laptop.sql(statements(schema).map { (text: $0, arguments: []) })
  }

  private func statements(_ schema: Schema) -> [String] {
    switch self {
    case .mutedDeletion: ["DELETE FROM _pending WHERE field = '*'"]
    case .mutedEmptying:
      schema.types.flatMap { type in
        Vocabulary.names(of: type.name).filter { type[field: $0] != nil }.map { field in
          """
          DELETE FROM _pending WHERE type = '\(type.name)' AND field = '\(field)'
            AND id IN (SELECT id FROM "\(type.name)" WHERE "\(field)" IS NULL)
          """
        }
      }
    case .mutedMove:
      ["UPDATE _switch SET capturing = 0"]
        + schema.types.map { type in
          """
          UPDATE "\(type.name)" AS t SET scope = p.base FROM _pending p
          WHERE p.id = t.id AND p.field = 'scope'
          """
        } + ["DELETE FROM _pending WHERE field = 'scope'", "UPDATE _switch SET capturing = 1"]
    default: []
    }
  }
}
