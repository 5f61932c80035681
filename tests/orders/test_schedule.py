"""A plan of treatment with its dates."""

import datetime as dt

import attrs
import pytest

import dosing
from dosing.knowledge.library import load
from dosing.orders.order import Order
from dosing.orders.schedule import Due, plan, to_frame, words_without_date

START = dt.date(2026, 11, 21)
PATIENT = {
    "weight_kg": 70, "height_cm": 170, "crcl_ml_min": 80, "age_y": 40, "immunoglobulin_days": 2,
    "etoposide_plan": "100 mg/m²",
}  # fmt: skip


def dexamethasone():
    return dosing.start("dexamethasone", indication="hlh", weight_kg=70, height_cm=170).order


def due(drug, indication="hlh", **more):
    return plan([dosing.start(drug, indication=indication, **(PATIENT | more)).order], START)


def test_days_alike_are_one_line_with_both_dates():
    found = plan([dexamethasone()], START)
    assert [(d.first_day, d.last_day, d.doses) for d in found] == [
        (1, 14, 14), (15, 28, 14), (29, 42, 14), (43, 49, 7)
    ]  # fmt: skip
    assert (found[0].first, found[0].last) == (START, dt.date(2026, 12, 4))
    assert [round(d.dose, 2) for d in found] == [18.18, 9.09, 4.55, 2.27]
    assert {d.unit for d in found} == {"mg"}
    assert [d.words for d in found][:2] == ["18.18 mg once a day", "9.09 mg once a day"]
    assert not any(d.goes_on for d in found)


def test_several_doses_a_day_are_counted_and_added_up():
    (one,) = due("ruxolitinib")
    assert (one.least_a_day, one.most_a_day, one.day_total) == (2, 2, 5)
    assert one.words == "2.5 mg, 2 doses a day: 5 mg a day in all"
    assert (one.each, one.times) == ("2.5 mg", "2 doses a day")
    three = plan([Order(drug="x", dose=2, unit="mg", every_h=8, for_days=2)], START)
    assert [(d.doses, d.day_total, d.words) for d in three] == [
        (6, 6, "2 mg, 3 doses a day: 6 mg a day in all")
    ]


def test_a_whole_days_amount_is_never_shown_as_one_dose():
    (one,) = due("anakinra")
    assert (one.whole_day, one.day_total, one.doses) == (True, 140, None)
    assert one.each == "70 mg each if 2, 35 mg each if 4"
    assert one.times == "2 to 4 doses a day"
    assert one.words == "140 mg a day in all, divided into 2 to 4 doses"
    (one,) = due("cyclosporine")
    assert (one.each, one.times, one.day_total) == ("70 mg", "2 doses a day", 140)
    assert one.words == "140 mg a day in all, divided into 2 doses"
    assert one.doses is None  # no end is given
    whole = Order(drug="x", dose=9, unit="mg", every_h=24, amount_of="a whole day")
    (one,) = plan([whole], START)
    assert one.each == "a part of the day's amount"
    assert one.times == "how many is not given"
    assert one.words == "9 mg a day in all, divided; into how many doses is not given"


def test_an_interval_that_does_not_divide_a_day_gives_no_number():
    (one,) = plan([Order(drug="x", dose=5, unit="mg", every_h=10, for_days=3)], START)
    assert (one.doses, one.day_total) == (None, None)
    assert (one.times, one.words) == ("every 10 h", "5 mg every 10 h")


def test_a_change_of_the_interval_is_a_line_of_its_own():
    order = Order(
        drug="x", dose=5, unit="mg", every_h=12, for_days=2,
        then=({"dose": 5, "every_h": 24, "for_days": 2},),
    )  # fmt: skip
    assert [(d.first_day, d.last_day, d.doses) for d in plan([order], START)] == [
        (1, 2, 4), (3, 4, 2)
    ]  # fmt: skip


def test_a_treatment_without_end_says_so():
    (one,) = due("ruxolitinib")
    assert (one.first_day, one.last_day, one.goes_on, one.doses) == (1, 60, True, None)
    etoposide = due("etoposide")
    assert [d.first_day for d in etoposide] == [1, 8, 15, 22, 29, 36, 43, 50, 57]
    assert [d.goes_on for d in etoposide] == [False] * 8 + [True]
    assert {d.times for d in etoposide} == {"1 dose"}
    assert (one.onward, etoposide[0].onward, etoposide[-1].onward) == (
        " and on", "", ", then weekly"
    )  # fmt: skip


def test_pulses_and_courses_end():
    (one,) = due("methylprednisolone", "hlh-mas")
    assert (one.words, one.doses, one.goes_on) == ("1,000 mg once a day", 3, False)
    (one,) = due("immunoglobulin")
    assert (one.words, one.doses, one.dose * one.days) == ("56 g once a day", 2, 112)


def test_every_drug_of_the_dashboard_is_dated_with_how_many_a_day():
    topic = next(t for t in load().dashboards["hlh"].topics if t.schedule)
    for place in topic.schedule:
        drug, _, indication = place.partition("/")
        found = due(drug, indication, **({"age_y": 8} if "paediatric" in indication else {}))
        assert found, place
        assert all(one.least_a_day and one.day_total for one in found), place


def test_the_interval_is_the_orders_own():
    for drug, indication in (("apixaban", "vte"), ("dexamethasone", "hlh")):
        order = dosing.start(drug, indication=indication, **PATIENT).order
        per_day = {one.least_a_day for one in plan([order], START)}
        assert per_day == {24 // int(order.every_h)}


def test_a_first_bolus_is_a_line_of_its_own():
    order = Order(
        drug="x", dose=5, unit="mg/kg", total=400, total_unit="mg", every_h=12, for_days=1,
        bolus=30, bolus_unit="mg", bolus_total=30,
    )  # fmt: skip
    assert [(d.drug, d.words) for d in plan([order], START)] == [
        ("x, first bolus", "30 mg"), ("x", "400 mg, 2 doses a day: 800 mg a day in all")
    ]  # fmt: skip


def test_an_infusion_has_no_plan_by_day():
    infusion = attrs.evolve(dexamethasone(), unit="mcg/kg/min")
    with pytest.raises(ValueError, match="dexamethasone is an infusion"):
        plan([infusion], START)


def test_what_is_said_in_words_has_no_date():
    assert words_without_date(dexamethasone()) == ["taper to stop in week 8"]


def test_drugs_stand_by_day():
    other = Order(drug="x", dose=1, unit="mg", on_days=(1, 20))
    found = plan([dexamethasone(), other], START)
    assert [d.drug for d in found] == [
        "dexamethasone", "x", "dexamethasone", "x", "dexamethasone", "dexamethasone"
    ]  # fmt: skip


def test_a_step_without_end_is_listed_to_the_last_day():
    order = Order(drug="x", dose=1, unit="mg", every_h=24)
    assert [(d.first_day, d.last_day) for d in plan([order], START, 10)] == [(1, 10)]


def test_as_a_frame():
    frame = to_frame(plan([dexamethasone()], START))
    assert list(frame["first_day"]) == [1, 15, 29, 43]
    assert list(frame["doses"]) == [14, 14, 14, 7]
    assert list(frame["day_total"].round(2)) == [18.18, 9.09, 4.55, 2.27]
    assert frame["words"][0] == "18.18 mg once a day"


@pytest.mark.parametrize("numbers", [(2, None), (None, 4)])
def test_where_one_number_of_doses_is_unknown_none_is_said(numbers):
    one = Due(
        drug="x", first_day=1, last_day=1, first=START, last=START, dose=140, unit="mg",
        whole_day=True, least_a_day=numbers[0], most_a_day=numbers[1],
    )  # fmt: skip
    assert (one.each, one.times) == ("a part of the day's amount", "how many is not given")
    assert one.words == "140 mg a day in all, divided; into how many doses is not given"


@pytest.mark.parametrize(("days", "times"), [(1, "1 dose"), (2, "1 dose a day")])
def test_one_dose_a_day_is_told_from_one_dose(days, times):
    (one,) = plan([Order(drug="x", dose=5, unit="mg", every_h=24, for_days=days)], START)
    assert one.times == times


def test_what_is_given_daily_simply_goes_on():
    (one,) = plan([Order(drug="x", dose=5, unit="mg", every_h=24)], START)
    assert one.onward == " and on"


def test_a_bolus_for_each_kilogram_is_a_whole_amount_on_the_first_day():
    order = Order(
        drug="x", dose=5, unit="units/kg", total=350, total_unit="units", every_h=24, for_days=1,
        bolus=80, bolus_total=5600,
    )  # fmt: skip
    bolus = plan([order], START)[0]
    assert bolus.words == "5,600 units"
    assert (bolus.first, bolus.last) == (START, START)


def test_of_several_numbers_of_doses_the_fewest_and_the_most_are_said():
    order = Order(
        drug="x", dose=120, unit="mg", every_h=24, for_days=1, amount_of="a whole day",
        doses_a_day=(2, 3, 4),
    )  # fmt: skip
    (one,) = plan([order], START)
    assert one.each == "60 mg each if 2, 30 mg each if 4"
