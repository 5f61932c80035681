"""Parts of an answer: what only some of the patients have is not what has no number."""

import numpy as np

from dosing.knowledge.library import load
from dosing.rules.columns import many_patients
from dosing.scoring.parts import Of, given, parts_at, plain

SOME = np.array([True, False])
PARTS = {
    "rate": np.array([0.5, np.nan]),
    "expected": Of(np.array([60.0, 70.0]), SOME),
    "heavy": Of(np.array([False, True]), SOME),
    "holds": np.array([True, False]),
    "row": np.array(["pregnant", "surgical"]),
    "rule": "actual",
    "limit": 81.0,
}


def test_conditions_see_nothing_where_a_patient_has_no_such_part():
    found = plain(PARTS)
    assert found["expected"][0] == 60
    assert np.isnan(found["expected"][1])
    assert found["heavy"].tolist() == ["no", None]
    assert found["holds"].tolist() == ["yes", "no"]
    assert found["row"].tolist() == ["pregnant", "surgical"]
    assert (found["rule"], found["limit"]) == ("actual", 81)


def test_one_patient_has_only_the_parts_that_are_that_patients():
    assert parts_at(PARTS, 0) == {
        "rate": 0.5, "expected": 60, "heavy": "no", "holds": "yes", "row": "pregnant",
        "rule": "actual", "limit": 81,
    }  # fmt: skip
    assert parts_at(PARTS, 1) == {
        "rate": None, "holds": "no", "row": "surgical", "rule": "actual", "limit": 81,
    }  # fmt: skip


def test_a_value_is_given_in_any_of_its_units():
    patients = many_patients(load(), {"weight_lb": [154, None], "sex": [None, "female"]}, 2)
    assert given(patients, "weight_kg").tolist() == [True, False]
    assert given(patients, "sex").tolist() == [False, True]
