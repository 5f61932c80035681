"""The first order: right, explained, and absent where an input is."""

import json
import re

import numpy as np
import pandas as pd
import pytest

import dosing
from dosing.knowledge.library import load

SEEDS = load()
STARTS = [t for t in SEEDS.tables.values() if t.purpose == "start"]
KEYS = {
    "drug",
    "dose",
    "unit",
    "low",
    "high",
    "weight_kg",
    "concentration",
    "pump_ml_h",
    "given_dose",
}
TOP = {
    "order",
    "findings",
    "trace",
    "cite",
    "confirmed",
    "authority",
    "table",
    "row",
    "inputs",
    "missing",
    "seeds",
    "version",
}
FULL = {
    "weight_kg": 70, "age_y": 60, "sex": "male", "child_pugh": "none", "crcl_ml_min": 90,
    "bilirubin_mg_dl": 0.8, "heart_failure": "no", "anasarca": "no", "post_cardiac_surgery": "no",
    "critically_ill": "no", "renal_replacement": "none", "high_bleeding_risk": "no", "dic": "no",
    "platelets": 160, "act_s": 320, "baseline_aptt_s": 30, "frail_or_obese": "no",
    "gp_inhibitor": "no", "bypass_min": 90, "heparin_given_units": 5000, "minutes_since": 45,
    "enoxaparin_dose_mg": 60, "hours_since_h": 4,
}  # fmt: skip
ISMP = re.compile(r"[µμ]g|\bIU\b|\bQD\b|\bq\d+h\b|(?<![\d])\.\d|\d\.0\b(?! kg)|\bSC\b")


def stops(advice):
    return " ".join(f.text for f in advice.findings if f.stops)


def test_the_patient_of_the_main_job():
    advice = dosing.start("argatroban", weight_kg=70, child_pugh="B", crcl_ml_min=25)
    order = advice.order
    assert (order.dose, order.unit, order.pump_ml_h) == (0.5, "mcg/kg/min", 2.1)
    assert order.recheck_h == 2
    assert advice.authority == advice.to_dict()["authority"] == "us-label"
    assert "= US label, row 2: " in str(advice)
    assert advice.confirmed == "secondary"
    assert any("half-life is 181 min" in f.text for f in advice.findings)


@pytest.mark.parametrize(
    ("inputs", "dose", "low", "high"),
    [
        ({"bilirubin_mg_dl": 1.5, "heart_failure": "no", "anasarca": "no",
          "post_cardiac_surgery": "no"}, 2, None, None),
        ({"bilirubin_mg_dl": 1.51}, 0.5, 0.5, 1.2),
        ({"bilirubin_umol_l": 25.65, "heart_failure": "no", "anasarca": "no",
          "post_cardiac_surgery": "no"}, 2, None, None),
        ({"bilirubin_umol_l": 25.8}, 0.5, 0.5, 1.2),
        ({"heart_failure": "yes"}, 0.5, 0.5, 1.2),
        ({"child_pugh": "C"}, 0.5, 0.5, 1.2),
    ],
)  # fmt: skip
def test_ash_reduces_for_any_of_four_reasons_and_in_liver_disease(inputs, dose, low, high):
    order = dosing.start("argatroban", authority="ash-2018", weight_kg=70, **inputs).order
    assert (order.dose, order.low, order.high) == (dose, low, high)


def test_a_range_starts_at_its_low_end_and_says_so():
    advice = dosing.start("argatroban", authority="ash-2018", weight_kg=70, heart_failure="yes")
    assert any("start at its low end" in f.text for f in advice.findings)


def test_regions_disagree_about_child_pugh_c():
    us = dosing.start("argatroban", weight_kg=70, child_pugh="C")
    eu = dosing.start("argatroban", authority="eu-smpc", weight_kg=70, child_pugh="C")
    assert us.order.dose == 0.5
    assert eu.order is None
    assert not eu.refused
    assert "contraindicated in Child-Pugh C" in stops(eu)


@pytest.mark.parametrize("table", STARTS, ids=[t.id for t in STARTS])
@pytest.mark.parametrize("bad", [None, -1, 1e7, "abc", "1,000"])
def test_no_dose_from_any_missing_or_impossible_input(table, bad):
    given_ = FULL | ({"age_y": 8} if "paediatric" in table.indication else {})
    whole = dosing.start(
        table.drug, indication=table.indication, authority=table.authority, **given_
    )
    needed = [*table.columns, *(["weight_kg"] if whole.order and whole.order.pump_ml_h else [])]
    for name in needed:
        advice = dosing.start(
            table.drug,
            indication=table.indication,
            authority=table.authority,
            **(given_ | {name: bad}),
        )
        if bad is None and name not in advice.missing:
            continue  # cannot change the answer, which tests/test_tables.py proves
        assert advice.order is None
        assert stops(advice)


def test_what_is_missing_is_named_with_its_answers():
    advice = dosing.start("argatroban", authority="eu-smpc", weight_kg=70, child_pugh="none")
    assert advice.missing == ("critically_ill", "post_cardiac_surgery")
    assert "Critically ill: yes or no is needed." in stops(advice)
    assert "Child-Pugh class is needed (none, A, B, C)." in stops(
        dosing.start("argatroban", weight_kg=70)
    )


@pytest.mark.parametrize(
    ("args", "wish"),
    [
        ({"drug": "argatrobn"}, "there are .*argatroban, .*heparin, .*warfarin"),
        (
            {"drug": "argatroban", "indication": "sepsis"},
            "there are hit, hit-dialysis, hit-paediatric, pci, pci-act",
        ),
        ({"drug": "argatroban", "authority": "fda"}, "there are us-label, ash-2018, eu-smpc"),
    ],
)
def test_what_is_unknown_lists_what_exists(args, wish):
    with pytest.raises(ValueError, match=wish):
        dosing.start(**args, weight_kg=70)


def test_doses_for_coronary_intervention_are_not_reachable_from_hit():
    for drug in ("argatroban", "bivalirudin"):
        for advice in dosing.Rules().advices(drug, **FULL):
            assert SEEDS.tables[advice.table].indication == "hit"
            assert advice.order is None or advice.order.dose <= 2
            assert advice.order is None or advice.order.bolus is None


def test_the_concentrate_gets_no_order():
    advice = dosing.start("argatroban", weight_kg=70, child_pugh="A", concentration_mg_ml=100)
    assert advice.order is None
    assert advice.status == "stop"
    assert "dilute it 100 times" in stops(advice)


def test_what_is_not_asked_is_accepted_and_listed():
    advice = dosing.start("argatroban", weight_kg=70, child_pugh="A", act_s=300, on_vka="no")
    assert advice.order is not None
    assert set(advice.unused) == {"act_s", "on_vka"}


def test_creatinine_clearance_and_child_pugh_are_worked_out_when_they_can_be():
    advice = dosing.start(
        "bivalirudin", authority="kiser-2006", weight_kg=70, age_y=60, sex="f",
        creatinine_umol_l=176.8, bilirubin_mg_dl=2.5, albumin_g_dl=3, inr=1.8, ascites="mild",
        encephalopathy_grade=0,
    )  # fmt: skip
    assert (advice.order.low, advice.order.high) == (0.03, 0.06)
    assert any("33.1 mL/min by Cockcroft-Gault from the actual weight" in d for d in advice.derived)
    assert any("9 points, class B" in d for d in advice.derived)


def test_what_was_given_is_never_replaced_by_what_could_be_worked_out():
    advice = dosing.start(
        "bivalirudin", authority="tsu-2011", weight_kg=70, age_y=60, sex="f",
        creatinine_mg_dl=1.4, crcl_ml_min=61,
    )  # fmt: skip
    assert advice.order.dose == 0.13
    assert advice.derived == ()


@pytest.mark.parametrize("table", STARTS, ids=[t.id for t in STARTS])
def test_si_and_us_units_give_the_same_dose(table):
    draw = np.random.default_rng(15)
    some = {"weight_kg": draw.integers(40, 141, 200)}
    creatinine, bilirubin = draw.integers(4, 61, 200) / 10, draw.integers(2, 61, 200) / 10
    us = {"creatinine_mg_dl": creatinine, "bilirubin_mg_dl": bilirubin}
    si = {
        "creatinine_umol_l": np.round(creatinine * 88.4, 6),
        "bilirubin_umol_l": np.round(bilirubin * 17.1, 6),
    }
    rest = {k: v for k, v in FULL.items() if k not in ("crcl_ml_min", "bilirubin_mg_dl")}
    rest = rest | {"age_y": 8 if "paediatric" in table.indication else 60}
    rest.pop("weight_kg", None)
    where = {"indication": table.indication, "authority": table.authority}
    frames = (pd.DataFrame(some | unit) for unit in (us, si))
    one, other = (dosing.start(table.drug, f, **where, **rest) for f in frames)
    told = [c for c in one.columns if c != "reason"]  # which says a value in the unit given
    pd.testing.assert_frame_equal(one[told], other[told])
    alone = [
        dosing.start(table.drug, **where, **rest, **{n: v[0].item() for n, v in (some | u).items()})
        for u in (us, si)
    ]
    first, second = (a.order and a.order.to_dict() for a in alone)
    assert first == second
    assert (first and first["dose"]) == (None if one["dose"].isna()[0] else one["dose"][0])


def test_the_json_is_the_contract():
    advice = dosing.start("argatroban", weight_kg=70, child_pugh="B")
    out = json.loads(json.dumps(advice.to_dict()))
    assert set(out) >= TOP
    assert set(out["order"]) >= KEYS
    assert set(out["findings"][0]) == {"level", "id", "text", "cite"}
    assert json.dumps(dosing.start("argatroban").to_dict()["order"]) == "null"


@pytest.mark.parametrize("table", STARTS, ids=[t.id for t in STARTS])
def test_what_a_person_reads_follows_ismp(table):
    for child_pugh in ("none", "B"):
        given_ = FULL | {"child_pugh": child_pugh, "critically_ill": "yes", "crcl_ml_min": 25}
        text = str(
            dosing.start(
                table.drug, indication=table.indication, authority=table.authority, **given_
            )
        )
        assert not ISMP.search(text), ISMP.search(text)


def test_it_prints_in_a_notebook_without_being_read_as_html():
    advice = dosing.start("argatroban", weight_kg="<b>", child_pugh="A")
    assert "<b>" not in advice._repr_html_()


@pytest.mark.parametrize(
    ("step", "status", "pump", "off"),
    [(0.1, "ok", 12.6, None), (1, "ok", 13, None), (3, "ok", 12, None), (5, "stop", None, "19%"),
     (10, "stop", None, "21%")],
)  # fmt: skip
def test_no_start_where_the_pump_misses_the_dose_by_more_than_the_site_allows(
    step, status, pump, off
):
    found = dosing.start("heparin", indication="vte", weight_kg=70, pump_step_ml_h=step)
    assert found.status == status
    assert (found.order.pump_ml_h if found.order else None) == pump
    said = " ".join(f.text for f in found.findings if f.level == "stop")
    assert (off is None) == (said == "")
    assert off is None or f"which is {off} off" in said


def test_a_start_that_the_pump_rounds_names_the_strength_that_would_do():
    found = dosing.start(
        "bivalirudin", authority="kiser-2006", child_pugh="B", crcl_ml_min=20,
        renal_replacement="none", weight_kg=62,
    )  # fmt: skip
    said = " ".join(f.text for f in found.findings if f.level == "warn")
    assert found.order.pump_ml_h == 0.4
    assert "0.4 mL/h for 0.372 mL/h, which is 8% off: 0.5 mg/mL gives 3.7 mL/h" in said
