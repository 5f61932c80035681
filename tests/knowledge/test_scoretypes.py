"""Scores, pathways and dashboards are frozen values with plain defaults."""

import attrs
import pytest

from dosing.knowledge.library import load
from dosing.knowledge.scoretypes import Dashboard, Pathway, Score, ScoreItem, Stage, Topic
from dosing.knowledge.structure import structured

SEEDS = load()


@pytest.mark.parametrize("kind", [Score, Pathway, Stage, Topic, Dashboard])
def test_a_seed_cannot_be_changed_once_read(kind):
    assert attrs.has(kind)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        setattr(object.__new__(kind), attrs.fields(kind)[0].name, "x")


def test_a_step_asks_nothing_unless_it_says_so():
    stage = Stage(title="t")
    assert (stage.scores, stage.tables, stage.orders, stage.agents, stage.checks) == ((),) * 5


def test_what_is_shipped_is_of_these_kinds():
    for folder, kind in (
        (SEEDS.scores, Score),
        (SEEDS.pathways, Pathway),
        (SEEDS.dashboards, Dashboard),
    ):
        assert folder
        assert all(type(seed) is kind for seed in folder.values())


@pytest.mark.parametrize(
    ("points", "fault"),
    [
        (
            {"no": 0, "yes": "1"},
            "classes.points.yes: found the text '1'; a whole number is expected",
        ),
        ({"no": 0.5}, "classes.points.no: found 0.5; a whole number is expected"),
        (None, "classes: 'points' is missing: a table of keys and values is expected"),
    ],
)
def test_the_points_of_answers_are_whole_numbers(points, fault):
    classes = {"quantity": "dic"} | ({} if points is None else {"points": points})
    item = {"name": "a", "label": "A", "classes": classes}
    assert structured(item, ScoreItem) == (None, [fault])
