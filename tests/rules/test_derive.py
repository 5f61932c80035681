"""What follows from what was given, and where the two contradict each other."""

import numpy as np
import pandas as pd
import pytest

import dosing
from dosing.advice.start import starts
from dosing.knowledge.library import load
from dosing.rules.columns import many_patients, one_patient
from dosing.rules.derive import BY, derive
from tests.support import patient

SEEDS = load()
KIDNEYS = {"age_y": 85, "sex": "male", "creatinine_mg_dl": 4, "weight_kg": 70}
LIVER_C = {
    "bilirubin_mg_dl": 5, "albumin_g_dl": 2, "inr": 3, "ascites": "severe",
    "encephalopathy_grade": 3,
}  # fmt: skip
FOUR_TS_8 = {
    "platelets_peak": 250, "platelets_nadir": 60, "onset_day": 7, "heparin_before": "none",
    "new_thrombosis": "new", "other_cause": "none",
}  # fmt: skip


def derived(**inputs):
    return derive(one_patient(SEEDS, inputs))


def test_every_rule_has_its_arithmetic_and_every_arithmetic_its_rule():
    assert {rule.by for rule in SEEDS.derivations.values()} == set(BY)
    for name, rule in SEEDS.derivations.items():
        assert name in SEEDS.names
        assert all(part in SEEDS.names for part in (*rule.parts, *rule.may))


@pytest.mark.parametrize(
    ("name", "inputs", "value"),
    [
        ("bsa_m2", {"height_cm": 180, "weight_kg": 80}, 2),
        ("platelet_fall_pct", {"platelets_peak": 200, "platelets_nadir": 50}, 75),
        ("heparin_units_kg_h", {"heparin_units_h": 1260, "weight_kg": 70}, 18),
        ("aptt_ratio", {"aptt_s": 60, "baseline_aptt_s": 30}, 2),
        ("crcl_ml_min", KIDNEYS, 13.368),
        ("four_ts", FOUR_TS_8, 8),
    ],
)
def test_numbers_that_follow(name, inputs, value):
    assert derived(**inputs).numbers(name)[0] == pytest.approx(value)


def test_answers_that_follow():
    assert derived(**LIVER_C).words("child_pugh")[0] == "C"
    assert derived(platelets_before=150, platelets=149).words("platelets_falling")[0] == "yes"
    assert derived(platelets_before=150, platelets=150).words("platelets_falling")[0] == "no"


@pytest.mark.parametrize("gone", list(KIDNEYS))
def test_nothing_follows_while_a_part_is_missing(gone):
    inputs = {n: v for n, v in KIDNEYS.items() if n != gone}
    assert derived(**inputs).lacks("crcl_ml_min")[0]


def test_how_it_was_reckoned_is_said_only_where_it_serves():
    (words,) = derived(**KIDNEYS).derived.values()
    assert words(0) == (
        "creatinine clearance 13.4 mL/min by Cockcroft-Gault from the actual weight, 70 kg"
    )
    assert not derived(**KIDNEYS, crcl_ml_min=13).derived


def test_what_was_given_is_never_replaced():
    patients = derived(**KIDNEYS, crcl_ml_min=20)
    assert patients.numbers("crcl_ml_min")[0] == 20
    assert patients.given == (*KIDNEYS, "crcl_ml_min")


@pytest.mark.parametrize(
    ("inputs", "conflict"),
    [
        # More than 30 % and 10 mL/min outside the range of all weight rules.
        (KIDNEYS | {"crcl_ml_min": 23.3}, False),
        (KIDNEYS | {"crcl_ml_min": 23.5}, True),
        (KIDNEYS | {"crcl_ml_min": 90}, True),
        (KIDNEYS | {"crcl_ml_min": 90, "crcl_source": "estimated"}, True),
        (KIDNEYS | {"crcl_ml_min": 90, "crcl_source": "measured"}, False),
        (KIDNEYS | {"creatinine_mg_dl": 0.5, "crcl_ml_min": 72}, True),  # 107: 30 % less is 74.9
        (KIDNEYS | {"creatinine_mg_dl": 0.5, "crcl_ml_min": 76}, False),
        (LIVER_C | {"child_pugh": "A"}, True),
        (LIVER_C | {"child_pugh": "C"}, False),
        (FOUR_TS_8 | {"four_ts": 7}, True),
        (FOUR_TS_8 | {"four_ts": 8}, False),
        ({"height_cm": 170, "weight_kg": 70, "bsa_m2": 2.5}, True),
        ({"height_cm": 180, "weight_kg": 80, "bsa_m2": 2.2}, False),  # 10 % of 2
        ({"height_cm": 180, "weight_kg": 80, "bsa_m2": 2.21}, True),
        ({"platelets_peak": 200, "platelets_nadir": 100, "platelet_fall_pct": 60}, False),
        ({"platelets_peak": 200, "platelets_nadir": 100, "platelet_fall_pct": 61}, True),
        ({"aptt_s": 60, "baseline_aptt_s": 30, "aptt_ratio": 2.1}, False),
        ({"aptt_s": 60, "baseline_aptt_s": 30, "aptt_ratio": 2.11}, True),
        ({"heparin_units_h": 1000, "heparin_units_day": 25_100}, False),
        ({"heparin_units_h": 1000, "heparin_units_day": 25_600}, True),
    ],
)
def test_the_tolerance_of_each_rule_on_both_sides(inputs, conflict):
    assert bool(derived(**inputs).conflicts) is conflict


def test_the_range_of_all_weight_rules_counts():
    # By the actual weight 195, by the ideal one 83: a value between contradicts neither.
    heavy = {"age_y": 50, "sex": "female", "creatinine_mg_dl": 0.8, "weight_kg": 150,
             "height_cm": 160}  # fmt: skip
    assert not derived(**heavy, crcl_ml_min=100).conflicts
    assert derived(**heavy, crcl_ml_min=25).conflicts


def test_many_follow_as_each_of_them_alone():
    columns = {
        "age_y": np.array([85, 50, np.nan]), "sex": ["male", "female", "male"],
        "creatinine_mg_dl": np.array([4, 0.8, 1]), "weight_kg": np.array([70, 80, 90.0]),
        "crcl_ml_min": np.array([90, np.nan, np.nan]),
    }  # fmt: skip
    patients = derive(many_patients(SEEDS, columns, 3))
    for i in range(3):
        alone = derived(**{n: v[i] for n, v in columns.items()})
        mine, theirs = patients.numbers("crcl_ml_min")[i], alone.numbers("crcl_ml_min")[0]
        assert mine == theirs or (np.isnan(mine) and np.isnan(theirs))
        assert bool(alone.conflicts) == any(c.where[i] for c in patients.conflicts)


CONTRADICTIONS = {
    "a clearance of 90 with a creatinine of 4 at 85 years": (
        "fondaparinux", "hit", KIDNEYS | {"crcl_ml_min": 90}, ("90 mL/min", "13.4 mL/min"),
    ),
    "Child-Pugh A with the components of C": (
        "argatroban", "hit", LIVER_C | {"weight_kg": 70, "child_pugh": "A"}, ("as A,", "be C"),
    ),
    "a surface of 2.5 at 170 cm and 70 kg": (
        "dexamethasone", "hlh", {"height_cm": 170, "weight_kg": 70, "bsa_m2": 2.5},
        ("2.5 m²", "1.82 m²"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("drug", "indication", "inputs", "both"), CONTRADICTIONS.values(),
                         ids=list(CONTRADICTIONS))  # fmt: skip
def test_a_contradiction_that_matters_stops_and_names_both(drug, indication, inputs, both):
    advice = dosing.start(drug, indication=indication, **inputs)
    assert advice.order is None
    assert advice.status == "impossible"
    first = advice.findings[0]
    assert first.level == "needed"
    assert all(words in first.text for words in both)
    assert first.text.endswith("which is right?")


def test_a_contradiction_that_does_not_matter_is_only_warned_of():
    advice = dosing.start("argatroban", **KIDNEYS, crcl_ml_min=90, child_pugh="B")
    assert advice.order.dose == 0.5
    assert any("90 mL/min" in f.text and f.level == "warn" for f in advice.findings)


def test_a_derived_value_alone_is_enough():
    advice = dosing.start("dexamethasone", indication="hlh", bsa_m2=1.8, weight_kg=70)
    assert advice.order.total == 18


def test_in_a_column_with_gaps_what_was_filled_does_not_hide_a_contradiction():
    table = SEEDS.tables["dexamethasone-hlh-hlh-94"]
    columns = {
        "height_cm": [170, 170], "weight_kg": [70, 70], "weight_lb": [264, None],
        "bsa_m2": [None, 1.9],
    }  # fmt: skip
    found = starts(table, derive(many_patients(SEEDS, columns, 2)))
    assert found.status.tolist() == [3, 0]


@pytest.mark.parametrize(
    ("aptt", "baseline", "side", "told"),
    [("> 200", 32, 1, "> 6.25"), ("< 20", 32, -1, "< 0.625"), (60, "> 30", -1, "< 2"),
     (60, "< 30", 1, "> 2"), (">= 64", 32, 2, ">= 2"), ("> 200", "< 40", 2, ">= 5"),
     ("> 200", "> 40", 0, None), ("no clot", 32, 1, "no clot")],
)  # fmt: skip
def test_a_ratio_lies_on_the_side_on_which_its_parts_do(aptt, baseline, side, told):
    found = patient({"aptt_s": aptt, "baseline_aptt_s": baseline})
    assert np.sign(found.side("aptt_ratio")[0]) == np.sign(side)
    if told:
        assert found.told("aptt_ratio", 0) in (told, told.replace(">=", ">"))


def test_a_clearance_falls_as_an_unknown_creatinine_rises():
    found = patient({"age_y": 70, "sex": "male", "weight_kg": 72, "creatinine_mg_dl": "> 5"})
    assert found.told("crcl_ml_min", 0) == "< 14 mL/min"


@pytest.mark.parametrize(
    ("ratio", "aptt", "apart"),
    [(9, "> 200", False), (2, "> 200", True), (2, "< 200", False), (9, "< 200", True),
     ("> 5", 200, False), ("> 9", 200, True), ("< 9", 200, False), ("< 2", 200, True)],
)  # fmt: skip
def test_a_bound_contradicts_only_what_lies_on_its_other_side(ratio, aptt, apart):
    found = patient({"aptt_ratio": ratio, "aptt_s": aptt, "baseline_aptt_s": 32})
    assert [c.name for c in found.conflicts] == (["aptt_ratio"] if apart else [])


def test_a_class_is_not_held_against_a_part_that_is_only_a_bound():
    inputs = {"albumin_g_dl": 3, "ascites": "none", "encephalopathy_grade": 0, "inr": 1.1}
    assert patient({"bilirubin_mg_dl": "> 2.5", "child_pugh": "C", **inputs}).conflicts == ()
    assert patient({"bilirubin_mg_dl": 2.5, "child_pugh": "C", **inputs}).conflicts


def test_many_contradictions_are_said_in_the_words_of_each_alone():
    rng = np.random.default_rng(5)
    size = 60
    frame = pd.DataFrame(
        {
            "weight_kg": rng.uniform(40, 120, size).round(1),
            "age_y": rng.integers(30, 90, size).astype(float),
            "sex": rng.choice(["female", "male"], size),
            "creatinine_mg_dl": rng.uniform(0.6, 2, size).round(2),
            "height_cm": np.where(rng.random(size) < 0.5, 170.0, np.nan),
            "crcl_ml_min": rng.choice([4.125, 9.996, 150, 232.75], size),
        }
    )
    many = dosing.start("fondaparinux", frame, findings=True)
    told = set()
    for i, row in enumerate(frame.to_dict("records")):
        one = dosing.start("fondaparinux", **row)
        assert [f["text"] for f in many["findings"][i]] == [f.text for f in one.findings]
        told |= {f.text for f in one.findings if "by age, sex" in f.text}
        assert many["status"][i] == one.status
    assert len(told) > size / 2
    assert set(many["reason"]) & told
