"""The evidence panel, by setting values as a browser does."""

import pytest

from dosing.ui.evidence.model import VIEWS, Line
from dosing.ui.evidence.view import EvidencePanel, table
from dosing.ui.page.fields import Fields


@pytest.fixture
def panel():
    made = EvidencePanel(Fields(lambda: made.refresh()))
    made.refresh()
    return made


@pytest.mark.parametrize("view", VIEWS)
def test_each_list_opens_and_counts_its_lines(panel, view):
    panel.view.value = view
    assert "<tbody>" in panel.results.value
    assert "lines" in panel.counted.value


def test_searching_narrows_as_one_types(panel):
    before = panel.results.value.count("<tr>")
    panel.words.value = "bivalirudin dialysis"
    assert 0 < panel.results.value.count("<tr>") < before
    panel.words.value = "nothing like this"
    assert "Nothing holds all of these words." in panel.results.value


def test_an_unconfirmed_number_carries_a_shape_as_well():
    said = table([Line(cells={"A": "<b>"}, confirmed="unconfirmed")])
    assert "<svg" in said
    assert "&lt;b&gt;" in said


def test_a_failure_empties_the_list(panel):
    panel.blank()
    assert panel.results.value == ""
    panel.refresh()
    assert "<tbody>" in panel.results.value
