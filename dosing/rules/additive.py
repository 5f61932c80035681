"""Additive scores of many patients: points, total, band, and what is still unanswered."""

import functools
from collections.abc import Iterable, Mapping
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from dosing.base.findings import STOPPING
from dosing.knowledge.library import Library
from dosing.knowledge.scoretypes import Band, ClassPoints, Score, ScoreItem, Variant
from dosing.knowledge.seedtypes import Check, Conditions
from dosing.rules.columns import Patients
from dosing.rules.conditions import interval, meets, names_in, parts_of
from dosing.rules.read import options_of
from dosing.rules.remarks import Remark, anyone, remark
from dosing.rules.tables import Grid, compile_grid

Array = npt.NDArray[Any]
Masks = dict[str, Array]


@attrs.frozen(eq=False)
class Points:
    """What one item earns: NaN where it is unanswered, and which inputs it lacks there."""

    worth: Array
    lacking: Masks
    used: frozenset[str]


@attrs.frozen(eq=False)
class Totals:
    """An additive score of many patients.

    ``value`` is NaN where an item is unanswered or two answers contradict each other. ``points``
    are by item; ``asked`` says, in the order of the items, which input is asked of whom; ``band``
    holds the position of the first band that holds, -1 where none does; ``beside`` are those of
    the remarks that only stand beside a value.
    """

    score: Score
    value: Array
    points: dict[str, Array]
    band: Array
    asked: tuple[tuple[str, Array], ...]
    used: frozenset[str]
    remarks: tuple[Remark, ...]
    beside: frozenset[Remark]

    @property
    def missing(self) -> Masks:
        """Who lacks which input."""
        found: Masks = {}
        for name, where in self.asked:
            found[name] = found[name] | where if name in found else where
        return found


def totals(score: Score, patients: Patients) -> Totals:
    """Add up a score for each patient."""
    seeds = patients.seeds
    points: dict[str, Array] = {}
    asked: list[tuple[str, Array]] = []
    used: set[str] = set()
    for item in score.items:
        earned = _earned(score, item, patients)
        points[item.name] = earned.worth
        used |= earned.used
        for name, where in earned.lacking.items():
            asked += _asked(patients, name, where)
    used |= {v.quantity for v in score.variants.values() if patients.get(v.quantity) is not None}
    used |= {n for c in score.checks for n in names_in(seeds, c.when)}
    total = np.zeros(patients.size)
    for worth in points.values():
        total = total + worth
    total[patients.impossible] = np.nan
    held: list[tuple[Check, Any]] = [(c, meets(patients, c.when)) for c in score.checks]
    held = [(c, where) for c, where in held if anyone(where)]
    for said, where in held:
        if said.level in STOPPING:
            total = np.where(where, np.nan, total)
    band, holding = _bands(score, total, points)
    bands, reading = _of_bands(score, holding), _of_reading(score, total)
    remarks = [remark(seeds, "input-needed", w, label=_label(patients, n)) for n, w in asked]
    remarks += bands
    remarks += _variant_notes(score, patients)
    remarks += [Remark(c.level, c.text, c.cite or score.cite, where) for c, where in held]
    if score.note:
        remarks.append(Remark("note", score.note, score.cite))
    remarks += reading
    return Totals(
        score, total, points, band, tuple(asked), frozenset(used), tuple(remarks),
        frozenset([*bands, *reading]),
    )  # fmt: skip


def _of_bands(score: Score, holding: Iterable[Array]) -> list[Remark]:
    return [
        Remark("note", band.says, band.cite or score.cite, where)
        for band, where in zip(score.bands, holding, strict=True)
        if band.says
    ]


def _of_reading(score: Score, total: Array) -> list[Remark]:
    found = score.reading
    if found is None or not found.note:
        return []
    return [Remark("note", found.note, found.cite or score.cite, ~np.isnan(total))]


def _label(patients: Patients, name: str) -> str:
    return patients.seeds.quantities[patients.seeds.names[name]].label


def _asked(patients: Patients, name: str, where: Array) -> Iterable[tuple[str, Array]]:
    """The parts to ask for in place of what is worked out from them, save what was refused."""
    rule = patients.seeds.derivations.get(name)
    parts = rule.parts if rule is not None and rule.ask_parts else ()
    rest = where
    for part in parts:
        lacking = where & patients.lacks(part)
        rest = rest & ~lacking
        yield from _of_some(patients, part, lacking)
    yield from _of_some(patients, name, rest)


def _of_some(patients: Patients, name: str, where: Array) -> Iterable[tuple[str, Array]]:
    where = where & ~np.asarray(patients.is_refused(name))
    if where.any():
        yield name, where


def _variant_notes(score: Score, patients: Patients) -> Iterable[Remark]:
    for variant in score.variants.values():
        if variant.note:
            where = meets(patients, {variant.quantity: variant.answer})
            if where is not False:
                yield Remark("note", variant.note, variant.cite or score.cite, where)


def _earned(score: Score, item: ScoreItem, patients: Patients) -> Points:
    """The points of an item, by its variant where the answers choose one."""
    base = points_of(item, patients)
    worth, lacking, used = base.worth, dict(base.lacking), base.used
    for variant in score.variants.values():
        if variant.replaces != item.name:
            continue
        where = meets(patients, {variant.quantity: variant.answer})
        if not anyone(where):
            continue
        other = points_of(_chosen(patients.seeds, item, variant), patients)
        worth = np.where(where, other.worth, worth)
        if np.all(where):
            used = frozenset()
        lacking = {n: w & ~np.asarray(where) for n, w in lacking.items()}
        for name, mask in other.lacking.items():
            lacking[name] = lacking.get(name, False) | (mask & where)
        used = used | other.used
    return Points(worth, lacking, used)


def chosen_by(item: ScoreItem, variant: Variant) -> ScoreItem:
    """The item as a variant scores it."""
    kinds = {k: getattr(variant, k) for k in ("units", "classes", "count", "points", "rows")}
    return attrs.evolve(item, **{k: v for k, v in kinds.items() if v})


def _chosen(seeds: Library, item: ScoreItem, variant: Variant) -> ScoreItem:
    """The same, made once, so that its decision table is compiled once."""
    kept = seeds.kept("variants")
    key = (id(item), id(variant))
    if key not in kept:
        kept[key] = (item, variant, chosen_by(item, variant))
    found: ScoreItem = kept[key][2]
    return found


def points_of(item: ScoreItem, patients: Patients) -> Points:
    """The points of one item."""
    if item.count:
        return _counted(item, patients)
    if item.rows:
        return _decided(item, patients)
    return _read_off(item, patients)


def _read_off(item: ScoreItem, patients: Patients) -> Points:
    """Points by a number, in the unit in which it was given, or by an answer."""
    size = patients.size
    worth, open_ = np.full(size, np.nan), np.ones(size, dtype=bool)
    used = set()
    for source in (patients.values.get, patients.get):
        for name, rows in item.units.items():
            values = source(name)
            if values is None or not open_.any():
                continue
            here = open_ & ~np.isnan(values)
            if here.any():
                used.add(name)
                worth[here] = _by_rows(values[here], rows)
                open_ &= ~here
    lacking: Masks = {}
    classes = item.classes
    if classes is not None and (codes := patients.get(classes.quantity)) is not None:
        options = _options(classes, patients.seeds)
        table = np.array([*(classes.points.get(o, np.nan) for o in options), np.nan], dtype=float)
        answered = open_ & (codes < len(options))
        if answered.any():
            used.add(classes.quantity)
            worth[answered] = table[codes[answered]]
            # An answer that earns nothing: the number is asked instead.
            nothing = answered & np.isnan(worth)
            lacking[next(iter(item.units), classes.quantity)] = nothing
            open_ &= ~answered
    first = _asked_first(item, patients.seeds)
    lacking[first] = lacking.get(first, False) | open_
    return Points(worth, lacking, frozenset(used))


def _by_rows(values: Array, rows: tuple[tuple[str, int], ...]) -> Array:
    points = np.full(values.shape, np.nan)
    for text, worth in rows:
        points[interval(text).holds(values)] = worth
    return points


def _asked_first(item: ScoreItem, seeds: Library) -> str:
    """What to ask for: the question where each of its answers earns points, else the number."""
    if item.classes is None:
        return next(iter(item.units), "")
    if {*item.classes.points} >= {*_options(item.classes, seeds)}:
        return item.classes.quantity
    return next(iter(item.units), item.classes.quantity)


def _options(classes: ClassPoints, seeds: Library) -> tuple[str, ...]:
    return tuple(options_of(seeds.quantities[seeds.names[classes.quantity]]))


def _counted(item: ScoreItem, patients: Patients) -> Points:
    """How many of several findings hold; unknown ones matter only where they change the points."""
    size, most = patients.size, len(item.count)
    met, unknown = np.zeros(size, dtype=int), np.zeros(size, dtype=int)
    lacking: Masks = {}
    used: set[str] = set()
    for finding in item.count:
        held, known, names = _finding(finding, patients)
        used |= names
        met += held
        unknown += ~known
        first = next(iter(finding))
        lacking[first] = lacking[first] | ~known if first in lacking else ~known
    worth = np.array([_worth(item, n) for n in range(most + 1)], dtype=float)
    least, highest = np.full(size, np.inf), np.full(size, -np.inf)
    for n in range(most + 1):
        may = (n >= met) & (n <= met + unknown)
        least = np.where(may, np.minimum(least, worth[n]), least)
        highest = np.where(may, np.maximum(highest, worth[n]), highest)
    points = np.where(least == highest, least, np.nan)
    unsettled = np.isnan(points)
    return Points(points, {n: w & unsettled for n, w in lacking.items()}, frozenset(used))


def _finding(finding: Conditions, patients: Patients) -> tuple[Array, Array, set[str]]:
    """Of whom one finding holds, of whom it is known, and under which names it was given."""
    size = patients.size
    held, open_ = np.zeros(size, dtype=bool), np.ones(size, dtype=bool)
    used = set()
    for as_given in (True, False):
        for name, condition in finding.items():
            if not open_.any():
                break
            here = open_ & ~(_not_given(patients, name) if as_given else patients.lacks(name))
            if here.any():
                used.add(name)
                held |= here & meets(patients, {name: parts_of(condition)})
                open_ &= ~here
    return held, ~open_, used


def _not_given(patients: Patients, name: str) -> Array:
    """Who has no value under this very name, in this unit."""
    values = patients.values.get(name)
    if values is None:
        return np.ones(patients.size, dtype=bool)
    return np.isnan(values) if values.dtype.kind == "f" else patients.lacks(name)


def _worth(item: ScoreItem, number: int) -> int:
    return next(points for text, points in item.points if number in interval(text))


@attrs.frozen
class _Ruled:
    """An item as the tables room compiles it."""

    id: str
    columns: Any
    rows: Any
    counts: dict[str, Conditions] = attrs.field(factory=dict)


def grid_of_item(seeds: Library, item: ScoreItem) -> Grid:
    """The decision table of an item, compiled once."""
    kept = seeds.kept("items")
    if id(item) not in kept:
        kept[id(item)] = (item, compile_grid(seeds, _Ruled(item.name, item.columns, item.rows)))
    found: Grid = kept[id(item)][1]
    return found


def _decided(item: ScoreItem, patients: Patients) -> Points:
    grid = grid_of_item(patients.seeds, item)
    given = {n: v for n in item.columns if (v := patients.get(n)) is not None}
    row = np.broadcast_to(grid.rows_for(given), (patients.size,))
    worth = np.append(np.array([r.points for r in item.rows], dtype=float), np.nan)
    points = worth[np.where(row < 0, -1, row)]
    lacking = grid.needed_by(given, row)
    unsettled = np.isnan(points)
    for where in lacking.values():
        unsettled = unsettled & ~where
    if unsettled.any():
        first = next(iter(item.columns))
        lacking[first] = lacking.get(first, False) | unsettled
    return Points(points, lacking, frozenset(given))


def _bands(score: Score, total: Array, points: Mapping[str, Array]) -> tuple[Array, list[Array]]:
    """The first band that holds of each patient, and for each band of whom it holds."""
    first = np.full(total.shape, -1)
    holding = []
    for k, band in enumerate(score.bands):
        held = interval(band.when).holds(total)
        if band.items:
            together = sum(points[name] for name in band.items)
            held = held & interval(band.points).holds(together)
        holding.append(held)
        first = np.where((first < 0) & held, k, first)
    return first, holding


def bands_of(score: Score, total: float, worth_of: Mapping[str, int]) -> tuple[Band, ...]:
    """The bands that hold for a total, where each item earned what ``worth_of`` says."""
    points = {name: np.array([worth], dtype=float) for name, worth in worth_of.items()}
    _, holding = _bands(score, np.array([float(total)]), points)
    return tuple(b for b, held in zip(score.bands, holding, strict=True) if held[0])


@functools.lru_cache(maxsize=4096)
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
