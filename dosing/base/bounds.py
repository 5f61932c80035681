"""A result off the scale: a bound in place of a number, and on which side the true value lies.

An analyser prints ``>200``, ``<20`` or that no clot formed. Such a value is kept as its bound and
side; while answers are worked out a number that it could stand for is put in its place.
"""

import re
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from dosing.base.units import show

Array = npt.NDArray[Any]
ABOVE, FROM = 1, 2  # more than the bound, or at least; the same below, negative
SIGNS = {ABOVE: ">", FROM: ">=", -ABOVE: "<", -FROM: "<="}
NEAR, LEAST = (
    1e-6,
    1e-9,
)  # how far beyond an open bound the nearest value is: a share of it, at least

_SIDES = {
    ">": ABOVE, "over": ABOVE, "above": ABOVE, "more than": ABOVE, "greater than": ABOVE,
    ">=": FROM, "≥": FROM, "at least": FROM,
    "<": -ABOVE, "below": -ABOVE, "under": -ABOVE, "less than": -ABOVE,
    "<=": -FROM, "≤": -FROM, "at most": -FROM,
}  # fmt: skip
_WORDS = "|".join(sorted(map(re.escape, _SIDES), key=len, reverse=True))
_BOUND = re.compile(rf"({_WORDS})\s*(\S.*)")
_NO_CLOT = re.compile(
    r"no clot(ting)?( formed)?|did not clot|does not clot|unclott?able|incoagulable"
)


@attrs.frozen
class Bound:
    """One value off the scale; ``value`` is infinite where it has no bound."""

    value: float
    side: int


@attrs.frozen(eq=False)
class Beyond:
    """The values of many patients that are off the scale: side 0 where one is a plain number."""

    side: Array
    bound: Array

    def take(self, rows: Array) -> "Beyond":
        """Those of some of the patients."""
        return Beyond(self.side[rows], self.bound[rows])


def split(text: str) -> tuple[int, str] | None:
    """The side and the number's text, for text that gives a bound; "" for no clot; else None.

    Examples
    --------
    >>> split("> 200"), split("over 180"), split("No clot"), split("44")
    ((1, '200'), (1, '180'), (1, ''), None)
    """
    plain = " ".join(text.replace("\u00a0", " ").casefold().split())
    if _NO_CLOT.fullmatch(plain):
        return ABOVE, ""
    found = _BOUND.fullmatch(plain)
    return None if found is None else (_SIDES[found.group(1)], found.group(2))


def told(side: int, bound: float, unit: str, sign: bool = True) -> str:
    """A value off the scale, with a sign or in words as a sentence says it.

    Examples
    --------
    >>> told(1, 200.0, "s"), told(1, 200.0, "s", sign=False), told(1, np.inf, "s")
    ('> 200 s', 'more than 200 s', 'no clot')
    """
    if not np.isfinite(bound):
        return "no clot"
    words = {ABOVE: "more than", FROM: "at least", -ABOVE: "less than", -FROM: "at most"}
    return f"{(SIGNS if sign else words)[side]} {show(bound, 3)} {unit}".strip()
