"""Pathways: a clinical question answered step by step from scores, tables, agents and orders.

Every sentence comes from a seed; this room only asks the others and puts their answers in order.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from dosing.advice.start import VERSION, Advice, advise, derive, needed, outside, tables_of
from dosing.base.findings import Finding, ordered, stopped
from dosing.base.units import show
from dosing.knowledge.library import Library
from dosing.knowledge.scoretypes import Pathway, Stage
from dosing.knowledge.seedtypes import Confirmed, Table
from dosing.lint.proved import proved
from dosing.orders.fixed import size_name
from dosing.orders.infusion import is_infusion, strength_name
from dosing.rules.checks import check_findings, fired, row_findings, safety_checks
from dosing.rules.patients import Patient, check
from dosing.rules.tables import OUTSIDE, grid_of
from dosing.scores.additive import ScoreResult
from dosing.scores.door import needs_of, score_of

MOST_REASONS = 3  # when every authority refuses
PLACES = ("suits", "possible", "less suitable", "excluded")


@attrs.frozen(kw_only=True)
class Guidance:
    """What a table of sentences answers; ``says`` is empty while something is missing."""

    table: str
    title: str
    says: dict[str, Any]
    findings: tuple[Finding, ...]
    missing: tuple[str, ...]
    row: int | None
    cite: str
    confirmed: Confirmed | None

    def __str__(self) -> str:
        lines = [self.title]
        lines += [f"  {_said(name, value)}" for name, value in self.says.items()]
        lines += _finding_lines(self.findings)
        return "\n".join([*lines, f"  source: {self.cite} ({self.confirmed})"])


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
        lines = [f"  by {a.authority}: {a.order}" for a in others]
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
    stages: tuple[StageResult, ...]
    findings: tuple[Finding, ...]
    cite: str
    confirmed: Confirmed | None
    inputs: dict[str, Any]
    missing: tuple[str, ...]
    refused: bool
    seeds: str
    version: str = VERSION

    def to_dict(self) -> dict[str, Any]:
        """The answers as JSON carries them."""
        return attrs.asdict(self)

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
                lines += [f"    by {one.authority}: {_in_short(one)}" for one in others]
        return "\n".join([*lines, "", f"source: {self.cite} ({self.confirmed})"])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        import html

        return f"<pre>{html.escape(str(self))}</pre>"


def _said(name: str, value: Any) -> str:
    """One output of a table: a sentence as it is, a number or a range with its name."""
    if isinstance(value, str):
        return value
    ends = value if isinstance(value, list | tuple) else [value]
    return f"{' to '.join(show(end) for end in ends)} ({name.replace('_pct', ', %')})"


def _finding_lines(findings: tuple[Finding, ...]) -> list[str]:
    return [f"  {f.level}: {f.text}" + (f" [{f.cite}]" if f.cite else "") for f in findings]


def _in_short(advice: Advice) -> str:
    if advice.order is not None:
        return str(advice.order)
    return "no dose; more answers are needed" if advice.missing else "no dose"


def pathway(name: str, **inputs: Any) -> PathwayResult:
    """Walk a pathway with one patient.

    Parameters
    ----------
    name : str
        ``hit``, ``hit-screening``, ``hit-procedures``, ``ivig``, ``plasma-exchange``,
        ``warfarin-start``, ``warfarin-maintenance``, ``doac-switch``, ``heparin-resistance`` or
        ``hlh``.
    **inputs
        By the registry's names. A score that an earlier step works out serves the later ones.

    Returns
    -------
    PathwayResult
        Each step says what it can, and what it still needs.

    Raises
    ------
    ValueError
        For an unknown pathway or input, with what exists.
    """
    seeds = proved()
    if name not in seeds.pathways:
        raise ValueError(f"there is no pathway {name!r}; there are {', '.join(seeds.pathways)}")
    return walk(seeds, seeds.pathways[name], inputs)


def walk(seeds: Library, found: Pathway, inputs: Mapping[str, Any]) -> PathwayResult:
    """As :func:`pathway`, for a pathway at hand."""
    patient, _ = derive(check(inputs))
    stages = []
    for stage in found.stages:
        result, patient = _stage(seeds, stage, patient, inputs)
        stages.append(result)
    findings = list(patient.findings)
    if found.note:
        findings.append(Finding("note", found.note, found.cite))
    return PathwayResult(
        pathway=found.id,
        title=found.title,
        stages=tuple(stages),
        findings=ordered(findings),
        cite=found.cite,
        confirmed=found.confirmed or seeds.confirmed(found.cite),
        inputs=dict(inputs),
        missing=tuple(dict.fromkeys(n for s in stages for n in s.missing)),
        refused=patient.stopped or not any(s.answered for s in stages),
        seeds=seeds.digest,
    )


def _stage(
    seeds: Library, stage: Stage, patient: Patient, inputs: Mapping[str, Any]
) -> tuple[StageResult, Patient]:
    scores = []
    for name in stage.scores:
        one = score_of(seeds, name, patient, inputs)
        own = set(patient.findings)  # the pathway says once what is wrong with an input
        scores.append(attrs.evolve(one, findings=tuple(f for f in one.findings if f not in own)))
        patient = _with_total(seeds, name, one, patient)
    said = ordered(fired([(c, stage.cite) for c in stage.checks], patient))
    orders = []
    for place in stage.orders:
        drug, _, indication = place.partition("/")
        tables = _by_region(tables_of(seeds, drug, indication), patient)
        several = (advise(seeds, t, _all(patient, inputs)) for t in tables)
        orders.append(tuple(_in_stage(one, said) for one in several))
    result = StageResult(
        title=stage.title,
        note=stage.note,
        cite=stage.cite,
        scores=tuple(scores),
        guidance=tuple(guidance(seeds, seeds.tables[i], patient) for i in stage.tables),
        agents=rank(seeds, [seeds.tables[i] for i in stage.agents], patient, inputs),
        orders=tuple(orders),
        findings=said,
    )
    return result, patient


def _in_stage(advice: Advice, said: tuple[Finding, ...]) -> Advice:
    """The advice without its order where the step's own checks stop.

    What it leaves unused serves other steps, so it is not said.
    """
    advice = attrs.evolve(advice, unused=())
    stops = [f for f in said if f.stops]
    if not stops or advice.order is None:
        return advice
    return attrs.evolve(advice, order=None, trace=(), findings=ordered([*stops, *advice.findings]))


def _with_total(seeds: Library, name: str, one: ScoreResult, patient: Patient) -> Patient:
    """The patient with the total of a score, where a quantity stands for it."""
    gives = seeds.scores[name].gives if name in seeds.scores else ""
    if not gives or one.value is None or patient.get(gives) is not None:
        return patient
    return patient.having(**{gives: float(one.value)})


def guidance(seeds: Library, table: Table, patient: Patient) -> Guidance:
    """What a table of sentences says to a patient."""
    grid = grid_of(table)
    given = patient.known(table.columns)
    at = int(grid.rows_for(given))
    row = table.rows[at] if at >= 0 else None
    missing = [] if at >= 0 else [n for n in grid.needed(given) if n not in patient.refused]
    findings = outside(grid, given) if at == OUTSIDE else []
    cite = table.cite
    if row is not None:
        cite = row.cite or table.cite
        findings += row_findings(row, cite)
    findings += check_findings(seeds, table, patient)
    findings += [needed(seeds, name) for name in missing]
    if table.note:
        findings.append(Finding("note", table.note, table.cite))
    blocked = row is None or patient.stopped or stopped(findings)
    return Guidance(
        table=table.id,
        title=table.title,
        says={} if blocked or row is None or row.then is None else row.then.given(),
        findings=ordered(findings),
        missing=tuple(missing),
        row=None if row is None else at + 1,
        cite=cite,
        confirmed=(row.confirmed if row else None) or table.confirmed or seeds.confirmed(cite),
    )


def _all(patient: Patient, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """What is known of a patient, and what was refused, so that an order is refused for it too."""
    return {**patient.values, **{n: inputs[n] for n in patient.refused if n in inputs}}


def _by_region(tables: Mapping[str, Table], patient: Patient) -> list[Table]:
    """Tables in the site's order, the label of the patient's region first."""
    region = str(patient.get("region") or "").lower()
    return sorted(
        tables.values(), key=lambda t: not (region and t.authority.startswith(f"{region}-"))
    )


def rank(
    seeds: Library, tables: list[Table], patient: Patient, inputs: Mapping[str, Any] | None = None
) -> tuple[Agent, ...]:
    """Agents from the most to the least suitable, each with its reasons.

    Excluded ones come last; then fewer warnings come first, then more reasons for; then the order
    of the pathway.
    """
    agents = [_agent(seeds, table, patient, inputs or {}) for table in tables]
    return tuple(sorted(agents, key=_rank))


def _rank(agent: Agent) -> tuple[int, int, int]:
    levels = [f.level for f in agent.findings]
    return PLACES.index(agent.place), levels.count("warn"), -levels.count("note")


def _refusal(seeds: Library, table: Table, advice: Advice, patient: Patient) -> list[Finding]:
    """Why one authority gives no dose; empty while it may. What bars the drug bars it whatever
    else is still unanswered.
    """
    barred = [f for f in check_findings(seeds, table, patient) if f.level == "stop"]
    if not barred and advice.order is None and not advice.refused:
        barred = [f for f in advice.findings if f.level == "stop"]
    return barred


def _agent(seeds: Library, table: Table, patient: Patient, inputs: Mapping[str, Any]) -> Agent:
    findings = fired([(c, table.cite) for c in table.checks], patient)
    tables = _by_region(seeds.find(table.drug, table.indication), patient)
    advices = [advise(seeds, t, _all(patient, inputs)) for t in tables]
    refusals = [_refusal(seeds, t, a, patient) for t, a in zip(tables, advices, strict=True)]
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
    asked = dict.fromkeys(n for c in table.checks for n in c.when)
    return Agent(
        drug=table.drug,
        label=seeds.drugs[table.drug].label,
        place=place,
        findings=ordered(findings),
        unanswered=tuple(n for n in asked if patient.get(n) is None and n not in patient.refused),
        advice=None if stopped(findings) else advice,
        advices=() if stopped(findings) else tuple(advices),
    )


# What is asked


def asked_by_table(seeds: Library, table: Table) -> Iterator[str]:
    """The inputs that a table, its checks and its order may use."""
    yield from table.columns
    for said in table.checks:
        yield from said.when
    unit = table.outputs.get("dose", "")
    if is_infusion(unit):
        yield from ("weight_kg", strength_name(unit))
    elif size_name(unit) == "bsa_m2":
        yield from ("height_cm", "weight_kg")
    elif size_name(unit):
        yield size_name(unit)


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
        yield from said.when
