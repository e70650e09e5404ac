import Shared
import Terminal
import Testing

@Suite struct LanguageTests {
  @Test(arguments: [
    ([:], Language.en),
    (["LANG": "fr_FR.UTF-8"], .fr),
    (["LANG": "fr_FR.UTF-8", "LC_ALL": "C"], .en),
    (["LANG": "en_GB.UTF-8", "LC_MESSAGES": "fr_ML"], .fr),
    (["LANG": "fr_FR.UTF-8", "LC_ALL": ""], .fr),
  ])
  func `the first locale variable that is set decides`(
    environment: [String: String], language: Language
  ) {
    #expect(Language.detected(environment: environment) == language)
  }

  @Test func `the option wins over the locale`() {
    #expect(Language.detected(option: .en, environment: ["LC_ALL": "fr_FR.UTF-8"]) == .en)
  }

  @Test func `the option is found among the arguments before they are parsed`() {
    #expect(Language.option(in: ["djoliba", "sync", "--lang", "fr"]) == .fr)
    #expect(Language.option(in: ["djoliba", "--lang=en", "sync"]) == .en)
    #expect(Language.option(in: ["djoliba", "search", "--", "--lang", "fr"]) == nil)
    #expect(Language.option(in: ["djoliba", "--lang"]) == nil)
    #expect(Language.option(in: ["djoliba", "--lang", "de"]) == nil)
  }
}
