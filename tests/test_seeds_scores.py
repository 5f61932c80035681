"""The whole range of each additive score can be reached, and each of its bands."""

import itertools

import pytest

from dosing.base.interval import Interval
from dosing.knowledge.library import cases, load
from dosing.lint.scores import lint_score, spread
from dosing.rules.additive import bands_of
from dosing.rules.convert import possible_range

SEEDS = load()


def printed_edges(score):
    """Each number at which points change, under the name in whose unit it is printed."""
    for part in (*score.items, *score.variants.values()):
        rules = [(n, text) for n, rows in part.units.items() for text, _ in rows]
        rules += [(n, str(text)) for finding in part.count for n, text in finding.items()]
        for name, text in rules:
            quantity = SEEDS.quantities[SEEDS.names[name]]
            if quantity.kind == "number":
                domain = possible_range(quantity, name)
                for edge in Interval.parse(text).ends:
                    if edge not in (domain.low, domain.high):
                        yield name, edge


@pytest.mark.parametrize("name", [*SEEDS.scores])
def test_every_total_that_the_items_can_make_has_one_band(name):
    assert lint_score(SEEDS.scores[name], SEEDS) == []


WORKED = dict(cases())
PRINTED = [
    pytest.param(score, name, edge, id=f"{score.id} {name} {edge:g}")
    for score in SEEDS.scores.values()
    for name, edge in sorted({*printed_edges(score)})
]


@pytest.mark.parametrize(("score", "name", "edge"), PRINTED)
def test_each_printed_edge_has_worked_patients_on_both_sides(score, name, edge):
    values = [float(line[name]) for line in WORKED[score.id] if line.get(name)]
    assert len({(v > edge) - (v < edge) for v in values}) >= 2


RANGES = {
    "4ts": (0, 8), "4ts-warkentin": (0, 8), "child-pugh": (5, 15), "hlh-2004": (0, 8),
    "hlh-2024": (0, 7), "hscore": (0, 337), "isth-dic-2001": (0, 8), "isth-dic-2025": (0, 8),
    "sic": (0, 6), "has-bled": (0, 9), "lia-clia": (0, 6),
}  # fmt: skip


@pytest.mark.parametrize(("name", "ends"), RANGES.items(), ids=[*RANGES])
def test_the_range_is_the_published_one(name, ends):
    assert spread(SEEDS.scores[name]) == ends


@pytest.mark.parametrize("name", [*SEEDS.scores])
def test_every_band_can_be_reached(name):
    score = SEEDS.scores[name]
    worth = [
        sorted(
            {p for rows in item.units.values() for _, p in rows}
            | ({*item.classes.points.values()} if item.classes else set())
            | {p for _, p in item.points}
            | {row.points for row in item.rows}
        )
        for item in score.items
    ]
    names = [item.name for item in score.items]
    found = {
        band.band
        for each in itertools.product(*worth)
        for band in bands_of(score, sum(each), dict(zip(names, each, strict=True)))
    }
    assert found == {band.band for band in score.bands}
