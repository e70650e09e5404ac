package import ArgumentParser
package import Foundation
package import Shared

/// The options every command of both programs takes.
package struct GlobalOptions: ParsableArguments {
  @Option(
    help: .init(
      fr: "Dossier des données (sinon $DJOLIBA_DATA, sinon ~/.local/share/djoliba).",
      en: "Data directory (else $DJOLIBA_DATA, else ~/.local/share/djoliba).",
      valueName: Label(fr: "dossier", en: "dir")))
  package var data: String?

  @Option(
    help: .init(
      fr: "Langue des messages : fr ou en.", en: "Language of the messages: fr or en.",
      valueName: Label(fr: "langue", en: "language")),
    transform: GlobalOptions.language(named:))
  package var lang: Language?

  package init() {}

  package func validate() throws {
    // An unset shell variable (--data "$DIR") must not end in the default directory.
    if data?.isEmpty == true {
      throw ValidationError(spoken(fr: "--data est vide.", en: "--data is empty."))
    }
  }

  package var language: Language { lang ?? .ofProcess }

  /// Where this program keeps its files; nothing is created.
  package func directory(
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> URL {
    if let data { return URL(filePath: data, directoryHint: .isDirectory) }
    if let path = environment["DJOLIBA_DATA"], !path.isEmpty {
      return URL(filePath: path, directoryHint: .isDirectory)
    }
    return Self.share(environment).appending(path: "djoliba", directoryHint: .isDirectory)
  }

  /// The XDG data home; a relative `XDG_DATA_HOME` is ignored, as its specification asks.
  private static func share(_ environment: [String: String]) -> URL {
    if let path = environment["XDG_DATA_HOME"], path.hasPrefix("/") {
      return URL(filePath: path, directoryHint: .isDirectory)
    }
    let home = environment["HOME"].flatMap { $0.isEmpty ? nil : URL(filePath: $0) }
    return (home ?? FileManager.default.homeDirectoryForCurrentUser)
      .appending(path: ".local/share", directoryHint: .isDirectory)
  }

  private static func language(named name: String) throws -> Language {
    guard let language = Language(rawValue: name) else {
      throw ValidationError(spoken(fr: "--lang : fr ou en.", en: "--lang: fr or en."))
    }
    return language
  }
}
