"""The plain pages of the server, and what every answer of it allows a browser to do."""

import html
import string
from pathlib import Path

UI = Path(__file__).parent.parent / "ui" / "voila"
TEMPLATE = UI / "share" / "jupyter" / "voila" / "templates" / "dosing"

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


def message(title: str, text: str) -> str:
    """A plain page that says one thing; both are escaped."""
    return page(title, f"<p>{html.escape(text)}</p>")


def login_form(where: str, what: str, xsrf: str, problem: str = "") -> str:
    """The page that asks for the secret.

    Parameters
    ----------
    where : str
        Where to go on to afterwards.
    what : str
        "Token" or "Password".
    xsrf : str
        The hidden field that proves that the form is ours, as HTML.
    problem : str
        What was wrong with the last attempt.
    """
    said = f'<p class="problem" role="alert">{html.escape(problem)}</p>' if problem else ""
    hint = "" if what == "Password" else f"<p>{TOKEN_HINT}</p>"
    return page(
        "Log in to the calculator",
        f'{said}<form method="post" action="/login?next={html.escape(where, quote=True)}">'
        f'{xsrf}<label for="secret">{what}</label>'
        f'<input id="secret" name="password" type="password" required autofocus '
        f'autocomplete="current-password">{hint}<button>Log in</button></form>',
    )
