"""The next step: what to set, when to look again, and why."""

import json
import re

import pytest

import dosing
from dosing.advice.step import Step
from dosing.knowledge.library import load

SMPC = {"baseline_aptt_s": 32, "weight_kg": 70}
KEYS = {
    "action",
    "rate",
    "unit",
    "pump_ml_h",
    "bolus",
    "hold_min",
    "resume_rate",
    "recheck_h",
    "in_range",
    "findings",
    "trace",
    "protocol",
    "row",
    "cite",
    "inputs",
    "missing",
    "seeds",
    "version",
}
PROTOCOLS = list(load().protocols)
RASCHKE = "heparin-raschke-1993"
UMICH = "heparin-umich-anti-xa-vte"


def measured_as(protocol, aptt):
    """The result under the protocol's name: 60 s stands for an anti-Xa of 0.45."""
    if "anti_xa_units_ml" in load().protocols[protocol].columns:
        number = isinstance(aptt, int) and 0 < aptt < 500
        return {"anti_xa_units_ml": (aptt - 15) / 100 if number else aptt}
    return {"aptt_s": aptt}


def step(protocol="argatroban-smpc-reduced", running=0.5, **inputs):
    return dosing.titrate(protocol, running=running, **(SMPC | inputs))


def test_a_low_result_raises_the_running_rate():
    found = step(aptt_s=44)
    assert (found.action, found.rate, found.pump_ml_h, found.recheck_h) == ("increase", 0.6, 2.5, 4)
    assert found.sentence == ("Increase to 0.6 mcg/kg/min: pump 2.5 mL/h. Next aPTT in 4 h.")
    assert "aPTT 44 s ÷ baseline 32 s = 1.375" in found.trace
    assert "0.5 + 0.1 = 0.6 mcg/kg/min" in found.trace


def test_a_high_result_holds_until_in_range():
    found = step(running=0.6, aptt_s=105)
    assert (found.action, found.rate, found.pump_ml_h) == ("hold", 0, 0)
    assert (found.until_in_range, found.resume_rate, found.resume_pump_ml_h) == (True, 0.3, 1.3)
    assert "Resume at 0.3 mcg/kg/min: pump 1.3 mL/h when the aPTT is in range." in found.sentence


def test_a_hold_of_minutes_says_when_to_resume():
    found = dosing.titrate("argatroban-ummc-2008-normal", running=2, aptt_s=95, weight_kg=70)
    assert (found.hold_min, found.resume_rate) == (30, 1.75)
    assert "Resume after 30 min at 1.75 mcg/kg/min" in found.sentence
    assert "Next aPTT 2 h after restarting." in found.sentence


@pytest.mark.parametrize(
    ("aptt", "action", "rate", "resume"),
    [(105, "hold", 0, 0.3), (96, "resume", 0.3, None), (40, "resume", 0.3, None)],
)
def test_while_held_the_infusion_resumes_once_the_result_is_no_longer_high(
    aptt, action, rate, resume
):
    found = step(running=0, held_from=0.3, aptt_s=aptt)
    assert (found.action, found.rate, found.resume_rate) == (action, rate, resume)


def test_in_range_goes_on_and_the_interval_widens_at_the_second():
    first, second = step(aptt_s=60), step(aptt_s=60, in_range_before=1)
    assert (first.action, first.rate, first.recheck_h) == ("continue", 0.5, 4)
    assert (second.action, second.recheck_h) == ("continue", 24)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("aptt", [None, "", "abc", "1,000", "1e2", -40, 0, 5000])
def test_no_rate_from_a_missing_or_impossible_result(protocol, aptt):
    result = measured_as(protocol, aptt if aptt != 0 or protocol != UMICH else -0.01)
    found = dosing.titrate(protocol, running=0.1, baseline_aptt_s=30, weight_kg=70, **result)
    assert (found.action, found.rate, found.pump_ml_h, found.recheck_h) == ("", None, None, None)
    assert any(f.level == "needed" for f in found.findings)


@pytest.mark.parametrize("running", [None, "", 0, -1, 50, "2,000"])
def test_no_rate_from_a_missing_or_impossible_running_rate(running):
    found = step(running=running, aptt_s=44)
    assert (found.action, found.rate) == ("", None)


def test_a_running_rate_above_the_ceiling_is_questioned():
    found = step(running=10.5, aptt_s=44)
    assert any("above this protocol's largest rate, 10" in f.text for f in found.findings)


def test_the_baseline_is_asked_for_where_the_protocol_compares_with_it():
    found = dosing.titrate("argatroban-smpc-standard", running=2, aptt_s=44)
    assert found.missing == ("baseline_aptt_s",)
    assert dosing.titrate("argatroban-uhs-2016", running=2, aptt_s=44).rate == 2.4


def test_without_a_weight_the_rate_is_given_and_the_pump_rate_is_not():
    found = dosing.titrate("argatroban-uhs-2016", running=2, aptt_s=60)
    assert (found.rate, found.pump_ml_h) == (2, None)
    assert any("Give the weight" in f.text for f in found.findings)


def test_the_concentrate_stops_the_step():
    found = step(aptt_s=44, concentration_mg_ml=100)
    assert (found.action, found.rate) == ("", None)


def test_a_reduction_to_nothing_stops_and_calls():
    found = dosing.titrate("argatroban-ummc-2008-critical", running=0.2, aptt_s=95, weight_kg=70)
    assert (found.action, found.rate, found.notify) == ("stop", 0, True)
    assert any("would leave no infusion" in f.text for f in found.findings)


def test_a_hold_is_not_put_off_because_the_pump_cannot_resume_as_slowly():
    found = dosing.titrate("bivalirudin-accp-2012", running=0.005, aptt_s=110, weight_kg=40)
    assert (found.action, found.rate, found.resume_pump_ml_h) == ("hold", 0, None)
    assert any(f.level == "warn" and "To resume: " in f.text for f in found.findings)


def test_a_hospital_is_told_to_confirm_its_own():
    assert any("each hospital must approve its own" in f.text for f in step(aptt_s=44).findings)


def test_platelets_that_fall_while_the_aptt_is_in_range():
    found = step(aptt_s=60, platelets=40, platelets_before=60)
    assert any("platelets fall although the aPTT is in range" in f.text for f in found.findings)


def test_the_json_is_the_contract_and_can_be_read_back():
    found = step(running=0.6, aptt_s=105)
    out = json.loads(json.dumps(found.to_dict()))
    assert set(out) >= KEYS
    assert Step.from_dict(out) == found


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_what_a_person_reads_follows_ismp(protocol):
    usual = {"units/kg/h": 18, "units/h": 1000}.get(load().protocols[protocol].dose_unit, 0.1)
    for aptt in range(20, 140, 3):
        result = measured_as(protocol, aptt)
        text = str(
            dosing.titrate(protocol, running=usual, baseline_aptt_s=30, weight_kg=70, **result)
        )
        assert not re.search(r"[µμ]g|\bIU\b|\bq\d+h\b|(?<!\d)\.\d|\d\.0\b", text), text


def test_an_unknown_protocol_lists_what_exists():
    with pytest.raises(ValueError, match=r"there are .*argatroban-uhs-2016"):
        dosing.titrate("argatroban-ummc", running=1, aptt_s=60)


def test_a_bolus_is_said_first_and_worked_out():
    found = dosing.titrate(RASCHKE, running=18, aptt_s=34, weight_kg=70)
    assert (found.bolus, found.bolus_unit, found.bolus_total) == (80, "units/kg", 5600)
    assert found.sentence == (
        "Bolus 5,600 units. Increase to 22 units/kg/h: pump 15.4 mL/h. Next aPTT in 6 h."
    )
    assert "bolus 80 units/kg × 70 kg = 5,600 units" in found.trace


def test_without_a_weight_the_bolus_is_said_per_kg_and_the_weight_asked_for():
    found = dosing.titrate(RASCHKE, running=18, aptt_s=34)
    assert (found.bolus, found.bolus_total, found.rate) == (80, None, 22)
    assert found.sentence.startswith("Bolus 80 units/kg: give the weight for the amount.")
    assert any("weight for the amount of the bolus" in f.text for f in found.findings)


def test_a_bolus_above_the_cap_is_cut_and_said():
    found = dosing.titrate(UMICH, running=18, anti_xa_units_ml=0.1, weight_kg=140)
    assert (found.bolus_total, found.measure, found.notify) == (10000, "anti-Xa", True)
    assert any(f.level == "warn" and "above the cap" in f.text for f in found.findings)
    assert found.sentence.endswith("Next anti-Xa in 6 h.")


def test_a_bolus_whatever_the_weight():
    found = dosing.titrate("heparin-nsccm-high-risk", running=18, aptt_s=50)
    assert (found.bolus, found.bolus_unit, found.bolus_total) == (2000, "units", 2000)
    found = dosing.titrate("heparin-acs-2016", running=1000, aptt_s=29)
    assert found.sentence == (
        "Bolus 1,200 units. Increase to 1,240 units/h: pump 12.4 mL/h. Next aPTT in 6 h."
    )


def test_no_bolus_on_resuming_after_a_hold():
    found = dosing.titrate(RASCHKE, running=0, held_from=15, aptt_s=34, weight_kg=70)
    assert (found.action, found.rate, found.bolus, found.bolus_total) == ("resume", 15, None, None)
    assert any("not added to resuming" in f.text for f in found.findings)


def test_the_reagent_is_named_for_the_aptt_only():
    aptt = dosing.titrate(RASCHKE, running=18, aptt_s=60, weight_kg=70)
    level = dosing.titrate(UMICH, running=18, anti_xa_units_ml=0.5, weight_kg=70)
    assert any("reagent" in f.text for f in aptt.findings)
    assert not any("reagent" in f.text for f in level.findings)
    assert any("each hospital must approve its own" in f.text for f in level.findings)


def test_where_no_ceiling_is_printed_it_is_said():
    found = dosing.titrate(RASCHKE, running=40, aptt_s=30, weight_kg=70)
    assert found.rate == 44
    assert any("prints no largest rate" in f.text for f in found.findings)


@pytest.mark.parametrize(("protocol", "running"), [(RASCHKE, 1260), ("heparin-acs-2016", 30000)])
def test_a_rate_in_the_wrong_unit_is_refused(protocol, running):
    found = dosing.titrate(protocol, running=running, aptt_s=30, weight_kg=70)
    assert (found.action, found.bolus) == ("", None)
    assert any(f.level == "needed" and "is not possible" in f.text for f in found.findings)


def test_a_rate_by_weight_in_a_protocol_without_is_questioned():
    found = dosing.titrate("heparin-acs-2016", running=18, aptt_s=60)
    assert any("18 units/h is unusual" in f.text for f in found.findings)


@pytest.mark.parametrize(("strength", "pump"), [(40, 38.5), (50, 30.8), (100, 15.4), (None, 15.4)])
def test_the_strength_of_the_bag_sets_the_pump(strength, pump):
    found = dosing.titrate(
        RASCHKE, running=18, aptt_s=34, weight_kg=70, concentration_units_ml=strength
    )
    assert found.pump_ml_h == pump


@pytest.mark.parametrize("inputs", [{"hit_recent": "yes"}, {"bleeding": "major"}])
def test_heparin_is_not_titrated_in_hit_or_major_bleeding(inputs):
    found = dosing.titrate(RASCHKE, running=18, aptt_s=34, weight_kg=70, **inputs)
    assert (found.action, found.rate, found.bolus_total) == ("", None, None)


def test_a_baseline_is_not_asked_of_heparin():
    found = dosing.titrate(RASCHKE, running=18, aptt_s=60, baseline_aptt_s=30, weight_kg=70)
    assert not any("baseline" in f.text for f in found.findings)


def test_a_rate_in_units_an_hour_asks_for_the_weight_only_where_it_is_the_rate_that_runs():
    def lacks(protocol, running):
        return dosing.titrate(protocol, running=running, aptt_s=60, heparin_units_h=1200).missing

    assert lacks("heparin-raschke-1993", None) == ("weight_kg",)
    assert lacks("heparin-raschke-1993", 18) == ()
    assert lacks("argatroban-uhs-2016", None) == ("running",)
