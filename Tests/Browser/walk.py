"""Walks the console as its users would, in headless Chromium: in Bamako, and on a base with the hub stopped.

    walk.py BIN FOLDER     BIN: where the programs are; FOLDER: for the files and pictures

Ends with 1 at the first thing that is not as it should be. `make browser` installs what it needs. The
pictures of the guides are FOLDER/guide-*.png; `make pictures` puts them into docs/images."""
import datetime, json, os, re, signal, socket, subprocess, sys
from playwright.sync_api import sync_playwright

try:
    from axe_playwright_python.sync_playwright import Axe
except ImportError:
    sys.exit("axe-playwright-python is missing: make browser installs it")

BIN, FOLDER = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../../Examples"))
import today, workflows

SHIFT = today.Shift(datetime.datetime.now(datetime.timezone.utc).date())
# Bytes on the wire, compressed: of the first page with its style and script, and of any other.
FIRST, OTHER = 40_000, 25_000
PASSWORD = "quatre mots au fleuve"
RUNNING = []
SURROUNDINGS = dict(os.environ, LC_ALL="C.UTF-8")


def run(program, *arguments, data):
    done = subprocess.run(
        [f"{BIN}/{program}", *arguments, "--data", f"{FOLDER}/{data}", "--lang", "fr"],
        capture_output=True, text=True, env=SURROUNDINGS)
    if done.returncode != 0:
        sys.exit(f"{program} {' '.join(arguments)}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def start(program, *arguments, data, until):
    """A program that stays, and the line by which it says that it is ready."""
    process = subprocess.Popen(
        [f"{BIN}/{program}", *arguments, "--data", f"{FOLDER}/{data}", "--lang", "fr"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=SURROUNDINGS)
    RUNNING.append(process)
    for line in process.stdout:
        if until in line:
            return process, line.strip()
    sys.exit(f"{program} {arguments[0]} ended before it was ready")


def stop(process):
    RUNNING.remove(process)
    process.send_signal(signal.SIGTERM)
    if process.wait() != 0:
        sys.exit(f"a program ended with {process.returncode}")


def expect(what, holds):
    print(("  ✓ " if holds else "  ✗ ") + what)
    if not holds:
        sys.exit(1)


class Walk:
    def __init__(self, browser, address):
        context = browser.new_context(
            ignore_https_errors=True, locale="fr-FR", viewport={"width": 1280, "height": 800})
        self.page, self.address, self.asked = context.new_page(), address, set()
        self.page.set_default_timeout(10_000)
        self.weight, self.heaviest, self.first = 0, (0, ""), 0
        wire = context.new_cdp_session(self.page)
        wire.send("Network.enable")
        wire.on("Network.loadingFinished", lambda event: self.weigh(int(event["encodedDataLength"])))
        self.page.on("request", lambda request: self.asked.add(request.url.split("/")[2]))
        self.problems = []
        self.page.on("console", lambda message: self.problems.append(message.text)
                     if message.type in ("error", "warning") and "status of 4" not in message.text else None)

    def weigh(self, bytes):
        self.weight += bytes

    def go(self, place, picture=None):
        self.weight = 0
        self.page.goto(self.address + place, wait_until="networkidle")
        if self.first == 0:
            self.first = self.weight
        else:
            self.heaviest = max(self.heaviest, (self.weight, place))
        if picture:
            self.look(picture)

    def look(self, picture):
        """A picture, the accessibility check, and the narrow screen."""
        page = self.page
        page.screenshot(path=f"{FOLDER}/{picture}.png", full_page=True)
        found = Axe().run(page).response["violations"]
        serious = [(v["id"], v["nodes"][0]["html"][:120]) for v in found if v["impact"] in ("serious", "critical")]
        expect(f"{picture}: no serious accessibility finding {serious or ''}", not serious)
        page.set_viewport_size({"width": 360, "height": 740})
        width = page.evaluate("document.documentElement.scrollWidth")
        menu = page.query_selector("nav")
        if menu:
            height = menu.bounding_box()["height"]
            expect(f"{picture}: the menu is one line ({height})", height < 50)
        page.screenshot(path=f"{FOLDER}/{picture}-360.png", full_page=True)
        page.set_viewport_size({"width": 1280, "height": 800})
        expect(f"{picture}: fits 360 points ({width})", width <= 360)

    def paper(self, picture):
        """A picture of what the printer gets, which has no menu."""
        self.page.screenshot(path=f"{FOLDER}/{picture}.png", full_page=True)

    def show(self, name, height=480, width=800):
        """A picture for the guides: what a small screen shows first."""
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.screenshot(path=f"{FOLDER}/guide-{name}.png")
        size = os.path.getsize(f"{FOLDER}/guide-{name}.png")
        self.page.set_viewport_size({"width": 1280, "height": 800})
        expect(f"guide-{name}.png is small ({size})", size < 60_000)

    def has(self, *texts):
        self.page.wait_for_load_state()
        body = self.page.inner_text("body")
        for text in texts:
            wrong = "" if text in body else self.page.locator(".erreur").all_inner_texts()
            expect(f"« {text} » {wrong}".rstrip(), text in body)

    def send(self, name):
        self.page.click(f"main button:has-text(\"{name}\")")


def account(name, full, role, *more):
    """A new account of the hub; its first password."""
    told = run("djoliba-server", "account", "add", name, "--name", full, "--role", role, *more, data="hub")
    return re.search(r"\w{4}(-\w{4}){3}", told).group()


def sign_in(walk, name, first):
    walk.go("/", "entrer")
    walk.page.fill("#nom", name)
    walk.page.fill("#mdp", first)
    walk.send("Entrer")
    walk.page.fill("#ancien", first)
    walk.page.fill("#nouveau", PASSWORD)
    walk.page.fill("#encore", PASSWORD)
    walk.look("mot-de-passe")
    walk.send("Changer")


def shifted(period):
    """A period of the demonstration's files, as it is called when they are read today."""
    return SHIFT.cell("period", period)


def new_version(walk):
    """A section is rewritten; the difference is read before the new version goes its way."""
    print("Bandiagara, nouvelle version")
    walk.go("/")
    walk.page.click("tbody a:has-text(\"Bandiagara\")")
    pack = walk.page.url
    walk.page.click("summary:has-text(\"SOP Check-in\")")
    walk.page.click("details[open] a:has-text(\"Modifier\")")
    body = walk.page.input_value("[name=body]")
    walk.page.fill("[name=body]", body.replace("chaque heure", "toutes les deux heures"))
    walk.send("Enregistrer")
    walk.page.goto(pack)
    walk.page.fill("#resume", "Pointage toutes les deux heures")
    walk.send("Commencer une nouvelle version")
    walk.page.click("a:has-text(\"Ce qui a changé\")")
    walk.look("versions")
    walk.has("Inchangés : 19")
    expect("what went is struck out", walk.page.inner_text("del >> nth=1") == "chaque")
    walk.show("versions")
    walk.page.goto(pack)
    for step in ["Envoyer au coordinateur", "Soumettre au Directeur", "Valider cette version"]:
        walk.send(step)
    walk.has("Validé", "Version 3.2 : 0 / 42")
    walk.page.fill("#externe", "Gardien Exemple")
    walk.page.select_option("#mode", "oral_temoin")
    walk.page.fill("#temoin", "Oumou Démo, lecture en peul")
    walk.send("Lu et compris")
    walk.has("Version 3.2 : 1 / 42", "Gardien Exemple")
    for paper, text in [("imprimer", "SOP Transport"), ("fiche-reflexe", "Fiche réflexe")]:
        walk.page.goto(f"{pack}/{paper}")
        walk.page.emulate_media(media="print")
        walk.look(paper)
        walk.has(text)
        walk.page.emulate_media(media="screen")
    pages = walk.page.pdf(format="A4", margin={"top": "15mm", "bottom": "15mm", "left": "15mm", "right": "15mm"})
    expect("the companion is one page of paper", len(re.findall(rb"/Type /Page\b", pages)) == 1)


def minutes(walk):
    print("Séance et procès-verbal")
    walk.go("/seances")
    walk.page.click("tbody a:has-text(\"Comité de pilotage\")")
    session = walk.page.url
    walk.page.click("a:text-is(\"Modifier\")")
    walk.page.fill("[name=minutes]", "Deux blocages levés. Dépenses validées.")
    walk.send("Enregistrer")
    walk.send("Diffuser le PV")
    walk.page.fill("#externe", "Représentante Exemple")
    walk.page.fill("#organisation", "DG-ECHO")
    walk.send("Noter")
    walk.look("seance")
    walk.has("Représentante Exemple (DG-ECHO)")
    walk.send("Clore : le PV est signé")
    walk.has("Procès-verbal : Signé")
    walk.page.goto(session + "/imprimer")
    walk.look("pv")


def dhis2(walk):
    """What the page hands over is what DHIS2 documents, by a validator of somebody else."""
    import jsonschema
    with open(os.path.join(HERE, "../Fixtures/dhis2/data-value-set.schema.json")) as file:
        schema = json.load(file)
    answer = walk.page.request.get(f"{walk.address}/asaco/dhis2/json?periode={shifted('202605')}")
    told = answer.json()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(told)
    expect("DHIS2's form holds, with four values", len(told["dataValues"]) == 4)


def bamako(walk):
    print("Bamako")
    walk.go("/", "packs")
    walk.has("Packs sécurité", "Bandiagara", "Gris", "jamais synchronisé", "révision échue depuis 40 jours",
             "un numéro non essayé depuis 181 jours")
    walk.show("tableau", width=960)
    walk.page.click("tbody a:has-text(\"Bankass\")")
    walk.has("En revue CZ", "soumis sans 5 rubriques", "Manque avant de soumettre au DP")
    walk.look("pack-incomplet")
    walk.send("Soumettre au Directeur")
    walk.has("Il manque des rubriques obligatoires")
    walk.go("/")
    walk.page.click("tbody a:has-text(\"Bandiagara\")")
    walk.look("pack")
    walk.has("Médecin de garde CSRéf", "sans réponse", "Passage en orange Bandiagara", "Oral, avec témoin")
    for place, picture in [
        ("/alertes", "alertes"), ("/incidents", "incidents"), ("/incidents/signaler", "signaler"),
        ("/interlocuteurs?q=medecin", "interlocuteurs"), (f"/veille?periode={shifted('2026-07')}", "veille"),
        ("/acces", "acces"), ("/seances", "seances"), ("/actions", "actions"), ("/achats", "achats"), ("/asaco", "asaco"),
        (f"/asaco/AS-BDG-01?fin={shifted('202605')}", "grille"), (f"/asaco/dhis2?periode={shifted('202605')}", "dhis2"),
        ("/cadre", "cadre"), ("/fiches", "fiches"), ("/fiches/contact", "liste"),
        ("/fiches/contact/nouvelle", "formulaire"), ("/conflits", "conflits"), ("/synchro", "synchro"),
        ("/journal", "journal"), ("/pause", "pause"),
    ]:
        walk.go(place, picture)
    walk.go("/fiches/contact/nouvelle")
    walk.page.fill("[name=phone_orange]", "70")
    walk.send("Enregistrer")
    walk.has("Rien n'est enregistré", "avec son indicatif")
    walk.look("formulaire-faux")
    walk.go("/fiches")
    walk.page.keyboard.press("Escape")
    walk.page.keyboard.press("Escape")
    walk.page.wait_for_url("**/pause")
    expect("Échap deux fois montre une page sans danger", "Conversions" in walk.page.inner_text("body"))


def cut_line(walk):
    """The line goes while a form is on its way: what was typed is still there, and is written once."""
    words = "Pont coupé, détour par le gué."
    walk.go("/fiches/note/nouvelle")
    for name, value in {"kind": "signal_faible", "base_code": "GAO"}.items():
        walk.page.select_option(f"[name={name}]", value)
    walk.page.select_option("[name=author]", label="Mariam Exemple")
    walk.page.fill("[name=title]", "Pont coupé")
    walk.page.fill("[name=body]", words)
    walk.page.context.set_offline(True)
    walk.send("Enregistrer")
    walk.page.wait_for_url("chrome-error:**")
    walk.page.context.set_offline(False)
    walk.page.go_back()
    expect("what was typed is there again", walk.page.input_value("[name=body]") == words
           and walk.page.input_value("[name=title]") == "Pont coupé")
    walk.send("Enregistrer")
    walk.page.wait_for_url("**/fiches/note/0*")
    walk.page.go_back()
    walk.send("Enregistrer")
    walk.has("Déjà enregistré.")


def look_everywhere(walk, who):
    count, wide = workflows.every_page(walk)
    expect(f"{who}: none of {count} pages is moved sideways at 360 points {wide or ''}", not wide)
    expect(f"{who}: the way through the pages went far ({count})", count > 100)


def menu(walk):
    """On a narrow screen, with the keyboard alone."""
    walk.page.set_viewport_size({"width": 360, "height": 740})
    walk.go("/alertes")
    walk.page.keyboard.press("Tab")
    walk.page.keyboard.press("Tab")
    walk.page.keyboard.press("Enter")
    expect("the menu opens", walk.page.is_visible("nav details[open] a:text-is(\"Incidents\")"))
    walk.page.screenshot(path=f"{FOLDER}/menu-360.png")
    walk.page.click("nav details a:text-is(\"Incidents\")")
    walk.page.wait_for_url("**/incidents")
    walk.page.wait_for_load_state("networkidle")
    walk.page.set_viewport_size({"width": 1280, "height": 800})


def contest(walk, number):
    """The number of one contact, as somebody wrote it who saw nobody else."""
    walk.go("/interlocuteurs?q=maire adjointe")
    walk.page.click("tbody a:has-text(\"Maire adjointe\")")
    walk.page.click("a:text-is(\"Modifier\")")
    walk.page.fill("[name=phone_orange]", number)
    walk.send("Enregistrer")


def base(walk):
    print("Gao, serveur arrêté")
    walk.go("/", "base-packs")
    walk.show("portable", width=960)
    walk.has("Non envoyés : 0", "Données au", "Gao", "Ansongo")
    walk.go("/incidents/signaler")
    for name, value in {"locality": "Axe Gao-Bourem (fictif)", "summary": "Barrage, demi-tour."}.items():
        walk.page.fill(f"[name={name}]", value)
    for name, value in {"place_kind": "axe_route", "category": "entrave_acces", "staff_safe": "oui", "base_code": "GAO"}.items():
        walk.page.select_option(f"[name={name}]", value)
    walk.page.select_option("[name=reported_by]", label="Mariam Exemple")
    walk.page.evaluate("scrollTo(0, 0)")
    walk.show("signaler")
    walk.send("Enregistrer")
    walk.has("Enregistré sur ce portable", "Non envoyés : 1")
    walk.look("base-incident")
    contest(walk, "+22370000111")
    walk.has("Non envoyés : 2")
    walk.page.click("header button")
    walk.page.wait_for_selector(".erreur")
    walk.has("Rien n'est perdu")
    walk.look("base-synchro-coupee")
    walk.show("coupure", 420)


def come_back(walk, office):
    print("Gao, le serveur revient")
    contest(office, "+22370000222")
    walk.go("/synchro")
    walk.page.click("header button")
    walk.page.wait_for_selector("text=Synchronisation terminée")
    walk.has("Non envoyés : 0", "Bamako a reçu : 5", "refusées : 1")
    walk.look("base-synchro")
    for place in (walk, office):
        place.go("/conflits")
        place.has("+22370000111", "+22370000222")
    office.look("conflits-a-relire")
    office.show("conflits", 480)
    office.send("Rétablir la valeur écartée")
    office.has("La valeur écartée est rétablie")


def main():
    os.makedirs(FOLDER, exist_ok=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"https://127.0.0.1:{free.getsockname()[1]}"
    run("djoliba-server", "init", "--address", address, data="hub")
    today.write(f"{FOLDER}/demo", SHIFT.today)
    run("djoliba-server", "load", f"{FOLDER}/demo", data="hub")
    password = account("claire", "Claire Exemple", "dp")
    keeper_password = account("oumou", "Oumou Démo", "suivi_evaluation")
    clerk_password = account("yacouba", "Yacouba Exemple", "saisie", "--base", "BDG")
    hub, _ = start("djoliba-server", "run", data="hub", until="listens on")
    run("djoliba-server", "invite", "--base", "GAO", "--role", "resp_base", "--name", "Portable Gao",
        "--out", f"{FOLDER}/gao.invitation", data="hub")
    run("djoliba", "enroll", f"{FOLDER}/gao.invitation", data="gao")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"])
        office = Walk(browser, address)
        sign_in(office, "claire", password)
        bamako(office)
        dhis2(office)
        new_version(office)
        minutes(office)
        cut_line(office)
        menu(office)
        for walk in [workflows.enter_value, workflows.vote, workflows.review, workflows.missing_goods,
                     workflows.renew_access, workflows.go_back]:
            walk(office)
        workflows.sitrep(office)
        workflows.forget_contact(office)
        keeper, clerk = Walk(browser, address), Walk(browser, address)
        sign_in(keeper, "oumou", keeper_password)
        sign_in(clerk, "yacouba", clerk_password)
        workflows.verify_value(keeper)
        workflows.meet_lock(clerk, shifted("202603"))
        workflows.session_over(office, "claire", PASSWORD)
        workflows.without_script(browser, address, "claire", PASSWORD)
        look_everywhere(office, "Bamako")
        stop(hub)
        laptop, link = start("djoliba", "open", "--no-browser", data="gao", until="http://127")
        field = Walk(browser, link.split("/entree")[0])
        field.page.goto(link)
        base(field)
        workflows.raise_level(field)
        workflows.go_back(field)
        workflows.write_wrongly(FOLDER)
        cut_line(field)
        hub, _ = start("djoliba-server", "run", data="hub", until="listens on")
        come_back(field, office)
        workflows.correct_refused(field, office)
        look_everywhere(field, "Gao")
        for walk in (office, keeper, clerk, field):
            expect(f"no other host was asked: {walk.asked}", len(walk.asked) == 1)
            expect(f"the first page weighs {walk.first} bytes", 0 < walk.first < FIRST)
            expect(f"the heaviest other page weighs {walk.heaviest}", walk.heaviest[0] < OTHER)
            expect(f"the browser has nothing to say {walk.problems or ''}", not walk.problems)
        browser.close()
    stop(laptop)
    stop(hub)
    print(f"The pictures are in {FOLDER}")


def end():
    """Leaves nothing running, and says what ended by itself."""
    for process in RUNNING:
        if process.poll() is not None:
            print(f"a program ended with {process.returncode}: {process.stdout.read()[-2000:]}")
        else:
            process.terminate()


try:
    main()
finally:
    end()
