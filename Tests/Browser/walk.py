"""Walks the console as its users would, in headless Chromium: in Bamako, and on a base with the hub stopped.

    walk.py BIN FOLDER     BIN: where the programs are; FOLDER: for the files and pictures

Ends with 1 at the first thing that is not as it should be. `make browser` installs what it needs."""
import os, re, signal, socket, subprocess, sys
from playwright.sync_api import sync_playwright

try:
    from axe_playwright_python.sync_playwright import Axe
except ImportError:
    sys.exit("axe-playwright-python is missing: make browser installs it")

BIN, FOLDER = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
DEMO = os.path.join(os.path.dirname(__file__), "../../Examples/demo")
PASSWORD = "quatre mots au fleuve"
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
    for line in process.stdout:
        if until in line:
            return process, line.strip()
    sys.exit(f"{program} {arguments[0]} ended before it was ready")


def stop(process):
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
        self.page.on("request", lambda request: self.asked.add(request.url.split("/")[2]))
        self.problems = []
        self.page.on("console", lambda message: self.problems.append(message.text)
                     if message.type in ("error", "warning") and "status of 4" not in message.text else None)

    def go(self, place, picture=None):
        self.page.goto(self.address + place)
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
        page.screenshot(path=f"{FOLDER}/{picture}-360.png")
        page.set_viewport_size({"width": 1280, "height": 800})
        expect(f"{picture}: fits 360 points ({width})", width <= 360)

    def has(self, *texts):
        body = self.page.inner_text("body")
        for text in texts:
            expect(f"« {text} »", text in body)

    def send(self, name):
        self.page.click(f"main button:has-text(\"{name}\")")


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


def bamako(walk):
    print("Bamako")
    walk.go("/", "packs")
    walk.has("Packs sécurité", "Bandiagara", "Gris", "jamais synchronisé")
    walk.page.click("tbody a:has-text(\"Bankass\")")
    walk.has("Soumis au DP", "Manque avant de soumettre au DP")
    walk.send("Valider cette version")
    walk.has("Il manque des rubriques obligatoires")
    walk.go("/")
    walk.page.click("tbody a:has-text(\"Bandiagara\")")
    walk.look("pack")
    walk.has("Médecin de garde CSRéf", "sans réponse", "Passage en orange Bandiagara", "Oral, avec témoin")
    for place, picture in [
        ("/alertes", "alertes"), ("/incidents", "incidents"), ("/incidents/signaler", "signaler"),
        ("/interlocuteurs?q=medecin", "interlocuteurs"), ("/veille?periode=2026-07", "veille"), ("/actions", "actions"), ("/asaco", "asaco"),
        ("/asaco/AS-BDG-01?fin=202605", "grille"), ("/asaco/dhis2?periode=202605", "dhis2"),
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


def base(walk):
    print("Gao, serveur arrêté")
    walk.go("/", "base-packs")
    walk.has("Non envoyés : 0", "Données au", "Gao", "Ansongo")
    walk.go("/incidents/signaler")
    for name, value in {"locality": "Axe Gao-Bourem (fictif)", "summary": "Barrage, demi-tour."}.items():
        walk.page.fill(f"[name={name}]", value)
    for name, value in {"place_kind": "axe_route", "category": "entrave_acces", "staff_safe": "oui", "base_code": "GAO"}.items():
        walk.page.select_option(f"[name={name}]", value)
    walk.page.select_option("[name=reported_by]", label="Mariam Exemple")
    walk.send("Enregistrer")
    walk.has("Enregistré sur ce portable", "Non envoyés : 1")
    walk.look("base-incident")
    walk.page.click("header button")
    walk.page.wait_for_selector(".erreur")
    walk.has("Rien n'est perdu")
    walk.look("base-synchro-coupee")


def come_back(walk):
    print("Gao, le serveur revient")
    walk.go("/synchro")
    walk.page.click("header button")
    walk.page.wait_for_selector("text=Synchronisation terminée")
    walk.has("Non envoyés : 0", "Bamako a reçu : 1")
    walk.look("base-synchro")


def main():
    os.makedirs(FOLDER, exist_ok=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"https://127.0.0.1:{free.getsockname()[1]}"
    run("djoliba-server", "init", "--address", address, data="hub")
    run("djoliba-server", "load", DEMO, data="hub")
    first = run("djoliba-server", "account", "add", "claire", "--name", "Claire Exemple", "--role", "dp", data="hub")
    password = re.search(r"\w{4}(-\w{4}){3}", first).group()
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
        stop(hub)
        laptop, link = start("djoliba", "open", "--no-browser", data="gao", until="http://127")
        field = Walk(browser, link.split("/entree")[0])
        field.page.goto(link)
        base(field)
        hub, _ = start("djoliba-server", "run", data="hub", until="listens on")
        come_back(field)
        for walk in (office, field):
            expect(f"no other host was asked: {walk.asked}", len(walk.asked) == 1)
            expect(f"the browser has nothing to say {walk.problems or ''}", not walk.problems)
        browser.close()
    stop(laptop)
    stop(hub)
    print(f"The pictures are in {FOLDER}")


main()
