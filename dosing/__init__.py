"""Anticoagulant dosing and titration: one patient or a million, with the reason for each number.

>>> import dosing
>>> dosing.start("argatroban", weight_kg=70, child_pugh="B").order.pump_ml_h
2.1
"""

from typing import TYPE_CHECKING, Any

from dosing.advice import VERSION, Advice, compare_advice, start
from dosing.calculators import score
from dosing.choice import proposed_protocol
from dosing.cohort import compare, start_many, titrate_many
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

if TYPE_CHECKING:
    from dosing.course import Course

__version__ = VERSION

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


def __getattr__(name: str) -> Any:
    """The course of a patient is loaded when it is first asked for: many only ask for a dose."""
    if name == "Course":
        from dosing.course import Course

        return Course
    raise AttributeError(f"module 'dosing' has no attribute {name!r}")
