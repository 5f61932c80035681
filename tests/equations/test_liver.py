"""MELD and its kin against worked patients, a second derivation and their limits."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dosing.equations.liver import meld, meld_3, meld_na_kim_2008, meld_na_optn_2016

BILIRUBIN = st.floats(0.1, 60)
INR = st.floats(0.7, 20)
CREATININE = st.floats(0.2, 20)
SODIUM = st.floats(100, 170)
ALBUMIN = st.floats(1, 6)


@pytest.mark.parametrize(
    ("labs", "dialysis", "raw", "score"),
    [
        pytest.param((2.8, 1.6, 1.25), False, 17.721, 18, id="MELD-02"),
        pytest.param((3.8, 2.26, 1.77), False, 26.073, 26, id="MELD-03"),
        pytest.param((12, 2.5, 5.0), False, 39.352, 39, id="MELD-05: creatinine capped"),
        pytest.param((2, 1.5, 1.2), True, 26.858, 27, id="MELD-06: dialysis"),
        pytest.param((0.3, 0.9, 0.5), False, 6.43, 6, id="everything below 1"),
        pytest.param((60, 20, 20), False, 68.73, 40, id="capped at 40"),
    ],
)
def test_meld(labs, dialysis, raw, score):
    found = meld(*labs, dialysis)
    assert found.raw == pytest.approx(raw, abs=0.01)
    assert found.score == score


def test_common_logarithms_would_give_another_score():
    # A public page prints 14 and 22 for these two patients.
    for labs, wrong in (((2.8, 1.6, 1.25), 14), ((3.8, 2.26, 1.77), 22)):
        assert meld(*labs, False).score != wrong


@given(BILIRUBIN, INR, CREATININE, st.booleans())
def test_meld_again_from_powers(bilirubin, inr, creatinine, dialysis):
    # exp of the sum, as a product of powers, instead of a sum of logarithms.
    counted = 4 if dialysis else min(max(creatinine, 1), 4)
    product = max(bilirubin, 1) ** 0.378 * max(inr, 1) ** 1.12 * counted**0.957 * math.exp(0.643)
    found = meld(bilirubin, inr, creatinine, dialysis)
    assert found.raw == pytest.approx(10 * math.log(product), abs=1e-9)
    assert 6 <= found.score <= 40
    assert found.score == round(found.score)


@given(BILIRUBIN, INR, CREATININE)
def test_dialysis_never_lowers_a_score(bilirubin, inr, creatinine):
    assert (
        meld(bilirubin, inr, creatinine, True).score
        >= meld(bilirubin, inr, creatinine, False).score
    )


@pytest.mark.parametrize(
    ("labs", "sodium", "plain", "score"),
    [
        pytest.param((3.8, 2.26, 1.77), 128, 26, 30, id="MELD-07"),
        pytest.param((2.8, 1.6, 1.25), 140, 18, 18, id="MELD-10: sodium above 137"),
        pytest.param((3.8, 2.26, 1.77), 110, 26, 32, id="sodium counts from 125"),
        pytest.param((1, 1, 1), 125, 6, 6, id="not above 11: sodium does not count"),
    ],
)
def test_meld_na_of_the_network(labs, sodium, plain, score):
    found = meld_na_optn_2016(*labs, sodium, False)
    assert (found.meld, found.score) == (plain, score)


def test_sodium_counts_only_above_eleven():
    # 0.957 ln 1.6 + 0.643 = 1.093: 11; ln 1.75 gives 1.179: 12.
    eleven, twelve = (meld_na_optn_2016(1, 1, cr, 125, False) for cr in (1.6, 1.75))
    assert (eleven.meld, eleven.score) == (11, 11)
    assert twelve.meld == 12
    assert twelve.score == 23  # 12 + 1.32 x 12 - 0.033 x 12 x 12 = 23.09


def test_the_first_part_is_rounded_to_one_decimal_before_it_is_multiplied():
    # 0.378 ln 2 + 0.643 = 0.905: 9, not 9.05
    assert meld_na_optn_2016(2, 1, 1, 137, False).raw == 9


@given(BILIRUBIN, INR, CREATININE, SODIUM, SODIUM)
def test_a_lower_sodium_never_lowers_a_score(bilirubin, inr, creatinine, a, b):
    low, high = sorted((a, b))
    for score in (meld_na_optn_2016, meld_na_kim_2008):
        args = bilirubin, inr, creatinine
        assert score(*args, low, False).score >= score(*args, high, False).score


def test_the_first_published_form_is_another_score():
    # 18 - 130 - 0.025 x 18 x 10 + 140
    assert meld_na_kim_2008(2.8, 1.6, 1.25, 130, False).raw == pytest.approx(23.5)
    assert meld_na_kim_2008(2.8, 1.6, 1.25, 145, False).score == 18
    network = meld_na_optn_2016(2.8, 1.6, 1.25, 138, False).score
    assert network != meld_na_kim_2008(2.8, 1.6, 1.25, 138, False).score


@pytest.mark.parametrize(
    ("labs", "sodium", "albumin", "sex", "raw", "score"),
    [
        pytest.param((3.8, 2.26, 1.77), 128, 2.8, "male", 30.92, 31, id="MELD-12"),
        pytest.param((1, 1, 1), 137, 3.5, "female", 7.33, 7, id="MELD-15"),
        pytest.param((30, 6, 4), 120, 1.0, "female", 51.089, 40, id="MELD-16"),
    ],
)
def test_meld_3(labs, sodium, albumin, sex, raw, score):
    found = meld_3(*labs, sodium, albumin, sex, False)
    assert found.raw == pytest.approx(raw, abs=0.005)
    assert found.score == score


@given(BILIRUBIN, INR, CREATININE, SODIUM, ALBUMIN)
def test_women_have_a_third_more_than_a_point_more(bilirubin, inr, creatinine, sodium, albumin):
    her, him = (
        meld_3(bilirubin, inr, creatinine, sodium, albumin, sex, False).raw
        for sex in ("female", "male")
    )
    assert her - him == pytest.approx(1.33)


def test_creatinine_is_capped_at_3_and_dialysis_counts_as_3():
    assert meld_3(2, 1.5, 3, 137, 3.5, "male", False) == meld_3(2, 1.5, 9, 137, 3.5, "male", False)
    assert meld_3(2, 1.5, 1, 137, 3.5, "male", True) == meld_3(2, 1.5, 3, 137, 3.5, "male", False)


@pytest.mark.parametrize("gap", range(4))
def test_a_missing_or_impossible_part_gives_no_score(gap):
    for bad in (None, 0, -1):
        args = [2.0, 1.5, 1.2, 130.0]
        args[gap] = bad
        assert np.isnan(meld_na_optn_2016(*args, False).score)
        assert np.isnan(meld_na_kim_2008(*args, False).score)
        assert np.isnan(meld_3(*args, 3.0, "male", False).score)
    assert np.isnan(meld(2, 1.5, 1.2, None).score)
    assert np.isnan(meld(2, 1.5, None, True).score)
    assert np.isnan(meld_3(2, 1.5, 1.2, 130, None, "male", False).score)
    assert np.isnan(meld_3(2, 1.5, 1.2, 130, 3, None, False).score)


def test_a_cohort_is_answered_in_kind():
    table = pd.DataFrame({"b": [2.8, 3.8], "i": [1.6, 2.26], "c": [1.25, 1.77]}, index=[7, 9])
    found = meld(table.b, table.i, table.c, False)
    assert found.score.to_dict() == {7: 18, 9: 26}


def test_halves_are_rounded_up_also_from_an_even_number():
    found = meld_na_kim_2008(1, 1, 1, 130, False)  # 6 + 10 - 0.025 x 6 x 10
    assert (found.raw, found.score) == (14.5, 15)


def test_a_creatinine_of_nothing_is_no_measurement_even_on_dialysis():
    assert np.isnan(meld(2, 1.5, 0, True).score)


@pytest.mark.parametrize("labs", [(1, 1, 1), (3.8, 2.26, 1.77)], ids=["not above 11", "above 11"])
def test_without_a_sodium_there_is_no_meld_na_even_where_it_would_not_count(labs):
    assert np.isnan(meld_na_optn_2016(*labs, None, False).score)
