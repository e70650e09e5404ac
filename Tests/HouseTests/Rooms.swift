/// A room of the house, which is a folder of Sources, and what its files may import.
struct Room {
  let name: String
  /// What any of its files may import.
  let modules: Set<String>
  /// What only these files and folders of the room may import.
  let confined: [String: [String]]

  init(_ name: String, _ modules: Set<String>, confined: [String: [String]] = [:]) {
    self.name = name
    self.modules = modules
    self.confined = confined
  }

  var known: Set<String> { modules.union(confined.keys) }
}

/// The house from the ground up: a room may know those above its line in this list, never those
/// below. The rooms at both ends of the line to Bamako do not know each other.
enum House {
  static let rooms = [
    // Foundation here is JSON and nothing else; reading and writing files is for others.
    Room(
      "Shared", [],
      confined: [
        "Crypto": [
          "Ground/RecordID.swift", "Merge/", "Repair/", "Bundle/", "Backup/", "Wire/BodyName.swift",
        ],
        "CZstd": ["Wire/Zstd.swift", "Wire/WireDictionary.swift"],
        // In Bundle/ and Backup/ only for the bytes that Crypto takes.
        "Foundation": [
          "Schema/SchemaNode.swift", "Wire/Enrolment.swift", "Wire/ProblemDocument.swift",
          "Bundle/",
          "Backup/",
        ],
        // What zstd took of memory is kept for the next message.
        "Synchronization": ["Wire/Zstd.swift"],
      ]),
    // The rules of the people's work over records, and the desk at which it is done. No I/O either.
    Room(
      "Work", ["Shared"],
      confined: ["Crypto": ["Packs/PackContent.swift", "Minutes.swift", "Desk/FormToken.swift"]]),
    Room(
      "Storage", ["Shared", "GRDB", "Foundation", "Synchronization"],
      confined: [
        "GRDBSQLite": ["Layout/Statements.swift"], "CSealed": ["Seal/"],
        "CTriggers": ["Layout/Capture.swift"],
        "Crypto": ["Seal/SealKey.swift"],
      ]),
    Room("Spreadsheet", ["Shared"], confined: ["Foundation": ["RowReader.swift"]]),
    Room(
      "Terminal", ["Shared", "ArgumentParser", "Foundation"],
      confined: ["Work": ["DHIS2Options.swift"]]),
    // Pages know records; only the skin knows sockets.
    Room(
      "Console", ["Shared", "Work"],
      confined: [
        "Crypto": ["Forms/RecordForm.swift"], "Synchronization": ["SyncBoard.swift", "HTTP/"],
        "CZlib": ["HTTP/Gzip.swift"], "Dispatch": ["HTTP/"], "Hummingbird": ["HTTP/"],
        "HummingbirdCore": ["HTTP/"], "Logging": ["HTTP/"], "NIOCore": ["HTTP/"],
        "ServiceLifecycle": ["HTTP/"], "UnixSignals": ["HTTP/"],
      ]),
    Room(
      "FieldClient", ["Shared", "Storage", "Foundation"],
      confined: [
        "CCurl": ["Transport/"], "Dispatch": ["Transport/"], "Work": ["Desk/"],
        "Crypto": ["Keys/"], "CryptoExtras": ["Keys/KeyFile.swift"],
        "Synchronization": ["Transport/", "Desk/LaptopDoors.swift", "FieldClient.swift"],
        "Glibc": ["Transport/", "Surroundings.swift", "Sync/SyncLock.swift"],
      ]),
    Room(
      "SyncServer", ["Shared", "Foundation", "Synchronization"],
      confined: [
        "GRDB": ["Store/", "Accounts/"], "X509": ["Authority/"], "SwiftASN1": ["Authority/"],
        "Storage": [
          "Store/", "Accounts/", "Hub/Conflicts.swift", "Authority/AuthorityFiles.swift",
          "Office/HubFolder.swift", "Office/Inviting.swift", "Office/AuditFile.swift", "Backup/",
          "Office/HubDisk.swift", "Office/Bundling.swift",
        ],
        "Work": [
          "Desk/", "Accounts/", "Audit/", "Hub/Devices.swift", "Hub/Erasing.swift",
          "Hub/Inbox.swift", "Hub/TokenRenewal.swift", "Hub/Bundles.swift", "Hub/Repairing.swift",
          "Hub/Refusals.swift",
          "Office/AuditFile.swift", "Backup/", "Office/Moving.swift",
          "HTTP/PagesAtTheDoor.swift",
        ],
        "Crypto": [
          "Authority/", "Audit/AuditLine.swift", "Accounts/PasswordHash.swift", "Hub/Secret.swift",
          "Hub/MarkSeal.swift",
          "Backup/BackupArchive.swift",
        ],
        "CryptoExtras": ["Accounts/PasswordHash.swift"], "Hummingbird": ["HTTP/"],
        "HummingbirdCore": ["HTTP/"], "HummingbirdTLS": ["HTTP/"], "NIOCore": ["HTTP/"],
        "NIOHTTPTypes": ["HTTP/"], "NIOSSL": ["HTTP/"], "ServiceLifecycle": ["HTTP/"],
        "UnixSignals": ["HTTP/"],
        "Dispatch": ["HTTP/"], "Logging": ["HTTP/"],
      ]),
    // It sees both sides of the line, and stands where SQLite meets the machine.
    Room(
      "Simulation",
      ["Shared", "Storage", "FieldClient", "SyncServer", "GRDB"],
      confined: [
        "GRDBSQLite": ["Disk/"],
        "Foundation": ["Disk/", "World/Scaffold.swift", "World/Template.swift"],
        "Synchronization": ["World/Scaffold.swift"],
      ]),
    // What lies between the programs, for tests and benchmarks.
    Room("BadLink", ["NIOCore", "NIOPosix"], confined: ["Synchronization": ["BadLink.swift"]]),
    Room("Launching", ["CLaunching", "Glibc"], confined: ["Foundation": ["Finished.swift"]]),
    Room("simulate", ["Simulation", "Launching", "ArgumentParser", "Foundation"]),
    Room(
      "djoliba",
      ["FieldClient", "Spreadsheet", "Terminal", "Shared", "ArgumentParser", "Foundation"],
      confined: [
        "Console": ["OpenCommand.swift", "PrintCommand.swift"],
        "Work": ["OpenCommand.swift", "DerivedFields.swift"],
        "Logging": ["OpenCommand.swift"], "Launching": ["OpenCommand.swift"],
        "Storage": ["NewFile.swift"],
      ]),
    Room(
      "djoliba-server",
      [
        "SyncServer", "Spreadsheet", "Terminal", "Shared", "ArgumentParser", "Logging",
        "Foundation",
      ],
      confined: [
        "Console": ["Run.swift"],
        "Work": ["Conflict.swift", "Export.swift", "Load.swift"],
      ]),
  ]

  /// What stands beside Sources: the fuzzer drives what reads bytes, and nothing else.
  static let annexes = [
    Room(
      "Fuzz", ["Shared", "Spreadsheet"],
      confined: [
        "FuzzTargets": ["fuzz/"], "Glibc": ["fuzz/"],
        "Console": ["Targets/PageLaws.swift", "Targets/ImaginedDesk.swift"],
        "Work": ["Targets/PageLaws.swift", "Targets/ImaginedDesk.swift"],
        "Synchronization": ["Targets/ImaginedDesk.swift"],
      ])
  ]

  /// Every import of a file that the table does not allow.
  static func findings(in file: SourceFile) -> [Finding] {
    let path = file.path.hasPrefix("Sources/") ? file.path.dropFirst(8) : file.path[...]
    let parts = path.split(separator: "/", maxSplits: 1).map(String.init)
    let known = path == file.path[...] ? annexes : rooms
    guard parts.count == 2, let room = known.first(where: { $0.name == parts[0] }) else {
      return [
        Finding(path: file.path, sentence: "no room of the table; add its line to Rooms.swift")
      ]
    }
    return file.imports.compactMap { line, module in
      room.refusal(of: module, in: parts[1])
        .map { Finding(path: file.path, line: line, sentence: $0) }
    }
  }
}

extension Room {
  /// Why a file of this room may not import a module; nil when it may.
  fileprivate func refusal(of module: String, in file: String) -> String? {
    if modules.contains(module) { return nil }
    guard let places = confined[module] else {
      return """
        \(name) does not import \(module); take what you need as a parameter, or allow it in \
        Rooms.swift and give the reason in docs/decisions
        """
    }
    if places.contains(where: { $0.hasSuffix("/") ? file.hasPrefix($0) : file == $0 }) {
      return nil
    }
    return """
      only \(places.joined(separator: ", ")) of \(name) imports \(module); move this code there, \
      or give it what it needs as a parameter
      """
  }
}

extension SourceFile {
  /// The modules it imports, whatever stands around the word `import`.
  fileprivate var imports: [(line: Int, module: String)] {
    let words = #/^\s*((@\w+(\([^)]*\))?|public|package|internal|fileprivate|private)\s+)*import\s/#
    let kinds: Set = ["struct", "class", "enum", "protocol", "typealias", "func", "var", "let"]
    return code.compactMap { number, text in
      guard let found = text.prefixMatch(of: words) else { return nil }
      let rest = text[found.range.upperBound...].split(whereSeparator: \.isWhitespace)
      let named = rest.first { !kinds.contains(String($0)) }
      return named?.split(separator: ".").first.map { (number, String($0)) }
    }
  }
}
