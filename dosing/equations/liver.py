"""Liver scores that are equations: MELD, MELD-Na in its two forms, and MELD 3.0."""

from typing import Any, NamedTuple

import numpy as np

from dosing.base.vector import Numeric, Words, by_sex, vectorised

LOWEST, HIGHEST = 6, 40  # of every score here
FLOOR = 1.0  # bilirubin, INR and creatinine below it count as 1
CREATININE_CAP = 4.0  # mg/dL; also what dialysis counts as
CREATININE_CAP_3 = 3.0  # the same in MELD 3.0
SODIUM = (125.0, 137.0)  # mmol/L; OPTN 2016 and MELD 3.0
SODIUM_KIM = (125.0, 140.0)
ALBUMIN = (1.5, 3.5)  # g/dL
SODIUM_COUNTS_ABOVE = 11  # MELD(i), in the OPTN 2016 form


class Meld(NamedTuple):
    """A score as reported, and the sum before rounding and before its limits."""

    score: Any
    raw: Any


class MeldNa(NamedTuple):
    """MELD-Na, the sum before rounding, and the MELD without sodium behind it."""

    score: Any
    raw: Any
    meld: Any


def _half_up(values: Any) -> Any:
    return np.floor(np.round(values, 9) + 0.5)


def _limited(raw: Any) -> Any:
    return np.clip(_half_up(raw), LOWEST, HIGHEST)


def _log(value: Any) -> Any:
    """Natural logarithm of what counts; NaN for what is no measurement."""
    return np.log(np.where(value > 0, np.maximum(value, FLOOR), np.nan))


def _log_creatinine(creatinine_mg_dl: Any, dialysis: Any, cap: float) -> Any:
    counted = np.where(dialysis > 0, cap, np.minimum(creatinine_mg_dl, cap))
    known = np.isfinite(dialysis) & (creatinine_mg_dl > 0)
    return _log(np.where(known, counted, np.nan))


@vectorised
def meld(
    bilirubin_mg_dl: Numeric, inr: Numeric, creatinine_mg_dl: Numeric, dialysis: Numeric
) -> Meld:
    """MELD score, without sodium.

    Natural logarithms; values below 1 count as 1, creatinine above 4 mg/dL and dialysis as 4 mg/dL.

    Parameters
    ----------
    bilirubin_mg_dl : numeric
        Total bilirubin. [mg/dL]
    inr : numeric
    creatinine_mg_dl : numeric
        Serum creatinine. [mg/dL]
    dialysis : bool or numeric
        At least twice in the last 7 days, or 24 h of continuous dialysis.

    Returns
    -------
    Meld
        ``score`` is whole, from 6 to 40; NaN where an input is missing or cannot be.

    References
    ----------
    meld: several pages that agree

    Examples
    --------
    >>> found = meld(2.8, 1.6, 1.25, False)
    >>> found.score, round(found.raw, 3)
    (18.0, 17.721)
    """
    creatinine = _log_creatinine(creatinine_mg_dl, dialysis, CREATININE_CAP)
    raw = 3.78 * _log(bilirubin_mg_dl) + 11.2 * _log(inr) + 9.57 * creatinine + 6.43
    return Meld(_limited(raw), raw)


@vectorised
def meld_na_optn_2016(
    bilirubin_mg_dl: Numeric,
    inr: Numeric,
    creatinine_mg_dl: Numeric,
    sodium_mmol_l: Numeric,
    dialysis: Numeric,
) -> MeldNa:
    """MELD-Na as the US transplant network used it from 2016.

    MELD(i) is rounded to one decimal before it is multiplied by ten; sodium, from 125 to
    137 mmol/L, counts only when MELD(i) is above 11.

    Parameters
    ----------
    bilirubin_mg_dl : numeric
        Total bilirubin. [mg/dL]
    inr : numeric
    creatinine_mg_dl : numeric
        Serum creatinine. [mg/dL]
    sodium_mmol_l : numeric
        Serum sodium. [mmol/L]
    dialysis : bool or numeric
        As in `meld`.

    Returns
    -------
    MeldNa
        NaN where an input is missing or cannot be.

    References
    ----------
    meld-na-optn-2016: read in the code of MIMIC

    Examples
    --------
    >>> found = meld_na_optn_2016(3.8, 2.26, 1.77, 128, False)
    >>> found.score, found.meld
    (30.0, 26.0)
    """
    creatinine = _log_creatinine(creatinine_mg_dl, dialysis, CREATININE_CAP)
    sum_i = 0.957 * creatinine + 0.378 * _log(bilirubin_mg_dl) + 1.12 * _log(inr) + 0.643
    initial = _half_up(sum_i * 10)  # one decimal, times ten
    sodium = _within(sodium_mmol_l, SODIUM)
    missing = SODIUM[1] - sodium
    counted = initial + 1.32 * missing - 0.033 * initial * missing
    raw = np.where(initial > SODIUM_COUNTS_ABOVE, counted, initial)
    raw = np.where(np.isnan(sodium), np.nan, raw)
    return MeldNa(_limited(raw), raw, np.minimum(initial, HIGHEST))


@vectorised
def meld_na_kim_2008(
    bilirubin_mg_dl: Numeric,
    inr: Numeric,
    creatinine_mg_dl: Numeric,
    sodium_mmol_l: Numeric,
    dialysis: Numeric,
) -> MeldNa:
    """MELD-Na as first published; another score than that of the transplant network.

    It starts from the reported MELD, whole and within its limits; sodium counts from 125 to 140.

    Parameters
    ----------
    bilirubin_mg_dl : numeric
        Total bilirubin. [mg/dL]
    inr : numeric
    creatinine_mg_dl : numeric
        Serum creatinine. [mg/dL]
    sodium_mmol_l : numeric
        Serum sodium. [mmol/L]
    dialysis : bool or numeric
        As in `meld`.

    Returns
    -------
    MeldNa
        NaN where an input is missing or cannot be.

    References
    ----------
    meld-na-kim-2008: recalled, not read

    Examples
    --------
    >>> found = meld_na_kim_2008(2.8, 1.6, 1.25, 130, False)
    >>> found.score, found.meld, found.raw
    (24.0, 18.0, 23.5)
    """
    plain = np.asarray(meld(bilirubin_mg_dl, inr, creatinine_mg_dl, dialysis).score)
    missing = SODIUM_KIM[1] - _within(sodium_mmol_l, SODIUM_KIM)
    raw = plain + missing - 0.025 * plain * missing
    return MeldNa(_limited(raw), raw, plain)


@vectorised(words=["sex"])
def meld_3(
    bilirubin_mg_dl: Numeric,
    inr: Numeric,
    creatinine_mg_dl: Numeric,
    sodium_mmol_l: Numeric,
    albumin_g_dl: Numeric,
    sex: Words,
    dialysis: Numeric,
) -> Meld:
    """MELD 3.0, with sex and albumin.

    Creatinine counts from 1 to 3 mg/dL (dialysis as 3), sodium from 125 to 137 mmol/L, albumin
    from 1.5 to 3.5 g/dL.

    Parameters
    ----------
    bilirubin_mg_dl : numeric
        Total bilirubin. [mg/dL]
    inr : numeric
    creatinine_mg_dl : numeric
        Serum creatinine. [mg/dL]
    sodium_mmol_l : numeric
        Serum sodium. [mmol/L]
    albumin_g_dl : numeric
        Serum albumin. [g/dL]
    sex : {"female", "male"}
        Or an array of these.
    dialysis : bool or numeric
        As in `meld`.

    Returns
    -------
    Meld
        NaN where an input is missing or cannot be.

    Raises
    ------
    ValueError
        For an unknown sex.

    References
    ----------
    meld-3: seven programs that agree

    Examples
    --------
    >>> found = meld_3(3.8, 2.26, 1.77, 128, 2.8, "male", False)
    >>> found.score, round(found.raw, 2)
    (31.0, 30.92)
    """
    bilirubin = _log(bilirubin_mg_dl)
    creatinine = _log_creatinine(creatinine_mg_dl, dialysis, CREATININE_CAP_3)
    sodium = SODIUM[1] - _within(sodium_mmol_l, SODIUM)
    albumin = ALBUMIN[1] - _within(albumin_g_dl, ALBUMIN)
    raw = by_sex(sex, female=1.33, male=0.0) + 4.56 * bilirubin
    raw = raw + 0.82 * sodium - 0.24 * sodium * bilirubin
    raw = raw + 9.09 * _log(inr) + 11.14 * creatinine
    raw = raw + 1.85 * albumin - 1.83 * albumin * creatinine + 6
    return Meld(_limited(raw), raw)


def _within(value: Any, limits: tuple[float, float]) -> Any:
    """What of a value counts; NaN for what is no measurement."""
    return np.where(value > 0, np.clip(value, *limits), np.nan)
