"""Serve the dashboards in a browser: one page a panel, and nothing else of the machine.

Locked unless told otherwise: this computer only, a token in the printed link, only the listed
notebooks, no files, no source, no configuration from the working directory or the home folder.
``--share`` opens it to the network, and then a password is required.
"""

import argparse
import contextlib
import getpass
import importlib.resources
import importlib.util
import ipaddress
import os
import re
import secrets
import shutil
import socket
import sys
import tempfile
import threading
import webbrowser
from collections.abc import Iterator, Sequence
from pathlib import Path

from dosing.interfaces.server import TEMPLATE, UI, application

PANELS = ("titrate", "choose", "fixed", "heparin", "hlh", "protocols", "evidence")
PORT = 8866
PASSWORD_VARIABLE = "DOSING_PASSWORD"
SHORTEST_PASSWORD = 10

SHARED = (
    "Shared: every computer that reaches this one over the network can open the log-in page, and "
    "whoever has the password can use the calculator. The connection is not encrypted: put a "
    "server with TLS before it, and do not use it over an open network."
)


class ServeError(ValueError):
    """The dashboards cannot be served as asked; the text says why, and what to do."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``dosing serve``."""
    parser.add_argument(
        "--notebook",
        default="dashboard",
        choices=("dashboard", *PANELS),
        help="what to show at the first address (default: the dashboard with all panels)",
    )
    parser.add_argument("--host", help="address to listen on (default: this computer only)")
    parser.add_argument("--port", type=int, help=f"default: {PORT}, or a free one when it is taken")
    parser.add_argument("--no-browser", action="store_true", help="only print the address")
    parser.add_argument(
        "--pool", type=int, default=1, help="calculators kept started in advance (default: 1)"
    )
    parser.add_argument(
        "--max-sessions", type=int, default=12, help="pages open at once (default: 12)"
    )
    parser.add_argument(
        "--idle",
        type=int,
        default=900,
        metavar="SECONDS",
        help="end the calculator of a page that nobody looks at after this time (default: 900)",
    )
    parser.add_argument(
        "--share",
        action="store_true",
        help=f"let other computers in, with a password (asked for, or from {PASSWORD_VARIABLE})",
    )
    parser.add_argument(
        "--name",
        action="append",
        default=[],
        metavar="HOST",
        help="with --share: a name by which other computers reach this one (may be repeated)",
    )


def run(args: argparse.Namespace) -> int:
    """Serve as the command line asks; 0 when ended by the user, 2 when it cannot be done."""
    try:
        password = _ask_password() if args.share else ""
        serve(
            notebook=args.notebook,
            host=args.host,
            port=args.port,
            open_browser=not args.no_browser,
            pool=args.pool,
            max_sessions=args.max_sessions,
            idle_s=args.idle,
            share=args.share,
            password=password,
            names=args.name,
        )
    except ServeError as problem:
        print(f"dosing serve: {problem}", file=sys.stderr)
        return 2
    return 0


def serve(
    notebook: str | Path = "dashboard",
    host: str | None = None,
    port: int | None = None,
    open_browser: bool = True,
    pool: int = 1,
    max_sessions: int = 12,
    idle_s: int = 900,
    share: bool = False,
    password: str = "",
    token: str = "",
    names: Sequence[str] = (),
) -> None:
    """Serve the dashboards until interrupted.

    Parameters
    ----------
    notebook : str or pathlib.Path
        What stands at ``/``: the name of a dashboard, or a notebook file of one's own.
    host : str, optional
        Address to listen on; 127.0.0.1, or with ``share`` every address of this computer.
    port : int, optional
        8866, or a free one when that is taken; 0 takes any free one.
    open_browser : bool
        Show the page in the browser of this computer.
    pool : int
        Calculators started in advance, so that a page opens at once.
    max_sessions : int
        Pages open at once; the next visitor is told to wait.
    idle_s : int
        A page that nobody looks at loses its calculator after this time. [s]
    share : bool
        Let other computers in. Demands ``password``.
    password : str
        At least 10 characters. Kept as a salted hash only.
    token : str
        The secret in the printed link; made up when empty, unused with a password.
    names : sequence of str
        With ``share``: further names by which this computer may be addressed.

    Raises
    ------
    ServeError
        When it cannot be served so; the text says why.

    Examples
    --------
    >>> serve(share=True)
    Traceback (most recent call last):
    dosing.interfaces.serve.ServeError: sharing needs a password of at least 10 characters
    """
    if share and len(password) < SHORTEST_PASSWORD:
        raise ServeError(f"sharing needs a password of at least {SHORTEST_PASSWORD} characters")
    host = host or ("0.0.0.0" if share else "127.0.0.1")
    if not share and not _is_local(host):
        raise ServeError(f"{host} can be reached from other computers: say --share to allow that")
    if pool < 0 or max_sessions < 1 or idle_s < 1:
        raise ServeError("pool must be 0 or more, sessions and idle time 1 or more")
    for module in ("voila", "ipywidgets", "anywidget", "ipykernel"):
        if importlib.util.find_spec(module) is None:
            raise ServeError(f'{module} is not installed: run pip install "dosing[app]"')
    if not (TEMPLATE / "index.html.j2").is_file():
        raise ServeError(f"the installation is incomplete: {TEMPLATE} is missing")

    with contextlib.ExitStack() as stack:
        pages = stack.enter_context(_pages(notebook))
        stack.enter_context(_private_environment())
        sockets = _bind(host, port)
        app = application(
            pages=pages,
            sockets=sockets,
            hosts=_host_pattern(share, [*names, host]),
            host=host,
            pool=pool,
            max_sessions=max_sessions,
            idle_s=idle_s,
            share=share,
            password=password,
            token="" if password else (token or secrets.token_urlsafe(24)),
        )
        actual = sockets[0].getsockname()[1]
        shown = "127.0.0.1" if _is_local(host) else socket.gethostname()
        address = f"http://{shown}:{actual}/"
        link = f"{address}?token={app.token}" if app.token else address
        if port is None and actual != PORT:
            print(f"Port {PORT} is taken; using {actual}.", flush=True)
        if share:
            print(SHARED, flush=True)
        print(f"The calculator is at {link}\nPress Ctrl-C to stop it.", flush=True)
        if open_browser:
            threading.Thread(target=webbrowser.open, args=(link,), daemon=True).start()
        app.start()
        print("Stopped.", flush=True)


def _ask_password() -> str:
    given = os.environ.get(PASSWORD_VARIABLE, "")
    if given:
        return given
    if not sys.stdin.isatty():
        raise ServeError(f"sharing needs a password: set {PASSWORD_VARIABLE}")
    given = getpass.getpass(f"Password for visitors (at least {SHORTEST_PASSWORD} characters): ")
    if getpass.getpass("Again: ") != given:
        raise ServeError("the two passwords differ")
    return given


def _is_local(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _host_pattern(share: bool, names: Sequence[str]) -> str:
    """Which Host headers are answered, so that no foreign page reaches in by a name it owns."""
    known = {"localhost", "127.0.0.1", "[::1]", "::1"}
    if share:
        known |= {socket.gethostname(), socket.getfqdn(), *names}
        known.discard("0.0.0.0")
    allowed = [re.escape(name.lower()) for name in sorted(known) if name]
    if share:
        # An address is not a name that someone else could point at this computer.
        allowed += [r"(\d{1,3}\.){3}\d{1,3}", r"\[[0-9a-f:]+\]"]
    return f"^(?i:{'|'.join(allowed)})$"


@contextlib.contextmanager
def _pages(notebook: str | Path) -> Iterator[dict[str, str]]:
    """Map each route to a notebook file: the first page, then the panels that are installed."""
    with contextlib.ExitStack() as stack:
        folder = importlib.resources.files("dosing.notebooks")

        def find(name: str) -> str:
            resource = folder / f"{name}.ipynb"
            if not resource.is_file():
                return ""
            return str(stack.enter_context(importlib.resources.as_file(resource)))

        if isinstance(notebook, Path):
            first = str(notebook.resolve()) if notebook.is_file() else ""
        elif notebook in ("dashboard", *PANELS):
            first = find(notebook)
        else:
            raise ServeError(f"no dashboard {notebook!r}; there are dashboard, {', '.join(PANELS)}")
        if not first:
            raise ServeError(f"the dashboard {notebook} is not installed")
        routes = {"/": first}
        routes |= {f"/{name}": file for name in PANELS if (file := find(name))}
        yield routes


@contextlib.contextmanager
def _private_environment() -> Iterator[None]:
    """Keep every configuration of the user and of the working directory out of the kernels."""
    own = Path(tempfile.mkdtemp(prefix="dosing-"))
    change = {
        "JUPYTER_PATH": str(UI / "share" / "jupyter"),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "JUPYTER_NO_CONFIG": "1",
        "JUPYTER_CONFIG_DIR": str(own / "config"),
        "JUPYTER_DATA_DIR": str(own / "data"),
        "JUPYTER_RUNTIME_DIR": str(own / "run"),
        "IPYTHONDIR": str(own / "ipython"),
    }
    drop = ("PYTHONSTARTUP", "PYTHONINSPECT", "JUPYTER_TOKEN", "JUPYTER_TOKEN_FILE")
    before = dict(os.environ)
    try:
        os.environ.update(change)
        for name in (*drop, PASSWORD_VARIABLE):
            os.environ.pop(name, None)
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        shutil.rmtree(own, ignore_errors=True)


def _bind(host: str, port: int | None) -> list[socket.socket]:
    from tornado.netutil import bind_sockets

    try:
        try:
            return bind_sockets(PORT if port is None else port, host)
        except OSError:
            if port is not None:
                raise
            return bind_sockets(0, host)
    except OSError as problem:
        raise ServeError(
            f"cannot listen on {host} port {port}: {problem.strerror or problem}"
        ) from None
