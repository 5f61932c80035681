"""The warfarin week: change in percent, a plan in tablets, and INR time in range."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dosing
from dosing.equations.warfarin_week import rosendaal, week_plan, weekly_after
from dosing.knowledge.library import load
from dosing.scoring.warfarin import read_points

STRENGTH = st.sampled_from([1, 2, 2.5, 3, 4, 5, 6, 7.5, 10])


@pytest.mark.parametrize(
    ("weekly", "change", "after"),
    [
        pytest.param(35, -10, 31.5, id="WAR-04"),
        pytest.param(28, 15, 32.2, id="WAR-05"),
        (35, 0, 35),
    ],
)
def test_a_change_acts_on_the_week(weekly, change, after):
    assert weekly_after(weekly, change) == pytest.approx(after)


@pytest.mark.parametrize("given", [(0, 10), (35, -100), (35, -150), (None, 10), (35, None)])
def test_nothing_left_is_no_dose(given):
    assert np.isnan(weekly_after(*given))


@pytest.mark.parametrize(
    ("weekly", "strengths", "planned", "days"),
    [
        (35, [5], 35, {5}),
        (31.5, [5], 32.5, {2.5, 5}),
        (31.5, [5, 2], 31.5, {4.5}),
        (30, [5], 30, {2.5, 5}),
        (33.75, [5], 32.5, {2.5, 5}),  # as far from 32.5 as from 35: the smaller week
        (3.5, [1], 3.5, {0.5}),
        (2, [5], 2.5, {0, 2.5}),
    ],
)
def test_a_plan(weekly, strengths, planned, days):
    plan = week_plan(weekly, strengths)
    assert plan.weekly_mg == planned
    assert set(plan.daily_mg) == days
    assert plan.difference_mg == pytest.approx(planned - weekly)


@given(st.floats(1, 120), st.lists(STRENGTH, min_size=1, max_size=2, unique=True))
def test_a_plan_adds_up_and_is_as_even_as_halves_allow(weekly, strengths):
    plan = week_plan(weekly, strengths)
    assert len(plan.daily_mg) == 7
    assert sum(plan.daily_mg) == pytest.approx(plan.weekly_mg)
    for mg, tablets in zip(plan.daily_mg, plan.tablets, strict=True):
        assert sum(n * s for n, s in tablets) == pytest.approx(mg)
        assert all(n * 2 == int(n * 2) and s in strengths for n, s in tablets)
    assert len(set(plan.daily_mg)) <= 2
    assert max(plan.daily_mg) - min(plan.daily_mg) <= min(strengths) / 2 + 1e-9
    # Seven equal steps of half a tablet: no week is further away than half of one.
    assert abs(plan.difference_mg) <= min(strengths) / 4 + 1e-6


@given(st.floats(1, 60), STRENGTH)
def test_one_strength_again_by_trying_every_number_of_halves(weekly, strength):
    halves = strength / 2
    best = min(abs(n * halves - weekly) for n in range(int(weekly / halves) + 3))
    assert abs(week_plan(weekly, [strength]).difference_mg) == pytest.approx(best, abs=1e-5)


def test_the_larger_days_are_spread_over_the_week():
    plan = week_plan(25, [5])  # three days of 5 mg, four of 2.5 mg
    larger = [i for i, mg in enumerate(plan.daily_mg) if mg == 5]
    assert len(larger) == 3
    assert all(b - a >= 2 for a, b in itertools.pairwise(larger))


def test_a_whole_tablet_is_preferred_to_pieces():
    assert week_plan(35, [5, 2.5, 1]).tablets == (((1.0, 5.0),),) * 7


@pytest.mark.parametrize(
    ("weekly", "strengths"),
    [(0, [5]), (-5, [5]), (math.nan, [5]), (35, []), (35, [0]), (35, [1, 2, 3, 4])],
)
def test_an_impossible_week_is_refused(weekly, strengths):
    with pytest.raises(
        ValueError,
        match=r"^(The weekly dose and each tablet|One to three tablet) strength",
    ):
        week_plan(weekly, strengths)


@pytest.mark.parametrize(
    ("points", "inside", "total", "pct"),
    [
        pytest.param([(0, 1.5), (10, 2.5)], 5, 10, 50, id="TTR-01"),
        pytest.param([(0, 2.4), (14, 3.6), (28, 2.8)], 10.5, 28, 37.5, id="TTR-02"),
        pytest.param([(0, 1.8), (7, 2.2), (21, 2.6), (49, 3.4)], 31.5, 49, 64.29, id="TTR-03"),
        pytest.param([(0, 2), (10, 2)], 10, 10, 100, id="the lower limit is in range"),
        pytest.param([(0, 3), (10, 3)], 10, 10, 100, id="the upper limit is in range"),
        pytest.param([(0, 1.9), (10, 1.9)], 0, 10, 0, id="below throughout"),
        pytest.param([(0, 1), (10, 5)], 2.5, 10, 25, id="through the range"),
        pytest.param([(0, 2.5), (56, 2.5)], 56, 56, 100, id="56 days count"),
        pytest.param([(0, 2.5), (57, 2.5), (60, 2.5)], 3, 3, 100, id="57 days are left out"),
    ],
)
def test_time_in_range(points, inside, total, pct):
    days, inrs = zip(*points, strict=True)
    found = rosendaal(days, inrs, 2, 3)
    assert found.days_in == pytest.approx(inside)
    assert found.days_total == total
    assert found.pct == pytest.approx(pct, abs=0.01)
    assert found.days_in + found.days_below + found.days_above == pytest.approx(total)


POINTS = st.lists(st.tuples(st.integers(1, 50), st.floats(0.8, 8)), min_size=2, max_size=8)


@given(POINTS)
def test_time_in_range_again_by_small_steps(steps):
    days = list(itertools.accumulate(gap for gap, _ in steps))
    inrs = [inr for _, inr in steps]
    found = rosendaal(days, inrs, 2, 3)
    grid = np.linspace(days[0], days[-1], 200_001)
    line = np.interp(grid, days, inrs)
    assert found.pct / 100 == pytest.approx(np.mean((line >= 2) & (line <= 3)), abs=5e-3)


def test_all_gaps_too_long_leave_no_percentage():
    found = rosendaal([0, 100], [2, 3], 2, 3)
    assert math.isnan(found.pct)
    assert (found.days_total, found.gaps_left_out) == (0, 1)
    assert rosendaal([0, 100], [2, 3], 2, 3, max_gap_days=120).pct == 100


@pytest.mark.parametrize(
    ("days", "inrs", "limits", "wish"),
    [
        ([0], [2], (2, 3), "Two INRs are needed at least."),
        ([0, 1], [2], (2, 3), "Each INR needs its day: the lists differ in length."),
        ([1, 0], [2, 3], (2, 3), "The days must rise: one INR a day, in order."),
        ([0, 0], [2, 3], (2, 3), "The days must rise: one INR a day, in order."),
        ([0, math.inf], [2, 3], (2, 3), "The days must rise: one INR a day, in order."),
        ([0, 1], [0, 3], (2, 3), "An INR must be above zero."),
        ([0, 1], [math.nan, 3], (2, 3), "An INR must be above zero."),
        ([0, 1], [2, 3], (3, 2), "The range must go from a lower to a higher INR."),
        ([0, 1], [2, 3], (2, 2), "The range must go from a lower to a higher INR."),
        ([0, 1], [2, 3], (0, 3), "The range must go from a lower to a higher INR."),
        ([0, 1], [2, 3], (2, math.inf), "The range must go from a lower to a higher INR."),
    ],
)
def test_what_cannot_be_is_refused(days, inrs, limits, wish):
    with pytest.raises(ValueError, match=f"^{wish}$"):
        rosendaal(days, inrs, *limits)


def test_the_longest_gap_must_be_above_zero():
    with pytest.raises(ValueError, match=r"^The longest gap between two INRs must be above zero.$"):
        rosendaal([0, 1], [2, 3], 2, 3, max_gap_days=0)


def test_the_public_name():
    assert dosing.time_in_therapeutic_range([0, 10], [1.5, 2.5], 2, 3).pct == 50


def test_a_tablet_below_one_milligram():
    plan = week_plan(7, [0.5])
    assert (plan.weekly_mg, plan.daily_mg) == (7, (1.0,) * 7)


def test_whole_tablets_are_preferred_to_a_broken_one_and_the_larger_is_named_first():
    assert week_plan(52.5, [2.5, 5]).tablets == (((1.0, 5.0), (1.0, 2.5)),) * 7


def test_days_below_and_above_add_up_over_all_stretches():
    found = rosendaal([0, 10, 20, 30, 40], [1.5, 1.5, 2.5, 3.5, 3.5], 2, 3)
    assert (found.days_below, found.days_in, found.days_above) == (15, 10, 15)
    assert found.pct == 25


def test_each_stretch_that_is_too_long_is_counted():
    found = rosendaal([0, 100, 110, 210], [2.5, 2.5, 2.5, 2.5], 2, 3)
    assert (found.gaps_left_out, found.days_total) == (2, 10)


def test_a_range_from_one_and_a_gap_of_a_day_are_possible():
    assert rosendaal([0, 10], [1.5, 1.5], 1, 3).pct == 100
    assert rosendaal([0, 0.5], [2.5, 2.5], 2, 3, max_gap_days=1).days_total == 0.5


@pytest.mark.parametrize("inr", ["50.1", "51", "0.4"])
def test_an_inr_that_cannot_be_is_refused_as_it_is_typed(inr):
    with pytest.raises(ValueError, match="is not possible"):
        read_points(load(), [f"0:{inr}", "10:2"])


def test_the_ends_of_what_an_inr_can_be_are_read():
    assert read_points(load(), ["0:0.5", "10:50"])[1] == [0.5, 50]


def test_of_equally_few_tablets_those_of_one_strength_are_taken():
    assert week_plan(28, [1, 2, 3]).tablets == (((2.0, 2.0),),) * 7  # not 3 mg and 1 mg


def test_days_are_read_beside_their_inrs():
    assert read_points(load(), ["0:1.5", "10,5:2"]) == ([0, 10.5], [1.5, 2])


@pytest.mark.parametrize(
    ("typed", "names"), [("10", "'10'"), ("10:", "'10:'"), ("10:2:5", "INR"), ("x:2", "'x'")]
)
def test_what_is_not_a_day_and_an_inr_is_refused_as_it_was_typed(typed, names):
    with pytest.raises(ValueError, match=f"^{names}|^INR: {names}"):
        read_points(load(), ["0:2", typed])
