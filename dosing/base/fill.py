"""Sentences with their values put in, numbers written as ISMP asks."""

import functools
import string
from collections.abc import Mapping
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
            value = values[name]
            if not isinstance(value, str):
                value = show(value) if digits is None else show(value, digits)
            parts.append(value)
    return "".join(parts)


def names_in(text: str) -> tuple[str, ...]:
    """The values that a sentence asks for.

    Examples
    --------
    >>> names_in("{dose} mg for {weight_kg:1} kg")
    ('dose', 'weight_kg')
    """
    return tuple(name for _, name, _ in _parsed(text) if name)
