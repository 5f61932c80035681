"""The whole range of each additive score can be reached, and each of its bands."""

import itertools

import pytest

from dosing.library import load
from dosing.lint_scores import spread
from dosing.scores import band_of

SEEDS = load()


@pytest.mark.parametrize("name", [*SEEDS.scores])
def test_every_total_that_the_items_can_make_has_one_band(name):
    score = SEEDS.scores[name]
    low, high = spread(score)
    assert all(band_of(score, total) for total in range(low, high + 1))


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
            | {int(p) for p in item.classes.get("points", {}).values()}
            | {p for _, p in item.points}
            | {row.points for row in item.rows}
        )
        for item in score.items
    ]
    totals = {0}
    for points in worth:
        totals = {a + b for a, b in itertools.product(totals, points)}
    assert {band_of(score, t) for t in totals} == {band.band for band in score.bands}
