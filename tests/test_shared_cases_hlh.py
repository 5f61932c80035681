"""Worked patients with HLH, DIC and bleeding risk, through the public doors."""

import datetime as dt

import pytest

import dosing
from dosing.doses import calendar

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
    order = dosing.start("dexamethasone", "hlh", weight_kg=70, height_cm=170).order
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
    order = dosing.start("etoposide", "hlh", authority, weight_kg=70, height_cm=170, **more).order
    assert order.total == pytest.approx(total, abs=0.1)


def test_etoposide_twice_weekly_then_weekly():
    # HLH-10: days of the first two weeks, then once in each of weeks 3 to 8
    order = dosing.start(
        "etoposide", "hlh", "hlh-94", weight_kg=70, height_cm=170, crcl_ml_min=60
    ).order
    days = [day for day, _, _ in calendar(order, dt.date(2026, 1, 1), 60)]
    assert days == [1, 4, 8, 11, 15, 22, 29, 36, 43, 50]


@pytest.mark.parametrize(("doses", "warned"), [(8, False), (20, False), (21, True)])
def test_total_of_etoposide(doses, warned):
    # HLH-12: 8 doses of 100 mg/m² come to 800 mg/m²; more than 20 pass 2,000
    found = dosing.start(
        "etoposide", "hlh", "la-rosee-2019", weight_kg=80, height_cm=180, crcl_ml_min=80,
        etoposide_plan="100 mg/m²", etoposide_doses=doses,
    )  # fmt: skip
    assert any("2,000 mg/m²" in f.text and f.level == "warn" for f in found.findings) == warned


def test_immunoglobulin_is_a_total():
    # HLH-14
    order = dosing.start(
        "immunoglobulin", "hlh", "la-rosee-2019", weight_kg=70, immunoglobulin_days=3
    ).order
    assert order.total == pytest.approx(37.33, abs=0.01)
    assert order.total * order.for_days == pytest.approx(112, abs=0.01)
    assert order.dose == pytest.approx(0.5333, abs=1e-4)


def test_emapalumab_in_stills_disease():
    # HLH-16
    order = dosing.start("emapalumab", "hlh-stills", weight_kg=60).order
    assert order.total == 360
    days = [(day, dose) for day, _, dose in calendar(order, dt.date(2026, 1, 1), 22)]
    assert days == [(1, 360), *((d, 180) for d in (4, 7, 10, 13, 16, 19, 22))]


def test_cyclosporine_range():
    # HLH-19
    found = dosing.start("cyclosporine", "hlh", weight_kg=70)
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
        pytest.param("sic", {"platelets": 99, "inr": 1.41, "sofa": 2}, 6, "SIC", id="DIC-03"),
    ],
)  # fmt: skip
def test_scores(name, inputs, value, band):
    found = dosing.score(name, **inputs)
    assert (found.value, found.band) == (value, band)
