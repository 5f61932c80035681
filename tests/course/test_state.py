"""Where a course stands after each event, and the time in range."""

from datetime import datetime, timedelta

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dosing.course import events as ev
from dosing.course.state import (
    advance,
    begin,
    mass_per_h,
    mass_unit,
    rate_in,
    time_in_range,
)
from dosing.knowledge.library import load
from tests.course.nights import START, UNIT, at

SEEDS = load()
SET = ev.Setting(rate=0.5, unit=UNIT, pump_ml_h=2.1, strength=1.0, weight_kg=70.0)
STARTED = ev.Started(
    id="s", at=START, recorded_at=START, drug="argatroban", indication="hit", authority="us-label",
    table="t", protocol="argatroban-smpc-reduced", set_to=SET, inputs={"weight_kg": 70.0},
    recheck_h=2,
)  # fmt: skip


def event(kind, hours, **fields):
    return kind(id=f"{kind.kind}{hours}", at=at(hours), recorded_at=at(hours), **fields)


def after(*events):
    stood = begin(STARTED, SEEDS)
    for one in events:
        stood = advance(stood, one, SEEDS)
    return stood


def test_a_start_runs_and_its_first_result_is_due():
    stood = after()
    assert (stood.running(UNIT), stood.due, stood.changed_at) == (0.5, at(2), START)
    later = begin(attrs.evolve(STARTED, recheck_h=None), SEEDS)
    assert later.due == at(4)


def test_the_last_act_decides_what_runs():
    raised = attrs.evolve(SET, rate=0.6, pump_ml_h=2.5)
    run = event(ev.RateSet, 1, set_to=raised)
    held = event(ev.Held, 2, resume_rate=0.3, hold_min=30, recheck_h=4)
    assert (after(run).running(UNIT), after(run).due) == (0.6, at(5))
    stood = after(run, held)
    assert (stood.running(UNIT), stood.held, stood.resume_at) == (0, True, at(2.5))
    assert (stood.held_from, stood.due) == (0.3, at(6.5))
    assert after(run, held, event(ev.Stopped, 3)).due is None


def test_setting_the_same_rate_is_no_change():
    stood = after(event(ev.RateSet, 1, set_to=SET))
    assert (stood.changed_at, stood.due) == (START, at(2))


def test_what_was_given_counts_boluses_and_no_hold():
    stood = after(event(ev.Bolus, 1, amount=5.0, unit="mg"), event(ev.Held, 2, resume_rate=0.3))
    assert stood.given_until(at(9)) == pytest.approx(2 * 2.1 + 5)
    assert (stood.boluses, stood.bolus_at) == (5, at(1))


def test_a_pump_setting_gives_its_mass_whatever_changes_later():
    assert mass_per_h(SET) == pytest.approx(2.1)
    assert mass_per_h(attrs.evolve(SET, pump_ml_h=None)) == pytest.approx(2.1)
    heavier = after(event(ev.Changed, 1, inputs={"weight_kg": 140.0}))
    assert heavier.running(UNIT) == pytest.approx(0.25)
    assert heavier.given_until(at(10)) == pytest.approx(21)


@pytest.mark.parametrize(
    ("pump", "rate"), [(2.1, 0.5), (2.2, 0.5), (2.21, 0.52619), (1.9, 0.452381)]
)
def test_the_rounding_of_the_pump_is_the_dose_ordered_and_more_is_what_it_gives(pump, rate):
    assert rate_in(attrs.evolve(SET, pump_ml_h=pump), UNIT, 70, 0.05) == pytest.approx(
        rate, abs=1e-6
    )


def test_a_rate_in_other_units():
    assert rate_in(SET, "mg/h", 70) == pytest.approx(2.1)
    assert rate_in(SET, "mg/kg/h", 70) == pytest.approx(0.03)
    assert np.isnan(rate_in(SET, "mg/kg/h", None))
    assert (mass_unit("units/kg/h"), mass_unit(UNIT)) == ("units", "mg")


def test_an_interruption_starts_the_clock_again():
    stood = after(event(ev.Interrupted, 1, what="CT"))
    assert (stood.changed_at, stood.due) == (at(1), at(5))
    lost = after(event(ev.Interrupted, 1, what="hemolysed", sample=True))
    assert (lost.changed_at, lost.due) == (START, at(1))
    assert after(event(ev.Stopped, 1), event(ev.Interrupted, 2, what="x")).due is None


@pytest.mark.parametrize(
    ("values", "share"),
    [([40, 60], 0.5), ([60, 60], 1), ([40, 45], 0), ([40, 120], 0.5), ([60, 60, 20], 0.625)],
)
def test_time_in_range_by_straight_lines(values, share):
    results = [(at(4 * i), v) for i, v in enumerate(values)]
    assert time_in_range(results, (50, 90)) == pytest.approx(share)


def test_there_is_none_with_one_result_or_without_a_target():
    assert time_in_range([(START, 60)], (50, 90)) is None
    assert time_in_range([(START, 60), (at(1), 60)], None) is None
    assert time_in_range([(START, 60), (START, 70)], (50, 90)) is None


@given(st.lists(st.integers(20, 150), min_size=2, max_size=6))
def test_time_in_range_is_what_a_fine_grid_finds(values):
    begun = datetime(2026, 11, 21, 8)
    results = [(begun + timedelta(hours=i), v) for i, v in enumerate(values)]
    fine = np.linspace(0, len(values) - 1, 20001)
    line = np.interp(fine, range(len(values)), values)
    inside = np.mean((line >= 50) & (line <= 90))
    assert time_in_range(results, (50, 90)) == pytest.approx(inside, abs=0.01)
