"""A step in words, and its arithmetic."""

import json

import dosing
from dosing.library import load
from dosing.patients import check
from dosing.seedtypes import Change
from dosing.steps import Step, working

RASCHKE = "heparin-raschke-1993"


def test_a_step_can_be_read_back_also_from_before_there_were_boluses():
    found = dosing.titrate(RASCHKE, 18, aptt_s=34, weight_kg=70)
    out = json.loads(json.dumps(found.to_dict()))
    assert Step.from_dict(out) == found
    for name in ("bolus_unit", "bolus_total", "measure"):
        out.pop(name)
    older = Step.from_dict(out)
    assert (older.bolus_total, older.measure) == (None, "aPTT")


def test_a_hold_says_when_to_resume_and_what_to_measure():
    found = dosing.titrate("heparin-umich-anti-xa-vte", 18, anti_xa_units_ml=0.9, weight_kg=80)
    assert found.sentence == (
        "Hold the infusion. Resume after 30 min at 16.5 units/kg/h: pump 13.2 mL/h."
        " Next anti-Xa in 6 h after restarting."
    )


def test_until_in_range_names_the_measure():
    found = dosing.titrate("bivalirudin-accp-2012", 0.1, aptt_s=110, weight_kg=70)
    assert "when the aPTT is in range" in found.sentence


def test_working_is_the_arithmetic():
    found = load().protocols[RASCHKE]
    patient = check({"running": 18, "aptt_s": 34})
    assert working(found, patient, found.rows[0].then, 0, False) == [
        "row 1: aptt_s < 35", "18 + 4 = 22 units/kg/h",
    ]  # fmt: skip
    assert working(found, patient, Change(), 2, False) == ["row 3: aptt_s [46, 70]"]


def test_a_step_prints_as_text_and_is_not_read_as_html():
    found = dosing.titrate(RASCHKE, 18, aptt_s="<b>", weight_kg=70)
    assert "No next step" in str(found)
    assert "<b>" not in found._repr_html_()
