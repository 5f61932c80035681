"""Sentences of the seeds with their values put in, numbers written as ISMP asks."""

import string
from collections.abc import Mapping, Sequence
from typing import Any

from dosing.base.findings import Finding
from dosing.base.units import show
from dosing.knowledge.library import load


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


def say(name: str, cite: str = "", **values: Any) -> Finding:
    """A finding in the words of ``seeds/sentences.toml``.

    Examples
    --------
    >>> say("input-needed", label="Body weight").text
    'Body weight is needed.'
    """
    sentence = load().sentences[name]
    if sentence.level is None:
        raise ValueError(f"{name} is no finding: ask for its words")
    return Finding(sentence.level, fill(sentence.text, values), cite)


def words(name: str, **values: Any) -> str:
    """The same as plain text, for a refusal or a line of an order.

    Examples
    --------
    >>> words("step-next", measure="aPTT", wait="2 h")
    'Next aPTT in 2 h.'
    """
    return fill(load().sentences[name].text, values)


def names_in(text: str) -> tuple[str, ...]:
    """The values that a sentence asks for.

    Examples
    --------
    >>> names_in("{dose} mg for {weight_kg:1} kg")
    ('dose', 'weight_kg')
    """
    return tuple(name for _, name, _, _ in string.Formatter().parse(text) if name)
