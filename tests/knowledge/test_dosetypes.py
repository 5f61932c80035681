"""What follows from a row, by type."""

import attrs
import pytest

from dosing.knowledge.dosetypes import (
    PUMP_UNITS,
    FixedDose,
    Infusion,
    LaterStep,
    Statement,
    then_type,
)
from dosing.knowledge.library import load
from dosing.orders.pump import is_infusion

SEEDS = load("")


@pytest.mark.parametrize("kind", [FixedDose, Infusion])
def test_a_printed_range_is_ordered_at_its_low_end(kind):
    range_ = kind(dose=(0.5, 1.2))
    assert (range_.is_range, range_.ordered, range_.ends) == (True, 0.5, (0.5, 1.2))


@pytest.mark.parametrize("kind", [FixedDose, Infusion])
def test_a_printed_dose_may_stand_beside_its_range(kind):
    beside = kind(dose=0.13, low=0.11, high=0.15)
    assert (beside.is_range, beside.ordered, beside.ends) == (False, 0.13, (0.11, 0.15))
    alone = kind(dose=2)
    assert (alone.is_range, alone.ordered, alone.ends) == (False, 2, (None, None))


def test_what_a_row_says_is_listed_by_name_and_what_there_is_none_of_too():
    dose = FixedDose(dose=5, every_h=12, none=frozenset({"bolus"}))
    assert dose.given() == {"dose": 5, "every_h": 12, "bolus": None}
    assert LaterStep(text="taper").given() == {"text": "taper"}
    assert Statement({"change_pct": (5, 10), "text": "More."}).given() == {
        "change_pct": [5, 10], "text": "More.",
    }  # fmt: skip


def test_the_units_of_the_pump_are_those_that_orders_reckon_in():
    assert all(is_infusion(unit) for unit in PUMP_UNITS)
    units = {t.outputs["dose"] for t in SEEDS.tables.values() if t.purpose == "start"}
    assert {u for u in units if is_infusion(u)} <= set(PUMP_UNITS)


@pytest.mark.parametrize("table", SEEDS.tables.values(), ids=SEEDS.tables)
def test_every_row_of_a_table_holds_what_its_purpose_and_unit_say(table):
    holds = then_type(table.purpose, table.outputs)
    assert all(isinstance(row.then, holds) for row in table.rows if not row.refuses)
    assert all(row.then is None for row in table.rows if row.refuses)


def test_a_dose_cannot_be_changed_after_reading():
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        FixedDose(dose=1).dose = 2
