"""A course as it is told: the arrays of its picture, and a frame."""

import itertools
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from dosing.advice.handover import warfarin_gate
from dosing.course import events as ev
from dosing.course import results, timeline
from dosing.course.events import Measured
from dosing.course.results import Reading
from dosing.course.state import near, rate_in
from dosing.course.timeline import Given, Position, Result, Segment, Timeline
from dosing.course.times import zone_of
from dosing.rules.protocols import measure_word

if TYPE_CHECKING:
    from dosing.course.book import Book


def told(book: "Book", now: datetime) -> Timeline:
    """The course until a moment, in the zone in which it is shown."""
    zone, seeds = zone_of(book.zone), book.seeds
    stood = book.standing(now)
    protocol = seeds.protocols[stood.protocol]
    name = results.measured_name(protocol)
    window = results.window(book, stood)
    unit = seeds.quantities[seeds.names[name]].names[name].unit

    def local(at: datetime) -> datetime:
        return at.astimezone(zone)

    counts = [(f.at, r.value) for f, r in results.readings(book, "platelets", now)]
    first = results.reading_of_inputs(seeds, book.started.inputs, "platelets")
    if first is not None:
        counts.insert(0, (book.started.at, first))
    in_hit = book.started.indication == "hit"  # of which the gate speaks
    gate = warfarin_gate(seeds, counts[-1][1]) if counts and in_hit else None
    return Timeline(
        drug=seeds.drugs[book.drug].label,
        start=local(book.started.at),
        now=local(now),
        measure_label=measure_word(protocol),
        measure_unit=unit,
        results=tuple(
            Result(local(f.at), r.value, _position(f, r, window), r.side)
            for f, r in results.readings(book, name, now)
        ),
        window=window,
        rates=tuple(_segments(book, now, protocol.dose_unit)),
        boluses=tuple(
            Given(local(f.at), f.amount, f.unit)
            for f in book.facts_until(now)
            if isinstance(f, ev.Bolus)
        ),
        due=None if stood.due is None else local(stood.due),
        platelets=tuple((local(at), value) for at, value in counts),
        platelet_gate=None if gate is None else gate.threshold,
        gate_text="" if gate is None else gate.text,
        inr=tuple((local(f.at), r.value) for f, r in results.readings(book, "inr", now)),
    )


def _position(fact: Measured, one: Reading, window: tuple[float, float] | None) -> Position:
    if fact.step is not None and fact.step.in_range:
        return "in"
    if window is None:
        return ""
    return "below" if one.value < window[0] else "above" if one.value > window[1] else "in"


def _segments(book: "Book", now: datetime, unit: str) -> Iterator[Segment]:
    """The infusion as stretches at one rate, in one unit."""
    zone = zone_of(book.zone)
    kinds = (ev.Started, ev.RateSet, ev.Held, ev.Resumed, ev.Stopped, ev.BagChanged)
    moves: list[Any] = []
    for fact in book.facts_until(now):
        in_hold = bool(moves) and isinstance(moves[-1], ev.Held)
        if isinstance(fact, kinds) and not (in_hold and isinstance(fact, ev.BagChanged)):
            moves.append(fact)
    for fact, after in itertools.zip_longest(moves, moves[1:]):
        if isinstance(fact, ev.Stopped):
            continue
        setting = None if isinstance(fact, ev.Held) else fact.set_to
        yield Segment(
            fact.at.astimezone(zone),
            None if after is None else after.at.astimezone(zone),
            0.0 if setting is None else rate_in(setting, unit, setting.weight_kg, near(book.seeds)),
            unit,
            None if setting is None else setting.pump_ml_h,
            fact.reason,
            setting is None,
        )


def frame(told_at: Timeline) -> Any:
    """The timeline as a DataFrame with typed columns."""
    import pandas as pd

    entries = timeline.entries(told_at)
    times = [one.at for one in entries]
    return pd.DataFrame(
        {
            # Moments of two offsets, as when the clocks change, have UTC in common.
            "time": pd.to_datetime(times, utc=len({t.utcoffset() for t in times}) > 1),
            "event": [one.event for one in entries],
            "value": pd.Series([one.value for one in entries], dtype=float),
            "unit": [one.unit for one in entries],
            "meaning": [one.meaning for one in entries],
            "in_range": pd.array([one.in_range for one in entries], dtype="boolean"),
            "pump_ml_h": pd.Series([one.pump_ml_h for one in entries], dtype=float),
        }
    )
