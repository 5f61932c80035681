"""A result off the scale: how it is written, and how it is told."""

import math

import pytest

from dosing.base.bounds import Beyond, split, told


@pytest.mark.parametrize(
    ("text", "side", "number"),
    [(">200", 1, "200"), ("> 150", 1, "150"), ("over 180", 1, "180"), ("Above 180", 1, "180"),
     ("more than 200", 1, "200"), ("greater than 200", 1, "200"), (">= 200", 2, "200"),
     ("≥200", 2, "200"), ("at least 200", 2, "200"), ("<20", -1, "20"), ("below 20", -1, "20"),
     ("under 20", -1, "20"), ("less than 20", -1, "20"), ("<= 20", -2, "20"), ("≤ 20", -2, "20"),
     ("at most 20", -2, "20"), (">\u00a0200", 1, "200"), (">200,5", 1, "200,5"), ("> x", 1, "x")],
)  # fmt: skip
def test_a_bound_is_told_by_its_sign_or_its_words(text, side, number):
    assert split(text) == (side, number)


@pytest.mark.parametrize(
    "text",
    ["no clot", "No Clot", " no  clot ", "no clot formed", "did not clot", "does not clot",
     "unclottable", "unclotable", "incoagulable", "no clotting"],
)  # fmt: skip
def test_that_nothing_clots_is_beyond_the_highest(text):
    assert split(text) == (1, "")


@pytest.mark.parametrize("text", ["", "44", "200+", ">", "clot", "high", "no", "-3", "2 > 1"])
def test_other_words_are_no_bound(text):
    assert split(text) is None


@pytest.mark.parametrize(
    ("side", "sign", "words"),
    [(1, "> 200 s", "more than 200 s"), (2, ">= 200 s", "at least 200 s"),
     (-1, "< 200 s", "less than 200 s"), (-2, "<= 200 s", "at most 200 s")],
)  # fmt: skip
def test_a_bound_is_written_with_its_sign_or_in_words(side, sign, words):
    assert told(side, 200.0, "s") == sign
    assert told(side, 200.0, "s", sign=False) == words


def test_without_a_bound_it_is_said_that_nothing_clotted():
    assert told(1, math.inf, "s") == told(1, math.inf, "s", sign=False) == "no clot"


def test_a_ratio_is_told_without_a_unit_and_to_three_places():
    assert told(1, 6.25, "") == "> 6.25"


def test_some_of_the_patients_keep_their_bounds():
    import numpy as np

    some = Beyond(np.array([1, 0, -1]), np.array([200.0, 44.0, 20.0])).take(np.array([2, 0]))
    assert (some.side.tolist(), some.bound.tolist()) == ([-1, 1], [20, 200])
