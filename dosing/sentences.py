"""Sentences of the seeds with their numbers put in, written as ISMP asks."""

import string
from collections.abc import Mapping, Sequence
from typing import Any

from dosing.units import show


class _Words(string.Formatter):
    """As ``str.format``, but a number is shown by the house's rules: ``{weight_kg:1}``."""

    def get_value(self, key: int | str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        return kwargs[str(key)]

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, str):
            return value
        return show(value, int(format_spec)) if format_spec else show(value)


_WORDS = _Words()


def fill(text: str, values: Mapping[str, Any]) -> str:
    """A sentence with its values put in; ``{name:1}`` shows one decimal at most.

    Examples
    --------
    >>> fill("{dose} mg for {weight_kg:1} kg", {"dose": 1250, "weight_kg": 70.04})
    '1,250 mg for 70 kg'
    """
    return _WORDS.vformat(text, (), values)


def names_in(text: str) -> tuple[str, ...]:
    """The values that a sentence asks for.

    Examples
    --------
    >>> names_in("{dose} mg for {weight_kg:1} kg")
    ('dose', 'weight_kg')
    """
    return tuple(name for _, name, _, _ in string.Formatter().parse(text) if name)
