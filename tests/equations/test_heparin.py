"""Heparin a day, antithrombin by formula, and protamine for what still acts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dosing.equations.heparin import (
    antithrombin_load,
    antithrombin_recombinant,
    plasma_antithrombin,
    protamine_capped,
    protamine_halving,
    protamine_no_decay,
    recombinant_rate_after,
    resistant_by_weight_alone_kg,
    units_kg_h,
    units_per_day,
)

PERCENT = st.floats(1, 150)
WEIGHT = st.floats(20, 250)


@pytest.mark.parametrize(
    ("rate", "day", "per_kg"),
    [
        pytest.param(1458, 34992, 18.225, id="HR-01"),
        pytest.param(1459, 35016, 18.238, id="HR-02"),
        pytest.param(1600, 38400, 20, id="HR-04"),
        (0, 0, 0),
    ],
)
def test_a_day_of_heparin(rate, day, per_kg):
    assert units_per_day(rate) == day
    assert units_kg_h(rate, 80) == pytest.approx(per_kg, abs=0.001)


def test_weight_alone_passes_the_threshold_at_the_standard_start():
    limit = resistant_by_weight_alone_kg()
    assert limit == pytest.approx(81.02, abs=0.005)
    assert units_per_day(18 * 81) < 35000 < units_per_day(18 * 81.1)


@pytest.mark.parametrize(
    ("baseline", "target", "weight_kg", "load", "per_kg", "maintenance"),
    [
        pytest.param(45, 120, 80, 4285.7, 53.57, 2571.4, id="HR-08"),
        pytest.param(30, 80, 90, 3214.3, 35.71, 1928.6, id="HR-10"),
    ],
)
def test_antithrombin(baseline, target, weight_kg, load, per_kg, maintenance):
    found = antithrombin_load(baseline, target, weight_kg)
    assert found.load_units == pytest.approx(load, abs=0.1)
    assert found.units_kg == pytest.approx(per_kg, abs=0.01)
    assert found.maintenance_units == pytest.approx(maintenance, abs=0.1)
    assert found.expected_peak_pct == pytest.approx(target)


@given(PERCENT, PERCENT, WEIGHT)
def test_what_is_given_reaches_the_target_and_is_never_negative(baseline, target, weight_kg):
    found = antithrombin_load(baseline, target, weight_kg)
    assert found.load_units >= 0
    # Back from the units to the level: 1.4% for each unit a kilogram.
    reached = baseline + 1.4 * found.load_units / weight_kg
    assert reached == pytest.approx(max(baseline, target))
    assert found.expected_peak_pct == pytest.approx(reached)


@pytest.mark.parametrize("bad", [0.5, 0, -10, 151, None])
def test_antithrombin_as_a_fraction_or_beyond_is_refused(bad):
    assert np.isnan(antithrombin_load(bad, 120, 80).load_units)
    assert np.isnan(antithrombin_load(50, bad, 80).expected_peak_pct)
    assert np.isnan(antithrombin_recombinant(bad, 80, False).load_units)
    assert np.isnan(recombinant_rate_after(100, bad))


def test_antithrombin_without_a_weight_is_refused():
    assert np.isnan(antithrombin_load(50, 120, 0).load_units)
    assert np.isnan(antithrombin_load(50, 120, None).expected_peak_pct)
    assert np.isnan(antithrombin_recombinant(50, None, False).units_h)
    assert np.isnan(antithrombin_recombinant(50, 70, None).load_units)


@pytest.mark.parametrize(
    ("baseline", "weight_kg", "pregnant", "load", "hourly"),
    [
        pytest.param(50, 70, False, 1521.7, 343.14, id="HR-11"),
        pytest.param(50, 70, True, 2692.3, 648.15, id="pregnant"),
        pytest.param(40, 85, False, 2217.4, 500, id="HR-13"),
        pytest.param(100, 70, False, 0, 0, id="nothing to give"),
        pytest.param(120, 70, True, 0, 0, id="never negative"),
    ],
)
def test_recombinant(baseline, weight_kg, pregnant, load, hourly):
    found = antithrombin_recombinant(baseline, weight_kg, pregnant)
    assert found == (pytest.approx(load, abs=0.1), pytest.approx(hourly, abs=0.1))


@pytest.mark.parametrize(
    ("level", "rate"), [(79.9, 130), (80, 100), (100, 100), (120, 100), (120.1, 70)]
)
def test_the_step_is_thirty_percent(level, rate):
    assert recombinant_rate_after(100, level) == pytest.approx(rate)


def test_plasma():
    found = plasma_antithrombin(1000, 70)  # HR-14
    assert found == (1000, pytest.approx(20, abs=0.2))
    assert plasma_antithrombin(500, 70).rise_pct == pytest.approx(10, abs=0.1)
    assert plasma_antithrombin(15 * 70, 70).rise_pct == pytest.approx(21)
    assert np.isnan(plasma_antithrombin(0, 70).units)


@pytest.mark.parametrize(
    ("counted", "units", "mg"), [(2, 2500, 25), (2.5, 3125, 31.25)], ids=["2 h", "2.5 h"]
)
def test_protamine_without_decay(counted, units, mg):
    # The published example, 1,250 units/h, comes to about 30 mg.
    found = protamine_no_decay(1250, 24, counted_h=counted)
    assert found == (units, mg, mg)
    assert protamine_no_decay(1250, 1, counted_h=counted).heparin_units == 1250


def test_protamine_with_halving():
    assert protamine_halving(1000, 24) == (1750, 17.5, 17.5)  # PROT-06
    assert protamine_halving(1000, 3).heparin_units == 1750
    assert protamine_halving(1000, 1.5).heparin_units == 1250
    assert protamine_halving(1000, 0).protamine_mg == 0


@given(st.floats(0, 20000), st.floats(0, 100))
def test_protamine_is_never_above_50_mg_nor_for_more_than_was_given(rate, hours):
    for found in (protamine_no_decay(rate, hours), protamine_halving(rate, hours)):
        assert 0 <= found.protamine_mg <= 50
        assert found.heparin_units <= rate * hours + 1e-6
        assert found.protamine_mg == min(found.uncapped_mg, 50)


def test_the_cap_comes_after_the_sum():
    assert protamine_capped(60) == 50
    assert protamine_no_decay(4000, 24) == (8000, 80, 50)
    assert np.isnan(protamine_capped(-1))


@pytest.mark.parametrize("bad", [None, -1])
def test_an_impossible_rate_or_time_gives_nothing(bad):
    assert np.isnan(units_per_day(bad))
    assert np.isnan(units_kg_h(1000, bad))
    assert np.isnan(protamine_no_decay(bad, 5).protamine_mg)
    assert np.isnan(protamine_halving(1000, bad).protamine_mg)


def test_antithrombin_is_read_from_1_to_150_percent_with_both_ends():
    assert antithrombin_load(1, 150, 80).expected_peak_pct == pytest.approx(150)
    assert recombinant_rate_after(100, 150) == pytest.approx(70)
    assert recombinant_rate_after(100, 1) == pytest.approx(130)


@pytest.mark.parametrize("bad", [None, -1])
def test_no_rate_has_no_rate_by_weight(bad):
    assert np.isnan(units_kg_h(bad, 80))
