"""Fixed doses: by weight, body surface or the drug to be undone; caps, rounding and dates."""

import datetime as dt
import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import attrs
import numpy as np

from dosing.base.findings import Finding
from dosing.base.units import DAY_H, amount, show
from dosing.knowledge.dosetypes import FixedDose
from dosing.knowledge.seedtypes import Drug, Row, Table
from dosing.knowledge.sentences import say
from dosing.orders.infusion import Order
from dosing.rules.patients import Patient
from dosing.rules.tables import round_half_up

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


def per(unit: str) -> float:
    """How many of what a dose is for each of make one: 100 for ``mg/100 units``.

    Examples
    --------
    >>> per("mg/100 units"), per("mg/kg")
    (100, 1)
    """
    return _size(unit)[2]


def order(
    table: Table, row: Row, drug: Drug, patient: Patient, dose: float, **more: Any
) -> tuple[Order, list[Finding], list[str]]:
    """A fixed dose with its later steps, its findings, and its arithmetic.

    Parameters
    ----------
    table : Table
    row : Row
        With a :class:`FixedDose`.
    drug : Drug
    patient : Patient
        With weight or body surface when the dose is for each kg or m².
    dose : float
        The first dose. [the unit of the table's ``dose``]
    """
    unit = table.outputs["dose"]
    then = row.then
    assert isinstance(then, FixedDose)
    findings: list[Finding] = []
    trace: list[str] = []
    total, capped = _total(dose, unit, then, patient, findings, trace)
    high = more.get("high")
    if total is not None and high is not None and high > dose:
        most, _ = _total(high, unit, then, patient, [], trace)
        if total != most:
            cite, mass = row.cite or table.cite, unit.split("/")[0]
            findings.append(say("range-for-patient", cite, low=total, high=most, unit=mass))
    if then.course is not None:
        most, _ = _total(then.course, unit, FixedDose(dose=then.course), patient, [], trace)
        cite, mass = row.cite or table.cite, unit.split("/")[0]
        findings.append(say("course-for-patient", cite, total=amount(most or 0), unit=mass))
    later = []
    for step in then.next:
        said = step.given()
        if step.dose is not None and size_name(unit):
            none = "max_total" in step.none
            cap = step.max_total if none or step.max_total is not None else then.max_total
            one = attrs.evolve(then, max_total=cap)
            said["total"], _ = _total(step.dose, unit, one, patient, [], [])
        later.append(said)
    bolus = then.bolus
    made = Order(
        drug=drug.label,
        dose=dose,
        unit=unit,
        route=then.route or drug.route,
        total=total,
        total_unit=unit.split("/")[0] if total is not None else "",
        amount_of=then.amount_of,
        doses_a_day=then.doses_a_day,
        capped=capped,
        weight_kg=patient.number("weight_kg") if unit.endswith("/kg") else None,
        every_h=then.every_h,
        bolus=bolus,
        bolus_unit=table.outputs["bolus"] if bolus else None,
        bolus_total=bolus,
        for_days=then.for_days,
        for_h=then.for_h,
        on_days=then.on_days,
        how=then.how,
        then=tuple(later),
        **more,
    )
    return made, findings, trace


def _total(
    dose: float,
    unit: str,
    then: FixedDose,
    patient: Patient,
    findings: list[Finding],
    trace: list[str],
) -> tuple[float | None, bool]:
    """One dose for this patient, and whether a cap bound."""
    name, short, each = _size(unit)
    if not name:
        return None, False
    size = patient.number(name)
    assert size is not None
    mass = unit.split("/")[0]
    exact = round(dose * size / each, 6)
    trace.append(f"{show(dose)} {unit} × {show(size, 4)} {short} = {show(exact, 3)} {mass}")
    total = exact
    if then.round_to is not None:
        total = float(round_half_up(exact, then.round_to))
        trace.append(f"rounded to {show(then.round_to)} {mass}: {show(total)} {mass}")
    most = then.max_total
    if most is not None and total > most:
        findings.append(say("dose-capped", wanted=exact, cap=most, unit=mass))
        trace.append(f"capped at {show(most)} {mass}")
        return most, True
    return total, False


def totals(dose: Any, size: Any, round_to: Any, most: Any) -> Any:
    """One dose for each patient of a cohort, as :func:`order` reckons it for one.

    Parameters
    ----------
    dose, size : array
        Dose for each kg or m², and weight or surface.
    round_to, most : array
        Rounding step and cap of one dose; zero where there is none. [unit of one dose]

    Examples
    --------
    >>> totals(np.array([1.0, 1.0]), np.array([80, 120]), 0, np.array([0, 100])).tolist()
    [80.0, 100.0]
    """
    exact = np.round(np.asarray(dose, dtype=float) * size, 6)
    step: Any = np.broadcast_to(round_to, exact.shape)
    divisor: Any = np.where(step > 0, step, 1)
    rounded = np.where(step > 0, round_half_up(exact, divisor), exact)
    cap = np.broadcast_to(most, exact.shape)
    return np.where((cap > 0) & (rounded > cap), cap, rounded)


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
