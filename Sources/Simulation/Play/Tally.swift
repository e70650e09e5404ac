/// How often each thing happened.
package struct Tally: Sendable, Codable {
  private var counts: [String: Int] = [:]

  mutating func count(_ name: some RawRepresentable<String>) {
    counts[name.rawValue, default: 0] += 1
  }

  package mutating func add(_ other: Tally) { counts.merge(other.counts, uniquingKeysWith: +) }

  package subscript(name: String) -> Int { counts[name] ?? 0 }

  /// Everything that a world counts, by group.
  private static let groups: [(title: String, names: [String])] = [
    ("actions", Action.allCases.map(\.rawValue)), ("faults", Fault.allCases.map(\.rawValue)),
    ("outcomes", OutcomeOfSync.allCases.map(\.rawValue)),
  ]

  /// What never happened.
  package var missing: [String] { Self.groups.flatMap(\.names).filter { self[$0] == 0 } }

  /// How often each happened, in columns.
  package var table: String {
    Self.groups.map { title, names in
      let cells = names.map { name in
        let count = "\(self[name])"
        return name + String(repeating: " ", count: max(1, 24 - name.count - count.count)) + count
      }
      let lines = stride(from: 0, to: cells.count, by: 3).map { start in
        "  " + cells[start..<min(start + 3, cells.count)].joined(separator: "   ")
      }
      return ([title] + lines).joined(separator: "\n")
    }.joined(separator: "\n")
  }
}

/// How syncs end, to see that worlds reach every corner.
enum OutcomeOfSync: String, CaseIterable {
  case complete, cutShort, stopped, byStick, pages, restamped, conflicts, refusals, leaves
  case repaired, givenBack, compacted, rebuilt, erased, shared, proposed, strayTaken
  case shownEqual, named, namedInVain
}
