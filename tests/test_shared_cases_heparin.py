"""Worked patients on heparin with known answers, through the public doors."""

import pytest

import dosing
from dosing.advice.guide import look_up
from dosing.knowledge.library import load
from tests.support import patient

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
    order = dosing.start(
        "heparin", indication=indication, authority=authority, weight_kg=weight
    ).order
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
    found = dosing.start(
        "heparin", indication="stemi", authority="acc-aha", weight_kg=weight
    ).findings
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
    step = dosing.titrate(
        protocol, running=running_units_h / weight, weight_kg=weight, **{name: result}
    )
    assert (step.bolus_total, step.hold_min) == (bolus, hold)
    again = step.rate if hold is None else step.resume_rate
    assert again * weight == pytest.approx(new_units_h)
    pump = step.pump_ml_h if hold is None else step.resume_pump_ml_h
    assert pump * 100 == pytest.approx(new_units_h)
    assert step.recheck_h == 6


def test_the_change_is_added_to_the_rate_and_is_not_the_rate():
    step = dosing.titrate(RASCHKE, running=18, aptt_s=30, weight_kg=70)
    assert step.rate == 22  # UFH-30


def test_a_bag_of_40_units_in_a_ml():
    step = dosing.titrate(RASCHKE, running=18, aptt_s=60, weight_kg=70, concentration_units_ml=40)
    assert step.pump_ml_h == 31.5  # UFH-31


def looked_up(table, **inputs):
    seeds = load()
    return look_up(seeds.tables[table], patient(inputs, seeds))


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
        "protamine", indication="heparin-bolus", heparin_given_units=5000, minutes_since=minutes
    )
    assert advice.order.total == low
    assert advice.order.high * 5000 / 100 == high
    assert any(f"{low} to {high} mg" in f.text for f in advice.findings)


def test_protamine_after_enoxaparin_is_capped_last():
    advice = dosing.start(
        "protamine", indication="enoxaparin", enoxaparin_dose_mg=60, hours_since_h=4
    )
    assert (advice.order.total, advice.order.capped) == (50, True)  # PROT-07
    assert any("60 mg, is above the cap" in f.text for f in advice.findings)


def test_long_after_enoxaparin_no_protamine():
    advice = dosing.start(
        "protamine", indication="enoxaparin", enoxaparin_dose_mg=60, hours_since_h=13
    )
    assert advice.order is None  # PROT-09
    assert any("less than 30 mL/min" in f.text for f in advice.findings)


@pytest.mark.parametrize("indication", ["hit", "vte", "stemi", "acs", "pci", "bypass", "dialysis"])
def test_no_heparin_in_hit(indication):
    for advice in dosing.Rules().advices(
        "heparin", indication=indication, weight_kg=70, hit_recent="yes", gp_inhibitor="no",
        bypass_min=90, frail_or_obese="no",
    ):  # fmt: skip
        assert advice.order is None
        assert any(f.level == "stop" and "HIT" in f.text for f in advice.findings)


@pytest.mark.parametrize("indication", ["vte", "stemi", "acs", "pci", "dialysis", "maintenance"])
def test_no_heparin_after_hit_in_the_past_but_for_bypass(indication):
    known = {"weight_kg": 70, "hit_history": "yes", "gp_inhibitor": "no", "frail_or_obese": "no"}
    for advice in dosing.Rules().advices("heparin", indication=indication, **known):
        assert advice.order is None
        assert any(f.level == "stop" and "HIT in the past" in f.text for f in advice.findings)
    bypass = dosing.start(
        "heparin", indication="bypass", weight_kg=70, hit_history="yes", bypass_min=90
    )
    assert bypass.order is not None
    assert any(f.level == "warn" and "antibodies gone" in f.text for f in bypass.findings)


def test_the_nomograms_of_adults_give_no_first_dose_to_a_child():
    assert dosing.start("heparin", indication="vte", weight_kg=70, age_y=18).order is not None
    assert dosing.start("heparin", indication="vte", weight_kg=70, age_y=17.9).order is None


def test_a_level_raised_by_another_drug_guides_no_heparin():
    known = {"weight_kg": 80, "xa_inhibitor_taken": "yes"}
    by_level = dosing.titrate(UMICH, running=18, anti_xa_units_ml=0.9, **known)
    assert (by_level.action, by_level.rate) == ("", None)
    assert dosing.titrate(RASCHKE, running=18, aptt_s=95, **known).action == "hold"


@pytest.mark.parametrize(
    ("protocol", "known", "rate"),
    [
        (RASCHKE, {"heparin_units_h": 1260, "weight_kg": 70, "aptt_s": 34}, 22),
        (RASCHKE, {"heparin_units_kg_h": 18, "aptt_s": 34}, 22),
        ("heparin-acs-2016", {"heparin_units_h": 1000, "aptt_s": 80}, 920),
    ],
)
def test_the_running_rate_may_be_given_in_units_an_hour(protocol, known, rate):
    assert dosing.titrate(protocol, running=None, **known).rate == rate


def test_units_an_hour_need_the_weight_where_the_protocol_goes_by_it():
    found = dosing.titrate(RASCHKE, running=None, heparin_units_h=1260, aptt_s=34)
    assert (found.action, found.missing) == ("", ("weight_kg",))
    assert dosing.titrate(RASCHKE, running=None, weight_kg=70, aptt_s=34).missing == ("running",)


@pytest.mark.parametrize(("running", "said"), [(40, False), (40.1, True)])
def test_a_running_rate_far_above_the_start_is_questioned(running, said):
    found = dosing.titrate(RASCHKE, running=running, weight_kg=70, aptt_s=60)
    assert any("above 40 units/kg/h" in f.text for f in found.findings) == said


def test_protamine_after_heparin_under_the_skin_is_divided():
    order = dosing.start("protamine", indication="heparin-subcut", heparin_given_units=20000).order
    assert (order.total, order.capped) == (50, True)
    assert "8 to 16 h" in order.then[0]["text"]


RESISTANT = {
    "weight_kg": 80, "heparin_units_h": 1900, "antithrombin_pct": 45, "crcl_ml_min": 90,
    "child_pugh": "none", "antithrombin_target_pct": 120, "pregnancy": "no",
}  # fmt: skip


def walked(**more):
    found = dosing.pathway("heparin-resistance", **{**RESISTANT, **more})
    said = {s.title: s for s in found.stages}
    return said, said["More heparin, or another drug"]


def test_antithrombin_45_percent_is_walked_whole():
    said, last = walked(
        aptt_against_target="below", anti_xa_against_target="below", anticoagulant="fondaparinux"
    )
    assert said["If antithrombin is short: antithrombin"].scores[0].value == pytest.approx(
        4285.7, abs=0.1
    )
    (guide,) = said["What needs antithrombin, and what does not"].guidance
    assert guide.says["needs_antithrombin"] == "yes"
    bivalirudin, argatroban = (several[0].order for several in last.orders)
    assert (bivalirudin.dose, bivalirudin.pump_ml_h) == (0.15, 2.4)
    assert (argatroban.dose, argatroban.pump_ml_h) == (2, 9.6)


@pytest.mark.parametrize(
    "more",
    [
        {"hit_recent": "yes"},
        {"bleeding": "major"},
        {"aptt_against_target": "below", "anti_xa_against_target": "in range"},
    ],
)
def test_no_other_drug_is_ordered_where_none_is_called_for(more):
    said, last = walked(**more)
    assert all(one.order is None for several in last.orders for one in several)
    assert any(f.level == "stop" for f in last.findings)
    if "aptt_against_target" not in more:
        first = next(iter(said.values()))
        assert any(f.level == "stop" for f in first.findings)


@pytest.mark.parametrize("why", ["xa_inhibitor_taken", "assay_adds_antithrombin"])
def test_a_level_that_cannot_be_read_is_not_called_sufficient(why):
    _, last = walked(aptt_against_target="below", anti_xa_against_target="in range", **{why: "yes"})
    assert not any("sufficient" in f.text for f in last.findings)
    assert last.orders[0][0].order is not None


@pytest.mark.parametrize(
    ("act", "given", "word"),
    [
        (479, 400, "the rule used most"), (480, 400, "no resistance"), (399, 399, "widest"),
        (400, 300, "enough by those"), (479, 399, "enough by those"), (470, 299, "yet"),
    ],
)  # fmt: skip
def test_each_act_at_bypass_is_read(act, given, word):
    said, _ = walked(act_s=act, bypass_heparin_units_kg=given)
    assert any(word in f.text for f in said["Is it resistance at all?"].findings)


@pytest.mark.parametrize(("rate", "above"), [(35000 / 24, False), (1458.34, True)])
def test_35000_units_in_a_day_are_not_yet_more(rate, above):
    said, _ = walked(heparin_units_h=rate)
    texts = [f.text for f in said["Is it resistance at all?"].findings]
    assert any(t.startswith("More than 35,000") for t in texts) == above
    assert any(t.startswith("Not more than 35,000") for t in texts) != above
