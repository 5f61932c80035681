"""Intervals as a table prints them, with both ends open or closed as the source means them."""

import re
from typing import Any

import attrs
import numpy as np

_RANGE = re.compile(r"([\[(])\s*([-+.\w]+)\s*,\s*([-+.\w]+)\s*([\])])")
_BOUND = re.compile(r"(<=|>=|<|>|=)\s*([-+.\w]+)")


def _number(text: str) -> float:
    """An end that is written is a number: ``inf`` and ``nan`` are none."""
    number = float(text)
    if not np.isfinite(number):
        raise ValueError(text)
    return number


@attrs.frozen
class Interval:
    """All numbers between ``low`` and ``high``; an end belongs to it when it is closed."""

    low: float = -np.inf
    high: float = np.inf
    low_closed: bool = True
    high_closed: bool = True

    @classmethod
    def parse(cls, text: str) -> "Interval":
        """Read ``"[35, 46)"``, ``">= 80"``, ``"= 30"`` or ``"any"``.

        Raises
        ------
        ValueError
            When the text is none of these, or its ends are the wrong way round.

        Examples
        --------
        >>> 30 in Interval.parse("[30, 60]"), 30 in Interval.parse("> 30")
        (True, False)
        """
        plain = text.strip()
        try:
            if plain == "any":
                return cls()
            if found := _RANGE.fullmatch(plain):
                opening, low, high, closing = found.groups()
                interval = cls(_number(low), _number(high), opening == "[", closing == "]")
                if interval.low < interval.high or (
                    interval.low == interval.high and interval.low_closed and interval.high_closed
                ):
                    return interval
            elif found := _BOUND.fullmatch(plain):
                sign, number = found.group(1), _number(found.group(2))
                if sign == "=":
                    return cls(number, number)
                if sign[0] == "<":
                    return cls(high=number, high_closed=sign == "<=")
                return cls(low=number, low_closed=sign == ">=")
        except ValueError:
            pass
        raise ValueError(f"not an interval: {text!r} (write '[35, 46)', '>= 80' or 'any')")

    def holds(self, values: Any) -> Any:
        """Whether each value lies inside; NaN never does."""
        above = values >= self.low if self.low_closed else values > self.low
        below = values <= self.high if self.high_closed else values < self.high
        return above & below

    def __contains__(self, value: float) -> bool:
        return bool(self.holds(np.float64(value)))

    @property
    def ends(self) -> tuple[float, ...]:
        """The finite ends, at which membership can change."""
        return tuple(dict.fromkeys(end for end in (self.low, self.high) if np.isfinite(end)))
