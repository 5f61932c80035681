"""What the pages know of a patient, without a widget or a browser."""

import subprocess
import sys

import pytest

from dosing.knowledge.library import load
from dosing.ui.page.patient import Entry, PatientModel, label_of


@pytest.mark.parametrize("typed", ["78.5", "78,5", " 78.5 "])
def test_a_number_is_read_as_people_write_it(typed):
    entry = Entry("weight")
    entry.text = typed
    assert (entry.value, entry.problem) == (78.5, "")


@pytest.mark.parametrize(
    "typed", ["1,000", "1e3", "abc", "7\uff10", "\u0667\u0660", "1.000,5", "-", "7000", "0"]
)
def test_what_is_no_weight_is_refused_in_words(typed):
    entry = Entry("weight")
    entry.text = typed
    assert entry.value is None
    assert entry.problem.startswith("Body weight: ")


def test_blank_is_blank():
    entry = Entry("weight")
    entry.text = "7x"
    entry.text = "  "
    assert (entry.value, entry.problem, entry.warning) == (None, "", "")


def test_an_unusual_number_is_kept_and_questioned():
    entry = Entry("weight")
    entry.text = "250"
    assert entry.value == 250
    assert "confirm it" in entry.warning


def test_the_number_typed_is_never_converted():
    entry = Entry("creatinine")
    entry.text = "88"
    assert "88 micromol/L would be 1 mg/dL" in entry.problem
    entry.unit = "creatinine_umol_l"
    assert (entry.text, entry.value, entry.problem) == ("88", 88, "")
    assert entry.label == "Serum creatinine (micromol/L)"


def test_each_quantity_that_is_asked_has_one_entry():
    patient = PatientModel()
    assert {"weight", "child_pugh", "platelets", "concentration"} <= set(patient.entries)
    assert not {"aptt", "running", "dose_mg"} & set(patient.entries)
    assert set(patient.entries) <= set(load().quantities)


def test_inputs_are_named_with_their_units():
    patient = PatientModel()
    patient.entries["weight"].unit = "weight_lb"
    patient.entries["weight"].text = "154"
    patient.entries["heart_failure"].text = "no"
    patient.entries["age"].text = "x"
    assert patient.inputs() == {"weight_lb": "154", "heart_failure": "no", "age_y": "x"}
    assert patient.values() == {"weight_lb": 154, "heart_failure": "no"}
    assert patient.problems() == ["Age"]


def test_the_next_patient_starts_blank():
    patient = PatientModel()
    patient.entries["weight"].text, patient.entries["weight"].unit = "154", "weight_lb"
    patient.clear()
    assert patient.inputs() == {}
    assert patient.entries["weight"].unit == "weight_kg"


def test_a_label_by_name():
    assert label_of("creatinine_umol_l") == "Serum creatinine"


def test_models_load_no_widget():
    code = (
        "import sys, dosing.ui.titrate.model;"
        "print(sorted({'ipywidgets', 'matplotlib', 'pandas', 'anywidget'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
