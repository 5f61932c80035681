"""Orders: from a dose to what the pump is set to, and back to the dose that it really gives."""

from typing import Any

import attrs
import numpy as np

from dosing.findings import Finding
from dosing.seedtypes import Drug, LabelTable
from dosing.tables import round_half_up
from dosing.units import show, show_hours

# mg (or units) per hour for one of the dose unit, and whether it is for each kg of body weight.
_PER_HOUR: dict[str, tuple[float, float, bool]] = {
    "mcg/kg/min": (60, 1000, True),
    "mg/kg/h": (1, 1, True),
    "mg/h": (1, 1, False),
}


@attrs.frozen(kw_only=True)
class Order:
    """One order: the dose, and for an infusion what the pump must be set to."""

    drug: str
    dose: float
    unit: str
    low: float | None = None
    high: float | None = None
    route: str = ""
    weight_kg: float | None = None
    concentration: float | None = None
    concentration_unit: str | None = None
    pump_ml_h: float | None = None
    given_dose: float | None = None
    bolus: float | None = None
    bolus_unit: str | None = None
    bolus_total: float | None = None
    bolus_ml: float | None = None
    every_h: float | None = None
    recheck_h: float | None = None
    bag_ml: float | None = None
    bag_life_h: float | None = None

    def to_dict(self) -> dict[str, Any]:
        return attrs.asdict(self)

    def __str__(self) -> str:
        """The order in words, name, dose and unit first."""
        dose = f"{self.drug} {show(self.dose)} {self.unit}"
        if self.every_h is not None:
            often = "daily" if self.every_h == 24 else f"every {show_hours(self.every_h)}"
            return f"{dose} {self.route} {often}"
        return dose


def is_infusion(unit: str) -> bool:
    """Whether doses in this unit are given by pump."""
    return unit in _PER_HOUR


def pump_rate_ml_h(dose: Any, unit: str, weight_kg: Any, concentration_mg_ml: Any) -> Any:
    """The exact pump rate for a dose.

    Parameters
    ----------
    dose : float or array
        In ``unit``, one of ``mcg/kg/min``, ``mg/kg/h`` or ``mg/h``.
    unit : str
    weight_kg : float or array
        Dosing weight. [kg]
    concentration_mg_ml : float or array
        Strength of the bag in the pump. [mg/mL]

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
    times, divided, per_kg = _factors(unit)
    return dose * (weight_kg if per_kg else 1) * times / divided / concentration_mg_ml


def dose_of_pump_rate(pump_ml_h: Any, unit: str, weight_kg: Any, concentration_mg_ml: Any) -> Any:
    """The dose that a pump rate gives: the inverse of :func:`pump_rate_ml_h`.

    Examples
    --------
    >>> dose_of_pump_rate(8.4, "mcg/kg/min", 70, 1)
    2.0
    """
    times, divided, per_kg = _factors(unit)
    return pump_ml_h * concentration_mg_ml * divided / times / (weight_kg if per_kg else 1)


def _factors(unit: str) -> tuple[float, float, bool]:
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


def check_concentration(drug: Drug, mg_ml: float | None) -> list[Finding]:
    """Refuse the concentrate; warn of a strength that is not usual for the drug."""
    if mg_ml is None:
        return []
    usual = " or ".join(show(c) for c in drug.usual_mg_ml)
    strength = drug.concentrate
    if strength is not None and mg_ml >= strength.mg_ml:
        return [Finding("stop", strength.text, strength.cite)]
    if mg_ml not in drug.usual_mg_ml:
        return [
            Finding(
                "warn",
                f"{drug.label} at {show(mg_ml)} mg/mL is not a usual strength (usual: {usual}"
                " mg/mL). Check the bag before setting the pump.",
            )
        ]
    return []


def check_ceiling(drug: Drug, dose: float, unit: str, indication: str) -> list[Finding]:
    """Refuse a dose above the drug's ceiling for this indication."""
    top = drug.ceiling
    if top is None or top.indication != indication or top.unit != unit or dose <= top.value:
        return []
    return [
        Finding(
            "stop",
            f"{show(dose)} {unit} is above the largest dose of {drug.label} in the label,"
            f" {show(top.value)} {top.unit}.",
            top.cite,
        )
    ]


def infusion(
    drug: Drug,
    dose: float,
    *,
    weight_kg: float,
    concentration_mg_ml: float,
    step_ml_h: float,
    unit: str | None = None,
    label: LabelTable | None = None,
    bolus: float | None = None,
    bolus_unit: str | None = None,
    bag_ml: float | None = None,
    **more: Any,
) -> tuple[Order | None, list[Finding], list[str]]:
    """An infusion order, its findings, and the arithmetic as a pharmacist would write it.

    Parameters
    ----------
    drug : Drug
    dose : float
        In ``unit`` (default: the drug's dose unit).
    weight_kg : float
        Dosing weight. [kg]
    concentration_mg_ml : float
        [mg/mL]
    step_ml_h : float
        The pump's smallest step; the rate is rounded to it, halves up. [mL/h]
    label : LabelTable, optional
        Round as the label's printed table does instead.
    bolus : float, optional
        For each kg, in ``bolus_unit``.
    bag_ml : float, optional
        Size of the bag, for the time at which it runs out. [mL]
    **more
        Further fields of the order.
    """
    unit = unit or drug.dose_unit
    exact = float(pump_rate_ml_h(dose, unit, weight_kg, concentration_mg_ml))
    trace = [_pump_trace(dose, unit, weight_kg, concentration_mg_ml, exact)]
    if label is None:
        pump = float(round_half_up(exact, step_ml_h))
        rounding = f"to the pump's step of {show(step_ml_h)} mL/h"
    else:
        pump = float(label_pump_ml_h(label, dose, unit, weight_kg))
        rounding = "as the label's table prints it"
    if pump <= 0:
        return (
            None,
            [
                Finding(
                    "stop",
                    f"{show(dose)} {unit} is {show(exact, 3)} mL/h, less than the pump can be set"
                    " to: use a weaker solution.",
                )
            ],
            trace,
        )
    given = float(dose_of_pump_rate(pump, unit, weight_kg, concentration_mg_ml))
    trace.append(f"rounded {rounding}: {show(pump)} mL/h, which gives {show(given, 3)} {unit}")
    total = volume = None
    if bolus is not None and bolus_unit is not None:
        total, volume = _bolus(bolus, bolus_unit, weight_kg, concentration_mg_ml, label)
        trace.append(
            f"bolus {show(bolus)} {bolus_unit} × {show(weight_kg)} kg = {show(total)}"
            f" {bolus_unit.split('/')[0]} = {show(volume, 2)} mL"
        )
    size = bag_ml if bag_ml is not None else drug.bag_ml
    return (
        Order(
            drug=drug.label,
            dose=dose,
            unit=unit,
            route=drug.route,
            weight_kg=weight_kg,
            concentration=concentration_mg_ml,
            concentration_unit="mg/mL",
            pump_ml_h=pump,
            given_dose=round(given, 6),
            bolus=bolus,
            bolus_unit=bolus_unit if bolus is not None else None,
            bolus_total=total,
            bolus_ml=volume,
            bag_ml=size,
            bag_life_h=None if size is None else round(size / pump, 2),
            **more,
        ),
        [],
        trace,
    )


def _bolus(
    bolus: float, unit: str, weight_kg: float, mg_ml: float, label: LabelTable | None
) -> tuple[float, float]:
    """A bolus in the mass of its unit, and its volume in mL."""
    at = float(label_weight_kg(label, weight_kg)) if label is not None else weight_kg
    total = bolus * at
    volume = total / (1000 if unit.startswith("mcg") else 1) / mg_ml
    return total, round(float(label_round(label, volume)) if label is not None else volume, 3)


def _pump_trace(dose: float, unit: str, weight_kg: float, mg_ml: float, exact: float) -> str:
    times, divided, per_kg = _factors(unit)
    parts = [f"{show(dose)} {unit}"]
    if per_kg:
        parts.append(f"× {show(weight_kg)} kg")
    if times != 1:
        parts.append("× 60 min/h")
    if divided != 1:
        parts.append("÷ 1,000 mcg/mg")
    parts.append(f"÷ {show(mg_ml)} mg/mL = {show(exact, 3)} mL/h")
    return " ".join(parts)
