"""A step in words, and its arithmetic."""

import json

import attrs
import pytest

import dosing
from dosing.advice.step import Step, working
from dosing.base.findings import Finding
from dosing.knowledge.library import load
from dosing.knowledge.seedtypes import Change, ProtocolRow

RASCHKE = "heparin-raschke-1993"


def test_a_step_can_be_read_back_also_from_before_there_were_boluses():
    found = dosing.titrate(RASCHKE, running=18, aptt_s=34, weight_kg=70)
    out = json.loads(json.dumps(found.to_dict()))
    assert Step.from_dict(out) == found
    for name in ("bolus_unit", "bolus_total", "measure"):
        out.pop(name)
    older = Step.from_dict(out)
    assert (older.bolus_total, older.measure) == (None, "aPTT")


def test_a_hold_says_when_to_resume_and_what_to_measure():
    found = dosing.titrate(
        "heparin-umich-anti-xa-vte", running=18, anti_xa_units_ml=0.9, weight_kg=80
    )
    assert found.sentence == (
        "Hold the infusion. Resume after 30 min at 16.5 units/kg/h: pump 13.2 mL/h."
        " Next anti-Xa 6 h after restarting."
    )


def test_until_in_range_names_the_measure():
    found = dosing.titrate("bivalirudin-accp-2012", running=0.1, aptt_s=110, weight_kg=70)
    assert "when the aPTT is in range" in found.sentence


def test_working_is_the_arithmetic():
    found = load().protocols[RASCHKE]
    values = {"running": 18, "aptt_s": 34}
    assert working(found, values, found.rows[0].then, 0, False) == [
        "row 1: aptt_s < 35", "18 + 4 = 22 units/kg/h",
    ]  # fmt: skip
    assert working(found, values, Change(), 2, False) == ["row 3: aptt_s [46, 70]"]


def test_a_step_prints_as_text_and_is_not_read_as_html():
    found = dosing.titrate(RASCHKE, running=18, aptt_s="<b>", weight_kg=70)
    assert "No next step" in str(found)
    assert "<b>" not in found._repr_html_()


@pytest.mark.parametrize(
    ("then", "line"),
    [
        (Change(add=2), "18 + 2 = 20 units/kg/h"),
        (Change(add=-2), "18 - 2 = 16 units/kg/h"),
        (Change(factor=0.75), "18 × 0.75 = 13.5 units/kg/h"),
        (Change(factor=1.1, add=-0.8), "18 × 1.1 - 0.8 = 19 units/kg/h"),
        (Change(hold_min=60, resume_add=-3), "18 - 3 = 15 units/kg/h on resuming"),
        (Change(hold="until_in_range", resume_factor=0.5), "18 × 0.5 = 9 units/kg/h on resuming"),
    ],
)
def test_each_kind_of_change_is_written_out(then, line):
    found = load().protocols[RASCHKE]
    values = {"running": 18, "aptt_s": 34}
    assert working(found, values, then, 0, False)[1:] == [line]
    assert working(found, values, then, 0, True) == ["row 1: aptt_s < 35"]


def test_a_stop_has_no_arithmetic():
    found = load().protocols[RASCHKE]
    values = {"running": 18, "aptt_s": 34}
    assert working(found, values, Change(stop=True), 0, False) == ["row 1: aptt_s < 35"]


def test_a_ratio_is_written_out_to_three_decimals_and_conditions_in_a_row():
    found = load().protocols["argatroban-smpc-standard"]
    row = ProtocolRow(when={"aptt_ratio": "< 1.5", "child_pugh": ["A", "B"]}, then=Change())
    found = attrs.evolve(found, measure="aptt_ratio", rows=(row,))
    values = {"running": 1, "aptt_s": 40, "baseline_aptt_s": 30}
    assert working(found, values, row.then, 0, False) == [
        "aPTT 40 s ÷ baseline 30 s = 1.333",
        "row 1: aptt_ratio < 1.5, child_pugh A or B",
    ]


def test_a_step_prints_its_findings_with_their_sources_and_its_own():
    found = attrs.evolve(
        dosing.titrate(RASCHKE, running=18, aptt_s=34, weight_kg=70),
        title="<Raschke>",
        findings=(Finding("warn", "Look."), Finding("note", "Know.", "other")),
        trace=("18 + 4 = 22",),
        cite="source",
        confirmed="secondary",
    )
    assert str(found).splitlines() == [
        "<Raschke>", f"  {found.sentence}", f"  {found.side_by_side}",
        "  warn: Look.", "  note: Know. [other]", "  = 18 + 4 = 22", "  source: source (secondary)",
    ]  # fmt: skip
    assert found._repr_html_().startswith("<pre>&lt;Raschke&gt;\n  Bolus")


def test_a_step_as_json_has_lists_of_plain_values():
    out = dosing.titrate(RASCHKE, running=18, aptt_s=34, weight_kg=70).to_dict()
    assert not any(isinstance(value, tuple) for value in out.values())
    assert all(set(f) == {"level", "id", "text", "cite"} for f in out["findings"])
    assert isinstance(out["trace"], list)


def test_a_bolus_without_a_weight_asks_for_it():
    found = dosing.titrate(RASCHKE, running=18, aptt_s=34)
    assert found.sentence.startswith("Bolus 80 units/kg: give the weight for the amount.")
