"""The titrate panel's model: from the first order through the course, without a browser."""

import datetime as dt
import json

import pytest

from dosing.rules import columns
from dosing.ui.titrate import model as titrate_model
from dosing.ui.titrate.model import (
    TitrateModel,
    derived,
    describe,
    drugs,
    indications,
    read_time,
)

ZONE = dt.timezone(dt.timedelta(hours=1))
AT = dt.datetime(2026, 11, 21, 8, tzinfo=ZONE)


def hours(number):
    return AT + dt.timedelta(hours=number)


def fill(model, **texts):
    for key, text in texts.items():
        model.patient.entries[key].text = text
    model.refresh()


@pytest.fixture
def model():
    made = TitrateModel()
    made.refresh()
    return made


@pytest.fixture
def running(model):
    fill(model, weight="70", child_pugh="B", crcl="25", baseline_aptt="32")
    model.begin(AT)
    return model


def test_one_entry_is_parsed_once_and_each_order_worked_out_once(model, monkeypatch):
    fill(model, child_pugh="A")
    parsed, worked = [], []
    read, start = columns.read_number, titrate_model.starts

    def counted_read(seeds, raw, quantity):
        if isinstance(raw, str):
            parsed.append(raw)
        return read(seeds, raw, quantity)

    def counted_start(table, patients):
        worked.append(table.id)
        return start(table, patients)

    monkeypatch.setattr(columns, "read_number", counted_read)
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
    assert running.measure(hours(2), aptt_s="44").sentence.startswith("Increase to 0.6")
    running.follow(hours(2.2))
    assert running.measure(hours(6), aptt_s="105").until_in_range
    running.follow(hours(6.1))
    running.measure(hours(10), aptt_s="72")
    running.follow(hours(10.1))
    assert running.course.state(hours(11)).running == 0.3
    assert running.measure(hours(14), aptt_s="58").recheck_h == 4
    assert running.measure(hours(18), aptt_s="61").recheck_h == 24


def test_the_last_entry_is_taken_back_and_the_log_says_so(running):
    running.measure(hours(2), aptt_s="144")
    running.undo()
    assert running.course.events[-1].data["text"].startswith("Taken back: aPTT 144 s")
    assert running.last_step() is None
    running.measure(hours(2), aptt_s="44")
    running.follow(hours(2.1))
    running.undo()
    running.undo()
    kinds = [e.kind for e in running.course.events]
    assert kinds == ["started", "noted", "noted", "noted"]
    assert running.undo() == "The start was taken back."
    assert running.course is None
    with pytest.raises(ValueError, match="nothing to take back"):
        running.undo()


def test_a_changed_patient_stops_the_titration_until_it_is_settled(running):
    running.measure(hours(2), aptt_s="44")
    fill(running, baseline_aptt="25")
    assert running.changed() == ["Baseline aPTT (s): 32 at the start, 25 now"]
    with pytest.raises(ValueError, match="have changed"):
        running.follow(hours(3))
    running.use_changes(hours(3))
    assert running.changed() == []
    assert running.last_step()[1].action == "continue"
    assert any("Entries changed" in e.data.get("text", "") for e in running.course.events)


def test_a_recommendation_does_not_outlive_what_it_was_worked_out_from(running):
    running.measure(hours(2), aptt_s="44")
    running.differ("note", hours(2.5), reason="seen")
    running.measure(hours(3), platelets="60")
    fill(running, baseline_aptt="25")
    running.use_changes(hours(4))
    assert running.course.state(hours(4)).recommendation is None
    kinds = [e.kind for e in running.course.events]
    assert kinds == ["started", "noted", "measured", "noted", "measured"]
    running.measure(hours(6), aptt_s="30")
    running.follow(hours(6))
    fill(running, baseline_aptt="32")
    running.use_changes(hours(7))
    assert running.course.events[-1].data["text"].startswith("Entries changed")


def test_a_step_of_older_data_is_worked_out_anew(running):
    running.measure(hours(2), aptt_s="44")
    record = running.to_dict()
    record["course"]["events"][-1]["data"]["step"]["seeds"] = "older"
    running.restore(record)
    assert running.changed() == ["the calculator's data are newer than the step shown"]
    running.use_changes(hours(3))
    assert running.changed() == []
    assert running.last_step()[1].rate == 0.6


def test_weight_belongs_to_the_course(running):
    fill(running, weight="80")
    assert running.fixed()
    with pytest.raises(ValueError, match="cannot be used"):
        running.use_changes(hours(1))
    fill(running, weight="70,0")
    assert running.changed() == []
    fill(running, weight="x")
    assert running.changed() == ["Body weight is not valid"]


def test_doing_otherwise_needs_a_reason(running):
    running.measure(hours(2), aptt_s="44")
    with pytest.raises(ValueError, match="reason"):
        running.differ("rate", hours(2.1), "0.7")
    with pytest.raises(ValueError, match="Enter the new rate"):
        running.differ("rate", hours(2.1), "", "why")
    with pytest.raises(ValueError, match="Choose"):
        running.differ("", hours(2.1))
    running.differ("rate", hours(2.1), "0,7", "bleeding risk is low")
    assert running.course.state(hours(3)).running == 0.7
    running.differ("hold", hours(3), reason="procedure")
    running.differ("resume", hours(4))
    running.differ("note", hours(4), reason="seen")
    running.differ("stop", hours(5), reason="handed over")
    assert running.course.state(hours(6)).stopped


def test_a_case_survives_json(running):
    running.measure(hours(2), aptt_s="44", platelets="60")
    kept = json.loads(json.dumps(running.to_dict()))
    other = TitrateModel()
    fill(other, weight="70", child_pugh="B", crcl="25", baseline_aptt="32")
    other.restore(kept)
    assert other.changed() == []
    assert other.last_step()[1].sentence == running.last_step()[1].sentence
    assert other.gate().open is False
    with pytest.raises(ValueError, match="not the record"):
        other.restore({"course": {"drug": "argatroban"}, "begun_with": {}})


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


@pytest.mark.parametrize(
    ("typed", "hour"),
    [("08:30", 8), ("8:30", 8), ("2026-11-21 07:05", 7), ("2026-11-20T23:59", 23)],
)
def test_a_time_is_read(typed, hour):
    found = read_time(typed, hours(2))
    assert (found.hour, found.tzinfo) == (hour, ZONE)


@pytest.mark.parametrize(
    ("typed", "words"),
    [("", "write it as 08:30"), ("8.30", "write it as"), ("25:00", "does not exist"),
     ("2026-02-30 08:00", "does not exist"), ("11:00", "an earlier day"),
     ("2026-11-22 08:00", "has not come yet"), ("\uff10\uff18:30", "write it as")],
)  # fmt: skip
def test_what_is_no_time_is_refused(typed, words):
    with pytest.raises(ValueError, match=words):
        read_time(typed, hours(2))


def test_events_in_words():
    assert describe("measured", {"aptt_s": 44.0, "inr": 1.5}, "x") == "aPTT 44 s, INR 1.5"
    assert describe("rate", {"rate": 0.5}, "mcg/kg/min") == "rate set to 0.5 mcg/kg/min"


def test_drugs_in_units_are_not_offered_here():
    assert "heparin" not in drugs()
    assert drugs()[:2] == ["argatroban", "bivalirudin"]
