"""The analysts' tutorial runs from top to bottom and shows what its text says."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

TUTORIAL = Path(__file__).parent.parent / "notebooks" / "tutorial.ipynb"


@pytest.fixture(scope="module")
def told():
    """The notebook's results by a piece of the cell's source: its text, and the kinds shown."""
    notebook = nbformat.read(TUTORIAL, as_version=4)
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]

    def find(piece):
        (cell,) = [c for c in cells if piece in c.source]
        shown = [o.get("data", {"text/plain": o.get("text", "")}) for o in cell.outputs]
        kinds = {kind for data in shown for kind in data}
        return "\n".join(data.get("text/plain", "") for data in shown), kinds

    return find


def test_one_patient(told):
    text, kinds = told("advice = dosing.start(")
    assert "argatroban 0.5 mcg/kg/min" in text
    assert "set the pump to 2.1 mL/h at 1 mg/mL" in text
    assert "text/html" in kinds


def test_what_cannot_be_is_said(told):
    text, _ = told("no_weight = ")
    assert "needed: Body weight is needed." in text
    assert "88 micromol/L would be 1 mg/dL." in text


def test_authorities_side_by_side(told):
    text, _ = told("compared = dosing.compare(")
    assert "tsu-2011" in text
    assert "runyan-2011" in text


def test_the_next_step(told):
    text, _ = told("step = dosing.titrate(")
    assert "Increase to 0.6 mcg/kg/min: pump 2.5 mL/h. Next aPTT in 4 h." in text
    assert "0.5 + 0.1 = 0.6 mcg/kg/min" in text


def test_each_status_has_patients(told):
    text, _ = told('fondaparinux = dosing.start("fondaparinux", cohort)')
    counts = dict(line.split() for line in text.splitlines() if len(line.split()) == 2)
    assert {"ok", "stop", "missing", "impossible"} <= set(counts)
    assert sum(int(counts[s]) for s in ("ok", "stop", "missing", "impossible")) == 1_000
    assert counts["impossible"] == "1"


def test_each_status_says_why_and_the_answer_from_what(told):
    text, _ = told("why = fondaparinux.groupby")
    assert "'used': ['weight_kg', 'crcl_ml_min', 'critically_ill']" in text
    assert "'unused': ['child_pugh', 'post_cardiac_surgery']" in text
    assert "stop: Fondaparinux is contraindicated at a creatinine clearance less than 30" in text
    assert "missing: Creatinine clearance is needed" in text
    assert "impossible: Body weight: 78,000 kg is not possible (1 to 400)" in text


def test_a_misspelt_column_and_a_contradiction_are_named(told):
    text, _ = told("twice_said = ")
    assert "column 'CrCl_ml_min' is nearly 'crcl_ml_min': rename it" in text
    assert "Body weight is given twice, as 70 kg and as 200 lb" in text
    assert "b impossible Body weight is given twice, as 101 kg and as 218 lb" in text


def test_doses_of_a_cohort(told):
    text, _ = told('fondaparinux["dose"].value_counts')
    assert all(dose in text for dose in ("7.5", "10.0", "5.0", "NaN"))
    text, _ = told("doses = pd.crosstab")
    assert "2.0" in text


def test_steps_of_a_cohort(told):
    text, _ = told("steps = dosing.titrate(")
    assert all(action in text for action in ("continue", "increase", "hold", "stop"))


def test_the_course_and_its_picture(told):
    text, _ = told("recommended = course.measure")
    assert "Increase to 0.6 mcg/kg/min: pump 2.5 mL/h" in text
    assert "Hold the infusion." in text
    assert "Continue at 0.3 mcg/kg/min: pump 1.3 mL/h" in text
    text, _ = told("state = course.state")
    assert "running 0.3 mcg/kg/min, pump 1.3 mL/h" in text
    _, kinds = told("figure = course.plot")
    assert "image/png" in kinds
