/// What is said of sealed backups and their keys.
extension Sentence {
  static let notAKey = Sentence(
    code: 65,
    fr: (
      "Ce fichier n'est pas une clé de secours.",
      "Donnez le fichier que djoliba-server recovery-key a écrit."
    ),
    en: (
      "This file is no recovery key.",
      "Give the file that djoliba-server recovery-key wrote."
    ))

  static let keyNeeded = Sentence(
    code: 64,
    fr: (
      "Cette sauvegarde est scellée.",
      "Donnez la clé de secours : restore FICHIER --key CLÉ."
    ),
    en: (
      "This backup is sealed.",
      "Give the recovery key: restore FILE --key KEY."
    ))

  static let wrongKey = Sentence(
    code: 77,
    fr: (
      "Cette sauvegarde est scellée pour une autre clé de secours.",
      "Essayez les clés de secours plus anciennes. Rien n'est changé ici."
    ),
    en: (
      "This backup is sealed for another recovery key.",
      "Try the older recovery keys. Nothing is changed here."
    ))
}
