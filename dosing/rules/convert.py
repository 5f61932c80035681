"""One unit into another, and the ranges in which a quantity is possible or usual."""

from typing import Any

import numpy as np

from dosing.base.bounds import FROM, LEAST, NEAR, Beyond
from dosing.base.interval import Interval
from dosing.knowledge.faults import SeedError
from dosing.knowledge.seedtypes import Quantity


def from_base(value: Any, quantity: Quantity, name: str) -> Any:
    """A value in the quantity's first unit, in the unit of ``name``."""
    unit = quantity.names[name]
    if unit.per_base is not None:
        return value * unit.per_base
    return value if unit.in_base is None else value / unit.in_base


def to_base(value: Any, quantity: Quantity, name: str) -> Any:
    """A value in the unit of ``name``, in the quantity's first unit."""
    unit = quantity.names[name]
    if unit.per_base is not None:
        return value / unit.per_base
    return value if unit.in_base is None else value * unit.in_base


def convert(value: Any, quantity: Quantity, given: str, wanted: str) -> Any:
    """A number from the unit of one name to that of another.

    Rounded to nine significant digits, so that a value typed in SI units falls on the same side
    of an edge as the same value typed in US units.
    """
    if given == wanted:
        return value
    exact = np.asarray(from_base(to_base(value, quantity, given), quantity, wanted), dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        size = np.floor(np.log10(np.abs(exact)))
    scale = 10.0 ** np.where(np.isfinite(size), 8 - size, 0)
    return np.round(exact * scale) / scale


def limits(quantity: Quantity, name: str) -> tuple[float, float]:
    """The possible range of a number, in the unit of ``name``."""
    if quantity.possible is None:
        return -np.inf, np.inf
    low, high = quantity.possible
    return (
        float(convert(low, quantity, quantity.base, name)),
        float(convert(high, quantity, quantity.base, name)),
    )


def stand_in(beyond: Beyond, quantity: Quantity, name: str) -> Any:
    """The possible value next to each bound, on the side of the true value."""
    low, high = limits(quantity, name)
    step = np.maximum(NEAR * np.abs(beyond.bound), LEAST)
    near = beyond.bound + np.where(np.abs(beyond.side) == FROM, 0.0, np.sign(beyond.side) * step)
    return np.clip(near, low, high)


def possible_range(quantity: Quantity, name: str) -> Interval:
    """The range outside which a value is refused, in the unit of ``name``."""
    if quantity.possible is None:
        raise SeedError(f"{name}: the registry gives no possible range")
    low, high = (from_base(end, quantity, name) for end in quantity.possible)
    return Interval(float(low), float(high))


def is_usual(value: float, quantity: Quantity, name: str) -> bool:
    """Whether one value lies within the usual range; True where there is none."""
    if quantity.usual is None:
        return True
    low, high = quantity.usual
    return low <= float(convert(value, quantity, name, quantity.base)) <= high
