"""The benchmarks compare answers before they measure: that they agree is held here, on few rows."""

import importlib.util
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parent.parent / "benchmarks" / "patients.py"


@pytest.fixture
def patients(monkeypatch):
    spec = importlib.util.spec_from_file_location("benchmark_patients", SCRIPT)
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    for name, value in {"SIZE": 3000, "SLICE": 500, "ROUNDS": 1, "STARTS": 3}.items():
        monkeypatch.setattr(found, name, value)
    return found


def test_three_ways_to_dose_a_cohort_agree(patients, capsys):
    patients.main()
    said = capsys.readouterr().out
    assert "fondaparinux" in said
    assert "argatroban" in said


def test_a_difference_ends_the_script(patients):
    frame = patients.cohort(50)[["weight_kg", "crcl_ml_min"]]
    right = patients.fondaparinux_by_hand(frame)
    wrong = right.assign(dose=right["dose"] + 1)
    with pytest.raises(SystemExit, match="fondaparinux: dose by hand differs"):
        patients.same(right, wrong, "fondaparinux", "hand")


def test_a_number_that_only_one_way_writes_ends_the_script(patients):
    frame = patients.cohort(50)[["weight_kg", "crcl_ml_min"]]
    right = patients.fondaparinux_by_hand(frame)
    with pytest.raises(SystemExit, match="fondaparinux: the number columns by hand are others"):
        patients.same(right, right.drop(columns="every_h"), "fondaparinux", "hand")


def test_a_file_is_answered_as_the_frame_before_it_is_timed(capsys):
    spec = importlib.util.spec_from_file_location("benchmark_cohort", SCRIPT.parent / "cohort.py")
    cohort = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(cohort)
    cohort.ROUNDS = 1
    cohort.main(2000)
    assert "2,000 rows" in capsys.readouterr().out
    frame = cohort.pd.DataFrame({"dose": [1.0, float("nan")], "unit": ["mg", "mg"]})
    with pytest.raises(SystemExit, match="dose in the file differs"):
        cohort.same(frame.fillna(2), frame)
    with pytest.raises(SystemExit, match="unit in the file differs"):
        cohort.same(frame.assign(unit="g"), frame)
