"""What the server answers: pages, log-in, health, and a refusal for everything else."""

import asyncio
import hmac
import re
from typing import Any

import tornado.web
from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.auth.identity import PasswordIdentityProvider
from jupyter_server.base.handlers import JupyterHandler
from tornado.escape import url_escape
from voila.tornado.handler import TornadoVoilaHandler
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

from dosing.interfaces.pages import BROKEN, FULL, HEADERS, login_form, message

KERNEL_ID = re.compile(r'"kernelId":\s*"([0-9a-f-]{36})"')


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
        self.finish(message(title, text))


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
        if app.live_sessions() >= app.serving.max_sessions:
            self.set_status(503)
            self.set_header("Retry-After", "60")
            self.finish(message("All sessions are in use", FULL))
            return
        app.arriving += 1
        known = False
        try:
            async for snippet in self.get_generator():
                if not known and (found := KERNEL_ID.search(snippet)):
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
            self.finish(message("The calculator could not start", BROKEN))
        else:
            self.finish(message("Not allowed", "This request was refused."))


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
        where = self.get_argument("next", "/")
        self.set_header("Cache-Control", "no-store")
        self.finish(login_form(where, what, str(self.xsrf_form_html()), problem))

    def _onward(self) -> None:
        where = self.get_argument("next", "/")
        self.redirect(where if where in self.settings["voila"].pages else "/")

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
        self.finish(message("Not allowed", "This log-in was refused. Open the page again."))


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
