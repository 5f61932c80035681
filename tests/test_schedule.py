"""A plan of treatment with its dates."""

import datetime as dt

import dosing
from dosing.orders import Order
from dosing.schedule import plan, to_frame, words_without_date

START = dt.date(2026, 11, 21)


def dexamethasone():
    return dosing.start("dexamethasone", "hlh", weight_kg=70, height_cm=170).order


def test_days_alike_are_one_line_with_both_dates():
    found = plan([dexamethasone()], START)
    assert [(d.first_day, d.last_day, d.doses) for d in found] == [
        (1, 14, 14), (15, 28, 14), (29, 42, 14), (43, 49, 7)
    ]  # fmt: skip
    assert (found[0].first, found[0].last) == (START, dt.date(2026, 12, 4))
    assert [round(d.dose, 2) for d in found] == [18.18, 9.09, 4.55, 2.27]
    assert {d.unit for d in found} == {"mg"}


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
