"""Every score and equation of the house behind one door, for one patient or many."""

from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np

from dosing.base.fill import fill
from dosing.base.fill import names_in as names_of
from dosing.base.findings import STOPPING
from dosing.equations import renal
from dosing.knowledge.library import Library
from dosing.knowledge.scoretypes import Equation, Score
from dosing.rules.additive import read, totals
from dosing.rules.asked import names_asked, with_parts
from dosing.rules.columns import Patients
from dosing.rules.conditions import meets, names_in
from dosing.rules.decide import IMPOSSIBLE, MISSING, OK, STATUSES, STOP, settled
from dosing.rules.offscale import certain
from dosing.rules.remarks import Remark, anyone, findings_at, remark, withheld
from dosing.scoring import drugs, organs, warfarin
from dosing.scoring.parts import Array, Calculation, Parts, parts_at, plain
from dosing.scoring.result import ScoreResult

CALCULATIONS: dict[str, Calculation] = (
    organs.CALCULATIONS | drugs.CALCULATIONS | warfarin.CALCULATIONS
)
DIGITS = 4
OWN = "none"  # the cite of a remark of the calculator's own


@attrs.frozen(eq=False)
class Scores:
    """A score or an equation of many patients.

    ``value`` is NaN unless the status is ``ok``. ``parts`` are the points by item, or the parts of
    the equation; ``asked`` says, in the order of the questions, which input is asked of whom;
    ``band`` holds positions among ``bands``, -1 where there is none. ``beside`` are those of the
    remarks that stand only beside an answer.
    """

    name: str
    seed: Score | Equation
    patients: Patients
    status: Array
    value: Array
    parts: Parts
    asked: tuple[tuple[str, Array], ...]
    remarks: tuple[Remark, ...]
    beside: frozenset[Remark] = frozenset()
    band: Array | None = None
    bands: tuple[str, ...] = ()
    used: frozenset[str] = frozenset()

    @property
    def missing(self) -> dict[str, Array]:
        """Who lacks which input."""
        found: dict[str, Array] = {}
        for name, where in self.asked:
            found[name] = found[name] | where if name in found else where
        return found

    def numbers(self) -> dict[str, Array]:
        """The value of each patient, NaN for whom there is none."""
        blank = self.status != OK
        return {"value": np.where(blank, np.nan, self.value) if blank.any() else self.value}


def scores(seeds: Library, name: str, patients: Patients, weight_rule: str | None = None) -> Scores:
    """Work out a score or an equation for many patients.

    Parameters
    ----------
    seeds : Library
    name : str
        For example ``child-pugh``, ``4ts``, ``hscore``, ``meld-3`` or ``plasma-volume``.
    patients : Patients
        With what follows from what was given.
    weight_rule : str, optional
        For ``cockcroft-gault``: which weight; default the site's choice.

    Raises
    ------
    ValueError
        For an unknown score or weight rule, with what exists.
    """
    if name not in seeds.scores and name not in seeds.equations:
        raise ValueError(f"there is no score {name!r}; there are {', '.join(names(seeds))}")
    if weight_rule is not None and weight_rule not in renal.WEIGHT_RULES:
        known = ", ".join(renal.WEIGHT_RULES)
        raise ValueError(f"there is no weight rule {weight_rule!r}; there are {known}")
    rule = weight_rule or seeds.site.crcl_weight

    asked = names_asked(seeds, needs_of(seeds, name)) if patients.beyond else set()

    def one(some: Patients) -> Scores:
        if name in seeds.scores:
            return _additive(seeds.scores[name], some)
        return _equation(seeds.equations[name], rule, some)

    def answer(some: Patients) -> Scores:
        return certain(one, some, asked, _asking)

    found = settled(answer, patients, _changed)
    return _quiet(found) if patients.conflicts else found


def _changed(found: Scores, **changes: Any) -> Scores:
    return attrs.evolve(found, **changes)


def _asking(found: Scores, needs: dict[str, Array], remarks: tuple[Remark, ...]) -> Scores:
    """The scores without those that depend on a number which was given only as a bound."""
    lost = np.any([*needs.values()], axis=0)
    said = (
        attrs.evolve(r, where=~lost & r.where) if r in found.beside else r for r in found.remarks
    )
    return attrs.evolve(
        found,
        status=np.where(lost, MISSING, found.status).astype(np.int8),
        value=np.where(lost, np.nan, found.value),
        asked=(*((n, w) for n, w in needs.items() if w.any()), *found.asked),
        remarks=(*remarks, *said),
    )


def _quiet(found: Scores) -> Scores:
    """Nothing is said of a value that a contradiction withholds."""
    stands = found.status != IMPOSSIBLE
    remarks = (
        attrs.evolve(r, where=stands & r.where) if r in found.beside else r for r in found.remarks
    )
    value = np.where(stands, found.value, np.nan)
    return attrs.evolve(
        found, status=found.status.astype(np.int8), value=value, remarks=tuple(remarks)
    )


def names(seeds: Library) -> tuple[str, ...]:
    """The scores and equations that exist."""
    return tuple(sorted([*seeds.scores, *seeds.equations]))


def needs_of(seeds: Library, name: str) -> tuple[str, ...]:
    """The inputs that a score or equation may ask for, under one of their names each."""
    if name in seeds.equations:
        equation = seeds.equations[name]
        return (*equation.needs, *equation.any_of, *equation.may)
    found = seeds.scores[name]
    asked: list[str] = []
    for item in found.items:
        asked += [next(iter(item.units))] if item.units else []
        asked += [item.classes.quantity] if item.classes else []
        asked += [next(iter(finding)) for finding in item.count]
        asked += [*item.columns]
    asked += [variant.quantity for variant in found.variants.values()]
    asked += [name for said in found.checks for name in names_in(seeds, said.when)]
    return tuple(dict.fromkeys(asked))


def _additive(score: Score, patients: Patients) -> Scores:
    found = totals(score, patients)
    status = np.zeros(patients.size, dtype=np.int8)
    status[np.isnan(found.value)] = MISSING
    status[withheld(found.remarks, "stop", patients.size)] = STOP
    status[patients.impossible] = IMPOSSIBLE
    return Scores(
        name=score.id,
        seed=score,
        patients=patients,
        status=status,
        value=found.value,
        parts=dict(found.points),
        asked=found.asked,
        remarks=(*patients.remarks, *found.remarks),
        beside=found.beside,
        band=found.band,
        bands=tuple(band.band for band in score.bands),
        used=found.used,
    )


def _equation(equation: Equation, rule: str, patients: Patients) -> Scores:
    asked, lacking = _asked(equation, rule, patients)
    ready = ~patients.impossible
    for _, where in asked:
        ready = ready & ~where
    parts: Parts = {}
    value, said = np.full(patients.size, np.nan), []
    if ready.any():
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            parts = CALCULATIONS[equation.id](patients, rule)
        values = plain(parts)
        said = _said(equation, patients, values, ready)
        value = np.broadcast_to(np.asarray(values.get("value", np.nan), dtype=float), ready.shape)
        nothing = ready & np.isnan(value)
        for one in said:
            if one.level in STOPPING:
                nothing = nothing & ~np.asarray(one.where)
        if nothing.any():
            said.append(remark(patients.seeds, "nothing-follows", nothing, equation.cite))
        if equation.note:
            said.append(Remark("note", equation.note, equation.cite, ready))
    stops = np.zeros(patients.size, dtype=bool)
    for one in said:
        if one.level in STOPPING:
            stops |= one.where
    status = np.where(ready, np.where(stops, STOP, OK), MISSING).astype(np.int8)
    status[patients.impossible] = IMPOSSIBLE
    return Scores(
        name=equation.id,
        seed=equation,
        patients=patients,
        status=status,
        value=rounded(np.where(status == OK, value, np.nan)),
        parts=parts,
        asked=tuple(asked),
        remarks=(*patients.remarks, *lacking, *said),
        beside=frozenset(r for r in said if r.level == "note"),
    )


def _asked(
    equation: Equation, rule: str, patients: Patients
) -> tuple[list[tuple[str, Array]], list[Remark]]:
    """Which input is asked of whom, and the sentences that ask."""
    seeds = patients.seeds
    asked: list[tuple[str, Array]] = []
    wanted: list[tuple[str, Array | bool]] = [(name, True) for name in equation.needs]
    for need in equation.needs_if:
        where = meets(patients, need.when, {"weight_rule": rule})
        wanted += [(name, where) for name in need.needs]
    for name, where in wanted:
        lacking = where & _not_answered(patients, name)
        if lacking.any():
            asked.append((name, lacking))
    said = [
        remark(seeds, "input-needed", where, label=_label(seeds, name)) for name, where in asked
    ]
    if equation.any_of:
        none = np.ones(patients.size, dtype=bool)
        for name in equation.any_of:
            none &= _not_answered(patients, name)
        if none.any():
            labels = ", ".join(_label(seeds, name) for name in equation.any_of)
            asked += [(name, none) for name in equation.any_of]
            said.append(remark(seeds, "one-of-needed", none, labels=labels))
    return asked, said


def _not_answered(patients: Patients, name: str) -> Array:
    """Who gave nothing; what was refused is wrong, not missing."""
    open_: Array = patients.lacks(name) & ~np.asarray(patients.is_refused(name))
    return open_


def _label(seeds: Library, name: str) -> str:
    return seeds.quantities[seeds.names[name]].label


def _said(
    equation: Equation, patients: Patients, values: Mapping[str, Any], ready: Array
) -> list[Remark]:
    """What the checks say to whom, with the inputs and parts that they name."""
    said = []
    for one in equation.checks:
        where = meets(patients, one.when, values)
        if anyone(where) and (ready & where).any():
            cite = "" if one.cite == OWN else one.cite or equation.cite
            named = {n: _values(patients, values, n) for n in names_of(one.text)}
            said.append(Remark(one.level, one.text, cite, ready & where, named))
    return said


def _values(patients: Patients, values: Mapping[str, Any], name: str) -> Any:
    """A part, or an input, of each patient."""
    if name in values or name not in patients.seeds.names:
        return values.get(name)
    quantity = patients.seeds.quantities[patients.seeds.names[name]]
    return patients.numbers(name) if quantity.kind == "number" else patients.words(name)


def rounded(values: Array) -> Array:
    """To four places, as Python rounds: an array would take halves that only seem to be some.

    Examples
    --------
    >>> rounded(np.array([2.66175, 0.00005, np.nan])).tolist()
    [2.6618, 0.0001, nan]
    """
    found = np.round(values, DIGITS)
    scaled = np.abs(values) * 10**DIGITS
    halves = np.abs(scaled - np.floor(scaled) - 0.5) < 1e-14 * np.maximum(scaled, 1)
    for i in np.flatnonzero(halves):
        found[i] = round(float(values[i]), DIGITS)
    return found


def score_of(found: Scores, i: int, inputs: Mapping[str, Any]) -> ScoreResult:
    """The result of one of the patients, in full."""
    seed, status = found.seed, STATUSES[int(found.status[i])]
    value = float(found.value[i]) if status == "ok" else None
    one = found.patients
    if one.size > 1:
        one = one.take(np.array([i]))
    unused: tuple[str, ...] = ()
    if isinstance(seed, Score):
        value = None if value is None else int(value)
        components = _points(found, seed, i, value)
        unused = _unused(found, seed, one)
    else:
        components = _shown(found, seed, i, one)
    at = -1 if found.band is None or value is None else int(found.band[i])
    return ScoreResult(
        score=seed.id,
        title=seed.title,
        status=status,
        value=value,
        unit=seed.unit,
        band=found.bands[at] if at >= 0 else "",
        components=components,
        findings=findings_at(found.remarks, i),
        cite=seed.cite,
        confirmed=seed.confirmed or one.seeds.confirmed(seed.cite),
        inputs=dict(inputs),
        missing=tuple(dict.fromkeys(name for name, where in found.asked if where[i])),
        unused=unused,
    )


def _points(found: Scores, score: Score, i: int, value: float | None) -> dict[str, Any]:
    """The points of each item that is answered, and what a printed table makes of their sum."""
    points: dict[str, Any] = {}
    for item in score.items:
        worth = found.parts[item.name][i]
        if worth == worth:
            points[item.label] = int(worth)
    if value is not None and score.reading is not None:
        points[score.reading.label] = read(score.reading.rows, value)
    return points


def _unused(found: Scores, score: Score, one: Patients) -> tuple[str, ...]:
    """What was given to no avail: neither an item, nor a variant, nor a check used it."""
    seeds = one.seeds
    used = found.used if found.patients.size == 1 else totals(score, one).used
    asked = {seeds.names[n] for n in with_parts(seeds, used) if n in seeds.names}
    return tuple(n for n in one.given if seeds.names[n] not in asked and not one.lacks(n)[0])


def _shown(found: Scores, equation: Equation, i: int, one: Patients) -> dict[str, Any]:
    """The parts of one patient under their labels, then the questions, answered."""
    if found.status[i] not in (OK, STOP) or not found.parts:
        return {}
    parts = parts_at(found.parts, i)
    if not parts:
        return {}

    def value(name: str) -> Any:
        if name in parts or name not in one.seeds.names:
            return parts.get(name)
        return None if one.lacks(name)[0] else _values(one, {}, name)[0]

    shown: dict[str, Any] = {}
    for name, label in equation.shown.items():
        part = value(name)
        if part is None and name in parts:
            part = equation.nothing or None
        if part is not None:
            words = fill(label, {n: value(n) for n in names_of(label)})
            shown[words] = part if isinstance(part, str) else round(float(part), DIGITS)
    for question, when in equation.flags.items():
        if all(value(name) is not None for name in when):
            shown[question] = "yes" if np.all(meets(one, when, parts)) else "no"
    return shown
