"""Pump arithmetic: from a dose to mL/h and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dosing.knowledge.library import load
from dosing.orders.pump import (
    dose_of_pump_rate,
    factors,
    is_infusion,
    is_per_kg,
    label_pump_ml_h,
    label_round,
    label_weight_kg,
    pump_rate_ml_h,
    strength_name,
)

UNITS = ("mcg/kg/min", "mg/kg/h", "mg/h", "units/kg/h", "units/h")
LABELS = [t for t in load().tables.values() if t.label_table]
PRINTED = [(t, row) for t in LABELS for row in t.label_table.rows]


@pytest.mark.parametrize(
    ("table", "row"), PRINTED, ids=[f"{t.id} {r['weight_kg']:g} kg" for t, r in PRINTED]
)
def test_every_printed_row_of_a_label_is_reproduced(table, row):
    label, then = table.label_table, table.rows[0].then
    unit = table.outputs["dose"]
    assert float(label_pump_ml_h(label, then.dose, unit, row["weight_kg"])) == row["pump_ml_h"]
    if "bolus_ml" in row:
        mass = then.bolus * label_weight_kg(label, row["weight_kg"])
        mg = mass / (1000 if table.outputs["bolus"].startswith("mcg") else 1)
        assert float(label_round(label, mg / label.concentration_mg_ml)) == row["bolus_ml"]


@pytest.mark.parametrize("unit", UNITS)
@given(dose=st.floats(0.1, 50), kg=st.floats(3, 200), strength=st.floats(0.1, 200))
def test_a_rate_is_undone_as_it_was_made(unit, dose, kg, strength):
    rate = pump_rate_ml_h(dose, unit, kg, strength)
    assert dose_of_pump_rate(rate, unit, kg, strength) == pytest.approx(dose)
    assert is_infusion(unit)
    assert is_per_kg(unit) == ("/kg" in unit)


@pytest.mark.parametrize(
    ("dose", "unit", "kg", "strength", "ml_h"),
    [(2, "mcg/kg/min", 70, 1, 8.4), (0.15, "mg/kg/h", 70, 5, 2.1),
     (18, "units/kg/h", 70, 100, 12.6),
     (1000, "units/h", 70, 100, 10), (25, "mg/h", 70, 5, 5)],
)  # fmt: skip
def test_rates_by_hand(dose, unit, kg, strength, ml_h):
    assert pump_rate_ml_h(dose, unit, kg, strength) == pytest.approx(ml_h)
    many = pump_rate_ml_h(np.array([dose, 2 * dose]), unit, kg, strength)
    assert many == pytest.approx([ml_h, 2 * ml_h])


def test_a_unit_that_no_pump_takes_is_refused_with_those_that_it_does():
    with pytest.raises(ValueError, match=r"mg is not a pump dose; expected one of mcg.*units/h$"):
        pump_rate_ml_h(5, "mg", 70, 1)
    assert not is_infusion("mg")
    with pytest.raises(ValueError, match="not a pump dose"):
        factors("mg/kg")


def test_the_name_of_the_strength_follows_the_dose():
    assert strength_name("units/kg/h") == "concentration_units_ml"
    assert strength_name("mcg/kg/min") == "concentration_mg_ml"
