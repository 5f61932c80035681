"""Worked patients on heparin with known answers, through the public doors."""

import pytest

import dosing
from dosing.advice import look_up
from dosing.library import load
from dosing.patients import check

RASCHKE, UMICH = "heparin-raschke-1993", "heparin-umich-anti-xa-vte"


@pytest.mark.parametrize(
    ("indication", "authority", "weight", "bolus", "rate", "capped"),
    [
        pytest.param("vte", "raschke-1993", 78, 6240, 1404, False, id="UFH-01"),
        pytest.param("stemi", "acc-aha", 60, 3600, 720, False, id="UFH-12"),
        pytest.param("stemi", "acc-aha", 83, 4000, 996, True, id="UFH-15"),
        pytest.param("stemi", "acc-aha", 90, 4000, 1000, True, id="UFH-16"),
        pytest.param("vte", "umich", 140, 10000, 1800, True, id="UFH-18"),
    ],
)
def test_first_order(indication, authority, weight, bolus, rate, capped):
    order = dosing.start("heparin", indication, authority, weight_kg=weight).order
    assert order.concentration == 100
    assert (order.bolus_total, order.capped) == (bolus, capped)
    # The pump is set to whole tenths of a mL/h: 5 units/h either way at 100 units/mL.
    assert order.pump_ml_h * order.concentration == pytest.approx(rate, abs=5)
    assert order.given_dose * weight == pytest.approx(order.pump_ml_h * 100)


@pytest.mark.parametrize(
    ("weight", "what"),
    [(60, ()), (83, ("bolus",)), (90, ("bolus", "rate"))],
    ids=["UFH-12", "UFH-15", "UFH-16"],
)
def test_which_cap_bound_is_said(weight, what):
    found = dosing.start("heparin", "stemi", "acc-aha", weight_kg=weight).findings
    said = [f.text for f in found if f.level == "warn" and "above the cap" in f.text]
    assert [w for w in ("bolus", "rate") if any(f"The {w} by weight" in t for t in said)] == [*what]


@pytest.mark.parametrize(
    ("protocol", "weight", "running_units_h", "result", "bolus", "hold", "new_units_h"),
    [
        pytest.param(RASCHKE, 70, 1260, 34, 5600, None, 1540, id="UFH-03"),
        pytest.param(RASCHKE, 70, 1260, 45, 2800, None, 1400, id="UFH-05"),
        pytest.param(RASCHKE, 70, 1260, 46, None, None, 1260, id="UFH-06"),
        pytest.param(RASCHKE, 70, 1260, 90, None, None, 1120, id="UFH-09"),
        pytest.param(UMICH, 80, 1440, 0.2, 3200, None, 1520, id="UFH-20"),
        pytest.param(UMICH, 80, 1440, 0.29, 3200, None, 1520, id="UFH-21"),
        pytest.param(UMICH, 80, 1440, 0.3, None, None, 1440, id="UFH-22"),
        pytest.param(UMICH, 80, 1440, 0.99, None, 30, 1320, id="UFH-27"),
        pytest.param(UMICH, 80, 1440, 1.0, None, 60, 1200, id="UFH-28"),
    ],
)
def test_next_step(protocol, weight, running_units_h, result, bolus, hold, new_units_h):
    name = load().protocols[protocol].measure
    step = dosing.titrate(protocol, running_units_h / weight, weight_kg=weight, **{name: result})
    assert (step.bolus_total, step.hold_min) == (bolus, hold)
    again = step.rate if hold is None else step.resume_rate
    assert again * weight == pytest.approx(new_units_h)
    pump = step.pump_ml_h if hold is None else step.resume_pump_ml_h
    assert pump * 100 == pytest.approx(new_units_h)
    assert step.recheck_h == 6


def test_the_change_is_added_to_the_rate_and_is_not_the_rate():
    step = dosing.titrate(RASCHKE, 18, aptt_s=30, weight_kg=70)
    assert step.rate == 22  # UFH-30


def test_a_bag_of_40_units_in_a_ml():
    step = dosing.titrate(RASCHKE, 18, aptt_s=60, weight_kg=70, concentration_units_ml=40)
    assert step.pump_ml_h == 31.5  # UFH-31


def looked_up(table, **inputs):
    seeds = load()
    return look_up(seeds, seeds.tables[table], check(inputs))


@pytest.mark.parametrize(
    ("drug", "needs"),
    [
        pytest.param("UFH", "yes", id="HR-15"),
        pytest.param("enoxaparin", "yes", id="HR-16"),
        pytest.param("fondaparinux", "yes", id="HR-17"),
        pytest.param("dabigatran", "no", id="HR-21"),
        pytest.param("edoxaban", "no", id="HR-24"),
    ],
)
def test_what_depends_on_antithrombin(drug, needs):
    found, _ = looked_up("antithrombin-dependence", anticoagulant=drug)
    assert found["needs_antithrombin"] == needs


def test_a_low_aptt_with_enough_anti_xa_is_no_resistance():
    found, findings = looked_up(  # HR-25
        "heparin-discordance-levy-2021", aptt_against_target="below", anti_xa_against_target="above"
    )
    assert found["reading"] == "pseudo-resistance"
    assert "do not raise it" in found["text"]
    assert any("falsely" in f.text for f in findings)


@pytest.mark.parametrize(
    ("minutes", "low", "high"),
    [pytest.param(45, 25, 37.5, id="PROT-03"), pytest.param(130, 12.5, 18.75, id="PROT-04")],
)
def test_protamine_after_a_bolus(minutes, low, high):
    advice = dosing.start(
        "protamine", "heparin-bolus", heparin_given_units=5000, minutes_since=minutes
    )
    assert advice.order.total == low
    assert advice.order.high * 5000 / 100 == high
    assert any(f"{low} to {high} mg" in f.text for f in advice.findings)


def test_protamine_after_enoxaparin_is_capped_last():
    advice = dosing.start("protamine", "enoxaparin", enoxaparin_dose_mg=60, hours_since_h=4)
    assert (advice.order.total, advice.order.capped) == (50, True)  # PROT-07
    assert any("60 mg, is above the cap" in f.text for f in advice.findings)


def test_long_after_enoxaparin_no_protamine():
    advice = dosing.start("protamine", "enoxaparin", enoxaparin_dose_mg=60, hours_since_h=13)
    assert advice.order is None  # PROT-09
    assert any("less than 30 mL/min" in f.text for f in advice.findings)


@pytest.mark.parametrize("indication", ["hit", "vte", "stemi", "acs", "pci", "bypass", "dialysis"])
def test_no_heparin_in_hit(indication):
    for advice in dosing.compare_advice(
        "heparin", indication, weight_kg=70, hit_recent="yes", gp_inhibitor="no", bypass_min=90,
        frail_or_obese="no",
    ):  # fmt: skip
        assert advice.order is None
        assert any(f.level == "stop" and "HIT" in f.text for f in advice.findings)
