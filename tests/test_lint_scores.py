"""A score that cannot be used is said so in sentences."""

import attrs
import pytest

from dosing.library import load
from dosing.lint_scores import lint_score, spread
from dosing.scoretypes import Band, Score, ScoreItem, ScoreRow, Variant
from dosing.seedtypes import Column

SEEDS = load()
WHOLE = Score(
    id="s", title="S", cite="ash-2018",
    items=(
        ScoreItem(name="a", label="A", units={"inr": (("< 2", 0), (">= 2", 1))}),
        ScoreItem(name="b", label="B", classes={"quantity": "dic", "points": {"no": 0, "yes": 2}}),
        ScoreItem(
            name="c", label="C", count=({"platelets": "< 100"}, {"inr": "> 2"}),
            points=(("<= 1", 0), ("> 1", 1)),
        ),
        ScoreItem(
            name="d", label="D", columns={"platelets": Column()},
            rows=(
                ScoreRow(when={"platelets": "< 50"}, points=1),
                ScoreRow(when={"platelets": ">= 50"}, points=0),
            ),
        ),
    ),
    bands=(Band(when="[0, 2]", band="low"), Band(when="[3, 5]", band="high")),
)  # fmt: skip


def changed(at, **values):
    items = [*WHOLE.items]
    items[at] = attrs.evolve(items[at], **values)
    return attrs.evolve(WHOLE, items=tuple(items))


def test_a_whole_score_has_nothing_to_mend():
    assert lint_score(WHOLE, SEEDS) == []
    assert spread(WHOLE) == (0, 5)


@pytest.mark.parametrize(
    ("score", "says"),
    [
        (changed(0, units={"inr": (("< 2", 0), ("> 2", 1))}), "inr at 2: no row"),
        (changed(0, units={"inr": (("<= 2", 0), (">= 2", 1))}), "inr at 2: more than one row"),
        (changed(0, units={"inr": (("2", 0),)}), "not an interval"),
        (changed(0, units={"nothing": (("any", 0),)}), "no quantity is called 'nothing'"),
        (changed(0, units={}), "no way to earn points"),
        (changed(1, classes={"quantity": "dic", "points": {"no": 0}}), "'yes' earns nothing"),
        (
            changed(1, classes={"quantity": "dic", "points": {"no": 0, "yes": 1, "maybe": 1}}),
            "'maybe' is no answer",
        ),
        (changed(2, points=(("<= 1", 0),)), "the count at 2: no row"),
        (changed(2, count=({"platelets": "< 100", "inr": "> 2"},)), "different things"),
        (changed(2, count=({"platelets": "few"},)), "not an interval"),
        (changed(3, rows=(ScoreRow(when={"platelets": "< 50"}, points=1),)), "no row for"),
        (attrs.evolve(WHOLE, cite="nobody"), "'nobody'"),
        (attrs.evolve(WHOLE, cite=""), "no cite"),
        (attrs.evolve(WHOLE, gives="nothing"), "'nothing'"),
        (attrs.evolve(WHOLE, bands=WHOLE.bands[:1]), "bands at 5: no row"),
        (
            attrs.evolve(WHOLE, variants={"v": Variant(quantity="dic", replaces="z")}),
            "there is no item 'z'",
        ),
        (
            attrs.evolve(
                WHOLE, variants={"v": Variant(quantity="dic", replaces="a", answer="often")}
            ),
            "'often' is no answer",
        ),
        (
            attrs.evolve(
                WHOLE,
                variants={"v": Variant(quantity="dic", replaces="a", units={"inr": (("< 2", 0),)})},
            ),
            "variant v: inr at 2: no row",
        ),
    ],
)
def test_a_fault_is_said(score, says):
    assert any(says in wish for wish in lint_score(score, SEEDS)), lint_score(score, SEEDS)


@pytest.mark.parametrize("name", [*SEEDS.scores])
def test_each_shipped_score_can_be_used(name):
    assert lint_score(SEEDS.scores[name], SEEDS) == []
