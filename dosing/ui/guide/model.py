"""What a dashboard of questions knows: the topic, what it asks, and its answers. No widget here."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

from dosing.advice.guide import Guidance, guidance
from dosing.advice.pathways import (
    PathwayResult,
    StageResult,
    asked_by_order,
    asked_by_stage,
    asked_by_table,
    walk,
)
from dosing.advice.start import Advice, advice_of, starts, tables_of
from dosing.advice.step import Step
from dosing.advice.titrate import next_step
from dosing.course.course import Course
from dosing.equations.warfarin_week import TimeInRange, rosendaal
from dosing.knowledge.library import load
from dosing.knowledge.scoretypes import Dashboard, Topic
from dosing.knowledge.sentences import words
from dosing.lint.proved import proved
from dosing.orders.pump import strength_name
from dosing.orders.schedule import Due, plan
from dosing.rules.columns import Patients, one_patient
from dosing.rules.derive import derive
from dosing.rules.protocols import inputs_of
from dosing.rules.read import parse_number
from dosing.scoring.door import needs_of, score_of, scores
from dosing.scoring.result import ScoreResult
from dosing.scoring.warfarin import read_points
from dosing.ui.guide import fromlog
from dosing.ui.page.patient import PatientModel, is_asked


class GuideModel:
    """One patient before one question of a dashboard.

    Call :meth:`refresh` after any entry or choice has changed: it works every answer out anew.
    """

    def __init__(self, patient: PatientModel, dashboard: Dashboard) -> None:
        self.patient, self.dashboard = patient, dashboard
        self.at = 0
        self.course: Callable[[], Course | None] = lambda: None
        self.now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)
        self.from_log = ""
        self.drug = self.indication = self.authority = self.protocol = ""
        self.pathway: PathwayResult | None = None
        self.scores: list[ScoreResult] = []
        self.guidance: list[Guidance] = []
        self.orders: list[list[Advice]] = []
        self.step: Step | None = None
        self.inrs, self.inr_low, self.inr_high = "", "2", "3"
        self.time_in_range: TimeInRange | None = None
        self.series_problem = ""
        self.given: set[str] = set()
        self.first_day: dt.date | None = None
        self.plan: list[Due] = []
        self.plan_advices: list[Advice] = []
        self._settle()

    @property
    def topic(self) -> Topic:
        """The question that is open."""
        return self.dashboard.topics[self.at]

    def open(self, title: str) -> None:
        """Open the topic of this title; ValueError when there is none."""
        titles = [topic.title for topic in self.dashboard.topics]
        self.at = titles.index(title)
        self._settle()

    def choose(self, drug: str, indication: str = "", authority: str = "") -> None:
        """Open the topic that offers every table at a drug."""
        self.at = next(i for i, t in enumerate(self.dashboard.topics) if t.any_table)
        self.drug, self.indication, self.authority = drug, indication, authority
        self._settle()

    # Choices

    def drugs(self) -> list[str]:
        """The drugs that the topic offers."""
        if not self.topic.any_table:
            return list(self.topic.drugs)
        known = {t.drug for t in load().tables.values() if t.purpose == "start"}
        return [drug for drug in load().drugs if drug in known]

    def indications(self) -> list[str]:
        """For what the chosen drug has tables."""
        tables = load().tables.values()
        return sorted({t.indication for t in tables if (t.drug, t.purpose) == (self.drug, "start")})

    def authorities(self) -> list[str]:
        """Whose tables answer for the drug and indication."""
        return list(load().find(self.drug, self.indication))

    def protocols(self) -> list[str]:
        """The protocols that the topic offers, the site's choice first."""
        seeds = load()
        drug = self.topic.protocols
        first = seeds.site.protocols.get(drug, ())
        known = [p.id for p in seeds.protocols.values() if p.drug == drug]
        return [*(p for p in first if p in known), *(p for p in known if p not in first)]

    def _settle(self) -> None:
        """Keep each choice where it still exists.

        Where there is a choice nothing is chosen for the reader but the site's first authority.
        """
        for name, known in (
            ("drug", self.drugs),
            ("indication", self.indications),
            ("authority", self.authorities),
            ("protocol", self.protocols),
        ):
            options = known()
            if getattr(self, name) not in options:
                sure = len(options) == 1 or (options and name == "authority")
                setattr(self, name, options[0] if sure else "")

    # What is asked

    def asked(self) -> list[str]:
        """The quantities that the open topic may use, in the registry's order."""
        self._settle()
        seeds = load()
        names = set(self._names())
        if "crcl_ml_min" in names:
            names |= {*seeds.derivations["crcl_ml_min"].parts}
        keys = {seeds.names[n] for n in names}
        known = seeds.quantities
        return [key for key in known if key in keys and is_asked(known[key])]

    def _names(self) -> Iterator[str]:
        seeds, topic = load(), self.topic
        for stage in self._stages():
            yield from asked_by_stage(seeds, stage)
        for name in topic.scores:
            yield from needs_of(seeds, name)
        for table in topic.tables:
            yield from asked_by_table(seeds, seeds.tables[table])
        for place in (*topic.orders, *(p for p in topic.schedule if p in self.given)):
            yield from asked_by_order(seeds, place)
        if self.drug and self.indication:
            yield from asked_by_order(seeds, f"{self.drug}/{self.indication}")
        if self.protocol:
            protocol = seeds.protocols[self.protocol]
            yield from inputs_of(protocol)
            yield from ("running", "weight_kg", strength_name(protocol.dose_unit))

    def _stages(self) -> list[Any]:
        topic = self.topic
        if not topic.pathway:
            return []
        stages = load().pathways[topic.pathway].stages
        return [s for i, s in enumerate(stages, 1) if not topic.stages or i in topic.stages]

    # Answers

    def refresh(self) -> None:
        """Work out every answer of the open topic."""
        self._settle()
        seeds, topic = proved(), self.topic
        typed, logged = self.patient.inputs(), self._logged()
        inputs: dict[str, Any] = {**logged, **typed}
        patients = derive(one_patient(seeds, inputs)) if logged else self.patient.read()
        self.pathway = self.step = None
        self.scores, self.guidance, self.orders = [], [], []
        self.plan, self.plan_advices = [], []
        if topic.pathway:
            self.pathway = walk(seeds.pathways[topic.pathway], patients, inputs)
        self.scores = [score_of(scores(seeds, n, patients), 0, inputs) for n in topic.scores]
        self.guidance = [guidance(seeds.tables[i], patients) for i in topic.tables]
        places = [*topic.orders]
        if self.drug and self.indication:
            places.append(f"{self.drug}/{self.indication}")
        for place in places:
            self.orders.append(self._advices(place, patients, inputs))
        self._date(patients, inputs)
        self._time_in_range()
        if self.protocol:
            more: dict[str, Any] = dict(inputs)
            running = more.pop("running", None)
            protocol = seeds.protocols[self.protocol]
            self.step = next_step(seeds, protocol, {**more, "running": running})

    def _logged(self) -> dict[str, Any]:
        """What the log of the infusion that runs knows, and nobody has typed."""
        self.from_log, course = "", self.course()
        if course is None:
            return {}
        seeds, now = proved(), self.now()
        found: dict[str, Any] = fromlog.latest(course, now)
        unit = course.unit
        if self.protocol:
            protocol = seeds.protocols[self.protocol]
            found |= fromlog.for_protocol(course, protocol, now)
            unit = protocol.dose_unit
        typed = {seeds.names[n] for n in self.patient.inputs()}
        found = {n: v for n, v in found.items() if seeds.names[n] not in typed}
        asked = {*self.asked()}
        told = {n: v for n, v in found.items() if seeds.names[n] in asked}
        self.from_log = fromlog.said(course, told, unit, now)
        return found

    def _time_in_range(self) -> None:
        """The share of the days with the INR in range, from INRs by day as typed."""
        self.time_in_range, self.series_problem = None, ""
        if not (self.topic.inr_series and self.inrs.strip()):
            return
        try:
            days, inrs = read_points(load(), self.inrs.split())
            low, high = (parse_number(load(), n) for n in (self.inr_low, self.inr_high))
            self.time_in_range = rosendaal(days, inrs, low, high)
        except ValueError as problem:
            self.series_problem = str(problem)

    @staticmethod
    def _advices(place: str, patients: Patients, inputs: dict[str, Any]) -> list[Advice]:
        """Every authority's order for ``drug/indication``, in the site's order."""
        drug, _, indication = place.partition("/")
        tables = tables_of(patients.seeds, drug, indication).values()
        return [advice_of(starts(table, patients), 0, inputs) for table in tables]

    def _date(self, patients: Patients, inputs: dict[str, Any]) -> None:
        """The doses of what is given, with their dates."""
        for place in self.topic.schedule:
            if place in self.given:
                self.plan_advices.append(self._advices(place, patients, inputs)[0])
        orders = [a.order for a in self.plan_advices if a.order is not None]
        if self.first_day is not None:
            self.plan = plan(orders, self.first_day)

    def unchosen(self) -> list[str]:
        """Which lists the reader has still to choose from."""
        lists = (
            ("drug", self.drugs),
            ("indication", self.indications),
            ("protocol", self.protocols),
        )
        return [name for name, known in lists if not getattr(self, name) and known()]

    def stages(self) -> list[tuple[int, StageResult]]:
        """The steps of the pathway that the topic shows, with their numbers."""
        if self.pathway is None:
            return []
        wanted = self.topic.stages
        return [(i, s) for i, s in enumerate(self.pathway.stages, 1) if not wanted or i in wanted]

    def chosen_first(self, advices: list[Advice]) -> list[Advice]:
        """The chosen authority's advice, then the others'."""
        return sorted(advices, key=lambda a: a.authority != self.authority)

    def headline(self) -> str:
        """The answers in a few words, for a reader who does not see the page."""
        scores = [*self.scores, *(s for _, stage in self.stages() for s in stage.scores)]
        said = [f"{s.title}: {s.value:g} {s.unit} {s.band}" for s in scores if s.value is not None]
        said += [str(several[0].order) for several in self.orders if several[0].order]
        said += [self.step.sentence] if self.step is not None and self.step.action else []
        return ". ".join(said) if said else words("no-answer-yet")
