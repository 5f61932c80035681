"""Keep a dose from standing beside values that it was not computed from.

Two invisible widgets, whose other half runs in the browser (``static/guard.js``):

``LiveGuard``
    asks the calculator once a second whether it is alive, compares the fields on the page with
    the fields that the results were computed from, and hides the results when either fails.
``Keeper``
    keeps what was typed in this browser and offers it again after a reload.

How a view uses them
--------------------
Mark the page: the outermost widget has the class ``dosing-app``; each input is in a widget with
the classes ``dosing-field`` and ``f-<name>`` that holds one control (a text box, a drop-down,
radio or toggle buttons, a tick box); whatever shows a result is in a widget with the class
``dosing-results``. Fields do not nest: a unit switch is a field beside its number. One guard and
one keeper a page, both inside the outermost widget, the guard first::

    guard = LiveGuard(on_ping=case.set_now)      # called with the browser's time, each second
    keeper = Keeper(panel="titrate", on_restore=case.restore)
    app = VBox([guard, keeper, patient, results]); app.add_class("dosing-app")

    def recompute(change=None):
        with guard.computing({name: field_text(w) for name, w in fields.items()}, clear=blank):
            results.value = words(advise(...))
        keeper.record = case.to_dict()

``fields`` names every field on the page, also those that the result did not need: a field that
``computing`` was not told of counts as changed, and hides the results. Call ``recompute`` once
when the page is built, and after a panel with new fields is added. Wrap each callback that is not
a recomputation, such as a button's: ``button.on_click(guard.protect(add_result))``. A button with
the classes ``dosing-carries`` and ``a-<name>`` sends what every field held when it was pressed:
``guard.on_click`` is called with its name and those texts, once they have been computed with.
Take the time from ``guard.now()``, never from the server's clock: a page may have been built days
before it is opened, and ``on_ping`` is the moment to bring it up to date (do nothing there when
the minute is the same). ``keeper.label`` names the case in the offer to restore;
``keeper.clear()`` forgets the kept copy, for "New patient".
"""

import contextlib
import datetime as dt
import logging
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import anywidget
import traitlets

STATIC = Path(__file__).parent / "static"
FAILED = (
    "The calculation failed. No result is shown. Do not use an earlier result; "
    "use the paper protocol and report this."
)

log = logging.getLogger("dosing.ui")

Clock = Callable[[], dt.datetime]


def _log_to_server() -> None:
    # In a kernel sys.stderr goes to the page, where nobody reads it; the original goes to the log.
    if not log.handlers and sys.__stderr__ is not None:
        handler = logging.StreamHandler(sys.__stderr__)
        handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s: %(message)s"))
        log.addHandler(handler)


def _server_clock() -> dt.datetime:
    return dt.datetime.now().astimezone()


def _tidy(text: object) -> str:
    return " ".join(str(text or "").split())


def field_text(widget: Any) -> str:
    """Read a control as the page shows it, for ``LiveGuard.computing``.

    Parameters
    ----------
    widget : ipywidgets.Widget
        Text, Textarea, Combobox, Dropdown, RadioButtons, ToggleButtons, Select or Checkbox.

    Returns
    -------
    str
        The text typed, as typed; the label chosen, or ``""`` when none is; ``yes`` or ``no``.

    Raises
    ------
    TypeError
        For any other widget, such as a number box: those repair what is typed.

    Examples
    --------
    >>> import ipywidgets
    >>> field_text(ipywidgets.Text(value=" 78,5"))
    ' 78,5'
    >>> field_text(ipywidgets.ToggleButtons(options=["yes", "no"], value=None))
    ''
    """
    if hasattr(widget, "label") and hasattr(widget, "options"):
        return _tidy(widget.label)
    if isinstance(widget.value, bool):
        return "yes" if widget.value else "no"
    if isinstance(widget.value, str):
        return widget.value
    raise TypeError(f"{type(widget).__name__} is not a field: use Text, or buttons with labels")


def browser_time(content: Mapping[str, Any]) -> dt.datetime | None:
    """Read the browser's local time from a heartbeat.

    Parameters
    ----------
    content : mapping
        ``now``, local time in ISO form, and ``utc_offset_min``, minutes east of UTC. [min]
        ``zone``, optional, names where the reader is: with it other days have their own offsets.

    Returns
    -------
    datetime.datetime or None
        With its offset from UTC; None when it cannot be read.

    Examples
    --------
    >>> browser_time({"now": "2026-03-01T08:30:00", "utc_offset_min": 60}).isoformat()
    '2026-03-01T08:30:00+01:00'
    """
    try:
        offset = dt.timedelta(minutes=int(content["utc_offset_min"]))
        plain = dt.datetime.fromisoformat(str(content["now"])).replace(tzinfo=None)
        return _in_zone(plain, offset, str(content.get("zone", "")))
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def _in_zone(plain: dt.datetime, offset: dt.timedelta, name: str) -> dt.datetime:
    """A local time in the named zone, if that zone agrees with the offset; else by the offset."""
    with contextlib.suppress(ZoneInfoNotFoundError, ValueError, OSError):
        for fold in (0, 1):
            at = plain.replace(tzinfo=ZoneInfo(name), fold=fold)
            if at.utcoffset() == offset:
                return at
    return plain.replace(tzinfo=dt.timezone(offset))


class LiveGuard(anywidget.AnyWidget):
    """Hides the results on a page when they may not be true.

    Parameters
    ----------
    on_ping : callable, optional
        Called with the browser's time at each heartbeat, before it is answered.
    clock : callable, optional
        The time before the browser has told its own; the server's by default.

    Attributes
    ----------
    computed_for : dict of str to str
        The text of each field that the results on the page were computed from.
    computed_at : str
        When they were, in ISO form.
    ok : bool
        False after a failure: the results are hidden whatever the fields say.
    message : str
        What the page says while ``ok`` is False.
    browser_now : datetime.datetime or None
        The browser's time at the last heartbeat, with its offset from UTC.
    """

    part = traitlets.Unicode("guard").tag(sync=True)
    computed_for = traitlets.Dict(
        key_trait=traitlets.Unicode(), value_trait=traitlets.Unicode()
    ).tag(sync=True)
    computed_at = traitlets.Unicode("").tag(sync=True)
    ok = traitlets.Bool(True).tag(sync=True)
    message = traitlets.Unicode("").tag(sync=True)
    browser_now = traitlets.Instance(dt.datetime, allow_none=True)

    _esm = STATIC / "guard.js"
    _css = STATIC / "guard.css"

    def __init__(
        self,
        on_ping: Callable[[dt.datetime], object] | None = None,
        clock: Clock = _server_clock,
        **traits: Any,
    ) -> None:
        super().__init__(**traits)
        _log_to_server()
        self.on_ping = on_ping
        self.on_click: Callable[[str, dict[str, str]], object] | None = None
        self._clock = clock
        self._heard = 0.0
        self._failed = False
        self.on_msg(self._answer)

    def now(self) -> dt.datetime:
        """The time where the reader is, with its offset from UTC."""
        if self.browser_now is None:
            return self._clock()
        since = dt.timedelta(seconds=time.monotonic() - self._heard)
        return (self.browser_now.astimezone(dt.UTC) + since).astimezone(self.browser_now.tzinfo)

    @contextmanager
    def computing(
        self, fields: Mapping[str, str], clear: Callable[[], object] | None = None
    ) -> Iterator[None]:
        """Recompute inside this: afterwards the page knows what its results belong to.

        Parameters
        ----------
        fields : mapping of str to str
            The text of every field on the page (see ``field_text``), read before computing.
        clear : callable, optional
            Empties the results; called when computing fails.

        Notes
        -----
        A failure is not raised again: the results are hidden, the page says so in a sentence,
        and the traceback goes to the log of the server.
        """
        seen = {name: str(text) for name, text in fields.items()}
        ok, message = False, FAILED
        try:
            yield
            # What failed was asked for by the reader: a heartbeat that computes the same page
            # once more does not take the message away, a new entry or another click does.
            if self._failed and seen == self.computed_for:
                message = self.message
            else:
                ok, message, self._failed = True, "", False
        except Exception:
            log.exception("a calculation failed")
            self._clear(clear)
        finally:
            # One message, and after the results: the page must not match before they are there.
            with self.hold_sync():
                self.computed_for = seen
                self.computed_at = self.now().isoformat(timespec="seconds")
                self.ok = ok
                self.message = message

    def protect(self, callback: Callable[..., object]) -> Callable[..., None]:
        """Wrap a callback so that its failure hides the results and is said on the page."""

        def guarded(*args: Any, **named: Any) -> None:
            self._failed = False
            try:
                callback(*args, **named)
            except Exception:
                log.exception("a callback failed")
                self.fail()

        return guarded

    def fail(self, message: str = FAILED) -> None:
        """Hide the results and say why, until other entries or another callback succeed."""
        self._failed = True
        with self.hold_sync():
            self.ok = False
            self.message = message

    def _clicked(self, content: Mapping[str, Any]) -> None:
        """A button was pressed on a page whose fields held these texts."""
        given = content.get("fields")
        if self.on_click is None or not isinstance(given, dict):
            return
        texts = {str(n): t for n, t in given.items() if isinstance(t, str)}
        self.protect(self.on_click)(content["click"], texts)

    def _clear(self, clear: Callable[[], object] | None) -> None:
        if clear is None:
            return
        try:
            clear()
        except Exception:
            log.exception("the results could not be emptied; the page hides them")

    def _answer(self, _widget: object, content: object, _buffers: object) -> None:
        if isinstance(content, dict) and isinstance(content.get("click"), str):
            self._clicked(content)
        if not isinstance(content, dict) or not isinstance(content.get("ping"), int):
            return
        moment = browser_time(content)
        if moment is not None:
            self._heard = time.monotonic()
            self.browser_now = moment
            if self.on_ping is not None:
                try:
                    self.on_ping(moment)
                except Exception:
                    log.exception("bringing the page up to date failed")
                    self.fail()
        self.send({"pong": content["ping"]})


class Keeper(anywidget.AnyWidget):
    """Keeps the entries of a page in the browser, and offers them again after a reload.

    Parameters
    ----------
    panel : str
        Names the copy: one for each panel.
    on_restore : callable, optional
        Called with the kept entries (name to text) and the kept record when the reader restores
        them. Both come from the browser: check them as if they had just been typed.

    Attributes
    ----------
    record : dict
        Anything more to keep, ready for JSON, such as the log of the case.
    label : str
        Which case it is, in a few words; shown in the offer to restore.
    keep_hours : float
        How long a copy is offered; an older one is removed. [h]
    """

    part = traitlets.Unicode("keeper").tag(sync=True)
    panel = traitlets.Unicode("dashboard").tag(sync=True)
    record = traitlets.Dict().tag(sync=True)
    label = traitlets.Unicode("").tag(sync=True)
    keep_hours = traitlets.Float(24.0).tag(sync=True)

    _esm = STATIC / "guard.js"
    _css = STATIC / "guard.css"

    def __init__(
        self,
        panel: str = "dashboard",
        on_restore: Callable[[dict[str, str], dict[str, Any]], object] | None = None,
        **traits: Any,
    ) -> None:
        super().__init__(panel=panel, **traits)
        _log_to_server()
        self.on_restore = on_restore
        self.on_msg(self._receive)

    def clear(self) -> None:
        """Forget the kept copy, unless the page is still asking whether to restore it."""
        self.send({"clear": True})

    def _receive(self, _widget: object, content: object, _buffers: object) -> None:
        if not isinstance(content, dict) or "restore" not in content:
            return
        done = False
        try:
            kept = content["restore"]
            entries = {str(name): str(text or "") for name, text in kept["entries"].items()}
            record = kept["record"]
            if not isinstance(record, dict):
                raise TypeError(f"record is {type(record).__name__}, expected a JSON object")
            if self.on_restore is None:
                raise RuntimeError("this panel has no on_restore")
            self.on_restore(entries, record)
            done = True
        except Exception:
            log.exception("kept entries could not be restored")
        self.send({"restored": done})
