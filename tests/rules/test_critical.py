"""Critical values: told at once, at the head, and never in the way of an order."""

import attrs
import numpy as np
import pandas as pd
import pytest

import dosing
from dosing.rules.columns import many_patients
from dosing.rules.critical import alerts, criticals, names_of
from dosing.rules.derive import derive
from dosing.rules.remarks import findings_at
from tests.support import SEEDS, patient

ANTICOAGULANTS = (
    "heparin", "argatroban", "bivalirudin", "enoxaparin", "dalteparin", "fondaparinux",
    "danaparoid", "apixaban", "rivaroxaban", "dabigatran", "edoxaban", "warfarin",
)  # fmt: skip
RULE = "Call the prescriber. The limit is this site's rule."


def told(inputs, drug="heparin", indication="", seeds=SEEDS):
    return list(findings_at(alerts(patient(inputs, seeds), drug, indication), 0))


def with_site(**changed):
    return attrs.evolve(SEEDS, site=attrs.evolve(SEEDS.site, **changed))


@pytest.mark.parametrize(
    ("drug", "inputs", "critical"),
    [
        ("heparin", {"platelets": 29.9}, True),
        ("heparin", {"platelets": 30}, False),
        ("heparin", {"platelets_per_ul": 29_000}, True),
        ("heparin", {"platelets_per_ul": 30_000}, False),
        ("heparin", {"platelets": 60, "platelets_highest_72h": 120}, True),
        ("heparin", {"platelets": 60.5, "platelets_highest_72h": 120}, False),
        ("heparin", {"platelets": 130, "platelets_highest_72h": 120}, False),
        ("warfarin", {"inr": 5.1}, True),
        ("warfarin", {"inr": 5}, False),
        ("heparin", {"inr": 5.1, "on_vka": "yes"}, True),
        ("heparin", {"inr": 5, "on_vka": "yes"}, False),
        ("heparin", {"inr": 9, "on_vka": "no"}, False),
        ("bivalirudin", {"inr": 5.1, "on_vka": "yes"}, True),
        ("argatroban", {"inr": 8.1}, True),
        ("argatroban", {"inr": 8}, False),
        ("argatroban", {"inr": 6, "on_vka": "yes"}, False),
        ("heparin", {"hemoglobin_g_dl": 8.1, "hemoglobin_highest_24h_g_dl": 10.1}, True),
        ("heparin", {"hemoglobin_g_dl": 8.2, "hemoglobin_highest_24h_g_dl": 10.1}, False),
        ("heparin", {"hemoglobin_g_l": 81, "hemoglobin_highest_24h_g_dl": 10.1}, True),
        ("heparin", {"hemoglobin_g_l": 82, "hemoglobin_highest_24h_g_l": 101}, False),
        ("heparin", {"hemoglobin_g_dl": 12, "hemoglobin_highest_24h_g_dl": 10}, False),
        ("argatroban", {"aptt_s": "> 150"}, True),
        ("argatroban", {"aptt_s": "no clot"}, True),
        ("argatroban", {"aptt_s": "< 20"}, False),
        ("heparin", {"anti_xa_units_ml": "> 1.5"}, True),
        ("heparin", {"anti_xa_units_ml": 1.9}, False),
        ("heparin", {"anti_xa_units_ml": 2}, True),
        ("argatroban", {"aptt_s": 199.5}, False),
        ("argatroban", {"aptt_s": 200}, True),
        ("heparin", {"anti_xa_units_ml": "< 0.1"}, False),
    ],
)
def test_both_sides_of_every_limit(drug, inputs, critical):
    found = told(inputs, drug)
    assert [f.level for f in found] == ["warn"] * critical
    assert all(f.text.startswith("Critical: ") and f.text.endswith(RULE) for f in found)


@pytest.mark.parametrize("drug", ANTICOAGULANTS)
def test_every_anticoagulant_knows_low_platelets_and_a_fall_of_the_hemoglobin(drug):
    assert told({"platelets": 20}, drug)
    assert told({"hemoglobin_g_dl": 7, "hemoglobin_highest_24h_g_dl": 9}, drug)


def test_a_drug_that_is_no_anticoagulant_has_none():
    assert told({"platelets": 5, "inr": 20}, "etoposide") == []


def test_the_sentence_gives_the_result_as_it_was_sent():
    fall = {"platelets_per_ul": 50_000, "platelets_highest_72h": 120}
    assert told(fall)[0].text == (
        "Critical: platelets 50 × 10⁹/L, half or less of the highest of the last 72 h,"
        f" 120 × 10⁹/L. {RULE}"
    )
    off = told({"aptt_s": "no clot"}, "argatroban")[0]
    assert off.text == f"Critical: aPTT no clot, beyond the scale. {RULE}"


@pytest.mark.parametrize(
    ("count", "critical", "certain"),
    [("< 20", True, True), ("< 30", True, True), ("<= 30", True, False), ("< 50", True, False),
     ("> 20", True, False), ("> 30", False, True), (">= 30", False, True)],
)  # fmt: skip
def test_a_bound_is_critical_where_any_count_that_it_stands_for_is(count, critical, certain):
    found = told({"platelets": count})
    assert bool(found) is critical
    assert all(("possible, not certain" in f.text) is not certain for f in found)


def test_the_site_says_whom_to_call():
    seeds = with_site(critical_call="the haematologist on call")
    assert " Call the haematologist on call. " in told({"platelets": 20}, seeds=seeds)[0].text


def test_the_site_says_from_where_on_its_assays_cannot_measure():
    seeds = with_site(beyond_scale={"anti_xa_units_ml": 1.5})
    assert told({"anti_xa_units_ml": 1.5}, seeds=seeds)
    assert told({"anti_xa_units_ml": 1.4}, seeds=seeds) == []
    assert told({"aptt_s": 300}, seeds=seeds) == []
    assert told({"aptt_s": "> 100"}, seeds=seeds)


def test_a_site_may_change_a_limit():
    entry = attrs.evolve(SEEDS.critical["platelets-below-30"], when={"platelets": "< 50"})
    seeds = attrs.evolve(SEEDS, critical={**SEEDS.critical, "platelets-below-30": entry})
    assert told({"platelets": 40}, seeds=seeds)
    assert told({"platelets": 40}) == []


def test_low_platelets_in_hit_stand_beside_what_the_sources_say_of_treating():
    found = told({"platelets": 20}, "argatroban", "hit")
    assert [(f.level, f.cite) for f in found] == [
        ("warn", ""), ("note", "warkentin-kelton-1996"), ("note", "ash-2018"),
    ]  # fmt: skip
    assert all("Call" not in f.text and "rule" not in f.text for f in found[1:])
    assert len(told({"platelets": 20}, "argatroban", "pci")) == 1
    assert len(told({"platelets": 30}, "argatroban", "hit")) == 0


def test_only_what_was_given_is_judged():
    assert told({}) == []
    assert told({"platelets": 60}) == []
    assert told({"platelets": None, "platelets_highest_72h": 100}) == []
    assert told({"platelets": -5}) == []


def test_each_patient_of_many_is_told_what_is_theirs():
    columns = {"platelets": np.array([20.0, 100, np.nan, 40]), "platelets_highest_72h": 100.0}
    columns["platelets_highest_72h"] = np.full(4, 100.0)
    found = alerts(derive(many_patients(SEEDS, columns, 4)), "heparin")
    assert [len(findings_at(found, i)) for i in range(4)] == [2, 0, 0, 1]


def test_the_names_of_a_critical_value_are_those_of_the_registry():
    for drug in ANTICOAGULANTS:
        for one in criticals(SEEDS, drug, "hit"):
            assert set(names_of(one)) <= set(SEEDS.names)


ORDER = {"weight_kg": 70, "child_pugh": "B"}
STEP = {"running": 0.5, "weight_kg": 70, "baseline_aptt_s": 32}


def test_they_stand_at_the_head_of_a_first_order_and_do_not_withhold_it():
    found = dosing.start("argatroban", platelets=20, **ORDER)
    assert found.order.dose == dosing.start("argatroban", **ORDER).order.dose
    assert found.findings[0].text.startswith("Critical: platelets 20 × 10⁹/L")
    assert found.unused == ()


def test_they_stand_at_the_head_of_a_next_step_and_do_not_withhold_it():
    found = dosing.titrate("argatroban-smpc-reduced", aptt_s="> 200", inr=9, **STEP)
    assert found.action == "hold"
    assert [f.text.split(",")[0] for f in found.findings[:2]] == [
        "Critical: INR 9", "Critical: aPTT > 200 s",
    ]  # fmt: skip
    assert found.findings[2].text.startswith("aPTT is given as more than 200 s")


def test_a_frame_says_the_same_and_gives_it_as_the_reason():
    frame = pd.DataFrame({"platelets": ["20", "200", "< 20"], **ORDER})
    found = dosing.start("argatroban", frame, findings=True)
    assert found["reason"].str.startswith("Critical: platelets").tolist() == [True, False, True]
    for i, count in enumerate(frame["platelets"]):
        one = dosing.start("argatroban", platelets=count, **ORDER)
        assert found["findings"].iloc[i] == [f.to_dict() for f in one.findings]
    assert "platelets" in found.attrs["used"]
    steps = dosing.titrate(
        "argatroban-smpc-reduced", pd.DataFrame({"aptt_s": [60], "inr": [9.0], **STEP})
    )
    assert steps["reason"].iloc[0].startswith("Critical: INR 9")
    assert "inr" in steps.attrs["used"]
