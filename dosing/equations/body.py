"""Body size: ideal, adjusted and lean weight, body mass index and surface area."""

from typing import Literal

import numpy as np

from dosing.base.vector import Numeric, Words, by_sex, positive, vectorised

CM_PER_IN = 2.54
CM_PER_M = 100

Below = Literal["subtract", "floor"]


@vectorised
def below_60_in(height_cm: Numeric) -> Numeric:
    """Tell who is shorter than 60 inches, where Devine's equation is not defined.

    Parameters
    ----------
    height_cm : numeric
        Height. [cm]

    Returns
    -------
    bool or array of bool
        False where the height is missing.

    References
    ----------
    Devine 1974; the equation starts at 5 feet.

    Examples
    --------
    >>> below_60_in(147), below_60_in(152.4)
    (True, False)
    """
    return height_cm < 60 * CM_PER_IN


@vectorised(words=["sex"])
def ideal_body_weight(height_cm: Numeric, sex: Words, *, below: Below = "subtract") -> Numeric:
    """Ideal body weight after Devine.

    Parameters
    ----------
    height_cm : numeric
        Height. [cm]
    sex : {"female", "male"}
        Or an array of these.
    below : {"subtract", "floor"}
        Below 60 inches the equation is not defined: either go on subtracting 2.3 kg an inch, as
        most calculators do, or stay at the weight for 60 inches. `below_60_in` tells who it is.

    Returns
    -------
    numeric
        Ideal weight; NaN where an input is missing, or where subtracting leaves nothing. [kg]

    Raises
    ------
    ValueError
        For an unknown sex or an unknown way to go below 60 inches.

    References
    ----------
    Devine 1974

    Examples
    --------
    >>> round(ideal_body_weight(160, "female"), 2)
    52.38
    """
    if below not in ("subtract", "floor"):
        raise ValueError(f"below: {below!r} is not known; subtract or floor is expected")
    over = height_cm / CM_PER_IN - 60
    if below == "floor":
        over = np.maximum(over, 0)
    return positive(by_sex(sex, female=45.5, male=50.0) + 2.3 * over)


@vectorised(words=["sex"])
def adjusted_body_weight(
    weight_kg: Numeric,
    height_cm: Numeric,
    sex: Words,
    *,
    factor: float = 0.4,
    below: Below = "subtract",
) -> Numeric:
    """Adjusted body weight: the ideal weight and a part of what is above it.

    Parameters
    ----------
    weight_kg : numeric
        Actual body weight. [kg]
    height_cm : numeric
        Height. [cm]
    sex : {"female", "male"}
        Or an array of these.
    factor : float
        The part that counts: 0.4 for drug doses, 0.25 in nutrition.
    below : {"subtract", "floor"}
        As in `ideal_body_weight`.

    Returns
    -------
    numeric
        Adjusted weight; NaN where an input is missing. [kg]

    Raises
    ------
    ValueError
        For an unknown sex.

    Examples
    --------
    >>> round(adjusted_body_weight(120, 170, "male"), 2)
    87.56
    """
    ideal = ideal_body_weight(height_cm, sex, below=below)
    return positive(ideal + factor * (weight_kg - ideal))


@vectorised(words=["sex"])
def lean_body_weight(weight_kg: Numeric, height_cm: Numeric, sex: Words) -> Numeric:
    """Lean body weight after Janmahasatian, which keeps rising in obesity.

    Parameters
    ----------
    weight_kg : numeric
        Actual body weight. [kg]
    height_cm : numeric
        Height. [cm]
    sex : {"female", "male"}
        Or an array of these.

    Returns
    -------
    numeric
        Lean weight; NaN where an input is missing. [kg]

    Raises
    ------
    ValueError
        For an unknown sex.

    References
    ----------
    Janmahasatian 2005

    Examples
    --------
    >>> round(lean_body_weight(70, 170, "male"), 2)
    54.48
    """
    base = by_sex(sex, female=8780, male=6680)
    slope = by_sex(sex, female=244, male=216)
    return positive(9270 * weight_kg / (base + slope * bmi(weight_kg, height_cm)))


@vectorised
def bmi(weight_kg: Numeric, height_cm: Numeric) -> Numeric:
    """Body mass index.

    Parameters
    ----------
    weight_kg : numeric
        Actual body weight. [kg]
    height_cm : numeric
        Height. [cm]

    Returns
    -------
    numeric
        NaN where an input is missing. [kg/m2]

    Examples
    --------
    >>> round(bmi(70, 170), 1)
    24.2
    """
    return positive(weight_kg / (height_cm / CM_PER_M) ** 2)


@vectorised
def bsa_mosteller(weight_kg: Numeric, height_cm: Numeric) -> Numeric:
    """Body surface area after Mosteller.

    Parameters
    ----------
    weight_kg : numeric
        Actual body weight. [kg]
    height_cm : numeric
        Height. [cm]

    Returns
    -------
    numeric
        NaN where an input is missing. [m2]

    References
    ----------
    Mosteller 1987

    Examples
    --------
    >>> round(bsa_mosteller(100, 180), 3)
    2.236
    """
    return positive(np.sqrt(height_cm * weight_kg / 3600))


@vectorised
def bsa_du_bois(weight_kg: Numeric, height_cm: Numeric) -> Numeric:
    """Body surface area after Du Bois and Du Bois.

    Parameters
    ----------
    weight_kg : numeric
        Actual body weight. [kg]
    height_cm : numeric
        Height. [cm]

    Returns
    -------
    numeric
        NaN where an input is missing. [m2]

    References
    ----------
    Du Bois 1916

    Examples
    --------
    >>> round(bsa_du_bois(100, 180), 3)
    2.195
    """
    return positive(0.007184 * weight_kg**0.425 * height_cm**0.725)
