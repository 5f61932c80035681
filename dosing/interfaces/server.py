"""The server behind ``dosing serve``: Voila, opened for the listed pages only.

Voila and tornado are imported inside the functions: whoever asks for a dose at the command line
does not wait for them.
"""

import contextlib
import hmac
import html
import os
import re
import shutil
import signal
import socket
import string
import sys
import tempfile
from pathlib import Path
from typing import Any

UI = Path(__file__).parent.parent / "ui" / "voila"
TEMPLATE = UI / "share" / "jupyter" / "voila" / "templates" / "dosing"

# Two of the three bring widgets into the page, the last one runs ours (ui/guard.py).
EXTENSIONS = (
    "@jupyter-widgets/jupyterlab-manager",
    "@voila-dashboards/widgets-manager8",
    "anywidget",
)

HEADERS = {
    # Inline script and style are in Voila's own template; blob: is how anywidget loads a module.
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'self'",
            "script-src 'self' 'unsafe-inline' blob:",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

FULL = (
    "All sessions of this calculator are in use. Close a page that is no longer needed, or try "
    "again in a minute."
)
TOKEN_HINT = "It is in the link that was printed when the calculator was started."
BROKEN = (
    "The calculator could not start. Reload the page once; if this text comes back, use the paper "
    "protocol and report it."
)


def page(title: str, body: str) -> str:
    """A plain page of our own; ``title`` is escaped, ``body`` is HTML."""
    text = (UI / "pages" / "message.html").read_text(encoding="utf-8")
    return string.Template(text).substitute(title=html.escape(title), body=body)


def _message(title: str, text: str) -> str:
    return page(title, f"<p>{html.escape(text)}</p>")


def kernel_command() -> list[str]:
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


def _configuration(pool: int, idle_s: int, password: str) -> Any:
    from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
    from jupyter_server.auth.security import passwd
    from traitlets.config import Config

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

    c = Config()
    c.VoilaConfiguration.template = "dosing"
    c.VoilaConfiguration.theme = "light"
    c.VoilaConfiguration.allow_template_override = "NO"
    c.VoilaConfiguration.allow_theme_override = "NO"
    c.VoilaConfiguration.show_tracebacks = False
    c.VoilaConfiguration.strip_sources = True
    c.VoilaConfiguration.file_allowlist = []
    c.VoilaConfiguration.preheat_kernel = pool > 0
    c.VoilaConfiguration.default_pool_size = pool
    c.VoilaConfiguration.extension_allowlist = list(EXTENSIONS)
    c.VoilaConfiguration.kernel_spec_manager_class = OwnKernels
    c.VoilaExecutor.timeout = 60
    c.VoilaExecutor.startup_timeout = 45
    c.MappingKernelManager.cull_idle_timeout = idle_s
    c.MappingKernelManager.cull_interval = max(1, min(60, idle_s // 10))
    # A page that is looked at beats once a second, and so is never idle.
    c.MappingKernelManager.cull_connected = True
    # A kernel started again has lost the case: the guard says so, and a reload starts afresh.
    c.KernelManager.autorestart = False
    if os.name == "posix" and len(tempfile.gettempdir()) < 40:
        c.KernelManager.transport = "ipc"  # a socket file has a length limit
    hashed = passwd(password) if password else ""  # type: ignore[no-untyped-call]
    c.PasswordIdentityProvider.hashed_password = hashed
    c.PasswordIdentityProvider.allow_password_change = False
    # Ends with the browser; not sent along when another site makes the request.
    c.PasswordIdentityProvider.cookie_options = {"samesite": "Lax", "expires_days": None}
    return c


def _handlers(pages: dict[str, str]) -> dict[str, Any]:
    """The request handlers: pages, log-in, health, and a refusal for everything else."""
    import asyncio

    import tornado.web
    from jupyter_server.auth.decorator import allow_unauthenticated
    from jupyter_server.auth.identity import PasswordIdentityProvider
    from jupyter_server.base.handlers import JupyterHandler
    from tornado.escape import url_escape
    from voila.tornado.handler import TornadoVoilaHandler
    from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

    kernel_id = re.compile(r'"kernelId":\s*"([0-9a-f-]{36})"')

    class Plain(tornado.web.RequestHandler):
        """Answers in a sentence, and never with a traceback."""

        def initialize(self, status: int = 404, **_: Any) -> None:
            self.answer = status

        def check_xsrf_cookie(self) -> None:
            """Nothing here changes anything."""

        def prepare(self) -> None:
            title = {403: "Not allowed", 404: "No such page"}[self.answer]
            text = "Open the address that was printed when the calculator was started."
            self.set_status(self.answer)
            self.finish(_message(title, text))

    class Health(tornado.web.RequestHandler):
        """For whoever watches the server; starts no calculator."""

        def get(self) -> None:
            app = self.settings["voila"]
            self.set_header("Cache-Control", "no-store")
            self.finish({"status": "ok", "sessions": app.live_sessions()})

    class Page(TornadoVoilaHandler):  # type: ignore[misc]
        """One notebook at one fixed address."""

        @allow_unauthenticated  # it asks by itself, to leave the token out of the next address
        async def get(self, path: str | None = None) -> None:
            app = self.settings["voila"]
            clean = self.request.path
            if not self.current_user:
                self.redirect(f"/login?next={url_escape(clean)}")
                return
            if "token" in self.request.query_arguments:
                self.redirect(clean)  # the cookie is set: the secret leaves the address bar
                return
            # Touched so that the cookie is set which the page needs to end its kernel.
            _ = self.xsrf_token
            await app.drop_dead(self.notebook_path)
            if app.live_sessions() >= app.max_sessions:
                self.set_status(503)
                self.set_header("Retry-After", "60")
                self.finish(_message("All sessions are in use", FULL))
                return
            app.arriving += 1
            known = False
            try:
                async for snippet in self.get_generator():
                    if not known and (found := kernel_id.search(snippet)):
                        known = True
                        app.sessions.add(found[1])
                        app.arriving -= 1
                    self.write(snippet)
                    self.flush()
            finally:
                if not known:
                    app.arriving -= 1

        def write_error(self, status_code: int, **_: Any) -> None:
            if status_code == 500:
                self.finish(_message("The calculator could not start", BROKEN))
            else:
                self.finish(_message("Not allowed", "This request was refused."))

    class Channels(VoilaKernelWebsocketHandler):  # type: ignore[misc]
        """The connection between a page and its calculator."""

        def get_websocket_protocol(self) -> Any:
            protocol = super().get_websocket_protocol()
            if protocol is not None:
                # Jupyter asks by itself whether the page is there, in milliseconds. Tornado would
                # take the same two numbers for seconds, ask once more, and print a warning.
                protocol.params.ping_interval = 0
            return protocol

    class Login(JupyterHandler):
        """Asks for the secret; says no more than that it was wrong."""

        def _form(self, problem: str = "") -> None:
            what = "Token" if self.identity_provider.token else "Password"
            where = html.escape(self.get_argument("next", "/"), quote=True)
            said = f'<p class="problem" role="alert">{html.escape(problem)}</p>' if problem else ""
            hint = "" if what == "Password" else f"<p>{TOKEN_HINT}</p>"
            self.set_header("Cache-Control", "no-store")
            self.finish(
                page(
                    "Log in to the calculator",
                    f'{said}<form method="post" action="/login?next={where}">'
                    f"{self.xsrf_form_html()}"
                    f'<label for="secret">{what}</label>'
                    f'<input id="secret" name="password" type="password" required autofocus '
                    f'autocomplete="current-password">{hint}<button>Log in</button></form>',
                )
            )

        def _onward(self) -> None:
            where = self.get_argument("next", "/")
            self.redirect(where if where in pages else "/")

        @allow_unauthenticated
        def get(self) -> None:
            if self.current_user:
                self._onward()
            else:
                self._form()

        @allow_unauthenticated
        async def post(self) -> None:
            user = self.identity_provider.process_login_form(self)
            if user is None:
                await asyncio.sleep(1)  # slows down guessing
                self.set_status(401)
                self._form("That is not right.")
                return
            self.identity_provider.set_login_cookie(self, user)
            self._onward()

        def write_error(self, status_code: int, **_: Any) -> None:
            self.finish(_message("Not allowed", "This log-in was refused. Open the page again."))

    class Doorman(PasswordIdentityProvider):
        """Lets in whoever has the token or the password."""

        def get_handlers(self) -> list[tuple[str, Any]]:
            return [("/login", Login)]

        def process_login_form(self, handler: Any) -> Any:
            typed = handler.get_argument("password", default="")
            if self.hashed_password:
                right = self.passwd_check(typed)  # type: ignore[no-untyped-call]
            else:
                right = hmac.compare_digest(self.token.encode(), typed.encode())
            return self.generate_anonymous_user(handler) if right else None

    return {
        "plain": Plain,
        "health": Health,
        "page": Page,
        "channels": Channels,
        "doorman": Doorman,
    }


def application(
    pages: dict[str, str],
    sockets: list[socket.socket],
    hosts: str,
    host: str,
    pool: int,
    max_sessions: int,
    idle_s: int,
    share: bool,
    password: str,
    token: str,
) -> Any:
    """A Voila that serves ``pages`` only; ``start()`` runs it until a signal."""
    import logging

    import tornado.httpserver
    import tornado.ioloop
    import tornado.web
    from jupyter_core.utils import ensure_async, run_sync
    from voila.app import Voila
    from voila.tornado.handler import TornadoVoilaHandler
    from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

    ours = _handlers(pages)

    class Transform(tornado.web.OutputTransform):
        """Puts the same headers on every answer, also on static files."""

        def transform_first_chunk(
            self, status_code: int, headers: Any, chunk: bytes, finishing: bool
        ) -> tuple[int, Any, bytes]:
            for name, value in HEADERS.items():
                headers[name] = value
            for name in ("Server", "Access-Control-Allow-Origin"):
                if name in headers:
                    del headers[name]
            return status_code, headers, chunk

    class Dashboards(Voila):  # type: ignore[misc]
        max_sessions = 12
        arriving = 0

        def live_sessions(self) -> int:
            alive = set(self.kernel_manager.list_kernel_ids())
            self.sessions &= alive
            return len(self.sessions) + self.arriving

        async def drop_dead(self, notebook: str) -> None:
            """Give back the place of each kernel that has died, in a session or in the pool."""
            for kernel in list(self.kernel_manager.list_kernel_ids()):
                with contextlib.suppress(Exception):  # it went by itself meanwhile
                    if not await ensure_async(self.kernel_manager.is_alive(kernel)):
                        await ensure_async(self.kernel_manager.shutdown_kernel(kernel, now=True))
            if pool and notebook == os.path.basename(self.notebook_path):
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
                elif issubclass(handler, VoilaKernelWebsocketHandler):
                    route = (pattern, ours["channels"], *route[2:])
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
                    ours["page"],
                    keywords | {"notebook_path": os.path.relpath(file, self.root_dir)},
                )
                for path, file in pages.items()
            ]
            return [("/healthz", ours["health"]), *kept, *served, (r".*", ours["plain"])]

        def start(self) -> None:
            self.sessions: set[str] = set()
            self.connection_dir = tempfile.mkdtemp(prefix="dosing-", dir=self.connection_dir_root)
            os.chmod(self.connection_dir, 0o700)
            settings = self.init_settings()
            settings |= {
                "default_handler_class": ours["plain"],
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
            if share:
                transforms.append(tornado.web.GZipContentEncoding)
            self.app = tornado.web.Application(transforms=transforms, **settings)
            self.app.add_handlers(hosts, self.init_handlers())
            self.listen()

        def listen(self) -> None:
            server = tornado.httpserver.HTTPServer(self.app)
            server.add_sockets(sockets)
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

    first = pages["/"]
    app = Dashboards.instance(
        config=_configuration(pool, idle_s, password),
        config_file_paths=[],
        notebook_path=first,
        root_dir=os.path.dirname(first),
        ip=host,
        port=sockets[0].getsockname()[1],
        base_url="/",
        open_browser=False,
        token=token,
        identity_provider_class=ours["doorman"],
        log_level=logging.ERROR,
    )
    app.max_sessions = max_sessions
    app.initialize([])
    return app
