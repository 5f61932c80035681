"""The warfarin week: a change in percent, tablets for seven days, and INR time in range."""

import itertools
import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dosing.base.vector import Numeric, positive, vectorised
from dosing.knowledge.sentences import words

DAYS = 7
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MAX_GAP_DAYS = 56


class TimeInRange(NamedTuple):
    """Days in range by interpolation; the percentage is NaN where no days count."""

    pct: float
    days_in: float
    days_total: float
    days_below: float
    days_above: float
    gaps_left_out: int


class WeekPlan(NamedTuple):
    """Seven days of whole and half tablets, Monday first."""

    daily_mg: tuple[float, ...]
    tablets: tuple[tuple[tuple[float, float], ...], ...]  # of each day: (how many, strength in mg)
    weekly_mg: float
    difference_mg: float  # planned minus sought


@vectorised
def weekly_after(weekly_mg: Numeric, change_pct: Numeric) -> Numeric:
    """The weekly dose after a change in percent of the week.

    Parameters
    ----------
    weekly_mg : numeric
        [mg/week]
    change_pct : numeric
        Negative to lower it. [%]

    Returns
    -------
    numeric
        NaN where an input is missing, or where nothing would be left. [mg/week]

    Examples
    --------
    >>> round(weekly_after(35, -10), 2), round(weekly_after(28, 15), 2)
    (31.5, 32.2)
    """
    return positive(positive(weekly_mg) * (1 + change_pct / 100))


def _amounts(most_mg: float, strengths: Sequence[float]) -> dict[float, tuple[float, ...]]:
    """What one day can hold, to just above `most_mg`: mg to tablets of each strength, fewest."""
    per = [[n / 2 for n in range(2 * math.ceil(most_mg / s) + 1)] for s in strengths]
    found: dict[float, tuple[float, ...]] = {}
    for tablets in itertools.product(*per):
        mg = round(sum(n * s for n, s in zip(tablets, strengths, strict=True)), 6)
        if mg not in found or _pieces(tablets) < _pieces(found[mg]):
            found[mg] = tablets
    return dict(sorted(found.items()))


def _pieces(tablets: Sequence[float]) -> tuple[float, int]:
    return sum(math.ceil(n) for n in tablets), sum(n != int(n) for n in tablets)


def week_plan(weekly_mg: float, strengths_mg: Sequence[float]) -> WeekPlan:
    """Whole and half tablets for a week: closest to its total, days as equal as possible.

    Only amounts next to each other alternate, spread over the week. Of two plans equally close
    the smaller week is taken.

    Parameters
    ----------
    weekly_mg : float
        [mg/week]
    strengths_mg : sequence of float
        At most three strengths of tablet. [mg]

    Returns
    -------
    WeekPlan

    Raises
    ------
    ValueError
        When the weekly dose or a strength is not above zero, or with no or more than three
        strengths.

    Examples
    --------
    >>> plan = week_plan(31.5, [5])
    >>> plan.daily_mg, plan.weekly_mg, plan.difference_mg
    ((2.5, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0), 32.5, 1.0)
    """
    strengths = sorted({float(s) for s in strengths_mg}, reverse=True)
    if not 1 <= len(strengths) <= 3:
        raise ValueError(words("week-strengths"))
    if not all(math.isfinite(x) and x > 0 for x in (weekly_mg, *strengths)):
        raise ValueError(words("week-above-zero"))
    (plan,), _ = week_plans(np.array([float(weekly_mg)]), strengths)
    return plan._replace(difference_mg=round(plan.weekly_mg - weekly_mg, 6))


def week_plans(
    weekly_mg: npt.NDArray[np.float64], strengths_mg: Sequence[float]
) -> tuple[tuple[WeekPlan, ...], npt.NDArray[np.intp]]:
    """As `week_plan` for many weeks with the same tablets: each plan once, and which is whose.

    Parameters
    ----------
    weekly_mg : ndarray
        All above zero. [mg/week]
    strengths_mg : sequence of float
        At most three strengths of tablet. [mg]

    Returns
    -------
    plans : tuple of WeekPlan
        Without what they miss, which differs from week to week.
    which : ndarray of int

    Examples
    --------
    >>> plans, which = week_plans(np.array([35.0, 31.5, 35.1]), [5])
    >>> which.tolist(), [plan.weekly_mg for plan in plans]
    ([1, 0, 1], [32.5, 35.0])
    """
    strengths = sorted({float(s) for s in strengths_mg}, reverse=True)
    amounts = _amounts(float(weekly_mg.max()) / DAYS + strengths[-1], strengths)
    levels = np.array([*amounts])
    # Every week that alternates two amounts next to each other, in rising order.
    low, step = levels[:-1, None], np.diff(levels)[:, None]
    totals = (DAYS * low + np.arange(DAYS) * step).ravel()
    above = np.searchsorted(totals, weekly_mg).clip(1, len(totals) - 1)
    misses = [np.round(np.abs(totals[at] - weekly_mg), 6) for at in (above - 1, above)]
    chosen = np.where(misses[1] < misses[0], above, above - 1)
    found, which = np.unique(chosen, return_inverse=True)
    plans = (_plan(amounts, [*amounts], int(at), strengths) for at in found)
    return tuple(plans), which.reshape(-1)


def _plan(
    amounts: dict[float, tuple[float, ...]], levels: list[float], at: int, strengths: list[float]
) -> WeekPlan:
    """The week at a place among all: the larger amount on some of its days, evenly spread."""
    (pair, often) = divmod(at, DAYS)
    low, high = levels[pair], levels[pair + 1]
    daily = tuple(high if (i + 1) * often // DAYS > i * often // DAYS else low for i in range(DAYS))
    tablets = tuple(
        tuple((n, s) for n, s in zip(amounts[mg], strengths, strict=True) if n) for mg in daily
    )
    return WeekPlan(daily, tablets, round(sum(daily), 6), 0.0)


def rosendaal(
    days: Sequence[float],
    inrs: Sequence[float],
    low: float,
    high: float,
    *,
    max_gap_days: float = MAX_GAP_DAYS,
) -> TimeInRange:
    """Time in therapeutic range, the INR taken as straight lines between measurements.

    Both limits belong to the range. Stretches longer than `max_gap_days` are left out.

    Parameters
    ----------
    days : sequence of float
        When each INR was measured, rising. [days]
    inrs : sequence of float
    low, high : float
        The range.
    max_gap_days : float
        56 in most publications; some take 42. [days]

    Returns
    -------
    TimeInRange
        [%, days]

    Raises
    ------
    ValueError
        With fewer than two measurements, days that do not rise, an INR that cannot be, or limits
        the wrong way round.

    References
    ----------
    rosendaal-1993

    Examples
    --------
    >>> found = rosendaal([0, 10], [1.5, 2.5], 2, 3)
    >>> found.pct, found.days_in, found.days_total
    (50.0, 5.0, 10.0)
    """
    at, inr = [float(d) for d in days], [float(i) for i in inrs]
    if len(at) != len(inr):
        raise ValueError(words("inr-days"))
    if len(at) < 2:
        raise ValueError(words("inr-two"))
    if not all(b > a for a, b in itertools.pairwise(at)) or not all(map(math.isfinite, at)):
        raise ValueError(words("inr-order"))
    if not all(math.isfinite(i) and i > 0 for i in inr):
        raise ValueError(words("inr-above-zero"))
    if not 0 < low < high or not math.isfinite(high):
        raise ValueError(words("inr-range"))
    if not max_gap_days > 0:
        raise ValueError(words("inr-gap"))
    inside = below = total = 0.0
    left_out = 0
    for (start, a), (end, b) in itertools.pairwise(zip(at, inr, strict=True)):
        length = end - start
        if length > max_gap_days:
            left_out += 1
            continue
        to_low, to_high = _part_to(low, a, b, closed=False), _part_to(high, a, b, closed=True)
        below += length * to_low
        inside += length * (to_high - to_low)
        total += length
    pct = 100 * inside / total if total else math.nan
    return TimeInRange(pct, inside, total, below, total - below - inside, left_out)


def _part_to(limit: float, a: float, b: float, *, closed: bool) -> float:
    """The part of the line from a to b that lies below a limit."""
    if a == b:
        return float(a <= limit if closed else a < limit)
    low, high = min(a, b), max(a, b)
    return min(max((limit - low) / (high - low), 0.0), 1.0)
