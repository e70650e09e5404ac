import ArgumentParser
import Foundation
package import Shared

extension Language {
  /// The language to speak: the option, else the locale, else English.
  ///
  /// As everywhere on Unix the first of `LC_ALL`, `LC_MESSAGES` and `LANG` that is not empty
  /// decides alone.
  package static func detected(
    option: Language? = nil, environment: [String: String]
  ) -> Language {
    if let option { return option }
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].lazy
      .compactMap { environment[$0] }
      .first { !$0.isEmpty }
    return locale?.lowercased().hasPrefix("fr") == true ? .fr : .en
  }

  /// The language asked for among a program's arguments, read before any parsing because help
  /// texts are made while the commands are being declared.
  package static func option(in arguments: [String]) -> Language? {
    let options = arguments.prefix { $0 != "--" }
    for (option, next) in zip(options, options.dropFirst() + [""]) {
      if option == "--lang" { return Language(rawValue: next) }
      if option.hasPrefix("--lang=") { return Language(rawValue: String(option.dropFirst(7))) }
    }
    return nil
  }

  /// The language this process was started in.
  package static let ofProcess = detected(
    option: option(in: ProcessInfo.processInfo.arguments),
    environment: ProcessInfo.processInfo.environment)
}

/// A text in the language of this process, for what is declared before arguments are parsed:
/// `CommandConfiguration(abstract: spoken(fr: "…", en: "…"))`.
package func spoken(fr: String, en: String) -> String {
  Label(fr: fr, en: en)[.ofProcess]
}
