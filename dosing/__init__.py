"""Anticoagulant dosing and titration: one patient or a million, with the reason for each number.

>>> import dosing
>>> dosing.start("argatroban", weight_kg=70, child_pugh="B").order.pump_ml_h
2.1
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dosing.advice.handover import Gate
    from dosing.advice.pathways import PathwayResult
    from dosing.advice.rules import Rules
    from dosing.advice.start import Advice
    from dosing.advice.step import Step
    from dosing.advice.targets import TargetRange
    from dosing.base.findings import Finding
    from dosing.course.course import Course
    from dosing.equations.warfarin_week import TimeInRange
    from dosing.equations.warfarin_week import rosendaal as time_in_therapeutic_range
    from dosing.knowledge.faults import SeedError
    from dosing.orders.order import Order
    from dosing.scoring.result import ScoreResult

    _rules = Rules()
    compare = _rules.compare
    drugs = _rules.drugs
    inputs = _rules.inputs
    pathway = _rules.pathway
    proposed_protocol = _rules.proposed_protocol
    protocols = _rules.protocols
    score = _rules.score
    scores = _rules.scores
    start = _rules.start
    tables = _rules.tables
    target = _rules.target
    titrate = _rules.titrate
    warfarin_gate = _rules.warfarin_gate

    __version__: str

__all__ = [
    "Advice",
    "Course",
    "Finding",
    "Gate",
    "Order",
    "PathwayResult",
    "Rules",
    "ScoreResult",
    "SeedError",
    "Step",
    "TargetRange",
    "TimeInRange",
    "__version__",
    "compare",
    "drugs",
    "inputs",
    "pathway",
    "proposed_protocol",
    "protocols",
    "score",
    "scores",
    "start",
    "tables",
    "target",
    "time_in_therapeutic_range",
    "titrate",
    "warfarin_gate",
]

# Loaded when first asked for: who wants a dose does not wait for courses and plots.
_HOMES = {
    "Advice": ("advice.start", "Advice"),
    "Course": ("course.course", "Course"),
    "Finding": ("base.findings", "Finding"),
    "Gate": ("advice.handover", "Gate"),
    "Order": ("orders.order", "Order"),
    "PathwayResult": ("advice.pathways", "PathwayResult"),
    "Rules": ("advice.rules", "Rules"),
    "ScoreResult": ("scoring.result", "ScoreResult"),
    "SeedError": ("knowledge.faults", "SeedError"),
    "Step": ("advice.step", "Step"),
    "TargetRange": ("advice.targets", "TargetRange"),
    "TimeInRange": ("equations.warfarin_week", "TimeInRange"),
    "__version__": ("knowledge.library", "VERSION"),
    "time_in_therapeutic_range": ("equations.warfarin_week", "rosendaal"),
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        room, own = _HOMES[name]
        found = getattr(importlib.import_module(f"dosing.{room}"), own)
        globals()[name] = found
        return found
    if name in __all__:  # a verb of the rules in force, looked up each time: the site may change
        return getattr(importlib.import_module("dosing.advice.rules").rules(), name)
    raise AttributeError(f"module 'dosing' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*globals(), *__all__]
