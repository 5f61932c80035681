"""Warfarin: the equations of IWPC, EU-PACT and Gage, and loading to an expected dose."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from dosing.base.vector import Numeric, Words, is_missing, positive, vectorised

DAYS = 7

IWPC_VKORC1 = {"GG": 0.0, "AG": -0.8677, "AA": -1.6974, "unknown": -0.4854}
IWPC_CYP2C9 = {
    "*1/*1": 0.0, "*1/*2": -0.5211, "*1/*3": -0.9357, "*2/*2": -1.0616,
    "*2/*3": -1.9206, "*3/*3": -2.3312, "unknown": -0.2188,
}  # fmt: skip
IWPC_ANCESTRY = {"white": 0.0, "Asian": -0.1092, "Black": -0.2760, "mixed or not known": -0.1032}
# The sign for Black patients is the other way round without the genotype.
IWPC_ANCESTRY_CLINICAL = {
    "white": 0.0, "Asian": -0.6752, "Black": 0.4060, "mixed or not known": 0.0443,
}  # fmt: skip
EU_PACT_PER_H = {
    "*1/*1": 0.0189, "*1/*2": 0.0158, "*1/*3": 0.0132, "*2/*2": 0.0130,
    "*2/*3": 0.0090, "*3/*3": 0.0075,
}  # fmt: skip


class Warfarin(NamedTuple):
    """A dose for a week and for a day, and the root of the weekly dose before squaring."""

    weekly_mg: Any
    daily_mg: Any
    root: Any


class Loading(NamedTuple):
    """The first three days of warfarin."""

    day_1_mg: Any
    day_2_mg: Any
    day_3_mg: Any


def _term(words: Any, terms: Mapping[str, float], name: str) -> Any:
    """The coefficient that belongs to each word; NaN where it is missing."""
    given = np.asarray(words, dtype=object)
    found, open_ = np.full(given.shape, np.nan), np.ones(given.shape, dtype=bool)
    for word, worth in terms.items():
        here = _is(given, word)
        found, open_ = np.where(here, worth, found), open_ & ~here
    for other in given[open_].ravel().tolist() if open_.any() else ():
        if not (is_missing(other) or other == ""):
            raise ValueError(f"{name}: {other!r} is not known; one of {', '.join(terms)}")
    return found


def _is(given: Any, word: str) -> Any:
    try:
        return np.asarray(given == word, dtype=bool)
    except TypeError:  # pandas' NA is neither equal nor different
        return np.reshape([not is_missing(v) and v == word for v in given.ravel()], given.shape)


def _flag(values: Any) -> Any:
    """1 and 0 as they are; anything else is no answer."""
    return np.where((values == 0) | (values == 1), values, np.nan)


def _count(values: Any) -> Any:
    return np.where(np.isin(values, (0, 1, 2)), values, np.nan)


def _squared(root: Any) -> Warfarin:
    """A negative root squared would be a dose: it is none."""
    weekly = positive(root) ** 2
    return Warfarin(weekly, weekly / DAYS, root)


@vectorised(words=["vkorc1", "cyp2c9", "ancestry"])
def iwpc(
    age_y: Numeric,
    height_cm: Numeric,
    weight_kg: Numeric,
    vkorc1: Words,
    cyp2c9: Words,
    ancestry: Words,
    enzyme_inducer: Numeric,
    amiodarone: Numeric,
) -> Warfarin:
    """Warfarin maintenance by the pharmacogenetic equation of the IWPC.

    Age counts in whole decades: 69 years are 6.

    Parameters
    ----------
    age_y : numeric
        [y]
    height_cm : numeric
        [cm]
    weight_kg : numeric
        Actual body weight. [kg]
    vkorc1 : {"GG", "AG", "AA", "unknown"}
        Position -1639.
    cyp2c9 : str
        The two alleles, such as ``"*1/*3"``, or ``"unknown"``.
    ancestry : {"white", "Asian", "Black", "mixed or not known"}
    enzyme_inducer : bool or numeric
        Carbamazepine, phenytoin or rifampin.
    amiodarone : bool or numeric

    Returns
    -------
    Warfarin
        No dose where the root is not above zero, for its square would feign one. [mg/week, mg/day]

    Raises
    ------
    ValueError
        For a genotype or an ancestry that the equation does not have.

    References
    ----------
    iwpc-2009

    Examples
    --------
    >>> found = iwpc(65, 170, 70, "AG", "*1/*3", "white", False, False)
    >>> round(found.weekly_mg, 2), round(found.daily_mg, 2)
    (21.23, 3.03)
    """
    root = 5.6044 - 0.2614 * np.floor(positive(age_y) / 10)
    root = root + 0.0087 * positive(height_cm) + 0.0128 * positive(weight_kg)
    root = root + _term(vkorc1, IWPC_VKORC1, "vkorc1") + _term(cyp2c9, IWPC_CYP2C9, "cyp2c9")
    root = root + _term(ancestry, IWPC_ANCESTRY, "ancestry")
    return _squared(root + 1.1816 * _flag(enzyme_inducer) - 0.5503 * _flag(amiodarone))


@vectorised(words=["ancestry"])
def iwpc_clinical(
    age_y: Numeric,
    height_cm: Numeric,
    weight_kg: Numeric,
    ancestry: Words,
    enzyme_inducer: Numeric,
    amiodarone: Numeric,
) -> Warfarin:
    """Warfarin maintenance by the clinical equation of the IWPC, without genotypes.

    Parameters
    ----------
    age_y : numeric
        Counts in whole decades. [y]
    height_cm : numeric
        [cm]
    weight_kg : numeric
        Actual body weight. [kg]
    ancestry : {"white", "Asian", "Black", "mixed or not known"}
    enzyme_inducer : bool or numeric
        Carbamazepine, phenytoin or rifampin.
    amiodarone : bool or numeric

    Returns
    -------
    Warfarin
        [mg/week, mg/day]

    Raises
    ------
    ValueError
        For an ancestry that the equation does not have.

    References
    ----------
    iwpc-2009

    Examples
    --------
    >>> round(iwpc_clinical(65, 170, 70, "white", False, False).weekly_mg, 2)
    29.75
    """
    root = 4.0376 - 0.2546 * np.floor(positive(age_y) / 10)
    root = root + 0.0118 * positive(height_cm) + 0.0134 * positive(weight_kg)
    root = root + _term(ancestry, IWPC_ANCESTRY_CLINICAL, "ancestry")
    return _squared(root + 1.2799 * _flag(enzyme_inducer) - 0.5695 * _flag(amiodarone))


@vectorised(words=["vkorc1", "cyp2c9"])
def eu_pact(
    age_y: Numeric,
    height_cm: Numeric,
    weight_kg: Numeric,
    vkorc1: Words,
    cyp2c9: Words,
    amiodarone: Numeric,
) -> Warfarin:
    """The IWPC equation as EU-PACT used it: age in years, no ancestry, no enzyme inducer.

    Parameters
    ----------
    age_y : numeric
        Counts in years, not decades. [y]
    height_cm : numeric
        [cm]
    weight_kg : numeric
        Actual body weight. [kg]
    vkorc1, cyp2c9 : str
        As in `iwpc`.
    amiodarone : bool or numeric

    Returns
    -------
    Warfarin
        [mg/week, mg/day]

    Raises
    ------
    ValueError
        For a genotype that the equation does not have.

    References
    ----------
    eu-pact

    Examples
    --------
    >>> round(eu_pact(65, 170, 70, "AG", "*1/*3", False).weekly_mg, 2)
    20.04
    """
    root = 5.6044 - 0.02614 * positive(age_y)
    root = root + 0.0087 * positive(height_cm) + 0.0128 * positive(weight_kg)
    root = root + _term(vkorc1, IWPC_VKORC1, "vkorc1") + _term(cyp2c9, IWPC_CYP2C9, "cyp2c9")
    return _squared(root - 0.5503 * _flag(amiodarone))


@vectorised(words=["cyp2c9"])
def eu_pact_loading(daily_mg: Numeric, cyp2c9: Words) -> Loading:
    """Three days of loading that lead to an expected maintenance dose.

    Parameters
    ----------
    daily_mg : numeric
        The maintenance dose expected. [mg/day]
    cyp2c9 : str
        A known genotype, as in `iwpc`.

    Returns
    -------
    Loading
        [mg on day 1, day 2 and day 3]

    Raises
    ------
    ValueError
        For a genotype that the schedule does not have, "unknown" among them.

    References
    ----------
    eu-pact

    Examples
    --------
    >>> [round(mg, 3) for mg in eu_pact_loading(1.2, "*3/*3")]
    [3.714, 2.876, 2.038]
    """
    day = np.exp(-24 * _term(cyp2c9, EU_PACT_PER_H, "cyp2c9"))
    daily = positive(daily_mg)
    load = daily / ((1 - day) * (1 + day + day**2))
    return Loading(daily + 1.5 * (load - daily), load, daily + 0.5 * (load - daily))


@vectorised
def gage_2008(
    age_y: Numeric,
    bsa_m2: Numeric,
    target_inr: Numeric,
    vkorc1_a_alleles: Numeric,
    cyp2c9_2_alleles: Numeric,
    cyp2c9_3_alleles: Numeric,
    amiodarone: Numeric,
    smoker: Numeric,
    african_american: Numeric,
    dvt_or_pe: Numeric,
) -> Numeric:
    """Warfarin maintenance by the pharmacogenetic equation of Gage. [mg/day]

    Parameters
    ----------
    age_y : numeric
        [y]
    bsa_m2 : numeric
        Body surface; after Du Bois, as recalled. [m2]
    target_inr : numeric
    vkorc1_a_alleles : numeric
        A alleles of 3673G>A, counted: GG 0, AG 1, AA 2.
    cyp2c9_2_alleles, cyp2c9_3_alleles : numeric
        Counted; together at most 2.
    amiodarone, smoker, african_american, dvt_or_pe : bool or numeric

    Returns
    -------
    numeric
        NaN where an input is missing or cannot be. [mg/day]

    References
    ----------
    gage-2008

    Examples
    --------
    >>> [round(gage_2008(65, 1.8, 2.5, a, 0, 0, 0, 0, 0, 0), 2) for a in (0, 1, 2)]
    [5.9, 4.27, 3.09]
    """
    two, three = _count(cyp2c9_2_alleles), _count(cyp2c9_3_alleles)
    two = np.where(two + three > 2, np.nan, two)
    total = 0.9751 - 0.3238 * _count(vkorc1_a_alleles) - 0.4008 * three - 0.2066 * two
    total = total + 0.4317 * positive(bsa_m2) - 0.00745 * positive(age_y)
    total = total + 0.2029 * positive(target_inr) - 0.2538 * _flag(amiodarone)
    total = total + 0.0922 * _flag(smoker) - 0.0901 * _flag(african_american)
    return np.exp(total + 0.0664 * _flag(dvt_or_pe))


@vectorised
def gage_2008_clinical(
    age_y: Numeric,
    bsa_m2: Numeric,
    target_inr: Numeric,
    amiodarone: Numeric,
    smoker: Numeric,
    african_american: Numeric,
    dvt_or_pe: Numeric,
) -> Numeric:
    """Warfarin maintenance by the clinical equation of Gage, without genotypes. [mg/day]

    Parameters
    ----------
    age_y : numeric
        [y]
    bsa_m2 : numeric
        [m2]
    target_inr : numeric
    amiodarone, smoker, african_american, dvt_or_pe : bool or numeric

    Returns
    -------
    numeric
        NaN where an input is missing or cannot be. [mg/day]

    References
    ----------
    gage-2008

    Examples
    --------
    >>> round(gage_2008_clinical(70, 1.95, 2.5, True, False, False, True), 2)
    3.59
    """
    total = 0.613 + 0.425 * positive(bsa_m2) - 0.0075 * positive(age_y)
    total = total + 0.216 * positive(target_inr) - 0.257 * _flag(amiodarone)
    total = total + 0.108 * _flag(smoker) + 0.156 * _flag(african_american)
    return np.exp(total + 0.0784 * _flag(dvt_or_pe))
