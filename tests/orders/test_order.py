"""An order as a value, and in words."""

import pytest

import dosing
from dosing.orders.order import Order

LABELLED = {"drug": "x", "dose": 15, "unit": "mg", "route": "oral"}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "x 15 mg"),
        ({"every_h": 12}, "x 15 mg oral every 12 h"),
        ({"how": "with food"}, "x 15 mg oral with food"),
        ({"on_days": (1, 4)}, "x 15 mg oral on days 1 and 4"),
        ({"every_h": 12, "for_days": 21}, "x 15 mg oral every 12 h for 21 days"),
        ({"every_h": 12, "for_days": 1}, "x 15 mg oral every 12 h for 1 day"),
        ({"every_h": 12, "for_h": 36}, "x 15 mg oral every 12 h for 36 h"),
        ({"every_h": 24, "route": ""}, "x 15 mg daily"),
        ({"every_h": 24, "for_days": 2, "how": "with food"},
         "x 15 mg oral daily for 2 days with food"),
        ({"total": 1050, "total_unit": "mg", "unit": "mg/kg"}, "x 15 mg/kg = 1,050 mg"),
        ({"then": ({"text": "stop"},)}, "x 15 mg oral, then stop"),
        ({"then": ({"dose": 20, "every_h": 24, "how": "with food"}, {"text": "stop"})},
         "x 15 mg oral, then 20 mg daily with food, then stop"),
        ({"then": ({"dose": 3, "unit": "mg/h", "pump_ml_h": 4.5, "for_h": 4},)},
         "x 15 mg oral, then 3 mg/h (pump 4.5 mL/h) for 4 h"),
        ({"total_unit": "mg", "then": ({"dose": 3, "total": 180, "on_days": [4], "for_days": 7},)},
         "x 15 mg oral, then 3 mg = 180 mg on day 4 for 7 days"),
    ],
    ids=lambda x: x if isinstance(x, str) else "",
)  # fmt: skip
def test_an_order_in_words(fields, words):
    assert str(Order(**LABELLED | fields)) == words


def test_an_order_under_a_cap_says_the_cap_first():
    order = dosing.start("heparin", indication="vte", authority="umich", weight_kg=140).order
    assert order.rate_cap == 1800
    assert str(order) == "heparin 1,800 units/h (the cap; by weight 18 units/kg/h)"
    light = dosing.start("heparin", indication="vte", authority="umich", weight_kg=100)
    assert light.order.rate_cap is None


def test_the_lines_of_an_infusion_give_dose_bolus_pump_and_next_test():
    lines = dosing.start("heparin", indication="vte", weight_kg=70).order.lines()
    assert lines == [
        "heparin 18 units/kg/h",
        "  bolus 80 units/kg: 5,600 units = 56 mL",
        "  set the pump to 12.6 mL/h at 100 units/mL (gives 18 units/kg/h)",
        "  next aPTT in 6 h",
    ]


def test_a_bolus_in_words_as_mass_and_volume():
    order = Order(
        **LABELLED, bolus=80, bolus_unit="units/kg", bolus_total=5606.16, bolus_ml=56.0616
    )
    assert order.bolus_words() == "5,606.16 units = 56.06 mL"
    assert order.bolus_words(1) == "5,606.16 units = 56.1 mL"
    assert Order(**LABELLED).bolus_words() == ""


def test_an_order_becomes_json():
    assert Order(**LABELLED).to_dict()["dose"] == 15


def test_a_range_is_told_only_where_both_ends_are_known():
    assert Order(**LABELLED, low=10, high=20).lines() == ["x 15 mg", "  range 10 to 20 mg"]
    assert Order(**LABELLED, low=10).lines() == Order(**LABELLED, high=20).lines() == ["x 15 mg"]
