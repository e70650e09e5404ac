/// What is said of files on a stick.
extension Sentence {
  static let notABundle = Sentence(
    code: 65,
    fr: (
      "Ce fichier n'est pas un paquet Djoliba.",
      "Vérifiez le nom du fichier sur la clé."
    ),
    en: (
      "This file is no Djoliba bundle.",
      "Check the name of the file on the stick."
    ))

  static let bundleDamaged = Sentence(
    code: 65,
    fr: (
      "Ce paquet est abîmé ou incomplet ; rien n'en est repris, et rien n'est perdu.",
      "Copiez-le de nouveau, ou écrivez-en un nouveau."
    ),
    en: (
      "This bundle is damaged or incomplete; nothing of it is taken, and nothing is lost.",
      "Copy it again, or write a new one."
    ))

  static let bundleForeign = Sentence(
    code: 77,
    fr: (
      "Ce paquet n'est pas pour cette machine, ou vient d'une machine inconnue.",
      "Vérifiez le fichier. Si c'est le bon : une fois par le réseau, puis un nouveau."
    ),
    en: (
      "This bundle is not for this machine, or comes from an unknown one.",
      "Check the file. If it is right: sync once over the network, then a new bundle."
    ))

  static let bundleOld = Sentence(
    code: 65,
    fr: (
      "Ce paquet est dépassé : un plus récent est déjà repris. Rien n'est perdu.",
      "Sur le portable : djoliba etat. S'il reste du non envoyé, un nouveau paquet."
    ),
    en: (
      "This bundle is out of date: something newer was taken already. Nothing is lost.",
      "On the laptop: djoliba status. If anything is unsent, write a new bundle."
    ))

  static let bundleOtherWay = Sentence(
    code: 65,
    fr: (
      "Ce fichier va dans l'autre sens : un paquet va à Bamako, une réponse au portable.",
      "Prenez l'autre fichier de la clé."
    ),
    en: (
      "This file goes the other way: a bundle goes to Bamako, an answer to the laptop.",
      "Take the other file of the stick."
    ))

  static let bundleRepair = Sentence(
    code: 65,
    fr: (
      "Ce paquet n'est pas repris : le portable doit d'abord se comparer à Bamako.",
      "Rien n'est perdu. Sur le portable, avec du réseau : djoliba synchroniser."
    ),
    en: (
      "This bundle is not taken: the laptop must be compared with the hub first.",
      "Nothing is lost. On the laptop, with a network: djoliba sync."
    ))

  static let bundleUnready = Sentence(
    code: 64,
    fr: (
      "Ce portable et Bamako n'ont pas encore échangé leurs clés.",
      "Synchronisez une fois par le réseau ; ensuite la clé USB suffit."
    ),
    en: (
      "This laptop and Bamako have not exchanged their keys yet.",
      "Sync once over the network; after that a stick will do."
    ))
}
