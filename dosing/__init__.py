"""Anticoagulant dosing and titration: one patient or a million, with the reason for each number.

>>> import dosing
>>> dosing.start("argatroban", weight_kg=70, child_pugh="B").order.pump_ml_h
2.1
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dosing.advice.choice import proposed_protocol
    from dosing.advice.cohort import compare, start_many, titrate_many
    from dosing.advice.handover import Gate, warfarin_gate
    from dosing.advice.pathways import pathway
    from dosing.advice.start import Advice, compare_advice, start
    from dosing.advice.step import Step
    from dosing.advice.targets import TargetRange, target
    from dosing.advice.titrate import titrate
    from dosing.base.findings import Finding
    from dosing.course.course import Course
    from dosing.equations.warfarin_week import TimeInRange
    from dosing.equations.warfarin_week import rosendaal as time_in_therapeutic_range
    from dosing.knowledge.library import SeedError
    from dosing.orders.infusion import Order
    from dosing.scores.additive import ScoreResult
    from dosing.scores.door import score

    __version__: str

__all__ = [
    "Advice",
    "Course",
    "Finding",
    "Gate",
    "Order",
    "ScoreResult",
    "SeedError",
    "Step",
    "TargetRange",
    "TimeInRange",
    "__version__",
    "compare",
    "compare_advice",
    "pathway",
    "proposed_protocol",
    "score",
    "start",
    "start_many",
    "target",
    "time_in_therapeutic_range",
    "titrate",
    "titrate_many",
    "warfarin_gate",
]

# Loaded when first asked for: who wants a dose does not wait for courses and cohorts.
_ROOMS = {
    "advice.start": ("Advice", "compare_advice", "start"),
    "scores.door": ("score",),
    "advice.choice": ("proposed_protocol",),
    "advice.cohort": ("compare", "start_many", "titrate_many"),
    "course.course": ("Course",),
    "base.findings": ("Finding",),
    "advice.handover": ("Gate", "warfarin_gate"),
    "knowledge.library": ("SeedError",),
    "orders.infusion": ("Order",),
    "advice.pathways": ("pathway",),
    "scores.additive": ("ScoreResult",),
    "advice.step": ("Step",),
    "advice.targets": ("TargetRange", "target"),
    "advice.titrate": ("titrate",),
    "equations.warfarin_week": ("TimeInRange",),
}
_HOMES = {name: (room, name) for room, names in _ROOMS.items() for name in names}
_HOMES |= {
    "__version__": ("advice.start", "VERSION"),
    "time_in_therapeutic_range": ("equations.warfarin_week", "rosendaal"),
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'dosing' has no attribute {name!r}")
    room, own = _HOMES[name]
    found = getattr(importlib.import_module(f"dosing.{room}"), own)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return [*globals(), *__all__]
