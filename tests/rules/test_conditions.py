"""Conditions of seeds: met by what was given, never by what is missing."""

import numpy as np
import pytest

from dosing.knowledge.library import load
from dosing.rules.columns import many_patients, one_patient
from dosing.rules.conditions import meets, names_in, required

SEEDS = load()


def met(when, extra=None, **inputs):
    found = meets(one_patient(SEEDS, inputs), when, extra)
    return found if isinstance(found, bool) else bool(found[0])


@pytest.mark.parametrize(
    ("when", "inputs", "holds"),
    [
        ({"crcl_ml_min": "[30, 50]"}, {"crcl_ml_min": 30}, True),
        ({"crcl_ml_min": "(30, 50]"}, {"crcl_ml_min": 30}, False),
        ({"crcl_ml_min": "[30, 50]"}, {}, False),
        ({"crcl_ml_min": ["< 10", "> 90"]}, {"crcl_ml_min": 100}, True),
        ({"crcl_ml_min": ["< 10", "absent"]}, {}, True),
        ({"crcl_ml_min": ["< 10", "absent"]}, {"crcl_ml_min": 50}, False),
        ({"child_pugh": ["A", "B"]}, {"child_pugh": "b"}, True),
        ({"child_pugh": "C"}, {"child_pugh": "B"}, False),
        ({"child_pugh": "absent"}, {}, True),
        ({"ecmo": "yes", "child_pugh": "A"}, {"ecmo": "yes"}, False),
        ({"ecmo": "yes", "child_pugh": "A"}, {"ecmo": "yes", "child_pugh": "A"}, True),
        ({"creatinine_umol_l": "> 100"}, {"creatinine_mg_dl": 2}, True),
        ({}, {}, True),
    ],
)
def test_conditions_of_inputs(when, inputs, holds):
    assert met(when, **inputs) is holds


@pytest.mark.parametrize(
    ("value", "condition", "holds"),
    [
        (2.0, "> 1", True),
        (np.array([0.5]), "> 1", False),
        (np.array([np.nan]), "any", False),
        (np.array([np.nan]), "absent", True),
        ("yes", "yes", True),
        (True, "yes", True),
        (np.array([False]), "no", True),
        (np.array(["A"], dtype=object), ["A", "B"], True),
        (np.array([None], dtype=object), "absent", True),
        (None, "absent", True),
        (None, "> 1", False),
    ],
)
def test_conditions_of_what_is_no_input(value, condition, holds):
    assert met({"part": condition}, {"part": value}) is holds


def test_each_patient_is_judged_alone():
    patients = many_patients(
        SEEDS, {"crcl_ml_min": np.array([20, 40, np.nan]), "ecmo": ["yes", "no", "yes"]}, 3
    )
    assert meets(patients, {"crcl_ml_min": "< 30"}).tolist() == [True, False, False]
    assert meets(patients, {"crcl_ml_min": "< 30", "ecmo": "no"}).tolist() == [False] * 3
    assert meets(patients, {"crcl_ml_min": ["< 30", "absent"], "ecmo": "yes"}).tolist() == [
        True, False, True,
    ]  # fmt: skip


def test_what_is_needed_for_conditions_to_be_met_at_all():
    when = {"creatinine_umol_l": "> 100", "ecmo": ["yes", "absent"]}
    assert required(SEEDS, when) == {"creatinine"}
    assert names_in(SEEDS, when) == ("creatinine_umol_l", "ecmo")


def test_what_a_named_condition_asks_is_what_it_is_made_of():
    for name, condition in SEEDS.conditions.items():
        asked = names_in(SEEDS, {name: "yes"})
        assert asked, name
        assert all(part in SEEDS.names for part in asked)
        assert condition.any
