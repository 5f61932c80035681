"""The server behind ``dosing serve``: Voila, opened for the listed pages only.

Imported when it is started: whoever asks for a dose at the command line does not wait for Voila.
"""

import contextlib
import logging
import os
import re
import shutil
import signal
import socket
import sys
import tempfile
from typing import Any

import tornado.httpserver
import tornado.ioloop
import tornado.web
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_core.utils import ensure_async, run_sync
from jupyter_server.auth.security import passwd
from traitlets.config import Config
from voila.app import Voila
from voila.tornado.handler import TornadoVoilaHandler
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

from dosing.interfaces.handlers import Channels, Doorman, Health, Page, Plain, Transform
from dosing.interfaces.options import Serving
from dosing.interfaces.pages import UI

# Two of the three bring widgets into the page, the last one runs ours (ui/guard.py).
EXTENSIONS = (
    "@jupyter-widgets/jupyterlab-manager",
    "@voila-dashboards/widgets-manager8",
    "anywidget",
)


def kernel_command() -> list[str]:
    """How a calculator is started: by this interpreter, without anyone's settings."""
    return [
        sys.executable,
        "-I",  # no PYTHON* variables, no user site, no working directory on the path
        "-m",
        "ipykernel_launcher",
        "-f",
        "{connection_file}",
        "--HistoryManager.enabled=False",
        "--InteractiveShellApp.ignore_cwd=True",
        "--InteractiveShellApp.exec_PYTHONSTARTUP=False",
    ]


class OwnKernels(KernelSpecManager):
    """Only the interpreter that runs the server, never a kernel found on the machine."""

    def find_kernel_specs(self) -> dict[str, str]:
        return {"python3": str(UI)}

    def get_kernel_spec(self, kernel_name: str) -> Any:
        return KernelSpec(
            argv=kernel_command(),
            display_name="dosing",
            language="python",
            name="python3",
            resource_dir=str(UI),
        )

    def get_all_specs(self) -> dict[str, Any]:
        spec = self.get_kernel_spec("python3").to_dict()
        return {"python3": {"resource_dir": str(UI), "spec": spec}}


def configuration(serving: Serving) -> Any:
    """What Voila and its parts are told."""
    c = Config()
    c.VoilaConfiguration.template = "dosing"
    c.VoilaConfiguration.theme = "light"
    c.VoilaConfiguration.allow_template_override = "NO"
    c.VoilaConfiguration.allow_theme_override = "NO"
    c.VoilaConfiguration.show_tracebacks = False
    c.VoilaConfiguration.strip_sources = True
    c.VoilaConfiguration.file_allowlist = []
    c.VoilaConfiguration.preheat_kernel = serving.pool > 0
    c.VoilaConfiguration.default_pool_size = serving.pool
    c.VoilaConfiguration.extension_allowlist = list(EXTENSIONS)
    c.VoilaConfiguration.kernel_spec_manager_class = OwnKernels
    c.VoilaExecutor.timeout = 60
    c.VoilaExecutor.startup_timeout = 45
    c.MappingKernelManager.cull_idle_timeout = serving.idle_s
    c.MappingKernelManager.cull_interval = max(1, min(60, serving.idle_s // 10))
    # A page that is looked at beats once a second, and so is never idle.
    c.MappingKernelManager.cull_connected = True
    # A kernel started again has lost the case: the guard says so, and a reload starts afresh.
    c.KernelManager.autorestart = False
    if os.name == "posix" and len(tempfile.gettempdir()) < 40:
        c.KernelManager.transport = "ipc"  # a socket file has a length limit
    hashed = passwd(serving.password) if serving.password else ""  # type: ignore[no-untyped-call]
    c.PasswordIdentityProvider.hashed_password = hashed
    c.PasswordIdentityProvider.allow_password_change = False
    # Ends with the browser; not sent along when another site makes the request.
    c.PasswordIdentityProvider.cookie_options = {"samesite": "Lax", "expires_days": None}
    return c


class Dashboards(Voila):  # type: ignore[misc]
    """A Voila that serves ``pages`` only; ``start()`` runs it until a signal."""

    serving: Serving
    pages: dict[str, str]
    sockets: list[socket.socket]
    hosts: str
    arriving = 0

    def live_sessions(self) -> int:
        """How many calculators belong to a page, or to one that is being opened."""
        alive = set(self.kernel_manager.list_kernel_ids())
        self.sessions &= alive
        return len(self.sessions) + self.arriving

    async def drop_dead(self, notebook: str) -> None:
        """Give back the place of each kernel that has died, in a session or in the pool."""
        for kernel in list(self.kernel_manager.list_kernel_ids()):
            with contextlib.suppress(Exception):  # it went by itself meanwhile
                if not await ensure_async(self.kernel_manager.is_alive(kernel)):
                    await ensure_async(self.kernel_manager.shutdown_kernel(kernel, now=True))
        if self.serving.pool and notebook == os.path.basename(self.notebook_path):
            self.kernel_manager.fill_if_needed(notebook_name=notebook)

    def init_handlers(self) -> list[Any]:
        # Of Voila's own routes: the kernel of a page, and the files that a page is made of.
        kept = []
        for route in super().init_handlers():
            pattern, handler = route[0], route[1]
            if handler is TornadoVoilaHandler or "/voila/files/" in pattern:
                continue
            if pattern.startswith("/voila/templates/"):
                route = (r"/voila/templates/(dosing/static/(?!.*\.\.)[\w./-]+)", *route[1:])
            elif handler is VoilaKernelWebsocketHandler:
                route = (pattern, Channels, *route[2:])
            elif pattern.startswith("/voila/labextensions/"):
                names = "|".join(re.escape(name) for name in EXTENSIONS)
                route = (rf"/voila/labextensions/((?:{names})/.*)", *route[1:])
            kept.append(route)
        keywords = {
            "template_paths": self.template_paths,
            "config": self.config,
            "voila_configuration": self.voila_configuration,
        }
        served = [
            (
                f"{path.rstrip('/')}/?",
                Page,
                keywords | {"notebook_path": os.path.relpath(file, self.root_dir)},
            )
            for path, file in self.pages.items()
        ]
        return [("/healthz", Health), *kept, *served, (r".*", Plain)]

    def start(self) -> None:
        self.sessions: set[str] = set()
        self.connection_dir = tempfile.mkdtemp(prefix="dosing-", dir=self.connection_dir_root)
        os.chmod(self.connection_dir, 0o700)
        settings = self.init_settings()
        settings |= {
            "default_handler_class": Plain,
            "default_handler_args": {"status": 403},
            "allow_remote_access": True,  # the Host is checked for every route, by ``hosts``
            "xsrf_cookies": True,
            "xsrf_cookie_kwargs": {"samesite": "Lax"},
            "serve_traceback": False,
            # A page is given up after three pings without an answer, not after the first.
            "ws_ping_interval": 10_000,  # [ms]
            "ws_ping_timeout": 30_000,  # [ms]
        }
        transforms: list[Any] = [Transform]
        if self.serving.share:
            transforms.append(tornado.web.GZipContentEncoding)
        self.app = tornado.web.Application(transforms=transforms, **settings)
        self.app.add_handlers(self.hosts, self.init_handlers())
        self.listen()

    def listen(self) -> None:
        server = tornado.httpserver.HTTPServer(self.app)
        server.add_sockets(self.sockets)
        self.ioloop = tornado.ioloop.IOLoop.current()
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, self._handle_signal_stop)
        try:
            self.ioloop.start()
        finally:
            server.stop()
            self.stop()

    def stop(self) -> None:
        run_sync(self.kernel_manager.shutdown_all)(now=True)
        shutil.rmtree(self.connection_dir, ignore_errors=True)


def application(
    serving: Serving, pages: dict[str, str], sockets: list[socket.socket], hosts: str
) -> Any:
    """A server of ``pages`` on ``sockets``; ``start()`` runs it until a signal.

    Parameters
    ----------
    serving : Serving
        How it is served.
    pages : dict of str to str
        Route to notebook file.
    sockets : list of socket.socket
        Bound already.
    hosts : str
        Which Host headers are answered, as a regular expression.
    """
    first = pages["/"]
    app = Dashboards.instance(
        config=configuration(serving),
        config_file_paths=[],
        notebook_path=first,
        root_dir=os.path.dirname(first),
        ip=serving.address,
        port=sockets[0].getsockname()[1],
        base_url="/",
        open_browser=False,
        token=serving.token,
        identity_provider_class=Doorman,
        log_level=logging.ERROR,
    )
    app.serving, app.pages, app.sockets, app.hosts = serving, pages, sockets, hosts
    app.initialize([])
    return app
