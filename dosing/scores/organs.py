"""Arithmetic of kidneys, liver and body behind the score door; the words are in the seeds."""

import numpy as np

from dosing.equations import body, liver, renal
from dosing.rules.patients import Patient
from dosing.scores.additive import clearance_by
from dosing.scores.calculation import Calculation, Parts, given, yes
from dosing.scores.sizes import platelet_fall_pct

CREATININE, DIALYSIS = "creatinine_mg_dl", "dialysis_in_week"


def _cockcroft_gault(patient: Patient, rule: str) -> Parts:
    parts: Parts = {"weight_rule": rule}
    for each in renal.WEIGHT_RULES:
        one = clearance_by(patient, each)
        if one is not None and not np.isnan(one.crcl_ml_min):
            parts[each] = one.crcl_ml_min
            if each == rule:
                parts |= {"value": one.crcl_ml_min, "weight_used": str(one.weight_used)}
                parts["weight_used_kg"] = one.weight_kg
    height = patient.number("height_cm")
    short = height is not None and rule != "actual" and bool(body.below_60_in(height))
    return parts | {"below_60_in": short}


def _ckd_epi(patient: Patient, _: str) -> Parts:
    age, creatinine = given(patient, "age_y"), given(patient, "creatinine_mg_dl")
    value = renal.ckd_epi_2021(creatinine, age, patient.get("sex"))
    height, weight = patient.number("height_cm"), patient.number("weight_kg")
    if height is None or weight is None:
        return {"value": value}
    surface = body.bsa_mosteller(weight, height)
    indexed_off = renal.egfr_ml_min(value, surface)
    return {"value": value, "surface_m2": surface, "not_indexed_ml_min": indexed_off}


def _counted(patient: Patient, limits: dict[str, tuple[float, float]]) -> Parts:
    """What each value counts as, where that is not the value itself."""
    counts: Parts = {}
    for name, (low, high) in limits.items():
        if name == CREATININE and yes(patient, DIALYSIS):
            counts["creatinine_counts"] = high
            continue
        value = given(patient, name)
        counted = min(max(value, low), high)
        if counted != value:
            counts[f"{name.split('_')[0]}_counts"] = counted
    return counts


def _limits(creatinine_cap: float) -> dict[str, tuple[float, float]]:
    floor = liver.FLOOR
    return {
        "bilirubin_mg_dl": (floor, np.inf),
        "inr": (floor, np.inf),
        CREATININE: (floor, creatinine_cap),
    }


def _labs(patient: Patient) -> tuple[float, float, float]:
    """Bilirubin, INR and creatinine; with dialysis any creatinine gives the same."""
    dialysis = yes(patient, DIALYSIS)
    creatinine = liver.CREATININE_CAP if dialysis else given(patient, CREATININE)
    return given(patient, "bilirubin_mg_dl"), given(patient, "inr"), creatinine


def _summed(found: liver.Meld | liver.MeldNa) -> Parts:
    outside = not liver.LOWEST <= found.raw <= liver.HIGHEST
    return {"value": found.score, "before_rounding": found.raw, "outside": outside}


def _meld(patient: Patient, _: str) -> Parts:
    found = liver.meld(*_labs(patient), yes(patient, DIALYSIS))
    return _summed(found) | _counted(patient, _limits(liver.CREATININE_CAP))


def _meld_na(patient: Patient, _: str) -> Parts:
    sodium = given(patient, "sodium_mmol_l")
    found = liver.meld_na_optn_2016(*_labs(patient), sodium, yes(patient, DIALYSIS))
    limits = _limits(liver.CREATININE_CAP)
    if found.meld > liver.SODIUM_COUNTS_ABOVE:
        limits["sodium_mmol_l"] = liver.SODIUM
    return _summed(found) | {"without_sodium": found.meld} | _counted(patient, limits)


def _meld_na_kim(patient: Patient, _: str) -> Parts:
    sodium = given(patient, "sodium_mmol_l")
    found = liver.meld_na_kim_2008(*_labs(patient), sodium, yes(patient, DIALYSIS))
    limits = _limits(liver.CREATININE_CAP) | {"sodium_mmol_l": liver.SODIUM_KIM}
    return _summed(found) | {"without_sodium": found.meld} | _counted(patient, limits)


def _meld_3(patient: Patient, _: str) -> Parts:
    sodium, albumin = given(patient, "sodium_mmol_l"), given(patient, "albumin_g_dl")
    found = liver.meld_3(
        *_labs(patient), sodium, albumin, patient.get("sex"), yes(patient, DIALYSIS)
    )
    limits = _limits(liver.CREATININE_CAP_3)
    limits |= {"sodium_mmol_l": liver.SODIUM, "albumin_g_dl": liver.ALBUMIN}
    return _summed(found) | _counted(patient, limits)


def _body_size(patient: Patient, _: str) -> Parts:
    weight, height = given(patient, "weight_kg"), given(patient, "height_cm")
    sex = patient.get("sex")
    return {
        "value": body.bsa_mosteller(weight, height),
        "surface_du_bois_m2": body.bsa_du_bois(weight, height),
        "bmi_kg_m2": body.bmi(weight, height),
        "ideal_kg": body.ideal_body_weight(height, sex),
        "adjusted_kg": body.adjusted_body_weight(weight, height, sex),
        "lean_kg": body.lean_body_weight(weight, height, sex),
        "below_60_in": bool(body.below_60_in(height)),
    }


def _platelet_fall(patient: Patient, _: str) -> Parts:
    peak, nadir = given(patient, "platelets_peak"), given(patient, "platelets_nadir")
    return {"value": platelet_fall_pct(peak, nadir), "fall": peak - nadir}


CALCULATIONS: dict[str, Calculation] = {
    "cockcroft-gault": _cockcroft_gault,
    "ckd-epi-2021": _ckd_epi,
    "meld": _meld,
    "meld-na": _meld_na,
    "meld-na-kim": _meld_na_kim,
    "meld-3": _meld_3,
    "body-size": _body_size,
    "platelet-fall": _platelet_fall,
}
