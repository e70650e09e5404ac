"""Attacks a hub of its own on loopback, and says what was tried, how often, and what came of it.

    attack.py FOLDER_OF_THE_PROGRAMS

Ends with 1 when anything got through, when the hub stopped, or when a laptop could not sync.
"""

import atexit
import collections
import http.client
import json
import random
import re
import statistics
import threading
import time
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import urllib.parse
import uuid
import warnings
import xml.etree.ElementTree

import timing
import wire

warnings.simplefilter("ignore", DeprecationWarning)
programs = sys.argv[1]
folder = tempfile.mkdtemp(prefix="djoliba-attack-")
dice = random.Random(20261122)
failures = 0


def run(program, *arguments):
    return subprocess.run(
        [f"{programs}/{program}", *arguments, "--lang", "en"], capture_output=True, text=True)


def must(program, *arguments):
    ended = run(program, *arguments)
    if ended.returncode:
        sys.exit(f"{program} {' '.join(arguments)}: {ended.stderr}")
    return ended.stdout


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


port = free_port()
hub, laptop = f"{folder}/hub", f"{folder}/laptop"
must("djoliba-server", "init", "--data", hub, "--address", f"https://127.0.0.1:{port}")
server = subprocess.Popen(
    [f"{programs}/djoliba-server", "run", "--data", hub, "--lang", "en"],
    stderr=subprocess.PIPE, text=True)
atexit.register(server.kill)
while "listens on" not in server.stderr.readline():
    if server.poll() is not None:
        sys.exit("the hub does not start")
must("djoliba-server", "invite", "--data", hub, "--base", "GAO", "--role", "resp_base",
     "--name", "Gao", "--out", f"{folder}/gao")
must("djoliba", "enroll", f"{folder}/gao", "--data", laptop)
token = json.load(open(f"{laptop}/device.json"))["token"]
must("djoliba-server", "invite", "--data", hub, "--base", "KDL", "--role", "resp_base",
     "--name", "Kidal", "--out", f"{folder}/kidal")
must("djoliba", "enroll", f"{folder}/kidal", "--data", f"{folder}/kidal.data")
neighbour = json.load(open(f"{folder}/kidal.data/device.json"))["token"]
context = ssl.create_default_context(cafile=f"{hub}/authority.pem")


def added(data, base):
    """The id of a note of one base alone."""
    must("djoliba", "add", "note", "kind=signal_faible", "title=Essai", "body=Texte", f"base_code={base}",
         "author=00000000-0000-7000-8000-000000000001", "--data", data)
    must("djoliba", "sync", "--data", data)
    return json.loads(must("djoliba", "list", "note", "--json", "--data", data).splitlines()[-1])["id"]


elsewhere, own = added(f"{folder}/kidal.data", "KDL"), added(laptop, "GAO")
before = must("djoliba-server", "status", "--json", "--data", hub)


def connect(address="127.0.0.2"):
    return http.client.HTTPSConnection(
        "127.0.0.1", port, context=context, source_address=(address, 0), timeout=60)


def ask(method, path, body=None, headers={}, address="127.0.0.2"):
    """The status of one request; 0 when the hub closed the connection instead of answering."""
    line = connect(address)
    try:
        line.request(method, path, body, headers)
        answer = line.getresponse()
        text = answer.read()
        return answer.status, text
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        line.close()


def judge(title, statuses, allowed):
    global failures
    counts = collections.Counter(statuses)
    bad = {status: count for status, count in counts.items() if status not in allowed}
    failures += bool(bad)
    told = ", ".join(f"{status}: {count}" for status, count in sorted(counts.items()))
    print(f"{'✗' if bad else '✓'} {title}: {sum(counts.values())} tries ({told})")


def syncs(when, whose=laptop, name="the laptop"):
    global failures
    began = time.monotonic()
    ended = run("djoliba", "sync", "--data", whose)
    seconds = time.monotonic() - began
    failures += ended.returncode != 0
    print(f"{'✗' if ended.returncode else '✓'} {when}, {name} syncs, {seconds:.2f} s with the program's start")


binary = {"Content-Type": "application/vnd.djoliba.sync"}
words = {"Content-Type": "application/json"}
form = {"Content-Type": "application/x-www-form-urlencoded"}
mine = {**binary, "Authorization": f"Bearer {token}"}


def secret():
    return f"{dice.getrandbits(256):064x}"


judge("tokens that nobody has",
      [ask("POST", "/v1/sync", b"x", {**binary, "Authorization": f"Bearer {secret()}"})[0]
       for _ in range(300)], {401, 429})
judge("invitation codes that nobody has",
      [ask("POST", "/v1/enroll",
           json.dumps({"code": secret(), "token": secret(), "program": ""}), words)[0]
       for _ in range(60)], {403, 429})
judge("passwords", [ask("POST", "/entree", f"nom=referent&mdp=mot{n}", form)[0]
                    for n in range(60)], {401, 429})
syncs("while its neighbours guess")

paths = ["/", "/packs", "/fiches/contact", "/journal", "/synchro", "/asaco/dhis2/json?periode=202605",
         "/../hub.sqlite", "/%2e%2e/authority.key", "/v1/../../etc/passwd", "/fiches/%00",
         "/entree?code=1", "/" + "a" * 8_000, "/metrics", "/v1/devices", "/fiches/contact/1"]
seen = [ask(method, path, address="127.0.0.3")
        for path in paths for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS")]
judge("pages without a visit", [status for status, _ in seen],
      {0, 200, 303, 400, 401, 403, 404, 405, 414, 422, 431})
leaks = [text for _, text in seen if b"PRIVATE KEY" in text or b"SQLite format" in text
         or b"<table" in text]
judge("of those, answers that hold anything", [len(leaks)], {0})
judge("forms of another site",
      [ask("POST", "/entree", "nom=referent&mdp=x", {**form, "Sec-Fetch-Site": "cross-site"},
           "127.0.0.4")[0] for _ in range(15)], {403})

noise = [ask("POST", path, dice.randbytes(dice.randrange(1, 4_000)), mine, "127.0.0.1")[0]
         for path in ("/v1/sync", "/v1/repair", "/v1/handover", "/v1/token") for _ in range(60)]
judge("noise with a good token", noise, {401, 403, 409, 413, 415, 422, 426})
frame = bytes.fromhex("28b52ffd")
judge("broken frames with a good token",
      [ask("POST", "/v1/sync", frame + dice.randbytes(200), mine, "127.0.0.1")[0]
       for _ in range(100)], {409, 413, 422, 426})
judge("bodies and heads that are too large",
      [ask("POST", "/v1/sync", b"0" * (3 << 20), mine, "127.0.0.1")[0],
       ask("POST", "/v1/enroll", b"[" * 60_000, words, "127.0.0.5")[0],
       ask("POST", "/v1/enroll", b"0" * (1 << 20), words, "127.0.0.5")[0],
       ask("GET", "/v1/health", None, {"X-Long": "a" * 20_000}, "127.0.0.5")[0],
       ask("GET", "/v1/health", None, {f"X-{n}": "a" for n in range(90)}, "127.0.0.5")[0]],
      {0, 400, 413, 422, 431})
syncs("after noise under its own name")


def flood(stop, name, draw, headers, address):
    """One client on a connection of its own that asks again as soon as it is answered, or turned away."""
    line = None
    while not stop.is_set():
        try:
            line = line or connect(address)
            path, body = draw()
            line.request("POST", path, body, headers)
            answer = line.getresponse()
            answer.read()
            flooded[name, answer.status] += 1
        except (OSError, http.client.HTTPException):
            line = None


def notes(base, device, count, letters):
    """As many new notes, whose text nobody has written before."""
    fields = ["kind", "title", "body", "base_code", "author"]
    values = lambda: ["signal_faible", "Essai", f"{dice.getrandbits(4 * letters):0{letters}x}", base,
                      "00000000-0000-7000-8000-000000000001"]
    return wire.creations("note", fields, [(uuid.UUID(int=dice.getrandbits(128), version=4).bytes, values())
                                           for _ in range(count)], device)


def exchange():
    """The seconds of one exchange of another base, which brings a note, on a connection of its own."""
    body = wire.request(notes("KDL", 2, 1, 200), budget=0)
    began = time.monotonic()
    status = ask("POST", "/v1/sync", body, {**binary, "Authorization": f"Bearer {neighbour}"}, "127.0.0.1")[0]
    return status, time.monotonic() - began


# A device with a good token begins anew, pushes all that a body holds and compares everything, as fast as
# it is answered; strangers call from six addresses.
flooded = collections.Counter()
stop = threading.Event()
kinds = {"first syncs": lambda: ("/v1/sync", wire.request()),
         "full pushes": lambda: ("/v1/sync", wire.request(notes("GAO", 1, 500, 2_000), budget=0)),
         "repairs": lambda: ("/v1/repair", wire.repair("base:GAO"))}
crowd = [threading.Thread(target=flood, args=(stop, name, draw, mine, "127.0.0.1")) for name, draw in kinds.items()]
crowd += [threading.Thread(target=flood, args=(
    stop, "strangers", lambda: ("/v1/sync", b"x"), {**binary, "Authorization": f"Bearer {secret()}"},
    f"127.0.0.{host}")) for host in range(30, 36)]
# Who is not in may send what was typed when a visit ended, and tries to send more.
forms = {"strangers' forms": b"note=" + b"%" * 60_000, "strangers' long forms": b"note=" + b"%" * 1_000_000}
crowd += [threading.Thread(target=flood, args=(stop, name, lambda body=body: ("/fiches", body), form, f"127.0.0.{host}"))
          for name, body in forms.items() for host in range(40 if "long" in name else 36, 43 if "long" in name else 40)]
for client in crowd:
    client.start()
while not all(flooded[name, 200] for name in kinds) or len(flooded) <= len(kinds):
    time.sleep(0.01)
answers = []
began = time.monotonic()
while len(answers) < 100 or time.monotonic() - began < 20:
    answers.append(exchange())
    time.sleep(max(0, 0.2 - answers[-1][1]))
lasted = time.monotonic() - began
syncs("while a device and strangers flood", f"{folder}/kidal.data", "another one")
stop.set()
for client in crowd:
    client.join()
slow = sorted(seconds for _, seconds in answers)
for name in [*kinds, "strangers", *forms]:
    told = {status: count for (whose, status), count in flooded.items() if whose == name}
    print(f"  {name} in {lasted:.0f} s: {told}")
hundredth = slow[len(slow) * 99 // 100 - 1]
print(f"  another base, {len(slow)} exchanges: median {statistics.median(slow):.3f} s, "
      f"99 of 100 within {hundredth:.3f} s, slowest {slow[-1]:.3f} s, TLS included")
judge("answers of another base meanwhile", [status for status, _ in answers], {200})
judge("whether one in a hundred of those took a second", [int(hundredth >= 1)], {0})
# What was pushed was the device's to write.
before = must("djoliba-server", "status", "--json", "--data", hub)


def plain(text):
    with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
        line.sendall(text)
        try:
            return 200 if b"200 OK" in line.recv(4_096) else 0
        except OSError:
            return 0


judge("plain HTTP to the TLS port", [plain(b"GET /v1/health HTTP/1.1\r\nHost: x\r\n\r\n")], {0})


def old(version):
    strange = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    strange.check_hostname, strange.verify_mode = False, ssl.CERT_NONE
    strange.set_ciphers("ALL:@SECLEVEL=0")
    strange.minimum_version = strange.maximum_version = version
    try:
        with socket.create_connection(("127.0.0.1", port)) as line:
            strange.wrap_socket(line).close()
        return 200
    except OSError:
        return 0


judge("TLS before 1.2", [old(ssl.TLSVersion.TLSv1), old(ssl.TLSVersion.TLSv1_1)], {0})


def handshake(*arguments, say=""):
    """What `openssl s_client` tells of one connection."""
    ended = subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", *arguments], input=say,
        capture_output=True, text=True, timeout=60)
    return ended.stdout + ended.stderr


def spoken(*arguments):
    """200 when a connection came about so, 0 when the hub refused it."""
    return 200 if re.search(r"Cipher is (?!\(NONE\))", handshake(*arguments)) else 0


judge("openssl's own handshake", [spoken("-tls1_2"), spoken("-tls1_3")], {200})
judge("TLS 1.1, as openssl asks for it", [spoken("-tls1_1", "-cipher", "ALL:@SECLEVEL=0")], {0})
judge("weak suites", [spoken("-tls1_2", "-cipher", suite) for suite in (
    "aNULL:@SECLEVEL=0", "eNULL:@SECLEVEL=0", "3DES:@SECLEVEL=0", "kRSA:@SECLEVEL=0", "SHA1:@SECLEVEL=0",
    "ECDHE-ECDSA-AES128-SHA256", "ECDHE-ECDSA-AES256-CCM8:@SECLEVEL=0")], {0})
# openssl asks for it at a line that is an R, and goes on when the server lets it.
again = handshake("-tls1_2", say="R\nGET /v1/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
judge("renegotiation", [200 if "200 OK" in again or "RENEGOTIATING" not in again else 0], {0})


def scan():
    """What Debian's sslscan finds that should not be there: one number for each finding."""
    found = subprocess.run(["sslscan", "--xml=-", f"127.0.0.1:{port}"], capture_output=True, text=True)
    test = xml.etree.ElementTree.fromstring(found.stdout).find("ssltest")
    spoken = {f"{p.get('type')} {p.get('version')}" for p in test.iter("protocol")
              if p.get("enabled") == "1"}
    # Each suite of TLS 1.3 seals and has a key of its own for each connection; of 1.2, these do.
    weak = [c.get("cipher") for c in test.iter("cipher") if c.get("sslversion") != "TLSv1.3"
            and not (c.get("cipher").startswith("ECDHE-")
                     and ("GCM" in c.get("cipher") or "POLY1305" in c.get("cipher")))]
    holes = [h for h in test.iter("heartbleed") if h.get("vulnerable") != "0"]
    unsafe = [r for r in test.iter("renegotiation")
              if r.get("supported") == "1" and r.get("secure") != "1"]
    squeezed = [c for c in test.iter("compression") if c.get("supported") == "1"]
    suites = [c.get("cipher") for c in test.iter("cipher")]
    print(f"  sslscan: {', '.join(sorted(spoken))}; {', '.join(suites)}")
    return [int(spoken != {"tls 1.2", "tls 1.3"}), len(weak), len(holes), len(unsafe), len(squeezed)]


if shutil.which("sslscan"):
    judge("what a TLS scanner holds against the hub", scan(), {0})
else:
    print("  no TLS scanner was run: apt-get install sslscan")



def stranger():
    """A connection from an address that has not been counted yet."""
    global strangers
    strangers += 1
    return connect(f"127.{2 + strangers // 60_000}.{strangers // 250 % 240}.{strangers % 250 + 1}")


def compare(title, first, second, rounds, alike=True):
    """Holds that a clock does not tell two kinds of question apart, or, to show that it could, that it does."""
    global failures
    given = timing.in_turns(first, second, rounds, dice)
    statuses = [sorted({status for status, _ in answers}) for answers in given]
    times = [[taken for _, taken in answers] for answers in given]
    share, doubt = timing.share(*times), timing.doubt(rounds)
    middle = [1_000 * statistics.median(taken) for taken in times]
    told = abs(share - 0.5) > doubt
    wrong = told == alike or (alike and (statuses[0] != statuses[1] or len(statuses[0]) != 1))
    failures += wrong
    print(f"{'✗' if wrong else '✓'} {title}: {rounds} pairs {statuses}, medians {middle[0]:.3f} and {middle[1]:.3f} ms, "
          f"the first took longer in {100 * share:.0f} % (alike: {100 * (0.5 - doubt):.0f} to {100 * (0.5 + doubt):.0f})")


def enter(name):
    """The cookie of a visit of somebody at Gao."""
    first = must("djoliba-server", "account", "add", name, "--name", name, "--role", "resp_base", "--base", "GAO",
                 "--data", hub).split()[-1]
    line = stranger()
    line.request("POST", "/entree", f"nom={name}&mdp={first}", form)
    answer = line.getresponse()
    answer.read()
    cookie = {"Cookie": answer.getheader("Set-Cookie").split(";")[0]}
    line.request("GET", "/mot-de-passe", None, cookie)
    key = re.search(r'name="_jeton" value="([^"]*)"', line.getresponse().read().decode())[1]
    words = f"_jeton={urllib.parse.quote(key)}&ancien={first}&nouveau=attaque-en-cours-1&encore=attaque-en-cours-1"
    line.request("POST", "/mot-de-passe", words, {**form, **cookie})
    line.getresponse().read()
    return cookie


def page(path):
    return lambda _: timing.seconds(stranger(), "GET", path, None, visit)


def bearer(draw):
    return lambda _: timing.seconds(
        stranger(), "POST", "/v1/sync", b"x", {**binary, "Authorization": f"Bearer {draw()}"})


def passwords(name):
    return lambda round: timing.seconds(
        stranger(), "POST", "/entree", f"nom={name(round)}&mdp=mot-de-passe-{round}", form)


def invitation(draw):
    return lambda _: timing.seconds(
        stranger(), "POST", "/v1/enroll",
        json.dumps({"code": draw(), "token": secret(), "program": ""}), words)


def nearly(text):
    """The text but for its last digit."""
    return lambda: text[:-1] + ("1" if text[-1] == "0" else "0")


strangers = 0
visit = enter("awa")
for number in range(20):
    must("djoliba-server", "account", "add", f"oumou{number}", "--name", "Oumou", "--role", "cz", "--data", hub)
must("djoliba-server", "invite", "--data", hub, "--base", "BDG", "--role", "resp_base", "--name", "Bandiagara",
     "--out", f"{folder}/bandiagara")
code = json.load(open(f"{folder}/bandiagara"))["code"]
nothing = own[:-4] + "ffff"
compare("a record that one may read, and none", page(f"/fiches/note/{own}"), page(f"/fiches/note/{nothing}"), 200, alike=False)
compare("a record of another base, and none", page(f"/fiches/note/{elsewhere}"), page(f"/fiches/note/{nothing}"), 1_000)
compare("its history, and none", page(f"/fiches/note/{elsewhere}/historique"), page(f"/fiches/note/{nothing}/historique"), 1_000)
compare("a token but for a digit, and none", bearer(nearly(token)), bearer(secret), 1_000)
compare("an invitation but for a digit, and none", invitation(nearly(code)), invitation(secret), 500)
compare("passwords of an account, and of none", passwords(lambda round: f"oumou{round % 20}"),
        passwords(lambda round: f"personne{round % 20}"), 60)

silent = []
for host in range(10, 22):
    for _ in range(64):
        try:
            silent.append(socket.create_connection(
                ("127.0.0.1", port), source_address=(f"127.0.0.{host}", 0)))
        except OSError:
            pass
print(f"  {len(silent)} silent connections from 12 addresses are open")
syncs("beside them")
for line in silent:
    line.close()

after = must("djoliba-server", "status", "--json", "--data", hub)
same = json.loads(before)["scopes"] == json.loads(after)["scopes"]
judge("changed records", [0 if same else 1], {0})
checked = run("djoliba-server", "verify", "--data", hub)
judge("faults in the hub's file and log", [checked.returncode], {0})
server.terminate()
judge("the hub's end", [server.wait()], {0})
shutil.rmtree(folder)
print("Nothing got through." if failures == 0 else f"{failures} attacks got through.")
sys.exit(1 if failures else 0)
