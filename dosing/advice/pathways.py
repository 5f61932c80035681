"""Pathways: a clinical question answered step by step from scores, tables, agents and orders.

Every sentence comes from a seed; this room only asks the others and puts their answers in order.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import attrs
import numpy as np

from dosing.advice.guide import Guidance, guidance, surely_fired
from dosing.advice.start import Advice, advice_of, sizes_of, starts, tables_of
from dosing.base.findings import Finding, ordered, stopped
from dosing.base.plain import fields_of
from dosing.knowledge.library import VERSION, Library
from dosing.knowledge.scoretypes import Pathway, Stage
from dosing.knowledge.seedtypes import Confirmed, Table
from dosing.orders.pump import is_infusion, strength_name
from dosing.rules.checks import checks_of, cited, safety_checks
from dosing.rules.columns import Patients
from dosing.rules.conditions import names_in
from dosing.rules.remarks import findings_at
from dosing.scoring.door import needs_of, score_of, scores
from dosing.scoring.result import ScoreResult

MOST_REASONS = 3  # when every authority refuses
PLACES = ("suits", "possible", "less suitable", "excluded")


@attrs.frozen(kw_only=True)
class Agent:
    """How well one drug suits the patient, why, and what each authority would order.

    ``advice`` is the first of the site's order that does not refuse; ``advices`` holds all.
    """

    drug: str
    label: str
    place: str
    findings: tuple[Finding, ...]
    unanswered: tuple[str, ...]
    advice: Advice | None
    advices: tuple[Advice, ...] = ()

    def __str__(self) -> str:
        dose = "" if self.advice is None or self.advice.order is None else f": {self.advice.order}"
        others = [a for a in self.advices if a is not self.advice and a.order is not None]
        lines = [f"  by {a.authority_label}: {a.order}" for a in others]
        return "\n".join(
            [f"{self.label}, {self.place}{dose}", *lines, *_finding_lines(self.findings)]
        )


@attrs.frozen(kw_only=True)
class StageResult:
    """The answers of one step."""

    title: str
    note: str
    cite: str
    scores: tuple[ScoreResult, ...]
    guidance: tuple[Guidance, ...]
    agents: tuple[Agent, ...]
    orders: tuple[tuple[Advice, ...], ...]
    findings: tuple[Finding, ...]

    @property
    def answered(self) -> bool:
        """Whether anything in this step could be worked out."""
        return (
            any(s.value is not None for s in self.scores)
            or any(g.says or g.row for g in self.guidance)
            or any(a.findings for a in self.agents)
            or any(one.order is not None for several in self.orders for one in several)
        )

    @property
    def told(self) -> Iterator[Finding]:
        """What the step, its tables and its orders have found."""
        yield from self.findings
        for said in self.guidance:
            yield from said.findings
        for several in self.orders:
            for one in several:
                yield from one.findings

    @property
    def missing(self) -> tuple[str, ...]:
        """What this step still needs, by the registry's names."""
        parts: list[str] = [n for s in self.scores for n in s.missing]
        parts += [n for g in self.guidance for n in g.missing]
        parts += [n for several in self.orders for n in several[0].missing]
        return tuple(dict.fromkeys(parts))


@attrs.frozen(kw_only=True)
class PathwayResult:
    """A pathway for one patient."""

    pathway: str
    title: str
    status: str
    stages: tuple[StageResult, ...]
    findings: tuple[Finding, ...]
    cite: str
    confirmed: Confirmed | None
    inputs: dict[str, Any]
    missing: tuple[str, ...]
    seeds: str
    version: str = VERSION

    @property
    def refused(self) -> bool:
        """Whether the input must first be completed or put right."""
        return self.status in ("missing", "impossible")

    def to_dict(self) -> dict[str, Any]:
        """The answers as JSON carries them."""
        return fields_of(self) | {"refused": self.refused}

    def __str__(self) -> str:
        lines = [self.title, *_finding_lines(self.findings)]
        for number, stage in enumerate(self.stages, 1):
            lines += ["", f"{number}. {stage.title}"]
            lines += [f"  {stage.note}"] if stage.note else []
            lines += _finding_lines(stage.findings)
            for part in (*stage.scores, *stage.guidance, *stage.agents):
                lines += [f"  {line}" for line in str(part).splitlines()]
            for first, *others in stage.orders:
                lines += [f"  {line}" for line in str(first).splitlines()]
                lines += [f"    by {one.authority_label}: {_in_short(one)}" for one in others]
        return "\n".join([*lines, "", f"source: {self.cite} ({self.confirmed})"])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        import html

        return f"<pre>{html.escape(str(self))}</pre>"


def _finding_lines(findings: tuple[Finding, ...]) -> list[str]:
    return [f"  {finding}" for finding in findings]


def _in_short(advice: Advice) -> str:
    if advice.order is not None:
        return str(advice.order)
    return "no dose; more answers are needed" if advice.missing else "no dose"


def walk(found: Pathway, patients: Patients, inputs: Mapping[str, Any]) -> PathwayResult:
    """Walk a pathway with one patient.

    Parameters
    ----------
    found : Pathway
    patients : Patients
        One, with what follows from what was given. A score that an earlier step works out serves
        the later ones.
    inputs : mapping
        What was given, to be said again.

    Returns
    -------
    PathwayResult
        Each step says what it can, and what it still needs.
    """
    seeds = patients.seeds
    at_the_door = findings_at(patients.remarks, 0)
    patients = attrs.evolve(patients, remarks=())
    stages = []
    for stage in found.stages:
        result, patients = _stage(stage, patients, inputs)
        stages.append(result)
    findings = list(at_the_door)
    if found.note:
        findings.append(Finding("note", found.note, found.cite))
    answered = any(s.answered for s in stages)
    impossible = stopped(at_the_door)
    missing = tuple(dict.fromkeys(n for s in stages for n in s.missing))
    stops = any(f.level == "stop" for s in stages for f in s.told)
    status = "ok" if answered else "stop" if stops and not missing else "missing"
    status = "impossible" if impossible else status
    return PathwayResult(
        pathway=found.id,
        title=found.title,
        status=status,
        stages=tuple(stages),
        findings=ordered(findings),
        cite=found.cite,
        confirmed=found.confirmed or seeds.confirmed(found.cite),
        inputs=dict(inputs),
        missing=missing,
        seeds=seeds.digest,
    )


def _stage(
    stage: Stage, patients: Patients, inputs: Mapping[str, Any]
) -> tuple[StageResult, Patients]:
    seeds = patients.seeds
    found = []
    for name in stage.scores:
        one = score_of(scores(seeds, name, patients), 0, inputs)
        found.append(one)
        patients = _with_total(name, one, patients)
    said = findings_at(surely_fired(patients, cited(stage.checks, stage.cite)), 0)
    orders = []
    for place in stage.orders:
        drug, _, indication = place.partition("/")
        tables = _by_region(tables_of(seeds, drug, indication), patients)
        several = (advice_of(starts(t, patients), 0, inputs) for t in tables)
        orders.append(tuple(_in_stage(one, said) for one in several))
    result = StageResult(
        title=stage.title,
        note=stage.note,
        cite=stage.cite,
        scores=tuple(found),
        guidance=tuple(guidance(seeds.tables[i], patients) for i in stage.tables),
        agents=rank([seeds.tables[i] for i in stage.agents], patients, inputs),
        orders=tuple(orders),
        findings=said,
    )
    return result, patients


def _in_stage(advice: Advice, said: tuple[Finding, ...]) -> Advice:
    """The advice without its order where the step's own checks stop.

    What it leaves unused serves other steps, so it is not said.
    """
    advice = attrs.evolve(advice, unused=())
    stops = [f for f in said if f.level == "stop"]
    if not stops or advice.order is None:
        return advice
    findings = ordered([*stops, *advice.findings])
    return attrs.evolve(advice, status="stop", order=None, trace=(), findings=findings)


def _with_total(name: str, one: ScoreResult, patients: Patients) -> Patients:
    """The patient with the total of a score, where a quantity stands for it."""
    seeds = patients.seeds
    gives = seeds.scores[name].gives if name in seeds.scores else ""
    if not gives or one.value is None or not patients.lacks(gives)[0]:
        return patients
    return patients.having(**{gives: np.array([float(one.value)])})


def _by_region(tables: Mapping[str, Table], patients: Patients) -> list[Table]:
    """Tables in the site's order, the label of the patient's region first."""
    region = str(patients.words("region")[0] or "").lower()
    return sorted(
        tables.values(), key=lambda t: not (region and t.authority.startswith(f"{region}-"))
    )


def rank(
    tables: list[Table], patients: Patients, inputs: Mapping[str, Any] | None = None
) -> tuple[Agent, ...]:
    """Agents from the most to the least suitable, each with its reasons.

    Excluded ones come last; then fewer warnings come first, then more reasons for; then the order
    of the pathway.
    """
    agents = [_agent(table, patients, inputs or {}) for table in tables]
    return tuple(sorted(agents, key=_rank))


def _rank(agent: Agent) -> tuple[int, int, int]:
    levels = [f.level for f in agent.findings]
    return PLACES.index(agent.place), levels.count("warn"), -levels.count("note")


def _refusal(table: Table, advice: Advice, patients: Patients) -> list[Finding]:
    """Why one authority gives no dose; empty while it may. What bars the drug bars it whatever
    else is still unanswered.
    """
    checks = checks_of(patients.seeds, table)
    barred = [f for f in findings_at(surely_fired(patients, checks), 0) if f.level == "stop"]
    if not barred and advice.order is None and not advice.refused:
        barred = [f for f in advice.findings if f.level == "stop"]
    return barred


def _agent(table: Table, patients: Patients, inputs: Mapping[str, Any]) -> Agent:
    seeds = patients.seeds
    findings = list(findings_at(surely_fired(patients, cited(table.checks, table.cite)), 0))
    tables = _by_region(seeds.find(table.drug, table.indication), patients)
    advices = [advice_of(starts(t, patients), 0, inputs) for t in tables]
    refusals = [_refusal(t, a, patients) for t, a in zip(tables, advices, strict=True)]
    # The site's first authority that does not refuse; only when all do is the drug excluded.
    both = zip(advices, refusals, strict=True)
    open_ = [a for a, no in both if not no and (a.order is not None or a.missing)]
    advice = next(iter(open_), advices[0] if advices else None)
    # Reasons of its own are enough: each authority's refusal stands among its doses.
    if advices and all(refusals) and not stopped(findings):
        said = dict.fromkeys(f for several in refusals for f in several)
        findings += [f for f in said if f not in findings][:MOST_REASONS]
    levels = {f.level for f in findings}
    place = "possible"
    for level, name in (("note", "suits"), ("warn", "less suitable"), ("stop", "excluded")):
        if level in levels:
            place = name
    if place == "excluded":  # what speaks for a drug that is excluded would only mislead
        findings = [f for f in findings if f.level != "note"]
    asked = dict.fromkeys(n for c in table.checks for n in names_in(seeds, c.when))
    return Agent(
        drug=table.drug,
        label=seeds.drugs[table.drug].label,
        place=place,
        findings=ordered(findings),
        unanswered=tuple(n for n in asked if _unanswered(patients, n)),
        advice=None if stopped(findings) else advice,
        advices=() if stopped(findings) else tuple(advices),
    )


def _unanswered(patients: Patients, name: str) -> bool:
    refused = patients.is_refused(name)
    return bool(patients.lacks(name)[0]) and not bool(np.any(refused))


# What is asked


def asked_by_table(seeds: Library, table: Table) -> Iterator[str]:
    """The inputs that a table, its checks and its order may use."""
    yield from table.columns
    for said in table.checks:
        yield from names_in(seeds, said.when)
    unit = table.outputs.get("dose", "")
    for name in sizes_of(table):
        rule = seeds.derivations.get(name)
        yield from (name,) if rule is None else rule.parts
    if is_infusion(unit):
        yield strength_name(unit)


def asked_by_order(seeds: Library, place: str) -> Iterator[str]:
    """The inputs that any authority's table for ``drug/indication`` may use."""
    drug, _, indication = place.partition("/")
    for table in (*seeds.find(drug, indication).values(), *safety_checks(seeds, drug, indication)):
        yield from asked_by_table(seeds, table)


def asked_by_pathway(seeds: Library, found: Pathway) -> Iterator[str]:
    """The inputs that any step of a pathway may use."""
    for stage in found.stages:
        yield from asked_by_stage(seeds, stage)


def asked_by_stage(seeds: Library, stage: Stage) -> Iterator[str]:
    """The inputs that one step may use."""
    for name in stage.scores:
        yield from needs_of(seeds, name)
    for table in (*stage.tables, *stage.agents):
        yield from asked_by_table(seeds, seeds.tables[table])
    for place in stage.orders:
        yield from asked_by_order(seeds, place)
    for said in stage.checks:
        yield from names_in(seeds, said.when)
