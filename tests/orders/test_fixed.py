"""Fixed doses: by weight or surface, capped, rounded, in steps, on their dates."""

import datetime as dt

import attrs
import numpy as np
import pytest

from dosing.advice.start import advice_of, starts
from dosing.knowledge.dosetypes import FixedDose, LaterStep
from dosing.knowledge.library import load
from dosing.knowledge.seedtypes import Row, Table
from dosing.orders import fixed as doses
from dosing.orders.fixed import amounts
from dosing.orders.order import Order
from tests.support import patient

SEEDS = load()
DRUG = attrs.evolve(SEEDS.drugs["fondaparinux"], label="Drug")
START = dt.date(2026, 1, 1)


def ordered(unit, row, outputs=(), **given):
    """The order of a table of one row, with its findings and arithmetic."""
    table = Table(
        id="t", title="t", drug="fondaparinux", purpose="start", cite="t", rows=(row,),
        outputs={"dose": unit, **dict.fromkeys(outputs, unit)},
    )  # fmt: skip
    drugs = {**SEEDS.drugs, "fondaparinux": DRUG}
    seeds = attrs.evolve(SEEDS, drugs=drugs, tables={"t": table})
    advice = advice_of(starts(table, patient(given, seeds)), 0, given)
    said = [f for f in advice.findings if "unusual" not in f.text]
    return advice.order, said, list(advice.trace[1:])


def made(unit, then, **given):
    steps = tuple(LaterStep(**step) for step in then.get("next", ()))
    return ordered(unit, Row(then=FixedDose(**{**then, "next": steps})), **given)


def test_a_flat_dose_has_no_total():
    order, findings, trace = made("mg", {"dose": 7.5, "every_h": 24})
    assert (order.total, findings, trace) == (None, [], [])
    assert str(order) == "Drug 7.5 mg subcut daily"


def test_a_dose_for_each_kg():
    order, _, trace = made("mg/kg", {"dose": 1, "every_h": 12}, weight_kg=80)
    assert (order.total, order.total_unit) == (80, "mg")
    assert trace == ["1 mg/kg × 80 kg = 80 mg"]
    assert str(order) == "Drug 1 mg/kg = 80 mg subcut every 12 h"


def test_a_dose_for_each_square_metre():
    order, _, _ = made("mg/m²", {"dose": 10, "every_h": 24}, height_cm=170, weight_kg=70)
    assert order.total == pytest.approx(18.18, abs=0.01)


@pytest.mark.parametrize(("weight", "total", "capped"), [(99, 99, 0), (100, 100, 0), (101, 100, 1)])
def test_a_cap_binds_above_it_only_and_says_so(weight, total, capped):
    order, findings, _ = made("mg/kg", {"dose": 1, "max_total": 100}, weight_kg=weight)
    assert (order.total, order.capped) == (total, bool(capped))
    assert [f.level for f in findings] == ["warn"] * capped


@pytest.mark.parametrize(("weight", "total"), [(72, 70), (72.5, 75), (73, 75)])
def test_rounding_takes_halves_up(weight, total):
    assert made("g/kg", {"dose": 1, "round_to": 5}, weight_kg=weight)[0].total == total


def test_the_whole_course_is_said_beside_the_dose_of_a_day():
    then = {"dose": 0.8, "every_h": 24, "for_days": 2, "course": 1.6}
    order, findings, trace = made("g/kg", then, weight_kg=70)
    assert order.total == 56
    assert [f.text for f in findings] == ["The whole course for this patient: 112 g."]
    assert trace == ["0.8 g/kg × 70 kg = 56 g"]


def test_later_steps_carry_their_own_totals():
    then = {"dose": 6, "on_days": [1], "next": [{"dose": 3, "on_days": [4, 7]}, {"text": "stop"}]}
    order, _, _ = made("mg/kg", then, weight_kg=60)
    assert order.total == 360
    assert order.then[0]["total"] == 180
    assert str(order) == (
        "Drug 6 mg/kg = 360 mg subcut on day 1, then 3 mg/kg = 180 mg on days 4 and 7, then stop"
    )


def test_dates_of_steps_by_interval_and_by_day():
    order = Order(
        drug="x", dose=10, unit="mg", every_h=24, for_days=2, then=({"dose": 5, "every_h": 168},)
    )
    days = [(day, dose) for day, _, dose in doses.calendar(order, START, 16)]
    assert days == [(1, 10), (2, 10), (3, 5), (10, 5)]
    twice_weekly = Order(drug="x", dose=10, unit="mg", every_h=84, for_days=14)
    assert [day for day, *_ in doses.calendar(twice_weekly, START, 60)] == [1, 4, 8, 11]
    late = Order(drug="x", dose=10, unit="mg", on_days=(1,), then=({"dose": 5, "from_day": 19},))
    assert [day for day, *_ in doses.calendar(late, START, 20)] == [1, 19, 20]
    by_day = Order(drug="x", dose=6, unit="mg", on_days=(1, 4), then=({"dose": 3, "every_h": 72},))
    found = [*doses.calendar(by_day, START, 11)]
    assert [(day, dose) for day, _, dose in found] == [(1, 6), (4, 6), (5, 3), (8, 3), (11, 3)]
    assert found[1][1] == dt.date(2026, 1, 4)


def test_a_dose_for_what_is_to_be_undone():
    then = {"dose": 1, "max_total": 50}
    order, findings, trace = made("mg/100 units", then, heparin_given_units=4000)
    assert (order.total, order.total_unit, findings) == (40, "mg", [])
    assert trace == ["1 mg/100 units × 4,000 units = 40 mg"]
    order, findings, _ = made("mg/mg", then, enoxaparin_dose_mg=60)
    assert (order.total, order.capped) == (50, True)
    assert "60 mg, is above the cap: 50 mg is given" in findings[0].text


def test_what_is_absent_binds_nothing_and_a_flat_bolus_is_carried():
    order, findings, _ = made("mg/kg", {"dose": 1, "every_h": 12}, weight_kg=120)
    assert (order.total, order.for_days, findings) == (120, None, [])
    order, _, _ = ordered("mg", Row(then=FixedDose(dose=5, bolus=30)), ("bolus",))
    assert (order.bolus_total, order.bolus_words()) == (30, "30 mg")


def test_a_step_without_the_cap_of_the_first():
    then = {"dose": 1, "max_total": 100, "next": [{"dose": 1, "none": {"max_total"}}]}
    order, _, _ = made("mg/kg", then, weight_kg=120)
    assert (order.total, order.then[0]["total"]) == (100, 120)


def test_what_a_dose_is_for_each_of():
    units = ("mg/kg", "mg/m²", "mg/100 units", "mg/mg", "mg")
    assert [doses.size_name(unit) for unit in units] == [
        "weight_kg", "bsa_m2", "heparin_given_units", "enoxaparin_dose_mg", "",
    ]  # fmt: skip


def ranged(unit, high, row=None, **given):
    row = row or Row(then=FixedDose(dose=1, max_total=150))
    row = attrs.evolve(row, then=attrs.evolve(row.then, low=1, high=high))
    return ordered(unit, row, **given)


def test_a_range_is_given_in_what_this_patient_gets():
    order, (said,), trace = ranged("mg/kg", 1.5, weight_kg=80)
    assert (order.total, order.high) == (80, 1.5)
    assert said.text == "The range for this patient: 80 to 120 mg."
    assert (said.level, said.cite) == ("note", "t")
    assert trace == ["1 mg/kg × 80 kg = 80 mg"]
    _, (said,), _ = ranged("mg/kg", 2, weight_kg=80)
    assert said.text.endswith("80 to 150 mg.")  # the cap holds for the upper end too
    _, (said,), _ = ranged("mg/kg", 2, Row(then=FixedDose(dose=1), cite="row"), weight_kg=80)
    assert said.cite == "row"


def test_no_range_is_said_where_both_ends_are_one_or_the_dose_is_flat():
    assert ranged("mg/kg", 1, weight_kg=80)[1] == []
    assert ranged("mg", 2)[1] == []
    capped = ranged("mg/kg", 2, weight_kg=200)[1]
    assert not any("The range for this patient" in f.text for f in capped)


def test_an_order_carries_what_its_row_says():
    then = {"dose": 1, "every_h": 12, "for_days": 3, "route": "oral", "how": "with food"}
    order, _, _ = made("mg/kg", then, weight_kg=80)
    assert (order.for_days, order.for_h, order.route) == (3, None, "oral")
    assert (order.how, order.weight_kg) == ("with food", 80)
    order, _, _ = made("mg", {"dose": 1, "for_h": 24}, weight_kg=80)
    assert (order.for_days, order.for_h, order.route) == (None, 24, "subcut")
    assert (order.how, order.weight_kg, order.total_unit, order.capped) == ("", None, "", False)


def test_a_later_step_above_the_cap_is_capped_and_keeps_its_own_terms():
    then = {"dose": 1, "max_total": 100, "next": [{"dose": 2, "for_days": 3}]}
    order, findings, trace = made("mg/kg", then, weight_kg=80)
    assert (order.total, order.capped, findings) == (80, False, [])
    assert order.then[0]["total"] == 100
    assert trace == ["1 mg/kg × 80 kg = 80 mg"]


def test_the_arithmetic_keeps_four_decimals_of_a_size_and_three_of_a_dose():
    _, _, trace = made("mg/kg", {"dose": 1.5}, weight_kg=70.12345)
    assert trace == ["1.5 mg/kg × 70.1235 kg = 105.185 mg"]


@pytest.mark.parametrize("step", [None, 5])
@pytest.mark.parametrize("most", [None, 100, 102])
def test_many_get_the_doses_of_each(step, most):
    weights = np.array([50, 62.4, 62.5, 99, 100, 101, 102.5, 150])
    many = amounts(np.ones(8), "mg/kg", weights, step or np.nan, most or np.nan).total
    then = {"dose": 1, "round_to": step, "max_total": most}
    one_by_one = [made("mg/kg", then, weight_kg=w)[0].total for w in weights]
    assert many.tolist() == pytest.approx(one_by_one)


def test_each_of_many_has_a_step_and_a_cap_of_their_own():
    size, step, most = (
        np.array(x) for x in ([62.5] * 3, [np.nan, 5, np.nan], [np.nan, np.nan, 60])
    )
    found = amounts(np.array([1, 1, 2]), "mg/kg", size, step, most)
    assert found.total.tolist() == [62.5, 65, 60]
    assert found.capped.tolist() == [False, False, True]
    assert np.isnan(amounts(np.ones(1), "mg/kg", np.array([np.nan]), 5, 100).total).all()


def test_the_warning_of_a_cap_keeps_one_decimal():
    _, (warning,), _ = made("mg/kg", {"dose": 1, "max_total": 50}, weight_kg=60.26)
    assert warning.text == "The dose worked out, 60.3 mg, is above the cap: 50 mg is given."


def test_rounding_and_cap_are_written_out():
    _, _, trace = made("mg/kg", {"dose": 1, "round_to": 5, "max_total": 50}, weight_kg=63)
    assert trace == ["1 mg/kg × 63 kg = 63 mg", "rounded to 5 mg: 65 mg", "capped at 50 mg"]


def test_many_may_be_rounded_to_halves_and_capped_below_one():
    tenth, hundredth = np.full(2, 0.1), np.full(2, 0.01)
    assert amounts(tenth, "mg/kg", np.array([6.0, 6.4]), 0.5, np.nan).total.tolist() == [0.5, 0.5]
    capped = amounts(hundredth, "mg/kg", np.array([40.0, 60.0]), np.nan, 0.5)
    assert capped.total.tolist() == [0.4, 0.5]


def test_dates_carry_what_this_patient_is_given():
    then = ({"text": "look again"}, {"dose": 1, "total": 70, "on_days": (5, 8)})
    order = Order(drug="x", dose=2, unit="mg/kg", total=140, every_h=48, for_days=4, then=then)
    days = [(day, dose) for day, _, dose in doses.calendar(order, START, 8)]
    assert days == [(1, 140), (3, 140), (5, 70), (8, 70)]
    assert [day for day, _, _ in doses.calendar(order, START, 7)] == [1, 3, 5]


def test_doses_within_a_day_are_one_line_each_day():
    order = Order(drug="x", dose=2, unit="mg", every_h=12, for_days=2)
    assert [day for day, _, _ in doses.calendar(order, START, 9)] == [1, 2]
    once = Order(drug="x", dose=2, unit="mg")
    assert [day for day, _, _ in doses.calendar(once, START, 9)] == [1]


def test_dated_steps_keep_their_interval_and_unit_and_say_whether_they_end():
    then = ({"dose": 5, "unit": "g"}, {"dose": 1, "on_days": (40,)})
    order = Order(drug="x", dose=2, unit="mg", every_h=12, for_days=2, then=then)
    assert [*doses.dated(order, 4)] == [
        ([1, 2], 2, "mg", 12, False), ([3, 4], 5, "g", 12, True), ([], 1, "mg", None, True)
    ]  # fmt: skip
    long = Order(drug="x", dose=2, unit="mg", every_h=24, for_days=90)
    assert [step.goes_on for step in doses.dated(long, 60)] == [True]
    assert [step.goes_on for step in doses.dated(long, 90)] == [False]
