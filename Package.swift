// swift-tools-version: 6.1
import PackageDescription

let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .unsafeFlags(["-warnings-as-errors"]),
]

let package = Package(
  name: "djoliba",
  products: [
    .library(name: "FieldClient", targets: ["FieldClient"]),
    .executable(name: "djoliba", targets: ["djoliba"]),
    .executable(name: "djoliba-server", targets: ["djoliba-server"]),
  ],
  dependencies: [
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
    .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    .systemLibrary(
      name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(
      name: "CSealed",
      cSettings: [.unsafeFlags(["-Wall", "-Wextra", "-Werror", "-O2"])],
      linkerSettings: [.linkedLibrary("crypto"), .linkedLibrary("sqlite3")]),
    .target(
      name: "CTriggers", cSettings: [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])],
      linkerSettings: [.linkedLibrary("sqlite3")]),

    .target(
      name: "CLaunching", cSettings: [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])]),
    .target(name: "CProgram", cSettings: [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])]),
    .target(
      name: "Shared",
      dependencies: ["CZstd", .product(name: "Crypto", package: "swift-crypto")],
      resources: [.embedInCode("Schema/mission.json"), .embedInCode("Wire/dictionary-1")],
      swiftSettings: strict),
    .target(
      name: "Storage",
      dependencies: [
        "Shared", "CSealed", "CTriggers", .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "GRDBSQLite", package: "GRDB.swift"),
      ],
      swiftSettings: strict),
    .target(
      name: "Work",
      dependencies: ["Shared", .product(name: "Crypto", package: "swift-crypto")],
      swiftSettings: strict),
    .target(
      name: "Spreadsheet",
      dependencies: ["Shared"],
      swiftSettings: strict),
    .target(
      name: "Console",
      dependencies: [
        "Work", "Shared", "CZlib",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ],
      resources: [.embedInCode("Pages/console.css"), .embedInCode("Pages/console.js")],
      swiftSettings: strict),
    .target(
      name: "FieldClient",
      dependencies: [
        "Shared", "Work", "Storage", "CCurl", .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "CryptoExtras", package: "swift-crypto"),
      ],
      swiftSettings: strict),
    .target(
      name: "SyncServer",
      dependencies: [
        "Shared", "Work", "Storage",
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "HummingbirdTLS", package: "hummingbird"),
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "CryptoExtras", package: "swift-crypto"),
        .product(name: "X509", package: "swift-certificates"),
        .product(name: "SwiftASN1", package: "swift-asn1"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ],
      resources: [.embedInCode("Office/bases.json")],
      swiftSettings: strict),
    .target(
      name: "Terminal",
      dependencies: [
        "Shared", "Work", "CProgram",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "djoliba",
      dependencies: [
        "FieldClient", "Console", "Work", "Spreadsheet", "Storage", "Terminal", "Launching",
        "Shared", .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "djoliba-server",
      dependencies: [
        "SyncServer", "Console", "Work", "Spreadsheet", "Terminal", "Shared",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: strict),
    .target(
      name: "Simulation",
      dependencies: [
        "FieldClient", "SyncServer", "Storage", "Shared",
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "GRDBSQLite", package: "GRDB.swift"),
      ],
      resources: [.embedInCode("World/simulation.json")],
      swiftSettings: strict),
    .target(name: "Launching", dependencies: ["CLaunching"], swiftSettings: strict),
    .target(
      name: "BadLink",
      dependencies: [
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "simulate",
      dependencies: [
        "Simulation", "Launching",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "field-notes", dependencies: ["FieldClient"], path: "Examples/FieldNotes",
      swiftSettings: strict),

    .target(
      name: "FuzzTargets", dependencies: ["Shared", "Spreadsheet", "Work", "Console"],
      path: "Fuzz/Targets",
      swiftSettings: strict),

    .testTarget(
      name: "HouseTests",
      dependencies: ["Launching", "Shared", "djoliba", "djoliba-server", "field-notes"],
      swiftSettings: strict),
    .testTarget(
      name: "SharedTests",
      dependencies: ["Shared", .product(name: "Crypto", package: "swift-crypto")],
      swiftSettings: strict),
    .testTarget(
      name: "StorageTests",
      dependencies: ["Storage", .product(name: "GRDB", package: "GRDB.swift")],
      swiftSettings: strict),
    .testTarget(
      name: "WorkTests", dependencies: ["Work", "Spreadsheet", "Shared"], swiftSettings: strict),
    .testTarget(
      name: "ConsoleTests",
      dependencies: [
        "Console", "Work", "FieldClient", "SyncServer", "Spreadsheet", "Storage", "Shared",
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOEmbedded", package: "swift-nio"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ],
      swiftSettings: strict),
    .testTarget(
      name: "SpreadsheetTests", dependencies: ["Spreadsheet", "Shared"], swiftSettings: strict),
    .testTarget(
      name: "TerminalTests",
      dependencies: [
        "Terminal", "Shared", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),
    .testTarget(
      name: "FieldClientTests",
      dependencies: [
        "BadLink", "FieldClient", "Launching", "SyncServer", "Storage", "Shared",
        .product(name: "GRDB", package: "GRDB.swift"),
      ],
      swiftSettings: strict),
    .testTarget(
      name: "SyncServerTests",
      dependencies: [
        "SyncServer", "Launching", "Work",
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOEmbedded", package: "swift-nio"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ],
      swiftSettings: strict),
    .testTarget(name: "SimulationTests", dependencies: ["Simulation"], swiftSettings: strict),
    .testTarget(
      name: "FuzzTests", dependencies: ["FuzzTargets", "Shared"], swiftSettings: strict),
    .testTarget(
      name: "TrustTests",
      dependencies: [
        "BadLink", "Console", "Launching", "Work", "FieldClient", "SyncServer", "Storage", "Shared",
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ],
      swiftSettings: strict),
    .testTarget(
      name: "EndToEndTests",
      dependencies: [
        "BadLink", "Launching", "djoliba", "djoliba-server", "Shared", "Storage",
        .product(name: "GRDB", package: "GRDB.swift"),
      ],
      swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)

// The benchmark sees what only this package sees, so it is a target of it and not a package of
// its own; nobody builds it without asking.
if Context.environment["DJOLIBA_BENCHMARKS"] != nil {
  package.targets.append(
    .executableTarget(
      name: "bench",
      dependencies: [
        "Shared", "Storage", "FieldClient", "SyncServer",
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ],
      path: "Benchmarks/bench",
      resources: [.embedInCode("schema.json")],
      swiftSettings: strict))
  package.targets.append(
    .executableTarget(
      name: "dictionary", dependencies: ["CZstd", "Shared", "Simulation"],
      path: "Benchmarks/dictionary", swiftSettings: strict))
  package.targets.append(
    .executableTarget(
      name: "links",
      dependencies: [
        "BadLink", "Launching", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Benchmarks/links", swiftSettings: strict))
  package.targets.append(
    .executableTarget(
      name: "load",
      dependencies: [
        "Launching", "Shared", "SyncServer",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
      ],
      path: "Benchmarks/load", swiftSettings: strict))
}

// The fuzzer likewise. What it drives is compiled to be watched, so it has a build folder of its
// own. SwiftPM makes our `main` the program's; the linker passes over the one of libFuzzer.
if Context.environment["DJOLIBA_FUZZ"] != nil {
  let watched: [SwiftSetting] = [.unsafeFlags(["-sanitize=fuzzer,address", "-parse-as-library"])]
  let names = ["Shared", "Spreadsheet", "Work", "Console", "FuzzTargets"]
  for target in package.targets where names.contains(target.name) {
    target.swiftSettings?.append(contentsOf: watched)
  }
  package.targets.append(
    .executableTarget(
      name: "fuzz", dependencies: ["FuzzTargets"], path: "Fuzz/fuzz",
      swiftSettings: strict + watched,
      linkerSettings: [
        .unsafeFlags([
          "-sanitize=fuzzer,address", "-use-ld=lld", "-Xlinker", "--allow-multiple-definition",
        ])
      ]))
}
