"""Research equations for argatroban: their numbers, and where they end."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dosing.equations.critical import dingman_2020, link_2009_apache, link_2009_icg, link_2009_saps


@pytest.mark.parametrize(
    ("equation", "score", "rate"),
    [
        pytest.param(link_2009_apache, 20, 0.95, id="HIT065"),
        pytest.param(link_2009_apache, 30, 0.35, id="HIT066"),
        pytest.param(link_2009_apache, 35, 0.05, id="the last with an answer"),
        pytest.param(link_2009_saps, 40, 0.86, id="HIT068"),
        pytest.param(link_2009_saps, 68, 0.02, id="the last SAPS II with an answer"),
        pytest.param(link_2009_icg, 20, 1.25, id="ICG"),
        pytest.param(dingman_2020, 16.5, 0.342, id="HIT073"),
    ],
)
def test_rate(equation, score, rate):
    assert equation(score) == pytest.approx(rate)


@pytest.mark.parametrize(
    ("equation", "score"),
    [
        pytest.param(link_2009_apache, 36, id="HIT067"),
        (link_2009_apache, 71),
        (link_2009_saps, 69),
        (link_2009_icg, 4.375),
        (link_2009_icg, 0),
        (dingman_2020, 45),
        (dingman_2020, None),
    ],
)
def test_nothing_where_the_sum_is_not_above_zero(equation, score):
    assert np.isnan(equation(score))


@given(st.integers(0, 71), st.integers(0, 163))
def test_the_sicker_the_less_and_never_a_negative_rate(apache2, saps2):
    for equation, score in ((link_2009_apache, apache2), (link_2009_saps, saps2)):
        here, sicker = equation(score), equation(score + 1)
        assert np.isnan(here) or here > 0
        assert np.isnan(sicker) or sicker < here
