/// Every code word, with its exit code (sysexits), its HTTP status, and its texts. Adding one is
/// adding a case and a line to the table below.
extension Problem {
  public enum Code: String, Sendable, Hashable, CaseIterable, Codable {
    case usage, not_enrolled, no_hub, unknown_type
    case unknown_field, wrong_type, invalid_value, missing_field
    case bad_id, scope_not_granted, scope_widened, other_base, role_not_allowed
    case append_only, locked, going_back, stale_format
    case erased, not_found, no_base, no_conflict, no_device, no_refusal, no_parcel
    case ambiguous_id, already_exists, already_settled
    case schema_invalid, csv_invalid, missing_column, rows_rejected, changes_refused, file_missing
    case not_a_file, not_a_replica, not_a_backup, file_newer, damaged, partly_saved,
      invitation_invalid, offline
    case stalled
    case overloaded, hub_unable, `internal`, cannot_write, disk_full, not_shown
    case already_hub, already_enrolled, already_running, already_served, busy
    case file_exists, interrupted, clock, cursor, hub_behind, digest_mismatch
    case not_understood, too_large, unsupported_media, protocol_old, wrong_method, no_route
    case too_many_requests, unauthorised, forbidden, revoked, wipe_ordered, wiped, not_wiped,
      wipe_waits, log_broken
    case untrusted_hub, certificate_date, invitation_used, invitation_expired, invitation_unknown
    case plain_http
    case changed_meanwhile, pack_incomplete, no_account, account_exists, weak_password
    case wrong_password, account_locked, session_over
    case passphrase_needed, wrong_passphrase, no_key
    case not_a_bundle, bundle_damaged, bundle_foreign, bundle_old, bundle_ahead, bundle_other_way
    case bundle_unready, bundle_repair
    case not_a_key, key_needed, wrong_key, key_at_home
  }
}

extension Problem.Code {
  /// The exit code of a program that ends with this problem.
  public var exitCode: Int32 { entry.exit }
  /// The HTTP status of an answer that carries this problem.
  public var httpStatus: Int { entry.status }
  public var text: Label { entry.text }
  public var hint: Label { entry.hint }

  private struct Entry {
    let exit: Int32
    let status: Int
    let text: Label
    let hint: Label
  }

  private var entry: Entry {
    switch self {
    case .usage:
      Entry(
        exit: 64, status: 400,
        text: Label(
          fr: "La commande n'est pas complète.",
          en: "The command is not complete."),
        hint: Label(
          fr: "Voyez --help.",
          en: "See --help."))
    case .not_enrolled:
      Entry(
        exit: 64, status: 400,
        text: Label(
          fr: "Ce dossier n'est pas encore relié à Bamako.",
          en: "This folder is not linked to Bamako yet."),
        hint: Label(
          fr: "Lancez : djoliba enroll INVITATION.",
          en: "Run: djoliba enroll INVITATION."))
    case .no_hub:
      Entry(
        exit: 64, status: 400,
        text: Label(
          fr: "Ce dossier ne contient pas de serveur.",
          en: "This folder holds no hub."),
        hint: Label(
          fr: "Lancez : djoliba-server init --data DOSSIER.",
          en: "Run: djoliba-server init --data DIR."))
    case .unknown_type:
      Entry(
        exit: 65, status: 422,
        text: Label(
          fr: "Ce type d'enregistrement n'existe pas.",
          en: "There is no such record type."),
        hint: Label(
          fr: "Corrigez le nom du type, ou mettez le programme à jour.",
          en: "Correct the name of the type, or upgrade the program."))
    case .unknown_field:
      Entry(
        exit: 65, status: 422,
        text: Label(
          fr: "Ce champ n'existe pas.",
          en: "There is no such field."),
        hint: Label(
          fr: "Corrigez le nom du champ, ou mettez le programme à jour.",
          en: "Correct the name of the field, or upgrade the program."))
    case .wrong_type:
      Entry(
        exit: 65, status: 422,
        text: Label(
          fr: "La valeur n'est pas du type attendu.",
          en: "The value is not of the expected type."),
        hint: Label(
          fr: "Corrigez la valeur et renvoyez.",
          en: "Correct the value and send again."))
    case .invalid_value:
      Entry(
        exit: 65, status: 422,
        text: Label(
          fr: "La valeur ne respecte pas la règle du champ.",
          en: "The value breaks the field's rule."),
        hint: Label(
          fr: "Corrigez la valeur et renvoyez.",
          en: "Correct the value and send again."))
    case .missing_field:
      Entry(
        exit: 65, status: 422,
        text: Label(
          fr: "Un champ obligatoire est vide.",
          en: "A required field is empty."),
        hint: Label(
          fr: "Remplissez ce champ et renvoyez.",
          en: "Fill in this field and send again."))
    case .bad_id:
      Entry(
        exit: 65, status: 422,
        text: Label(
          fr: "L'identifiant n'est pas un UUID, ou ne correspond pas à la clé.",
          en: "The id is not a UUID, or does not match the key."),
        hint: Label(
          fr: "Laissez le programme donner l'identifiant.",
          en: "Let the program give the id."))
    case .scope_not_granted:
      Entry(
        exit: 65, status: 403,
        text: Label(
          fr: "Cette portée n'est pas ouverte à cet appareil.",
          en: "This scope is not granted to this device."),
        hint: Label(
          fr: "Demandez l'accès à Bamako, ou abandonnez la modification.",
          en: "Ask Bamako for access, or drop the change."))
    case .scope_widened:
      Entry(
        exit: 65, status: 403,
        text: Label(
          fr: "Une base ne peut pas élargir la portée d'un enregistrement.",
          en: "A base may not widen the scope of a record."),
        hint: Label(
          fr: "Demandez-le au Référent.",
          en: "Ask the security focal point."))
    case .other_base:
      Entry(
        exit: 65, status: 403,
        text: Label(
          fr: "Cette fiche est l'affaire d'une autre base.",
          en: "This record is another base's affair."),
        hint: Label(
          fr: "Choisissez votre base, ou demandez à l'autre base ou à Bamako de l'écrire.",
          en: "Choose your own base, or ask the other base or Bamako to write it."))
    case .role_not_allowed:
      Entry(
        exit: 65, status: 403,
        text: Label(
          fr: "Ce rôle n'a pas le droit de faire cette modification.",
          en: "This role may not make this change."),
        hint: Label(
          fr: "Demandez à la personne qui a ce rôle, ou abandonnez la modification.",
          en: "Ask the person who holds the role, or drop the change."))
    case .append_only:
      Entry(
        exit: 65, status: 409,
        text: Label(
          fr: "Un enregistrement de ce type ne se modifie pas.",
          en: "A record of this type is never changed."),
        hint: Label(
          fr: "Créez un nouvel enregistrement qui corrige.",
          en: "Add a new record that corrects it."))
    case .locked:
      Entry(
        exit: 65, status: 409,
        text: Label(
          fr: "Cette valeur est vérifiée et verrouillée.",
          en: "This value is verified and locked."),
        hint: Label(
          fr: "Demandez au suivi-évaluation de la rouvrir.",
          en: "Ask monitoring and evaluation to reopen it."))
    case .going_back:
      Entry(
        exit: 65, status: 409,
        text: Label(
          fr: "Ce statut ne revient pas en arrière avec ce rôle.",
          en: "This status does not go back with this role."),
        hint: Label(
          fr: "Demandez à Bamako de le faire.",
          en: "Ask Bamako to do it."))
    case .stale_format:
      Entry(
        exit: 65, status: 422,
        text: Label(
          fr: "Ce format de modification n'est plus lu.",
          en: "This format of change is no longer read."),
        hint: Label(
          fr: "Mettez le programme à jour, puis renvoyez.",
          en: "Upgrade the program, then send again."))
    case .erased:
      Entry(
        exit: 65, status: 409,
        text: Label(
          fr: "Cet enregistrement a été effacé définitivement.",
          en: "This record was erased for good."),
        hint: Label(
          fr: "Abandonnez la modification.",
          en: "Drop the change."))
    case .not_found:
      Entry(
        exit: 65, status: 404,
        text: Label(
          fr: "Aucun enregistrement ne correspond.",
          en: "No record matches."),
        hint: Label(
          fr: "Vérifiez l'identifiant avec : djoliba liste TYPE.",
          en: "Check the id with: djoliba list TYPE."))
    case .no_base:
      Entry(
        exit: 65, status: 422,
        text: Label(
          fr: "Cette base n'est pas dans la liste des bases.",
          en: "This base is not in the list of bases."),
        hint: Label(
          fr: "Voyez les codes avec : djoliba liste base.",
          en: "See the codes with: djoliba list base."))
    case .no_conflict:
      Entry(
        exit: 65, status: 404,
        text: Label(
          fr: "Aucun conflit n'a ce numéro.",
          en: "No conflict has this number."),
        hint: Label(
          fr: "Voyez les numéros avec : djoliba-server conflicts.",
          en: "See the numbers with: djoliba-server conflicts."))
    case .no_device:
      Entry(
        exit: 65, status: 404,
        text: Label(
          fr: "Aucun appareil n'a ce numéro.",
          en: "No device has this number."),
        hint: Label(
          fr: "Voyez les numéros avec : djoliba-server device list.",
          en: "See the numbers with: djoliba-server device list."))
    case .no_parcel:
      Entry(
        exit: 65, status: 404,
        text: Label(
          fr: "Aucun envoi d'un appareil effacé n'a ce numéro.",
          en: "No parcel of a wiped device has this number."),
        hint: Label(
          fr: "Voyez les numéros avec : djoliba-server inbox list.",
          en: "See the numbers with: djoliba-server inbox list."))
    case .no_refusal:
      Entry(
        exit: 65, status: 404,
        text: Label(
          fr: "Aucun refus n'a ce numéro.",
          en: "No refusal has this number."),
        hint: Label(
          fr: "Voyez les numéros avec : djoliba refused.",
          en: "See the numbers with: djoliba refused."))
    case .already_settled:
      Entry(
        exit: 65, status: 409,
        text: Label(
          fr: "Ce conflit est déjà réglé.",
          en: "This conflict is settled already."),
        hint: Label(
          fr: "Voyez : djoliba-server conflicts.",
          en: "See: djoliba-server conflicts."))
    case .already_exists:
      Entry(
        exit: 65, status: 409,
        text: Label(
          fr: "Cet enregistrement existe déjà.",
          en: "This record exists already."),
        hint: Label(
          fr: "Modifiez celui qui existe.",
          en: "Change the one that exists."))
    case .ambiguous_id:
      Entry(
        exit: 65, status: 409,
        text: Label(
          fr: "Plusieurs enregistrements commencent ainsi.",
          en: "Several records begin like this."),
        hint: Label(
          fr: "Donnez plus de caractères de l'identifiant.",
          en: "Give more characters of the id."))
    case .schema_invalid:
      Entry(
        exit: 65, status: 422,
        text: Label(
          fr: "Le schéma ne peut pas fonctionner.",
          en: "The schema cannot work."),
        hint: Label(
          fr: "Corrigez le fichier du schéma à l'endroit indiqué.",
          en: "Correct the schema file at the place given."))
    case .csv_invalid:
      Entry(
        exit: 65, status: 422,
        text: Label(
          fr: "Le tableau ne peut pas être lu.",
          en: "The spreadsheet cannot be read."),
        hint: Label(
          fr: "Corrigez le fichier, ou enregistrez-le en CSV UTF-8.",
          en: "Correct the file, or save it as CSV UTF-8."))
    case .missing_column:
      Entry(
        exit: 65, status: 422,
        text: Label(
          fr: "Il manque une colonne obligatoire au tableau.",
          en: "The table lacks a required column."),
        hint: Label(
          fr: "Ajoutez cette colonne, puis importez de nouveau.",
          en: "Add this column, then import again."))
    case .rows_rejected:
      Entry(
        exit: 65, status: 422,
        text: Label(
          fr: "Des lignes n'ont pas été reprises.",
          en: "Some rows were not taken over."),
        hint: Label(
          fr: "Corrigez le fichier des rejets et importez-le.",
          en: "Correct the rejects file and import it."))
    case .changes_refused:
      Entry(
        exit: 65, status: 422,
        text: Label(
          fr: "Bamako a refusé des modifications ; tout le reste est fait.",
          en: "Bamako refused some changes; everything else is done."),
        hint: Label(
          fr: "Voyez : djoliba refused.",
          en: "See: djoliba refused."))
    case .file_missing:
      Entry(
        exit: 65, status: 404,
        text: Label(
          fr: "Le fichier ou le dossier n'existe pas.",
          en: "The file or folder does not exist."),
        hint: Label(
          fr: "Vérifiez le chemin.",
          en: "Check the path."))
    case .not_a_file:
      Entry(
        exit: 65, status: 422,
        text: Label(
          fr: "C'est un dossier, et il faut un fichier.",
          en: "This is a folder, and a file is needed."),
        hint: Label(
          fr: "Donnez le chemin d'un fichier.",
          en: "Give the path of a file."))
    case .not_a_replica:
      Entry(
        exit: 65, status: 422,
        text: Label(
          fr: "Ce fichier n'est pas une base Djoliba lisible.",
          en: "This file is not a readable Djoliba database."),
        hint: Label(
          fr: "Gardez une copie du fichier et appelez Bamako avant toute autre commande.",
          en: "Keep a copy of the file and call Bamako before any other command."))
    case .not_a_backup:
      Entry(
        exit: 65, status: 422,
        text: Label(
          fr: "Ce fichier n'est pas une sauvegarde entière.",
          en: "This file is not a whole backup."),
        hint: Label(
          fr: "Prenez une autre copie. Rien n'est changé ici.",
          en: "Take another copy. Nothing is changed here."))
    case .file_newer:
      Entry(
        exit: 65, status: 422,
        text: Label(
          fr: "Ce fichier vient d'un programme plus récent.",
          en: "This file is of a newer program."),
        hint: Label(
          fr: "Mettez le programme à jour. Rien n'est changé ni perdu.",
          en: "Upgrade the program. Nothing is changed or lost."))
    case .invitation_invalid:
      Entry(
        exit: 65, status: 422,
        text: Label(
          fr: "Cette invitation n'est pas lisible.",
          en: "This invitation cannot be read."),
        hint: Label(
          fr: "Demandez une nouvelle invitation à Bamako.",
          en: "Ask Bamako for a new invitation."))
    case .offline:
      Entry(
        exit: 69, status: 503,
        text: Label(
          fr: "Bamako n'est pas joignable. Rien n'est perdu.",
          en: "The hub cannot be reached. Nothing is lost."),
        hint: Label(
          fr: "Réessayez quand le réseau revient.",
          en: "Try again when the network is back."))
    case .stalled:
      Entry(
        exit: 69, status: 504,
        text: Label(
          fr: "La liaison ne transmet plus rien. Rien n'est perdu.",
          en: "The link stopped carrying anything. Nothing is lost."),
        hint: Label(
          fr: "Réessayez quand le réseau est meilleur ; la suite reprendra où elle en était.",
          en: "Try again on a better link; it goes on where it was."))
    case .overloaded:
      Entry(
        exit: 69, status: 503,
        text: Label(
          fr: "Bamako est occupé. Rien n'est perdu.",
          en: "The hub is busy. Nothing is lost."),
        hint: Label(
          fr: "Réessayez dans quelques minutes.",
          en: "Try again in a few minutes."))
    case .hub_unable:
      Entry(
        exit: 69, status: 503,
        text: Label(
          fr: "Bamako ne peut rien enregistrer pour l'instant. Rien n'est perdu.",
          en: "The hub cannot save anything at the moment. Nothing is lost."),
        hint: Label(
          fr: "Réessayez plus tard ; si cela dure, prévenez Bamako.",
          en: "Try again later; if it goes on, tell Bamako."))
    case .internal:
      Entry(
        exit: 70, status: 500,
        text: Label(
          fr: "Le programme a rencontré une erreur qui est la nôtre. Rien n'est perdu.",
          en: "The program met an error of its own. Nothing is lost."),
        hint: Label(
          fr: "Réessayez ; si cela revient, envoyez ce message à Bamako.",
          en: "Try again; if it comes back, send this message to Bamako."))
    case .cannot_write:
      Entry(
        exit: 73, status: 507,
        text: Label(
          fr: "Impossible d'écrire ici.",
          en: "Cannot write here."),
        hint: Label(
          fr: "Vérifiez les droits sur le dossier.",
          en: "Check the folder's permissions."))
    case .disk_full:
      Entry(
        exit: 73, status: 507,
        text: Label(
          fr: "Le disque est plein. Rien de ce qui était enregistré n'est perdu.",
          en: "The disk is full. Nothing that was saved is lost."),
        hint: Label(
          fr: "Libérez de la place, puis recommencez.",
          en: "Free some space, then run again."))
    case .not_shown:
      Entry(
        exit: 73, status: 507,
        text: Label(
          fr: "C'est enregistré, mais le résultat n'a pas pu être affiché.",
          en: "It was saved, but the result could not be shown."),
        hint: Label(
          fr: "N'enregistrez pas de nouveau : djoliba liste TYPE montre la fiche.",
          en: "Do not save it again: djoliba list TYPE shows the record."))
    case .already_hub:
      Entry(
        exit: 73, status: 409,
        text: Label(
          fr: "Ce dossier contient déjà un serveur.",
          en: "This folder already holds a hub."),
        hint: Label(
          fr: "Choisissez un autre dossier avec --data.",
          en: "Choose another folder with --data."))
    case .already_enrolled:
      Entry(
        exit: 73, status: 409,
        text: Label(
          fr: "Ce dossier est déjà relié à Bamako.",
          en: "This folder is already linked to Bamako."),
        hint: Label(
          fr: "Choisissez un autre dossier avec --data.",
          en: "Choose another folder with --data."))
    case .already_running:
      Entry(
        exit: 73, status: 409,
        text: Label(
          fr: "Cette adresse est déjà utilisée par un autre programme.",
          en: "Another program already uses this address."),
        hint: Label(
          fr: "Arrêtez l'autre programme, ou choisissez une autre adresse avec --listen.",
          en: "Stop the other program, or choose another address with --listen."))
    case .already_served:
      Entry(
        exit: 73, status: 409,
        text: Label(
          fr: "Un autre serveur tourne déjà sur ce dossier.",
          en: "Another server already runs on this folder."),
        hint: Label(
          fr: "Un dossier n'a qu'un serveur : arrêtez l'autre d'abord.",
          en: "A folder has one server: stop the other one first."))
    case .file_exists:
      Entry(
        exit: 73, status: 409,
        text: Label(
          fr: "Un fichier de ce nom existe déjà.",
          en: "There is a file of this name already."),
        hint: Label(
          fr: "Choisissez un autre nom, ou déplacez ce fichier.",
          en: "Choose another name, or move that file away."))
    case .busy:
      Entry(
        exit: 75, status: 503,
        text: Label(
          fr: "Un autre programme écrit dans ce dossier. Rien n'est perdu.",
          en: "Another program is writing in this folder. Nothing is lost."),
        hint: Label(
          fr: "Relancez la commande dans un moment.",
          en: "Run the command again in a moment."))
    case .interrupted:
      Entry(
        exit: 75, status: 503,
        text: Label(
          fr: "La synchronisation s'est arrêtée avant la fin. Ce qui est passé est acquis.",
          en: "The sync stopped before the end. What went through is kept."),
        hint: Label(
          fr: "Relancez : djoliba synchroniser.",
          en: "Run again: djoliba sync."))
    case .clock:
      Entry(
        exit: 75, status: 409,
        text: Label(
          fr: "L'horloge de cet appareil est décalée.",
          en: "This device's clock is off."),
        hint: Label(
          fr: "Rien à faire : les modifications sont redatées et renvoyées.",
          en: "Nothing to do: the changes are dated again and sent again."))
    case .cursor:
      Entry(
        exit: 75, status: 409,
        text: Label(
          fr: "Le serveur a été restauré depuis la dernière synchronisation.",
          en: "The hub was restored since the last sync."),
        hint: Label(
          fr: "Rien n'est effacé ici. Relancez : djoliba synchroniser.",
          en: "Nothing is erased here. Run again: djoliba sync."))
    case .damaged:
      Entry(
        exit: 65, status: 500,
        text: Label(
          fr: "La base de données est abîmée.",
          en: "The database is damaged."),
        hint: Label(
          fr: "Sur un appareil : djoliba verify --rebuild. À Bamako : restaurez la sauvegarde.",
          en: "On a device: djoliba verify --rebuild. In Bamako: restore the backup."))
    case .hub_behind:
      Entry(
        exit: 75, status: 409,
        text: Label(
          fr: "Le serveur de Bamako a été restauré avec un programme trop ancien.",
          en: "The hub in Bamako was restored with a program that is too old."),
        hint: Label(
          fr: "Rien n'est perdu. Prévenez Bamako, qui doit mettre le serveur à jour.",
          en: "Nothing is lost. Tell Bamako, where the hub must be upgraded."))
    case .partly_saved:
      Entry(
        exit: 65, status: 500,
        text: Label(
          fr: "La base est neuve, mais tout n'a pas pu être lu dans l'ancienne.",
          en: "The database is fresh, but not all of the old one could be read."),
        hint: Label(
          fr: "Lancez : djoliba synchroniser, puis relisez ce que vous aviez modifié depuis la "
            + "fois précédente.",
          en: "Run: djoliba sync, then look through what you had changed since the time before."))
    case .digest_mismatch:
      Entry(
        exit: 75, status: 409,
        text: Label(
          fr: "Cet appareil et Bamako ne sont pas identiques.",
          en: "This device and the hub are not equal."),
        hint: Label(
          fr: "Lancez : djoliba verify. Si cela revient, appelez Bamako.",
          en: "Run: djoliba verify. If it comes back, call Bamako; nothing is lost."))
    case .not_understood:
      Entry(
        exit: 76, status: 422,
        text: Label(
          fr: "La réponse ou la demande n'a pas été comprise. Rien n'est perdu.",
          en: "The answer or the request was not understood. Nothing is lost."),
        hint: Label(
          fr: "Vérifiez l'adresse et la version du programme, puis réessayez.",
          en: "Check the address and the program's version, then try again."))
    case .too_large:
      Entry(
        exit: 76, status: 413,
        text: Label(
          fr: "Le message dépasse la taille permise.",
          en: "The message is larger than allowed."),
        hint: Label(
          fr: "Mettez le programme à jour, puis réessayez.",
          en: "Upgrade the program, then try again."))
    case .unsupported_media:
      Entry(
        exit: 76, status: 415,
        text: Label(
          fr: "Ce type de contenu n'est pas lu ici.",
          en: "This kind of content is not read here."),
        hint: Label(
          fr: "Mettez le programme à jour, puis réessayez.",
          en: "Upgrade the program, then try again."))
    case .wrong_method:
      Entry(
        exit: 76, status: 405,
        text: Label(
          fr: "Cette adresse du serveur ne s'appelle pas de cette façon.",
          en: "This address of the hub is not called in this way."),
        hint: Label(
          fr: "Mettez le programme à jour, puis réessayez.",
          en: "Upgrade the program, then try again."))
    case .no_route:
      Entry(
        exit: 76, status: 404,
        text: Label(
          fr: "Le serveur n'a rien à cette adresse.",
          en: "The hub has nothing at this address."),
        hint: Label(
          fr: "Vérifiez l'adresse ; si elle est juste, mettez le programme à jour.",
          en: "Check the address; if it is right, upgrade the program."))
    case .protocol_old:
      Entry(
        exit: 76, status: 426,
        text: Label(
          fr: "Ce programme est trop ancien pour ce serveur.",
          en: "This program is too old for this hub."),
        hint: Label(
          fr: "Mettez le programme à jour. Rien n'est perdu.",
          en: "Upgrade the program. Nothing is lost."))
    case .too_many_requests:
      Entry(
        exit: 69, status: 429,
        text: Label(
          fr: "Trop de demandes en peu de temps.",
          en: "Too many requests in a short time."),
        hint: Label(
          fr: "Attendez quelques minutes.",
          en: "Wait a few minutes."))
    case .unauthorised:
      Entry(
        exit: 77, status: 401,
        text: Label(
          fr: "Bamako ne reconnaît pas cet appareil.",
          en: "The hub does not know this device."),
        hint: Label(
          fr: "Demandez une nouvelle invitation à Bamako. Les données locales restent lisibles.",
          en: "Ask Bamako for a new invitation. Local data stay readable."))
    case .forbidden:
      Entry(
        exit: 77, status: 403,
        text: Label(
          fr: "Cet appareil n'a pas le droit de faire cela.",
          en: "This device may not do that."),
        hint: Label(
          fr: "Demandez à Bamako.",
          en: "Ask Bamako."))
    case .revoked:
      Entry(
        exit: 77, status: 410,
        text: Label(
          fr: "L'accès de cet appareil a été retiré.",
          en: "This device's access was withdrawn."),
        hint: Label(
          fr: "Appelez Bamako. Les données locales restent lisibles.",
          en: "Call Bamako. Local data stay readable."))
    case .wipe_ordered:
      Entry(
        exit: 77, status: 410,
        text: Label(
          fr: "Bamako a ordonné d'effacer les données de cet appareil.",
          en: "Bamako ordered this device's data to be wiped."),
        hint: Label(
          fr: "Rien à faire : ce qui n'est pas envoyé part d'abord à Bamako.",
          en: "Nothing to do: what is unsent goes to Bamako first."))
    case .wiped:
      Entry(
        exit: 77, status: 410,
        text: Label(
          fr: "Les données de cet appareil ont été effacées, sur l'ordre de Bamako.",
          en: "This device's data were wiped, as Bamako ordered."),
        hint: Label(
          fr: "Appelez Bamako, qui peut donner une nouvelle invitation.",
          en: "Call Bamako, who can give a new invitation."))
    case .not_wiped:
      Entry(
        exit: 75, status: 409,
        text: Label(
          fr: "Rien n'a été effacé.",
          en: "Nothing was wiped."),
        hint: Label(
          fr: "Relancez, et tapez le mot demandé.",
          en: "Run again, and type the word that is asked for."))
    case .wipe_waits:
      Entry(
        exit: 75, status: 409,
        text: Label(
          fr: "L'ordre d'effacer cet appareil n'est pas encore exécuté, et il reste.",
          en: "The order to wipe this device is not carried out yet, and it stands."),
        hint: Label(
          fr: "L'appareil n'a plus accès et s'efface à son prochain contact : voyez device list.",
          en: "The device has no access and wipes itself with its next contact: see device list."))
    case .log_broken:
      Entry(
        exit: 65, status: 500,
        text: Label(
          fr: "Le journal d'audit n'est plus tel qu'il a été écrit.",
          en: "The audit log is no longer as it was written."),
        hint: Label(
          fr: "Gardez le fichier tel qu'il est, et comparez avec les sauvegardes.",
          en: "Keep the file as it is, and compare it with the backups."))
    case .untrusted_hub:
      Entry(
        exit: 77, status: 495,
        text: Label(
          fr: "Le serveur joint n'est pas celui de l'invitation.",
          en: "The server reached is not the one of the invitation."),
        hint: Label(
          fr: "Ne continuez pas sur ce réseau, et prévenez Bamako.",
          en: "Do not go on over this network, and tell Bamako."))
    case .certificate_date:
      Entry(
        exit: 75, status: 409,
        text: Label(
          fr: "À la date de ce portable, le certificat de Bamako ne vaut pas.",
          en: "At the date of this laptop, the hub's certificate does not hold."),
        hint: Label(
          fr: "Vérifiez la date du portable ; si elle est juste, prévenez Bamako.",
          en: "Check the laptop's date; if it is right, tell Bamako."))
    case .invitation_used:
      Entry(
        exit: 77, status: 403,
        text: Label(
          fr: "Cette invitation a déjà servi.",
          en: "This invitation was already used."),
        hint: Label(
          fr: "Demandez une nouvelle invitation à Bamako.",
          en: "Ask Bamako for a new invitation."))
    case .invitation_expired:
      Entry(
        exit: 77, status: 403,
        text: Label(
          fr: "Cette invitation a expiré.",
          en: "This invitation has expired."),
        hint: Label(
          fr: "Demandez une nouvelle invitation à Bamako.",
          en: "Ask Bamako for a new invitation."))
    case .invitation_unknown:
      Entry(
        exit: 77, status: 403,
        text: Label(
          fr: "Bamako ne connaît pas cette invitation.",
          en: "The hub does not know this invitation."),
        hint: Label(
          fr: "Demandez une nouvelle invitation à Bamako.",
          en: "Ask Bamako for a new invitation."))
    case .plain_http:
      Entry(
        exit: 77, status: 403,
        text: Label(
          fr: "Une liaison non chiffrée n'est permise que sur cette machine.",
          en: "An unencrypted link is allowed only on this machine."),
        hint: Label(
          fr: "Utilisez https, ou --behind-proxy derrière un serveur TLS.",
          en: "Use https, or --behind-proxy behind a TLS server."))
    case .changed_meanwhile:
      Entry(
        exit: 65, status: 409,
        text: Label(
          fr: "Quelqu'un a changé cette valeur entre-temps.",
          en: "Somebody changed this value in the meantime."),
        hint: Label(
          fr: "Relisez les deux valeurs, puis enregistrez de nouveau.",
          en: "Read both values, then save again."))
    case .pack_incomplete:
      Entry(
        exit: 65, status: 409,
        text: Label(
          fr: "Il manque des rubriques obligatoires à ce pack.",
          en: "Mandatory sections of this pack are missing."),
        hint: Label(
          fr: "Complétez les rubriques nommées, puis recommencez.",
          en: "Complete the sections that are named, then try again."))
    case .no_account:
      Entry(
        exit: 65, status: 404,
        text: Label(
          fr: "Aucun compte n'a ce nom.",
          en: "No account has this name."),
        hint: Label(
          fr: "Voyez : djoliba-server account list.",
          en: "See: djoliba-server account list."))
    case .account_exists:
      Entry(
        exit: 65, status: 409,
        text: Label(
          fr: "Un compte porte déjà ce nom.",
          en: "An account has this name already."),
        hint: Label(
          fr: "Choisissez un autre nom.",
          en: "Choose another name."))
    case .weak_password:
      Entry(
        exit: 65, status: 422,
        text: Label(
          fr: "Ce mot de passe est trop court ou trop courant.",
          en: "This password is too short or too common."),
        hint: Label(
          fr: "Prenez au moins douze caractères, par exemple quatre mots.",
          en: "Take twelve characters or more, such as four words."))
    case .wrong_password:
      Entry(
        exit: 77, status: 401,
        text: Label(
          fr: "Le nom ou le mot de passe n'est pas le bon.",
          en: "The name or the password is not right."),
        hint: Label(
          fr: "Vérifiez les majuscules, puis recommencez.",
          en: "Check the capital letters, then try again."))
    case .account_locked:
      Entry(
        exit: 77, status: 403,
        text: Label(
          fr: "Trop d'essais : ce compte est fermé pour un quart d'heure.",
          en: "Too many attempts: this account is closed for a quarter of an hour."),
        hint: Label(
          fr: "Attendez, ou demandez à Bamako un nouveau mot de passe.",
          en: "Wait, or ask Bamako for a new password."))
    case .session_over:
      Entry(
        exit: 77, status: 401,
        text: Label(
          fr: "Vous n'êtes plus connecté.",
          en: "You are no longer signed in."),
        hint: Label(
          fr: "Connectez-vous de nouveau ; ce que vous avez saisi est gardé.",
          en: "Sign in again; what you typed is kept."))
    case .passphrase_needed:
      Entry(
        exit: 77, status: 403,
        text: Label(
          fr: "Les fiches de ce portable sont scellées par une phrase secrète.",
          en: "The records of this laptop are sealed with a passphrase."),
        hint: Label(
          fr: "Lancez la commande dans un terminal, ou donnez DJOLIBA_PASSPHRASE_FILE.",
          en: "Run the command in a terminal, or give DJOLIBA_PASSPHRASE_FILE."))
    case .wrong_passphrase:
      Entry(
        exit: 77, status: 403,
        text: Label(
          fr: "Ce n'est pas la phrase secrète de ce portable.",
          en: "This is not the passphrase of this laptop."),
        hint: Label(
          fr: "Vérifiez les majuscules et le clavier, puis recommencez ; rien n'est perdu.",
          en: "Check the capital letters and the keyboard, then try again; nothing is lost."))
    case .no_key:
      Entry(
        exit: 65, status: 422,
        text: Label(
          fr: "La clé qui ouvre les fiches de ce portable manque, ou c'est une autre.",
          en: "The key that opens the records of this laptop is missing, or is another."),
        hint: Label(
          fr: "Remettez key.json et la clé de la machine ; sans eux, demandez une invitation.",
          en: "Put key.json and the machine's key back; without them, ask for an invitation."))
    case .not_a_bundle:
      Entry(
        exit: 65, status: 422,
        text: Label(
          fr: "Ce fichier n'est pas un paquet Djoliba.",
          en: "This file is no Djoliba bundle."),
        hint: Label(
          fr: "Vérifiez le nom du fichier sur la clé.",
          en: "Check the name of the file on the stick."))
    case .bundle_damaged:
      Entry(
        exit: 65, status: 422,
        text: Label(
          fr: "Ce paquet est abîmé ou incomplet ; rien n'en est repris, et rien n'est perdu.",
          en: "This bundle is damaged or incomplete; nothing of it is taken, and nothing is lost."),
        hint: Label(
          fr: "Copiez-le de nouveau, ou écrivez-en un nouveau.",
          en: "Copy it again, or write a new one."))
    case .bundle_foreign:
      Entry(
        exit: 77, status: 403,
        text: Label(
          fr: "Ce paquet n'est pas pour cette machine, ou vient d'une machine inconnue.",
          en: "This bundle is not for this machine, or comes from an unknown one."),
        hint: Label(
          fr: "Vérifiez le fichier. Si c'est le bon : une fois par le réseau, puis un nouveau.",
          en: "Check the file. If it is right: sync once over the network, then a new bundle."))
    case .bundle_old:
      Entry(
        exit: 65, status: 409,
        text: Label(
          fr: "Ce paquet est dépassé : un plus récent est déjà repris. Rien n'est perdu.",
          en: "This bundle is out of date: something newer was taken already. Nothing is lost."),
        hint: Label(
          fr: "Sur le portable : djoliba etat. S'il reste du non envoyé, un nouveau paquet.",
          en: "On the laptop: djoliba status. If anything is unsent, write a new bundle."))
    case .bundle_ahead:
      Entry(
        exit: 65, status: 409,
        text: Label(
          fr: "Ce paquet est daté de l'avenir ; rien n'en est repris, et rien n'est perdu.",
          en: "This bundle is dated in the future; nothing of it is taken, and nothing is lost."),
        hint: Label(
          fr: "Mettez le portable à l'heure, puis écrivez un nouveau paquet.",
          en: "Set the laptop's clock right, then write a new bundle."))
    case .bundle_other_way:
      Entry(
        exit: 65, status: 422,
        text: Label(
          fr: "Ce fichier va dans l'autre sens : un paquet va à Bamako, une réponse au portable.",
          en: "This file goes the other way: a bundle goes to Bamako, an answer to the laptop."),
        hint: Label(
          fr: "Prenez l'autre fichier de la clé.",
          en: "Take the other file of the stick."))
    case .bundle_unready:
      Entry(
        exit: 64, status: 409,
        text: Label(
          fr: "Ce portable et Bamako n'ont pas encore échangé leurs clés.",
          en: "This laptop and Bamako have not exchanged their keys yet."),
        hint: Label(
          fr: "Synchronisez une fois par le réseau ; ensuite la clé USB suffit.",
          en: "Sync once over the network; after that a stick will do."))
    case .bundle_repair:
      Entry(
        exit: 65, status: 409,
        text: Label(
          fr: "Ce paquet n'est pas repris : le portable doit d'abord se comparer à Bamako.",
          en: "This bundle is not taken: the laptop must be compared with the hub first."),
        hint: Label(
          fr: "Rien n'est perdu. Sur le portable, avec du réseau : djoliba synchroniser.",
          en: "Nothing is lost. On the laptop, with a network: djoliba sync."))
    case .not_a_key:
      Entry(
        exit: 65, status: 422,
        text: Label(
          fr: "Ce fichier n'est pas une clé de secours.",
          en: "This file is no recovery key."),
        hint: Label(
          fr: "Donnez le fichier que djoliba-server recovery-key a écrit.",
          en: "Give the file that djoliba-server recovery-key wrote."))
    case .key_at_home:
      Entry(
        exit: 73, status: 409,
        text: Label(
          fr: "Une clé de secours ne reste pas dans le dossier du serveur.",
          en: "A recovery key does not stay in the hub's folder."),
        hint: Label(
          fr: "Écrivez-la ailleurs, au mieux sur une clé USB.",
          en: "Write it elsewhere, best onto a USB stick."))
    case .key_needed:
      Entry(
        exit: 64, status: 422,
        text: Label(
          fr: "Cette sauvegarde est scellée.",
          en: "This backup is sealed."),
        hint: Label(
          fr: "Donnez la clé de secours : restore FICHIER --key CLÉ.",
          en: "Give the recovery key: restore FILE --key KEY."))
    case .wrong_key:
      Entry(
        exit: 77, status: 403,
        text: Label(
          fr: "Cette sauvegarde est scellée pour une autre clé de secours.",
          en: "This backup is sealed for another recovery key."),
        hint: Label(
          fr: "Essayez les clés de secours plus anciennes. Rien n'est changé ici.",
          en: "Try the older recovery keys. Nothing is changed here."))
    }
  }
}
