"""What people in Bamako and at a base do with the pages, beside the packs, minutes and incidents of walk.py; and the way
through every page on a narrow screen."""
import re, sqlite3


def choose(page, form):
    """Fills lists by their values or, behind an =, by their words."""
    for name, value in form.items():
        if value.startswith("="):
            page.select_option(f"[name={name}]", label=value[1:])
        else:
            page.select_option(f"[name={name}]", value)


def enter_value(walk):
    print("ASACO : une valeur saisie dans la grille")
    walk.go("/asaco/AS-BDG-01")
    walk.page.click("a[aria-label*='Recettes médicaments']:text-is('+') >> nth=-1")
    walk.page.fill("[name=value_declared]", "beaucoup")
    choose(walk.page, {"verification_status": "declare", "data_source": "registre", "entered_by": "=Yacouba Exemple"})
    walk.send("Enregistrer")
    walk.has("À corriger")
    walk.page.fill("[name=value_declared]", "512 000")
    walk.send("Enregistrer")
    walk.has("Enregistré", "FIN02")
    walk.go("/asaco/AS-BDG-01")
    walk.has("512\u202f000")


def verify_value(walk):
    print("ASACO : le suivi-évaluation vérifie et ferme une valeur")
    walk.go("/asaco/AS-BDG-01")
    walk.page.click("tbody a:has-text('512')")
    walk.page.click("a:text-is('Modifier')")
    walk.page.fill("[name=value_verified]", "440 000")
    choose(walk.page, {"verification_status": "verifie"})
    walk.send("Enregistrer")
    walk.has("Enregistré")
    walk.go("/asaco/AS-BDG-01")
    walk.has("512\u202f000 [440\u202f000]", "fermé", "écart 16 %")
    walk.look("valeur-fermee")


def meet_lock(walk, early):
    print("ASACO : la base ne change plus une valeur fermée, et saisit un mois passé")
    walk.go("/asaco/AS-BDG-01")
    walk.page.click("tbody a:has-text('512')")
    value = walk.page.url
    walk.page.click("a:text-is('Modifier')")
    assert walk.page.locator("[name=value_declared]").count() == 0
    choose(walk.page, {"verification_status": "declare"})
    walk.send("Enregistrer")
    walk.has("Rien n'est enregistré", "Ce statut ne revient pas en arrière avec ce rôle.")
    walk.look("valeur-fermee-refus")
    walk.page.goto(value)
    walk.has("Déclaré\n512", "Vérification\nVérifié")
    walk.go(f"/asaco/AS-BDG-01?fin={early}")
    walk.page.click("a[aria-label*='Recettes médicaments']:text-is('+') >> nth=-1")
    walk.page.fill("[name=value_declared]", "498 000")
    choose(walk.page, {"data_source": "registre", "entered_by": "=Yacouba Exemple"})
    walk.send("Enregistrer")
    walk.has("Enregistré")
    walk.go(f"/asaco/AS-BDG-01?fin={early}")
    walk.has("498\u202f000", "tardif")
    walk.look("saisie-tardive")


def sitrep(walk):
    print("Veille : le rapport de situation du mois, sur papier")
    walk.go("/incidents/signaler")
    for name, value in {"locality": "Axe Gao-Bourem (fictif)", "summary": "Véhicule en panne, retour à pied."}.items():
        walk.page.fill(f"[name={name}]", value)
    choose(walk.page, {"place_kind": "axe_route", "category": "accident_route", "staff_safe": "oui", "base_code": "GAO",
                       "reported_by": "=Mariam Exemple"})
    walk.send("Enregistrer")
    walk.has("Enregistré")
    walk.go("/veille")
    walk.page.click("a:has-text('tout le mois')")
    month = walk.page.url.split("=")[1]
    walk.page.click("a:has-text('Écrire la synthèse')")
    walk.page.fill("[name=title]", "Rapport de situation du mois")
    walk.page.fill("[name=body]", "Deux axes fermés.\nUn pack à réviser.")
    choose(walk.page, {"author": "=Claire Exemple"})
    walk.send("Enregistrer")
    walk.has("Enregistré")
    walk.go(f"/veille?periode={month}")
    walk.look("sitrep")
    walk.page.emulate_media(media="print")
    walk.paper("sitrep-papier")
    # What the month's writer says, then what the bases wrote, and nothing to press.
    walk.has("Rapport de situation du mois", "Deux axes fermés.", "Gao", "Véhicule en panne, retour à pied.")
    assert not walk.page.is_visible("header") and not walk.page.is_visible("footer")
    assert not any(link.is_visible() for link in walk.page.query_selector_all(".suite, .ajout, form"))
    paper = walk.page.pdf(format="A4", margin={"top": "15mm", "bottom": "15mm", "left": "15mm", "right": "15mm"})
    sheets = len(re.findall(rb"/Type /Page\b", paper))
    assert 1 <= sheets <= 6, sheets
    walk.page.emulate_media(media="screen")


def forget_contact(walk):
    print("Interlocuteurs : à effacer après 36 mois")
    walk.go("/fiches/contact/nouvelle")
    for name, value in {"display_name": "Ancien élu (fictif)", "function_title": "Élu", "last_verified_on": "15/01/2020"}.items():
        walk.page.fill(f"[name={name}]", value)
    choose(walk.page, {"contact_type": "elu_collectivite", "base_code": "GAO", "relationship": "ponctuelle",
                       "consent_basis": "fonction_officielle", "status": "actif"})
    walk.send("Enregistrer")
    walk.has("Enregistré")
    walk.go("/interlocuteurs")
    choose(walk.page, {"suivi": "=à effacer (36 mois)"})
    walk.page.click(".recherche button")
    walk.page.wait_for_url("**suivi=effacer*")
    walk.has("1 interlocuteur", "Ancien élu (fictif)", "à effacer (36 mois)")
    walk.look("a-effacer")
    choose(walk.page, {"suivi": "=à archiver (24 mois)"})
    walk.page.click(".recherche button")
    walk.page.wait_for_url("**suivi=archiver*")
    assert "Ancien élu" not in walk.page.inner_text("main")


def vote(walk):
    print("Cadre : une voix")
    walk.go("/cadre")
    walk.page.click("summary:has-text('Noter une voix')")
    walk.page.select_option("#acte", "vote_contre")
    walk.page.fill("#externe", "Délégué Exemple")
    walk.page.fill("#organisation", "Personne d'ici")
    walk.send("Noter cette voix")
    walk.has("n'est pas un membre actif")
    walk.page.fill("#organisation", walk.page.get_attribute("#organisations option", "value"))
    walk.send("Noter cette voix")
    walk.has("Voix notée.", "contre 1")


def review(walk):
    print("Veille : la synthèse de la semaine")
    walk.go("/veille")
    walk.page.click("a:has-text('Écrire la synthèse')")
    walk.page.fill("[name=title]", "Semaine calme")
    walk.page.fill("[name=body]", "Deux contrôles, aucun blocage.")
    choose(walk.page, {"author": "=Claire Exemple"})
    walk.send("Enregistrer")
    walk.has("Enregistré")
    walk.go("/veille")
    walk.has("Semaine calme", "Deux contrôles, aucun blocage.")


def missing_goods(walk):
    print("Achats : ce qui manque devient une action")
    walk.go("/achats")
    walk.page.click("a:has-text('En faire une action') >> nth=0")
    walk.page.fill("[name=due_on]", "31/12/2031")
    choose(walk.page, {"priority": "haute", "owner_person": "=Boubacar Démo"})
    walk.send("Enregistrer")
    walk.has("Enregistré")
    walk.go("/actions")
    walk.has("manque 20 ampoule")


def renew_access(walk):
    print("Accès : une fiche renouvelée")
    walk.go("/acces")
    walk.page.click("a:has-text('Renouveler cette fiche') >> nth=0")
    choose(walk.page, {"assessed_by": "=Claire Exemple"})
    walk.page.fill("[name=adjustment]", "Reprise prudente")
    walk.send("Enregistrer")
    walk.has("Enregistré")
    walk.go("/acces")
    walk.has("Reprise prudente")


def session_over(walk, name, password):
    print("La visite finit au milieu d'une saisie")
    walk.go("/fiches/note/nouvelle")
    walk.page.fill("[name=title]", "Saisie <longue>")
    walk.page.fill("[name=body]", "Deux\nlignes")
    choose(walk.page, {"kind": "signal_faible", "base_code": "BKO", "author": "=Claire Exemple"})
    walk.page.context.clear_cookies()
    walk.send("Enregistrer")
    walk.has("Votre saisie est gardée")
    walk.page.fill("#nom", name)
    walk.page.fill("#mdp", password)
    walk.send("Entrer")
    walk.has("Rien n'est encore enregistré", "Saisie <longue>")
    walk.send("Continuer")
    walk.has("Enregistré", "Saisie <longue>")


def go_back(walk):
    print("Le retour en arrière corrige")
    walk.go("/fiches/note/nouvelle")
    walk.page.fill("[name=title]", "Prix du mil")
    walk.page.fill("[name=body]", "En hausse.")
    choose(walk.page, {"kind": "signal_faible", "base_code": "GAO", "author": "=Mariam Exemple"})
    walk.send("Enregistrer")
    walk.page.wait_for_url("**/fiches/note/0*")
    walk.page.go_back()
    walk.page.fill("[name=title]", "Prix du mil à Gao")
    walk.send("Enregistrer")
    walk.has("Cette saisie est déjà enregistrée", "Déjà enregistré : « Prix du mil ».")
    walk.look("deja-enregistre")
    walk.send("Corriger la fiche")
    walk.has("Prix du mil à Gao")
    walk.go("/fiches/note?q=prix+mil")
    walk.has("1 fiche")


def raise_level(walk):
    print("Gao relève son niveau, serveur arrêté")
    walk.go("/alertes")
    choose(walk.page, {"niveau": "orange", "par": "=Mariam Exemple"})
    walk.page.fill("#pourquoi", "Tirs au marché.")
    walk.send("Changer le niveau")
    walk.has("Niveau changé.", "Tirs au marché.")


def write_wrongly(folder):
    """What another program writes past the checks of the pages."""
    with sqlite3.connect(f"{folder}/gao/replica.sqlite") as db:
        db.execute("UPDATE contact SET last_verified_on = '2031-01-01' WHERE display_name LIKE 'Maire adjointe%'")
    db.close()


def correct_refused(walk, office):
    print("Gao corrige ce que Bamako a refusé")
    walk.page.click("header a:has-text('Refusés : 1')")
    walk.has("Refusés par Bamako", "Vérifié le")
    walk.look("refus")
    office.go("/synchro")
    office.has("Refusés en 30 jours", "1 : La valeur ne respecte pas la règle du champ.")
    walk.page.click("a:text-is('Corriger')")
    walk.page.fill("[name=last_verified_on]", "01/07/2026")
    walk.send("Enregistrer")
    walk.has("Corrigé.", "Non envoyés : 1")
    walk.page.click("header button")
    walk.page.wait_for_selector("text=Synchronisation terminée")
    walk.has("Non envoyés : 0")


def without_script(browser, address, name, password):
    print("Sans JavaScript")
    context = browser.new_context(ignore_https_errors=True, locale="fr-FR", java_script_enabled=False)
    page = context.new_page()
    page.goto(address + "/alertes")
    page.fill("#nom", name)
    page.fill("#mdp", password)
    page.click("main button")
    page.goto(address + "/fiches/note/nouvelle")
    page.fill("[name=title]", "Sans script")
    page.fill("[name=body]", "Tout marche.")
    choose(page, {"kind": "signal_faible", "base_code": "GAO", "author": "=Mariam Exemple"})
    page.click("main button")
    page.wait_for_selector("text=Enregistré.")
    page.click("footer a:has-text('Pause')")
    page.wait_for_selector("text=Conversions")
    assert "Sans script" not in page.content()
    context.close()


# What a person at 360 points would have to move sideways: the page, or anything in it but a line to type on.
TOO_WIDE = """() => [document.documentElement, ...document.querySelectorAll("body :not(input)")]
    .filter(part => part.clientWidth && part.scrollWidth > part.clientWidth + 1
        && (part === document.documentElement || getComputedStyle(part).overflowX !== "visible"))
    .map(part => `${part.tagName} ${part.className} ${part.scrollWidth}`)"""


def kind(place):
    """Records of a type have the same page; so have the weeks, and the ways to sort."""
    place = re.sub(r"/[0-9a-f-]{36}", "/*", place)
    return re.sub(r"=[^&]*", "=", re.sub(r"/AS-[A-Z]+-\d+", "/AS", place))


def every_page(walk):
    """Follows every link on a screen of 360 points; how many kinds of page there are, and what is too wide."""
    page, seen, wide, waiting = walk.page, set(), [], ["/"]
    page.set_viewport_size({"width": 360, "height": 740})
    while waiting:
        place = waiting.pop(0)
        if kind(place) in seen:
            continue
        seen.add(kind(place))
        page.goto(walk.address + place, wait_until="domcontentloaded")
        page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
        wide += [(place, found) for found in page.evaluate(TOO_WIDE)]
        waiting += page.eval_on_selector_all("main a[href^='/'], nav a[href^='/'], footer a[href^='/']", """links => links
            .map(link => link.getAttribute("href")).filter(place => !/dhis2\\/(json|csv)|^\\/langue/.test(place))""")
    page.set_viewport_size({"width": 1280, "height": 800})
    return len(seen), wide
