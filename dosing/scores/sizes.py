"""What follows from other inputs by plain arithmetic: body surface, platelet fall, heparin a kg."""

from collections.abc import Iterable

from dosing.equations.body import bsa_mosteller
from dosing.rules.patients import Patient

PERCENT = 100
# What is worked out here, and from what: the parts are asked for, never the result.
PARTS = {
    "platelet_fall_pct": ("platelets_peak", "platelets_nadir"),
    "bsa_m2": ("height_cm", "weight_kg"),
}


def parts_missing(names: Iterable[str], patient: Patient) -> list[str]:
    """What to ask for: the missing parts in place of what is worked out from them."""
    asked: list[str] = []
    for name in names:
        parts = PARTS.get(name, (name,))
        asked += [part for part in parts if patient.get(part) is None] or [name]
    return list(dict.fromkeys(asked))


def derive_sizes(patient: Patient) -> Patient:
    """Fill in body surface, platelet fall and heparin for each kg where their parts are given;
    replace nothing.
    """
    height, weight = patient.number("height_cm"), patient.number("weight_kg")
    if height is not None and weight is not None and patient.get("bsa_m2") is None:
        patient = patient.having(bsa_m2=round(float(bsa_mosteller(weight, height)), 4))
    peak, nadir = patient.number("platelets_peak"), patient.number("platelets_nadir")
    if peak is not None and nadir is not None and patient.get("platelet_fall_pct") is None:
        patient = patient.having(platelet_fall_pct=platelet_fall_pct(peak, nadir))
    rate = patient.number("heparin_units_h")
    if rate is not None and weight is not None and patient.get("heparin_units_kg_h") is None:
        patient = patient.having(heparin_units_kg_h=round(rate / weight, 6))
    return patient


def platelet_fall_pct(peak: float, nadir: float) -> float:
    """The fall from the highest count before it to the lowest. [%]

    Examples
    --------
    >>> platelet_fall_pct(220, 80)
    63.636364
    """
    return round(PERCENT * (peak - nadir) / peak, 6)
