"""The events of a course, where it stands, and the share of time in range."""

import itertools
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

import attrs

from dosing.advice.step import Step
from dosing.knowledge.sentences import words

Kind = Literal["started", "measured", "rate", "held", "resumed", "stopped", "noted"]
MEASURED = ("aptt_s", "platelets", "inr")


@attrs.frozen
class Event:
    """One thing that happened, and when."""

    at: datetime
    kind: Kind
    data: dict[str, Any] = attrs.field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        return {"at": self.at.isoformat(), "kind": self.kind, "data": self.data}


@attrs.frozen(kw_only=True)
class State:
    """Where a course stands at one moment."""

    running: float
    unit: str
    pump_ml_h: float | None
    held: bool
    held_from: float | None
    resume_at: datetime | None
    due: datetime | None
    overdue: bool
    in_range_before: int
    recommendation: Step | None
    stopped: bool
    cumulative_dose_mg: float
    time_in_range: float | None


def comparable(at: object, last: datetime | None) -> datetime:
    """A moment that can stand in a log beside another.

    Raises
    ------
    ValueError
        In a sentence, for what is no date and time, or when only one of the two has an offset.

    Examples
    --------
    >>> comparable(datetime(2026, 11, 21, 8), None).hour
    8
    """
    if not isinstance(at, datetime) or at != at:  # the NaT of pandas is a datetime unlike itself
        raise ValueError(words("course-no-time", typed=repr(at)))
    if last is not None and (at.utcoffset() is None) != (last.utcoffset() is None):
        raise ValueError(words("course-zones", at=at.isoformat(" "), last=last.isoformat(" ")))
    return at


def stand(events: Sequence[Event], after_change_h: float) -> dict[str, Any]:
    """What a log of events adds up to: what runs, what is held, what is due and what waits.

    Parameters
    ----------
    events : sequence of Event
        Oldest first.
    after_change_h : float
        When the next result is due after a change that no recommendation timed. [h]

    Returns
    -------
    dict
        The fields of :class:`State` that follow from the log alone.
    """
    running = 0.0
    held_from: float | None = None
    resume_at: datetime | None = None
    due: datetime | None = None
    held = stopped = False
    streak = 0
    pending: Step | None = None
    for event in events:
        data = event.data
        recheck = timedelta(hours=data.get("recheck_h", after_change_h))
        if event.kind in ("started", "rate", "resumed"):
            streak = streak if data["rate"] == running else 0
            running, held, held_from, resume_at = float(data["rate"]), False, None, None
            stopped, pending, due = False, None, event.at + recheck
        elif event.kind == "held":
            running, held, held_from, pending, streak = 0.0, True, data["resume_rate"], None, 0
            minutes = data.get("hold_min")
            resume_at = None if minutes is None else event.at + timedelta(minutes=minutes)
            due = (resume_at or event.at) + recheck
        elif event.kind == "stopped":
            running, held, held_from, resume_at, due = 0.0, False, None, None, None
            stopped, pending, streak = True, None, 0
        elif event.kind == "measured" and data.get("step"):
            step = Step.from_dict(data["step"])
            streak = streak + 1 if step.in_range and not held else 0
            waits = step.action not in ("", "continue") and not (held and step.action == "hold")
            pending = step if waits else None
            if step.action and step.recheck_h is not None:
                due = event.at + timedelta(hours=step.recheck_h)
    return {
        "running": running,
        "held": held,
        "held_from": held_from,
        "resume_at": resume_at,
        "due": due,
        "in_range_before": streak,
        "recommendation": pending,
        "stopped": stopped,
    }


def time_in_range(
    results: Sequence[tuple[datetime, float]], window: tuple[float, float] | None
) -> float | None:
    """The fraction of time in range, by straight lines between results (Rosendaal).

    None with fewer than two results, or without a target.
    """
    if window is None or len(results) < 2:
        return None
    inside = whole = 0.0
    for (a, x), (b, y) in itertools.pairwise(results):
        hours = (b - a) / timedelta(hours=1)
        whole += hours
        inside += hours * _share_inside(x, y, window)
    return round(inside / whole, 4) if whole else None


def _share_inside(x: float, y: float, window: tuple[float, float]) -> float:
    """The share of a straight line from x to y that lies within the window."""
    low, high = window
    if x == y:
        return float(low <= x <= high)
    bottom, top = min(x, y), max(x, y)
    return max(min(top, high) - max(bottom, low), 0.0) / (top - bottom)
