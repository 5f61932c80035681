"""The rate that runs, from whatever unit it was given in, and one rate in all units.

A rate may be given as the pump shows it, by the hour, or by weight. Where two of them differ, the
lower one is what a reduction is reckoned from.
"""

from collections.abc import Iterator
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from dosing.base.units import show
from dosing.knowledge.seedtypes import Protocol
from dosing.orders.infusion import dosing_weight, strength_of
from dosing.orders.pump import factors, is_per_kg, strength_name
from dosing.rules.columns import Patients
from dosing.rules.protocols import now_name, running_name
from dosing.rules.remarks import Remark, remark

Array = npt.NDArray[Any]
BY_HOUR, BY_WEIGHT, BY_MASS, BY_PUMP = (
    "heparin_units_h", "heparin_units_kg_h", "running_mg_h", "running_ml_h",
)  # fmt: skip
SHOWN = {  # the units in which a rate is said, by the unit of mass
    "units": ("units/kg/h", "units/h"),
    "mcg": ("mcg/kg/min", "mg/kg/h", "mg/h"),
    "mg": ("mg/kg/h", "mcg/kg/min", "mg/h"),
}


@attrs.frozen(eq=False)
class Running:
    """The rate that runs, in the protocol's dose unit, NaN where it is not known.

    ``lacking`` says by input who lacks it to know the rate; ``differ`` where two rates that were
    given are not one; ``pump_ml_h`` is what the pump shows, where that was given.
    """

    rate: Array
    lacking: dict[str, Array]
    differ: Array | None = None
    pump_ml_h: Array | None = None
    said: tuple[tuple[Array, str, Array], ...] = ()  # as given, its unit, and the rate it is

    def remarks(self, patients: Patients, unit: str) -> Iterator[Remark]:
        """That two rates were given which differ, both as they were given."""
        if self.differ is not None and self.differ.any():
            rows = np.flatnonzero(self.differ)
            texts = {int(i): self._both(int(i), unit) for i in rows}
            yield remark(patients.seeds, "running-differs", self.differ, rates=texts)

    def _both(self, i: int, unit: str) -> str:
        parts = []
        for typed, own, rate in self.said:
            if not np.isnan(rate[i]):
                worked = "" if own == unit else f" ({show(rate[i], 3)} {unit})"
                parts.append(f"{show(typed[i])} {own}{worked}")
        return " and ".join(parts)


def alternatives(protocol: Protocol) -> tuple[str, ...]:
    """The other names under which the rate of a protocol may be given.

    Examples
    --------
    >>> from dosing.knowledge.library import load
    >>> alternatives(load().protocols["bivalirudin-accp-2012"])
    ('running_mg_kg_h', 'running_mcg_kg_min', 'running_mg_h', 'running_ml_h')
    """
    if protocol.dose_unit.startswith("units"):
        names = (BY_HOUR, BY_WEIGHT)
        return (*(n for n in names if n != running_name(protocol)), BY_PUMP)
    by_weight = ["running_mcg_kg_min", "running_mg_kg_h"]
    if protocol.dose_unit.startswith("mg"):
        by_weight.reverse()
    return (*by_weight, BY_MASS, BY_PUMP)


def running_rates(protocol: Protocol, patients: Patients) -> Running:
    """The rate that runs, and what is needed to know it."""
    name = running_name(protocol)
    given = [n for n in alternatives(protocol) if n in patients.values]
    running = patients.numbers(name)
    unknown = np.isnan(running)
    if not given:
        asked = {name: unknown}
        return Running(running, _open(patients, name, asked))
    drug = patients.seeds.drugs[protocol.drug]
    weight, _ = dosing_weight(patients.seeds, drug, patients.numbers("weight_kg"))
    strength = strength_of(patients, drug, protocol.dose_unit)
    unit, quantities = protocol.dose_unit, patients.seeds.quantities
    said = [(running, unit, running)]
    tried, lacks_weight, lacks_strength = (np.zeros(patients.size, dtype=bool) for _ in range(3))
    for other in given:
        values = patients.numbers(other)
        rate, by_weight = _in_unit(other, values, unit, weight, strength)
        if other in patients.given:
            typed = patients.as_given(other)
            own = quantities[patients.seeds.names[other]].names[other].unit
            said.append((typed, own, np.where(np.isnan(typed), np.nan, rate)))
        has = ~np.isnan(values)
        tried |= has
        lacks_weight |= has & by_weight & np.isnan(weight)
        lacks_strength |= has & (other == BY_PUMP) & np.isnan(strength)
        running = np.where(np.isnan(running), rate, running)
    unknown = np.isnan(running)
    asked = {
        name: unknown & ~lacks_weight & ~lacks_strength,
        "weight_kg": unknown & lacks_weight,
        strength_name(protocol.dose_unit): unknown & lacks_strength,
    }
    lowest, highest = (end.reduce([r for *_, r in said]) for end in (np.fmin, np.fmax))
    apart = quantities[patients.seeds.names[BY_HOUR]].tolerance
    more = highest - (1 + apart) * lowest - _least(protocol, patients, weight, strength)
    differ = np.round(more, 9) > 0
    pump = patients.numbers(BY_PUMP) if BY_PUMP in given else None
    running = np.where(differ, lowest, running)
    return Running(running, _open(patients, name, asked), differ, pump, tuple(said))


def running_now(protocol: Protocol, patients: Patients, runs: Running) -> Running:
    """What runs now, where it is not what ran when the sample was drawn."""
    now = patients.get(now_name(protocol))
    if now is None:
        return runs
    late = ~np.isnan(now) & (now != runs.rate)
    pump = None if runs.pump_ml_h is None else np.where(late, np.nan, runs.pump_ml_h)
    return attrs.evolve(runs, rate=np.where(late, now, runs.rate), pump_ml_h=pump)


def _least(protocol: Protocol, patients: Patients, weight: Array, strength: Array) -> Array:
    """What half a step of the pump makes, so that a rounded rate is no other rate."""
    half = np.full(patients.size, patients.seeds.site.pump_step_ml_h / 2)
    rate, _ = _in_unit(BY_PUMP, half, protocol.dose_unit, weight, strength)
    return np.nan_to_num(rate)


def _open(patients: Patients, name: str, asked: dict[str, Array]) -> dict[str, Array]:
    """What is asked of those whose rate was not refused."""
    refused = np.asarray(patients.is_refused(name))
    return {n: w & ~refused for n, w in asked.items() if (w & ~refused).any()}


def _in_unit(
    name: str, values: Array, unit: str, weight: Array, strength: Array
) -> tuple[Array, bool]:
    """A rate given under a name, in a dose unit; and whether the weight was needed for it."""
    own = {
        BY_HOUR: "units/h", BY_WEIGHT: "units/kg/h", BY_MASS: "mg/h",
        "running_mcg_kg_min": "mcg/kg/min", "running_mg_kg_h": "mg/kg/h",
    }.get(name)  # fmt: skip
    if own == unit:
        return values, False
    mass_h = values * strength if own is None else mass_an_hour(values, own, weight)
    needs = is_per_kg(unit) != (own is not None and is_per_kg(own))
    digits = 3 if name == BY_HOUR else 6
    if not needs and own is not None:  # the weight on both sides: it need not be known
        mass_h, weight = mass_an_hour(values, own, np.ones(1)), np.ones(1)
    times, divided, per_kg = factors(unit)
    found = mass_h * divided / times / (weight if per_kg else 1)
    return np.round(found, digits), needs


def mass_an_hour(rate: Any, unit: str, weight_kg: Any) -> Any:
    """A rate as mass an hour. [mg/h or units/h]

    Examples
    --------
    >>> mass_an_hour(0.5, "mcg/kg/min", 70)
    2.1
    """
    times, divided, per_kg = factors(unit)
    return rate * (weight_kg if per_kg else 1) * times / divided


def in_all_units(
    rate: float | None, unit: str, weight_kg: float, pump_ml_h: float | None
) -> dict[str, float]:
    """One rate in every unit in which it can be said; nothing where it is not known.

    Parameters
    ----------
    rate : float, optional
    unit : str
    weight_kg : float
        Dosing weight, NaN where it is not known. [kg]
    pump_ml_h : float, optional
        What the pump is set to. [mL/h]

    Examples
    --------
    >>> in_all_units(0.5, "mcg/kg/min", 70, 2.1)
    {'mcg/kg/min': 0.5, 'mg/kg/h': 0.03, 'mg/h': 2.1, 'mL/h': 2.1}
    """
    found: dict[str, float] = {}
    if rate is None or np.isnan(rate):
        return found
    for other in SHOWN[unit.split("/")[0]]:
        if is_per_kg(other) == is_per_kg(unit):
            value = mass_an_hour(rate, unit, 1.0) / mass_an_hour(1.0, other, 1.0)
        else:
            value = mass_an_hour(rate, unit, weight_kg) / mass_an_hour(1.0, other, weight_kg)
        if not np.isnan(value):
            found[other] = float(f"{value:.6g}")
    if pump_ml_h is not None and not np.isnan(pump_ml_h):
        found["mL/h"] = float(f"{pump_ml_h:.6g}")
    return found
