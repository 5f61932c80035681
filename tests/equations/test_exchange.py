"""Plasma volumes, what an exchange removes, grams of immunoglobulin, and the response."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dosing.equations.exchange import (
    blood_volume_nadler,
    exchange_volume_l,
    fraction_removed,
    immunoglobulin_grams,
    plasma_part,
    plasma_volume,
    plasma_volume_by_sex,
    plasma_volume_nadler,
    platelet_response,
)

WEIGHT = st.floats(20, 250)
HEMATOCRIT = st.floats(5, 75)


@pytest.mark.parametrize(
    ("height_cm", "weight_kg", "hematocrit", "sex", "blood", "nadler", "kaplan", "exchange"),
    [
        pytest.param(175, 80, 40, "male", 5.1457, 3.0874, 3.12, 4.6311, id="PLX-01"),
        pytest.param(165, 60, 30, "female", 3.7677, 2.6374, 2.73, 3.9561, id="PLX-02"),
    ],
)
def test_plasma(height_cm, weight_kg, hematocrit, sex, blood, nadler, kaplan, exchange):
    assert blood_volume_nadler(weight_kg, height_cm, sex) == pytest.approx(blood, abs=0.001)
    found = plasma_volume_nadler(weight_kg, height_cm, sex, hematocrit)
    assert found == pytest.approx(nadler, abs=0.001)
    assert exchange_volume_l(found, 1.5) == pytest.approx(exchange, abs=0.001)
    assert plasma_volume(weight_kg, hematocrit) == pytest.approx(kaplan, abs=0.001)


@pytest.mark.parametrize(
    ("weight_kg", "hematocrit", "factor", "litres"),
    [
        pytest.param(70, 40, 0.065, 2.73, id="HIT177"),
        pytest.param(70, 40, 0.07, 2.94, id="HIT178"),
        pytest.param(80, 25, 0.065, 3.9, id="HIT179"),
    ],
)
def test_plasma_by_weight(weight_kg, hematocrit, factor, litres):
    found = plasma_volume(weight_kg, hematocrit, l_per_kg=factor)
    assert found == pytest.approx(litres)
    assert exchange_volume_l(found, 1.5) == pytest.approx(1.5 * litres)


@given(WEIGHT, HEMATOCRIT)
def test_plasma_is_a_part_of_the_blood(weight_kg, hematocrit):
    # What is divided instead of multiplied comes out above the blood itself.
    blood = 0.065 * weight_kg
    plasma = plasma_volume(weight_kg, hematocrit)
    assert plasma < blood
    assert plasma + blood * hematocrit / 100 == pytest.approx(blood)


@given(WEIGHT, HEMATOCRIT)
def test_by_sex_is_between_the_two_factors(weight_kg, hematocrit):
    assert plasma_volume_by_sex(weight_kg, "female", hematocrit) == pytest.approx(
        plasma_volume(weight_kg, hematocrit)
    )
    assert plasma_volume_by_sex(weight_kg, "male", hematocrit) == pytest.approx(
        plasma_volume(weight_kg, hematocrit, l_per_kg=0.07)
    )


@pytest.mark.parametrize("bad", [0.4, 1, 0, -5, 100, 140, None])
def test_a_hematocrit_as_a_fraction_or_beyond_is_refused(bad):
    assert np.isnan(plasma_part(bad))
    assert np.isnan(plasma_volume(70, bad))
    assert np.isnan(plasma_volume_nadler(70, 170, "male", bad))


@pytest.mark.parametrize("bad", [0, -70, None])
def test_no_weight_or_height_no_volume(bad):
    assert np.isnan(plasma_volume(bad, 40))
    assert np.isnan(plasma_volume_by_sex(bad, "male", 40))
    assert np.isnan(blood_volume_nadler(bad, 170, "male"))
    assert np.isnan(blood_volume_nadler(70, bad, "male"))
    assert np.isnan(exchange_volume_l(bad, 1.5))
    assert np.isnan(fraction_removed(bad))


@pytest.mark.parametrize(
    ("volumes", "part"),
    [
        pytest.param(1, 0.632, id="63%"),
        pytest.param(1.3, 0.727, id="HIT183"),
        pytest.param(1.5, 0.7769, id="PLX-05, HIT185: not 88%"),
        pytest.param(2, 0.8647, id="PLX-06"),
    ],
)
def test_removed(volumes, part):
    assert fraction_removed(volumes) == pytest.approx(part, abs=0.0006)


def test_removed_again_by_small_steps():
    # Mixing in ten thousand portions, each taking its share of what is left.
    left = 1.0
    for _ in range(10_000):
        left *= 1 - 1.5 / 10_000
    assert fraction_removed(1.5) == pytest.approx(1 - left, abs=1e-4)


@given(st.floats(0.1, 4), st.integers(1, 10))
def test_sessions_leave_a_power_of_what_one_leaves(volumes, sessions):
    one, all_of_them = fraction_removed(volumes), fraction_removed(volumes, sessions)
    assert 1 - all_of_them == pytest.approx((1 - one) ** sessions, abs=1e-9)
    assert one <= all_of_them <= 1


@pytest.mark.parametrize(
    ("weight_kg", "per_kg", "exact", "rounded"),
    [
        pytest.param(80, 0.4, 32, 30, id="HIT174"),
        pytest.param(80, 1, 80, 80, id="no rounding"),
        pytest.param(72.5, 1, 72.5, 75, id="half up"),
        pytest.param(62.5, 1, 62.5, 65, id="half up, not to even"),
        pytest.param(2, 1, 2, 0, id="rounded to nothing"),
    ],
)
def test_grams(weight_kg, per_kg, exact, rounded):
    found = immunoglobulin_grams(weight_kg, per_kg)
    assert (found.exact_g, found.rounded_g) == (pytest.approx(exact), rounded)


@given(WEIGHT, st.floats(0.1, 2))
def test_rounding_moves_at_most_half_a_vial(weight_kg, per_kg):
    found = immunoglobulin_grams(weight_kg, per_kg)
    assert abs(found.rounded_g - found.exact_g) <= 2.5 + 1e-9
    assert math.fmod(found.rounded_g, 5) == 0


@pytest.mark.parametrize(
    ("before", "after", "rise", "responded"),
    [
        pytest.param(20, 69, 49, 0, id="HIT176"),
        (20, 70, 50, 1),
        (20, 10, -10, 0),
        (0, 50, 50, 1),
    ],
)
def test_response(before, after, rise, responded):
    assert platelet_response(before, after) == (rise, responded)


def test_no_count_no_response():
    assert np.isnan(platelet_response(None, 100).responded)
    assert np.isnan(platelet_response(20, -1).rise)


def test_a_cohort_is_answered_in_kind():
    weights = pd.Series([70.0, 80.0], index=["a", "b"])
    found = plasma_volume(weights, 40)
    assert found.to_dict() == pytest.approx({"a": 2.73, "b": 3.12})


def test_every_hematocrit_above_one_percent_is_read_as_percent():
    assert plasma_part(1.5) == pytest.approx(0.985)


def test_a_count_of_none_left_is_a_count():
    assert platelet_response(20, 0) == (-20, 0)
    assert platelet_response(0, 0.5) == (0.5, 0)
