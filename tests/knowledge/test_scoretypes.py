"""Scores, pathways and dashboards are frozen values with plain defaults."""

import attrs
import pytest

from dosing.knowledge.library import load
from dosing.knowledge.scoretypes import Dashboard, Pathway, Score, Stage, Topic

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
