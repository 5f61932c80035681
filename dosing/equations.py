"""Equations of kidneys, liver and body as the score door shows them."""

from collections.abc import Callable
from typing import Any

import attrs
import numpy as np

from dosing import body, renal
from dosing.findings import Finding
from dosing.patients import Patient
from dosing.scores import clearance_by
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
    )
}
