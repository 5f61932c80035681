"""A dated plan of treatment: which dose of which drug is due on which day."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import attrs

from dosing.doses import calendar
from dosing.orders import Order

LAST_DAY = 60  # of a step that has no end of its own


@attrs.frozen(kw_only=True)
class Due:
    """Doses of one drug that are alike, on days that follow one another."""

    drug: str
    first_day: int
    last_day: int
    first: dt.date
    last: dt.date
    dose: float
    unit: str

    @property
    def doses(self) -> int:
        """How many doses, one each day."""
        return self.last_day - self.first_day + 1


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

    Examples
    --------
    >>> made = Order(drug="x", dose=2, unit="mg", every_h=24, for_days=2, then=({"dose": 1},))
    >>> [(d.first_day, d.last_day, d.dose) for d in plan([made], dt.date(2026, 1, 1), 4)]
    [(1, 2, 2), (3, 4, 1)]
    """
    found: list[Due] = []
    for order in orders:
        unit = order.total_unit or order.unit
        runs: list[Due] = []
        for day, date, dose in calendar(order, start, last_day):
            before = runs[-1] if runs else None
            if before and before.last_day == day - 1 and before.dose == dose:
                runs[-1] = attrs.evolve(before, last_day=day, last=date)
            else:
                runs.append(
                    Due(
                        drug=order.drug, first_day=day, last_day=day, first=date, last=date,
                        dose=dose, unit=unit,
                    )
                )  # fmt: skip
        found += runs
    return sorted(found, key=lambda due: due.first_day)


def words_without_date(order: Order) -> list[str]:
    """The steps of an order that are said in words and have no date."""
    return [str(step["text"]) for step in order.then if "text" in step]


def to_frame(due: Sequence[Due]) -> Any:
    """The plan as a DataFrame, a row for each run of doses."""
    import pandas as pd

    return pd.DataFrame([attrs.asdict(one) for one in due])
