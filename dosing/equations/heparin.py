"""Heparin: the daily total, antithrombin by formula, and protamine for what still acts."""

from typing import Any, NamedTuple

import numpy as np

from dosing.base.vector import Numeric, positive, vectorised

HOURS = 24
RESISTANT_UNITS_DAY = 35_000
STANDARD_UNITS_KG_H = 18  # raschke-1993
RISE_PER_UNIT_KG = 1.4  # % a unit/kg
MAINTENANCE = 0.6  # of the load, every 24 h
ANTITHROMBIN_PCT = (1.0, 150.0)  # 0.5 for 50% is outside
RECOMBINANT_TARGET_PCT = 100
RECOMBINANT = {"surgical": (2.3, 10.2), "pregnant": (1.3, 5.4)}  # load and hourly divisors
RECOMBINANT_RANGE_PCT = (80, 120)
RECOMBINANT_STEP = 0.3
PLASMA_UNITS_ML = 1.0
PROTAMINE_MG_PER_UNIT = 1 / 100
PROTAMINE_CAP_MG = 50.0
COUNTED_H = (2.0, 2.5)
WEIGHTS = (1.0, 0.5, 0.25)  # of the last hour, the one before it, and the one before that


class Antithrombin(NamedTuple):
    """Units of antithrombin to give, and what they should reach."""

    load_units: Any
    units_kg: Any
    maintenance_units: Any  # every 24 h
    expected_peak_pct: Any


class Recombinant(NamedTuple):
    """Recombinant antithrombin: a load over 15 min and units an hour."""

    load_units: Any
    units_h: Any


class PlasmaEffect(NamedTuple):
    """What plasma brings of antithrombin."""

    units: Any
    rise_pct: Any


class Protamine(NamedTuple):
    """Heparin that counts and the protamine for it, each before the cap and after it."""

    heparin_units: Any
    uncapped_mg: Any
    protamine_mg: Any


@vectorised
def units_per_day(units_h: Numeric) -> Numeric:
    """Heparin in 24 h.

    Parameters
    ----------
    units_h : numeric
        [units/h]

    Returns
    -------
    numeric
        NaN where missing or negative. [units/24 h]

    Examples
    --------
    >>> units_per_day(1458)
    34992.0
    """
    return np.where(units_h >= 0, units_h * HOURS, np.nan)


@vectorised
def units_kg_h(units_h: Numeric, weight_kg: Numeric) -> Numeric:
    """Heparin by weight.

    Parameters
    ----------
    units_h : numeric
        [units/h]
    weight_kg : numeric
        Actual body weight. [kg]

    Returns
    -------
    numeric
        NaN where an input is missing or cannot be. [units/kg/h]

    Examples
    --------
    >>> units_kg_h(1458, 80)
    18.225
    """
    return np.where(units_h >= 0, units_h / positive(weight_kg), np.nan)


def resistant_by_weight_alone_kg() -> float:
    """The weight above which the standard start already exceeds 35,000 units a day. [kg]

    References
    ----------
    raschke-1993; isth-resistance-2023

    Examples
    --------
    >>> round(resistant_by_weight_alone_kg(), 2)
    81.02
    """
    return RESISTANT_UNITS_DAY / HOURS / STANDARD_UNITS_KG_H


def _antithrombin(value: Any) -> Any:
    low, high = ANTITHROMBIN_PCT
    return np.where((value >= low) & (value <= high), value, np.nan)


@vectorised
def antithrombin_load(
    baseline_pct: Numeric, target_pct: Numeric, weight_kg: Numeric
) -> Antithrombin:
    """Load and maintenance of human antithrombin: (target - baseline) x kg / 1.4.

    Parameters
    ----------
    baseline_pct, target_pct : numeric
        Antithrombin activity, from 1 to 150: 0.5 for 50% is refused. [%]
    weight_kg : numeric
        Actual body weight. [kg]

    Returns
    -------
    Antithrombin
        Nothing to give where the baseline reaches the target; NaN where an input is missing or
        cannot be. [units, units/kg, units every 24 h, %]

    References
    ----------
    antithrombin-us-label 2

    Examples
    --------
    >>> found = antithrombin_load(45, 120, 80)
    >>> round(found.load_units, 1), round(found.maintenance_units, 1)
    (4285.7, 2571.4)
    """
    baseline = _antithrombin(baseline_pct)
    per_kg = np.maximum(_antithrombin(target_pct) - baseline, 0) / RISE_PER_UNIT_KG
    load = per_kg * positive(weight_kg)
    peak = np.where(np.isnan(load), np.nan, baseline + per_kg * RISE_PER_UNIT_KG)
    return Antithrombin(load, per_kg, MAINTENANCE * load, peak)


@vectorised
def antithrombin_recombinant(
    baseline_pct: Numeric, weight_kg: Numeric, pregnant: Numeric
) -> Recombinant:
    """Load and hourly rate of recombinant antithrombin (ATryn).

    Parameters
    ----------
    baseline_pct : numeric
        Antithrombin activity, from 1 to 150. [%]
    weight_kg : numeric
        Actual body weight. [kg]
    pregnant : bool or numeric
        Cesarean section counts as pregnant.

    Returns
    -------
    Recombinant
        Nothing to give from a baseline of 100% on; NaN where an input is missing or cannot be.
        [units, units/h]

    References
    ----------
    atryn-us-label

    Examples
    --------
    >>> found = antithrombin_recombinant(50, 70, False)
    >>> round(found.load_units, 1), round(found.units_h, 2)
    (1521.7, 343.14)
    """
    lack = np.maximum(RECOMBINANT_TARGET_PCT - _antithrombin(baseline_pct), 0)
    lack = np.where(np.isnan(pregnant), np.nan, lack) * positive(weight_kg)
    load, hourly = (
        np.where(pregnant > 0, RECOMBINANT["pregnant"][i], RECOMBINANT["surgical"][i])
        for i in (0, 1)
    )
    return Recombinant(lack / load, lack / hourly)


@vectorised
def recombinant_rate_after(units_h: Numeric, antithrombin_pct: Numeric) -> Numeric:
    """The hourly rate after a level: 30% more below 80%, 30% less above 120%.

    Parameters
    ----------
    units_h : numeric
        The rate that runs. [units/h]
    antithrombin_pct : numeric
        The level 2 h after a start or a change. [%]

    Returns
    -------
    numeric
        NaN where an input is missing or cannot be. [units/h]

    References
    ----------
    atryn-us-label; a page that prints 50% more is in error

    Examples
    --------
    >>> [round(recombinant_rate_after(100, level), 1) for level in (79, 80, 120, 121)]
    [130.0, 100.0, 100.0, 70.0]
    """
    level = _antithrombin(antithrombin_pct)
    low, high = RECOMBINANT_RANGE_PCT
    part = np.where(level < low, 1 + RECOMBINANT_STEP, 1.0)
    part = np.where(level > high, 1 - RECOMBINANT_STEP, part)
    return positive(units_h) * np.where(np.isnan(level), np.nan, part)


@vectorised
def plasma_antithrombin(plasma_ml: Numeric, weight_kg: Numeric) -> PlasmaEffect:
    """Antithrombin in plasma, about 1 unit in a mL, and the rise to expect.

    Parameters
    ----------
    plasma_ml : numeric
        [mL]
    weight_kg : numeric
        Actual body weight. [kg]

    Returns
    -------
    PlasmaEffect
        NaN where an input is missing or not above zero. [units, %]

    References
    ----------
    plasma-as-antithrombin

    Examples
    --------
    >>> found = plasma_antithrombin(1000, 70)
    >>> found.units, round(found.rise_pct, 1)
    (1000.0, 20.0)
    """
    units = positive(plasma_ml) * PLASMA_UNITS_ML
    return PlasmaEffect(units, units / positive(weight_kg) * RISE_PER_UNIT_KG)


@vectorised
def protamine_capped(mg: Numeric) -> Numeric:
    """A dose of protamine held at 50 mg, after it was worked out.

    Parameters
    ----------
    mg : numeric
        [mg]

    Returns
    -------
    numeric
        NaN where missing or negative. [mg]

    Examples
    --------
    >>> protamine_capped(60), protamine_capped(17.5)
    (50.0, 17.5)
    """
    return np.where(mg >= 0, np.minimum(mg, PROTAMINE_CAP_MG), np.nan)


def _protamine(units: Any) -> Protamine:
    mg = units * PROTAMINE_MG_PER_UNIT
    return Protamine(units, mg, np.asarray(protamine_capped(mg)))


@vectorised
def protamine_no_decay(
    units_h: Numeric, hours_on: Numeric, *, counted_h: float = COUNTED_H[0]
) -> Protamine:
    """Protamine for an infusion, counting all of the last 2 to 2.5 h and nothing before.

    Parameters
    ----------
    units_h : numeric
        The rate that ran. [units/h]
    hours_on : numeric
        For how long it ran. [h]
    counted_h : float
        How many of the last hours count. [h]

    Returns
    -------
    Protamine
        1 mg for 100 units, at most 50 mg. [units, mg, mg]

    References
    ----------
    protamine-pages

    Examples
    --------
    >>> found = protamine_no_decay(1250, 24, counted_h=2.5)
    >>> found.heparin_units, found.protamine_mg
    (3125.0, 31.25)
    """
    hours = np.minimum(_not_negative(hours_on), counted_h)
    return _protamine(_not_negative(units_h) * hours)


@vectorised
def protamine_halving(units_h: Numeric, hours_on: Numeric) -> Protamine:
    """Protamine for an infusion, counting the last three hours as 1, 1/2 and 1/4.

    Parameters
    ----------
    units_h : numeric
        The rate that ran. [units/h]
    hours_on : numeric
        For how long it ran; a part of an hour counts in part. [h]

    Returns
    -------
    Protamine
        1 mg for 100 units, at most 50 mg. [units, mg, mg]

    References
    ----------
    protamine-pages

    Examples
    --------
    >>> found = protamine_halving(1000, 24)
    >>> found.heparin_units, found.protamine_mg
    (1750.0, 17.5)
    """
    hours = _not_negative(hours_on)
    counted = sum(w * np.clip(hours - before, 0, 1) for before, w in enumerate(WEIGHTS))
    return _protamine(_not_negative(units_h) * counted)


def _not_negative(values: Any) -> Any:
    return np.where(np.isfinite(values) & (values >= 0), values, np.nan)
