"""Conditions of seeds, met by many patients at once."""

import functools
from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from dosing.base.interval import Interval
from dosing.knowledge.library import Library
from dosing.knowledge.seedtypes import Condition, Conditions
from dosing.rules.read import options_of

Array = npt.NDArray[Any]
ABSENT = "absent"


class Given(Protocol):
    """Whose values may meet conditions: patients."""

    @property
    def seeds(self) -> Library: ...
    def get(self, name: str) -> Array | None: ...


@functools.lru_cache(maxsize=4096)
def interval(text: str) -> Interval:
    """An interval as printed, read once."""
    return Interval.parse(text)


def parts_of(condition: Condition) -> list[str]:
    """A condition as its alternatives."""
    return [condition] if isinstance(condition, str) else condition


def names_in(seeds: Library, when: Conditions) -> tuple[str, ...]:
    """The inputs that conditions ask for; a named condition stands for what it is made of."""
    found: dict[str, None] = {}
    for name in when:
        if name in seeds.conditions:
            for alternative in seeds.conditions[name].any:
                found |= dict.fromkeys(names_in(seeds, alternative))
        else:
            found[name] = None
    return tuple(found)


def required(seeds: Library, when: Conditions) -> frozenset[str]:
    """The quantities without which these conditions are never met."""
    kept = seeds.kept("required")
    known = kept.get(id(when))
    if known is None:
        found = (
            seeds.names[name]
            for name, condition in when.items()
            if name in seeds.names and ABSENT not in parts_of(condition)
        )
        kept[id(when)] = known = (when, frozenset(found))
    wanted: frozenset[str] = known[1]
    return wanted


def meets(
    patients: Given, when: Conditions, extra: Mapping[str, Any] | None = None
) -> Array | bool:
    """Who meets every condition; ``absent`` means no answer.

    Parameters
    ----------
    patients : Patients
    when : Conditions
        By the registry's names, or by those of named conditions.
    extra : mapping, optional
        Further values by name, which stand before those of the patients: arrays of numbers or of
        words, or one for all.

    Returns
    -------
    ndarray of bool, or bool
        True or False where it is the same for everybody.
    """
    found: Array | bool = True
    for name, condition in when.items():
        if name in patients.seeds.conditions:
            one = _named(patients, name, condition, extra)
        elif extra is not None and name in extra:
            one = _of_value(extra[name], condition)
        elif name in patients.seeds.names:
            one = _of_quantity(patients, name, condition)
        else:
            one = ABSENT in parts_of(condition)
        if one is False:
            return False
        if one is not True:
            found = one if found is True else found & one
    return found


def _named(
    patients: Given, name: str, condition: Condition, extra: Mapping[str, Any] | None
) -> Array | bool:
    held: Array | bool = False
    for alternative in patients.seeds.conditions[name].any:
        one = meets(patients, alternative, extra)
        if one is True:
            held = True
            break
        if one is not False:
            held = one if held is False else held | one
    if "yes" in parts_of(condition):
        return held
    return not held if isinstance(held, bool) else ~held


def _of_quantity(patients: Given, name: str, condition: Condition) -> Array | bool:
    values = patients.get(name)
    if values is None:
        return ABSENT in parts_of(condition)
    if values.dtype.kind == "f":
        return _of_numbers(values, condition)
    options = options_of(patients.seeds.quantities[patients.seeds.names[name]])
    return _answers(options, tuple(parts_of(condition)))[values]


@functools.lru_cache(maxsize=4096)
def _answers(options: tuple[str, ...], wanted: tuple[str, ...]) -> Array:
    """For the position of each answer, and that of none, whether it is wanted."""
    return np.array([*(option in wanted for option in options), ABSENT in wanted])


def _of_numbers(values: Array, condition: Condition) -> Array:
    parts = parts_of(condition)
    held: Array | None = np.isnan(values) if ABSENT in parts else None
    for part in parts:
        if part != ABSENT:
            one = interval(part).holds(values)
            held = one if held is None else held | one
    assert held is not None
    return held


def _of_value(value: Any, condition: Condition) -> Array | bool:
    """The same for a value that is no input: numbers, or words, or None."""
    parts = parts_of(condition)
    if value is None:
        return ABSENT in parts
    if isinstance(value, str):
        return value in parts
    if isinstance(value, bool | np.bool_):
        return ("yes" if value else "no") in parts
    array = np.asarray(value)
    if array.dtype.kind == "b":
        return np.where(array, "yes" in parts, "no" in parts)
    if array.dtype.kind in "OUS":
        held = np.isin(array, parts)
        return held | (array == None) if ABSENT in parts else held  # noqa: E711
    found = _of_numbers(array.astype(float, copy=False), condition)
    return bool(found) if found.ndim == 0 else found
