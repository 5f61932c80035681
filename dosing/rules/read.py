"""One value as typed or sent, read as what a quantity of the registry takes."""

import re
from typing import Any

import numpy as np

from dosing.base.bounds import Bound, split
from dosing.base.fill import fill
from dosing.base.units import quoted, show
from dosing.base.vector import is_missing
from dosing.knowledge.seedtypes import Quantity
from dosing.rules.remarks import Speaks

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:[.,][0-9]+)?|[.,][0-9]+)")
_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:,[0-9]{3})+")
LONGEST = 64  # of what was typed, when it is said again


def parse_number(seeds: Speaks, text: str) -> float:
    """Read a number as a clinician types it, with a decimal point or a decimal comma.

    Parameters
    ----------
    seeds : Library
        For the words of a refusal.
    text : str
        For example ``"78.5"`` or ``"78,5"``. Spaces around it are ignored.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        For anything that could be read in two ways (``1,000``) or is not plain digits
        (``1e3``, ``abc``, full-width digits). The message is a sentence without the field's name.

    Examples
    --------
    >>> from dosing.knowledge.library import load
    >>> parse_number(load(), "78,5")
    78.5
    """
    plain = text.replace("\u00a0", " ").strip()
    if _THOUSANDS.fullmatch(plain):
        raise ValueError(_words(seeds, "two-readings", typed=plain, plain=plain.replace(",", "")))
    if not _NUMBER.fullmatch(plain):
        raise ValueError(_words(seeds, "not-plain-number", typed=repr(_short(plain))))
    return float(plain.replace(",", "."))


def read_result(seeds: Speaks, raw: Any, quantity: Quantity) -> float | Bound:
    """One number, or what stands in place of one that is off the scale.

    Raises
    ------
    ValueError
        In a sentence, for what is neither, and for a bound where only a number makes sense.

    Examples
    --------
    >>> from dosing.knowledge.library import load
    >>> read_result(load(), "> 200", load().quantities["aptt"])
    Bound(value=200.0, side=1)
    """
    if not isinstance(raw, str) or (found := split(raw)) is None:
        return read_number(seeds, raw, quantity)
    side, text = found
    if not quantity.off_scale:
        raise ValueError(_words(seeds, "bound-no-sense", label=quantity.label, typed=_short(raw)))
    if text:
        return Bound(read_number(seeds, text, quantity), side)
    bound = _no_clot(quantity)
    if bound is None:
        raise ValueError(_words(seeds, "not-a-number", label=quantity.label, typed=quoted(raw)))
    return bound


def _no_clot(quantity: Quantity) -> Bound | None:
    """Where a sample that does not clot lies on the scale; None where the words mean nothing."""
    sign = {"above": 1, "below": -1}.get(quantity.no_clot)
    return None if sign is None else Bound(sign * np.inf, sign)


def read_number(seeds: Speaks, raw: Any, quantity: Quantity) -> float:
    """One number, whether or not it is possible; NaN where nothing was given.

    Raises
    ------
    ValueError
        In a sentence, for what is no number.
    """
    if type(raw) is float:
        return raw
    if is_blank(raw):
        return np.nan
    if isinstance(raw, str):
        try:
            return parse_number(seeds, raw)
        except ValueError as error:
            raise ValueError(f"{quantity.label}: {error}") from None
    refused = isinstance(raw, bool | np.bool_ | bytes | bytearray) or _is_time(raw)
    try:
        if not refused:
            return float(raw)
    except (TypeError, ValueError, OverflowError):
        pass
    raise ValueError(_words(seeds, "not-a-number", label=quantity.label, typed=quoted(raw)))


def read_class(seeds: Speaks, raw: Any, quantity: Quantity) -> str | None:
    """The answer that was meant, without regard to case; None where nothing was given.

    A yes-no question takes True and False, and 1 and 0, too.

    Raises
    ------
    ValueError
        In a sentence that lists what exists.
    """
    if is_blank(raw):
        return None
    options = options_of(quantity)
    if quantity.kind == "yes-no" and isinstance(raw, bool | np.bool_ | int | float | np.number):
        if raw in (0, 1):
            return "yes" if raw else "no"
    elif not isinstance(raw, bool | np.bool_):
        word = quoted(raw) if isinstance(raw, int) else str(raw).strip().lower()
        word = {k.lower(): v.lower() for k, v in quantity.aliases.items()}.get(word, word)
        for option in options:
            if option.lower() == word:
                return option
    typed, answers = quoted(raw), ", ".join(options)
    raise ValueError(
        _words(seeds, "not-an-answer", label=quantity.label, typed=typed, answers=answers)
    )


def options_of(quantity: Quantity) -> tuple[str, ...]:
    """The answers that a class or a yes-no question has."""
    return quantity.values or ("no", "yes")


def is_blank(raw: Any) -> bool:
    """Whether nothing was given. Zero and "no" are answers; NaT is no number."""
    if isinstance(raw, str):
        return not raw.strip()
    return (isinstance(raw, np.floating) and bool(np.isnan(raw))) or (
        is_missing(raw) and not _is_time(raw)
    )


def _is_time(raw: Any) -> bool:
    return type(raw).__name__ == "NaTType" or isinstance(raw, np.datetime64 | np.timedelta64)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _words(seeds: Speaks, name: str, **values: Any) -> str:
    return fill(seeds.sentences[name].text, values)


def shown(value: float, unit: str) -> str:
    """A number with its unit, however large.

    Examples
    --------
    >>> shown(70.0, "kg")
    '70 kg'
    """
    text = show(value) if np.isfinite(value) else str(value)
    return f"{_short(text)} {unit}".strip()


def half_of_last_digit(value: float) -> float:
    """By how much a number as written may differ from what was measured.

    Examples
    --------
    >>> half_of_last_digit(1.2), half_of_last_digit(21.0)
    (0.05, 0.5)
    """
    text = show(value).replace(",", "")
    decimals = len(text.partition(".")[2])
    return 0.5 * 10.0**-decimals
