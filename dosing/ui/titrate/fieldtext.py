"""Times and values as the fields of the titrate panel hold them."""

import datetime as dt
import re
from typing import Any

from dosing.base.units import show
from dosing.course.times import moment, read_moment
from dosing.knowledge.sentences import words

_CLOCK = re.compile(
    r"(?:(\d{4}-\d{1,2}-\d{1,2})[ T]+)?(\d{1,2}:\d{2})(Z|[+-]\d{2}:?\d{2})?", re.ASCII
)


def read_time(text: str, now: dt.datetime) -> dt.datetime:
    """Read a moment that has come: ``08:30`` today, or ``2026-11-21 08:30``.

    Parameters
    ----------
    text : str
        With an offset behind it, such as ``+02:00``, where the clocks showed the hour twice.
    now : datetime.datetime
        With its zone, which the answer shares.

    Returns
    -------
    datetime.datetime

    Raises
    ------
    ValueError
        In a sentence, for anything else, for a moment still to come, and for one that came twice
        when the clocks changed.

    Examples
    --------
    >>> read_time("08:30", dt.datetime(2026, 11, 21, 9, tzinfo=dt.UTC)).hour
    8
    """
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        raise ValueError(words("time-form", today=f"{now:%Y-%m-%d}"))
    date, hour, offset = found.groups()
    year, month, day = (int(part) for part in (date or f"{now:%Y-%m-%d}").split("-"))
    try:
        hours, minutes = (int(part) for part in hour.split(":"))
        plain = dt.datetime(year, month, day, hours, minutes)
    except ValueError:
        raise ValueError(words("time-unreal", typed=text.strip())) from None
    at = read_moment(f"{plain:%Y-%m-%d %H:%M}{offset or ''}", now.tzinfo).astimezone(now.tzinfo)
    if moment(at) > moment(now):
        name = "time-to-come" if date else "time-to-come-no-date"
        raise ValueError(words(name, at=show_time(at)))
    return at


def show_time(at: dt.datetime) -> str:
    """Write a moment as a field holds it, with its offset where the clocks showed it twice.

    Examples
    --------
    >>> show_time(dt.datetime(2026, 11, 21, 8, 5))
    '2026-11-21 08:05'
    """
    twice = at.replace(fold=0).utcoffset() != at.replace(fold=1).utcoffset()
    return f"{at:%Y-%m-%d %H:%M}" + (f"{at:%z}" if twice else "")


def worded(value: Any) -> str:
    """A value as it is read."""
    if value is None:
        return "not entered"
    return show(value) if isinstance(value, int | float) else str(value)
