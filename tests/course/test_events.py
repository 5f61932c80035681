"""The log's sum, and the time in range."""

from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dosing.course.events import Event, stand, time_in_range

START = datetime(2026, 11, 21, 8)


def at(hours):
    return START + timedelta(hours=hours)


def test_an_empty_log_runs_nothing():
    assert stand([], 2)["running"] == 0
    assert stand([], 2)["due"] is None


def test_the_last_event_decides_what_runs():
    log = [
        Event(at(0), "started", {"rate": 0.5, "recheck_h": 2}),
        Event(at(1), "rate", {"rate": 0.6}),
        Event(at(2), "held", {"resume_rate": 0.3, "hold_min": 30}),
    ]
    assert stand(log[:1], 4)["due"] == at(2)
    assert stand(log[:2], 4)["due"] == at(5)
    held = stand(log, 4)
    assert (held["running"], held["held"], held["resume_at"]) == (0, True, at(2.5))
    assert held["due"] == at(6.5)


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


@given(st.lists(st.integers(20, 150), min_size=2, max_size=6))
def test_time_in_range_is_what_a_fine_grid_finds(values):
    results = [(at(i), v) for i, v in enumerate(values)]
    fine = np.linspace(0, len(values) - 1, 20001)
    line = np.interp(fine, range(len(values)), values)
    inside = np.mean((line >= 50) & (line <= 90))
    assert time_in_range(results, (50, 90)) == pytest.approx(inside, abs=0.01)
