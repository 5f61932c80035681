"""Serve the dashboards in a browser: one page a panel, and nothing else of the machine.

Locked unless told otherwise: this computer only, a token in the printed link, only the listed
notebooks, no files, no source, no configuration from the working directory or the home folder.
``--share`` opens it to the network, and then a password is required.
"""

import argparse
import contextlib
import getpass
import importlib.resources
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

import attrs

from dosing.interfaces.options import (
    PORT,
    SHORTEST_PASSWORD,
    ServeError,
    Serving,
    is_local,
    missing,
    panels,
)
from dosing.interfaces.pages import TEMPLATE, UI
from dosing.knowledge.library import load
from dosing.lint.proved import remember
from dosing.lint.site import faults

PASSWORD_VARIABLE = "DOSING_PASSWORD"

SHARED = (
    "Shared: every computer that reaches this one over the network can open the log-in page, and "
    "whoever has the password can use the calculator. The connection is not encrypted: put a "
    "server with TLS before it, and do not use it over an open network."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``dosing serve``."""
    parser.add_argument(
        "--notebook",
        default="dashboard",
        choices=("dashboard", *panels()),
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
        serve(
            Serving(
                notebook=args.notebook,
                host=args.host or "",
                port=args.port,
                open_browser=not args.no_browser,
                pool=args.pool,
                max_sessions=args.max_sessions,
                idle_s=args.idle,
                share=args.share,
                password=_ask_password() if args.share else "",
                names=args.name,
            )
        )
    except ServeError as problem:
        print(f"dosing serve: {problem}", file=sys.stderr)
        return 2
    return 0


def serve(serving: Serving) -> None:
    """Serve the dashboards until interrupted.

    Parameters
    ----------
    serving : Serving
        How; ``Serving()`` is locked to this computer.

    Raises
    ------
    ServeError
        When it cannot be served so; the text says why.
    """
    for module in missing():
        raise ServeError(f'{module} is not installed: run pip install "dosing[app]"')
    if not (TEMPLATE / "index.html.j2").is_file():
        raise ServeError(f"the installation is incomplete: {TEMPLATE} is missing")
    _prove_the_site()
    with contextlib.ExitStack() as stack:
        pages = stack.enter_context(_pages(serving.notebook))
        stack.enter_context(_private_environment())
        sockets = _bind(serving.address, serving.port)
        from dosing.interfaces.server import application

        token = "" if serving.password else (serving.token or secrets.token_urlsafe(24))
        app = application(
            attrs.evolve(serving, token=token),
            pages,
            sockets,
            _host_pattern(serving.share, [*serving.names, serving.address]),
        )
        link = _announce(serving, sockets[0].getsockname()[1], token)
        if serving.open_browser:
            threading.Thread(target=webbrowser.open, args=(link,), daemon=True).start()
        app.start()
        print("Stopped.", flush=True)


def _prove_the_site() -> None:
    """Refuse a hospital's folder with a fault before anybody can open a page of it."""
    folder = os.environ.get("DOSING_SITE", "")
    if not folder:
        return
    wishes = faults(folder)
    if wishes:
        said = "\n".join(f"  {wish}" for wish in wishes)
        raise ServeError(
            f"nothing is served, because the hospital's folder {folder} has faults:\n{said}\n"
            f"Mend them (dosing lint {folder} lists them), or unset DOSING_SITE."
        )
    remember(load(folder))  # the calculator of each page need not prove it again


def _announce(serving: Serving, port: int, token: str) -> str:
    """Print where the calculator is; the link."""
    shown = "127.0.0.1" if is_local(serving.address) else socket.gethostname()
    link = f"http://{shown}:{port}/" + (f"?token={token}" if token else "")
    if serving.port is None and port != PORT:
        print(f"Port {PORT} is taken; using {port}.", flush=True)
    if serving.share:
        print(SHARED, flush=True)
    print(f"The calculator is at {link}\nPress Ctrl-C to stop it.", flush=True)
    return link


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
        elif notebook in ("dashboard", *panels()):
            first = find(notebook)
        else:
            known = ", ".join(("dashboard", *panels()))
            raise ServeError(f"no dashboard {notebook!r}; there are {known}")
        if not first:
            raise ServeError(f"the dashboard {notebook} is not installed")
        routes = {"/": first}
        routes |= {f"/{name}": find(name) for name in panels()}
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
    if site := os.environ.get("DOSING_SITE"):
        change["DOSING_SITE"] = str(Path(site).resolve())  # a calculator starts in another folder
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
