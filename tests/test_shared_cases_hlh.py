"""Worked patients with HLH, DIC and bleeding risk, through the public doors."""

import datetime as dt

import pytest

import dosing
from dosing.orders.fixed import calendar

ANSWERS = {
    "immunosuppression": "no", "temperature_c": 38.3, "spleen_large": "no", "liver_large": "no",
    "hemoglobin_g_dl": 9, "white_cells": 8, "platelets": 200, "ferritin_ng_ml": 1999,
    "triglycerides_mmol_l": 1.49, "fibrinogen_g_l": 2.51, "ast_units_l": 29,
    "hemophagocytosis": "no",
}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "value", "probability"),
    [
        pytest.param({}, 0, "<1", id="HLH-01"),
        pytest.param(
            {"temperature_c": 39.4, "spleen_large": "yes", "liver_large": "yes", "white_cells": 4,
             "ferritin_ng_ml": 6000, "triglycerides_mmol_l": 4, "fibrinogen_g_l": 2.6,
             "ast_units_l": 45}, 193, "between 80 and 88", id="HLH-04"),
        pytest.param(
            {"immunosuppression": "yes", "temperature_c": 38.9, "spleen_large": "yes",
             "white_cells": 4, "ferritin_ng_ml": 3500, "triglycerides_mmol_l": 2.8,
             "fibrinogen_g_l": 1.9, "ast_units_l": 60}, 226, "between 96 and 98", id="HLH-05"),
    ],
)  # fmt: skip
def test_hscore(changed, value, probability):
    found = dosing.score("hscore", **(ANSWERS | changed))
    assert found.value == value
    assert found.components["Probability of HLH, %"] == probability
    assert (found.band == "at or above the cut-off of 169") == (value >= 169)


CRITERIA = {
    "temperature_c": 38.4, "spleen_large": "yes", "hemoglobin_g_dl": 9, "platelets": 100,
    "neutrophils": 1, "triglycerides_mg_dl": 264, "fibrinogen_g_l": 1.5, "ferritin_ng_ml": 499,
    "scd25_units_ml": 2400, "hemophagocytosis": "no",
}  # fmt: skip


def test_criteria_on_their_edges():
    # HLH-07 and HLH-08: the revision drops NK-cell function
    found = dosing.score("hlh-2004", nk_activity="low", **CRITERIA)
    assert (found.value, found.band) == (4, "criteria not met")
    found = dosing.score("hlh-2024", **CRITERIA)
    assert (found.value, found.unit, found.band) == (3, "of 7 criteria", "criteria not met")


def test_dexamethasone_taper():
    # HLH-09
    order = dosing.start("dexamethasone", indication="hlh", weight_kg=70, height_cm=170).order
    steps = [order.total, *(s["total"] for s in order.then if "total" in s)]
    assert steps == pytest.approx([18.18, 9.09, 4.55, 2.27], abs=0.01)
    assert [order.for_days, *(s.get("for_days") for s in order.then)] == [14, 14, 14, 7, None]
    assert "stop in week 8" in order.then[-1]["text"]


@pytest.mark.parametrize(
    ("authority", "more", "total"),
    [
        pytest.param("hlh-94", {"crcl_ml_min": 60}, 272.7, id="HLH-10"),
        pytest.param(
            "la-rosee-2019", {"crcl_ml_min": 40, "etoposide_plan": "100 mg/m²"}, 136.4, id="HLH-11"
        ),
    ],
)
def test_etoposide(authority, more, total):
    order = dosing.start(
        "etoposide", indication="hlh", authority=authority, weight_kg=70, height_cm=170, **more
    ).order
    assert order.total == pytest.approx(total, abs=0.1)


def test_etoposide_twice_weekly_then_weekly():
    # HLH-10: days of the first two weeks, then once in each of weeks 3 to 8
    order = dosing.start(
        "etoposide",
        indication="hlh",
        authority="hlh-94",
        weight_kg=70,
        height_cm=170,
        crcl_ml_min=60,
    ).order
    days = [day for day, _, _ in calendar(order, dt.date(2026, 1, 1), 60)]
    assert days == [1, 4, 8, 11, 15, 22, 29, 36, 43, 50]


@pytest.mark.parametrize(("doses", "warned"), [(8, False), (19, False), (20, True)])
def test_total_of_etoposide(doses, warned):
    # HLH-12: 8 doses of 100 mg/m² come to 800 mg/m²; 20 come to 2,000, which is no longer below it
    found = dosing.start(
        "etoposide", indication="hlh", authority="la-rosee-2019", weight_kg=80, height_cm=180,
        crcl_ml_min=80, etoposide_plan="100 mg/m²", etoposide_doses=doses,
    )  # fmt: skip
    assert any("2,000 mg/m²" in f.text and f.level == "warn" for f in found.findings) == warned


def test_immunoglobulin_is_a_total():
    # HLH-14
    order = dosing.start(
        "immunoglobulin",
        indication="hlh",
        authority="la-rosee-2019",
        weight_kg=70,
        immunoglobulin_days=3,
    ).order
    assert order.total == pytest.approx(37.33, abs=0.01)
    assert order.total * order.for_days == pytest.approx(112, abs=0.01)
    assert order.dose == pytest.approx(0.5333, abs=1e-4)
    found = dosing.start(
        "immunoglobulin",
        indication="hlh",
        authority="la-rosee-2019",
        weight_kg=70,
        immunoglobulin_days=2,
    )
    assert found.order.total == pytest.approx(56)
    assert any("whole course for this patient: 112 g" in f.text for f in found.findings)


def test_emapalumab_in_stills_disease():
    # HLH-16
    order = dosing.start("emapalumab", indication="hlh-stills", weight_kg=60).order
    assert order.total == 360
    days = [(day, dose) for day, _, dose in calendar(order, dt.date(2026, 1, 1), 60)]
    twice_weekly = (19, 22, 26, 29, 33, 36, 40, 43, 47, 50, 54, 57)
    assert days == [(1, 360), *((d, 180) for d in (4, 7, 10, 13, 16, *twice_weekly))]
    assert "180 mg twice weekly from day 19" in str(order)


def test_cyclosporine_range():
    # HLH-19
    found = dosing.start("cyclosporine", indication="hlh", weight_kg=70)
    assert (found.order.low, found.order.high, found.order.total) == (2, 7, 140)
    assert any("140 to 490 mg" in f.text for f in found.findings)


@pytest.mark.parametrize(
    ("name", "inputs", "value", "band"),
    [
        pytest.param(
            "has-bled",
            {"systolic_mmhg": 170, "kidney_disease": "yes", "liver_disease": "yes",
             "stroke": "yes", "bleeding_history": "yes", "labile_inr": "yes", "age_y": 70,
             "antiplatelet": "yes", "alcohol_drinks_week": 8}, 9, "high", id="BLD-02"),
        pytest.param(
            "isth-dic-2001",
            {"platelets": 50, "fibrin_marker": "strong increase", "pt_prolongation_s": 3,
             "fibrinogen_g_l": 1}, 5, "overt DIC", id="DIC-01"),
        pytest.param(
            "isth-dic-2025",
            {"platelets": 49, "d_dimer_x_uln": 7, "pt_prolongation_s": 6, "fibrinogen_g_l": 0.99},
            7, "overt DIC", id="DIC-02"),
        pytest.param(
            "sic", {"platelets": 99, "inr": 1.41, "sofa_four_organs": 2}, 6, "SIC", id="DIC-03"),
    ],
)  # fmt: skip
def test_scores(name, inputs, value, band):
    found = dosing.score(name, **inputs)
    assert (found.value, found.band) == (value, band)


def levels(drug, indication, authority=None, **inputs):
    found = dosing.start(drug, indication=indication, authority=authority, **inputs)
    return found.order, [(f.level, f.text) for f in found.findings]


SIZE = {"weight_kg": 70, "height_cm": 170}


@pytest.mark.parametrize(
    ("plan", "crcl", "doses", "limit"),
    [
        ("100 mg/m²", 60, 19, ""), ("100 mg/m²", 60, 20, "2,000"), ("100 mg/m²", 60, 29, "2,000"),
        ("100 mg/m²", 60, 30, "3,000"), ("100 mg/m²", 50, 26, ""), ("100 mg/m²", 50, 27, "2,000"),
        ("100 mg/m²", 50, 39, "2,000"), ("100 mg/m²", 50, 40, "3,000"), ("50 mg/m²", 60, 39, ""),
        ("50 mg/m²", 60, 40, "2,000"), ("50 mg/m²", 60, 59, "2,000"), ("50 mg/m²", 60, 60, "3,000"),
        ("50 mg/m²", 50, 53, ""), ("50 mg/m²", 50, 54, "2,000"),
    ],
)  # fmt: skip
def test_the_total_of_etoposide_counts_what_the_kidneys_leave_of_each_dose(
    plan, crcl, doses, limit
):
    order, said = levels(
        "etoposide", "hlh", "la-rosee-2019", crcl_ml_min=crcl, etoposide_plan=plan,
        etoposide_doses=doses, **SIZE,
    )  # fmt: skip
    assert (order.dose * doses >= 2000) == bool(limit)
    warned = [text for level, text in said if level == "warn" and "total of" in text]
    assert [f"total of {limit} mg/m²" in text for text in warned] == [True] * bool(limit)


@pytest.mark.parametrize("authority", ["hlh-94", "la-rosee-2019", "jordan-2011"])
@pytest.mark.parametrize("bilirubin", [1, 8])
def test_bilirubin_alone_never_cuts_etoposide(authority, bilirubin):
    more = {"crcl_ml_min": 80, "etoposide_plan": "100 mg/m²", "bilirubin_mg_dl": bilirubin}
    order, said = levels("etoposide", "hlh", authority, **SIZE, **more)
    assert order.dose == (100 if authority == "la-rosee-2019" else 150)
    assert any("no reason to reduce" in text for _, text in said) == (bilirubin >= 1.5)


@pytest.mark.parametrize(
    ("authority", "age", "warned"),
    [("hlh-94", 17, 0), ("hlh-94", 18, 1), ("jordan-2011", 17, 0), ("jordan-2011", 18, 1),
     ("la-rosee-2019", 17, 1), ("la-rosee-2019", 18, 0)],
)  # fmt: skip
def test_etoposide_of_children_and_of_adults_point_to_each_other(authority, age, warned):
    more = {"crcl_ml_min": 80, "etoposide_plan": "100 mg/m²", "age_y": age}
    _, said = levels("etoposide", "hlh", authority, **SIZE, **more)
    assert sum(level == "warn" and "150 mg/m²" in text for level, text in said) == warned


def test_each_schedule_of_emapalumab_refuses_the_other_disease():
    names = {"hlh-primary": "primary HLH", "hlh-stills": "HLH or MAS in Still's disease"}
    for indication in names:
        for disease in names.values():
            order, _ = levels("emapalumab", indication, weight_kg=60, hlh_disease=disease)
            assert (order is None) == (disease != names[indication])


@pytest.mark.parametrize(
    ("authority", "size", "passes"),
    [("by-weight", {"weight_kg": 40}, False), ("by-weight", {"weight_kg": 40.1}, True),
     ("by-surface", {"weight_kg": 24, "height_cm": 96}, False),
     ("by-surface", {"weight_kg": 24, "height_cm": 97}, True)],
)  # fmt: skip
def test_ruxolitinib_by_size_warns_above_the_largest_flat_dose(authority, size, passes):
    order, said = levels("ruxolitinib", "hlh", authority, **size)
    assert (order.total > 20) == passes
    assert any("largest flat dose" in text for _, text in said) == passes


def test_daily_amounts_say_that_they_are_of_a_whole_day():
    for drug in ("anakinra", "cyclosporine"):
        order, _ = levels(drug, "hlh", weight_kg=70, crcl_ml_min=80)
        assert "daily in all, divided" in str(order)
        assert order.amount_of == "a whole day"


def test_a_molecular_diagnosis_is_enough_even_without_the_criteria():
    for name in ("hlh-2004", "hlh-2024"):
        found = dosing.score(name, molecular_hlh="yes")
        assert found.value is None
        assert any(f.level == "warn" and "enough by itself" in f.text for f in found.findings)


def test_a_test_not_done_earns_nothing_and_says_so():
    given = {k: v for k, v in CRITERIA.items() if k != "scd25_units_ml"}
    given |= {"hemophagocytosis": "not done", "scd25_not_done": "yes", "nk_activity": "not done"}
    found = dosing.score("hlh-2004", **given)
    assert found.value == 2
    assert sum("the true number may be higher" in f.text for f in found.findings) == 3


def test_the_pathway_reaches_exchange_last():
    found = dosing.pathway(
        "hlh", hlh_situation="refractory", weight_kg=70, height_cm=170, hematocrit_pct=30,
        crcl_ml_min=60, age_y=50, sex="female", immunoglobulin_days=2, plasma_volumes=1.5,
        etoposide_plan="100 mg/m²",
    )  # fmt: skip
    exchange = next(s for s in found.stages if "exchange" in s.title)
    assert "salvage option" in exchange.guidance[0].says["text"]
    assert exchange.scores[0].value is not None
    assert [s.title for s in found.stages][-1] == "Keep in mind"


@pytest.mark.parametrize(
    ("platelets", "inr", "sofa", "band"),
    [(120, 1.3, 16, "no SIC"), (99, 1.2, 2, "no SIC"), (150, 1.41, 2, "no SIC"),
     (99, 1.3, 1, "SIC"), (149, 1.41, 1, "SIC"), (99, 1.41, 0, "SIC"), (99, 1.3, 2, "SIC")],
)  # fmt: skip
def test_sic_asks_for_more_than_2_from_platelets_and_inr(platelets, inr, sofa, band):
    found = dosing.score("sic", platelets=platelets, inr=inr, sofa_four_organs=sofa)
    assert found.value >= 4
    assert found.band == band
    assert any("so this is not SIC" in f.text for f in found.findings) == (band == "no SIC")


def test_sic_does_not_take_the_whole_sofa_score():
    with pytest.raises(ValueError, match="sofa"):
        dosing.score("sic", platelets=99, inr=1.41, sofa=10)


BLED = {
    "systolic_mmhg": 120, "kidney_disease": "no", "liver_disease": "no", "stroke": "no",
    "bleeding_history": "no", "age_y": 50, "antiplatelet": "no", "alcohol_drinks_week": 0,
}  # fmt: skip


def test_labile_inr_is_asked_as_a_question_where_there_is_no_time_in_range():
    assert dosing.score("has-bled", **BLED).missing == ("labile_inr",)
    assert dosing.score("has-bled", labile_inr="no", **BLED).value == 0


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("has-bled", BLED | {"labile_inr": "no", "time_in_range_pct": 59}, "is a labile INR"),
        ("has-bled", BLED | {"labile_inr": "yes", "time_in_range_pct": 60}, "is no labile INR"),
        ("has-bled", BLED | {"labile_inr": "no", "creatinine_mg_dl": 2.3}, "abnormal kidneys"),
        ("hlh-2024", CRITERIA | {"scd25_not_done": "yes"}, "marked as not measured"),
        ("hlh-2024", CRITERIA | {"newborn": "yes", "age_y": 1}, "does not fit the age"),
    ],
)
def test_answers_that_contradict_each_other_give_no_total(name, given, said):
    found = dosing.score(name, **given)
    assert found.value is None
    assert found.band == ""
    assert any(f.level == "needed" and said in f.text for f in found.findings)


def test_creatinine_of_exactly_the_limit_does_not_contradict():
    for given in ({"creatinine_umol_l": 200}, {"creatinine_mg_dl": 2.26}):
        assert dosing.score("has-bled", labile_inr="no", **given, **BLED).value == 0


def test_a_whole_prothrombin_time_is_noticed():
    given = {"platelets": 200, "d_dimer_x_uln": 1, "fibrinogen_g_l": 3}
    for seconds, warned in ((8.9, False), (9, True), (13, True)):
        found = dosing.score("isth-dic-2025", pt_prolongation_s=seconds, **given)
        assert any("not the prothrombin time itself" in f.text for f in found.findings) == warned


def test_hscore_says_where_hemophagocytosis_must_be_seen():
    found = dosing.score("hscore", **(ANSWERS | {"hemophagocytosis": "yes"}))
    assert found.value == 35
    assert any("marrow aspirate" in f.text for f in found.findings)


@pytest.mark.parametrize(
    ("drug", "indication", "situation", "said"),
    [
        ("dexamethasone", "hlh", "MAS", "is the methylprednisolone pulse"),
        ("dexamethasone", "hlh", "organ failure", ""),
        ("methylprednisolone", "hlh-mas", "organ failure", "without it dexamethasone is"),
        ("methylprednisolone", "hlh-mas", "MAS", ""),
        ("rituximab", "hlh-ebv", "stable", "driven by Epstein-Barr virus"),
        ("rituximab", "hlh-ebv", "EBV", ""),
    ],
)
def test_a_drug_of_another_situation_is_warned_of(drug, indication, situation, said):
    order, found = levels(drug, indication, age_y=40, hlh_situation=situation, **SIZE)
    assert order is not None
    warned = [text for level, text in found if level == "warn" and "recalled" not in text]
    assert [said in text for text in warned] == [True] * bool(said)


def test_an_adult_is_first_offered_the_weekly_etoposide_of_adults():
    found = dosing.start("etoposide", indication="hlh", age_y=60, crcl_ml_min=80, **SIZE)
    assert found.authority == "la-rosee-2019"
    assert found.missing == ("etoposide_plan",)
    order, _ = levels("etoposide", "hlh", crcl_ml_min=80, etoposide_plan="50 mg/m²", **SIZE)
    assert (order.dose, order.every_h) == (50, 168)


@pytest.mark.parametrize("drug", ["etoposide", "anakinra"])
@pytest.mark.parametrize(("therapy", "warned"), [("none", 0), ("ihd", 1), ("sled", 1), ("crrt", 1)])
def test_on_renal_replacement_the_clearance_is_not_trusted(drug, therapy, warned):
    more = {"crcl_ml_min": 40, "etoposide_plan": "50 mg/m²", "renal_replacement": therapy}
    _, found = levels(drug, "hlh", **SIZE, **more)
    assert sum("On renal replacement" in text for _, text in found) == warned
