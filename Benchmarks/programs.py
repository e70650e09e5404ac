"""What the programs that measure share: a hub that serves, and a visitor of pages."""
import contextlib, gzip, re, signal, socket, subprocess, time, urllib.parse


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextlib.contextmanager
def serving(server, data):
    """The hub's process, from when it listens."""
    hub = subprocess.Popen([server, "run", "--data", data], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        while "listens on" not in hub.stdout.readline():
            assert hub.poll() is None
        yield hub
    finally:
        hub.send_signal(signal.SIGTERM)
        hub.wait()


class Visit:
    """Somebody who goes from page to page; keeps cookies and the last page."""

    def __init__(self, line):
        self.line, self.cookies, self.page = line, {}, ""

    def ask(self, place, form=None):
        """Status, milliseconds, bytes on the wire."""
        body = None if form is None else urllib.parse.urlencode(form)
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()), "Accept-Encoding": "gzip"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        start = time.perf_counter()
        self.line.request("GET" if body is None else "POST", place, body, headers)
        answer = self.line.getresponse()
        data = answer.read()
        took = (time.perf_counter() - start) * 1000
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.split(";")[0]
        size = len(data)
        if answer.getheader("Content-Encoding") == "gzip":
            data = gzip.decompress(data)
        self.page = data.decode(errors="replace")
        return answer.status, took, size

    def token(self):
        return re.search(r'name="_jeton" value="([^"]+)"', self.page).group(1)

    def link(self, pattern):
        return re.search(pattern, self.page).group(1).replace("&amp;", "&")
