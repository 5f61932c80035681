"""One decision: which row answers, what is missing, what is said."""

import numpy as np
import pytest

import dosing
from dosing.knowledge.library import load
from dosing.rules.checks import checks_of
from dosing.rules.columns import many_patients
from dosing.rules.decide import STATUSES, decide, needed
from dosing.rules.derive import derive
from dosing.rules.remarks import findings_at

SEEDS = load()
FONDAPARINUX = SEEDS.tables["fondaparinux-hit-us-label"]
SMPC = "argatroban-smpc-reduced"


def decision(table, **columns):
    size = len(next(iter(columns.values())))
    columns = {n: np.array(v, dtype=float) for n, v in columns.items()}
    patients = derive(many_patients(SEEDS, columns, size))
    return decide(patients, table, checks_of(SEEDS, table))


def test_each_patient_meets_a_row_or_is_told_what_is_missing():
    found = decision(
        FONDAPARINUX, weight_kg=[49.9, 50, 101, np.nan], crcl_ml_min=[80, 80, np.nan, 20]
    )
    assert found.row.tolist() == [1, 2, -1, 0]
    assert {n: w.tolist() for n, w in found.missing.items()} == {
        "crcl_ml_min": [False, False, True, False]
    }
    levels = [[f.level for f in findings_at(found.remarks, i)] for i in range(4)]
    assert levels[2][0] == "needed"
    assert levels[3][0] == "stop"
    assert levels[0][0] == "note"


def test_what_an_order_needs_is_not_asked_where_the_row_refuses():
    patients = derive(many_patients(SEEDS, {"crcl_ml_min": np.array([20.0, 80])}, 2))
    found = decide(patients, FONDAPARINUX, (), needs=("weight_kg",))
    assert found.missing["weight_kg"].tolist() == [False, True]


def test_what_is_needed_lists_the_answers():
    assert "yes or no" in needed(SEEDS, "ecmo").text_at(0)
    assert "(none, A, B, C)" in needed(SEEDS, "child_pugh").text_at(0)


def test_absent_is_asked_only_when_it_matters():
    held = dosing.titrate(SMPC, running=0.5, weight_kg=70, aptt_s=126)
    assert (held.action, held.missing) == ("hold", ())
    asked = dosing.titrate(SMPC, running=0.5, weight_kg=70, aptt_s=60)
    assert (asked.action, asked.missing) == ("", ("baseline_aptt_s",))
    by_ratio = dosing.titrate(SMPC, running=0.5, weight_kg=70, aptt_ratio=4)
    assert by_ratio.action == "hold"


@pytest.mark.parametrize(
    ("inputs", "status"),
    [
        ({"weight_kg": 70, "crcl_ml_min": 80}, "ok"),
        ({"weight_kg": 70, "crcl_ml_min": 20}, "stop"),
        ({"weight_kg": 70, "crcl_ml_min": 80, "bleeding": "major"}, "stop"),
        ({"weight_kg": 70}, "missing"),
        ({"weight_kg": 700, "crcl_ml_min": 80}, "impossible"),
        ({"weight_kg": 70, "crcl_ml_min": 80, "weight_lb": 300}, "impossible"),
        ({"weight_kg": "heavy", "crcl_ml_min": 20}, "impossible"),
    ],
)
def test_how_a_patient_stands(inputs, status):
    assert status in STATUSES
    advice = dosing.start("fondaparinux", **inputs)
    assert advice.status == status
    assert (advice.order is not None) == (status == "ok")
    assert advice.refused == (status in ("missing", "impossible"))
