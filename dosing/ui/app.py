"""The page around the panels: one guard, one keeper, one patient, a menu, and room for more."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any, Protocol

import ipywidgets as w

from dosing.course.course import Course
from dosing.knowledge.library import load
from dosing.knowledge.sentences import words
from dosing.ui.evidence.view import EvidencePanel
from dosing.ui.guard import Keeper, LiveGuard
from dosing.ui.guide.view import Guide
from dosing.ui.page import site
from dosing.ui.page.fields import Aid, Confirm, Fields, PatientForm, box, show
from dosing.ui.page.patient import PatientModel
from dosing.ui.titrate.fieldtext import show_time
from dosing.ui.titrate.model import drugs
from dosing.ui.titrate.view import Titrate


class Panel(Protocol):
    """What the page asks of a panel. ``columns`` are the sections beside the patient's."""

    paper: Any

    @property
    def running(self) -> bool: ...

    def before(self) -> list[Any]: ...
    def columns(self) -> tuple[list[Any], list[Any]]: ...
    def refresh(self) -> None: ...
    def draw(self) -> None: ...
    def blank(self) -> None: ...
    def record(self) -> dict[str, Any]: ...
    def restore(self, entries: Mapping[str, str], record: Mapping[str, Any]) -> None: ...
    def choices(self) -> Sequence[str]: ...
    def choose(self, drug: str) -> None: ...
    def clear(self) -> None: ...
    def label(self) -> str: ...
    def tick(self, now: dt.datetime, before: str) -> None: ...


def titles() -> dict[str, str]:
    """The panels that there are, by name, with the titles of the menu."""
    boards = load().dashboards
    guides = {name: boards[name].title for name in ORDER if name in boards}
    return {Titrate.name: Titrate.title, **guides, EvidencePanel.name: EvidencePanel.title}


OPEN = "open"  # in what the browser keeps: which panel was open
ORDER = ("choose", "fixed", "heparin", "hlh")


JUMP = "<nav class='dosing-jump' aria-label='Parts of the page'>" + "".join(
    f"<a href='#part-{number}'>{label}</a>"
    for number, label in (
        (1, "Patient"), (2, "Drug"), (3, "Order"), (4, "Log"), (5, "Next step"), (6, "Timeline")
    )
) + "</nav>"  # fmt: skip


class App:
    """A page of panels around one patient.

    Parameters
    ----------
    first : str
        The panel to open with.
    only : bool
        Leave the menu out, for a panel's own page.
    clock : callable, optional
        The time before the browser has told its own.
    """

    def __init__(
        self,
        first: str = "titrate",
        only: bool = False,
        clock: Callable[[], dt.datetime] | None = None,
    ) -> None:
        known = {} if clock is None else {"clock": clock}
        self.guard = LiveGuard(on_ping=self._ping, **known)
        self.keeper = Keeper(panel=first if only else "dashboard", on_restore=self._restore)
        self.aid = Aid()
        self.fields = Fields(self.recompute)
        self.guard.on_click = self.fields.press
        self.patient = PatientModel()
        self.form = PatientForm(self.patient, self.fields)
        self.open_panels: dict[str, Panel] = {}
        self._minute = ""
        self.menu = w.ToggleButtons(
            options=[(title, name) for name, title in titles().items()], value=first
        )
        self.menu.add_class("dosing-menu")
        self.menu.observe(lambda c: self.open(c["new"]), "value")
        show(not only, self.menu)
        title = self.fields.html("dosing-app-title")
        title.value = (
            "<div><h1>dosing <small>anticoagulant dosing and titration</small></h1>"
            f"{site.banner()}</div>"
            "<button type='button' class='dosing-screen' data-dosing='print'>Print</button>"
        )
        self.new = Confirm(
            self.fields, "New patient", words("new-patient"),
            "Yes, clear everything", self.guard.protect(self._new_patient),
        )  # fmt: skip
        self.left, self.right = box("dosing-column"), box("dosing-column")
        self.body = box("dosing-body", children=(self.left, self.right))
        jump = self.fields.html("dosing-screen")
        jump.value = JUMP
        header = box("dosing-header", children=(title, self.menu, self.new.widget, jump))
        foot = self.fields.html("dosing-foot")
        foot.value = f"<p>{escape(words('foot'))}</p>"
        self.widget = box(
            "dosing-app", children=(self.guard, self.keeper, self.aid, header, self.body, foot)
        )
        self.open(first)

    @property
    def panel(self) -> Panel:
        """The panel that is open."""
        return self.open_panels[self.menu.value]

    def open(self, name: str) -> None:
        """Open a panel, building it if need be."""
        if name not in self.open_panels:
            with self.fields.quietly():
                self.open_panels[name] = self._build(name)
                self._times("")
        self.recompute()

    def _build(self, name: str) -> Panel:
        """A panel; each is built when it is first opened."""
        parts = (self.form, self.fields, self.guard, self.aid)
        if name == Titrate.name:
            return Titrate(*parts)
        if name == EvidencePanel.name:
            return EvidencePanel(self.fields)
        return Guide(name, *parts, self.go, self._course)

    def _course(self) -> Course | None:
        """The infusion that runs on this page, which the other panels read."""
        found = self.open_panels.get(Titrate.name)
        return found.model.course if isinstance(found, Titrate) else None

    def go(self, _from: str, drug: str) -> None:
        """From a list of agents to the doses of one, with the same patient."""
        name = Titrate.name if drug in drugs() else "fixed"
        with self.fields.quietly():
            if name not in self.open_panels:
                self.open_panels[name] = self._build(name)
                self._times("")
            self.open_panels[name].choose(drug)
        show(True, self.menu)
        self.menu.value = name
        self.recompute()

    def recompute(self) -> None:
        """Bring every result up to date with what the fields hold."""
        self.fields.messages.clear()
        with self.guard.computing(self.fields.texts(), clear=self._blank):
            self.form.read()
            self.panel.refresh()
            self._arrange()
            self.aid.messages = dict(self.fields.messages)
        if not self.guard.ok:
            return
        # The words first, the picture after them. Lists that follow from other fields, such as
        # the protocol, may have changed meanwhile: the guard is told of them here.
        with self.guard.computing(self.fields.texts(), clear=self._blank):
            self.panel.draw()
        records = {name: panel.record() for name, panel in self.open_panels.items()}
        self.keeper.label = self.panel.label()
        kept = {name: record for name, record in records.items() if record}
        begun = self.patient.inputs() or any(p.running for p in self.open_panels.values())
        self.keeper.record = kept | {OPEN: {"panel": self.menu.value}} if begun else {}

    def _arrange(self) -> None:
        left, right = self.panel.columns()
        alone = isinstance(self.panel, EvidencePanel)  # a page without a patient
        form = () if alone else (self.form.widget,)
        whole = (self.panel.paper, *self.panel.before(), *form, *left)
        for column, wanted in ((self.left, whole), (self.right, tuple(right))):
            if column.children != wanted:
                column.children = wanted
        self._mark("dosing-begun", self.panel.running)
        self._mark("dosing-alone", alone)
        self._mark("dosing-guiding", bool(self.panel.before()))

    def _mark(self, name: str, on: bool) -> None:
        (self.widget.add_class if on else self.widget.remove_class)(name)

    def _blank(self) -> None:
        self.form.derived.value = ""
        for panel in self.open_panels.values():
            panel.blank()

    def _times(self, before: str) -> None:
        now = self.guard.now()
        for panel in self.open_panels.values():
            panel.tick(now, before)
        self._minute = show_time(now)

    def _ping(self, now: dt.datetime) -> None:
        if show_time(now) == self._minute:
            return
        with self.fields.quietly():
            self._times(self._minute)
        self.recompute()

    def _restore(self, entries: dict[str, str], record: dict[str, Any]) -> None:
        try:
            with self.fields.quietly():
                known = load().quantities
                chosen = {n for panel in self.open_panels.values() for n in panel.choices()}
                self.form.ensure([n for n, text in entries.items() if text and n in known])
                for name, text in entries.items():
                    if name in self.fields.controls and name not in chosen:
                        self.fields.set_text(name, text)
                self.form.read()
                before = str(record.get(OPEN, {}).get("panel", ""))
                for name in [*record, before]:
                    if name in titles() and name not in self.open_panels:
                        self.open_panels[name] = self._build(name)
                for name, panel in self.open_panels.items():
                    kept = record.get(name, {})
                    panel.restore(entries | kept.get("choices", {}), kept)
                if before in self.open_panels:
                    self.menu.value = before
        finally:
            self.recompute()  # also after a copy that cannot be read: what is shown stays true

    def _new_patient(self, _: object = None) -> None:
        with self.fields.quietly():
            for name, control in self.fields.controls.items():
                if isinstance(control, w.Text):
                    control.value = ""
                elif isinstance(control, w.ToggleButtons):
                    control.value = None
                elif name.endswith("-unit"):
                    control.index = 0
            self.patient.clear()
            for panel in self.open_panels.values():
                panel.clear()
            self._times("")
        self.keeper.clear()
        self.recompute()
