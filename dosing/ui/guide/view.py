"""A dashboard of questions: the topic, the answers of its rooms, and the way to a dose."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

from dosing.course.course import Course
from dosing.knowledge.library import Library, load
from dosing.knowledge.sentences import words
from dosing.orders.schedule import words_without_date
from dosing.ui.guard import LiveGuard
from dosing.ui.guide import render as render_guide
from dosing.ui.guide import schedule as render_schedule
from dosing.ui.guide.model import GuideModel
from dosing.ui.page import render
from dosing.ui.page.fields import Aid, Fields, PatientForm, box, show
from dosing.ui.page.patient import indication_words, label_of
from dosing.ui.page.site import named
from dosing.ui.titrate.model import derived

Go = Callable[[str, str], None]


def _given_label(seeds: Library, place: str) -> str:
    drug, _, indication = place.partition("/")
    return f"{seeds.drugs[drug].label}, {indication_words(indication)}: given"


class Guide:
    """The panel: widgets linked to a :class:`GuideModel`; no medicine here."""

    def __init__(
        self,
        name: str,
        form: PatientForm,
        fields: Fields,
        guard: LiveGuard,
        aid: Aid,
        go: Go,
        course: Callable[[], Course | None] = lambda: None,
    ) -> None:
        self.name, self.form, self.fields, self.guard, self.go = name, form, fields, guard, go
        dashboard = load().dashboards[name]
        self.title = dashboard.title
        self.model = GuideModel(form.patient, dashboard)
        self.model.course, self.model.now = course, guard.now
        self._choices()
        self.results = fields.html("dosing-results", "dosing-answers")
        self.headline = fields.html("dosing-results", "dosing-polite", "dosing-hush")
        self.paper = fields.html("dosing-results", "dosing-paper-only")
        self.doses = box("dosing-doses", "dosing-screen")
        self._buttons: dict[str, Any] = {}
        self._titrate: dict[str, Any] = {}
        self.question = box("dosing-section", "s-question", children=(
            self._head(), self.topic, self.help,
            box("dosing-choices", children=(
                self.drug, self.indication, self.authority, self.protocol,
            )),
            self.first_day, *self.given.values(),
            self.inrs, box("dosing-choices", children=(self.inr_low, self.inr_high)),
        ))  # fmt: skip

    def _choices(self) -> None:
        fields, name = self.fields, self.name
        topics = [(t.title, t.title) for t in self.model.dashboard.topics]
        self.topic = fields.choice(f"{name}-topic", "Question", topics, "dosing-topic")
        self.drug = fields.choice(f"{name}-drug", "Drug", [("", "")])
        self.indication = fields.choice(f"{name}-indication", "Indication", [("", "")])
        self.authority = fields.choice(f"{name}-authority", "Authority followed", [("", "")])
        self.protocol = fields.choice(f"{name}-protocol", "Protocol", [("", "")])
        self.help = fields.html("dosing-help")
        known = load()
        self.given = {
            place: fields.question(
                f"{name}-given-{place.replace('/', '-')}",
                _given_label(known, place),
                ("yes", "no"),
                "dosing-yes-no",
            )
            for topic in self.model.dashboard.topics
            for place in topic.schedule
        }
        self.inrs = fields.text(f"{name}-inrs", "INRs by day, such as 0:1.5 10:2.5 24:2.8")
        self.inr_low = fields.text(f"{name}-inr-low", "INR from", "2")
        self.inr_high = fields.text(f"{name}-inr-high", "INR to", "3")
        self.first_day = fields.text(f"{name}-first-day", "First day of treatment (date)")

    def _head(self) -> Any:
        head = self.fields.html("dosing-title")
        head.value = f"<h2 id='part-question'>{escape(self.title)}</h2>"
        return head

    @property
    def running(self) -> bool:
        """Whether an infusion has been started here: never."""
        return False

    def before(self) -> list[Any]:
        """The sections before the patient's."""
        return [self.question]

    def columns(self) -> tuple[list[Any], list[Any]]:
        """The sections beside the patient's: the answers stand to the right."""
        return [], [self.headline, self.results, self.doses]

    def refresh(self) -> None:
        """Read the fields, compute, and write every answer."""
        model = self.model
        if self.topic.value != model.topic.title:
            model.open(self.topic.value)
        for name in ("drug", "indication", "authority", "protocol"):
            setattr(model, name, getattr(self, name).value or "")
        model.given = {p for p, control in self.given.items() if control.value == "yes"}
        model.first_day = self._first_day()
        model.inrs, model.inr_low, model.inr_high = (
            control.value for control in (self.inrs, self.inr_low, self.inr_high)
        )
        asked = model.asked()
        self._offer()
        self.form.show(asked)
        self.form.read()
        model.refresh()
        self._say()

    def _offer(self) -> None:
        model, seeds = self.model, load()
        with self.fields.quietly():
            for control, options, value in (
                (self.drug, [(seeds.drugs[d].label, d) for d in model.drugs()], model.drug),
                (
                    self.indication,
                    [(indication_words(i), i) for i in model.indications()],
                    model.indication,
                ),
                (
                    self.authority,
                    [(seeds.authority_label(a), a) for a in model.authorities()],
                    model.authority,
                ),
                (
                    self.protocol,
                    [(named(seeds.protocols[p].title, p), p) for p in model.protocols()],
                    model.protocol,
                ),
            ):
                offered = options if len(options) == 1 else [("choose", ""), *options]
                if control is self.authority and options:
                    offered = options
                if tuple(offered) != tuple(control.options):
                    control.options = offered
                control.value = value
                show(bool(options), control)
        show(bool(model.topic.schedule), self.first_day, *self.given.values())
        show(model.topic.inr_series, self.inrs, self.inr_low, self.inr_high)

    def _first_day(self) -> dt.date | None:
        name, text = f"{self.name}-first-day", self.first_day.value.strip()
        self.fields.say(name)
        if not text:
            return self.guard.now().date()
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            today = f"{self.guard.now():%Y-%m-%d}"
            self.fields.say(name, "needed", words("date-form", today=today))
            return None

    def _say(self) -> None:
        model, now = self.model, self.guard.now()
        patient = self.form.patient
        self.help.value = f"<p class='hint'>{escape(model.topic.help)}</p>"
        said, contradictions = derived(patient)
        self.form.derived.value = "".join(f"<p>{escape(s)}</p>" for s in said) + render.findings(
            contradictions
        )
        shown = [
            (e.label, e.text) for key in model.asked() if (e := patient.entries[key]).text.strip()
        ]
        body = render.needs((), patient.problems())
        if model.from_log:
            body += f"<p class='hint'>{escape(model.from_log)}</p>"
        if model.pathway is not None:
            body += render.findings(f for f in model.pathway.findings if not f.stops)
        body += "".join(render_guide.stage(i, s) for i, s in model.stages())
        body += "".join(render_guide.section(s.title, render_guide.score(s)) for s in model.scores)
        body += "".join(
            render_guide.section(g.title, render_guide.guidance(g)) for g in model.guidance
        )
        for several in model.orders:
            ordered = model.chosen_first(several)
            for_what = indication_words(ordered[0].indication)
            title = f"{load().drugs[ordered[0].drug].label}, {for_what}"
            body += render_guide.section(title, render_guide.advices(ordered))
        if unchosen := model.unchosen():
            text = escape(words("choose-first", choices=", ".join(unchosen)))
            body += render_guide.section("No answer yet", f"<p class='needed'>{text}</p>")
        body += self._plan()
        self.fields.say(f"{self.name}-inrs", "needed", model.series_problem)
        if model.time_in_range is not None:
            body += render_guide.section(
                "Time in range", render_guide.time_in_range(model.time_in_range)
            )
        if model.step is not None:
            body += render_guide.section(model.step.title, render_guide.step(model.step))
        self.results.value = body + render.computed(shown, now, load().digest)
        self.headline.value = f"<p>{escape(model.headline())}</p>"
        self.paper.value = f"<h2>{escape(model.topic.title)}, {now:%Y-%m-%d %H:%M}</h2>" + (
            render.told(shown)
        )
        self._say_doses()

    def _plan(self) -> str:
        model = self.model
        if not model.topic.schedule:
            return ""
        body = render_schedule.picture(model.plan)
        if model.plan:
            body += render_schedule.table(model.plan)
        else:
            body += f"<p class='no-dose'>{escape(words('say-what-is-given'))}</p>"
        for order in (a.order for a in model.plan_advices if a.order is not None):
            if later := words_without_date(order):
                said = f"{order.drug}: {'; '.join(later)}."
                body += f"<p class='says'>{escape(said)}</p>"
        parts = render_guide.section("Dates", body)
        return parts + "".join(
            render_guide.section(a.title, render_guide.advice(a)) for a in model.plan_advices
        )

    def _say_doses(self) -> None:
        """A button for each agent that is not excluded: its doses, with the same patient."""
        titrated = self.model.topic.protocols
        if titrated and titrated not in self._titrate:
            self._titrate[titrated] = self.fields.button(
                f"Titrate {load().drugs[titrated].label} with a log",
                self.guard.protect(lambda _: self.go(self.name, titrated)),
                "primary",
            )
        found = [a for _, s in self.model.stages() for a in s.agents if a.place != "excluded"]
        for agent in found:
            if agent.drug not in self._buttons:
                self._buttons[agent.drug] = self.fields.button(
                    f"Doses of {agent.label}",
                    self.guard.protect(lambda _, drug=agent.drug: self.go(self.name, drug)),
                )
        wanted = tuple(self._buttons[a.drug] for a in found)
        wanted += (self._titrate[titrated],) if titrated else ()
        if self.doses.children != wanted:
            self.doses.children = wanted

    def draw(self) -> None:
        """There is no picture."""

    def blank(self) -> None:
        """Empty every answer."""
        for place in (self.results, self.headline, self.paper):
            place.value = ""
        self.doses.children = ()

    def record(self) -> dict[str, Any]:
        """What the browser keeps: the question and the choices below it."""
        known = self.fields.texts()
        return {"choices": {name: known[name] for name in self.choices()}}

    def restore(self, entries: Mapping[str, str], record: Mapping[str, Any]) -> None:
        """Take up kept entries; the lists that follow from another come after it."""
        for name in self.choices():
            if name in entries:
                self.fields.set_text(name, entries[name])
                self.refresh()

    def choices(self) -> Sequence[str]:
        """The lists whose answers follow from one another, in order."""
        kinds = ("topic", "drug", "indication", "authority", "protocol")
        return [f"{self.name}-{kind}" for kind in kinds]

    def choose(self, drug: str) -> None:
        """Show the doses of a drug."""
        self.model.choose(drug, "hit")
        with self.fields.quietly():
            self.topic.value = self.model.topic.title
            self._offer()

    def clear(self) -> None:
        """Forget the case: the entries are the page's, the question stays."""

    def label(self) -> str:
        """The case in a few words, for the offer to restore it."""
        given = [
            f"{label_of(e.unit)} {e.text}"
            for e in self.form.patient.entries.values()
            if e.text.strip()
        ]
        return ", ".join([self.model.topic.title, *given[:1]])

    def tick(self, now: dt.datetime, before: str) -> None:
        """No time is asked here."""
