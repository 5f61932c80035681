"""Pump arithmetic: from a dose to mL/h and back, and how a label's printed table rounds."""

from typing import Any

import numpy as np

from dosing.base.vector import round_half_up
from dosing.knowledge.seedtypes import LabelTable

# mg (or units) per hour for one of the dose unit, and whether it is for each kg of body weight.
_PER_HOUR: dict[str, tuple[float, float, bool]] = {
    "mcg/kg/min": (60, 1000, True),
    "mg/kg/h": (1, 1, True),
    "mg/h": (1, 1, False),
    "units/kg/h": (1, 1, True),
    "units/h": (1, 1, False),
}


def strength_name(unit: str) -> str:
    """Under which name the strength in the pump is given, for a dose in this unit."""
    return "concentration_units_ml" if unit.startswith("units") else "concentration_mg_ml"


def is_infusion(unit: str) -> bool:
    """Whether doses in this unit are given by pump."""
    return unit in _PER_HOUR


def is_per_kg(unit: str) -> bool:
    """Whether a pump dose in this unit is for each kg of body weight."""
    return factors(unit)[2]


def pump_rate_ml_h(dose: Any, unit: str, weight_kg: Any, concentration_mg_ml: Any) -> Any:
    """The exact pump rate for a dose.

    Parameters
    ----------
    dose : float or array
        In ``unit``, one of ``mcg/kg/min``, ``mg/kg/h``, ``mg/h``, ``units/kg/h`` or ``units/h``.
    unit : str
    weight_kg : float or array
        Dosing weight. [kg]
    concentration_mg_ml : float or array
        Strength of the bag in the pump. [mg/mL, or units/mL for a dose in units]

    Returns
    -------
    float or array
        [mL/h]

    Raises
    ------
    ValueError
        When doses in this unit are not given by pump.

    Examples
    --------
    >>> pump_rate_ml_h(2, "mcg/kg/min", 70, 1)
    8.4
    """
    times, divided, per_kg = factors(unit)
    return dose * (weight_kg if per_kg else 1) * times / divided / concentration_mg_ml


def dose_of_pump_rate(pump_ml_h: Any, unit: str, weight_kg: Any, concentration_mg_ml: Any) -> Any:
    """The dose that a pump rate gives: the inverse of :func:`pump_rate_ml_h`.

    Examples
    --------
    >>> dose_of_pump_rate(8.4, "mcg/kg/min", 70, 1)
    2.0
    """
    times, divided, per_kg = factors(unit)
    return pump_ml_h * concentration_mg_ml * divided / times / (weight_kg if per_kg else 1)


def factors(unit: str) -> tuple[float, float, bool]:
    """How a dose in this unit becomes mass an hour: times, divided by, and whether for each kg."""
    if unit not in _PER_HOUR:
        raise ValueError(f"{unit} is not a pump dose; expected one of {', '.join(_PER_HOUR)}")
    return _PER_HOUR[unit]


def label_pump_ml_h(label: LabelTable, dose: Any, unit: str, weight_kg: Any) -> Any:
    """The pump rate as the label's own table rounds it, at the label's concentration. [mL/h]

    A label that prints weight bands is read at the middle of the patient's band.
    """
    exact = pump_rate_ml_h(dose, unit, label_weight_kg(label, weight_kg), label.concentration_mg_ml)
    return label_round(label, exact)


def label_weight_kg(label: LabelTable, weight_kg: Any) -> Any:
    """The weight at which the label's table is read. [kg]"""
    return round_half_up(weight_kg, label.band_kg) if label.band_kg else weight_kg


def label_round(label: LabelTable, volume: Any) -> Any:
    """Round a volume or rate as the label's table does: halves up, or to the even neighbour."""
    if label.ties == "up":
        return round_half_up(volume, label.step_ml)
    return np.round(np.round(np.asarray(volume) / label.step_ml, 9)) * label.step_ml
