"""Sentences of the seeds with their values put in, numbers written as ISMP asks."""

import string
from collections.abc import Mapping, Sequence
from typing import Any

from dosing.base.findings import LEVELS, Finding
from dosing.base.units import show
from dosing.knowledge.library import load
from dosing.knowledge.seedtypes import Sentence


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
    level = next(level for level in LEVELS if getattr(sentence, level))
    return Finding(level, fill(getattr(sentence, level), values), cite)


def words(name: str, **values: Any) -> str:
    """The same as plain text, for a refusal or a line of an order.

    Examples
    --------
    >>> words("step-next", measure="aPTT", wait="2 h")
    'Next aPTT in 2 h.'
    """
    return fill(text_of(load().sentences[name]), values)


def text_of(sentence: Sentence) -> str:
    """The text of a sentence, whatever its level."""
    return sentence.stop or sentence.warn or sentence.note or sentence.says


def names_in(text: str) -> tuple[str, ...]:
    """The values that a sentence asks for.

    Examples
    --------
    >>> names_in("{dose} mg for {weight_kg:1} kg")
    ('dose', 'weight_kg')
    """
    return tuple(name for _, name, _, _ in string.Formatter().parse(text) if name)
