"""The log of the titrate panel: results in, what was done, what is corrected or withdrawn."""

import datetime as dt
import time
from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, Any

from dosing.base.units import clock
from dosing.base.units import show as show_number
from dosing.course import results, wording
from dosing.course.events import Measured
from dosing.knowledge.library import load
from dosing.knowledge.sentences import say, words
from dosing.rules.columns import one_patient
from dosing.rules.remarks import findings_at
from dosing.ui.page import render
from dosing.ui.page.fields import box, show
from dosing.ui.page.patient import label_of
from dosing.ui.titrate import render as drawn
from dosing.ui.titrate.fieldtext import read_time, show_time, worded

if TYPE_CHECKING:
    from dosing.course.course import Course

TWICE = 1.0  # a second click within this is the same click [s]
BESIDE = ("platelets", "inr", "hemoglobin")  # asked in the line of every result

RESUME = ("resume", "resume")
WAYS = [
    ("new rate", "rate"),
    ("bolus given", "bolus"),
    ("hold", "hold"),
    ("stop", "stop"),
    ("only a note", "note"),
]


def _rounded(value: Any) -> str:
    return show_number(value, 3) if isinstance(value, float) else worded(value)


class LogForm:
    """The form that adds to the course, and the table of what was added, for a panel."""

    def __init__(self, panel: Any, mend: Callable[..., Any]) -> None:
        self.panel = panel
        self._last: dict[str, tuple[float, Any]] = {}
        self._result_fields()
        self._act_fields()
        fields = panel.fields
        self.mend = mend(panel, self.once, self.answer)
        self.said = fields.html("dosing-said", "dosing-polite")
        self.changed = fields.html("dosing-results")
        self.use = fields.button(
            "Use the entries as they are now",
            self.once("use", self._use),
            "quiet",
            "act",
            carries="use",
        )
        self.table = fields.html("dosing-results", "dosing-log")
        self.waiting = fields.html("dosing-hint")
        self.section = box("dosing-section", "s-log", children=(
            panel._head(4, "Log of results and changes"), self.waiting, self.changed, self.use,
            self.form, self.echo, self.said, self.mend.widget, self.table, self.mend.undo,
        ))  # fmt: skip

    # Building

    def once(self, name: str, act: Callable[[], None]) -> Callable[..., None]:
        """What a button does, once for a double click."""
        guarded: Callable[..., None] = self.panel.guard.protect(
            lambda _=None: self._once(name, act)
        )
        return guarded

    def _result_fields(self) -> None:
        fields, seeds = self.panel.fields, load()
        self.drawn = fields.text("drawn", "Drawn at (date, time)")
        self.kinds = list(dict.fromkeys(seeds.logged.values()))
        self.typed: dict[str, Any] = {}
        self.units: dict[str, Any] = {}
        parts: dict[str, Any] = {}
        for key in self.kinds:
            quantity = seeds.quantities[key]
            first = quantity.names[quantity.base]
            label = f"{quantity.label} ({first.unit})" if first.unit else quantity.label
            self.typed[key] = parts[key] = fields.text(f"result-{key}", label)
            if len(quantity.names) > 1:
                units = [(found.unit, name) for name, found in quantity.names.items()]
                units.sort(key=lambda one: one[1] != quantity.base)
                self.units[key] = fields.choice(
                    f"result-{key}-unit", f"Unit of {quantity.label}", units, "dosing-unit"
                )
                parts[key] = box("dosing-pair", children=(self.typed[key], self.units[key]))
        self.parts = parts
        self.received = fields.text("received", "Reported at, if another time")
        self.shows = fields.text("pump-shows", "Pump shows (mL/h), if read")
        self.add = fields.button(
            "Add result", self.once("add", self._add), "primary", carries="add"
        )
        self.others = box("dosing-other-results", "dosing-closed")
        self.more = fields.disclosure("More results", self.others)
        self.line = box("dosing-line")
        self.echo = fields.html("dosing-results", "dosing-echo", "dosing-polite")
        self.form = box("dosing-entry", "dosing-screen", children=(
            self.line, self.more, self.others,
        ))  # fmt: skip

    def _act_fields(self) -> None:
        fields = self.panel.fields
        self.done = fields.text("done", "Done at (date, time)")
        self.follow = fields.button(
            "Done as recommended",
            self.once("follow", self._follow),
            "primary",
            "act",
            carries="follow",
        )
        self.without = fields.button(
            "Done, without the bolus",
            self.once("without", lambda: self._follow(bolus=False)),
            "quiet", "act", carries="without",
        )  # fmt: skip
        self.differ = fields.question("differ", "Done differently…", WAYS, "dosing-differ")
        self.rate = fields.text("differ-rate", "New rate")
        self.rate_unit = fields.choice("differ-unit", "Unit", [("mL/h", "mL/h")], "dosing-unit")
        self.agent = fields.text("differ-agent", "Which anticoagulant follows, and when")
        self.reason = fields.text("differ-reason", "Reason (required)")
        self.put = fields.button(
            "Record what was done", self.once("differ", self._differ), "act", carries="differ"
        )
        self.confirm = fields.button(
            "It really runs so: record it all the same",
            self.once("confirm", lambda: self._differ(confirm=True)),
            "danger", carries="confirm",
        )  # fmt: skip
        self.echo_act = fields.html("dosing-results", "dosing-echo", "dosing-polite")
        self.said_act = fields.html("dosing-said", "dosing-polite")
        self.times = (self.drawn, self.done)
        self.pair = box("dosing-pair", children=(self.rate, self.rate_unit))
        self.differently = box("dosing-differently", children=(
            self.pair, self.agent, self.reason, self.put, self.echo_act, self.said_act,
            self.confirm,
        ))  # fmt: skip
        show(False, self.confirm)
        self.doing = box("dosing-doing", "dosing-screen", children=(
            self.done, self.follow, self.without, self.differ, self.differently,
        ))  # fmt: skip

    # Writing

    def refresh(self) -> None:
        """Show the log, what is running and what comes next."""
        panel, model = self.panel, self.panel.model
        course, now = model.course, panel.now()
        self._check_fields()
        running = course is not None
        show(running, self.form, self.doing, self.table, self.mend.undo, *panel.later())
        changes = model.changed()
        show(running and bool(changes), self.changed, self.use)
        self.mend.refresh()
        if course is None:
            self.waiting.value = "<p class='hint'>Opens when the infusion has been started.</p>"
            for place in (self.table, panel.alerts, panel.next, panel.due, panel.step_detail,
                          self.changed, self.echo, self.echo_act):  # fmt: skip
                place.value = ""
            show(False, self.differently)
            return
        self.waiting.value = ""
        self.table.value = drawn.log(course)
        self._say_changes(changes)
        self._arrange(course)
        self._say_next(course, now, bool(changes))
        self._say_echo(course, now)

    def _arrange(self, course: "Course") -> None:
        """The results of this protocol in one line, the others behind a button."""
        steering = course.book.seeds.names[results.measured_name(course.seed)]
        first = [k for k in (steering, *BESIDE) if k in self.parts]
        line = (self.drawn, *(self.parts[k] for k in first), self.add)
        rest = (*(self.parts[k] for k in self.kinds if k not in first), self.received, self.shows)
        for place, wanted in ((self.line, line), (self.others, rest)):
            if place.children != wanted:
                place.children = wanted

    def _say_next(self, course: "Course", now: dt.datetime, blocked: bool) -> None:
        panel, model = self.panel, self.panel.model
        state, last = course.state(now), model.last_step()
        step = state.recommendation
        # The line below says in hours what is overdue.
        found = [alert for alert in course.alerts(now) if alert.id != "course-overdue"]
        panel.alerts.value = render.findings(found)
        waits = model.open_result()
        asked = waits is not None and waits.step is not None and waits.step.action in ("", "wait")
        if blocked:
            panel.next.value = "<p class='no-dose'>No next step: entries have changed.</p>"
            panel.step_detail.value = ""
        else:
            panel.next.value = (
                drawn.step(course, last[0], last[1], now)
                if last is not None and (step is not None or asked)
                else drawn.standing(course, state, now)
            )
            panel.step_detail.value = drawn.totals(course, state, now) + (
                "" if last is None else self._why(course, last, now)
            )
        panel.due.value = "" if blocked else drawn.due(course, state, now)
        over = state.held and state.resume_at is not None and now >= state.resume_at
        self.follow.disabled = blocked or not (step is not None or over)
        show(step is not None and bool(step.bolus_total), self.without)
        self.add.disabled = blocked or state.stopped
        self.put.disabled = blocked or self.differ.value is None
        ready = over or (step is not None and step.action == "resume")
        self._offer(course, state.held, ready)

    def _offer(self, course: "Course", held: bool, ready: bool) -> None:
        """The ways in which it may have been done; to resume only when that has come."""
        ways = [*WAYS, RESUME] if held and ready else WAYS
        options = [(label, value) for label, value in [*ways, ("clear", "")]]
        way = self.differ.value
        with self.panel.fields.quietly():
            if tuple(options) != tuple(self.differ.options):
                self.differ.options = options
                self.differ.value = way if way in dict(options).values() else None
            mass = "units" if course.unit.startswith("units") else "mg"
            units = [course.unit, "mL/h", f"{mass}/h"]
            if self.differ.value == "bolus":
                units = [mass, f"{mass}/kg", "mL"]
            pairs = [(u, u) for u in dict.fromkeys(units)]
            if tuple(pairs) != tuple(self.rate_unit.options):
                self.rate_unit.options = pairs
                self.rate_unit.value = pairs[0][1]
        way = self.differ.value
        show(way is not None, self.differently)
        show(way in ("rate", "resume", "bolus"), self.pair)
        show(way == "stop", self.agent)
        self.rate.description = "Amount given" if way == "bolus" else "New rate"
        if way not in ("rate", "resume"):
            show(False, self.confirm)

    def _say_echo(self, course: "Course", now: dt.datetime) -> None:
        """What will be logged by the next click."""
        self.echo.value, self.echo_act.value = "", ""
        try:
            read = results.read(load(), self.entered())
            at = read_time(self.drawn.value, now)
        except ValueError:
            read = {}
        if read:
            made = Measured(id="-", at=at, recorded_at=now, values=read)
            said = words("will-log", what=wording.result_words(course.book, made),
                         at=clock(at, now))  # fmt: skip
            self.echo.value = f"<p>{escape(said)}</p>"
        if self.differ.value in ("rate", "resume", "bolus") and self.rate.value.strip():
            self._say_act(course, now)

    def _say_act(self, course: "Course", now: dt.datetime) -> None:
        try:
            at = read_time(self.done.value, now)
            what = self.panel.model.told_of(
                self.differ.value, at, self.rate.value, self.rate_unit.value
            )
        except ValueError:
            return
        said = words("will-log", what=what, at=clock(at, now))
        self.echo_act.value = f"<p>{escape(said)}</p>"

    def _why(self, course: "Course", last: tuple[Measured, Any], now: dt.datetime) -> str:
        fact, step = last
        at = drawn.local(course, fact.at)
        given = [(label_of(n), _rounded(v)) for n, v in step.inputs.items() if n in load().names]
        after = f"{drawn.result_words(course, fact)} at {clock(at, drawn.local(course, now))}"
        return (
            f"<details open><summary>Why, after {escape(after)}</summary>"
            f"<p>{escape(step.sentence)}</p>"
            + render.findings(step.findings)
            + render.working(step.trace, step.cite, step.confirmed, step.protocol, step.row)
            + render.computed(given, at, step.seeds)
            + "</details>"
        )

    def _say_changes(self, changes: list[str]) -> None:
        self.changed.value = ""
        if changes:
            said = say("differs", changes="; ".join(changes))
            self.changed.value = render.findings([said])
            self.use.disabled = bool(self.panel.model.patient.problems())

    def _check_fields(self) -> None:
        for key, control in self.typed.items():
            read = one_patient(load(), {self._name(key): control.value})
            found = findings_at(read.remarks, 0)
            level, text = (found[0].level, found[0].text) if found else ("", "")
            self.panel.fields.say(f"result-{key}", level, text)

    # Reading

    def _name(self, key: str) -> str:
        unit = self.units.get(key)
        return load().quantities[key].base if unit is None else str(unit.value)

    def entered(self) -> dict[str, str]:
        """The results as typed, by their names."""
        return {self._name(k): c.value for k, c in self.typed.items() if c.value.strip()}

    def _time(self, control: Any) -> dt.datetime:
        return read_time(control.value, self.panel.now())

    def _once(self, name: str, act: Callable[[], None]) -> None:
        done, seen = self._last.get(name, (-TWICE, None))
        if time.monotonic() - done < TWICE and seen == self._state():
            return
        self.said.value = self.said_act.value = ""
        try:
            act()
        except ValueError as problem:
            self.answer(str(problem), "stop")
        self._last[name] = (time.monotonic(), self._state())
        self.panel.fields.on_change()

    def _state(self) -> tuple[Any, ...]:
        """What an action changes: the same after it means that nobody has typed since."""
        course = self.panel.model.course
        typed = (*self.typed.values(), self.differ, self.rate, self.reason, *self.mend.controls)
        changes = tuple(self.panel.model.changed())
        return (course and len(course.events), changes, *(control.value for control in typed))

    def answer(self, text: str, level: str = "note") -> None:
        """Say what became of a click."""
        role = " role='alert'" if level == "stop" else ""
        self.said.value = f"<p class='said {level}'{role}>{escape(text)}</p>"

    # Doing

    def _add(self) -> None:
        more: dict[str, Any] = {}
        if self.received.value.strip():
            more["received_at"] = self._time(self.received)
        if self.shows.value.strip():
            more |= {"running": self.shows.value, "running_unit": "mL/h"}
        model = self.panel.model
        before = len(model.course.events) if model.course else 0
        model.measure(self._time(self.drawn), **more, **self.entered())
        again = model.course is not None and len(model.course.events) == before
        with self.panel.fields.quietly():
            for control in (*self.typed.values(), self.received, self.shows):
                control.value = ""
            self._now()
        self.answer(say("course-same-again").text if again else words("result-in-log"))

    def _follow(self, bolus: bool = True) -> None:
        self.panel.model.follow(self._time(self.done), bolus)
        self._after()

    def _differ(self, confirm: bool = False) -> None:
        what, more = self.differ.value or "", {}
        if what in ("rate", "bolus"):
            more["unit"] = self.rate_unit.value
        if what in ("rate", "resume"):
            more["confirm"] = confirm
        if what == "stop":
            more["next_agent"] = self.agent.value
        show(False, self.confirm)
        try:
            self.panel.model.differ(
                what, self._time(self.done), self.rate.value, self.reason.value, **more
            )
        except ValueError as problem:
            if str(problem).endswith(words("course-confirm", concerns="").strip()):
                show(True, self.confirm)
            self.said_act.value = f"<p class='said stop' role='alert'>{escape(str(problem))}</p>"
            raise
        self._after()

    def _after(self) -> None:
        with self.panel.fields.quietly():
            self.differ.value = None
            self.rate.value = self.reason.value = self.agent.value = ""
            self._now()
        self.answer(words("recorded"))

    def _use(self) -> None:
        self.panel.model.use_changes(self.panel.now())
        self.answer(words("changes-used"))

    def _now(self) -> None:
        for control in self.times:
            control.value = show_time(self.panel.now())

    def started(self, bolus: str = "") -> None:
        """The course has begun."""
        self.answer(" ".join([words("started"), bolus]).strip())

    def clear(self) -> None:
        """Forget what was typed."""
        self.said.value = self.said_act.value = ""
        self.mend.close()
