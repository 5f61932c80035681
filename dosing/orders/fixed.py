"""Fixed doses of many patients: by weight, body surface or the drug to be undone; caps, dates."""

import datetime as dt
import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import attrs
import numpy as np
import numpy.typing as npt

from dosing.base.units import DAY_H, show
from dosing.base.vector import round_half_up
from dosing.knowledge.library import Library
from dosing.orders.order import Order
from dosing.rules.remarks import Remark, remark

Array = npt.NDArray[Any]

# What a dose is for each of: its registry name, its unit, and how many of them make one.
_SIZES: dict[str, tuple[str, str, float]] = {
    "/kg": ("weight_kg", "kg", 1),
    "/m²": ("bsa_m2", "m²", 1),
    "/100 units": ("heparin_given_units", "units", 100),
    "/mg": ("enoxaparin_dose_mg", "mg", 1),
}


def _size(unit: str) -> tuple[str, str, float]:
    return next((size for end, size in _SIZES.items() if unit.endswith(end)), ("", "", 1))


def size_name(unit: str) -> str:
    """What a dose in this unit is multiplied by; empty for a flat dose.

    Examples
    --------
    >>> size_name("mg/kg"), size_name("mg/m²"), size_name("mg/100 units"), size_name("mg")
    ('weight_kg', 'bsa_m2', 'heparin_given_units', '')
    """
    return _size(unit)[0]


@attrs.frozen(eq=False)
class Amounts:
    """One dose for each patient, in mass; NaN where the dose is not by size.

    ``exact`` is before rounding and cap; ``rounded`` before the cap.
    """

    dose: Array
    unit: str
    size: Array
    exact: Array
    rounded: Array
    total: Array
    capped: Array

    @property
    def mass(self) -> str:
        """The unit of mass that is given."""
        return self.unit.split("/")[0]


def amounts(
    dose: Array, unit: str, size: Array, round_to: Array | float, max_total: Array | float
) -> Amounts:
    """One dose for each patient.

    Parameters
    ----------
    dose : ndarray
        In ``unit``, a dose for each kg, m² or other size.
    unit : str
    size : ndarray
        Weight, surface or what is to be undone; NaN where it is not known.
    round_to, max_total : ndarray or float
        Rounding step and cap of one dose; NaN where there is none. [mass of the unit]

    Examples
    --------
    >>> made = amounts(np.array([1.0, 1.0]), "mg/kg", np.array([80, 120]), np.nan, 100)
    >>> made.total.tolist(), made.capped.tolist()
    ([80.0, 100.0], [False, True])
    """
    exact = np.round(np.asarray(dose, dtype=float) * size / _size(unit)[2], 6)
    step = np.broadcast_to(round_to, exact.shape)
    by = np.where(step > 0, step, 1.0)
    rounded = np.where(step > 0, round_half_up(exact, by), exact)
    capped = rounded > max_total
    total = np.where(capped, max_total, rounded)
    return Amounts(np.asarray(dose), unit, size, exact, rounded, total, capped)


def amount_remarks(seeds: Library, made: Amounts, where: Array | bool) -> list[Remark]:
    """That a cap bound."""
    said: dict[str, Any] = {"wanted": made.exact, "cap": made.total, "unit": made.mass}
    return [remark(seeds, "dose-capped", made.capped & where, **said)]


def amount_trace(made: Amounts, i: int, round_to: float | None) -> list[str]:
    """The arithmetic of one patient's dose, as a pharmacist would write it."""
    short = _size(made.unit)[1]
    by = f"{show(made.dose[i])} {made.unit} × {show(made.size[i], 4)} {short}"
    lines = [f"{by} = {show(made.exact[i], 3)} {made.mass}"]
    if round_to:
        lines.append(
            f"rounded to {show(round_to)} {made.mass}: {show(made.rounded[i])} {made.mass}"
        )
    if made.capped[i]:
        lines.append(f"capped at {show(made.total[i])} {made.mass}")
    return lines


def calendar(made: Order, start: dt.date, last_day: int) -> Iterator[tuple[int, dt.date, float]]:
    """The days of treatment on which a dose is due: day, date, and dose in the order's unit.

    Parameters
    ----------
    made : Order
    start : datetime.date
        Day 1.
    last_day : int
        The last day to list, for a step that has no end.

    Examples
    --------
    >>> made = Order(drug="x", dose=2, unit="mg", every_h=24, for_days=2, then=({"dose": 1},))
    >>> [(day, dose) for day, _, dose in calendar(made, dt.date(2026, 1, 1), 3)]
    [(1, 2), (2, 2), (3, 1)]
    """
    for step in dated(made, last_day):
        yield from ((d, start + dt.timedelta(days=d - 1), step.dose) for d in step.days)


class DatedStep(NamedTuple):
    """One step of an order with its days.

    ``every_h`` is empty where single days are named; ``goes_on`` says that the step has no end of
    its own, or that its end lies after the last day listed.
    """

    days: list[int]
    dose: float
    unit: str
    every_h: float | None
    goes_on: bool


def dated(made: Order, last_day: int) -> Iterator[DatedStep]:
    """The steps of an order with the days of each, to the last day listed.

    A first dose without an interval is given once; a later step without one keeps the interval
    before it.
    """
    once = not (made.every_h or made.for_days or made.on_days)
    first = {
        "dose": made.dose,
        "total": made.total,
        "unit": made.total_unit or made.unit,
        "every_h": made.every_h,
        "for_days": made.for_days,
        "on_days": (1,) if once else made.on_days,
    }
    day, every_h = 1, made.every_h
    for step in (first, *made.then):
        if "dose" not in step:
            continue
        dose = step["dose"] if step.get("total") is None else step["total"]
        unit = str(step.get("unit", first["unit"]))
        if step.get("on_days"):
            days = [d for d in step["on_days"] if d <= last_day]
            day = max(step["on_days"]) + 1
            yield DatedStep(days, dose, unit, None, day - 1 > last_day)
            continue
        every_h = step.get("every_h") or every_h or DAY_H
        day = int(step.get("from_day", day))
        ends = None if step.get("for_days") is None else day + int(step["for_days"]) - 1
        end = last_day if ends is None else ends
        apart = max(1.0, every_h / DAY_H)  # 3.5: twice weekly
        times = max(0, math.ceil((min(end, last_day) + 1 - day) / apart))
        days = [day + math.floor(k * apart) for k in range(times)]
        day = end + 1
        yield DatedStep(days, dose, unit, every_h, ends is None or ends > last_day)
