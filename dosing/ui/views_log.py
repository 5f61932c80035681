"""The log of the titrate panel: results, what was done, and what is taken back."""

import datetime as dt
import time
from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, Any

from dosing.patients import check
from dosing.sentences import say, words
from dosing.ui import render
from dosing.ui.fields import Confirm, box, show
from dosing.ui.models import label_of
from dosing.ui.models_titrate import read_time, show_time, worded
from dosing.units import clock

if TYPE_CHECKING:
    from dosing.ui.views import Titrate

TWICE = 1.0  # a second click within this is the same click [s]

WAYS = [
    ("new rate", "rate"),
    ("hold", "hold"),
    ("resume", "resume"),
    ("stop", "stop"),
    ("only a note", "note"),
]


class LogForm:
    """The form that adds to the course, and the table of what was added."""

    def __init__(self, panel: "Titrate") -> None:
        self.panel = panel
        self._last: dict[str, tuple[float, Any]] = {}
        fields, protect = panel.fields, panel.guard.protect

        def once(name: str, act: Callable[[], None]) -> Callable[..., None]:
            return protect(lambda _=None: self._once(name, act))

        self.drawn = fields.text("drawn", "Drawn at (date, time)")
        self.aptt = fields.text("result-aptt", "aPTT (s)")
        self.platelets = fields.text("result-platelets", "Platelets (× 10⁹/L)")
        self.inr = fields.text("result-inr", "INR")
        self.add = fields.button("Add result", once("add", self._add), "primary")
        self.done = fields.text("done", "Done at (date, time)")
        self.follow = fields.button(
            "Done as recommended", once("follow", self._follow), "primary", "act"
        )
        self.differ = fields.question("differ", "Done differently…", WAYS, "dosing-differ")
        self.rate = fields.text("differ-rate", "New rate")
        self.reason = fields.text("differ-reason", "Reason (required)")
        self.put = fields.button("Record what was done", once("differ", self._differ), "act")
        self.undo = Confirm(
            fields, "Undo last entry", words("take-back"), "Yes, take it back",
            once("undo", self._undo),
        )  # fmt: skip
        self.said = fields.html("dosing-said", "dosing-polite")
        self.changed = fields.html("dosing-results")
        self.use = fields.button(
            "Use the entries as they are now", once("use", self._use), "quiet", "act"
        )
        self.table = fields.html("dosing-results", "dosing-log")
        self.times = (self.drawn, self.done)
        self.differently = box("dosing-differently", children=(self.rate, self.reason, self.put))
        self.doing = box("dosing-doing", "dosing-screen", children=(
            self.done, self.follow, self.differ, self.differently,
        ))  # fmt: skip
        self.form = box("dosing-form", "dosing-screen", children=(
            self.drawn, self.aptt, self.platelets, self.inr, self.add,
        ))  # fmt: skip
        self.waiting = fields.html("dosing-hint")
        self.section = box("dosing-section", "s-log", children=(
            panel._head(4, "Log of results and changes"), self.waiting, self.changed, self.use,
            self.form, self.said, self.table,
            self.undo.widget,
        ))  # fmt: skip

    def refresh(self) -> None:
        """Show the log, what is running and what comes next."""
        panel, model = self.panel, self.panel.model
        course, now = model.course, panel.now()
        self._check_fields(now)
        running = course is not None
        show(running, self.form, self.doing, self.table, self.undo.widget, *panel.later())
        changes = model.changed()
        show(running and bool(changes), self.changed, self.use)
        if course is None:
            self.waiting.value = "<p class='hint'>Opens when the infusion has been started.</p>"
            for place in (self.table, panel.next, panel.due, panel.step_detail, self.changed):
                place.value = ""
            show(False, self.differently)
            return
        self.waiting.value = ""
        self.table.value = render.log(course)
        state = course.state(now)
        self._say_changes(changes)
        blocked = bool(changes)
        step = state.recommendation
        last = model.last_step()
        if blocked:
            panel.next.value = "<p class='no-dose'>No next step: entries have changed.</p>"
            panel.step_detail.value = ""
        else:
            refused = last is not None and not last[1].action and last[0] == course.events[-1].at
            panel.next.value = (
                render.step(last[1], last[0], now)
                if last is not None and (step is not None or refused)
                else render.standing(state, now)
            )
            panel.step_detail.value = render.totals(course, state) + (
                "" if last is None else self._why(last, now)
            )
        panel.due.value = "" if blocked else render.due(state, now)
        can_follow = step is not None or (state.held and state.resume_at is not None)
        self.follow.disabled = blocked or not can_follow
        self.add.disabled = blocked or state.stopped
        self.put.disabled = blocked or self.differ.value is None
        show(self.differ.value is not None, self.differently)
        show(self.differ.value in ("rate", "resume"), self.rate)
        self.rate.description = f"New rate ({course.unit})"

    def _why(self, last: tuple[dt.datetime, Any], now: dt.datetime) -> str:
        at, step = last
        return (
            f"<details open><summary>Why, after the aPTT at {clock(at, now)}</summary>"
            f"<p>{escape(step.sentence)}</p>"
            + render.findings(step.findings)
            + render.working(step.trace, step.cite, step.confirmed, step.protocol, step.row)
            + render.computed(
                [(label_of(n), worded(v)) for n, v in step.inputs.items()], at, step.seeds
            )
            + "</details>"
        )

    def _say_changes(self, changes: list[str]) -> None:
        model = self.panel.model
        if not changes:
            self.changed.value = ""
            return
        fixed = model.fixed()
        name = "differs-fixed" if fixed else "differs"
        self.changed.value = render.findings([say(name, changes="; ".join(changes))])
        self.use.disabled = fixed or bool(model.patient.problems())

    def _check_fields(self, now: dt.datetime) -> None:
        fields = self.panel.fields
        for name, key in (
            ("result-aptt", "aptt_s"),
            ("result-platelets", "platelets"),
            ("result-inr", "inr"),
        ):
            found = check({key: fields.controls[name].value}).findings
            level, text = (found[0].level, found[0].text) if found else ("", "")
            fields.say(name, level, text)

    def _at(self, name: str) -> dt.datetime | None:
        fields = self.panel.fields
        try:
            at = read_time(fields.controls[name].value, self.panel.now())
        except ValueError as problem:
            self._answer(str(problem), "stop")
            return None
        return at

    def _once(self, name: str, act: Callable[[], None]) -> None:
        done, seen = self._last.get(name, (-TWICE, None))
        if time.monotonic() - done < TWICE and seen == self._state():
            return
        self.said.value = ""
        try:
            act()
        except ValueError as problem:
            self._answer(str(problem), "stop")
        self._last[name] = (time.monotonic(), self._state())
        self.panel.fields.on_change()

    def _state(self) -> tuple[Any, ...]:
        """What an action changes: the same after it means that nobody has typed since."""
        course = self.panel.model.course
        typed = (self.aptt, self.platelets, self.inr, self.differ, self.rate, self.reason)
        return (course and len(course.events), *(control.value for control in typed))

    def _answer(self, text: str, level: str = "note") -> None:
        role = " role='alert'" if level == "stop" else ""
        self.said.value = f"<p class='said {level}'{role}>{escape(text)}</p>"

    def _add(self) -> None:
        at = self._at("drawn")
        if at is None:
            return
        self.panel.model.measure(
            at, aptt_s=self.aptt.value, platelets=self.platelets.value, inr=self.inr.value
        )
        with self.panel.fields.quietly():
            for control in (self.aptt, self.platelets, self.inr):
                control.value = ""
            self._now()
        self._answer(words("result-in-log"))

    def _follow(self) -> None:
        at = self._at("done")
        if at is not None:
            self.panel.model.follow(at)
            self._after()

    def _differ(self) -> None:
        at = self._at("done")
        if at is not None:
            what = self.differ.value or ""
            self.panel.model.differ(what, at, self.rate.value, self.reason.value)
            self._after()

    def _after(self) -> None:
        with self.panel.fields.quietly():
            self.differ.value = None
            self.rate.value = self.reason.value = ""
            self._now()
        self._answer(words("recorded"))

    def _undo(self) -> None:
        self._answer(self.panel.model.undo())

    def _use(self) -> None:
        self.panel.model.use_changes(self.panel.now())
        self._answer(words("changes-used"))

    def _now(self) -> None:
        for control in self.times:
            control.value = show_time(self.panel.now())

    def started(self) -> None:
        """The course has begun."""
        self._answer(words("started"))

    def clear(self) -> None:
        """Forget what was typed."""
        self.said.value = ""
        self.undo.close()
