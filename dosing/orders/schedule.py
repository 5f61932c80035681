"""A dated plan of treatment: which dose of which drug is due on which day, and how often a day."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import attrs

from dosing.base.units import DAY_H, amount, often
from dosing.orders.fixed import dated
from dosing.orders.order import Order
from dosing.orders.pump import is_infusion

LAST_DAY = 60  # of a step that has no end of its own


@attrs.frozen(kw_only=True)
class Due:
    """Doses of one drug that are alike, on days that follow one another.

    Attributes
    ----------
    dose : float
        One dose; with ``whole_day`` the amount of a whole day, which is divided.
    every_h : float or None
        The interval; None where single days are named.
    least_a_day, most_a_day : int or None
        How many doses on each of the days; None where the order does not say.
    goes_on : bool
        No end is given, or it lies after the last day listed.
    """

    drug: str
    first_day: int
    last_day: int
    first: dt.date
    last: dt.date
    dose: float
    unit: str
    every_h: float | None = None
    least_a_day: int | None = 1
    most_a_day: int | None = 1
    whole_day: bool = False
    goes_on: bool = False

    @property
    def days(self) -> int:
        """On how many days."""
        return self.last_day - self.first_day + 1

    @property
    def doses(self) -> int | None:
        """How many doses in all; None where their number is not fixed or no end is given."""
        if self.goes_on or self.least_a_day is None or self.least_a_day != self.most_a_day:
            return None
        return self.days * self.least_a_day

    @property
    def each(self) -> str:
        """One dose: ``2.5 mg``; of a divided amount ``70 mg each if 2, 35 mg each if 4``."""
        if not self.whole_day:
            return f"{amount(self.dose)} {self.unit}"
        if self.least_a_day is None or self.most_a_day is None:
            return "a part of the day's amount"
        parts = [
            f"{amount(self.dose / n)} {self.unit}"
            for n in sorted({self.least_a_day, self.most_a_day})
        ]
        if len(parts) == 1:
            return parts[0]
        return f"{parts[0]} each if {self.least_a_day}, {parts[1]} each if {self.most_a_day}"

    @property
    def times(self) -> str:
        """How many doses a day, in words."""
        if self.least_a_day is None or self.most_a_day is None:
            return "how many is not given" if self.whole_day else often(self.every_h)
        if self.least_a_day != self.most_a_day:
            return f"{self.least_a_day} to {self.most_a_day} doses a day"
        if self.least_a_day == 1:
            return "1 dose a day" if self.days > 1 else "1 dose"
        return f"{self.least_a_day} doses a day"

    @property
    def onward(self) -> str:
        """How the treatment goes on after the last day listed; empty when it does not."""
        if not self.goes_on:
            return ""
        apart = self.every_h is not None and self.every_h > DAY_H
        return f", then {often(self.every_h)}" if apart else " and on"

    @property
    def day_total(self) -> float | None:
        """What one day comes to; None where the order does not say. [unit]"""
        if self.whole_day:
            return self.dose
        return None if self.least_a_day is None else self.dose * self.least_a_day

    @property
    def words(self) -> str:
        """The run in words that cannot be misread, one dose or a whole day's amount.

        Examples
        --------
        >>> day = dt.date(2026, 1, 1)
        >>> more = {"first_day": 1, "last_day": 2, "first": day, "last": day, "unit": "mg"}
        >>> Due(drug="x", dose=5, every_h=12, least_a_day=2, most_a_day=2, **more).words
        '5 mg, 2 doses a day: 10 mg a day in all'
        >>> Due(drug="x", dose=140, whole_day=True, least_a_day=2, most_a_day=4, **more).words
        '140 mg a day in all, divided into 2 to 4 doses'
        """
        if self.whole_day:
            into = "; into how many doses is not given"
            if self.least_a_day is not None and self.most_a_day is not None:
                into = f" into {self.times.removesuffix(' a day')}"
            return f"{amount(self.dose)} {self.unit} a day in all, divided{into}"
        if self.days == 1 and self.least_a_day == 1:
            return self.each
        if self.least_a_day == 1:
            return f"{self.each} once a day"
        total = self.day_total
        if total is None:
            return f"{self.each} {self.times}"
        return f"{self.each}, {self.times}: {amount(total)} {self.unit} a day in all"


def plan(orders: Sequence[Order], start: dt.date, last_day: int = LAST_DAY) -> list[Due]:
    """The doses of several orders by day.

    Parameters
    ----------
    orders : sequence of Order
    start : datetime.date
        Day 1 of each of them.
    last_day : int
        The last day listed for a step that has no end.

    Returns
    -------
    list of Due
        By first day, then in the order given. Steps in words, such as "taper", have no date.

    Raises
    ------
    ValueError
        For an infusion: it has a rate, not doses by day.

    Examples
    --------
    >>> made = Order(drug="x", dose=2, unit="mg", every_h=24, for_days=2, then=({"dose": 1},))
    >>> [(d.first_day, d.last_day, d.dose) for d in plan([made], dt.date(2026, 1, 1), 4)]
    [(1, 2, 2), (3, 4, 1)]
    """
    found = [due for order in orders for due in _runs(order, start, last_day)]
    return sorted(found, key=lambda due: due.first_day)


def _runs(order: Order, start: dt.date, last_day: int) -> list[Due]:
    """The doses of one order, days alike that follow one another as one."""
    if is_infusion(order.unit):
        raise ValueError(f"{order.drug} is an infusion: a plan by day is of single doses")
    runs: list[Due] = []
    if order.bolus_total is not None:
        unit = (order.bolus_unit or order.unit).split("/")[0]
        runs.append(
            Due(
                drug=f"{order.drug}, first bolus", first_day=1, last_day=1, first=start,
                last=start, dose=order.bolus_total, unit=unit,
            )
        )  # fmt: skip
    for step in dated(order, last_day):
        least, most = _times(order, step.every_h)
        for i, day in enumerate(step.days, 1):
            date = start + dt.timedelta(days=day - 1)
            one = Due(
                drug=order.drug,
                first_day=day,
                last_day=day,
                first=date,
                last=date,
                dose=step.dose,
                unit=step.unit,
                every_h=step.every_h,
                least_a_day=least,
                most_a_day=most,
                whole_day=bool(order.amount_of),
                goes_on=step.goes_on and i == len(step.days),
            )
            if runs and _alike(runs[-1], one):
                one = attrs.evolve(one, first_day=runs[-1].first_day, first=runs[-1].first)
                runs[-1] = one
            else:
                runs.append(one)
    return runs


def _alike(before: Due, one: Due) -> bool:
    names = ("drug", "dose", "unit", "least_a_day", "most_a_day")
    same = all(getattr(before, n) == getattr(one, n) for n in names)
    return same and before.last_day == one.first_day - 1


def _times(order: Order, every_h: float | None) -> tuple[int | None, int | None]:
    """The fewest and the most doses on a day of treatment; None where no number fits."""
    if order.amount_of:
        counts = order.doses_a_day
        return (counts[0], counts[-1]) if counts else (None, None)
    if every_h is None or every_h >= DAY_H:
        return 1, 1
    if DAY_H % every_h:
        return None, None
    return int(DAY_H / every_h), int(DAY_H / every_h)


def words_without_date(order: Order) -> list[str]:
    """The steps of an order that are said in words and have no date."""
    return [str(step["text"]) for step in order.then if "text" in step]


def to_frame(due: Sequence[Due]) -> Any:
    """The plan as a DataFrame, a row for each run of doses, with each in words."""
    import pandas as pd

    rows = [
        {**attrs.asdict(one), "doses": one.doses, "day_total": one.day_total, "words": one.words}
        for one in due
    ]
    return pd.DataFrame(rows)
