"""Numbers and times as people write and read them: strict at the door, ISMP on the way out."""

from collections.abc import Sequence
from datetime import date, datetime

DAY_H = 24


def show(value: float, digits: int = 6) -> str:
    """Write a number by the ISMP rules: leading zero, no trailing zeros, thousands with commas.

    Parameters
    ----------
    value : float
    digits : int
        Most decimals to keep.

    Examples
    --------
    >>> show(0.5), show(5.0), show(1250)
    ('0.5', '5', '1,250')
    """
    text = f"{value:,.{digits}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def show_hours(hours: float) -> str:
    """Write a duration in the words of an order: ``2 h``, ``30 min``, ``1 h 30 min``.

    Examples
    --------
    >>> show_hours(2), show_hours(0.5), show_hours(1.5)
    ('2 h', '30 min', '1 h 30 min')
    """
    whole, minutes = divmod(round(hours * 60), 60)
    parts = [f"{show(whole)} h"] if whole else []
    if minutes or not whole:
        parts.append(f"{minutes} min")
    return " ".join(parts)


def often(every_h: float | None, on_days: Sequence[int] = ()) -> str:
    """How often, in words: ``daily``, ``every 12 h``, ``weekly``, ``on days 1, 4 and 8``.

    Examples
    --------
    >>> often(12), often(24), often(84), often(168), often(None, (1, 4))
    ('every 12 h', 'daily', 'twice weekly', 'weekly', 'on days 1 and 4')
    """
    if on_days:
        days = [str(d) for d in on_days]
        return (
            f"on day {days[0]}"
            if len(days) == 1
            else (f"on days {', '.join(days[:-1])} and {days[-1]}")
        )
    if every_h is None:
        return ""
    if every_h >= DAY_H and every_h % DAY_H == 0:
        days_between = every_h / DAY_H
        named = {1: "daily", 2: "every other day", 7: "weekly"}
        return named.get(int(days_between), f"every {show(days_between)} days")
    if every_h * 2 == 7 * DAY_H:
        return "twice weekly"
    return f"every {show_hours(every_h)}"


def amount(total: float) -> str:
    """A worked-out amount as one reads it: two decimals, more only where it is small.

    Examples
    --------
    >>> amount(37.333331), amount(0.0455)
    ('37.33', '0.0455')
    """
    return show(total, 2 if total >= 1 else 4)


# Not strftime("%b"), which follows the server's language.
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day(at: datetime | date) -> str:
    """Write a date for a label.

    Examples
    --------
    >>> day(datetime(2026, 11, 21, 14))
    '21 Nov'
    """
    return f"{at.day} {_MONTHS[at.month - 1]}"


def clock(at: datetime, near: datetime) -> str:
    """Write a time of day, with the date unless it is the same day as ``near``.

    Examples
    --------
    >>> clock(datetime(2026, 11, 21, 14), datetime(2026, 11, 21, 9))
    '14:00'
    >>> clock(datetime(2026, 11, 22, 2), datetime(2026, 11, 21, 9))
    '02:00 on 22 Nov'
    """
    time = f"{at.hour:02}:{at.minute:02}"
    return time if at.date() == near.date() else f"{time} on {day(at)}"


LONGEST_SAID = 60


def quoted(raw: object) -> str:
    """What was given, as a sentence can say it again: never long, never an error.

    Examples
    --------
    >>> quoted("abc"), quoted(b"70")
    ("'abc'", "b'70'")
    >>> quoted(10**5000)
    'a number of thousands of digits'
    """
    try:
        text = repr(raw)
    except ValueError:  # Python writes out no whole number of more than 4,300 digits
        return "a number of thousands of digits"
    return text if len(text) <= LONGEST_SAID else f"{text[:LONGEST_SAID]}…"
