"""The titrate panel: choice, first order, log, next step and timeline around one patient."""

import datetime as dt
import time
from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from dosing.base.units import clock
from dosing.course.plots import TimelineFigure
from dosing.course.timeline import Timeline
from dosing.knowledge.library import load
from dosing.knowledge.sentences import say, words
from dosing.rules.columns import one_patient
from dosing.rules.remarks import findings_at
from dosing.ui.guard import LiveGuard
from dosing.ui.page import render
from dosing.ui.page.fields import Aid, Confirm, Fields, PatientForm, box, show
from dosing.ui.page.patient import indication_words, label_of
from dosing.ui.page.site import named
from dosing.ui.titrate import render as drawn
from dosing.ui.titrate.model import (
    TitrateModel,
    derived,
    drugs,
    indications,
    read_time,
    show_time,
    worded,
)

TWICE = 1.0  # a second click within this is the same click [s]

WAYS = [
    ("new rate", "rate"),
    ("hold", "hold"),
    ("resume", "resume"),
    ("stop", "stop"),
    ("only a note", "note"),
]

# In this order: the answers of each follow from those before it.
CHOICE = ("drug", "indication", "authority", "protocol")


class Titrate:
    """The panel: widgets linked to a :class:`TitrateModel`; no medicine here."""

    name, title = "titrate", "Titrate an infusion"

    def __init__(self, form: PatientForm, fields: Fields, guard: LiveGuard, aid: Aid) -> None:
        self.form, self.fields, self.guard, self.aid = form, fields, guard, aid
        self.model = TitrateModel(form.patient)
        self.figure = TimelineFigure()
        self._drawn: tuple[Timeline, bool] | None = None
        self._choose_fields()
        self._result_places()
        self.log = LogForm(self)
        self.sections = self._lay_out()
        aid.observe(lambda _: fields.on_change(), "narrow")

    # Building

    def _choose_fields(self) -> None:
        model, fields = self.model, self.fields
        known = load().drugs
        self.drug = fields.choice("drug", "Drug", [(known[d].label, d) for d in drugs()])
        self.indication = fields.choice("indication", "Indication", [("", "")])
        self.authority = fields.choice("authority", "Authority followed", [("", "")])
        self.protocol = fields.choice("protocol", "Titration protocol", [("", "")])
        self.start_time = fields.text("start-time", "Start at (date, time)")
        self.begin = fields.button("Start infusion", self.guard.protect(self._begin), "primary")
        self.drug.observe(lambda c: setattr(model, "drug", c["new"]), "value")
        self._offer()

    def _result_places(self) -> None:
        html = self.fields.html
        self.order = html("dosing-results", "dosing-order")
        self.detail = html("dosing-results", "dosing-detail")
        self.compare = html("dosing-results")
        self.protocol_note = html("dosing-results")
        self.gate = html("dosing-results", "dosing-gate")
        self.begin_note = html("dosing-begin-note")
        self.next = html("dosing-results", "dosing-polite", "dosing-next")
        self.due = html("dosing-results")
        self.step_detail = html("dosing-results", "dosing-detail")
        self.picture = html("dosing-results", "dosing-timeline")
        self.paper = html("dosing-results", "dosing-paper-only")

    def before(self) -> list[Any]:
        """The sections before the patient's: none."""
        return []

    def choices(self) -> tuple[str, ...]:
        """The lists whose answers follow from one another, in order."""
        return CHOICE

    def choose(self, drug: str) -> None:
        """Show the orders of a drug, unless an infusion has been started here."""
        if not self.running:
            self.drug.value = drug
            self._read_choice()
            self._offer()

    def columns(self) -> tuple[list[Any], list[Any]]:
        """The sections left and right: what a running course needs stands to the right."""
        split = 0 if self.model.course is None else 2
        return self.sections[:split], self.sections[split:]

    def _lay_out(self) -> list[Any]:
        choose = box("dosing-section", "s-choose", children=(
            self._head(2, "Drug, indication and authority"),
            box("dosing-choices", children=(self.drug, self.indication, self.authority)),
            box("dosing-choices", children=(
                *self.form.parts("concentration"), *self.form.parts("bag"),
            )),
            self.compare,
        ))  # fmt: skip
        order = box("dosing-section", "s-order", children=(
            self._head(3, "First order"), self.order, self.gate, self.detail,
            box("dosing-begin", "dosing-screen", children=(
                self.protocol, self.start_time, self.begin,
            )),
            self.begin_note, self.protocol_note,
        ))  # fmt: skip
        step = box("dosing-section", "s-next", children=(
            self._head(5, "Next step"), self.next, self.due, self.log.doing, self.step_detail,
        ))  # fmt: skip
        times = box("dosing-section", "s-timeline", children=(
            self._head(6, "Timeline"), self.picture,
        ))  # fmt: skip
        self._later = [step, times]
        return [choose, order, self.log.section, step, times]

    def later(self) -> list[Any]:
        """The sections that open when the infusion has been started."""
        return self._later

    def _head(self, number: int, title: str) -> Any:
        head = self.fields.html("dosing-title")
        head.value = f"<h2 id='part-{number}'><span class='n'>{number}</span> {title}</h2>"
        return head

    @property
    def running(self) -> bool:
        """Whether an infusion has been started here."""
        return self.model.course is not None

    # Reading

    def now(self) -> dt.datetime:
        """The time where the reader is, to the minute."""
        return self.guard.now().replace(second=0, microsecond=0)

    def refresh(self) -> None:
        """Read the fields, compute, and write every result but the picture."""
        model = self.model
        self._read_choice()
        model.refresh()
        self._offer()
        self.form.show([k for k in model.asked() if k not in ("concentration", "bag")])
        self._say_order()
        self.log.refresh()
        self._say_paper()

    def draw(self) -> None:
        """Bring the picture up to date, when what it shows has changed."""
        course = self.model.course
        if course is None:
            self._drawn, self.picture.value = None, ""
            return
        wanted = (course.timeline(self.now()), self.aid.narrow)
        if wanted != self._drawn:
            drawing = self.figure.svg(wanted[0], "phone" if wanted[1] else "desktop")
            self.picture.value = drawn.picture(drawing, wanted[0])
            self._drawn = wanted

    def blank(self) -> None:
        """Empty every result."""
        for place in (self.order, self.detail, self.compare, self.protocol_note, self.gate,
                      self.next, self.due, self.step_detail, self.picture, self.paper,
                      self.log.table):  # fmt: skip
            place.value = ""
        self._drawn = None

    def record(self) -> dict[str, Any]:
        """What the browser keeps beside the fields."""
        return self.model.to_dict()

    def restore(self, entries: Mapping[str, str], record: Mapping[str, Any]) -> None:
        """Take up kept entries; the lists that follow from another come after it."""
        self.model.restore(record)
        for name in CHOICE:
            if name in entries:
                self.fields.set_text(name, entries[name])
                self._read_choice()
                self._offer()
        self.model.chose_protocol = bool(record) or self.model.chose_protocol

    def clear(self) -> None:
        """Forget the case."""
        self.model.clear()
        self.log.clear()

    def label(self) -> str:
        """The case in a few words, for the offer to restore it."""
        weight = self.form.patient.entries["weight"]
        return f"{self.drug.label}, {weight.text} {weight.quantity.names[weight.unit].unit}"

    def _read_choice(self) -> None:
        model = self.model
        if self.protocol.value != model.protocol and self.drug.value == model.drug:
            model.chose_protocol, model.protocol = True, self.protocol.value or ""
        model.drug = self.drug.value
        if self.indication.value in indications(model.drug):
            model.indication = self.indication.value
        if self.authority.value in model.authorities():
            model.authority = self.authority.value

    def _offer(self) -> None:
        model, seeds = self.model, load()
        locked = model.course is not None
        with self.fields.quietly():
            _offer(self.indication, [(indication_words(i), i) for i in indications(model.drug)],
                   model.indication)  # fmt: skip
            tables = [(f"{seeds.authority_label(a)}: {named(t.title, t.id)}", a)
                      for a, t in model.authorities().items()]  # fmt: skip
            _offer(self.authority, tables, model.authority)
            known = [(named(seeds.protocols[p].title, p), p) for p in model.protocols()]
            _offer(self.protocol, [("not chosen", ""), *known], model.protocol)
        for each in (self.drug, self.indication, self.authority, self.protocol, self.start_time):
            each.disabled = locked

    # Writing

    def _say_order(self) -> None:
        model, now = self.model, self.now()
        advice = model.advice
        if advice is None:
            raise RuntimeError("no advice was computed")
        problems = model.patient.problems()
        at = self._start() or now
        head = render.needs(model.missing(), problems)
        target = model.target()
        self.order.value = head + render.order(
            advice, target, at, "concentration_mg_ml" in advice.inputs, model.course is not None
        )
        said, contradictions = derived(model.patient)
        self.form.derived.value = "".join(f"<p>{escape(s)}</p>" for s in said) + render.findings(
            contradictions
        )
        found = [*model.findings()]
        if target.window is None and model.patient.entries["baseline_aptt"].value is not None:
            found += target.findings
        shown = [(e.label, e.text) for e in model.patient.entries.values() if e.text.strip()]
        self.detail.value = (
            render.findings(found)
            + render.working(advice.trace, advice.cite, advice.confirmed, advice.table, advice.row)
            + render.computed(shown, now, advice.seeds)
        )
        self.compare.value = render.comparison(model.advices, model.authority)
        gate = model.gate()
        self.gate.value = "" if gate is None else f"<p class='gate'>{escape(gate.text)}</p>"
        self.protocol_note.value = render.findings(
            () if model.course is not None else model.protocol_findings
        )
        why = model.why_not_begin()
        self.begin.disabled = bool(why) or self._start() is None
        self.begin_note.value = f"<p class='hint'>{escape(why)}</p>" if why else ""
        if model.course is None:
            at_words = f" at {at:%H:%M}" if self._start() else ""
            self.begin.description = f"Start infusion{at_words}"

    def _say_paper(self) -> None:
        shown = [(e.label, e.text) for e in self.form.patient.entries.values() if e.text.strip()]
        choice = [("Drug", self.drug.label), ("Indication", self.indication.label),
                  ("Authority", self.authority.label)]  # fmt: skip
        self.paper.value = f"<h2>Case on {self.now():%Y-%m-%d %H:%M}</h2>" + render.told(
            shown + choice
        )

    # Doing

    def _start(self) -> dt.datetime | None:
        try:
            at = read_time(self.start_time.value, self.now())
        except ValueError as problem:
            self.fields.say("start-time", "needed", str(problem))
            return None
        self.fields.say("start-time")
        return at

    def _begin(self, _: object = None) -> None:
        at = self._start()
        if at is not None and not self.model.why_not_begin():
            self.model.begin(at)
            self.log.started()
        self.fields.on_change()

    def tick(self, now: dt.datetime, before: str) -> None:
        """A minute has passed: times that nobody has changed follow the clock."""
        for control in (self.start_time, *self.log.times):
            started = control is self.start_time and self.running
            if control.value in ("", before) and not started:
                control.value = show_time(now)


def _offer(control: Any, options: list[tuple[str, str]], value: str) -> None:
    if tuple(options) != tuple(control.options):
        control.options = options
    control.value = value


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
        self.table.value = drawn.log(course)
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
                drawn.step(last[1], last[0], now)
                if last is not None and (step is not None or refused)
                else drawn.standing(state, now)
            )
            panel.step_detail.value = drawn.totals(course, state) + (
                "" if last is None else self._why(last, now)
            )
        panel.due.value = "" if blocked else drawn.due(state, now)
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
            read = one_patient(load(), {key: fields.controls[name].value})
            found = findings_at(read.remarks, 0)
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
