"""The values that seed files become."""

import attrs
import pytest

from dosing.knowledge.library import load
from dosing.knowledge.seedtypes import Change


def test_values_cannot_be_changed_after_reading():
    table = load().tables["argatroban-hit-us-label"]
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        table.drug = "heparin"


@pytest.mark.parametrize(
    ("change", "none", "holds"),
    [
        (Change(), True, False),
        (Change(add=0.1), False, False),
        (Change(factor=1.2), False, False),
        (Change(stop=True), False, False),
        (Change(hold_min=30, resume_add=-0.25), False, True),
        (Change(hold="until_in_range", resume_factor=0.5), False, True),
    ],
)
def test_a_row_says_whether_it_changes_or_holds(change, none, holds):
    assert (change.none, change.holds) == (none, holds)


def test_the_first_name_of_a_quantity_is_its_base():
    assert load().quantities["creatinine"].base == "creatinine_mg_dl"
