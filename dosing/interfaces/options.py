"""How the dashboards are served: what may be chosen, and what is refused before anything opens."""

import importlib.resources
import importlib.util
import ipaddress
from pathlib import Path

import attrs

PANELS = ("titrate", "choose", "fixed", "heparin", "hlh", "evidence")
NEEDED = ("voila", "ipywidgets", "anywidget", "ipykernel")
PORT = 8866
SHORTEST_PASSWORD = 10


class ServeError(ValueError):
    """The dashboards cannot be served as asked; the text says why, and what to do."""


@attrs.frozen(kw_only=True)
class Serving:
    """How the dashboards are served; locked unless told otherwise.

    Attributes
    ----------
    notebook : str or pathlib.Path
        What stands at ``/``: the name of a dashboard, or a notebook file of one's own.
    host : str
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
    names : tuple of str
        With ``share``: further names by which this computer may be addressed.

    Raises
    ------
    ServeError
        When it cannot be served so; the text says why.

    Examples
    --------
    >>> Serving(share=True)
    Traceback (most recent call last):
    dosing.interfaces.options.ServeError: sharing needs a password of at least 10 characters
    """

    notebook: str | Path = "dashboard"
    host: str = ""
    port: int | None = None
    open_browser: bool = True
    pool: int = 1
    max_sessions: int = 12
    idle_s: int = 900
    share: bool = False
    password: str = attrs.field(default="", repr=False)
    token: str = attrs.field(default="", repr=False)
    names: tuple[str, ...] = attrs.field(default=(), converter=tuple)

    def __attrs_post_init__(self) -> None:
        if self.share and len(self.password) < SHORTEST_PASSWORD:
            raise ServeError(f"sharing needs a password of at least {SHORTEST_PASSWORD} characters")
        if not self.share and not is_local(self.address):
            raise ServeError(
                f"{self.address} can be reached from other computers: say --share to allow that"
            )
        if self.pool < 0 or self.max_sessions < 1 or self.idle_s < 1:
            raise ServeError("pool must be 0 or more, sessions and idle time 1 or more")

    @property
    def address(self) -> str:
        """Where to listen."""
        return self.host or ("0.0.0.0" if self.share else "127.0.0.1")


def is_local(host: str) -> bool:
    """Whether an address can be reached from this computer only.

    Examples
    --------
    >>> is_local("127.0.0.1"), is_local("0.0.0.0"), is_local("ward-pc")
    (True, False, False)
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def panels() -> tuple[str, ...]:
    """The panels that are installed and have an address of their own."""
    folder = importlib.resources.files("dosing.notebooks")
    return tuple(name for name in PANELS if (folder / f"{name}.ipynb").is_file())


def missing() -> tuple[str, ...]:
    """What the dashboards need and this Python does not have."""
    return tuple(name for name in NEEDED if importlib.util.find_spec(name) is None)
