"""The plan of treatment as a table and a picture."""

import datetime as dt

import dosing
from dosing.orders import Order
from dosing.schedule import plan
from dosing.ui import render_schedule as drawn

START = dt.date(2026, 11, 21)
ORDERS = [
    dosing.start("dexamethasone", "hlh", weight_kg=70, height_cm=170).order,
    Order(drug="<x>", dose=6, unit="mg", on_days=(1, 4)),
]
DUE = plan(ORDERS, START)


def test_the_table_has_days_dates_and_doses():
    said = drawn.table(DUE)
    assert said.count("<tr>") == len(DUE) + 1
    assert "<td>1 to 14</td><td>2026-11-21 to 2026-12-04</td>" in said
    assert "<b>18.18</b> mg daily" in said
    assert "<b>6</b> mg</td>" in said
    assert "&lt;x&gt;" in said


def test_the_picture_has_a_mark_for_each_run_and_says_itself_in_words():
    said = drawn.picture(DUE)
    assert said.count("<rect") == len(DUE)
    assert "role='img'" in said
    assert "dexamethasone: 49 doses, day 1 to 49" in said
    assert "21 Nov" in said
    assert "<x>" not in said


def test_no_plan_no_picture():
    assert drawn.picture([]) == ""
