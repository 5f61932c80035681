"""One unit into another: what is an edge stays an edge."""

import numpy as np
import pytest

from dosing.knowledge.library import SeedError, load
from dosing.rules.columns import one_patient
from dosing.rules.convert import convert, is_usual, limits, possible_range

SEEDS = load()


@pytest.mark.parametrize(
    ("given", "wanted", "value", "expected"),
    [
        ("creatinine_umol_l", "creatinine_mg_dl", 88.4, 1),
        ("creatinine_mg_dl", "creatinine_umol_l", 1.5, 132.6),
        ("bilirubin_umol_l", "bilirubin_mg_dl", 25.65, 1.5),
        ("albumin_g_l", "albumin_g_dl", 28, 2.8),
        ("weight_lb", "weight_kg", 154.3236, 70.0000075),
        ("height_in", "height_cm", 60, 152.4),
        ("platelets_per_ul", "platelets", 150000, 150),
        ("crcl_ml_s", "crcl_ml_min", 0.5, 30),
        ("triglycerides_mg_dl", "triglycerides_mmol_l", 132.7, 1.4982),
        ("heparin_units_day", "heparin_units_h", 24_000, 1000),
    ],
)
def test_units_are_converted_at_the_door(given, wanted, value, expected):
    found = one_patient(SEEDS, {given: value}).numbers(wanted)[0]
    assert found == pytest.approx(expected, rel=5e-5 if "triglycerides" in given else 1e-7)


def test_an_edge_stays_an_edge_after_conversion():
    # 25.65 micromol/L is 1.5 mg/dL, and the rule says more than 1.5.
    assert one_patient(SEEDS, {"bilirubin_umol_l": 25.65}).numbers("bilirubin_mg_dl")[0] == 1.5
    quantity = SEEDS.quantities["creatinine"]
    for value in np.round(np.arange(0.1, 30, 0.1), 1):
        there = convert(value, quantity, "creatinine_mg_dl", "creatinine_umol_l")
        assert convert(there, quantity, "creatinine_umol_l", "creatinine_mg_dl") == value


def test_the_possible_range_is_told_in_each_unit():
    quantity = SEEDS.quantities["creatinine"]
    assert limits(quantity, "creatinine_mg_dl") == (0.1, 30)
    low, high = limits(quantity, "creatinine_umol_l")
    assert (round(low, 2), round(high)) == (8.84, 2652)
    assert limits(SEEDS.quantities["sex"], "sex") == (-np.inf, np.inf)
    with pytest.raises(SeedError, match="no possible range"):
        possible_range(SEEDS.quantities["sex"], "sex")


def test_the_ends_of_the_usual_range_are_usual():
    quantity = SEEDS.quantities["weight"]
    assert [is_usual(v, quantity, "weight_kg") for v in (34.9, 35, 180, 180.1)] == [
        False, True, True, False,
    ]  # fmt: skip
    assert is_usual(1e9, SEEDS.quantities["sex"], "sex")


def test_what_is_converted_has_nine_significant_digits():
    quantity = SEEDS.quantities["weight"]
    for kg in (1.23456789, 70.123456789, 312.3456789):
        exact = kg / quantity.names["weight_lb"].in_base
        assert convert(kg, quantity, "weight_kg", "weight_lb") == float(f"{exact:.9g}")
    assert convert(0, quantity, "weight_kg", "weight_lb") == 0
