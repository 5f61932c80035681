"""What was found and what is expected, in words of this house, whatever a file holds."""

import datetime
from typing import Literal

import pytest

from dosing.knowledge.faults import place, shown, unknown_key, wanted
from dosing.knowledge.seedtypes import Check


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("ten", "the text 'ten'"),
        ("x" * 50, f"the text '{'x' * 40}...'"),
        (0, "0"),
        (-12, "-12"),
        (10**400, "a number of 401 digits"),
        (float("nan"), "nan"),
        (False, "false"),
        ([], "an empty list"),
        ([[1]], "a list of 1"),
        ({}, "a table"),
        (None, "nothing"),
        (datetime.date(2020, 1, 2), "the date 2020-01-02"),
        (datetime.time(8), "the time 08:00:00"),
        (object(), "something else"),
    ],
)
def test_shown(value, said):
    assert shown(value) == said


def test_a_number_too_long_to_print_is_counted():
    assert shown(16**6000) == "a number of 7225 digits"


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (int, "a whole number"),
        (bool | None, "true or false"),
        (Literal["", "start", "titrate"], "'start' or 'titrate'"),
        (tuple[str, ...], "a list of texts in quotes"),
        (tuple[str, int], "a list of text in quotes and a whole number"),
        (tuple[Check, ...], "a list of tables"),
        (dict[str, str], "a table of keys and values"),
        (Check, "a table of keys and values"),
        (object, "something else"),
    ],
)
def test_wanted(kind, said):
    assert wanted(kind) == said


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ((), ""),
        (("title",), "title"),
        (("rows", 0), "row 1"),
        (("stages", 0, "checks", 1, "when", "age_y"), "stage 1, check 2, when.age_y"),
        (("units", "inr", 2, 0), "units, inr 3, 1"),
    ],
)
def test_place(path, said):
    assert place(path) == said


def test_a_key_like_no_other_is_told_what_there_is():
    assert unknown_key("zzz", ["dose", "cite"]) == "there is no key 'zzz'; there are dose, cite"
