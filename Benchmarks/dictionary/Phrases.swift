import Simulation

/// French as it is written in reports, put together by chance from nobody's sentences.
enum Phrases {
  static func sentence(_ dice: inout Dice) -> String {
    let words = [
      dice.pick(subjects), dice.pick(verbs), dice.pick(objects), dice.pick(places),
      dice.once(in: 2) ? dice.pick(ends) : "",
    ]
    return words.filter { !$0.isEmpty }.joined(separator: " ") + "."
  }

  private static let subjects = [
    "L'équipe mobile", "Le véhicule", "Le chef de village", "Le préfet", "Un groupe d'hommes armés",
    "Deux hommes à moto", "La base", "Le responsable de base", "Le médecin chef", "Le gardien",
    "Le chauffeur", "La mission", "Une réunion de coordination", "Le comité de gestion",
    "Le centre de santé", "La pharmacie", "Le convoi", "Le point focal", "Le référent sûreté",
    "Une source locale", "Des jeunes du quartier", "Le président de l'ASACO", "Le partenaire",
    "Le coordinateur de zone", "L'agent de santé", "Un engin explosif", "Le réseau téléphonique",
  ]

  private static let verbs = [
    "a été arrêté par", "a rencontré", "signale", "demande", "a suspendu", "confirme",
    "n'a pas reçu",
    "a été informé de", "est en attente de", "reporte", "a repris", "propose", "a refusé",
    "prépare", "a vérifié", "doit éviter", "a quitté", "est arrivé à", "a mis à jour",
  ]

  private static let objects = [
    "les déplacements", "l'activité", "un contrôle sur l'axe", "la situation sécuritaire",
    "le passage des équipes", "l'accès au village", "la clinique mobile",
    "les médicaments traceurs",
    "une présence armée", "la liste de contacts d'urgence", "le plan de sécurité",
    "le point de rassemblement",
    "les autorités locales", "le niveau d'alerte", "une rupture de stock", "le rapport mensuel",
    "la communication radio", "le téléphone satellite", "les procédures de check-in", "un incident",
    "le procès-verbal", "la convention d'assistance mutuelle", "le personnel", "deux cas de vol",
    "la population déplacée", "la feuille de route", "l'évacuation médicale", "des tirs",
  ]

  private static let places = [
    "à Bandiagara", "à Gao", "à Kidal", "à Bamako", "à Mopti", "à Sévaré", "à Ansongo", "à Koro",
    "à Bankass",
    "au nord de la ville", "sur la route nationale", "près du marché", "dans le cercle",
    "dans la commune",
    "au poste de contrôle", "à proximité du site", "entre les deux villages", "au CSCom",
    "au CSRéf",
    "dans la zone", "au bureau", "à la base", "",
  ]

  private static let ends = [
    "depuis ce matin", "dans la nuit", "sans blessé", "à vérifier", "jusqu'à nouvel ordre",
    "avant la fin du mois", "selon le chef de village", "pour des raisons de sécurité",
    "avec l'accord du DP", "la semaine prochaine",
    "en présence des autorités", "malgré la pluie", "et les téléphones ont été pris",
  ]
}
