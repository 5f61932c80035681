"""One value: a number as a clinician types it, an answer in the registry's words."""

import datetime as dt
import math
import re
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from dosing.base.bounds import Bound
from dosing.base.units import show
from dosing.knowledge.library import load
from dosing.rules.read import (
    half_of_last_digit,
    is_blank,
    options_of,
    parse_number,
    read_class,
    read_number,
    read_result,
    shown,
)

SEEDS = load()
WEIGHT, CLASS, ECMO = (SEEDS.quantities[n] for n in ("weight", "child_pugh", "ecmo"))


@pytest.mark.parametrize(
    ("text", "value"),
    [("78.5", 78.5), ("78,5", 78.5), (" 70 ", 70), ("0,125", 0.125), ("-5", -5), ("1.000", 1),
     (".5", 0.5), ("\u00a070", 70)],
)  # fmt: skip
def test_a_point_and_a_comma_are_the_same(text, value):
    assert parse_number(SEEDS, text) == value


@pytest.mark.parametrize(
    "text",
    ["1,000", "12,500,000", "1e3", "abc", "７８", "٧٨", "7 8", "1.2.3", "70kg", "", "inf", "nan",
     "0x10", "1_000", "--5"],
)  # fmt: skip
def test_what_could_be_misread_is_refused(text):
    with pytest.raises(ValueError, match=r"\.$"):
        parse_number(SEEDS, text)


def test_a_thousands_comma_is_refused_with_the_way_out():
    with pytest.raises(ValueError, match="write 1000 without the comma"):
        parse_number(SEEDS, "1,000")


@drawn(st.floats(min_value=0.01, max_value=900).map(lambda x: round(x, 2)))
def test_what_is_shown_can_be_typed_back(value):
    assert parse_number(SEEDS, show(value)) == value


@pytest.mark.parametrize(
    "raw",
    [True, False, np.True_, b"70", [70], {}, pd.NaT, np.datetime64("NaT"), dt.datetime(2026, 1, 1),
     10**400, "7" * 400 + "x"],
    ids=["True", "False", "numpy True", "bytes", "list", "dict", "NaT", "numpy NaT", "a moment",
         "an integer of 400 digits", "a long text"],
)  # fmt: skip
def test_what_is_no_number_is_refused_in_one_short_sentence(raw):
    with pytest.raises(ValueError, match=r"^Body weight: .*\.$") as refused:
        read_number(SEEDS, raw, WEIGHT)
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize("raw", [None, "", "  ", math.nan, np.nan, np.float32("nan"), pd.NA])
def test_blank_is_no_number_and_no_answer(raw):
    assert is_blank(raw)
    assert math.isnan(read_number(SEEDS, raw, WEIGHT))
    assert read_class(SEEDS, raw, CLASS) is None


@pytest.mark.parametrize("raw", [70, 70.0, "70", np.int64(70), np.float32(70), Decimal(70)])
def test_numbers_of_every_kind_are_read(raw):
    assert read_number(SEEDS, raw, WEIGHT) == 70


@pytest.mark.parametrize(
    ("raw", "answer"),
    [("yes", "yes"), ("NO", "no"), (True, "yes"), (np.False_, "no"), (1, "yes"), (0.0, "no"),
     (np.int8(1), "yes")],
)  # fmt: skip
def test_a_yes_no_question_takes_words_booleans_and_0_or_1(raw, answer):
    assert read_class(SEEDS, raw, ECMO) == answer


@pytest.mark.parametrize("raw", [2, 0.5, -1, "maybe", "1.0"])
def test_another_answer_to_a_yes_no_question_is_refused(raw):
    with pytest.raises(ValueError, match="is not one of no, yes"):
        read_class(SEEDS, raw, ECMO)


def test_classes_are_read_without_regard_to_case_and_by_their_other_names():
    assert read_class(SEEDS, "b", CLASS) == "B"
    assert read_class(SEEDS, " Female ", SEEDS.quantities["sex"]) == "female"
    assert read_class(SEEDS, "w", SEEDS.quantities["sex"]) == "female"


@pytest.mark.parametrize("raw", ["D", 1, True])
def test_an_unknown_class_lists_the_classes(raw):
    with pytest.raises(ValueError, match=r"is not one of none, A, B, C\.$"):
        read_class(SEEDS, raw, CLASS)


def test_a_question_without_classes_of_its_own_has_no_and_yes():
    assert options_of(ECMO) == ("no", "yes")
    assert options_of(CLASS) == ("none", "A", "B", "C")


@pytest.mark.parametrize(
    ("value", "half"), [(1.2, 0.05), (21.0, 0.5), (0.85, 0.005), (1250.0, 0.5)]
)
def test_half_of_the_last_digit(value, half):
    assert half_of_last_digit(value) == pytest.approx(half)


def test_a_number_is_shown_with_its_unit_however_large():
    assert shown(1250.0, "units") == "1,250 units"
    assert shown(math.inf, "kg") == "inf kg"
    assert len(shown(1e300, "kg")) < 80


APTT, FIBRINOGEN, PLATELETS = (SEEDS.quantities[n] for n in ("aptt", "fibrinogen", "platelets"))


@pytest.mark.parametrize(
    ("raw", "read"),
    [(">200", Bound(200, 1)), ("over 180,5", Bound(180.5, 1)), ("<20", Bound(20, -1)),
     ("no clot", Bound(math.inf, 1)), ("44", 44), (44, 44), (">= 150", Bound(150, 2))],
)  # fmt: skip
def test_a_result_off_the_scale_is_read_as_its_bound(raw, read):
    assert read_result(SEEDS, raw, APTT) == read


def test_fibrinogen_that_does_not_clot_is_below_the_lowest():
    assert read_result(SEEDS, "unclottable", FIBRINOGEN) == Bound(-math.inf, -1)


@pytest.mark.parametrize(
    ("raw", "quantity", "said"),
    [("> 70", WEIGHT, "Body weight: > 70 is only a bound; a number is needed here."),
     ("no clot", WEIGHT, "Body weight: no clot is only a bound; a number is needed here."),
     ("no clot", PLATELETS, "Platelet count: 'no clot' is not a number."),
     ("> many", APTT, "aPTT: 'many' is not a plain number: use digits, such as 78.5."),
     ("> 1,000", APTT, "aPTT: 1,000 can be read in two ways"), ("clotted", APTT, "aPTT: 'clotted'"),
     (">", APTT, "aPTT: '>' is not")],
)  # fmt: skip
def test_a_bound_that_makes_no_sense_is_refused_in_a_sentence(raw, quantity, said):
    with pytest.raises(ValueError, match=rf"^{re.escape(said)}"):
        read_result(SEEDS, raw, quantity)
