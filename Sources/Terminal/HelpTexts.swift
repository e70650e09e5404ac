package import ArgumentParser
package import Shared

extension ArgumentHelp {
  /// The help of an option or argument in the language of this process.
  package init(fr: String, en: String, valueName: Label? = nil) {
    self.init(spoken(fr: fr, en: en), valueName: valueName?[.ofProcess])
  }
}
