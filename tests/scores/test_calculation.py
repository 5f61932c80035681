"""What a calculation may ask of a patient."""

import pytest

from dosing.rules.patients import check
from dosing.scores.calculation import given, yes


def test_a_number_is_read_in_the_unit_of_its_name():
    assert given(check({"weight_kg": "70"}), "weight_kg") == 70
    assert given(check({"creatinine_umol_l": 88.4}), "creatinine_mg_dl") == pytest.approx(1)


def test_a_number_that_was_not_given_is_never_made_up():
    with pytest.raises(AssertionError, match="weight_kg"):
        given(check({}), "weight_kg")


def test_only_yes_is_yes():
    answers = [check({"dic": answer}) for answer in ("yes", "no", None)]
    assert [yes(patient, "dic") for patient in answers] == [True, False, False]
