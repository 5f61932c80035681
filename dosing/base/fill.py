"""Sentences with their values put in, numbers written as ISMP asks."""

import functools
import string
from collections.abc import Mapping, Sequence
from typing import Any

from dosing.base.units import show


@functools.lru_cache(maxsize=4096)
def _parsed(text: str) -> tuple[tuple[str, str | None, int | None], ...]:
    """A sentence as pieces: the words before a value, its name, and its most decimals."""
    pieces = string.Formatter().parse(text)
    return tuple((words, name, int(spec) if spec else None) for words, name, spec, _ in pieces)


def fill(text: str, values: Mapping[str, Any]) -> str:
    """A sentence with its values put in; ``{name:1}`` shows one decimal at most.

    Examples
    --------
    >>> fill("{dose} mg for {weight_kg:1} kg", {"dose": 1250, "weight_kg": 70.04})
    '1,250 mg for 70 kg'
    """
    parts = []
    for words, name, digits in _parsed(text):
        parts.append(words)
        if name is not None:
            parts.append(_written(values[name], digits))
    return "".join(parts)


def fill_many(
    text: str, same: Mapping[str, Any], own: Mapping[str, Sequence[Any]], size: int
) -> list[str]:
    """A sentence as often as asked, with the values that are the same and each one's own.

    Examples
    --------
    >>> fill_many("{dose} mg for {weight_kg:1} kg", {"dose": 5}, {"weight_kg": [70.04, 80]}, 2)
    ['5 mg for 70 kg', '5 mg for 80 kg']
    """
    form: list[str] = []
    columns: list[Sequence[Any]] = [range(size)]
    for words, name, digits in _parsed(text):
        form.append(words.replace("%", "%%"))
        if name is None:
            continue
        if name in own:
            form.append("%s")
            distinct = {value: _written(value, digits) for value in set(own[name])}
            columns.append([distinct[value] for value in own[name]])
        else:
            form.append(_written(same[name], digits).replace("%", "%%"))
    whole = "".join(form)
    return [whole % said[1:] for said in zip(*columns, strict=True)]


def _written(value: Any, digits: int | None) -> str:
    if isinstance(value, str):
        return value
    return show(value) if digits is None else show(value, digits)


def names_in(text: str) -> tuple[str, ...]:
    """The values that a sentence asks for.

    Examples
    --------
    >>> names_in("{dose} mg for {weight_kg:1} kg")
    ('dose', 'weight_kg')
    """
    return tuple(name for _, name, _ in _parsed(text) if name)
