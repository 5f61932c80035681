"""Anticoagulant dosing and titration: one patient or a million, with the reason for each number.

>>> import dosing
>>> dosing.start("argatroban", weight_kg=70, child_pugh="B").order.pump_ml_h
2.1
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dosing.advice import Advice, compare_advice, start
    from dosing.calculators import score
    from dosing.choice import proposed_protocol
    from dosing.cohort import compare, start_many, titrate_many
    from dosing.course import Course
    from dosing.findings import Finding
    from dosing.handover import Gate, warfarin_gate
    from dosing.library import SeedError
    from dosing.orders import Order
    from dosing.pathways import pathway
    from dosing.scores import ScoreResult
    from dosing.steps import Step
    from dosing.targets import TargetRange, target
    from dosing.titration import titrate
    from dosing.warfarin_week import TimeInRange
    from dosing.warfarin_week import rosendaal as time_in_therapeutic_range

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
    "advice": ("Advice", "compare_advice", "start"),
    "calculators": ("score",),
    "choice": ("proposed_protocol",),
    "cohort": ("compare", "start_many", "titrate_many"),
    "course": ("Course",),
    "findings": ("Finding",),
    "handover": ("Gate", "warfarin_gate"),
    "library": ("SeedError",),
    "orders": ("Order",),
    "pathways": ("pathway",),
    "scores": ("ScoreResult",),
    "steps": ("Step",),
    "targets": ("TargetRange", "target"),
    "titration": ("titrate",),
    "warfarin_week": ("TimeInRange",),
}
_HOMES = {name: (room, name) for room, names in _ROOMS.items() for name in names}
_HOMES |= {
    "__version__": ("advice", "VERSION"),
    "time_in_therapeutic_range": ("warfarin_week", "rosendaal"),
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
