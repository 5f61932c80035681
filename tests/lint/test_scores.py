"""A score that cannot be used is said so in sentences."""

import attrs
import pytest

from dosing.knowledge.library import load
from dosing.knowledge.scoretypes import Band, ClassPoints, Need, Score, ScoreItem, ScoreRow, Variant
from dosing.knowledge.seedtypes import Check, Column
from dosing.lint.scores import lint_equation, lint_score, parts_of, spread
from dosing.scoring.door import CALCULATIONS

SEEDS = load()
WHOLE = Score(
    id="s", title="S", cite="ash-2018",
    items=(
        ScoreItem(name="a", label="A", units={"inr": (("< 2", 0), (">= 2", 1))}),
        ScoreItem(
            name="b", label="B", classes=ClassPoints(quantity="dic", points={"no": 0, "yes": 2})
        ),
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
        (changed(1, classes=ClassPoints(quantity="dic", points={"no": 0})), "'yes' earns nothing"),
        (
            changed(1, classes=ClassPoints(quantity="dic", points={"no": 0, "yes": 1, "maybe": 1})),
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


NEGATIVE = ScoreItem(name="n", label="N", units={"inr": (("< 2", -2), (">= 2", 0))})
BY_ITEM = attrs.evolve(
    WHOLE,
    items=WHOLE.items[:2],
    bands=(
        Band(when="any", band="low", items=("a",), points="= 0"),
        Band(when="any", band="high", items=("a",), points="= 1"),
    ),
)


@pytest.mark.parametrize(
    ("score", "wishes"),
    [
        (attrs.evolve(WHOLE, cite=""), ["it has no cite: name a source of evidence.toml."]),
        (changed(0, units={}), ["a: it has no way to earn points."]),
        (
            changed(1, classes=ClassPoints(quantity="nothing", points={})),
            ["b: no quantity is called 'nothing'."],
        ),
        (changed(2, points=((">= 1", 0),)), ["c: the count at 0: no row."]),
        (changed(0, units={"inr": (("<= 2", 0), (">= 3", 1))}), ["a: inr at 2.5: no row."]),
        (
            changed(2, count=({"platelets": "< 100", "inr": "> 2"}, {"inr": "> 3"})),
            ["c: one finding names different things: platelets, inr."],
        ),
        (
            changed(
                3,
                rows=tuple(
                    ScoreRow(when={"platelets": w}, points=0) for w in ("<= 50", ">= 50")
                ),
            ),
            ["d: more than one row for 1 combinations."],
        ),
        (
            changed(3, rows=(ScoreRow(when={"platelets": "few"}, points=1),)),
            [
                "d: platelets: not an interval: 'few'"
                " (write '[35, 46)', '>= 80' or 'any')."
            ],
        ),
        (
            attrs.evolve(WHOLE, items=(NEGATIVE,), bands=(Band(when=">= -1", band="x"),)),
            ["bands at -2: no row."],
        ),
        (
            attrs.evolve(BY_ITEM, bands=(attrs.evolve(BY_ITEM.bands[0], items=("z",)),)),
            ["bands: there is no item 'z'."],
        ),
        (BY_ITEM, []),
        (
            attrs.evolve(BY_ITEM, bands=BY_ITEM.bands[:1]),
            ["bands at a 1, b 0: no row.", "bands at a 1, b 2: no row."],
        ),
        (
            attrs.evolve(BY_ITEM, bands=(*BY_ITEM.bands, Band(when=">= 3", band="also"))),
            ["bands at a 1, b 2: more than one row."],
        ),
        (
            attrs.evolve(
                BY_ITEM,
                variants={
                    "v": Variant(quantity="dic", replaces="a", units={"inr": (("any", 3),)})
                },
            ),
            ["bands at a 3, b 0: no row.", "bands at a 3, b 2: no row."],
        ),
    ],
)  # fmt: skip
def test_each_fault_is_one_sentence_that_says_where_it_lies(score, wishes):
    assert lint_score(score, SEEDS) == wishes


def test_the_faults_of_items_and_of_every_variant_stand_side_by_side():
    faulty = Variant(quantity="dic", replaces="z")
    score = attrs.evolve(changed(0, units={}), variants={"v": faulty, "w": faulty})
    assert lint_score(score, SEEDS) == [
        "a: it has no way to earn points.",
        "variant v: there is no item 'z'.", "variant w: there is no item 'z'.",
    ]  # fmt: skip


def test_a_variant_widens_the_range():
    wider = Variant(quantity="dic", replaces="a", units={"inr": (("< 2", -1), (">= 2", 4))})
    score = attrs.evolve(WHOLE, variants={"v": wider})
    assert spread(score) == (-1, 8)


FALL = SEEDS.equations["platelet-fall"]


def test_the_parts_of_an_equation_are_those_of_its_worked_cases():
    assert parts_of("platelet-fall", CALCULATIONS["platelet-fall"]) == {"value", "fall"}


@pytest.mark.parametrize(
    ("changed", "wishes"),
    [
        ({"cite": ""}, ["it cites '', which is not in evidence.toml."]),
        ({"cite": "nobody 2.1"}, ["it cites 'nobody 2.1', which is not in evidence.toml."]),
        (
            {"cite": "nobody", "needs": ("size",), "any_of": ("mass",), "may": ("hue",)},
            ["it cites 'nobody', which is not in evidence.toml."]
            + [f"no quantity is called {name!r}." for name in ("size", "mass", "hue")],
        ),
        (
            {"needs_if": (Need(when={"dic": "yes"}, needs=("size",)),)},
            ["no quantity is called 'size'."],
        ),
        (
            {"id": "new", "needs": ("size",)},
            [
                "no quantity is called 'size'.",
                f"there is no arithmetic for it; there is for {', '.join(CALCULATIONS)}.",
            ],
        ),
        (
            {
                "checks": (
                    Check(when={"rise": "> 0"}, level="note", text="It rose."),
                    Check(when={}, level="warn", text="Two of {size:1}."),
                    Check(
                        when={"weight_rule": "ideal", "fall": "> 0"},
                        level="note",
                        text="{platelets}",
                    ),
                ),
                "shown": {"rise": "the rise of {mass}", "fall": "the fall"},
                "flags": {"is it large?": {"hue": "yes", "value": "> 50"}},
            },
            [
                "check 1 names 'rise': no input or part.",
                "check 2 names 'size': no input or part.",
                "what is shown names 'rise': no input or part.",
                "what is shown names 'mass': no input or part.",
                "what is shown names 'hue': no input or part.",
            ],
        ),
    ],
)
def test_a_fault_of_an_equations_file_is_said(changed, wishes):
    assert lint_equation(attrs.evolve(FALL, **changed), SEEDS, CALCULATIONS) == wishes
