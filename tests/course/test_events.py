"""The log's sum, and the time in range."""

from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dosing
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


BEGUN = Event(at(0), "started", {"rate": 0.5, "recheck_h": 2})


def measured(hours, aptt_s, running=0.5, **more):
    step = dosing.titrate(
        "argatroban-smpc-reduced",
        running=running,
        aptt_s=aptt_s,
        baseline_aptt_s=32,
        weight_kg=70,
        **more,
    )
    return Event(at(hours), "measured", {"aptt_s": aptt_s, "step": step.to_dict()})


def test_results_in_range_are_counted_until_one_is_not():
    log = [BEGUN, measured(2, 60), measured(6, 62)]
    assert [stand(log[:n], 2)["in_range_before"] for n in (1, 2, 3)] == [0, 1, 2]
    assert stand([*log, measured(10, 44)], 2)["in_range_before"] == 0
    assert stand([*log, Event(at(7), "held", {"resume_rate": 0.3})], 2)["in_range_before"] == 0
    assert stand([*log, Event(at(7), "stopped", {})], 2)["in_range_before"] == 0


def test_a_rate_that_is_set_again_is_no_change():
    log = [BEGUN, measured(2, 60)]
    assert stand([*log, Event(at(3), "rate", {"rate": 0.5})], 2)["in_range_before"] == 1
    assert stand([*log, Event(at(3), "rate", {"rate": 0.6})], 2)["in_range_before"] == 0


def test_a_result_while_held_is_no_result_in_range():
    held = Event(at(1), "held", {"resume_rate": 0.3})
    found = stand([BEGUN, held, measured(5, 70, 0, held_from=0.3)], 2)
    assert found["in_range_before"] == 0
    assert found["recommendation"].action == "resume"
    assert (found["running"], found["held"], found["held_from"]) == (0, True, 0.3)


def test_a_result_that_asks_for_nothing_takes_the_recommendation_before_it_away():
    low = stand([BEGUN, measured(2, 44)], 2)
    assert low["recommendation"].action == "increase"
    assert stand([BEGUN, measured(2, 44), measured(6, 60)], 2)["recommendation"] is None


def test_the_next_result_is_due_as_the_last_recommendation_says():
    assert stand([BEGUN, measured(2, 60)], 2)["due"] == at(6)
    platelets = Event(at(5), "measured", {"platelets": 155})
    assert stand([BEGUN, measured(2, 60), platelets], 2)["due"] == at(6)


def test_a_hold_without_an_end_is_due_after_its_recheck():
    held = stand([BEGUN, Event(at(1), "held", {"resume_rate": 0.3, "recheck_h": 4})], 2)
    assert (held["resume_at"], held["due"]) == (None, at(5))
    back = stand([BEGUN, Event(at(1), "held", {"resume_rate": 0.3, "hold_min": 30}),
                  Event(at(2), "resumed", {"rate": 0.3})], 2)  # fmt: skip
    assert back == {
        "running": 0.3, "held": False, "held_from": None, "resume_at": None, "due": at(4),
        "in_range_before": 0, "recommendation": None, "stopped": False,
    }  # fmt: skip


def test_what_is_stopped_neither_runs_nor_waits_for_anything():
    log = [BEGUN, measured(2, 44), Event(at(3), "held", {"resume_rate": 0.3, "hold_min": 30})]
    assert stand([*log, Event(at(3), "stopped", {})], 2) == {
        "running": 0, "held": False, "held_from": None, "resume_at": None, "due": None,
        "in_range_before": 0, "recommendation": None, "stopped": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("value", "share"), [(49.9, 0), (50, 1), (90, 1), (90.1, 0)], ids=lambda x: str(x)
)
def test_both_ends_of_the_range_are_in_range(value, share):
    assert time_in_range([(at(0), value), (at(4), value)], (50, 90)) == share


def test_a_share_is_weighed_by_its_hours_and_rounded():
    results = [(at(0), 60), (at(1), 60), (at(3), 120)]
    assert time_in_range(results, (50, 90)) == round((1 + 2 * 0.5) / 3, 4)
    assert time_in_range([(at(0), 60), (at(0), 62)], (50, 90)) is None
