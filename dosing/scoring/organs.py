"""Arithmetic of kidneys, liver and body behind the score door; the words are in the seeds."""

from typing import Any

import numpy as np

from dosing.equations import body, liver, renal
from dosing.rules.columns import Patients
from dosing.rules.reckon import clearance, platelet_fall_pct
from dosing.scoring.parts import Array, Calculation, Of, Parts, given

CREATININE, DIALYSIS = "creatinine_mg_dl", "dialysis_in_week"


def _cockcroft_gault(patients: Patients, rule: str) -> Parts:
    parts: Parts = {"weight_rule": rule}
    for each in renal.WEIGHT_RULES:
        one = clearance(patients, each)
        known = ~np.isnan(one.crcl_ml_min)
        parts[each] = Of(one.crcl_ml_min, known)
        if each == rule:
            parts["value"] = one.crcl_ml_min
            parts["weight_used"] = Of(one.weight_used, known)
            parts["weight_used_kg"] = Of(one.weight_kg, known)
    short = np.asarray(body.below_60_in(patients.numbers("height_cm")))
    return parts | {"below_60_in": short & (rule != "actual")}


def _ckd_epi(patients: Patients, _: str) -> Parts:
    age, creatinine = patients.numbers("age_y"), patients.numbers(CREATININE)
    value = renal.ckd_epi_2021(creatinine, age, patients.words("sex"))
    both = given(patients, "height_cm") & given(patients, "weight_kg")
    surface = body.bsa_mosteller(patients.numbers("weight_kg"), patients.numbers("height_cm"))
    return {
        "value": value,
        "surface_m2": Of(surface, both),
        "not_indexed_ml_min": Of(renal.egfr_ml_min(value, surface), both),
    }


def _counted(patients: Patients, limits: dict[str, tuple[float, float]]) -> Parts:
    """What each value counts as, where that is not the value itself."""
    counts: Parts = {}
    for name, (low, high) in limits.items():
        value = patients.numbers(name)
        counted = np.clip(value, low, high)
        differs = given(patients, name) & (counted != value)
        if name == CREATININE:
            dialysis = patients.is_yes(DIALYSIS)
            counted, differs = np.where(dialysis, high, counted), dialysis | differs
        counts[f"{name.split('_')[0]}_counts"] = Of(counted, differs)
    return counts


def _limits(creatinine_cap: float) -> dict[str, tuple[float, float]]:
    floor = liver.FLOOR
    return {
        "bilirubin_mg_dl": (floor, np.inf),
        "inr": (floor, np.inf),
        CREATININE: (floor, creatinine_cap),
    }


def _labs(patients: Patients) -> tuple[Array, Array, Array]:
    """Bilirubin, INR and creatinine; with dialysis any creatinine gives the same."""
    creatinine = patients.numbers(CREATININE)
    counted = np.where(patients.is_yes(DIALYSIS), liver.CREATININE_CAP, creatinine)
    return patients.numbers("bilirubin_mg_dl"), patients.numbers("inr"), counted


def _summed(found: liver.Meld | liver.MeldNa) -> Parts:
    inside = (found.raw >= liver.LOWEST) & (found.raw <= liver.HIGHEST)
    return {"value": found.score, "before_rounding": found.raw, "outside": ~inside}


def _meld(patients: Patients, _: str) -> Parts:
    found = liver.meld(*_labs(patients), patients.is_yes(DIALYSIS))
    return _summed(found) | _counted(patients, _limits(liver.CREATININE_CAP))


def _meld_na(patients: Patients, _: str) -> Parts:
    sodium = patients.numbers("sodium_mmol_l")
    found = liver.meld_na_optn_2016(*_labs(patients), sodium, patients.is_yes(DIALYSIS))
    limits = _limits(liver.CREATININE_CAP) | {"sodium_mmol_l": liver.SODIUM}
    counts = _counted(patients, limits)
    clipped = counts["sodium_counts"]
    matters = found.meld > liver.SODIUM_COUNTS_ABOVE
    counts["sodium_counts"] = Of(clipped.values, clipped.where & matters)
    return _summed(found) | {"without_sodium": found.meld} | counts


def _meld_na_kim(patients: Patients, _: str) -> Parts:
    sodium = patients.numbers("sodium_mmol_l")
    found = liver.meld_na_kim_2008(*_labs(patients), sodium, patients.is_yes(DIALYSIS))
    limits = _limits(liver.CREATININE_CAP) | {"sodium_mmol_l": liver.SODIUM_KIM}
    return _summed(found) | {"without_sodium": found.meld} | _counted(patients, limits)


def _meld_3(patients: Patients, _: str) -> Parts:
    sodium, albumin = patients.numbers("sodium_mmol_l"), patients.numbers("albumin_g_dl")
    found = liver.meld_3(
        *_labs(patients), sodium, albumin, patients.words("sex"), patients.is_yes(DIALYSIS)
    )
    limits = _limits(liver.CREATININE_CAP_3)
    limits |= {"sodium_mmol_l": liver.SODIUM, "albumin_g_dl": liver.ALBUMIN}
    return _summed(found) | _counted(patients, limits)


def _body_size(patients: Patients, _: str) -> Parts:
    weight, height = patients.numbers("weight_kg"), patients.numbers("height_cm")
    sex: Any = patients.words("sex")
    return {
        "value": body.bsa_mosteller(weight, height),
        "surface_du_bois_m2": body.bsa_du_bois(weight, height),
        "bmi_kg_m2": body.bmi(weight, height),
        "ideal_kg": body.ideal_body_weight(height, sex),
        "adjusted_kg": body.adjusted_body_weight(weight, height, sex),
        "lean_kg": body.lean_body_weight(weight, height, sex),
        "below_60_in": body.below_60_in(height),
    }


def _platelet_fall(patients: Patients, _: str) -> Parts:
    peak, nadir = patients.numbers("platelets_peak"), patients.numbers("platelets_nadir")
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
