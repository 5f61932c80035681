"""The titrate panel: choice, first order, log, next step and timeline around one patient."""

import datetime as dt
from collections.abc import Mapping
from html import escape
from typing import Any

from dosing.advice.start import Advice
from dosing.course.plots import TimelineFigure
from dosing.course.timeline import Timeline
from dosing.knowledge.library import load
from dosing.ui.guard import LiveGuard
from dosing.ui.page import render
from dosing.ui.page.fields import Aid, Fields, PatientForm, box, show
from dosing.ui.page.patient import OF_THE_ORDER, indication_words
from dosing.ui.page.site import named
from dosing.ui.titrate import render as drawn
from dosing.ui.titrate.fieldtext import read_time, show_time
from dosing.ui.titrate.log import LogForm
from dosing.ui.titrate.mend import MendForm
from dosing.ui.titrate.model import (
    TitrateModel,
    derived,
    drugs,
    indications,
)

# In this order: the answers of each follow from those before it.
CHOICE = ("drug", "indication", "authority", "protocol")


class Titrate:
    """The panel: widgets linked to a :class:`TitrateModel`; no medicine here."""

    name, title = "titrate", "Titrate an infusion"

    def __init__(self, form: PatientForm, fields: Fields, guard: LiveGuard, aid: Aid) -> None:
        self.form, self.fields, self.guard, self.aid = form, fields, guard, aid
        self.model = TitrateModel(form.patient, guard.now)
        self.figure = TimelineFigure()
        self._drawn: tuple[Timeline, bool] | None = None
        self._choose_fields()
        self._result_places()
        self.log = LogForm(self, MendForm)
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
        self.begin = fields.button(
            "Start infusion", self.guard.protect(self._begin), "primary", carries="begin"
        )
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
        self.alerts = html("dosing-results", "dosing-alerts", "dosing-polite")
        self.due = html("dosing-results")
        self.step_detail = html("dosing-results", "dosing-detail")
        self.picture = html("dosing-results", "dosing-timeline")
        self.paper = html("dosing-results", "dosing-paper-only")

    def before(self) -> list[Any]:
        """The sections before the patient's: none."""
        return []

    def choices(self) -> tuple[str, ...]:
        """The lists whose answers follow from one another, in order, and those of the log."""
        return (*CHOICE, "differ", "differ-unit", "mend-what")

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
                *self.form.parts("concentration"), *self.form.parts("concentration_units"),
                *self.form.parts("bag"),
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
            self._head(5, "Next step"), self.alerts, self.next, self.due, self.log.doing,
            self.step_detail,
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
        per_units = model.in_units()
        show(not per_units, *self.form.parts("concentration"))
        show(per_units, *self.form.parts("concentration_units"))
        self.form.show([k for k in model.asked() if k not in OF_THE_ORDER])
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
                      self.alerts, self.next, self.due, self.step_detail, self.picture, self.paper,
                      self.log.table, self.log.echo, self.log.echo_act):  # fmt: skip
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
            advice, target, at, self._strength_entered(advice), model.course is not None
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

    @staticmethod
    def _strength_entered(advice: Advice) -> bool:
        return bool({"concentration_mg_ml", "concentration_units_ml"} & {*advice.inputs})

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
