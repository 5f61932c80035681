"""Sentences of the seeds with their values put in, numbers written as ISMP asks."""

from typing import Any

from dosing.base.fill import fill
from dosing.base.findings import Finding
from dosing.knowledge.library import Library, load


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
    return Finding(sentence.level, fill(sentence.text, values), cite, name)


def words(name: str, seeds: Library | None = None, /, **values: Any) -> str:
    """The same as plain text, for a refusal or a line of an order.

    Examples
    --------
    >>> words("step-next", measure="aPTT", wait="2 h")
    'Next aPTT in 2 h.'
    """
    return fill((seeds or load()).sentences[name].text, values)
