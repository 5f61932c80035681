"""The parts of an equation's answer: numbers, words or yes and no of many patients."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from dosing.rules.columns import Patients

Array = npt.NDArray[Any]
Parts = dict[str, Any]
"""``value`` is the result; the rest are what conditions, labels and sentences name.

Each is an array with a place for each patient, or one for all. A number that does not follow is
NaN; what only some of the patients have at all is :class:`Of`.
"""
Calculation = Callable[[Patients, str], Parts]


class Of(NamedTuple):
    """A part that only those patients have of whom ``where`` is true."""

    values: Any
    where: Array


def plain(parts: Parts) -> dict[str, Any]:
    """The parts as conditions and sentences take them: NaN or None where there is none.

    Examples
    --------
    >>> one = plain({"a": Of(np.array([1.0, 2.0]), np.array([True, False])), "b": "x"})
    >>> one["a"].tolist(), one["b"]
    ([1.0, nan], 'x')
    """
    return {name: _plain(part) for name, part in parts.items()}


def _plain(part: Any) -> Any:
    where = None
    if isinstance(part, Of):
        part, where = np.asarray(part.values), part.where
    if not isinstance(part, np.ndarray):
        return part
    if part.dtype.kind == "b":
        part = np.array(["no", "yes"], dtype=object)[part.astype(np.intp)]
    elif part.dtype.kind in "US":
        part = part.astype(object)
    if where is None:
        return part
    return np.where(where, part, None if part.dtype.kind == "O" else np.nan)


def parts_at(parts: Mapping[str, Any], i: int) -> dict[str, float | str | None]:
    """Those parts that one patient has, None where no number follows.

    Examples
    --------
    >>> parts_at({"a": Of(np.array([1.0]), np.array([False])), "b": np.array([np.nan])}, 0)
    {'b': None}
    """
    return {
        name: _one(part.values if isinstance(part, Of) else part, i)
        for name, part in parts.items()
        if not isinstance(part, Of) or part.where[i]
    }


def _one(part: Any, i: int) -> float | str | None:
    value = part[i] if isinstance(part, np.ndarray) and part.ndim else part
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if value is None or isinstance(value, str):
        return value
    return None if value != value else float(value)


def given(patients: Patients, name: str) -> Array:
    """Who has a value."""
    return ~patients.lacks(name)
