"""Orders: from a dose to what the pump is set to, and back to the dose that it really gives."""

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np

from dosing.base.findings import Finding
from dosing.base.units import amount, often, show, show_hours
from dosing.knowledge.seedtypes import Drug, LabelTable
from dosing.knowledge.sentences import say
from dosing.rules.tables import round_half_up

# mg (or units) per hour for one of the dose unit, and whether it is for each kg of body weight.
_PER_HOUR: dict[str, tuple[float, float, bool]] = {
    "mcg/kg/min": (60, 1000, True),
    "mg/kg/h": (1, 1, True),
    "mg/h": (1, 1, False),
    "units/kg/h": (1, 1, True),
    "units/h": (1, 1, False),
}


@attrs.frozen(kw_only=True)
class Order:
    """One order: the dose, and for an infusion what the pump must be set to.

    ``rate_cap`` is the cap that bound, in mg/h or units/h: then less than ``dose`` is given.
    ``amount_of`` says that ``dose`` and ``total`` are of more than one dose, such as a whole day's;
    ``doses_a_day`` then holds the fewest and the most doses that it is divided into.
    """

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
    total: float | None = None
    total_unit: str = ""
    amount_of: str = ""
    doses_a_day: tuple[int, ...] = ()
    capped: bool = False
    rate_cap: float | None = None
    every_h: float | None = None
    for_days: float | None = None
    for_h: float | None = None
    on_days: tuple[int, ...] = ()
    how: str = ""
    then: tuple[dict[str, Any], ...] = ()
    recheck_h: float | None = None
    bag_ml: float | None = None
    bag_life_h: float | None = None

    def to_dict(self) -> dict[str, Any]:
        return attrs.asdict(self)

    def __str__(self) -> str:
        """The order in words, name, dose and unit first."""
        words = f"{self.drug} {show(self.dose)} {self.unit}"
        if self.rate_cap is not None:
            per_h = f"{show(self.rate_cap)} {self.unit.split('/')[0]}/h"
            words = f"{self.drug} {per_h} (the cap; by weight {show(self.dose)} {self.unit})"
        if self.total is not None:
            words += f" = {amount(self.total)} {self.total_unit}"
        if self.every_h is None and not (self.then or self.on_days or self.how):
            return words
        words = f"{words} {self.route} {often(self.every_h, self.on_days)}".replace("  ", " ")
        words = f"{words.rstrip()}{_how_long(self.for_days, self.for_h)}"
        words += f" {self.how}" if self.how else ""
        return words + "".join(f", then {self.step_words(step)}" for step in self.then)

    def bolus_words(self, digits: int = 2) -> str:
        """The bolus as mass, and as volume where the strength is known; empty without one."""
        if self.bolus is None or self.bolus_unit is None or self.bolus_total is None:
            return ""
        mass = f"{show(self.bolus_total, 2)} {self.bolus_unit.split('/')[0]}"
        return mass if self.bolus_ml is None else f"{mass} = {show(self.bolus_ml, digits)} mL"

    def step_words(self, step: Mapping[str, Any]) -> str:
        """A later step of the order in words."""
        if "text" in step:
            return str(step["text"])
        words = f"{show(step['dose'])} {step.get('unit', self.unit)}"
        if "total" in step:
            words += f" = {amount(step['total'])} {self.total_unit}"
        if "pump_ml_h" in step:
            words += f" (pump {show(step['pump_ml_h'])} mL/h)"
        words += f" {often(step.get('every_h'), step.get('on_days', ()))}"
        words = words.rstrip() + _how_long(step.get("for_days"), step.get("for_h"))
        return f"{words} {step['how']}" if "how" in step else words


def _how_long(days: float | None, hours: float | None) -> str:
    if days is not None:
        return f" for {show(days)} day{'' if days == 1 else 's'}"
    return "" if hours is None else f" for {show_hours(hours)}"


def strength_name(unit: str) -> str:
    """Under which name the strength in the pump is given, for a dose in this unit."""
    return "concentration_units_ml" if unit.startswith("units") else "concentration_mg_ml"


def is_infusion(unit: str) -> bool:
    """Whether doses in this unit are given by pump."""
    return unit in _PER_HOUR


def is_per_kg(unit: str) -> bool:
    """Whether a pump dose in this unit is for each kg of body weight."""
    return _factors(unit)[2]


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
    known = drug.usual_units_ml or drug.usual_mg_ml
    unit = "units/mL" if drug.usual_units_ml else "mg/mL"
    strength = drug.concentrate
    if strength is not None and mg_ml >= strength.mg_ml:
        return [Finding("stop", strength.text, strength.cite)]
    if known and mg_ml not in known:
        usual = " or ".join(show(c) for c in known)
        return [say("unusual-strength", drug=drug.label, given=mg_ml, unit=unit, usual=usual)]
    return []


def check_ceiling(drug: Drug, dose: float, unit: str, indication: str) -> list[Finding]:
    """Refuse a dose above the drug's ceiling for this indication."""
    top = drug.ceiling
    if top is None or top.indication != indication or top.unit != unit or dose <= top.value:
        return []
    return [
        say(
            "above-ceiling",
            top.cite,
            dose=dose,
            unit=unit,
            drug=drug.label,
            ceiling=top.value,
            ceiling_unit=top.unit,
        )
    ]


def infusion(
    drug: Drug,
    dose: float,
    *,
    weight_kg: float,
    concentration_mg_ml: float | None,
    step_ml_h: float,
    unit: str | None = None,
    label: LabelTable | None = None,
    bolus: float | None = None,
    bolus_unit: str | None = None,
    bag_ml: float | None = None,
    max_rate: float | None = None,
    max_bolus: float | None = None,
    then: Sequence[Mapping[str, Any]] = (),
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
    concentration_mg_ml : float, optional
        [mg/mL, or units/mL for a dose in units]. Without it a dose that is not for each kg is
        ordered without a pump rate.
    step_ml_h : float
        The pump's smallest step; the rate is rounded to it, halves up. [mL/h]
    label : LabelTable, optional
        Round as the label's printed table does instead: only at the strength that it is printed
        for, and only below a cap.
    bolus : float, optional
        For each kg, in ``bolus_unit``.
    bag_ml : float, optional
        Size of the bag, for the time at which it runs out. [mL]
    max_rate, max_bolus : float, optional
        Caps on the rate [mg/h or units/h] and the bolus [mg or units], whatever the weight.
    then : sequence of mapping
        Later steps; one with a dose in the same unit is given its pump rate.
    **more
        Further fields of the order.
    """
    unit = unit or drug.dose_unit
    if concentration_mg_ml is None:
        more["then"] = tuple(dict(step) for step in then)
        return _unpumped(drug, dose, unit, weight_kg, bolus, bolus_unit, max_bolus, more)
    exact = float(pump_rate_ml_h(dose, unit, weight_kg, concentration_mg_ml))
    trace = [_pump_trace(dose, unit, weight_kg, concentration_mg_ml, exact)]
    mass = unit.split("/")[0]
    findings = []
    if label is not None and label.concentration_mg_ml != concentration_mg_ml:
        findings.append(_another_strength(label, concentration_mg_ml))
        label = None
    per_h, rate_cap = exact * concentration_mg_ml, None
    if max_rate is not None and round(per_h, 6) > max_rate:
        findings.append(_capped("rate", per_h, max_rate, f"{mass}/h"))
        trace.append(f"capped at {show(max_rate)} {mass}/h")
        exact, rate_cap = max_rate / concentration_mg_ml, max_rate
    if label is None or rate_cap is not None:
        pump = float(round_half_up(exact, step_ml_h))
        rounding = f"to the pump's step of {show(step_ml_h)} mL/h"
    else:
        pump = float(label_pump_ml_h(label, dose, unit, weight_kg))
        rounding = "as the label's table prints it"
    if pump <= 0:
        return None, [say("pump-too-slow", dose=dose, unit=unit, pump_ml_h=exact)], trace
    given = float(dose_of_pump_rate(pump, unit, weight_kg, concentration_mg_ml))
    trace.append(f"rounded {rounding}: {show(pump)} mL/h, which gives {show(given, 3)} {unit}")
    later = [_pumped_step(s, unit, weight_kg, concentration_mg_ml, step_ml_h) for s in then]
    total = volume = None
    if bolus is not None and bolus_unit is not None:
        total, volume = _bolus(bolus, bolus_unit, weight_kg, concentration_mg_ml, label)
        by_weight = _times_weight(bolus, bolus_unit, weight_kg)
        trace.append(f"bolus {by_weight}{show(total)} {bolus_unit.split('/')[0]}")
        if max_bolus is not None and round(total, 6) > max_bolus:
            findings.append(_capped("bolus", total, max_bolus, bolus_unit.split("/")[0]))
            trace.append(f"bolus capped at {show(max_bolus)} {bolus_unit.split('/')[0]}")
            volume, total = round(volume * max_bolus / total, 3), max_bolus
        trace[-1] += f" = {show(volume, 2)} mL"
    size = bag_ml if bag_ml is not None else drug.bag_ml
    return (
        Order(
            drug=drug.label,
            dose=dose,
            unit=unit,
            route=drug.route,
            weight_kg=weight_kg,
            concentration=concentration_mg_ml,
            concentration_unit="units/mL" if mass == "units" else "mg/mL",
            pump_ml_h=pump,
            given_dose=round(given, 6),
            bolus=bolus,
            bolus_unit=bolus_unit if bolus is not None else None,
            bolus_total=total,
            bolus_ml=volume,
            bag_ml=size,
            bag_life_h=None if size is None else round(size / pump, 2),
            capped=any(f.level == "warn" for f in findings),
            rate_cap=rate_cap,
            then=tuple(later),
            **more,
        ),
        findings,
        trace,
    )


def _pumped_step(
    step: Mapping[str, Any], unit: str, weight_kg: float, strength: float, step_ml_h: float
) -> dict[str, Any]:
    """A later step of an infusion with its pump rate."""
    if "dose" not in step or step.get("unit", unit) != unit:
        return dict(step)
    exact = pump_rate_ml_h(step["dose"], unit, weight_kg, strength)
    return {**step, "pump_ml_h": float(round_half_up(exact, step_ml_h))}


def _unpumped(
    drug: Drug,
    dose: float,
    unit: str,
    weight_kg: float,
    bolus: float | None,
    bolus_unit: str | None,
    max_bolus: float | None,
    more: Mapping[str, Any],
) -> tuple[Order | None, list[Finding], list[str]]:
    """The order of an infusion whose strength is not known."""
    if is_per_kg(unit):
        return None, [say("strength-needed")], []
    findings = [say("strength-for-pump")]
    total = None
    if bolus is not None and bolus_unit is not None:
        total = bolus * weight_kg if "/kg" in bolus_unit else bolus
        if max_bolus is not None and round(total, 6) > max_bolus:
            findings.append(_capped("bolus", total, max_bolus, bolus_unit.split("/")[0]))
            total = max_bolus
    made = Order(
        drug=drug.label,
        dose=dose,
        unit=unit,
        route=drug.route,
        weight_kg=weight_kg,
        bolus=bolus,
        bolus_unit=bolus_unit if bolus is not None else None,
        bolus_total=total,
        capped=len(findings) > 1,
        **more,
    )
    return made, findings, []


def _another_strength(label: LabelTable, mg_ml: float) -> Finding:
    """A printed rate belongs to its strength: in another bag it would be another dose."""
    printed = label.concentration_mg_ml
    return say("label-table-strength", label.cite, printed=printed, given=mg_ml)


def _capped(what: str, wanted: float, cap: float, unit: str) -> Finding:
    return say("capped-by-weight", what=what, wanted=wanted, cap=cap, unit=unit)


def _times_weight(bolus: float, unit: str, weight_kg: float) -> str:
    return f"{show(bolus)} {unit} × {show(weight_kg)} kg = " if "/kg" in unit else ""


def _bolus(
    bolus: float, unit: str, weight_kg: float, mg_ml: float, label: LabelTable | None
) -> tuple[float, float]:
    """A bolus in the mass of its unit, and its volume in mL."""
    at = float(label_weight_kg(label, weight_kg)) if label is not None else weight_kg
    total = bolus * at if "/kg" in unit else bolus
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
    strength = "units/mL" if unit.startswith("units") else "mg/mL"
    parts.append(f"÷ {show(mg_ml)} {strength} = {show(exact, 3)} mL/h")
    return " ".join(parts)
