"""One order as a value, and in words."""

from collections.abc import Mapping
from typing import Any

import attrs

from dosing.base.plain import fields_of
from dosing.base.units import amount, often, show, show_hours


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
        return fields_of(self)

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

    def lines(self) -> list[str]:
        """The order with its range, bolus, pump rate and next test, a line each."""
        lines = [str(self)]
        if self.low is not None and self.high is not None:
            lines.append(f"  range {show(self.low)} to {show(self.high)} {self.unit}")
        if self.bolus is not None and (words := self.bolus_words()):
            by_weight = f"{show(self.bolus)} {self.bolus_unit}: "
            lines.append(f"  bolus {by_weight if '/' in by_weight else ''}{words}")
        if self.pump_ml_h is not None:
            lines.append(
                f"  set the pump to {show(self.pump_ml_h)} mL/h"
                f" at {show(self.concentration or 0)} {self.concentration_unit}"
                f" (gives {show(self.given_dose or 0, 3)} {self.unit})"
            )
        if self.recheck_h is not None:
            lines.append(f"  next aPTT in {show(self.recheck_h)} h")
        return lines

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
