"""A first dose far from what the other authorities give the same patient is told."""

import attrs
import pytest

from dosing.knowledge.library import load
from dosing.lint.neighbours import far_from_others

SEEDS = load("")
ASH = SEEDS.tables["argatroban-hit-ash-2018"]


def with_dose(table, row, dose):
    rows = list(table.rows)
    rows[row] = attrs.evolve(rows[row], then=attrs.evolve(rows[row].then, dose=dose))
    return attrs.evolve(table, rows=tuple(rows))


@pytest.mark.parametrize("dose", [0.2, 20])
def test_a_tenth_or_ten_times_of_the_usual_dose_is_told(dose):
    found = list(far_from_others(with_dose(ASH, 0, dose), SEEDS))
    assert found
    assert f"row 1 gives {dose} mcg/kg/min; for such a patient the other tables give" in found[0]


@pytest.mark.parametrize("table", SEEDS.tables.values(), ids=SEEDS.tables)
def test_no_shipped_dose_lies_far_from_the_others(table):
    assert list(far_from_others(table, SEEDS)) == []


def test_one_other_authority_alone_settles_nothing():
    alone = {ASH.id: ASH, "argatroban-hit-eu-smpc": SEEDS.tables["argatroban-hit-eu-smpc"]}
    few = attrs.evolve(SEEDS, tables=alone)
    assert list(far_from_others(with_dose(ASH, 0, 20), few)) == []
