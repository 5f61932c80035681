"""Moments of a course: aware, kept in UTC, and read and shown in one zone."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dosing.knowledge.sentences import words

SKEW = timedelta(minutes=1)  # by which two clocks may differ
_TYPED = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})[ T](\d{1,2}):?(\d{2})(?::(\d{2})(?:\.\d+)?)?"
    r"(Z|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)


def moment(at: object) -> datetime:
    """A moment in UTC.

    Raises
    ------
    ValueError
        In a sentence, for what is no date and time, or has no zone.

    Examples
    --------
    >>> moment(datetime(2026, 11, 21, 8, tzinfo=timezone(timedelta(hours=1)))).hour
    7
    """
    if not isinstance(at, datetime) or at != at:  # the NaT of pandas is a datetime unlike itself
        raise ValueError(words("course-no-time", typed=repr(at)))
    if at.utcoffset() is None:
        raise ValueError(words("course-no-zone", at=at.isoformat(" ")))
    return datetime.fromtimestamp(at.timestamp(), UTC).replace(microsecond=at.microsecond)


def zone_of(name: str) -> tzinfo:
    """A zone by its name, such as ``Europe/Berlin``, or a fixed offset, such as ``+01:00``.

    Raises
    ------
    ValueError
        In a sentence, for a zone that is not known here.

    Examples
    --------
    >>> zone_of("+01:00").utcoffset(None)
    datetime.timedelta(seconds=3600)
    """
    if not name or name in ("UTC", "Z"):
        return UTC
    found = re.fullmatch(r"([+-])(\d{2}):?(\d{2})", name, re.ASCII)
    if found:
        ahead = timedelta(hours=int(found[2]), minutes=int(found[3]))
        if ahead < timedelta(hours=24):
            return timezone(ahead if found[1] == "+" else -ahead)
        raise ValueError(words("course-unknown-zone", zone=name))
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(words("course-unknown-zone", zone=name)) from None


def zone_name(at: datetime) -> str:
    """The name under which :func:`zone_of` finds the zone of a moment again.

    Examples
    --------
    >>> zone_name(datetime(2026, 11, 21, 8, tzinfo=timezone(timedelta(hours=1))))
    '+01:00'
    """
    if isinstance(at.tzinfo, ZoneInfo) and at.tzinfo.key:
        return at.tzinfo.key
    ahead = at.utcoffset() or timedelta()
    if not ahead:
        return "UTC"
    minutes = round(abs(ahead).total_seconds() / 60)
    return f"{'-' if ahead < timedelta() else '+'}{minutes // 60:02}:{minutes % 60:02}"


def read_moment(text: str, zone: tzinfo | None = None) -> datetime:
    """Read a moment as typed: ``2026-11-21T08:00+01:00``, or without the offset in a given zone.

    Parameters
    ----------
    text : str
    zone : tzinfo, optional
        In which a time without an offset is meant.

    Returns
    -------
    datetime
        In the zone that was written or given.

    Raises
    ------
    ValueError
        In a sentence, for what is no moment, a time without offset and zone, an hour that the
        clocks skipped, or one that came twice, of which the two are named.

    Examples
    --------
    >>> read_moment("2026-10-25 03:30", zone_of("Europe/Berlin")).hour
    3
    """
    found = _TYPED.fullmatch(text.strip())
    if found is None:
        raise ValueError(words("course-no-time", typed=repr(text)))
    *parts, second, offset = found.groups()
    try:
        year, month, day, hour, minute = (int(part or 0) for part in parts)
        plain = datetime(year, month, day, hour, minute, int(second or 0))
    except ValueError:
        raise ValueError(words("course-no-time", typed=repr(text))) from None
    if offset:
        return plain.replace(tzinfo=zone_of(offset))
    if zone is None:
        raise ValueError(words("course-no-zone", at=text.strip()))
    return in_zone(plain, zone).astimezone(zone)


def in_zone(plain: datetime, zone: tzinfo) -> datetime:
    """A time of a zone's clocks as the one moment that it means, in UTC.

    Raises
    ------
    ValueError
        For an hour that came twice or not at all when the clocks changed.

    Examples
    --------
    >>> in_zone(datetime(2026, 10, 25, 1, 30), zone_of("Europe/Berlin")).hour
    23
    """
    first, second = (plain.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    shown = f"{plain:%Y-%m-%d %H:%M}"
    if moment(first).astimezone(zone).replace(tzinfo=None) != plain:
        raise ValueError(words("course-skipped-hour", at=shown))
    if first.utcoffset() != second.utcoffset():
        offsets = [f"{at:%z}" for at in (first, second)]
        said = {n: f"{o[:3]}:{o[3:]}" for n, o in zip(("first", "second"), offsets, strict=True)}
        raise ValueError(words("course-hour-twice", at=shown, **said))
    return moment(first)


def stamp(at: datetime, zone: tzinfo = UTC) -> str:
    """A moment as it is shown in a zone: ``2026-11-21 08:00``.

    Examples
    --------
    >>> stamp(datetime(2026, 11, 21, 7, tzinfo=UTC), zone_of("+01:00"))
    '2026-11-21 08:00'
    """
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def iso(at: datetime, zone: tzinfo = UTC) -> str:
    """A moment as JSON carries it, with its offset.

    Examples
    --------
    >>> iso(datetime(2026, 11, 21, 7, tzinfo=UTC), zone_of("+01:00"))
    '2026-11-21T08:00:00+01:00'
    """
    return at.astimezone(zone).isoformat()
