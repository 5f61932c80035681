"""One patient's course as plain data, with its summary in words and its table.

The picture of it is in :mod:`dosing.course.plots`. Nothing here decides a dose: a course is built
elsewhere and only told here.
"""

import itertools
import math
from collections.abc import Iterable
from datetime import datetime
from typing import Literal

import attrs

from dosing.base.units import clock, show, show_hours
from dosing.knowledge.sentences import words

Position = Literal["below", "in", "above", ""]
Series = tuple[tuple[datetime, float], ...]
Forecast = tuple[
    tuple[datetime, ...], tuple[float, ...], tuple[float, ...], tuple[float, ...]
]  # times, low, mid, high

PLATELET_UNIT = "× 10⁹/L"


@attrs.frozen
class Result:
    """One laboratory result, and on which side of the target its protocol puts it.

    Parameters
    ----------
    at : datetime
        When the sample was drawn.
    value : float
        In the timeline's unit.
    position : {"below", "in", "above", ""}
        Empty where no target applies.
    side : {"above", "below", ""}
        On which side of ``value`` the true value lies, where it is off the scale.
    """

    at: datetime
    value: float
    position: Position = ""
    side: str = ""


@attrs.frozen
class Given:
    """A bolus, in mg or units."""

    at: datetime
    amount: float
    unit: str


@attrs.frozen
class Segment:
    """A stretch of the infusion at one rate, or held.

    Parameters
    ----------
    start, end : datetime
        ``end`` is None while it runs.
    rate : float
        In ``unit``; 0 for a hold.
    unit : str
        For example ``mcg/kg/min``.
    pump_ml_h : float or None
        What the pump shows. [mL/h]
    label : str
        A remark for the table, such as why the rate was changed.
    held : bool
    """

    start: datetime
    end: datetime | None
    rate: float
    unit: str
    pump_ml_h: float | None = None
    label: str = ""
    held: bool = False


@attrs.frozen
class Row:
    """One line of the table beside the picture: text as it is shown."""

    time: str
    event: str
    value: str
    unit: str
    meaning: str


@attrs.frozen
class Entry:
    """One thing that happened or is due, with its number as a number."""

    at: datetime
    event: str
    value: float | None = None
    unit: str = ""
    meaning: str = ""
    in_range: bool | None = None
    pump_ml_h: float | None = None
    decimals: int | None = None  # of the value, when it is shown; all of them by default


def _results(given: Iterable[Result]) -> tuple[Result, ...]:
    return tuple(sorted(given, key=lambda result: result.at))


def _segments(given: Iterable[Segment]) -> tuple[Segment, ...]:
    return tuple(sorted(given, key=lambda segment: segment.start))


def _series(given: Iterable[tuple[datetime, float]]) -> Series:
    return tuple(sorted((at, float(value)) for at, value in given))


@attrs.frozen
class Timeline:
    """The course of one patient on one drug, as far as it is known at ``now``.

    All times are of one kind: without a zone, or all in the same zone.

    Parameters
    ----------
    drug : str
        As shown, for example ``argatroban``.
    start, now : datetime
        When the course began, and the moment that it is told at.
    measure_label, measure_unit : str
        What is measured, for example ``aPTT`` and ``s``; the unit may be empty.
    results : tuple of Result
        Sorted by time.
    window : (float, float) or None
        The target, in the measure's unit.
    rates : tuple of Segment
        Sorted by time; one unit, and no two at once.
    boluses : tuple of Given
    due : datetime or None
        When the next result is due.
    platelets : tuple of (datetime, float)
        [10^9/L]
    platelet_gate : float or None
        The count asked for before warfarin. [10^9/L]
    gate_text : str
        What the gate says of this patient, as a sentence.
    inr : tuple of (datetime, float)
    forecast : (times, low, mid, high) or None
        Expected course of the measure.

    Raises
    ------
    ValueError
        When a value is not a finite number, the target is not in order, two rates run at once or
        differ in unit, or the forecast's parts differ in length.

    Examples
    --------
    >>> at = datetime(2026, 11, 21, 8)
    >>> Timeline("argatroban", at, at.replace(hour=9), "aPTT", "s", due=at).results
    ()
    """

    drug: str
    start: datetime
    now: datetime
    measure_label: str
    measure_unit: str
    results: tuple[Result, ...] = attrs.field(default=(), converter=_results)
    window: tuple[float, float] | None = None
    rates: tuple[Segment, ...] = attrs.field(default=(), converter=_segments)
    boluses: tuple[Given, ...] = ()
    due: datetime | None = None
    platelets: Series = attrs.field(default=(), converter=_series)
    platelet_gate: float | None = None
    gate_text: str = ""
    inr: Series = attrs.field(default=(), converter=_series)
    forecast: Forecast | None = None

    def __attrs_post_init__(self) -> None:
        values = [r.value for r in self.results] + [s.rate for s in self.rates]
        values += [s.pump_ml_h for s in self.rates if s.pump_ml_h is not None]
        values += [value for _, value in (*self.platelets, *self.inr)]
        values += [bolus.amount for bolus in self.boluses]
        values += [*(self.window or ())] + [v for part in (self.forecast or ())[1:] for v in part]
        if not all(math.isfinite(value) for value in values):
            raise ValueError("A timeline needs finite numbers; leave out what is not known.")
        if self.window and not self.window[0] < self.window[1]:
            raise ValueError(f"The target {self.window} is not in order: low, then high.")
        if len({s.unit for s in self.rates}) > 1:
            raise ValueError("The rates of one timeline must share a unit; convert them first.")
        for segment in self.rates:
            if segment.end is not None and segment.end < segment.start:
                raise ValueError(f"The rate that starts {_moment(segment.start)} ends before it.")
        for one, after in itertools.pairwise(self.rates):
            if one.end is None or one.end > after.start:
                raise ValueError(
                    f"Two rates run at once from {_moment(after.start)}: end the earlier one."
                )
        if self.forecast and len({len(part) for part in self.forecast}) != 1:
            raise ValueError("A forecast needs as many low, mid and high values as times.")


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"


def _hours(start: datetime, end: datetime) -> str:
    return show_hours((end - start).total_seconds() / 3600)


def _with_unit(value: float, unit: str) -> str:
    return f"{show(value)} {unit}".rstrip()


_SIDES = {"above": "more than ", "below": "less than "}


def result_text(result: Result, unit: str) -> str:
    """Write a result, with its side where it is off the scale.

    Examples
    --------
    >>> result_text(Result(datetime(2026, 11, 21, 8), 200, "above", "above"), "s")
    'more than 200 s'
    """
    return _SIDES.get(result.side, "") + _with_unit(result.value, unit)


def target_text(timeline: Timeline) -> str:
    """Write the target, or nothing where there is none.

    Examples
    --------
    >>> at = datetime(2026, 11, 21, 8)
    >>> target_text(Timeline("argatroban", at, at, "aPTT", "s", window=(40, 80)))
    '40 to 80 s'
    """
    if timeline.window is None:
        return ""
    low, high = timeline.window
    return f"{show(low)} to {_with_unit(high, timeline.measure_unit)}"


def is_overdue(timeline: Timeline) -> bool:
    """Say whether the next result should have been drawn before now.

    Examples
    --------
    >>> at = datetime(2026, 11, 21, 8)
    >>> is_overdue(Timeline("argatroban", at, at.replace(hour=11), "aPTT", "s", due=at))
    True
    """
    return timeline.due is not None and timeline.due < timeline.now


def running(timeline: Timeline) -> Segment | None:
    """Find the segment in force now, which may be a hold; None when nothing runs.

    Examples
    --------
    >>> at = datetime(2026, 11, 21, 8)
    >>> rates = (Segment(at, None, 0.5, "mcg/kg/min"),)
    >>> running(Timeline("argatroban", at, at.replace(hour=9), "aPTT", "s", rates=rates)).rate
    0.5
    """
    for segment in reversed(timeline.rates):
        if segment.start <= timeline.now and (segment.end is None or segment.end > timeline.now):
            return segment
    return None


def _side(timeline: Timeline, position: Position) -> str:
    words = {"below": "below target", "in": "in target", "above": "above target", "": ""}[position]
    target = target_text(timeline)
    return f"{words} ({target})" if words and target else words


def _meaning(timeline: Timeline, result: Result) -> str:
    side = _side(timeline, result.position)
    if not result.side:
        return side
    return f"{result_text(result, timeline.measure_unit)}; {side}".rstrip("; ")


def _say_result(timeline: Timeline) -> str:
    label = timeline.measure_label
    if not timeline.results:
        return words("line-no-result", label=label)
    last = timeline.results[-1]
    side = _side(timeline, last.position)
    value = result_text(last, timeline.measure_unit)
    return _latest(label, value, clock(last.at, timeline.now), side)


def _latest(label: str, value: str, at: str, side: str) -> str:
    if not side:
        return words("line-latest", label=label, value=value, at=at)
    return words("line-latest-side", label=label, value=value, at=at, side=side)


def _say_rate(timeline: Timeline) -> list[str]:
    now, current = timeline.now, running(timeline)
    said = []
    if not timeline.rates:
        return [words("line-no-rate")]
    if current is None:
        past = [s for s in timeline.rates if s.end is not None and s.end <= now]
        said.append(
            words("line-ended", at=clock(past[-1].end or now, now))
            if past
            else words("line-not-started")
        )
    elif current.held:
        since = clock(current.start, now)
        said.append(
            words("line-held-until", at=since, until=clock(current.end, now))
            if current.end
            else words("line-held", at=since)
        )
    else:
        pump = f", pump {show(current.pump_ml_h)} mL/h" if current.pump_ml_h is not None else ""
        rate = _with_unit(current.rate, current.unit) + pump
        said.append(words("line-running", rate=rate, at=clock(current.start, now)))
    for segment in timeline.rates:
        if segment.start > now:
            what = "hold" if segment.held else _with_unit(segment.rate, segment.unit)
            said.append(words("line-planned", what=what, at=clock(segment.start, now)))
    return said


def _say_due(timeline: Timeline) -> str:
    due, now, label = timeline.due, timeline.now, timeline.measure_label
    if due is None:
        return ""
    if due < now:
        return words("line-overdue", label=label, at=clock(due, now), late=_hours(due, now))
    if due == now:
        return words("line-due-now", label=label)
    return words("line-due", label=label, at=clock(due, now), wait=_hours(now, due))


def _say_holds(timeline: Timeline) -> str:
    now = timeline.now
    over = [
        f"{clock(s.start, now)} to {clock(s.end, now)} ({_hours(s.start, s.end)})"
        for s in timeline.rates
        if s.held and s.end is not None and s.end <= now
    ]
    return words("line-held-earlier", holds="; ".join(over)) if over else ""


def _say_counts(timeline: Timeline) -> list[str]:
    said = []
    if timeline.platelets:
        at, count = timeline.platelets[-1]
        shown = _with_unit(count, PLATELET_UNIT)
        side = _gate_side(timeline, count)
        said.append(_latest("platelets", shown, clock(at, timeline.now), side))
    if timeline.gate_text:
        said.append(timeline.gate_text.rstrip(".") + ".")
    if timeline.inr:
        at, value = timeline.inr[-1]
        said.append(_latest("INR", show(value), clock(at, timeline.now), ""))
    return said


def _gate_side(timeline: Timeline, count: float) -> str:
    gate = timeline.platelet_gate
    if gate is None:
        return ""
    side = "below" if count < gate else "at" if count == gate else "above"
    return f"{side} the gate of {show(gate)}"


def summary(timeline: Timeline) -> str:
    """Tell the course in a few sentences: what the picture shows, for who cannot see it.

    Returns
    -------
    str
        Plain text on one line. It is not escaped for HTML.

    Examples
    --------
    >>> at = datetime(2026, 11, 21, 8)
    >>> rates = (Segment(at, None, 0.5, "mcg/kg/min", 2.1),)
    >>> course = Timeline("argatroban", at, at.replace(hour=9), "aPTT", "s", rates=rates)
    >>> summary(course)
    'Argatroban. No aPTT yet. Running at 0.5 mcg/kg/min, pump 2.1 mL/h, since 08:00.'
    """
    name = timeline.drug[:1].upper() + timeline.drug[1:]
    said = [
        f"{name}.",
        _say_result(timeline),
        *_say_rate(timeline),
        _say_due(timeline),
        _say_holds(timeline),
        *_say_counts(timeline),
    ]
    if timeline.forecast and timeline.forecast[0]:
        times, low, _, high = timeline.forecast
        at, unit = clock(times[-1], timeline.now), timeline.measure_unit
        ends = {"low": low[-1], "high": high[-1]}
        said.append(words("line-forecast", label=timeline.measure_label, at=at, unit=unit, **ends))
    return " ".join(part for part in said if part)


def entries(timeline: Timeline) -> list[Entry]:
    """List everything that the picture shows, in order of time; what is due among it."""
    found = [
        Entry(
            result.at,
            timeline.measure_label,
            result.value,
            timeline.measure_unit,
            _meaning(timeline, result),
            in_range=result.position == "in" if result.position else None,
        )
        for result in timeline.results
    ]
    found += _rate_entries(timeline)
    found += [Entry(b.at, "Bolus", b.amount, b.unit) for b in timeline.boluses]
    for at, count in timeline.platelets:
        found.append(Entry(at, "Platelets", count, PLATELET_UNIT, _gate_side(timeline, count)))
    found += [Entry(at, "INR", value) for at, value in timeline.inr]
    if timeline.due is not None:
        late = f"overdue by {_hours(timeline.due, timeline.now)}" if is_overdue(timeline) else ""
        label = f"{timeline.measure_label} due"
        found.append(Entry(timeline.due, label, meaning=late or "not yet drawn"))
    if timeline.forecast:
        for at, low, mid, high in zip(*timeline.forecast, strict=True):
            span = f"between {show(low, 1)} and {show(high, 1)}"
            label = f"{timeline.measure_label} forecast"
            found.append(Entry(at, label, mid, timeline.measure_unit, span, decimals=1))
    return sorted(found, key=lambda one: one.at)


def table(timeline: Timeline) -> list[Row]:
    """The same as text, as it is shown beside the picture.

    Returns
    -------
    list of Row
        Time (year-month-day hour:minute), event, value, unit and what it means, all text. What is
        due comes in its place among them. Nothing is escaped for HTML.

    Examples
    --------
    >>> at = datetime(2026, 11, 21, 8)
    >>> rates = (Segment(at, None, 0.5, "mcg/kg/min", 2.1),)
    >>> course = Timeline("argatroban", at, at.replace(hour=9), "aPTT", "s", rates=rates)
    >>> table(course)[0].meaning
    'started; pump 2.1 mL/h; running now'
    """
    return [Row(_moment(e.at), e.event, *_shown(e), e.meaning) for e in entries(timeline)]


def _shown(entry: Entry) -> tuple[str, str]:
    """A value and its unit as text; nothing where there is none."""
    if entry.value is None:
        return "", ""
    if entry.decimals is None:
        return show(entry.value), entry.unit
    return show(entry.value, entry.decimals), entry.unit


def _rate_entries(timeline: Timeline) -> list[Entry]:
    """One where a rate or a hold begins, and one where the infusion ends without another."""
    found = []
    now, current = timeline.now, running(timeline)
    before: Segment | None = None  # the last segment that ran, holds left out
    for i, segment in enumerate(timeline.rates):
        previous = timeline.rates[i - 1] if i else None
        words = []
        event, unit = "Infusion rate", segment.unit
        value: float | None = segment.rate
        pump = segment.pump_ml_h
        if segment.held:
            event, value, unit, pump = "Infusion held", None, "", None
            end = segment.end
            words.append(
                "until further notice"
                if end is None
                else f"for {_hours(segment.start, end)}, until {clock(end, segment.start)}"
            )
        else:
            if before is None:
                words.append("started")
            elif previous is not None and (previous.held or previous.end != segment.start):
                words.append(f"resumed (was {show(before.rate)})")
            elif segment.rate == before.rate:
                words.append("unchanged")
            else:
                change = "raised" if segment.rate > before.rate else "lowered"
                words.append(f"{change} from {show(before.rate)}")
            if segment.pump_ml_h is not None:
                words.append(f"pump {show(segment.pump_ml_h)} mL/h")
            before = segment
        words += [segment.label] if segment.label else []
        words += ["planned"] if segment.start > now else []
        words += [f"{'held' if segment.held else 'running'} now"] if segment is current else []
        said = "; ".join(words)
        found.append(Entry(segment.start, event, value, unit, said, pump_ml_h=pump))
        after = timeline.rates[i + 1] if i + 1 < len(timeline.rates) else None
        if segment.end is not None and (after is None or after.start > segment.end):
            what = "Hold ends" if segment.held else "Infusion ended"
            planned = "planned" if segment.end > now else ""
            found.append(Entry(segment.end, what, meaning=planned))
    return found
