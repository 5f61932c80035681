"""Additive scores from their seed files: points, total, band, and what is still unanswered."""

from collections.abc import Iterable, Mapping
from typing import Any

import attrs
import numpy as np

from dosing.base.findings import STOPPING, Finding, ordered
from dosing.base.interval import Interval
from dosing.base.units import show
from dosing.equations import renal
from dosing.knowledge.library import Library, load
from dosing.knowledge.scoretypes import Band, Score, ScoreItem
from dosing.knowledge.seedtypes import Conditions, Confirmed
from dosing.knowledge.sentences import say
from dosing.rules.patients import Patient, check, meets, value_meets
from dosing.rules.tables import class_codes, compile_grid, options_of
from dosing.scores.sizes import derive_sizes, parts_missing


@attrs.frozen(kw_only=True)
class ScoreResult:
    """A score or equation with its components; ``value`` is None while an input is missing."""

    score: str
    title: str
    value: float | None
    unit: str = ""
    band: str = ""
    components: dict[str, Any]
    findings: tuple[Finding, ...]
    cite: str
    confirmed: Confirmed | None
    inputs: dict[str, Any]
    missing: tuple[str, ...]
    unused: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The result as JSON carries it."""
        return attrs.asdict(self)

    def __str__(self) -> str:
        lines = [self.title]
        if self.value is None:
            lines.append("  no result")
        else:
            band = f" ({self.band})" if self.band else ""
            lines.append(f"  {show(self.value, 3)} {self.unit}".rstrip() + band)
        lines += [
            f"    {name}: {show(v, 3) if isinstance(v, float | int) else v}"
            for name, v in self.components.items()
        ]
        lines += [
            f"  {f.level}: {f.text}" + (f" [{f.cite}]" if f.cite else "") for f in self.findings
        ]
        return "\n".join([*lines, f"  source: {self.cite} ({self.confirmed})"])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        import html

        return f"<pre>{html.escape(str(self))}</pre>"


def additive(
    found: Score, patient: Patient, inputs: Mapping[str, Any], seeds: Library
) -> ScoreResult:
    """Add up a score for one patient.

    No total stands while an item is unanswered or two answers contradict each other.
    """
    points: dict[str, int] = {}
    worth_of: dict[str, int] = {}
    missing: list[str] = []
    used: set[str] = set()
    for item in (chosen(item, found, patient) for item in found.items):
        worth, names, lacking = points_of(item, patient)
        used |= names
        if worth is None:
            missing += lacking
        else:
            points[item.label] = worth_of[item.name] = worth
    used |= {v.quantity for v in found.variants.values() if patient.get(v.quantity) is not None}
    used |= {n for c in found.checks for n in c.when}
    missing = [n for n in parts_missing(missing, patient) if n not in patient.refused]
    total = None if missing or patient.stopped else sum(points.values())
    contradicted = any(c.level in STOPPING and meets(patient, c.when) for c in found.checks)
    if len(points) < len(found.items) or contradicted:
        total = None
    bands = () if total is None else bands_of(found, total, worth_of)
    findings = [*patient.findings, *missing_findings(missing)]
    findings += _said(found, patient, bands)
    components: dict[str, Any] = dict(points)
    if total is not None and found.reading is not None:
        components[found.reading.label] = read(found.reading.rows, total)
        if found.reading.note:
            findings.append(Finding("note", found.reading.note, found.reading.cite or found.cite))
    return ScoreResult(
        score=found.id,
        title=found.title,
        value=total,
        unit=found.unit,
        band=bands[0].band if bands else "",
        components=components,
        findings=ordered(findings),
        cite=found.cite,
        confirmed=found.confirmed or seeds.confirmed(found.cite),
        inputs=dict(inputs),
        missing=tuple(missing),
        unused=tuple(n for n in patient.values if not _same_quantity(n, used, seeds)),
    )


def _same_quantity(name: str, used: set[str], seeds: Library) -> bool:
    return name in used or seeds.names[name] in {seeds.names.get(n, n) for n in used}


def _said(found: Score, patient: Patient, bands: Iterable[Band]) -> list[Finding]:
    said = [Finding("note", b.says, b.cite or found.cite) for b in bands if b.says]
    said += [
        Finding("note", v.note, v.cite or found.cite)
        for v in found.variants.values()
        if v.note and patient.get(v.quantity) == v.answer
    ]
    for rule in found.checks:
        if meets(patient, rule.when):
            said.append(Finding(rule.level, rule.text, rule.cite or found.cite))
    if found.note:
        said.append(Finding("note", found.note, found.cite))
    return said


def missing_findings(missing: Iterable[str]) -> list[Finding]:
    """One sentence for each input that is needed."""
    seeds = load()
    return [
        say("input-needed", label=seeds.quantities[seeds.names[name]].label) for name in missing
    ]


def bands_of(found: Score, total: float, worth_of: Mapping[str, int]) -> tuple[Band, ...]:
    """The bands that hold for a total, where each item earned what ``worth_of`` says."""
    return tuple(
        band
        for band in found.bands
        if total in Interval.parse(band.when)
        and (
            not band.items
            or sum(worth_of[name] for name in band.items) in Interval.parse(band.points)
        )
    )


def read(rows: tuple[tuple[float, str], ...], total: float) -> str:
    """What a printed table says of a total; between two lines, both.

    Examples
    --------
    >>> read(((90, "<1"), (100, "1")), 95), read(((90, "<1"), (100, "1")), 100)
    ('between <1 and 1', '1')
    """
    below = [text for at, text in rows if at <= total]
    exact = [text for at, text in rows if at == total]
    above = [text for at, text in rows if at > total]
    if exact or not above:
        return (exact or below)[-1]
    return f"between {below[-1]} and {above[0]}" if below else above[0]


def chosen(item: ScoreItem, found: Score, patient: Patient) -> ScoreItem:
    """The item, or its variant when the patient's answers choose one."""
    for variant in found.variants.values():
        if variant.replaces == item.name and patient.get(variant.quantity) == variant.answer:
            kinds = {k: getattr(variant, k) for k in ("units", "classes", "count", "rows")}
            given = {k: v for k, v in kinds.items() if v}
            if variant.points:
                given["points"] = variant.points
            return attrs.evolve(item, **given)
    return item


def points_of(item: ScoreItem, patient: Patient) -> tuple[int | None, set[str], list[str]]:
    """The points of one item, the names that it used, and what it lacks when there are none."""
    if item.count:
        return _counted(item, patient)
    if item.rows:
        return _decided(item, patient)
    name = _item_name(item, patient)
    if name is None:
        return None, set(), [_asked_first(item)]
    if name in item.units:
        value = patient.number(name)
        assert value is not None
        rows = item.units[name]
        return next(p for text, p in rows if value in Interval.parse(text)), {name}, []
    worth = item.classes["points"].get(patient.get(name))
    return (None, {name}, [next(iter(item.units), name)]) if worth is None else (worth, {name}, [])


def _asked_first(item: ScoreItem) -> str:
    """What to ask for: the question where each of its answers earns points, else the number."""
    quantity = str(item.classes.get("quantity", ""))
    if quantity and {*item.classes["points"]} >= {*options_of(load().quantities[quantity])}:
        return quantity
    return next(iter(item.units), quantity)


def _item_name(item: ScoreItem, patient: Patient) -> str | None:
    """Under which name an item was given: points are read in that unit, as printed."""
    for name in item.units:
        if name in patient.values:
            return name
    for name in item.units:
        if patient.get(name) is not None:
            return name
    quantity = str(item.classes.get("quantity", ""))
    return quantity if quantity and patient.get(quantity) is not None else None


def _counted(item: ScoreItem, patient: Patient) -> tuple[int | None, set[str], list[str]]:
    met, unknown, used = 0, [], set()
    for finding in item.count:
        name = next((n for n in finding if n in patient.values), None) or next(
            (n for n in finding if patient.get(n) is not None), None
        )
        if name is None:
            unknown.append(next(iter(finding)))
            continue
        used.add(name)
        met += value_meets(patient.get(name), finding[name])
    possible = {_worth(item, n) for n in range(met, met + len(unknown) + 1)}
    if len(possible) > 1:
        return None, used, unknown
    return possible.pop(), used, []


def _worth(item: ScoreItem, number: int) -> int:
    return next(points for text, points in item.points if number in Interval.parse(text))


@attrs.frozen
class _Ruled:
    """An item as the tables room compiles it."""

    id: str
    columns: Any
    rows: Any
    counts: dict[str, Conditions] = attrs.field(factory=dict)


def grid_of_item(item: ScoreItem) -> Any:
    """The decision table of an item, compiled."""
    return compile_grid(_Ruled(item.name, item.columns, item.rows))


def _decided(item: ScoreItem, patient: Patient) -> tuple[int | None, set[str], list[str]]:
    grid = grid_of_item(item)
    given = patient.known(item.columns)
    at = int(grid.rows_for(given))
    if at < 0:
        return None, set(given), grid.needed(given) or [next(iter(item.columns))]
    return item.rows[at].points, set(given), []


def child_pugh_class(patient: Patient) -> tuple[str, int] | None:
    """Class and total from the five components of one patient; None while one is missing."""
    result = additive(load().scores["child-pugh"], patient, {}, load())
    return (result.band, int(result.value)) if result.value is not None else None


def four_ts_total(patient: Patient) -> float | None:
    """The 4Ts score of one patient from its items; None while one is missing."""
    if patient.get("other_cause") is None:  # always asked: without it the sum is not begun
        return None
    return additive(load().scores["4ts"], patient, {}, load()).value


def four_ts_items(seeds: Library) -> set[str]:
    """The quantities that the 4Ts score asks for."""
    items = seeds.scores["4ts"].items
    asked = {seeds.names[n] for item in items for n in item.columns}
    asked |= {str(item.classes["quantity"]) for item in items if item.classes}
    return asked | {"platelets_peak"}


def four_ts_totals(columns: Mapping[str, Any], size: int) -> Any:
    """The 4Ts score of each patient of a cohort, NaN where an item is missing; None without items.

    Parameters
    ----------
    columns : mapping
        Arrays by the registry's names.
    size : int
    """
    seeds = load()
    asked = four_ts_items(seeds)
    named = [n for n in columns if seeds.names[n] in asked]
    if "other_cause" not in named:
        return None
    totals = np.full(size, np.nan)
    for i, answers in enumerate(zip(*(columns[n] for n in named), strict=True)):
        patient = derive_sizes(check(dict(zip(named, answers, strict=True))))
        total = four_ts_total(patient)
        totals[i] = np.nan if total is None else total
    return totals


def child_pugh_classes(columns: Mapping[str, Any], size: int) -> Any:
    """The class of each patient of a cohort; None where a component is missing.

    Parameters
    ----------
    columns : mapping
        Arrays by the registry's names, each component in one of its units.
    size : int
    """
    found = load().scores["child-pugh"]
    total = np.zeros(size)
    for item in found.items:
        names = [*item.units] or [str(item.classes["quantity"])]
        name = next((n for n in names if n in columns), None)
        if name is None:
            return np.full(size, None, dtype=object)
        total += _column_points(item, found, columns, name)
    classes = np.full(size, None, dtype=object)
    for band in found.bands:
        classes[Interval.parse(band.when).holds(total)] = band.band
    return classes


def _column_points(item: ScoreItem, found: Score, columns: Mapping[str, Any], name: str) -> Any:
    if item.classes:
        quantity = load().quantities[load().names[name]]
        options = options_of(quantity)
        worth = np.array([item.classes["points"][o] for o in options] + [np.nan])
        return worth[class_codes(columns[name], quantity)]
    values = np.asarray(columns[name], dtype=float)
    points = _by_rows(values, item.units[name])
    for variant in found.variants.values():
        if variant.units and variant.replaces == item.name and variant.quantity in columns:
            quantity = load().quantities[variant.quantity]
            chosen = class_codes(columns[variant.quantity], quantity) == 1
            points = np.where(chosen, _by_rows(values, variant.units[name]), points)
    return points


def _by_rows(values: Any, rows: tuple[tuple[str, int], ...]) -> Any:
    points = np.full(values.shape, np.nan)
    for interval, worth in rows:
        points[Interval.parse(interval).holds(values)] = worth
    return points


def clearance_by(patient: Patient, rule: str) -> renal.Clearance | None:
    values = {
        n: patient.get(n) for n in ("age_y", "weight_kg", "creatinine_mg_dl", "sex", "height_cm")
    }
    needs = {"height_cm"} if rule == "ideal" else {"weight_kg"}
    needs |= {"height_cm"} if rule in ("adjusted", "lean", "actual_below_ideal") else set()
    if any(values[n] is None for n in {"age_y", "creatinine_mg_dl", "sex", *needs}):
        return None
    return renal.crcl(
        rule,  # type: ignore[arg-type]
        values["age_y"],
        values["weight_kg"],
        values["creatinine_mg_dl"],
        values["sex"],
        values["height_cm"],
    )


def clearance(patient: Patient) -> tuple[float, str] | None:
    """Creatinine clearance by the site's weight rule, and how it was reckoned, in a sentence."""
    rule = load().site.crcl_weight
    found = clearance_by(patient, rule)
    if found is None or np.isnan(found.crcl_ml_min):
        return None
    value = round(float(found.crcl_ml_min), 3)
    return value, (
        f"creatinine clearance {show(value, 1)} mL/min by Cockcroft-Gault from the"
        f" {found.weight_used} weight, {show(found.weight_kg, 1)} kg"
    )
