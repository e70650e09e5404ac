/// What people read, as they read it. Spelt out here once more, so that a change of the programs'
/// own table is noticed.
extension Sentence {
  static let offline = Sentence(
    code: 69,
    fr: ("Bamako n'est pas joignable. Rien n'est perdu.", "Réessayez quand le réseau revient."),
    en: ("The hub cannot be reached. Nothing is lost.", "Try again when the network is back."))

  static let interrupted = Sentence(
    code: 75,
    fr: (
      "La synchronisation s'est arrêtée avant la fin. Ce qui est passé est acquis.",
      "Relancez : djoliba synchroniser."
    ),
    en: (
      "The sync stopped before the end. What went through is kept.", "Run again: djoliba sync."
    ))

  static let untrusted = Sentence(
    code: 77,
    fr: (
      "Le serveur joint n'est pas celui de l'invitation.",
      "Ne continuez pas sur ce réseau, et prévenez Bamako."
    ),
    en: (
      "The server reached is not the one of the invitation.",
      "Do not go on over this network, and tell Bamako."
    ))

  static let expired = Sentence(
    code: 77,
    fr: ("Cette invitation a expiré.", "Demandez une nouvelle invitation à Bamako."),
    en: ("This invitation has expired.", "Ask Bamako for a new invitation."))

  static let used = Sentence(
    code: 77,
    fr: ("Cette invitation a déjà servi.", "Demandez une nouvelle invitation à Bamako."),
    en: ("This invitation was already used.", "Ask Bamako for a new invitation."))

  static let unreadableInvitation = Sentence(
    code: 65,
    fr: ("Cette invitation n'est pas lisible.", "Demandez une nouvelle invitation à Bamako."),
    en: ("This invitation cannot be read.", "Ask Bamako for a new invitation."))

  static let revoked = Sentence(
    code: 77,
    fr: (
      "L'accès de cet appareil a été retiré.",
      "Appelez Bamako. Les données locales restent lisibles."
    ),
    en: ("This device's access was withdrawn.", "Call Bamako. Local data stay readable."))

  static let changesRefused = Sentence(
    code: 65,
    fr: (
      "Bamako a refusé des modifications ; tout le reste est fait.", "Voyez : djoliba refused."
    ),
    en: ("Bamako refused some changes; everything else is done.", "See: djoliba refused."))

  static let unknownType = Sentence(
    code: 65,
    fr: (
      "Ce type d'enregistrement n'existe pas.",
      "Corrigez le nom du type, ou mettez le programme à jour."
    ),
    en: (
      "There is no such record type.", "Correct the name of the type, or upgrade the program."
    ))

  static let unknownField = Sentence(
    code: 65,
    fr: ("Ce champ n'existe pas.", "Corrigez le nom du champ, ou mettez le programme à jour."),
    en: ("There is no such field.", "Correct the name of the field, or upgrade the program."))

  static let wrongType = Sentence(
    code: 65,
    fr: ("La valeur n'est pas du type attendu.", "Corrigez la valeur et renvoyez."),
    en: ("The value is not of the expected type.", "Correct the value and send again."))

  static let invalidValue = Sentence(
    code: 65,
    fr: ("La valeur ne respecte pas la règle du champ.", "Corrigez la valeur et renvoyez."),
    en: ("The value breaks the field's rule.", "Correct the value and send again."))

  static let missingColumn = Sentence(
    code: 65,
    fr: (
      "Il manque une colonne obligatoire au tableau.",
      "Ajoutez cette colonne, puis importez de nouveau."
    ),
    en: ("The table lacks a required column.", "Add this column, then import again."))
  static let missingField = Sentence(
    code: 65,
    fr: ("Un champ obligatoire est vide.", "Remplissez ce champ et renvoyez."),
    en: ("A required field is empty.", "Fill in this field and send again."))

  static let ambiguous = Sentence(
    code: 65,
    fr: (
      "Plusieurs enregistrements commencent ainsi.",
      "Donnez plus de caractères de l'identifiant."
    ),
    en: ("Several records begin like this.", "Give more characters of the id."))

  static let noBase = Sentence(
    code: 65,
    fr: (
      "Cette base n'est pas dans la liste des bases.",
      "Voyez les codes avec : djoliba liste base."
    ),
    en: (
      "This base is not in the list of bases.", "See the codes with: djoliba list base."
    ))
  static let notAFile = Sentence(
    code: 65,
    fr: ("C'est un dossier, et il faut un fichier.", "Donnez le chemin d'un fichier."),
    en: ("This is a folder, and a file is needed.", "Give the path of a file."))
  static let noConflict = Sentence(
    code: 65,
    fr: (
      "Aucun conflit n'a ce numéro.", "Voyez les numéros avec : djoliba-server conflicts."
    ),
    en: ("No conflict has this number.", "See the numbers with: djoliba-server conflicts."))
  static let noDevice = Sentence(
    code: 65,
    fr: (
      "Aucun appareil n'a ce numéro.", "Voyez les numéros avec : djoliba-server device list."
    ),
    en: ("No device has this number.", "See the numbers with: djoliba-server device list."))
  static let noRefusal = Sentence(
    code: 65,
    fr: ("Aucun refus n'a ce numéro.", "Voyez les numéros avec : djoliba refused."),
    en: ("No refusal has this number.", "See the numbers with: djoliba refused."))
  static let notFound = Sentence(
    code: 65,
    fr: (
      "Aucun enregistrement ne correspond.", "Vérifiez l'identifiant avec : djoliba liste TYPE."
    ),
    en: ("No record matches.", "Check the id with: djoliba list TYPE."))

  static let rowsRejected = Sentence(
    code: 65,
    fr: (
      "Des lignes n'ont pas été reprises.", "Corrigez le fichier des rejets et importez-le."
    ),
    en: ("Some rows were not taken over.", "Correct the rejects file and import it."))

  static let fileMissing = Sentence(
    code: 65,
    fr: ("Le fichier ou le dossier n'existe pas.", "Vérifiez le chemin."),
    en: ("The file or folder does not exist.", "Check the path."))

  static let damaged = Sentence(
    code: 65,
    fr: (
      "La base de données est abîmée.",
      "Sur un appareil : djoliba verify --rebuild. À Bamako : restaurez la sauvegarde."
    ),
    en: (
      "The database is damaged.",
      "On a device: djoliba verify --rebuild. In Bamako: restore the backup."
    ))

  static let alreadySettled = Sentence(
    code: 65,
    fr: ("Ce conflit est déjà réglé.", "Voyez : djoliba-server conflicts."),
    en: ("This conflict is settled already.", "See: djoliba-server conflicts."))

  static let notEnrolled = Sentence(
    code: 64,
    fr: (
      "Ce dossier n'est pas encore relié à Bamako.", "Lancez : djoliba enroll INVITATION."
    ),
    en: ("This folder is not linked to Bamako yet.", "Run: djoliba enroll INVITATION."))

  static let noHub = Sentence(
    code: 64,
    fr: (
      "Ce dossier ne contient pas de serveur.", "Lancez : djoliba-server init --data DOSSIER."
    ),
    en: ("This folder holds no hub.", "Run: djoliba-server init --data DIR."))

  static let alreadyEnrolled = Sentence(
    code: 73,
    fr: ("Ce dossier est déjà relié à Bamako.", "Choisissez un autre dossier avec --data."),
    en: ("This folder is already linked to Bamako.", "Choose another folder with --data."))

  static let alreadyHub = Sentence(
    code: 73,
    fr: ("Ce dossier contient déjà un serveur.", "Choisissez un autre dossier avec --data."),
    en: ("This folder already holds a hub.", "Choose another folder with --data."))

  static let alreadyServed = Sentence(
    code: 73,
    fr: (
      "Un autre serveur tourne déjà sur ce dossier.",
      "Un dossier n'a qu'un serveur : arrêtez l'autre d'abord."
    ),
    en: (
      "Another server already runs on this folder.",
      "A folder has one server: stop the other one first."
    ))

  static let portTaken = Sentence(
    code: 73,
    fr: (
      "Cette adresse est déjà utilisée par un autre programme.",
      "Arrêtez l'autre programme, ou choisissez une autre adresse avec --listen."
    ),
    en: (
      "Another program already uses this address.",
      "Stop the other program, or choose another address with --listen."
    ))

  static let cannotWrite = Sentence(
    code: 73,
    fr: ("Impossible d'écrire ici.", "Vérifiez les droits sur le dossier."),
    en: ("Cannot write here.", "Check the folder's permissions."))

  static let fileExists = Sentence(
    code: 73,
    fr: (
      "Un fichier de ce nom existe déjà.", "Choisissez un autre nom, ou déplacez ce fichier."
    ),
    en: (
      "There is a file of this name already.", "Choose another name, or move that file away."
    ))

  static let plainHTTP = Sentence(
    code: 77,
    fr: (
      "Une liaison non chiffrée n'est permise que sur cette machine.",
      "Utilisez https, ou --behind-proxy derrière un serveur TLS."
    ),
    en: (
      "An unencrypted link is allowed only on this machine.",
      "Use https, or --behind-proxy behind a TLS server."
    ))
}
