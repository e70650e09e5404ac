import Foundation

/// Words that some files must not use, the files that may all the same, and what to do instead.
struct WordRule {
  let words: [String]
  let advice: String
  var exceptions: [WordException] = []

  /// Every line of a file that uses a word without being allowed to.
  func findings(in file: SourceFile) -> [Finding] {
    uses(in: file).filter { use in
      !exceptions.contains { $0.path == file.path && $0.word == use.word }
    }.map { use in
      Finding(path: file.path, line: use.line, sentence: "\(use.word) \(advice)")
    }
  }

  func uses(in file: SourceFile) -> [(line: Int, word: String)] {
    file.code.flatMap { number, text in
      words.filter { text.contains(word: $0) }.map { (number, $0) }
    }
  }
}

/// A file that may use a word, and why.
struct WordException {
  let path: String
  let word: String
  let reason: String
}

extension String {
  /// Whether it holds a word that is not the end of a longer name.
  fileprivate func contains(word: String) -> Bool {
    ranges(of: word).contains { range in
      guard word.first?.isLetter ?? false, range.lowerBound > startIndex else { return true }
      let before = self[index(before: range.lowerBound)]
      return !before.isLetter && !before.isNumber && before != "_"
    }
  }
}

extension House {
  /// A test or a simulation gives its own clock and its own seed; what asks the machine behind
  /// their back cannot be played again.
  static let clockAndChance = WordRule(
    words: [
      "Date()", "Date.now", "CLOCK_REALTIME", ".random(in:", "Bool.random(", ".randomElement()",
      ".shuffled()", "SystemRandomNumberGenerator", "UUID()",
    ],
    advice: "belongs in the two programs; take the time or the random number as a parameter",
    exceptions: [
      WordException(
        path: "Sources/FieldClient/Surroundings.swift", word: "CLOCK_REALTIME",
        reason: "what a program that uses the library gets when it brings no clock"),
      WordException(
        path: "Sources/FieldClient/Surroundings.swift", word: "SystemRandomNumberGenerator",
        reason: "what a program that uses the library gets when it brings no random numbers"),
      WordException(
        path: "Sources/SyncServer/Authority/Authority.swift", word: ".random(in:",
        reason: "a certificate's serial number must be unguessable, as its key is"),
      WordException(
        path: "Sources/SyncServer/Authority/Authority.swift", word: "SystemRandomNumberGenerator",
        reason: "the same serial number"),
    ])

  /// Shared is law: what it says depends on what it is given and on nothing else.
  static let noWorld = WordRule(
    words: [
      "FileManager", "FileHandle", "Data(contentsOf", "String(contentsOf", "contentsOfFile",
      "write(to", "Bundle.main",
      "Bundle.module", "URLSession", "URLRequest", "Socket", "Stream(", "Process(",
      "ProcessInfo", "UserDefaults", "NotificationCenter", "Thread", "Timer", "RunLoop",
      "DispatchQueue", "Task", "Locale.current", "TimeZone.current", "Calendar.current",
      "getenv", "fopen", "print(",
    ],
    advice: "reaches out of Shared, which does no I/O; take what it gives as a parameter")

  /// A name that is not followed by a sync of its folder is gone after a power cut.
  static let lastingNames = WordRule(
    words: [
      "guard rename(", "Foundation.rename(", "Glibc.rename(", "moveItem(", "replaceItem", ".atomic",
    ],
    advice: "does not outlive a power cut; use DurableFile",
    exceptions: [
      WordException(
        path: "Sources/Storage/Layout/DurableFile.swift", word: "Foundation.rename(",
        reason: "this is where the folder is synced")
    ])

  /// Foundation's own reads past the end of the list of open files when there are some 1,400.
  static let launching = WordRule(
    words: ["Process("], advice: "may crash; use Launched",
    exceptions: [
      WordException(
        path: "Tests/HouseTests/SourceRules.swift", word: "Process(",
        reason: "it is named here")
    ])

  /// Names that say nothing of what is inside, and so take in everything.
  static let emptyNames = ["Util", "Helper", "Common", "Manager", "Misc"]

  /// Files over `longFile` lines, and why they are not cut.
  static let longFiles = [
    "Sources/Shared/People/ProblemCode.swift": "one table, a line for each code and language"
  ]

  static let longFile = 400
}

extension SourceFile {
  /// The names of the types that it declares, and its own.
  private var names: [(line: Int?, name: String)] {
    let words = #/\b(?:struct|class|enum|actor|protocol|typealias)\s+(\w+)/#
    return [(nil, name)]
      + code.flatMap { number, text in
        text.matches(of: words).map { (number, String($0.1)) }
      }
  }

  var emptyNameFindings: [Finding] {
    names.flatMap { line, name in
      House.emptyNames.filter { name.contains($0) }.map {
        Finding(path: path, line: line, sentence: "\($0) in \(name); say what it is or does")
      }
    }
  }

  var lengthFinding: Finding? {
    // The end of the last line begins no other one.
    let count = lines.last == "" ? lines.count - 1 : lines.count
    let isLong = count > House.longFile
    switch (isLong, House.longFiles[path]) {
    case (true, nil):
      return Finding(
        path: path, sentence: "\(count) lines; cut it, or list it in SourceRules.swift and say why")
    case (false, .some):
      return Finding(path: path, sentence: "\(count) lines; take it off the list of long files")
    default: return nil
    }
  }
}
