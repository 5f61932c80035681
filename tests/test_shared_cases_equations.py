"""Worked patients of the equations with known answers, through the score door if there is one."""

import re
from pathlib import Path

import pytest

import dosing
from dosing.equations import exchange, warfarin

NO_DIALYSIS = {"dialysis_in_week": "no"}
ILL = {"bilirubin_mg_dl": 3.8, "inr": 2.26, "creatinine_mg_dl": 1.77} | NO_DIALYSIS
LESS = {"bilirubin_mg_dl": 2.8, "inr": 1.6, "creatinine_mg_dl": 1.25} | NO_DIALYSIS
WELL = {"bilirubin_mg_dl": 1, "inr": 1, "creatinine_mg_dl": 1} | NO_DIALYSIS
WORST = {"bilirubin_mg_dl": 30, "inr": 6, "creatinine_mg_dl": 4} | NO_DIALYSIS
PCT = "hematocrit_pct"
NO = {"enzyme_inducer": "no", "amiodarone": "no"}
WHITE_65 = {"age_y": 65, "height_cm": 170, "weight_kg": 70, "ancestry": "white"} | NO
WHITE_40 = {"age_y": 40, "height_cm": 175, "weight_kg": 85, "ancestry": "white"}
WHITE_40 |= {"enzyme_inducer": "yes", "amiodarone": "no"}
WILD = {"vkorc1": "GG", "cyp2c9": "*1/*1"}
GAGE = {"age_y": 65, "bsa_m2": 1.8, "target_inr": 2.5, "ancestry": "white", "cyp2c9": "*1/*1"}
GAGE |= {"amiodarone": "no", "smoker": "no", "dvt_or_pe": "no"}
SMOKER = {"age_y": 50, "bsa_m2": 2.1, "target_inr": 3, "ancestry": "Black", "smoker": "yes"}
MAN = {"height_cm": 175, "weight_kg": 80, PCT: 40, "sex": "male", "plasma_volumes": 1.5}
WOMAN = {"height_cm": 165, "weight_kg": 60, PCT: 30, "sex": "female", "plasma_volumes": 1.5}
NADLER = "exchange of 1.5 plasma volumes, Nadler, L"
KAPLAN = "exchange of 1.5 plasma volumes, 0.065 L/kg (Kaplan), L"
WIDER = "plasma, 0.07 L/kg, L"
BLOOD = "blood volume (Nadler), L"
PLASMA = "plasma, Nadler, L"
RAW = "before rounding"
BEFORE = "MELD without sodium"
DAILY = "mg daily"
ROOT = "root of the weekly dose"
FIXED, TWENTY = "more than 35,000 units in 24 h", "at least 20 units/kg/h"
KG_H = "units/kg/h"
KEEP = "maintenance every 24 h, units"
PEAK = "expected peak, %"
HOURLY = "maintenance, units/h"
HALVED = "last 3 h as 1, 1/2 and 1/4, "

# Case, equation, inputs, value, tolerance, and what else must be shown.
CASES = [
    ("MELD-02", "meld", LESS, 18, 0, {RAW: 17.721}),
    ("MELD-03", "meld", ILL, 26, 0, {RAW: 26.073}),
    ("MELD-05", "meld", WELL | {"bilirubin_mg_dl": 12, "inr": 2.5, "creatinine_mg_dl": 5}, 39, 0,
     {RAW: 39.352}),
    ("MELD-06", "meld", {"bilirubin_mg_dl": 2, "inr": 1.5, "creatinine_mg_dl": 1.2,
                         "dialysis_in_week": "yes"}, 27, 0, {RAW: 26.858}),
    ("MELD-07", "meld-na", ILL | {"sodium_mmol_l": 128}, 30, 0, {BEFORE: 26}),
    ("MELD-10", "meld-na", LESS | {"sodium_mmol_l": 140}, 18, 0, {BEFORE: 18}),
    ("MELD-12", "meld-3", ILL | {"sodium_mmol_l": 128, "albumin_g_dl": 2.8, "sex": "male"}, 31, 0,
     {RAW: 30.92}),
    ("MELD-15", "meld-3", WELL | {"sodium_mmol_l": 137, "albumin_g_dl": 3.5, "sex": "female"}, 7,
     0, {RAW: 7.33}),
    ("MELD-16", "meld-3", WORST | {"sodium_mmol_l": 120, "albumin_g_dl": 1, "sex": "female"}, 40,
     0, {RAW: 51.089}),
    ("PLX-01", "plasma-volume", MAN, 3.12, 0.001, {BLOOD: 5.1457, PLASMA: 3.0874, NADLER: 4.6311}),
    ("PLX-02", "plasma-volume", WOMAN, 2.73, 0.001,
     {BLOOD: 3.7677, PLASMA: 2.6374, NADLER: 3.9561}),
    ("PLX-05", "plasma-removal", {"plasma_volumes": 1.5}, 77.69, 0.05, {}),
    ("PLX-06", "plasma-removal", {"plasma_volumes": 2}, 86.47, 0.05, {}),
    ("HIT177", "plasma-volume", {"weight_kg": 70, PCT: 40, "plasma_volumes": 1.5}, 2.73, 0.01,
     {KAPLAN: 4.095}),
    ("HIT178", "plasma-volume", {"weight_kg": 70, PCT: 40, "plasma_volumes": 1.5}, 2.73, 0.01,
     {WIDER: 2.94}),
    ("HIT179", "plasma-volume", {"weight_kg": 80, PCT: 25, "plasma_volumes": 1.5}, 3.9, 0.01,
     {KAPLAN: 5.85}),
    ("HIT183", "plasma-removal", {"plasma_volumes": 1.3}, 72.7, 0.5, {}),
    ("HIT185", "plasma-removal", {"plasma_volumes": 1.5}, 77.7, 0.5, {}),
    ("HIT174", "immunoglobulin-grams", {"weight_kg": 80, "immunoglobulin_g_kg": 0.4,
     "immunoglobulin_days": 5, "ivig_weight": "actual"}, 32, 1, {"whole course, g": 160}),
    ("HIT176", "immunoglobulin-response", {"platelets_before": 20, "platelets": 69}, 49, 0,
     {"rise of at least 50 × 10⁹/L": "no"}),
    ("HR-01", "heparin-day", {"heparin_units_h": 1458, "weight_kg": 80}, 34992, 0.001,
     {KG_H: 18.225, FIXED: "no", TWENTY: "no"}),
    ("HR-02", "heparin-day", {"heparin_units_h": 1459, "weight_kg": 80}, 35016, 0.001,
     {KG_H: 18.238, FIXED: "yes", TWENTY: "no"}),
    ("HR-04", "heparin-day", {"heparin_units_h": 1600, "weight_kg": 80}, 38400, 0.001,
     {KG_H: 20, FIXED: "yes", TWENTY: "yes"}),
    ("HR-08", "antithrombin-load", {"antithrombin_pct": 45, "antithrombin_target_pct": 120,
     "weight_kg": 80}, 4285.7, 0.1, {KG_H.removesuffix("/h"): 53.57, KEEP: 2571.4, PEAK: 120}),
    ("HR-10", "antithrombin-load", {"antithrombin_pct": 30, "antithrombin_target_pct": 80,
     "weight_kg": 90}, 3214.3, 0.1, {KG_H.removesuffix("/h"): 35.71, KEEP: 1928.6, PEAK: 80}),
    ("HR-11", "antithrombin-recombinant", {"antithrombin_pct": 50, "weight_kg": 70,
     "pregnancy": "no"}, 1521.7, 0.1, {HOURLY: 343.14}),
    ("HR-13", "antithrombin-recombinant", {"antithrombin_pct": 40, "weight_kg": 85,
     "pregnancy": "no"}, 2217.4, 0.1, {HOURLY: 500}),
    ("HR-14", "plasma-antithrombin", {"plasma_ml": 1000, "weight_kg": 70}, 20, 0.2,
     {"antithrombin, units": 1000}),
    ("IWPC-01", "iwpc", WHITE_65 | {"vkorc1": "AG", "cyp2c9": "*1/*3"}, 21.23, 0.01,
     {ROOT: 4.6076, DAILY: 3.033}),
    ("IWPC-05", "iwpc", WHITE_40 | WILD, 69.74, 0.01, {ROOT: 8.3509, DAILY: 9.963}),
    ("IWPC-06", "iwpc", {"age_y": 79, "height_cm": 178, "weight_kg": 78, "vkorc1": "AG",
     "cyp2c9": "*1/*2", "ancestry": "missing"} | NO, 23.33, 0.01, {ROOT: 4.8296, DAILY: 3.332}),
    ("IWPC-07", "iwpc-clinical", WHITE_65, 29.75, 0.01, {ROOT: 5.454, DAILY: 4.249}),
    ("IWPC-10", "iwpc-clinical", WHITE_40, 56.3, 0.01, {ROOT: 7.5031, DAILY: 8.042}),
    ("IWPC-11 at 69", "iwpc", WHITE_65 | WILD | {"age_y": 69}, 41.1, 0.01, {}),
    ("IWPC-11 at 70", "iwpc", WHITE_65 | WILD | {"age_y": 70}, 37.82, 0.01, {}),
    ("GAGE-01", "gage-2008", GAGE | {"vkorc1": "GG"}, 5.901, 0.005, {}),
    ("GAGE-02", "gage-2008", GAGE | {"vkorc1": "AG"}, 4.269, 0.005, {}),
    ("GAGE-05", "gage-2008", GAGE | SMOKER | {"vkorc1": "GG", "cyp2c9": "*1/*2"}, 6.776, 0.005,
     {}),
    ("GAGE-07", "gage-2008-clinical", GAGE | {"age_y": 70, "bsa_m2": 1.95, "amiodarone": "yes",
     "dvt_or_pe": "yes"}, 3.59, 0.005, {}),
    ("WAR-02", "eu-pact-loading", {"daily_maintenance_mg": 1.2, "cyp2c9": "*3/*3"}, 3.714, 0.005,
     {"day 2, mg": 2.876, "day 3, mg": 2.038}),
    ("WAR-04", "warfarin-week", {"weekly_dose_mg": 35, "change_pct": -10}, 31.5, 0.01, {}),
    ("WAR-05", "warfarin-week", {"weekly_dose_mg": 28, "change_pct": 15}, 32.2, 0.01, {}),
    ("PROT-06", "protamine-infusion", {"heparin_units_h": 1000, "heparin_hours_on": 24}, 20, 0.01,
     {HALVED + "heparin, units": 1750, HALVED + "protamine, mg": 17.5}),
    ("HIT065", "argatroban-link-2009", {"apache2": 20, "renal_replacement": "crrt"}, 0.95, 0.01,
     {}),
    ("HIT066", "argatroban-link-2009", {"apache2": 30, "renal_replacement": "crrt"}, 0.35, 0.01,
     {}),
    ("HIT068", "argatroban-link-2009", {"saps2": 40}, 0.86, 0.01, {}),
    ("HIT073", "argatroban-dingman-2020", {"modified_sofa": 16.5}, 0.342, 0.001, {}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "inputs", "value", "tolerance", "shown"),
    [pytest.param(*c[1:], id=c[0]) for c in CASES],
)
def test_case(name, inputs, value, tolerance, shown):
    found = dosing.score(name, **inputs)
    assert found.value == pytest.approx(value, abs=tolerance)
    for label, expected in shown.items():
        if isinstance(expected, str):
            assert found.components[label] == expected
        else:
            assert found.components[label] == pytest.approx(expected, abs=max(tolerance, 0.01))


def test_link_below_nothing_is_refused():
    # HIT067: the sum is -0.01.
    found = dosing.score("argatroban-link-2009", apache2=36, renal_replacement="crrt")
    assert found.value is None
    assert any(f.level == "stop" for f in found.findings)


@pytest.mark.parametrize(
    ("points", "inside", "total", "pct"),
    [
        pytest.param("0:1.5 10:2.5", 5, 10, 50, id="TTR-01"),
        pytest.param("0:2.4 14:3.6 28:2.8", 10.5, 28, 37.5, id="TTR-02"),
        pytest.param("0:1.8 7:2.2 21:2.6 49:3.4", 31.5, 49, 64.29, id="TTR-03"),
    ],
)
def test_time_in_range(points, inside, total, pct):
    days, inrs = zip(*(map(float, p.split(":")) for p in points.split()), strict=True)
    found = dosing.time_in_therapeutic_range(days, inrs, 2, 3)
    assert found.days_in == pytest.approx(inside)
    assert found.days_total == total
    assert found.pct == pytest.approx(pct, abs=0.05)


def test_the_step_of_a_decade():
    # IWPC-11
    below, above = (
        warfarin.iwpc(age, 170, 70, "GG", "*1/*1", "white", 0, 0).weekly_mg for age in (69, 70)
    )
    assert below - above == pytest.approx(3.28, abs=0.01)


def test_both_plasma_factors_by_the_room():
    # HIT178: 0.07 L/kg
    litres = exchange.plasma_volume(70, 40, l_per_kg=0.07)
    assert exchange.exchange_volume_l(litres, 1.5) == pytest.approx(4.41)


# Rows of the same equations: all of them are worked here.
COVERED = """
MELD-02 MELD-03 MELD-05 MELD-06 MELD-07 MELD-10 MELD-12 MELD-15 MELD-16 PLX-01 PLX-02 PLX-05
PLX-06 HR-01 HR-02 HR-04 HR-08 HR-10 HR-11 HR-13 HR-14 PROT-06 IWPC-01 IWPC-05
IWPC-06 IWPC-07 IWPC-10 IWPC-11 GAGE-01 GAGE-02 GAGE-05 GAGE-07 WAR-02 WAR-04 WAR-05 TTR-01
TTR-02 TTR-03 HIT065 HIT066 HIT067 HIT068 HIT073 HIT174 HIT176 HIT177 HIT178 HIT179 HIT183 HIT185
"""


def test_every_case_of_the_list_is_worked():
    above = Path(__file__).read_text("utf-8").partition("COVERED =")[0]
    worked = set(re.findall(r"\b(?:[A-Z]+-\d\d|HIT\d{3})\b", above))
    assert set(COVERED.split()) <= worked
