"""Equations of kidneys, liver and body as the score door shows them."""

from collections.abc import Callable
from typing import Any

import attrs
import numpy as np

from dosing import body, liver, renal
from dosing.findings import Finding
from dosing.patients import Patient
from dosing.scores import clearance_by
from dosing.sizes import platelet_fall_pct
from dosing.units import show

Answer = tuple[float | None, dict[str, Any], list[Finding]]

MEASURED_NOT_INDEXED = (
    "mL/min/1.73 m² is not a creatinine clearance: do not compare it with a drug's limit in mL/min."
)


@attrs.frozen(kw_only=True)
class Equation:
    """An equation: what it needs and may use, by the registry's names, and how it is worked out."""

    name: str
    title: str
    unit: str
    cite: str
    needs: tuple[str, ...]
    run: Callable[[Patient, str], Answer]
    may: tuple[str, ...] = ()
    needs_by: Callable[[str], tuple[str, ...]] | None = None
    needs_if: Callable[[Patient], tuple[str, ...]] | None = None  # what an answer makes necessary
    any_of: tuple[str, ...] = ()  # at least one of them


def given(patient: Patient, name: str) -> float:
    """A number that the door has made sure of."""
    value = patient.number(name)
    assert value is not None, name
    return value


def yes(patient: Patient, name: str) -> bool:
    """Whether a yes-no input was answered with yes."""
    return patient.get(name) == "yes"


def rounded(value: Any, digits: int = 4) -> float | None:
    """A number for a reader; None where there is none."""
    number = float(value)
    return None if np.isnan(number) else round(number, digits)


def no_result(text: str, cite: str = "") -> Answer:
    """A refusal: nothing but the reason."""
    return None, {}, [Finding("stop", text, cite)]


def _cockcroft_needs(rule: str) -> tuple[str, ...]:
    if rule not in renal.WEIGHT_RULES:
        raise ValueError(
            f"there is no weight rule {rule!r}; there are {', '.join(renal.WEIGHT_RULES)}"
        )
    needs = ["age_y", "sex", "creatinine_mg_dl"]
    needs += ["height_cm"] if rule == "ideal" else ["weight_kg"]
    needs += ["height_cm"] if rule in ("adjusted", "lean", "actual_below_ideal") else []
    return tuple(needs)


def _cockcroft_gault(patient: Patient, rule: str) -> Answer:
    components: dict[str, Any] = {}
    findings = []
    value = None
    for each in renal.WEIGHT_RULES:
        one = clearance_by(patient, each)
        if one is not None and not np.isnan(one.crcl_ml_min):
            components[each] = round(float(one.crcl_ml_min), 3)
    chosen = clearance_by(patient, rule)
    if chosen is not None and not np.isnan(chosen.crcl_ml_min):
        value = round(float(chosen.crcl_ml_min), 3)
        findings.append(
            Finding(
                "note",
                f"Reckoned from the {chosen.weight_used} weight,"
                f" {show(chosen.weight_kg, 1)} kg (rule: {rule}).",
                "cockcroft-gault",
            )
        )
    height = patient.number("height_cm")
    if height is not None and rule != "actual" and body.below_60_in(height):
        findings.append(
            Finding(
                "warn",
                "Ideal weight is not defined below 60 in (152.4 cm); it is extrapolated.",
                "devine-1974",
            )
        )
    return value, components, findings


def _ckd_epi(patient: Patient, _: str) -> Answer:
    value = round(
        float(
            renal.ckd_epi_2021(
                patient.number("creatinine_mg_dl"), patient.number("age_y"), patient.get("sex")
            )
        ),
        3,
    )
    components = {}
    height, weight = patient.number("height_cm"), patient.number("weight_kg")
    if height is not None and weight is not None:
        bsa = float(body.bsa_mosteller(weight, height))
        components = {
            "body surface (Mosteller), m²": round(bsa, 4),
            "not indexed, mL/min": round(float(renal.egfr_ml_min(value, bsa)), 3),
        }
    return value, components, [Finding("note", MEASURED_NOT_INDEXED, "ckd-epi-2021")]


DIALYSIS = "dialysis_in_week"
INR_NOTE = (
    "An INR that an anticoagulant raises makes the score too high: use one from before, if any."
)


def _limits(patient: Patient, cite: str, limits: dict[str, tuple[float, float]]) -> list[Finding]:
    """A note for each value that counts as its limit."""
    said = []
    words = {
        "bilirubin_mg_dl": ("Bilirubin", "mg/dL"),
        "inr": ("INR", ""),
        "creatinine_mg_dl": ("Creatinine", "mg/dL"),
        "sodium_mmol_l": ("Sodium", "mmol/L"),
        "albumin_g_dl": ("Albumin", "g/dL"),
    }
    for name, (low, high) in limits.items():
        value = given(patient, name)
        label, unit = words[name]
        counts = min(max(value, low), high)
        if name == "creatinine_mg_dl" and yes(patient, DIALYSIS):
            text = f"Dialysis: creatinine counts as {show(high)} mg/dL."
            said.append(Finding("note", text, cite))
        elif counts != value:
            text = f"{label} {show(value)} counts as {show(counts)} {unit}".rstrip() + "."
            said.append(Finding("note", text, cite))
    return [*said, Finding("note", INR_NOTE)]


def _labs(cap: float) -> dict[str, tuple[float, float]]:
    floor = liver.FLOOR
    return {
        "bilirubin_mg_dl": (floor, np.inf),
        "inr": (floor, np.inf),
        "creatinine_mg_dl": (floor, cap),
    }


def _three(patient: Patient) -> tuple[float, float, float]:
    return (
        given(patient, "bilirubin_mg_dl"),
        given(patient, "inr"),
        given(patient, "creatinine_mg_dl"),
    )


def _outside(raw: float, cite: str) -> list[Finding]:
    low, high = liver.LOWEST, liver.HIGHEST
    if low <= raw <= high:
        return []
    end = f"The sum, {show(raw, 1)}, is outside {low} to {high}: the nearer end is reported."
    return [Finding("note", end, cite)]


def _meld(patient: Patient, _: str) -> Answer:
    found = liver.meld(*_three(patient), yes(patient, DIALYSIS))
    findings = _limits(patient, "meld", _labs(liver.CREATININE_CAP))
    components = {"before rounding": rounded(found.raw)}
    return rounded(found.score), components, findings + _outside(found.raw, "meld")


def _meld_na(patient: Patient, _: str) -> Answer:
    cite = "meld-na-optn-2016"
    found = liver.meld_na_optn_2016(
        *_three(patient), given(patient, "sodium_mmol_l"), yes(patient, DIALYSIS)
    )
    counts = found.meld > liver.SODIUM_COUNTS_ABOVE
    limits = _labs(liver.CREATININE_CAP) | ({"sodium_mmol_l": liver.SODIUM} if counts else {})
    findings = _limits(patient, cite, limits) + _outside(found.raw, cite)
    if not counts:
        above = liver.SODIUM_COUNTS_ABOVE
        text = f"MELD without sodium is not above {above}: sodium does not count."
        findings.append(Finding("note", text, cite))
    components = {"MELD without sodium": rounded(found.meld), "before rounding": rounded(found.raw)}
    return rounded(found.score), components, findings


def _meld_na_kim(patient: Patient, _: str) -> Answer:
    cite = "meld-na-kim-2008"
    found = liver.meld_na_kim_2008(
        *_three(patient), given(patient, "sodium_mmol_l"), yes(patient, DIALYSIS)
    )
    limits = _labs(liver.CREATININE_CAP) | {"sodium_mmol_l": liver.SODIUM_KIM}
    text = "Another score than MELD-Na of the transplant network: do not compare the two."
    findings = [*_limits(patient, cite, limits), Finding("note", text, cite)]
    components = {"MELD without sodium": rounded(found.meld), "before rounding": rounded(found.raw)}
    return rounded(found.score), components, findings


def _meld_3(patient: Patient, _: str) -> Answer:
    cite = "meld-3"
    found = liver.meld_3(
        *_three(patient),
        given(patient, "sodium_mmol_l"),
        given(patient, "albumin_g_dl"),
        patient.get("sex"),
        yes(patient, DIALYSIS),
    )
    limits = _labs(liver.CREATININE_CAP_3)
    limits |= {"sodium_mmol_l": liver.SODIUM, "albumin_g_dl": liver.ALBUMIN}
    findings = _limits(patient, cite, limits) + _outside(found.raw, cite)
    return rounded(found.score), {"before rounding": rounded(found.raw)}, findings


def _body_size(patient: Patient, _: str) -> Answer:
    weight, height = given(patient, "weight_kg"), given(patient, "height_cm")
    sex = patient.get("sex")
    sizes = {
        "body surface (Du Bois), m²": rounded(body.bsa_du_bois(weight, height)),
        "body mass index, kg/m²": rounded(body.bmi(weight, height)),
        "ideal weight (Devine), kg": rounded(body.ideal_body_weight(height, sex)),
        "adjusted weight (40% of the excess), kg": rounded(
            body.adjusted_body_weight(weight, height, sex)
        ),
        "lean weight (Janmahasatian), kg": rounded(body.lean_body_weight(weight, height, sex)),
    }
    findings = [
        Finding("note", "Du Bois' coefficients were recalled, not read.", "du-bois-1916"),
        Finding("note", "Lean weight keeps rising in obesity.", "janmahasatian-2005"),
    ]
    if body.below_60_in(height):
        text = "Ideal weight is not defined below 60 in (152.4 cm); it is extrapolated."
        findings.append(Finding("warn", text, "devine-1974"))
    components = {name: "not defined" if v is None else v for name, v in sizes.items()}
    return rounded(body.bsa_mosteller(weight, height)), components, findings


def _platelet_fall(patient: Patient, _: str) -> Answer:
    cite = "platelet-fall-definition"
    peak, nadir = given(patient, "platelets_peak"), given(patient, "platelets_nadir")
    fall = platelet_fall_pct(peak, nadir)
    text = "The fall is from the highest count just before it, and dates from when it began."
    findings = [Finding("note", text, cite)]
    if fall < 0:
        findings.append(Finding("warn", "The count rose: this is no fall."))
    return rounded(fall), {"fall, × 10⁹/L": rounded(peak - nadir)}, findings


LABS = ("bilirubin_mg_dl", "inr", "creatinine_mg_dl", DIALYSIS)
SODIUM_LABS = (*LABS, "sodium_mmol_l")

EQUATIONS = {
    e.name: e
    for e in (
        Equation(
            name="cockcroft-gault",
            title="Creatinine clearance by Cockcroft-Gault",
            unit="mL/min",
            cite="cockcroft-gault",
            needs=("age_y", "sex", "creatinine_mg_dl", "weight_kg"),
            may=("height_cm",),
            needs_by=_cockcroft_needs,
            run=_cockcroft_gault,
        ),
        Equation(
            name="ckd-epi-2021",
            title="eGFR by CKD-EPI 2021 (creatinine)",
            unit="mL/min/1.73 m²",
            cite="ckd-epi-2021",
            needs=("age_y", "sex", "creatinine_mg_dl"),
            may=("height_cm", "weight_kg"),
            run=_ckd_epi,
        ),
        Equation(
            name="meld",
            title="MELD score",
            unit="points",
            cite="meld",
            needs=LABS,
            run=_meld,
        ),
        Equation(
            name="meld-na",
            title="MELD-Na (US transplant network, 2016)",
            unit="points",
            cite="meld-na-optn-2016",
            needs=SODIUM_LABS,
            run=_meld_na,
        ),
        Equation(
            name="meld-na-kim",
            title="MELD-Na (Kim 2008)",
            unit="points",
            cite="meld-na-kim-2008",
            needs=SODIUM_LABS,
            run=_meld_na_kim,
        ),
        Equation(
            name="meld-3",
            title="MELD 3.0",
            unit="points",
            cite="meld-3",
            needs=(*SODIUM_LABS, "albumin_g_dl", "sex"),
            run=_meld_3,
        ),
        Equation(
            name="body-size",
            title="Body surface (Mosteller), body mass index and weights",
            unit="m²",
            cite="mosteller-1987",
            needs=("weight_kg", "height_cm", "sex"),
            run=_body_size,
        ),
        Equation(
            name="platelet-fall",
            title="Platelet fall",
            unit="%",
            cite="platelet-fall-definition",
            needs=("platelets_peak", "platelets_nadir"),
            run=_platelet_fall,
        ),
    )
}
