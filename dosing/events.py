"""The events of a course, where it stands, and the share of time in range."""

import itertools
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

import attrs

from dosing.titration import Step

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
        hours = (b - a).total_seconds() / 3600
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
