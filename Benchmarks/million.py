"""Fills a hub through one laptop, receives it on another, and measures programs, not parts of them.

    million.py BIN [COUNT]    BIN: the folder of the optimised programs; COUNT: records, else 1,000,000

Takes the rows of Benchmarks/data/contacts_COUNT.db as contacts; one laptop writes them in plain SQL, 20,000 at a
time, and syncs after each. Prints seconds, bytes and the most memory that each program ever held."""
import http.client, json, os, re, signal, sqlite3, statistics, subprocess, sys, tempfile, time

from programs import Visit, free_port, serving

CHUNK = 20_000
FIELDS = dict(
    display_name=0, organisation=1, function_title=2, locality=5, phone_orange=6, email=7, introduced_by=10)
FIXED = dict(
    contact_type="humanitaire", base_code="GAO", relationship="reguliere", consent_basis="fonction_officielle",
    status="actif")


def say(what, figure):
    print(f"{what:<62}{figure}", flush=True)


class Programs:
    def __init__(self, folder, programs):
        self.folder, self.programs, self.most = folder, programs, {}

    def path(self, name):
        return os.path.join(self.programs, name)

    def run(self, name, *arguments, codes=(0,)):
        """Output, seconds, and the most memory the program held, in megabytes."""
        start = time.perf_counter()
        child = subprocess.Popen(
            [self.path(name), *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True)
        out, errors = child.stdout.read(), child.stderr.read()
        _, status, used = os.wait4(child.pid, 0)
        assert os.waitstatus_to_exitcode(status) in codes, (arguments, out, errors)
        return out, time.perf_counter() - start, used.ru_maxrss / 1000

    def hub(self, *arguments):
        return self.run("djoliba-server", *arguments, "--data", self.folder + "/hub", "--lang", "en")[0]

    def laptop(self, who, *arguments, codes=(0,)):
        out, took, memory = self.run(
            "djoliba", *arguments, "--data", f"{self.folder}/{who}", "--lang", "en", codes=codes)
        key = f"{who}: {arguments[0]}"
        self.most[key] = max(self.most.get(key, 0), memory)
        return out, took, memory

    def enroll(self, who):
        invitation = f"{self.folder}/{who}.invitation"
        self.hub("invite", "--base", "GAO", "--role", "resp_base", "--name", who, "--out", invitation)
        return self.laptop(who, "enroll", invitation)


def rows(count):
    data = os.path.join(os.path.dirname(os.path.abspath(__file__)), f"data/contacts_{count}.db")
    for row in sqlite3.connect(f"file:{data}?mode=ro", uri=True).execute("SELECT * FROM contacts ORDER BY rowid"):
        values = {name: row[place + 1] for name, place in FIELDS.items()}
        values["phone_orange"] = values["phone_orange"].replace(" ", "")
        yield {**values, **FIXED}


def write(file, wanted):
    """What any program may do: one transaction of plain SQL."""
    names = [*FIELDS, *FIXED]
    line = sqlite3.connect(file)
    with line:
        line.executemany(
            f"INSERT INTO contact({', '.join(names)}) VALUES ({', '.join(':' + name for name in names)})", wanted)
    line.close()


def edit(file, count):
    line = sqlite3.connect(file)
    total = line.execute("SELECT max(_row) FROM contact").fetchone()[0]
    with line:
        line.executemany(
            "UPDATE contact SET phone_orange = ? WHERE _row = ?",
            [(f"+2237{n * 7919 % 10_000_000:07}", 1 + n * 104_729 % total) for n in range(count)])
    line.close()


def resident(process, what="VmHWM"):
    status = open(f"/proc/{process.pid}/status").read()
    return int(re.search(rf"{what}:\s+(\d+) kB", status).group(1)) / 1000


def pages(programs, who):
    """The laptop's own pages: from the start of the program to its first list, then again, then a search."""
    start = time.perf_counter()
    shown = subprocess.Popen(
        [programs.path("djoliba"), "open", "--no-browser", "--data", f"{programs.folder}/{who}",
         "--lang", "en"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    address = None
    while address is None:
        address = re.search(r"http://(127\.0\.0\.1:\d+)(/\S*)", shown.stdout.readline())
    visit = Visit(http.client.HTTPConnection(address.group(1)))
    status, *_ = visit.ask(address.group(2).rstrip("."))
    assert status in (200, 303), status
    for what, place in [("list of contacts", "/fiches/contact"), ("search", "/fiches?q=coulibaly%20gossi"),
                        ("contacts' own page", "/interlocuteurs")]:
        status, first, _ = visit.ask(place)
        assert status == 200, (place, status)
        if what == "list of contacts":
            say("from starting the program to its first list, ms", f"{(time.perf_counter() - start) * 1000:.0f}")
        again = statistics.median(visit.ask(place)[1] for _ in range(3))
        say(f"page, {what}: first and median of three, ms", f"{first:.0f}, {again:.0f}")
    say("pages: most memory, MB", f"{resident(shown):.0f}")
    shown.send_signal(signal.SIGINT)
    shown.wait()


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    count = int(sys.argv[2]) if len(sys.argv) == 3 else 1_000_000
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        programs = Programs(folder, os.path.abspath(sys.argv[1]))
        programs.hub("init", "--address", f"https://127.0.0.1:{port}")
        with serving(programs.path("djoliba-server"), folder + "/hub") as hub:
            measure(programs, hub, count)


def measure(programs, hub, count):
    programs.enroll("writer")
    replica = programs.folder + "/writer/replica.sqlite"
    chunk, seconds = [], []
    for row in rows(count):
        chunk.append(row)
        if len(chunk) == min(CHUNK, count):
            write(replica, chunk)
            chunk = []
            seconds.append(programs.laptop("writer", "sync")[1])
    say(f"writer: {count} records, seconds of its syncs", f"{sum(seconds):.1f}")
    say(f"writer: the first and the last {min(CHUNK, count)}, seconds", f"{seconds[0]:.1f}, {seconds[-1]:.1f}")
    say("writer: sync, most memory, MB", f"{programs.most['writer: sync']:.0f}")
    say("hub: most memory after that, MB", f"{resident(hub):.0f}")
    _, took, memory = programs.enroll("reader")
    say("reader: enrolment with a first sync, seconds", f"{took:.1f}")
    say("reader: most memory, MB", f"{memory:.0f}")
    say("hub: most memory after that, MB", f"{resident(hub):.0f}")
    edit(replica, 1000)
    for who in ("writer", "reader"):
        out, took, memory = programs.laptop(who, "sync", "--json")
        report = json.loads(out)
        say(f"{who}: sync of 1,000 edits: seconds, bytes, MB",
            f"{took:.2f}, {report['bytes_sent']} + {report['bytes_received']}, {memory:.0f}")
    for arguments in [("status",), ("list", "contact", "--limit", "50"), ("search", "coulibaly gossi"), ("verify",)]:
        _, took, memory = programs.laptop("reader", *arguments)
        say(f"djoliba {' '.join(arguments)}: seconds, MB", f"{took:.2f}, {memory:.0f}")
    pages(programs, "reader")
    say("hub: most memory, MB", f"{resident(hub):.0f}")
    for name, file in [("replica", "reader/replica.sqlite"), ("hub file", "hub/hub.sqlite")]:
        say(f"{name}, bytes a record", f"{os.path.getsize(programs.folder + '/' + file) / count:.0f}")


main()
