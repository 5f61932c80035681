"""What every calculation behind the score door takes and gives."""

from collections.abc import Callable
from typing import Any

from dosing.rules.patients import Patient

Parts = dict[str, Any]
"""``value`` is the result; the rest are the parts that conditions, labels and sentences name."""
Calculation = Callable[[Patient, str], Parts]


def given(patient: Patient, name: str) -> float:
    """A number that the door has made sure of."""
    value = patient.number(name)
    assert value is not None, name
    return value


def yes(patient: Patient, name: str) -> bool:
    """Whether a yes-no input was answered with yes."""
    return patient.get(name) == "yes"
