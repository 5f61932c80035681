"""When a sample was drawn: too soon after a change or a bolus, or too long ago."""

import numpy as np
import pytest

from dosing.knowledge.library import load
from dosing.rules.columns import many_patients
from dosing.rules.timing import timing_of

SEEDS = load()
REDUCED = SEEDS.protocols["argatroban-smpc-reduced"]  # the next sample after 4 h


def timing(**columns):
    size = len(next(iter(columns.values())))
    return timing_of(REDUCED, many_patients(SEEDS, {n: [*v] for n, v in columns.items()}, size))


def test_up_to_a_quarter_of_an_hour_short_counts_as_on_time():
    found = timing(hours_since_change=[3.74, 3.75, 4, 5])
    assert found.early.tolist() == [True, False, False, False]
    assert found.due_h[0] == pytest.approx(0.26)
    assert np.isnan(found.due_h[1:]).all()


def test_a_bolus_starts_the_interval_too_and_the_later_of_the_two_counts():
    found = timing(hours_since_change=[1, 9, 9], hours_since_bolus=[3, 3, 4])
    assert found.early.tolist() == [True, True, False]
    assert found.after_bolus.tolist() == [True, True, False]
    assert found.due_h[:2].tolist() == [3, 1]


def test_older_than_the_limit_of_the_drug_is_too_old():
    found = timing(hours_since_drawn=[4, 4.01, None])
    assert found.old.tolist() == [False, True, False]


def test_what_is_not_known_is_neither_early_nor_old_and_is_assumed():
    found = timing(hours_since_change=[None, 0])
    assert found.early.tolist() == [False, True]
    assert found.assumed.tolist() == [True, False]
