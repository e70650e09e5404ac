@testable import Shared

extension Field {
  /// A field of which only merging is asked.
  static func merged(by policy: Policy, gates: [String: Set<Role>] = [:]) -> Field {
    Field(
      name: "niveau", label: Label(fr: "Niveau", en: "Level"), kind: .text, required: false,
      policy: policy, lock: nil, aliases: [], pattern: nil, minimum: nil, maximum: nil,
      maximumLength: nil, notFuture: false, gates: gates, initial: nil, numbering: nil,
      exported: true,
      matcher: nil, ranks: [:])
  }
}
