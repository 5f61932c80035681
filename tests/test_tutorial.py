"""The analysts' tutorial runs, and shows what it says."""

from pathlib import Path

import nbclient
import nbformat
import pytest

NOTEBOOK = Path(__file__).resolve().parent.parent / "notebooks" / "tutorial.ipynb"


@pytest.fixture(scope="module")
def outputs():
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    return [str(cell.outputs) for cell in notebook.cells if cell.cell_type == "code"]


def test_one_patient(outputs):
    assert "argatroban 0.5 mcg/kg/min" in outputs[0]
    assert "runyan-2011" in outputs[1]
    assert "Child-Pugh class is needed" in outputs[2]


def test_a_cohort(outputs):
    assert "missing" in outputs[3]
    assert "200" in outputs[3]
    assert "increase" in outputs[5]


def test_a_timeline(outputs):
    assert "Increase to 0.6 mcg/kg/min" in outputs[6]
    assert "Hold the infusion." in outputs[6]
    assert "image/png" in outputs[7]
    assert "Infusion held" in outputs[8]
