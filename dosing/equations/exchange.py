"""Plasma exchange and immunoglobulin: volumes, what an exchange removes, grams and response."""

from typing import Any, NamedTuple

import numpy as np

from dosing.base.vector import Numeric, Words, by_sex, positive, vectorised

KAPLAN_L_KG = 0.065
WIDER_L_KG = 0.07
ROUND_TO_G = 5.0
RESPONSE_RISE = 50.0  # x 10^9/L within 5 days
PERCENT = 100


class Grams(NamedTuple):
    """A dose of immunoglobulin as reckoned, and as vials make it."""

    exact_g: Any
    rounded_g: Any


class Response(NamedTuple):
    """The rise of the platelet count, and whether it counts as a response."""

    rise: Any
    responded: Any  # 1, 0, or NaN where a count is missing


@vectorised
def plasma_part(hematocrit_pct: Numeric) -> Numeric:
    """The part of the blood that is plasma: 1 - hematocrit.

    Parameters
    ----------
    hematocrit_pct : numeric
        In percent: a fraction such as 0.4 is refused. [%]

    Returns
    -------
    numeric
        NaN unless the hematocrit is above 1 and below 100.

    Examples
    --------
    >>> plasma_part(40), plasma_part([40, 0.4])
    (0.6, array([0.6, nan]))
    """
    possible = (hematocrit_pct > 1) & (hematocrit_pct < PERCENT)
    return np.where(possible, 1 - hematocrit_pct / PERCENT, np.nan)


@vectorised(words=["sex"])
def blood_volume_nadler(weight_kg: Numeric, height_cm: Numeric, sex: Words) -> Numeric:
    """Total blood volume after Nadler.

    Parameters
    ----------
    weight_kg : numeric
        Actual body weight. [kg]
    height_cm : numeric
        Height; the equation takes it in metres. [cm]
    sex : {"female", "male"}
        Or an array of these.

    Returns
    -------
    numeric
        NaN where an input is missing. [L]

    Raises
    ------
    ValueError
        For an unknown sex.

    References
    ----------
    nadler-1962

    Examples
    --------
    >>> round(blood_volume_nadler(80, 175, "male"), 4)
    5.1457
    """
    cube = by_sex(sex, female=0.3561, male=0.3669) * (positive(height_cm) / 100) ** 3
    per_kg = by_sex(sex, female=0.03308, male=0.03219) * positive(weight_kg)
    return positive(cube + per_kg + by_sex(sex, female=0.1833, male=0.6041))


@vectorised(words=["sex"])
def plasma_volume_nadler(
    weight_kg: Numeric, height_cm: Numeric, sex: Words, hematocrit_pct: Numeric
) -> Numeric:
    """Plasma volume from Nadler's blood volume, times (1 - hematocrit).

    Parameters
    ----------
    weight_kg : numeric
        Actual body weight. [kg]
    height_cm : numeric
        Height. [cm]
    sex : {"female", "male"}
        Or an array of these.
    hematocrit_pct : numeric
        [%]

    Returns
    -------
    numeric
        NaN where an input is missing or cannot be. [L]

    Raises
    ------
    ValueError
        For an unknown sex.

    References
    ----------
    nadler-1962

    Examples
    --------
    >>> round(plasma_volume_nadler(80, 175, "male", 40), 4)
    3.0874
    """
    return positive(blood_volume_nadler(weight_kg, height_cm, sex) * plasma_part(hematocrit_pct))


@vectorised
def plasma_volume(
    weight_kg: Numeric, hematocrit_pct: Numeric, *, l_per_kg: float = KAPLAN_L_KG
) -> Numeric:
    """Plasma volume from the weight: litres a kilogram, times (1 - hematocrit).

    Parameters
    ----------
    weight_kg : numeric
        Actual body weight. [kg]
    hematocrit_pct : numeric
        [%]
    l_per_kg : float
        0.065 after Kaplan; other pages take 0.07. [L/kg]

    Returns
    -------
    numeric
        NaN where an input is missing or cannot be. [L]

    References
    ----------
    kaplan-1990 (recalled); plasma-volume-factors

    Examples
    --------
    >>> round(plasma_volume(70, 40), 3), round(plasma_volume(70, 40, l_per_kg=0.07), 3)
    (2.73, 2.94)
    """
    return positive(l_per_kg * weight_kg * plasma_part(hematocrit_pct))


@vectorised(words=["sex"])
def plasma_volume_by_sex(weight_kg: Numeric, sex: Words, hematocrit_pct: Numeric) -> Numeric:
    """Plasma volume from 70 mL of blood a kilogram in men and 65 in women.

    Parameters
    ----------
    weight_kg : numeric
        Actual body weight. [kg]
    sex : {"female", "male"}
        Or an array of these.
    hematocrit_pct : numeric
        [%]

    Returns
    -------
    numeric
        NaN where an input is missing or cannot be. [L]

    Raises
    ------
    ValueError
        For an unknown sex.

    References
    ----------
    plasma-volume-factors

    Examples
    --------
    >>> round(plasma_volume_by_sex(70, "female", 40), 3)
    2.73
    """
    per_kg = by_sex(sex, female=0.065, male=0.07)
    return positive(per_kg * weight_kg * plasma_part(hematocrit_pct))


@vectorised
def exchange_volume_l(plasma_volume_l: Numeric, plasma_volumes: Numeric) -> Numeric:
    """What is to be exchanged: plasma volumes times the plasma volume.

    Parameters
    ----------
    plasma_volume_l : numeric
        [L]
    plasma_volumes : numeric
        How many.

    Returns
    -------
    numeric
        NaN where an input is missing or not above zero. [L]

    Examples
    --------
    >>> round(exchange_volume_l(2.73, 1.5), 3)
    4.095
    """
    return positive(positive(plasma_volume_l) * positive(plasma_volumes))


@vectorised
def fraction_removed(plasma_volumes: Numeric, sessions: Numeric = 1) -> Numeric:
    """The part of what is in the vessels that exchange removes: 1 - exp(-volumes).

    Several sessions count as one long one: nothing made anew and nothing returning from the
    tissues between them, so the answer is the most that can be removed.

    Parameters
    ----------
    plasma_volumes : numeric
        Plasma volumes exchanged in a session.
    sessions : numeric
        How many sessions.

    Returns
    -------
    numeric
        From 0 to 1; NaN where an input is missing or not above zero.

    References
    ----------
    plasma-exchange-removal

    Examples
    --------
    >>> round(fraction_removed(1.5), 4), round(fraction_removed(1, 3), 4)
    (0.7769, 0.9502)
    """
    return -np.expm1(-positive(plasma_volumes) * positive(sessions))


@vectorised
def immunoglobulin_grams(
    weight_kg: Numeric, g_per_kg: Numeric, *, round_to: float = ROUND_TO_G
) -> Grams:
    """Grams of immunoglobulin by weight, and rounded half up to vials.

    Parameters
    ----------
    weight_kg : numeric
        The weight to reckon from, actual or adjusted. [kg]
    g_per_kg : numeric
        [g/kg]
    round_to : float
        Size of the smallest vial. [g]

    Returns
    -------
    Grams
        NaN where an input is missing or not above zero. [g]

    Examples
    --------
    >>> found = immunoglobulin_grams(80, 0.4)
    >>> found.exact_g, found.rounded_g
    (32.0, 30.0)
    """
    exact = positive(positive(weight_kg) * positive(g_per_kg))
    return Grams(exact, np.floor(np.round(exact / round_to, 9) + 0.5) * round_to)


@vectorised
def platelet_response(before: Numeric, after: Numeric) -> Response:
    """Whether platelets answered immunoglobulin: a rise of at least 50 within 5 days.

    Parameters
    ----------
    before, after : numeric
        Platelet counts. [10^9/L]

    Returns
    -------
    Response

    References
    ----------
    ivig-hit-responses

    Examples
    --------
    >>> platelet_response(20, 69), platelet_response(20, 70)
    (Response(rise=49.0, responded=0.0), Response(rise=50.0, responded=1.0))
    """
    rise = np.where((before >= 0) & (after >= 0), after - before, np.nan)
    return Response(rise, np.where(np.isnan(rise), np.nan, rise >= RESPONSE_RISE))
