/// Two texts word by word: what stayed, what was taken out, what was put in.
package enum TextDifference {
  package enum Piece: Hashable, Sendable {
    case same(String), removed(String), added(String)
  }

  /// Words that are compared one by one; between longer texts the middle is shown whole, because
  /// finding the shortest difference takes the square of what differs.
  private static let most = 2_000

  package static func pieces(_ old: String, _ new: String) -> [Piece] {
    let (old, new) = (words(old), words(new))
    let head = zip(old, new).prefix { $0 == $1 }.count
    let tail = zip(old.dropFirst(head).reversed(), new.dropFirst(head).reversed())
      .prefix { $0 == $1 }.count
    let (before, after) = (old[head..<(old.count - tail)], new[head..<(new.count - tail)])
    var pieces: [Piece] = []
    add(.same(new[..<head].joined()), to: &pieces)
    if before.count + after.count > most {
      add(.removed(before.joined()), to: &pieces)
      add(.added(after.joined()), to: &pieces)
    } else {
      middle(Array(before), Array(after), &pieces)
    }
    add(.same(new[(new.count - tail)...].joined()), to: &pieces)
    return pieces
  }

  private static func middle(_ old: [Substring], _ new: [Substring], _ pieces: inout [Piece]) {
    let difference = new.difference(from: old)
    let gone = Set(difference.removals.map(\.position)),
      come = Set(difference.insertions.map(\.position))
    var (i, j) = (0, 0)
    while i < old.count || j < new.count {
      if gone.contains(i) {
        add(.removed(String(old[i])), to: &pieces)
        i += 1
      } else if come.contains(j) {
        add(.added(String(new[j])), to: &pieces)
        j += 1
      } else {
        add(.same(String(old[i])), to: &pieces)
        (i, j) = (i + 1, j + 1)
      }
    }
  }

  /// Words and what stands between them, so that joining them gives the text.
  private static func words(_ text: String) -> [Substring] {
    var words: [Substring] = []
    var start = text.startIndex
    while start < text.endIndex {
      let isSpace = text[start].isWhitespace
      let end = text[start...].firstIndex { $0.isWhitespace != isSpace } ?? text.endIndex
      words.append(text[start..<end])
      start = end
    }
    return words
  }

  /// Joins what follows a piece of its own kind to it.
  private static func add(_ piece: Piece, to pieces: inout [Piece]) {
    switch (pieces.last, piece) {
    case (_, .same("")), (_, .removed("")), (_, .added("")): return
    case (.same(let one), .same(let two)): pieces[pieces.count - 1] = .same(one + two)
    case (.removed(let one), .removed(let two)): pieces[pieces.count - 1] = .removed(one + two)
    case (.added(let one), .added(let two)): pieces[pieces.count - 1] = .added(one + two)
    default: pieces.append(piece)
    }
  }
}

extension CollectionDifference.Change {
  fileprivate var position: Int {
    switch self {
    case .insert(let offset, _, _), .remove(let offset, _, _): offset
    }
  }
}
