"""One decision: which row answers, what is missing, what is said."""

import numpy as np
import pytest

import dosing
from dosing.knowledge.library import load
from dosing.knowledge.seedtypes import Check
from dosing.rules.checks import checks_of
from dosing.rules.columns import many_patients
from dosing.rules.decide import STATUSES, decide, fired, needed
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


def test_a_check_says_what_it_says_of_those_who_meet_it():
    patients = many_patients(SEEDS, {"weight_kg": np.array([60.0, 80])}, 2)
    always = Check(when={}, level="note", text="Always.")
    heavy = Check(when={"weight_kg": "> 70"}, level="warn", text="Heavy.", cite="own")
    never = Check(when={"ecmo": "yes"}, level="stop", text="Never.")
    said = fired(patients, [(always, "table"), (heavy, "table"), (never, "table")])
    assert [(r.level, r.text, r.cite) for r in said] == [
        ("note", "Always.", "table"), ("warn", "Heavy.", "own"),
    ]  # fmt: skip
    assert [[r.holds(i) for r in said] for i in (0, 1)] == [[True, False], [True, True]]


def test_who_lies_outside_what_a_table_covers_is_told_so_and_has_no_row():
    table = SEEDS.tables["fondaparinux-vte-paediatric-us-label"]
    found = decision(
        table, age_y=[0.5, 1, 18, np.nan], weight_kg=[20, 20, 20, 9], crcl_ml_min=[80] * 4
    )
    assert found.outside.tolist() == [True, False, True, True]
    assert (found.row >= 0).tolist() == [False, True, False, False]
    assert not found.lacking.any()
