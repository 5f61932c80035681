"""Research equations for argatroban in intensive care: sanity bands, never orders.

They were fitted on few patients, disagree with each other and fall to nothing in the sickest:
where nothing is left there is no answer, and no limit stands in for one.
"""

from dosing.base.vector import Numeric, positive, vectorised

LINK_LOAD_MCG_KG = 100


@vectorised
def link_2009_apache(apache2: Numeric) -> Numeric:
    """Argatroban maintenance on continuous dialysis, from APACHE II.

    Parameters
    ----------
    apache2 : numeric
        [points]

    Returns
    -------
    numeric
        NaN where the sum is not above zero (from 36 points). [mcg/kg/min]

    References
    ----------
    link-2009

    Examples
    --------
    >>> round(link_2009_apache(20), 2), link_2009_apache(36)
    (0.95, nan)
    """
    return positive((215 - 6 * apache2) / 100)


@vectorised
def link_2009_saps(saps2: Numeric) -> Numeric:
    """Argatroban maintenance on continuous dialysis, from SAPS II.

    Parameters
    ----------
    saps2 : numeric
        [points]

    Returns
    -------
    numeric
        NaN where the sum is not above zero (from 69 points). [mcg/kg/min]

    References
    ----------
    link-2009

    Examples
    --------
    >>> round(link_2009_saps(40), 2), link_2009_saps(69)
    (0.86, nan)
    """
    return positive((206 - 3 * saps2) / 100)


@vectorised
def link_2009_icg(icg_pdr_pct_min: Numeric) -> Numeric:
    """Argatroban maintenance on continuous dialysis, from the clearance of indocyanine green.

    Parameters
    ----------
    icg_pdr_pct_min : numeric
        Plasma disappearance rate. [%/min]

    Returns
    -------
    numeric
        NaN where the sum is not above zero (to 4.375 %/min). [mcg/kg/min]

    References
    ----------
    link-2009

    Examples
    --------
    >>> round(link_2009_icg(15), 2), link_2009_icg(4)
    (0.85, nan)
    """
    return positive((8 * icg_pdr_pct_min - 35) / 100)


@vectorised
def dingman_2020(modified_sofa: Numeric) -> Numeric:
    """First therapeutic argatroban dose from a modified SOFA score.

    Parameters
    ----------
    modified_sofa : numeric
        [points]

    Returns
    -------
    numeric
        NaN where the sum is not above zero. [mcg/kg/min]

    References
    ----------
    dingman-2020; the correlation is weak, r = -0.34

    Examples
    --------
    >>> round(dingman_2020(16.5), 3)
    0.342
    """
    return positive((540 - 12 * modified_sofa) / 1000)
