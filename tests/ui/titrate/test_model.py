"""The titrate panel's model: from the first order through the course, without a browser."""

import datetime as dt
import json

import pytest

from dosing.rules import columns
from dosing.ui.titrate import model as titrate_model
from dosing.ui.titrate.model import (
    TitrateModel,
    derived,
    drugs,
    indications,
)

ZONE = dt.timezone(dt.timedelta(hours=1))
AT = dt.datetime(2026, 11, 21, 8, tzinfo=ZONE)


def fresh():
    made = TitrateModel(now=lambda: AT)
    made.refresh()
    return made


def kinds(model):
    return [e.kind for e in model.course.events]


def at(model, number):
    """A moment of the course, which is now."""
    model.now = lambda: hours(number)
    return hours(number)


def hours(number):
    return AT + dt.timedelta(hours=number)


def fill(model, **texts):
    for key, text in texts.items():
        model.patient.entries[key].text = text
    model.refresh()


@pytest.fixture
def model():
    return fresh()


@pytest.fixture
def running(model):
    fill(model, weight="70", child_pugh="B", crcl="25", baseline_aptt="32")
    model.begin(AT)
    return model


def test_one_entry_is_parsed_once_and_each_order_worked_out_once(model, monkeypatch):
    fill(model, child_pugh="A")
    parsed, worked = [], []
    read, start = columns.read_result, titrate_model.starts

    def counted_read(seeds, raw, quantity):
        if isinstance(raw, str):
            parsed.append(raw)
        return read(seeds, raw, quantity)

    def counted_start(table, patients):
        worked.append(table.id)
        return start(table, patients)

    monkeypatch.setattr(columns, "read_result", counted_read)
    monkeypatch.setattr(titrate_model, "starts", counted_start)
    fill(model, weight="70")
    model.refresh()
    assert parsed == ["70"]
    assert sorted(worked) == sorted(t.id for t in model.authorities().values())


def test_nothing_entered_gives_no_dose_and_says_what_is_needed(model):
    assert model.advice.order is None
    assert set(model.missing()) == {"Body weight", "Child-Pugh class"}
    assert not [f for f in model.findings() if f.text.startswith("Child-Pugh class is needed")]
    assert model.why_not_begin() == "There is no order yet."
    with pytest.raises(ValueError, match="no order"):
        model.begin(AT)


def test_the_first_order(model):
    fill(model, weight="70", child_pugh="B", crcl="25", baseline_aptt="32")
    assert (model.advice.order.dose, model.advice.order.pump_ml_h) == (0.5, 2.1)
    assert model.protocol == "argatroban-smpc-reduced"
    assert model.target().window == (48, 96)
    assert model.advices[0].authority == "us-label"
    assert model.why_not_begin() == ""


def test_a_refused_entry_takes_the_dose_away(model):
    fill(model, weight="70", child_pugh="B", baseline_aptt="32")
    fill(model, age="200")
    assert model.advice.order is None
    assert model.why_not_begin()


def test_the_protocol_that_needs_a_baseline_waits_for_it(model):
    fill(model, weight="70", child_pugh="B")
    assert model.why_not_begin() == "Still needed for this protocol: Baseline aPTT."


def test_the_chosen_protocol_stays_until_the_drug_changes(model):
    fill(model, weight="70", child_pugh="B", baseline_aptt="32")
    model.chose_protocol, model.protocol = True, "argatroban-ummc-2008-critical"
    fill(model, child_pugh="none")
    assert model.protocol == "argatroban-ummc-2008-critical"
    model.drug = "bivalirudin"
    model.refresh()
    assert model.protocol == "bivalirudin-accp-2012"
    assert model.authority in model.authorities()


def test_an_indication_without_a_protocol_cannot_be_titrated(model):
    model.indication = "pci"
    fill(model, weight="70", child_pugh="none", baseline_aptt="32")
    assert model.advice.indication == "pci"
    assert model.why_not_begin()


@pytest.mark.parametrize("drug", drugs())
def test_every_choice_can_be_computed(model, drug):
    model.drug = drug
    for indication in indications(drug):
        model.indication = indication
        for authority in model.authorities():
            model.authority = authority
            fill(model, weight="70", child_pugh="none", crcl="80", renal_replacement="none")
            assert model.advice.authority == authority
            assert set(model.asked()) <= set(model.patient.entries)


def test_a_course_to_a_stable_rate(running):
    assert running.measure(at(running, 4), aptt_s="44").sentence.startswith("Increase to 0.6")
    running.follow(at(running, 4.2))
    assert running.measure(at(running, 8), aptt_s="105").until_in_range
    running.follow(at(running, 8.1))
    running.measure(at(running, 12), aptt_s="72")
    running.follow(at(running, 12.1))
    assert running.course.state(at(running, 13)).running == 0.3
    assert running.measure(at(running, 16), aptt_s="58").recheck_h == 4
    assert running.measure(at(running, 20), aptt_s="61").recheck_h == 24


def test_the_last_entry_is_taken_back_and_the_log_says_so(running):
    running.measure(at(running, 4), aptt_s="144")
    with pytest.raises(ValueError, match="reason"):
        running.undo("")
    running.undo("typed twice the 4")
    assert running.course.events[-1].reason == "typed twice the 4"
    assert running.last_step() is None
    running.measure(at(running, 4), aptt_s="44")
    running.follow(at(running, 4.1))
    running.undo("not done")
    running.undo("another patient")
    assert kinds(running) == [
        "started", "measured", "withdrawn", "measured", "rate_set", "withdrawn", "withdrawn",
    ]  # fmt: skip
    assert [f.kind for f in running.course.facts] == ["started"]
    assert running.undo("") == "The start was taken back."
    assert running.course is None
    with pytest.raises(ValueError, match="nothing to take back"):
        running.undo("")


def test_a_changed_patient_stops_the_titration_until_it_is_settled(running):
    running.measure(at(running, 4), aptt_s="44")
    fill(running, baseline_aptt="25")
    assert running.changed() == ["Baseline aPTT (s): 32 in the log, 25 now"]
    with pytest.raises(ValueError, match="have changed"):
        running.follow(at(running, 5))
    running.use_changes(at(running, 5))
    assert running.changed() == []
    assert running.last_step()[1].action == "continue"
    changed = next(e for e in running.course.events if e.kind == "changed")
    assert changed.inputs == {"baseline_aptt_s": 25.0}
    assert kinds(running)[-2:] == ["withdrawn", "measured"]
    assert running.course.events[-2].reason.startswith("Entries changed")


def test_a_recommendation_does_not_outlive_what_it_was_worked_out_from(running):
    running.measure(at(running, 4), aptt_s="44")
    running.differ("note", at(running, 4.5), reason="seen")
    running.measure(at(running, 5), platelets="60")
    fill(running, baseline_aptt="25")
    running.use_changes(at(running, 6))
    assert running.course.state(at(running, 6)).recommendation is None
    assert kinds(running)[4:] == ["changed", "withdrawn", "measured"]
    running.measure(at(running, 8), aptt_s="30")
    running.follow(at(running, 8))
    fill(running, baseline_aptt="32")
    running.use_changes(at(running, 9))
    assert kinds(running)[-1] == "changed"


def test_a_step_of_older_data_is_worked_out_anew(running):
    running.measure(at(running, 4), aptt_s="44")
    record = running.to_dict()
    record["course"]["events"][-1]["step"]["seeds"] = "older"
    running.restore(record)
    assert running.changed() == []
    record["course"]["events"][-1]["step"]["rate"] = 0.8
    running.restore(record)
    assert running.changed() == ["the calculator's data are newer than the step shown"]
    running.use_changes(at(running, 5))
    assert running.changed() == []
    assert running.last_step()[1].rate == 0.6


def test_another_weight_counts_from_then_on(running):
    fill(running, weight="80")
    assert running.changed() == ["Body weight (kg): 70 in the log, 80 now"]
    running.use_changes(at(running, 1))
    assert running.course.state(at(running, 4)).pump_ml_h == 2.1
    running.measure(at(running, 4), aptt_s="44")
    running.follow(at(running, 4.1))
    assert running.course.state(at(running, 5)).pump_ml_h == 2.6
    fill(running, weight="")
    with pytest.raises(ValueError, match="not left out"):
        running.use_changes(at(running, 6))
    fill(running, weight="80")


def test_another_strength_is_another_bag(running):
    fill(running, concentration="0.5")
    running.use_changes(at(running, 1))
    assert kinds(running)[-1] == "bag_changed"
    assert running.course.state(at(running, 4)).pump_ml_h == 4.2


def test_the_same_weight_in_other_words_is_no_change(running):
    fill(running, weight="70,0")
    assert running.changed() == []
    fill(running, weight="x")
    assert running.changed() == ["Body weight is not valid"]


def test_doing_otherwise_needs_a_reason(running):
    running.measure(at(running, 4), aptt_s="44")
    with pytest.raises(ValueError, match="reason"):
        running.differ("rate", at(running, 4.1), "0.7")
    with pytest.raises(ValueError, match="Enter the new rate"):
        running.differ("rate", at(running, 4.1), "", "why")
    with pytest.raises(ValueError, match="Choose"):
        running.differ("", at(running, 4.1))
    running.differ("rate", at(running, 4.1), "0,7", "bleeding risk is low")
    assert running.course.state(at(running, 5)).running == 0.7
    running.differ("hold", at(running, 5), reason="procedure")
    running.differ("resume", at(running, 6), reason="over")
    running.differ("note", at(running, 6), reason="seen")
    running.differ("stop", at(running, 7), reason="handed over")
    assert running.course.state(at(running, 8)).stopped


def test_a_case_survives_json(running):
    running.measure(at(running, 4), aptt_s="44", platelets="60")
    kept = json.loads(json.dumps(running.to_dict()))
    other = fresh()
    fill(other, weight="70", child_pugh="B", crcl="25", baseline_aptt="32")
    other.restore(kept)
    assert other.changed() == []
    assert other.last_step()[1].sentence == running.last_step()[1].sentence
    assert other.gate().open is False
    with pytest.raises(ValueError, match="not the record"):
        other.restore({"course": {"drug": "argatroban"}, "told": {}})


def test_the_next_patient_has_no_course(running):
    running.patient.clear()
    running.clear()
    running.refresh()
    assert running.course is None
    assert running.to_dict() == {}
    assert running.gate() is None


def test_components_that_contradict_the_class_are_said(model):
    fill(model, child_pugh="A", bilirubin="4", albumin="2", inr="2,5", ascites="severe")
    assert derived(model.patient)[1] == []
    fill(model, encephalopathy="3")
    said, findings = derived(model.patient)
    assert "Child-Pugh 15 points, class C." in said
    assert "given as A" in findings[0].text
    fill(model, child_pugh="", albumin="")
    assert derived(model.patient)[0][-1].endswith("still needed Serum albumin.")


def test_clearance_is_said(model):
    fill(model, age="60", sex="male", weight="72", creatinine="1")
    assert derived(model.patient)[0] == ["Cockcroft-Gault creatinine clearance 80 mL/min."]
    fill(model, crcl="50")
    assert "not used" in derived(model.patient)[0][0]


def test_every_drug_that_a_protocol_titrates_is_offered():
    assert drugs() == ["argatroban", "bivalirudin", "heparin"]


def test_heparin_by_anti_xa_with_its_bolus():
    model = fresh()
    model.drug = "heparin"
    model.protocol, model.chose_protocol = "heparin-umich-anti-xa-vte", True
    fill(model, weight="80")
    order = model.advice.order
    model.begin(AT)
    model.differ("bolus", AT, str(order.bolus_total), unit="units")
    assert model.course.facts[-1].ordered
    step = model.measure(at(model, 6), anti_xa_units_ml="0.9")
    assert step.action in ("decrease", "hold")
    model.follow(at(model, 6.1))
    assert model.course.state(hours(7)).given_unit == "units"
    model.measure(at(model, 7), platelets="90")
    assert model.gate() is None  # it speaks of HIT
    assert model.course.timeline(hours(7)).platelet_gate is None
