"""The proof that scores and equations can be used: points for every answer, bands, known names."""

import functools
import itertools
from collections.abc import Iterator, Mapping

from dosing.base.fill import names_in
from dosing.base.interval import Interval
from dosing.base.units import show
from dosing.knowledge.faults import SeedError
from dosing.knowledge.library import Library, cases, load
from dosing.knowledge.scoretypes import OWN, ClassPoints, Equation, Score, ScoreItem, Variant
from dosing.knowledge.seedtypes import Conditions, Quantity
from dosing.rules.additive import bands_of, chosen_by, grid_of_item
from dosing.rules.columns import one_patient
from dosing.rules.convert import possible_range
from dosing.rules.derive import derive
from dosing.rules.read import options_of
from dosing.rules.tables import GAP, OVERLAP
from dosing.scoring.parts import Calculation


def lint_score(score: Score, seeds: Library) -> list[str]:
    """What is wrong with a score, a sentence for each fault.

    Parameters
    ----------
    score : Score
    seeds : Library
        Where names and cites are looked up.
    """
    found = [*_cites(score, seeds)]
    for item in score.items:
        found += [f"{item.name}: {wish}" for wish in _item(item, seeds)]
    for key, variant in score.variants.items():
        found += [f"variant {key}: {wish}" for wish in _variant(score, variant, seeds)]
    if score.gives and score.gives not in seeds.names:
        found.append(f"it gives {score.gives!r}, which no quantity is called.")
    return found or _bands(score)


def lint_equation(
    equation: Equation, seeds: Library, calculations: Mapping[str, Calculation]
) -> list[str]:
    """What is wrong with an equation's file: sources, inputs, and names in its sentences.

    Which parts an equation has is found by working out its cases.
    """
    found = []
    for cite in (equation.cite, *(c.cite for c in equation.checks if c.cite not in ("", OWN))):
        if not cite or cite.split()[0] not in seeds.evidence:
            found.append(f"it cites {cite!r}, which is not in evidence.toml.")
    asked = [*equation.needs, *equation.any_of, *equation.may]
    asked += [name for need in equation.needs_if for name in need.needs]
    found += [f"no quantity is called {name!r}." for name in asked if name not in seeds.names]
    if equation.id not in calculations:
        return [*found, f"there is no arithmetic for it; there is for {', '.join(calculations)}."]
    known = {"weight_rule", *seeds.names, *parts_of(equation.id, calculations[equation.id])}
    for i, said in enumerate(equation.checks, 1):
        named = [*said.when, *names_in(said.text)]
        found += [f"check {i} names {n!r}: no input or part." for n in named if n not in known]
    labels = (name for text in equation.shown.values() for name in names_in(text))
    flags = (name for when in equation.flags.values() for name in when)
    found += [
        f"what is shown names {n!r}: no input or part."
        for n in (*equation.shown, *labels, *flags)
        if n not in known
    ]
    return found


@functools.cache
def _worked() -> dict[str, list[dict[str, str]]]:
    """The worked patients, read once for all equations."""
    return dict(cases())


@functools.cache
def parts_of(name: str, calculation: Calculation) -> frozenset[str]:
    """The parts that an equation gives in any of its worked cases."""
    parts = {"value"}
    for line in _worked()[name]:
        given = {k: v for k, v in line.items() if k not in ("value", "says", "why")}
        rule = given.pop("weight_rule", "") or load().site.crcl_weight
        parts |= calculation(derive(one_patient(load(), given)), rule).keys()
    return frozenset(parts)


def _cites(score: Score, seeds: Library) -> Iterator[str]:
    cites = [score.cite, *(b.cite for b in score.bands), *(c.cite for c in score.checks)]
    cites += [v.cite for v in score.variants.values()]
    for cite in cites:
        if cite and cite.split()[0] not in seeds.evidence:
            yield f"it cites {cite.split()[0]!r}, which is not in evidence.toml."
    if not score.cite:
        yield "it has no cite: name a source of evidence.toml."


def _item(item: ScoreItem, seeds: Library) -> Iterator[str]:
    if not (item.units or item.classes or item.count or item.rows):
        yield "it has no way to earn points."
    names = [*item.units, *item.columns, *(n for finding in item.count for n in finding)]
    names += [item.classes.quantity] if item.classes else []
    unknown = [name for name in names if name not in seeds.names]
    yield from (f"no quantity is called {name!r}." for name in unknown)
    if unknown:
        return
    for name, rows in item.units.items():
        quantity = seeds.quantities[seeds.names[name]]
        domain = possible_range(quantity, name)
        yield from _partition([text for text, _ in rows], domain, name, quantity.whole)
    if item.classes:
        yield from _classes(
            item, item.classes, seeds.quantities[seeds.names[item.classes.quantity]]
        )
    if item.count:
        numbers = Interval(0, len(item.count))
        yield from _partition([text for text, _ in item.points], numbers, "the count", True)
        for finding in item.count:
            yield from _finding(finding, seeds)
    if item.rows:
        yield from _rows(item, seeds)


def _partition(texts: list[str], domain: Interval, name: str, whole: bool) -> Iterator[str]:
    """Every value of the domain lies in exactly one of the intervals."""
    try:
        intervals = [Interval.parse(text) for text in texts]
    except ValueError as problem:
        yield f"{name}: {problem}."
        return
    edges = sorted({e for i in (*intervals, domain) for e in i.ends})
    values = [*edges, *((a + b) / 2 for a, b in itertools.pairwise(edges))]
    if whole:
        values = [float(n) for n in range(int(domain.low), int(domain.high) + 1)]
    for value in values:
        if value in domain and (hits := sum(value in i for i in intervals)) != 1:
            yield f"{name} at {show(value)}: {'no row' if hits == 0 else 'more than one row'}."


def _classes(item: ScoreItem, classes: ClassPoints, quantity: Quantity) -> Iterator[str]:
    points = classes.points
    for option in options_of(quantity):
        # An answer without points is allowed where the number is asked instead.
        if option not in points and not item.units:
            yield f"the answer {option!r} earns nothing: say 0 where it earns 0."
    for option in points:
        if option not in options_of(quantity):
            yield f"{option!r} is no answer to {quantity.label!r}."


def _finding(finding: Conditions, seeds: Library) -> Iterator[str]:
    for name, condition in finding.items():
        if seeds.quantities[seeds.names[name]].kind == "number":
            try:
                Interval.parse(str(condition))
            except ValueError as problem:
                yield f"{name}: {problem}."
    if len({seeds.names[name] for name in finding}) > 1:
        yield f"one finding names different things: {', '.join(finding)}."


def _rows(item: ScoreItem, seeds: Library) -> Iterator[str]:
    try:
        grid = grid_of_item(seeds, item)
    except SeedError as problem:
        yield f"{str(problem).removeprefix(f'{item.name}: ')}."
        return
    inside = grid.cells
    for i, axis in enumerate(grid.axes):
        inside = inside.take(axis.inside, axis=i)
    for kind, words in ((GAP, "no row"), (OVERLAP, "more than one row")):
        if number := int((inside == kind).sum()):
            yield f"{words} for {number} combinations."


def _variant(score: Score, variant: Variant, seeds: Library) -> Iterator[str]:
    if variant.quantity not in seeds.quantities:
        yield f"no quantity is called {variant.quantity!r}."
        return
    if variant.answer not in options_of(seeds.quantities[variant.quantity]):
        yield f"{variant.answer!r} is no answer to {variant.quantity!r}."
    items = {item.name: item for item in score.items}
    if variant.replaces not in items:
        yield f"there is no item {variant.replaces!r}."
        return
    yield from _item(chosen_by(items[variant.replaces], variant), seeds)


def _bands(score: Score) -> list[str]:
    names = [item.name for item in score.items]
    unknown = [n for band in score.bands for n in band.items if n not in names]
    if unknown:
        return [f"bands: there is no item {name!r}." for name in unknown]
    if not any(band.items for band in score.bands):
        low, high = spread(score)
        return [*_partition([b.when for b in score.bands], Interval(low, high), "bands", True)]
    found = []
    for worth in itertools.product(*(sorted(_possible(item, score)) for item in score.items)):
        earned = dict(zip(names, worth, strict=True))
        if (hits := len(bands_of(score, sum(worth), earned))) != 1:
            number = "no row" if hits == 0 else "more than one row"
            found.append(f"bands at {', '.join(f'{n} {p}' for n, p in earned.items())}: {number}.")
    return found


def spread(score: Score) -> tuple[int, int]:
    """The least and the most points that a score can give, its variants among them."""
    worth = [_possible(item, score) for item in score.items]
    return sum(map(min, worth)), sum(map(max, worth))


def _possible(item: ScoreItem, score: Score) -> set[int]:
    """The points that an item can earn, by its variants too."""
    variants = [v for v in score.variants.values() if v.replaces == item.name]
    ways = [item, *(chosen_by(item, variant) for variant in variants)]
    return {points for way in ways for points in _worth(way)}


def _worth(item: ScoreItem) -> list[int]:
    points = [p for rows in item.units.values() for _, p in rows]
    points += [*item.classes.points.values()] if item.classes else []
    points += [p for _, p in item.points]
    points += [row.points for row in item.rows]
    return points
