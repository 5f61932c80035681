"""Kidney function: creatinine clearance, with the weight it was reckoned from, and eGFR."""

from typing import Any, Literal, NamedTuple, get_args

import numpy as np

from dosing.base.vector import Numeric, Words, by_sex, positive, vectorised
from dosing.equations.body import (
    Below,
    adjusted_body_weight,
    ideal_body_weight,
    lean_body_weight,
)

WeightRule = Literal["actual", "ideal", "adjusted", "lean", "actual_below_ideal"]
WEIGHT_RULES: tuple[WeightRule, ...] = get_args(WeightRule)

ADJUST_ABOVE = 1.2  # times the ideal weight; some sources take 1.3
STANDARD_BSA_M2 = 1.73


class Clearance(NamedTuple):
    """Creatinine clearance and the weight behind it."""

    crcl_ml_min: Any
    weight_kg: Any
    weight_used: Any  # "actual", "ideal", "adjusted" or "lean"; "" where there is no answer


@vectorised(words=["sex"])
def cockcroft_gault(
    age_y: Numeric, weight_kg: Numeric, creatinine_mg_dl: Numeric, sex: Words
) -> Numeric:
    """Creatinine clearance after Cockcroft and Gault, from the weight that is given.

    Parameters
    ----------
    age_y : numeric
        Age. [y]
    weight_kg : numeric
        The weight to reckon from; `crcl` chooses one by a named rule. [kg]
    creatinine_mg_dl : numeric
        Serum creatinine. [mg/dL]
    sex : {"female", "male"}
        Or an array of these.

    Returns
    -------
    numeric
        NaN where an input is missing or no clearance follows from it. [mL/min]

    Raises
    ------
    ValueError
        For an unknown sex.

    References
    ----------
    Cockcroft 1976

    Examples
    --------
    >>> round(cockcroft_gault(60, 70, 1.0, "female"), 1)
    66.1
    """
    part = by_sex(sex, female=0.85, male=1.0)
    return positive((140 - age_y) * weight_kg / (72 * creatinine_mg_dl) * part)


def crcl(
    rule: WeightRule,
    age_y: Numeric,
    weight_kg: Numeric,
    creatinine_mg_dl: Numeric,
    sex: Words,
    height_cm: Numeric = None,
    *,
    below: Below = "subtract",
) -> Clearance:
    """Creatinine clearance after Cockcroft and Gault, from a weight chosen by a named rule.

    Drug labels and the trials of the oral anticoagulants used the actual weight.

    Parameters
    ----------
    rule : {"actual", "ideal", "adjusted", "lean", "actual_below_ideal"}
        The last takes the actual weight below the ideal one, the adjusted weight above 1.2 times
        the ideal one, and the ideal weight between.
    age_y : numeric
        Age. [y]
    weight_kg : numeric
        Actual body weight. [kg]
    creatinine_mg_dl : numeric
        Serum creatinine. [mg/dL]
    sex : {"female", "male"}
        Or an array of these.
    height_cm : numeric, optional
        Height; only the rule ``"actual"`` can do without it. [cm]
    below : {"subtract", "floor"}
        As in `dosing.equations.body.ideal_body_weight`.

    Returns
    -------
    Clearance
        ``crcl_ml_min`` [mL/min], ``weight_kg`` [kg] and ``weight_used``; for one patient two
        numbers and a word, for a cohort arrays or Series.

    Raises
    ------
    ValueError
        For an unknown rule or an unknown sex.

    References
    ----------
    Cockcroft 1976; Devine 1974; Janmahasatian 2005

    Examples
    --------
    >>> found = crcl("actual_below_ideal", 58, 120, 1.3, "male", height_cm=170)
    >>> round(found.crcl_ml_min, 2), found.weight_used
    (76.71, 'adjusted')
    """
    if rule not in WEIGHT_RULES:
        raise ValueError(f"weight rule: {rule!r} is not known; one of {', '.join(WEIGHT_RULES)}")
    return _crcl(age_y, weight_kg, creatinine_mg_dl, sex, height_cm, rule=rule, below=below)


@vectorised(words=["sex"])
def _crcl(
    age_y: Numeric,
    weight_kg: Numeric,
    creatinine_mg_dl: Numeric,
    sex: Words,
    height_cm: Numeric,
    *,
    rule: WeightRule,
    below: Below,
) -> Clearance:
    used: Any = rule
    if rule == "actual":
        weight = weight_kg
    elif rule == "ideal":
        weight = ideal_body_weight(height_cm, sex, below=below)
    elif rule == "adjusted":
        weight = adjusted_body_weight(weight_kg, height_cm, sex, below=below)
    elif rule == "lean":
        weight = lean_body_weight(weight_kg, height_cm, sex)
    else:
        ideal = ideal_body_weight(height_cm, sex, below=below)
        adjusted = adjusted_body_weight(weight_kg, height_cm, sex, below=below)
        light, heavy = weight_kg < ideal, weight_kg > ADJUST_ABOVE * ideal
        weight = np.where(light, weight_kg, np.where(heavy, adjusted, ideal))
        # The ideal weight alone would answer a patient who was never weighed.
        weight = np.where(np.isnan(weight_kg), np.nan, weight)
        used = np.where(light, "actual", np.where(heavy, "adjusted", "ideal"))
    value = np.asarray(cockcroft_gault(age_y, weight, creatinine_mg_dl, sex))
    known = ~np.isnan(value)
    return Clearance(value, np.where(known, weight, np.nan), np.where(known, used, ""))


@vectorised(words=["sex"])
def ckd_epi_2021(creatinine_mg_dl: Numeric, age_y: Numeric, sex: Words) -> Numeric:
    """Estimated filtration rate after CKD-EPI 2021, from creatinine, without race.

    It is indexed to a body surface of 1.73 m2 and is not a creatinine clearance: cut-offs of
    anticoagulants are not read against it.

    Parameters
    ----------
    creatinine_mg_dl : numeric
        Serum creatinine. [mg/dL]
    age_y : numeric
        Age. [y]
    sex : {"female", "male"}
        Or an array of these.

    Returns
    -------
    numeric
        NaN where an input is missing. [mL/min/1.73 m2]

    Raises
    ------
    ValueError
        For an unknown sex.

    References
    ----------
    Inker 2021

    Examples
    --------
    >>> round(ckd_epi_2021(1.0, 60, "male"), 1)
    86.2
    """
    ratio = positive(creatinine_mg_dl / by_sex(sex, female=0.7, male=0.9))
    low = np.minimum(ratio, 1) ** by_sex(sex, female=-0.241, male=-0.302)
    high = np.maximum(ratio, 1) ** -1.2
    return positive(142 * low * high * 0.9938**age_y * by_sex(sex, female=1.012, male=1.0))


@vectorised
def egfr_ml_min(egfr_ml_min_173: Numeric, bsa_m2: Numeric) -> Numeric:
    """Take the index off an estimated filtration rate: the patient's own mL/min.

    Parameters
    ----------
    egfr_ml_min_173 : numeric
        Filtration rate as a laboratory reports it. [mL/min/1.73 m2]
    bsa_m2 : numeric
        The patient's body surface area. [m2]

    Returns
    -------
    numeric
        NaN where an input is missing. [mL/min]

    Examples
    --------
    >>> round(egfr_ml_min(86.0, 2.2), 1)
    109.4
    """
    return positive(egfr_ml_min_173 * bsa_m2 / STANDARD_BSA_M2)
