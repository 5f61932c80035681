"""The plan of treatment as a table and a picture."""

import datetime as dt

import dosing
from dosing.orders.order import Order
from dosing.orders.schedule import plan
from dosing.ui.guide import schedule as drawn

START = dt.date(2026, 11, 21)
ORDERS = [
    dosing.start("dexamethasone", indication="hlh", weight_kg=70, height_cm=170).order,
    Order(drug="<x>", dose=6, unit="mg", on_days=(1, 4)),
]
DUE = plan(ORDERS, START)
OFTEN = plan(
    [
        dosing.start("ruxolitinib", indication="hlh", weight_kg=70).order,
        dosing.start("anakinra", indication="hlh", weight_kg=70, crcl_ml_min=80).order,
    ],
    START,
)


def test_the_table_has_days_dates_and_doses():
    said = drawn.table(DUE)
    assert said.count("<tr>") == len(DUE) + 1
    assert "<td>1 to 14</td><td>2026-11-21 to 2026-12-04</td>" in said
    assert "<td><b>18.18 mg</b></td><td>1 dose a day</td><td>18.18 mg</td>" in said
    assert "<td><b>6 mg</b></td><td>1 dose</td><td>6 mg</td>" in said
    assert "&lt;x&gt;" in said
    assert "No end" not in said


def test_the_table_counts_the_doses_of_a_day_and_adds_them_up():
    said = drawn.table(OFTEN)
    assert "<td><b>2.5 mg</b></td><td>2 doses a day</td><td>5 mg</td>" in said
    assert (
        "<td>70 mg each if 2, 35 mg each if 4</td><td>2 to 4 doses a day</td>"
        "<td><b>140 mg</b>, divided</td>"
    ) in said
    heads = ("Day", "Date", "Drug", "One dose", "How many a day", "In all a day")
    assert all(f"<th scope='col'>{head}</th>" in said for head in heads)


def test_a_list_that_stops_before_the_treatment_says_so():
    said = drawn.table(OFTEN)
    assert "<td>1 to 60 and on</td><td>2026-11-21 to 2027-01-19 and on</td>" in said
    assert "No end is given here for ruxolitinib, anakinra" in said


def test_a_weekly_treatment_that_goes_on_is_not_read_as_a_daily_one():
    weekly = dosing.start(
        "etoposide",
        indication="hlh",
        weight_kg=70,
        height_cm=170,
        crcl_ml_min=80,
        etoposide_plan="50 mg/m²",
    ).order
    twice = dosing.start("emapalumab", indication="hlh-stills", weight_kg=60).order
    due = plan([weekly, twice], START)
    said = drawn.table(due)
    assert "a day</td>" not in said
    assert "<td>57, then weekly</td><td>2027-01-16, then weekly</td>" in said
    assert "<td>57, then twice weekly</td>" in said
    assert "and on" not in said
    assert "etoposide: 9 doses listed, day 1 to 57, no end given" in drawn.summary(due)


def test_an_interval_without_a_number_gives_no_total():
    due = plan([Order(drug="x", dose=5, unit="mg", every_h=10)], START)
    assert "<td>every 10 h</td><td>not given</td>" in drawn.table(due)
    assert "x: 5 mg every 10 h, day 1 to 60, no end given" in drawn.summary(due)


def test_the_picture_has_a_mark_for_each_run_and_says_itself_in_words():
    said = drawn.picture(DUE)
    assert said.count("<rect") == len(DUE)
    assert "role='img'" in said
    assert "dexamethasone: 49 doses, day 1 to 49" in said
    assert ">18.18 mg daily</text>" in said
    assert "21 Nov" in said
    assert "<x>" not in said


def test_the_picture_labels_doses_and_whole_days_apart():
    said = drawn.picture(OFTEN)
    assert ">2.5 mg, 2 doses a day</text>" in said
    assert ">140 mg a day in all, divided</text>" in said
    assert (
        "ruxolitinib: 2.5 mg, 2 doses a day: 5 mg a day in all, day 1 to 60, no end given;"
        " anakinra: 140 mg a day in all, divided into 2 to 4 doses, day 1 to 60, no end given."
    ) in said


def test_a_change_close_to_the_first_dose_is_labelled_below_it():
    order = dosing.start("emapalumab", indication="hlh-stills", weight_kg=60).order
    said = drawn.picture(plan([order], START))
    first, second = (said.index(f">{words}</text>") for words in ("360 mg", "180 mg"))
    assert first < second
    assert said[:second].count("<rect") == 2  # the label stands at the second dose
    assert said.count(">180 mg</text>") == 1
    lines = [str(drawn.TOP + 12 + below) for below in drawn.LINES]
    assert [f"y='{y}' class='small'" in said for y in lines] == [True, True]


def test_steps_of_several_doses_are_told_one_after_the_other():
    then = ({"dose": 1, "every_h": 24, "for_days": 2},)
    two = Order(drug="x", dose=5, unit="mg", every_h=12, for_days=2, then=then)
    assert drawn.summary(plan([two], START)) == "Plan from 2026-11-21. x: 6 doses, day 1 to 4."
    odd = Order(drug="x", dose=5, unit="mg", every_h=10, for_days=2, then=then)
    assert drawn.summary(plan([odd], START)) == (
        "Plan from 2026-11-21. x: 5 mg every 10 h, then 1 mg once a day, day 1 to 4."
    )
    once = Order(drug="x", dose=5, unit="mg")
    assert drawn.summary(plan([once], START)) == "Plan from 2026-11-21. x: 1 dose, day 1."


def test_no_plan_no_picture():
    assert drawn.picture([]) == ""
