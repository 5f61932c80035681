"""What is entered is read and checked before it becomes an event."""

import datetime as dt

import pytest

import dosing
from dosing.course import entering
from dosing.knowledge.library import load
from tests.course.nights import START, at, begin, heparin

SEEDS = load()


def test_now_is_the_clock_unless_given():
    assert entering.present(START) == START
    assert dt.datetime.now(dt.UTC) - entering.present(None) < dt.timedelta(minutes=1)


def test_two_clocks_may_differ_by_a_minute():
    start = START.astimezone(dt.UTC)
    entering.not_to_come(start + dt.timedelta(minutes=1), start)
    with pytest.raises(ValueError, match=r"07:02 UTC has not come yet: now is .* 07:00 UTC"):
        entering.not_to_come(start + dt.timedelta(minutes=2), start)


@pytest.mark.parametrize(
    ("unit", "known"), [("mL/h", "mL/h"), ("ml/h", "mL/h"), (" units/kg/h ", "units/kg/h")]
)
def test_units_in_which_a_pump_is_set(unit, known):
    assert entering.known_unit(unit) == known


@pytest.mark.parametrize("unit", ["", "drops/min", "mg", "Units/h"])
def test_another_unit_is_refused_with_those_that_exist(unit):
    with pytest.raises(ValueError, match="write mL/h, mcg/kg/min"):
        entering.known_unit(unit)


def test_an_order_is_kept_as_the_pump_was_set():
    label = dosing.start("argatroban", weight_kg=70, child_pugh="none", label_table=True)
    kept = entering.ordered_setting(SEEDS, label)
    assert (kept.rate, kept.pump_ml_h, kept.pump_step_ml_h) == (2, 8, 1)
    capped = dosing.start("heparin", indication="acs", weight_kg=120)
    kept = entering.ordered_setting(SEEDS, capped)
    assert kept.rate * 120 == pytest.approx(1000, rel=1e-4)
    assert (kept.pump_ml_h, kept.strength) == (10, 100)


@pytest.mark.parametrize(
    ("typed", "unit", "pump", "rate"),
    [
        ("1", "", 4.2, 1), ("4.2", "mL/h", 4.2, 1), ("4.2", "mg/h", 4.2, 1),
        ("0,06", "mg/kg/h", 4.2, 1), ("1", "mcg/kg/min", 4.2, 1),
    ],
)  # fmt: skip
def test_one_rate_in_every_unit(typed, unit, pump, rate):
    book = begin().book
    found = entering.wanted(book, book.standing(START), typed, unit)
    assert (found.pump_ml_h, found.rate, found.unit) == (pump, rate, "mcg/kg/min")


def test_units_of_heparin():
    book = heparin().book
    found = entering.wanted(book, book.standing(START), "1600", "units/h")
    assert (found.rate, found.pump_ml_h) == (20, 16)
    with pytest.raises(ValueError, match="does not titrate mg/h"):
        entering.wanted(book, book.standing(START), "3", "mg/h")


@pytest.mark.parametrize(
    ("typed", "unit", "amount"),
    [("6400", "", 6400), ("80", "units/kg", 6400), ("64", "mL", 6400), ("1000", "units", 1000)],
)
def test_a_bolus_in_each_of_its_units(typed, unit, amount):
    book = heparin().book
    assert entering.bolus_amount(book, book.standing(START), typed, unit) == amount


def test_a_bolus_of_a_drug_in_mg():
    book = begin().book
    stood = book.standing(START)
    assert entering.bolus_amount(book, stood, "350", "mcg/kg") == 24.5
    assert entering.bolus_amount(book, stood, "500", "mcg") == 0.5
    for unit in ("units", "mL/kg", "mg/h"):
        with pytest.raises(ValueError, match=f"{unit} is no unit of this bolus"):
            entering.bolus_amount(book, stood, "1", unit)


def test_the_ordered_bolus_is_known_until_one_was_given():
    course = heparin()
    assert entering.bolus_ordered(course.book, 6400, START)
    assert entering.bolus_ordered(course.book, 6450, START)
    assert not entering.bolus_ordered(course.book, 5000, START)
    course.bolus(6400, at=at(0))
    assert not entering.bolus_ordered(course.book, 6400, START)


def test_a_weight_is_kept_in_kg_as_a_number():
    assert entering.in_kg(SEEDS, {"weight_lb": "154.324", "sex": "female"}) == {
        "weight_kg": pytest.approx(70, abs=1e-3), "sex": "female",
    }  # fmt: skip
    assert entering.in_kg(SEEDS, {"weight_kg": "70,5"}) == {"weight_kg": 70.5}


def test_what_is_corrected_is_checked_as_on_entry():
    course = begin()
    course.measure(at=at(4), aptt_s=44)
    book, fact = course.book, course.facts[1]
    assert entering.corrections(book, fact, {"aptt_s": "45"}, at(5)) == {"aptt_s": 45.0}
    for values, wish in (
        ({}, "Say what changed"),
        ({"aptt_s": "abc"}, "not a plain number"),
        ({"weight_kg": 70}, "Body weight is not kept as a result"),
        ({"at": at(6)}, "has not come yet"),
        ({"at": at(-1)}, "before the infusion was started"),
        ({"at": "noon"}, "is no date and time"),
    ):
        with pytest.raises(ValueError, match=wish):
            entering.corrections(book, fact, values, at(5))
