"""What the browser tests share: a served notebook, a cable to cut, Chromium, axe, a watch on
requests.

The fixture ``browser`` is everybody's, from ``conftest.py``. A test module adds its server::

    from tests.browser_support import serving, visiting

    @pytest.fixture(scope="module")
    def server():
        with serving("dashboard", pool=1) as server:
            yield server

    def test_a_panel(server, browser):
        with visiting(browser, server.url) as visit:
            page = visit.open()

Wait with locators or ``until``: the policy of the pages forbids ``page.wait_for_function``.
"""

import contextlib
import json
import os
import queue
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).parent.parent
DATA = Path(__file__).parent / "data"
TOKEN = "token-of-the-tests"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START = (
    "import json, sys; from pathlib import Path; from dosing.interfaces.options import Serving; "
    "from dosing.interfaces.serve import serve; "
)
WAIT = 30_000  # the longest that anything on a page may take before a test fails [ms]


class Server:
    """A dashboard server in a process of its own, on a free port."""

    def __init__(
        self, notebook: str | Path, environment: dict[str, str] | None = None, **options: Any
    ) -> None:
        given = {"port": 0, "open_browser": False, "pool": 0, "token": TOKEN, **options}
        first = f"Path({str(notebook)!r})" if isinstance(notebook, Path) else repr(notebook)
        code = f"{START}serve(Serving(notebook={first}, **json.loads(sys.argv[1])))"
        self.process = subprocess.Popen(
            [sys.executable, "-c", code, json.dumps(given)],
            cwd=ROOT,
            env=os.environ | (environment or {}),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines: list[str] = []
        self._told = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        if not self._told.wait(60) or self.process.poll() is not None:
            self.stop()
            raise AssertionError("the server did not start:\n" + self.log())
        (found,) = re.findall(r"http://[^/]+:(\d+)/\S*", self.log())
        self.port = int(found)
        self.url = f"http://127.0.0.1:{self.port}/"

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)
            if "Ctrl-C" in line:
                self._told.set()
        self._told.set()

    def log(self) -> str:
        """What the server has printed so far."""
        return "".join(self.lines)

    def sessions(self) -> int:
        """How many pages have a calculator now."""
        with urllib.request.urlopen(f"{self.url}healthz", timeout=10) as answer:
            return int(json.load(answer)["sessions"])

    def stop(self, how: int = signal.SIGTERM) -> int:
        """End the server and wait for it; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            code = self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        self._reader.join(5)
        return code


@contextlib.contextmanager
def serving(notebook: str | Path, **options: Any) -> Iterator[Server]:
    """Serve a notebook, by name or from a file, for as long as the block lasts."""
    server = Server(notebook, **options)
    try:
        yield server
    finally:
        server.stop()


class Cable:
    """A TCP connection to a server that can be cut and mended, and takes its time if told to."""

    def __init__(self, target: int, delay_s: float = 0) -> None:
        self.target, self.whole, self._open = target, True, set[socket.socket]()
        self.delay_s = delay_s  # each way [s]
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}/"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            if not self.whole:
                near.close()
                continue
            try:
                far = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                near.close()
                continue
            self._open |= {near, far}
            for a, b in ((near, far), (far, near)):
                # Sent on by a thread of its own: what is late is not also slow.
                late: queue.SimpleQueue[tuple[float, bytes]] = queue.SimpleQueue()
                threading.Thread(target=self._take, args=(a, late), daemon=True).start()
                threading.Thread(target=self._give, args=(late, a, b), daemon=True).start()

    def _take(self, a: socket.socket, late: "queue.SimpleQueue[tuple[float, bytes]]") -> None:
        with contextlib.suppress(OSError):
            while data := a.recv(65536):
                late.put((time.monotonic() + self.delay_s, data))
        late.put((time.monotonic() + self.delay_s, b""))

    def _give(
        self,
        late: "queue.SimpleQueue[tuple[float, bytes]]",
        a: socket.socket,
        b: socket.socket,
    ) -> None:
        with contextlib.suppress(OSError):
            while True:
                due, data = late.get()
                if not data:
                    break
                time.sleep(max(0.0, due - time.monotonic()))
                b.sendall(data)
        for end in (a, b):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
            self._open.discard(end)

    def cut(self) -> None:
        """Break every connection and refuse new ones."""
        self.whole = False
        for end in list(self._open):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        """Let connections through again."""
        self.whole = True

    def close(self) -> None:
        """Cut for good."""
        self.cut()
        self._listener.close()


def chromium() -> str:
    """Where Chromium is; a test that needs it fails in a sentence when it is nowhere."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        pytest.fail("No Chromium was found: install it with `apt-get install chromium`.")
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """One Chromium for all tests of a process."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield running
        running.close()


class Visit:
    """One reader: a page in a browser context of its own, with a record of what it asked for."""

    def __init__(self, browser: Any, url: str, width: int = 1280, height: int = 900) -> None:
        self.context = browser.new_context(viewport={"width": width, "height": height})
        self.context.set_default_timeout(WAIT)
        self.url, self.requests, self.problems = url, list[str](), list[str]()
        self.page = self.new_page()

    def new_page(self) -> Any:
        """Another page of the same reader."""
        page = self.context.new_page()
        page.on("request", lambda r: self.requests.append(r.url))
        page.on("websocket", lambda w: self.requests.append(w.url))
        page.on("pageerror", lambda e: self.problems.append(str(e)))
        page.on("console", self._console)
        return page

    def _console(self, message: Any) -> None:
        if message.type == "error" and "Content Security Policy" in message.text:
            self.problems.append(message.text)

    def open(self, path: str = "", ready: str = ".dosing-app.dosing-live") -> Any:
        """Log in by the printed link and wait until results may be seen."""
        self.page.goto(f"{self.url}{path}?token={TOKEN}", wait_until="domcontentloaded")
        if ready:
            self.page.wait_for_selector(ready, timeout=WAIT)
        return self.page

    def outside(self) -> list[str]:
        """Requests that left this computer."""
        ours = {"127.0.0.1", "localhost"}
        return [
            url
            for url in self.requests
            if urlsplit(url).scheme not in {"blob", "data"} and urlsplit(url).hostname not in ours
        ]

    def close(self) -> None:
        """Close every page, as a reader would: each says that it is leaving."""
        for page in self.context.pages:
            with contextlib.suppress(Exception):
                page.close(run_before_unload=True)
        self.context.close()


@contextlib.contextmanager
def visiting(browser: Any, url: str, width: int = 1280, height: int = 900) -> Iterator[Visit]:
    """A reader for as long as the block lasts."""
    visit = Visit(browser, url, width, height)
    try:
        yield visit
    finally:
        visit.close()


def serious_violations(page: Any) -> list[str]:
    """What axe finds serious or critical on a page, a line each."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [
        f"{v['id']} ({v['impact']}): {node['html'][:200]}"
        for v in found
        if v["impact"] in {"serious", "critical"}
        for node in v["nodes"]
    ]


def until(holds: Callable[[], bool], seconds: float = 20, what: str = "") -> None:
    """Wait for something outside the page."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise AssertionError(f"still not so after {seconds:g} s: {what or holds}")
        time.sleep(0.1)


def alive(pid: int) -> bool:
    """Whether a process runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return (
        not Path(f"/proc/{pid}/stat").exists() or " Z " not in Path(f"/proc/{pid}/stat").read_text()
    )
