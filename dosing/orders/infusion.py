"""Infusions of many patients: from a dose to what the pump is set to, the bolus, and the caps."""

from collections.abc import Iterator, Mapping
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from dosing.base.units import show
from dosing.base.vector import round_half_up
from dosing.knowledge.library import Library
from dosing.knowledge.seedtypes import Drug, LabelTable
from dosing.orders.pump import (
    dose_of_pump_rate,
    factors,
    is_per_kg,
    label_pump_ml_h,
    label_round,
    label_weight_kg,
    pump_rate_ml_h,
    strength_name,
)
from dosing.rules.columns import Patients
from dosing.rules.remarks import Remark, anyone, remark

Array = npt.NDArray[Any]
NEVER = np.nan  # no cap
WEAKER = (1 / 2, 1 / 4, 1 / 5, 1 / 10)  # dilutions that are tried after the drug's usual strengths
FINER = (1 / 10, 1 / 100)  # pump steps that are tried last [mL/h]


@attrs.frozen(eq=False)
class Pump:
    """What stands at the bedside: the strength in the bag, and how finely the pump is set.

    ``strength`` is in mg/mL, or units/mL for a drug in units; NaN where it is not known. With
    ``label`` the rate is rounded as the label's printed table does, where that can be used.
    """

    strength: Array
    step_ml_h: Array | float
    label: LabelTable | None = None


@attrs.frozen(eq=False)
class Bolus:
    """A bolus as printed: NaN where there is none; ``most`` is its cap in mg or units."""

    dose: Array
    unit: str
    most: Array | float = NEVER


@attrs.frozen(eq=False)
class Infusions:
    """What the pumps of many patients are set to, and how it was reckoned.

    ``wanted_ml_h`` is the exact rate by the dose, before any cap; ``rate_cap`` the cap that bound
    [mg/h or units/h], else NaN. ``lacking`` are those whose weight or strength is not known.
    """

    dose: Array
    unit: str
    weight_kg: Array
    strength: Array
    step_ml_h: Array | float
    wanted_ml_h: Array
    rate_cap: Array
    pump_ml_h: Array
    given_dose: Array
    by_label: Array
    too_slow: Array
    lacking: Array
    bolus: Bolus | None
    bolus_wanted: Array
    bolus_total: Array
    bolus_ml: Array
    bolus_capped: Array
    remarks: tuple[Remark, ...]

    def step_at(self, i: int) -> float:
        """How finely one patient's pump is set. [mL/h]"""
        return float(np.broadcast_to(self.step_ml_h, self.pump_ml_h.shape)[i])

    @property
    def mass(self) -> str:
        """The unit of mass that is given: mg or units."""
        return "units" if self.unit.startswith("units") else "mg"


def infusions(
    seeds: Library,
    dose: Array,
    unit: str,
    weight_kg: Array,
    pump: Pump,
    *,
    max_rate: Array | float = NEVER,
    bolus: Bolus | None = None,
    where: Array | bool = True,
) -> Infusions:
    """Work out what each pump is set to.

    Parameters
    ----------
    seeds : Library
        For the words of what is remarked.
    dose : ndarray
        In ``unit``; NaN where none is given.
    unit : str
        A unit of pump doses, such as ``mcg/kg/min``.
    weight_kg : ndarray
        Dosing weight, NaN where it is not known. [kg]
    pump : Pump
    max_rate : ndarray or float
        Cap on the rate, whatever the weight; NaN where there is none. [mg/h or units/h]
    bolus : Bolus, optional
    where : ndarray of bool
        Of whom anything may be remarked: those who are given an order.
    """
    strength, mass = _once(pump.strength), "units" if unit.startswith("units") else "mg"
    exact = pump_rate_ml_h(dose, unit, weight_kg, strength)
    nothing, nobody = np.broadcast_to(np.nan, exact.shape), np.broadcast_to(np.False_, exact.shape)
    rate, rate_cap = exact, nothing
    if isinstance(max_rate, np.ndarray):
        capped = np.round(exact * strength, 6) > max_rate
        rate_cap = np.where(capped, max_rate, np.nan)
        rate = np.where(capped, rate_cap / strength, exact)
    pumped = round_half_up(rate, pump.step_ml_h)
    label = pump.label
    by_label: Array = nobody
    if label is not None:
        by_label = (strength == label.concentration_mg_ml) & np.isnan(rate_cap)
        pumped = np.where(by_label, label_pump_ml_h(label, dose, unit, weight_kg), pumped)
    too_slow = pumped <= 0
    given = np.round(dose_of_pump_rate(pumped, unit, weight_kg, strength), 6)
    lacking: Array = nobody
    if is_per_kg(unit):
        lacking = np.isnan(weight_kg) | np.isnan(strength)
    boluses = (nothing, nothing, nothing, nobody)
    if bolus is not None:
        boluses = _boluses(bolus, weight_kg, pump.strength, label)
    made = Infusions(
        dose, unit, weight_kg, pump.strength, pump.step_ml_h, exact, rate_cap, pumped, given,
        by_label, too_slow, lacking, bolus, *boluses, ()
    )  # fmt: skip
    return attrs.evolve(made, remarks=tuple(_remarks(seeds, made, pump, mass, where)))


def _boluses(
    bolus: Bolus, weight_kg: Array, strength: Array, label: LabelTable | None
) -> tuple[Array, Array, Array, Array]:
    """The bolus as wanted, as given, its volume, and where a cap bound."""
    at, usable = weight_kg, np.asarray(False)
    if label is not None:
        # A printed rate belongs to its strength: in another bag it would be another dose.
        usable = np.asarray(strength == label.concentration_mg_ml)
        at = np.where(usable, label_weight_kg(label, at), at)
    wanted, total, capped = bolus_given(bolus.dose, "/kg" in bolus.unit, at, bolus.most)
    volume: Array = wanted / (1000 if bolus.unit.startswith("mcg") else 1) / strength
    if label is not None:
        volume = np.where(usable, label_round(label, volume), volume)
    with np.errstate(divide="ignore", invalid="ignore"):
        volume = np.round(np.where(capped, volume * total / wanted, volume), 3)
    return wanted, total, volume, capped


def _remarks(
    seeds: Library, made: Infusions, pump: Pump, mass: str, where: Array | bool
) -> list[Remark]:
    unknown = np.isnan(_once(made.strength))
    found = []
    if anyone(unknown):
        name = "strength-needed" if is_per_kg(made.unit) else "strength-for-pump"
        found.append(remark(seeds, name, unknown & where))
    if pump.label is not None:
        printed = pump.label.concentration_mg_ml
        other = ~unknown & (made.strength != printed) & where
        said: dict[str, Any] = {"printed": printed, "given": made.strength}
        found.append(remark(seeds, "label-table-strength", other, pump.label.cite, **said))
    if made.rate_cap.strides != (0,):
        bound = ~np.isnan(made.rate_cap) & where
        said = {"wanted": made.wanted_ml_h * made.strength, "cap": made.rate_cap}
        found.append(
            remark(seeds, "capped-by-weight", bound, what="rate", unit=f"{mass}/h", **said)
        )
    slow = made.too_slow
    if anyone(slow):
        slow = slow & (made.dose > 0) & where
        said = {"dose": made.dose, "unit": made.unit, "pump_ml_h": made.wanted_ml_h}
        found.append(remark(seeds, "pump-too-slow", slow, **said))
    if made.bolus is not None:
        bound = made.bolus_capped & ~slow & where
        said = {"wanted": made.bolus_wanted, "cap": made.bolus_total}
        unit = made.bolus.unit.split("/")[0]
        found.append(remark(seeds, "capped-by-weight", bound, what="bolus", unit=unit, **said))
    return found


def strength_of(patients: Patients, drug: Drug, unit: str) -> Array:
    """The strength in the pump as given, else the site's, in what the dose unit asks."""
    name = strength_name(unit)
    usual: Mapping[str, float] = getattr(patients.seeds.site, name)
    given = patients.get(name)
    site = usual.get(drug.id, np.nan)
    if given is None:
        return np.broadcast_to(np.float64(site), (patients.size,))
    return np.where(np.isnan(given), site, given)


def step_of_pump(patients: Patients) -> Any:
    """How finely the pump is set: as given, else the site's. [mL/h]"""
    given, site = patients.get("pump_step_ml_h"), patients.seeds.site.pump_step_ml_h
    return site if given is None else np.where(np.isnan(given), site, given)


def dosing_weight(
    seeds: Library, drug: Drug, weight_kg: Array, where: Array | bool = True
) -> tuple[Array, list[Remark]]:
    """The dosing weight under the site's cap, and a remark where the cap bound. [kg]"""
    cap = seeds.site.weight_caps.get(drug.id)
    if cap is None:
        return weight_kg, []
    bound = weight_kg > cap
    said = remark(
        seeds, "weight-capped", bound & where, drug=drug.label, cap=cap, weight_kg=weight_kg
    )
    return np.minimum(weight_kg, cap), [said]


def _once(values: Array) -> Array:
    """One value where all patients have the same, so that it is looked at once."""
    return values[:1] if values.strides == (0,) else values


def strength_remarks(seeds: Library, drug: Drug, strength: Array) -> list[Remark]:
    """Refuse the concentrate; warn of a strength that is not usual for the drug."""
    every, strength = strength, _once(strength)
    known = drug.usual_units_ml or drug.usual_mg_ml
    unit = "units/mL" if drug.usual_units_ml else "mg/mL"
    found = []
    concentrate = drug.concentrate
    undiluted: Array | bool = False
    if concentrate is not None:
        undiluted = strength >= concentrate.mg_ml
        if anyone(undiluted):
            where = np.broadcast_to(undiluted, every.shape)
            found.append(Remark("stop", concentrate.text, concentrate.cite, where))
    odd = ~np.isnan(strength) & ~np.asarray(undiluted)
    for one in known:
        odd &= strength != one
    if known and anyone(odd):
        usual = " or ".join(show(c) for c in known)
        said: dict[str, Any] = {"drug": drug.label, "given": every, "unit": unit, "usual": usual}
        where = np.broadcast_to(odd, every.shape)
        found.append(remark(seeds, "unusual-strength", where, **said))
    return found


def rounding_error(made: Infusions) -> Array:
    """How far the setting of each pump lies from the dose, as a share of it.

    0 where nothing runs or nothing is known, and where a label prints its own rounding.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.abs(made.pump_ml_h / made.wanted_ml_h - 1)
    known = np.isnan(made.rate_cap) & ~made.by_label & (made.wanted_ml_h > 0)
    return np.where(known, np.round(np.nan_to_num(found), 9), 0.0)


def is_coarse(seeds: Library, made: Infusions) -> tuple[Array, Array]:
    """Where rounding passes what is warned of, and where it passes what is given."""
    error, site = rounding_error(made), seeds.site
    return error > site.rounding_warn_pct / 100, error > site.rounding_stop_pct / 100


def rounding_remarks(
    seeds: Library, drug: Drug, made: Infusions, warns: Array, refuses: Array | None = None
) -> Iterator[Remark]:
    """That a pump cannot be set near enough, with what would do."""
    for name, where in (("rounding-refused", refuses), ("rounding-warned", warns)):
        if where is not None and where.any():
            rows = np.flatnonzero(where)
            better = {int(i): what_would_do(seeds, drug, made, int(i)) for i in rows}
            off = np.round(100 * rounding_error(made))
            yield remark(
                seeds, name, where, wanted=made.wanted_ml_h, pump=made.pump_ml_h, off=off,
                better=better,
            )  # fmt: skip


def what_would_do(seeds: Library, drug: Drug, made: Infusions, i: int) -> str:
    """A strength, else a pump step, with which one patient's dose could be set; as words.

    Parameters
    ----------
    seeds : Library
    drug : Drug
    made : Infusions
    i : int
        The patient's place.
    """
    most = seeds.site.rounding_warn_pct / 100
    wanted, strength = float(made.wanted_ml_h[i]), float(made.strength[i])
    step = made.step_at(i)
    for other in _strengths(drug, strength):
        exact = wanted * strength / other
        if _near(exact, step, most):
            setting = show(float(round_half_up(exact, step)))
            return f"{show(other)} {made.mass}/mL gives {setting} mL/h"
    for finer in FINER:
        if finer < step and _near(wanted, finer, most):
            setting = show(float(round_half_up(wanted, finer)))
            return f"a pump that is set in steps of {show(finer)} mL/h gives {setting} mL/h"
    return "ask the pharmacy for another strength"


def _near(exact: float, step: float, most: float) -> bool:
    return abs(float(round_half_up(exact, step)) / exact - 1) <= most


def _strengths(drug: Drug, strength: float) -> list[float]:
    """Weaker strengths: the usual ones first, then dilutions that the drug's file allows."""
    mine = drug.usual_units_ml or drug.usual_mg_ml
    of = "units_ml" if drug.usual_units_ml else "mg_ml"
    span = next((m.range for m in drug.magnitudes if m.of == of), (0.0, np.inf))
    usual = sorted((s for s in mine if s < strength), reverse=True)
    diluted = [round(strength * share, 6) for share in WEAKER]
    return [*usual, *(s for s in diluted if span[0] <= s <= span[1] and s not in usual)]


def ceiling_remarks(
    seeds: Library, drug: Drug, dose: Array, unit: str, indication: str, where: Array | bool = True
) -> list[Remark]:
    """Refuse a dose above the drug's ceiling for this indication."""
    top = drug.ceiling
    if top is None or top.indication != indication or top.unit != unit:
        return []
    above = (dose > top.value) & where
    said: dict[str, Any] = {"drug": drug.label, "ceiling": top.value, "ceiling_unit": top.unit}
    return [remark(seeds, "above-ceiling", above, top.cite, dose=dose, unit=unit, **said)]


def trace_of(made: Infusions, i: int) -> list[str]:
    """The arithmetic of one patient's infusion, as a pharmacist would write it."""
    if np.isnan(made.wanted_ml_h[i]):
        return []
    lines = [_pump_line(made, i)]
    if not np.isnan(made.rate_cap[i]):
        lines.append(f"capped at {show(made.rate_cap[i])} {made.mass}/h")
    if made.too_slow[i]:
        return lines
    way = f"to the pump's step of {show(made.step_at(i))} mL/h"
    if made.by_label[i]:
        way = "as the label's table prints it"
    gives = f"{show(made.given_dose[i], 3)} {made.unit}"
    lines.append(f"rounded {way}: {show(made.pump_ml_h[i])} mL/h, which gives {gives}")
    if made.bolus is not None and not np.isnan(made.bolus_total[i]):
        unit = made.bolus.unit
        mass = unit.split("/")[0]
        by_weight = ""
        if "/kg" in unit:
            by_weight = f"{show(made.bolus.dose[i])} {unit} × {show(made.weight_kg[i])} kg = "
        lines.append(f"bolus {by_weight}{show(made.bolus_wanted[i])} {mass}")
        if made.bolus_capped[i]:
            lines.append(f"bolus capped at {show(made.bolus_total[i])} {mass}")
        if not np.isnan(made.bolus_ml[i]):
            lines[-1] += f" = {show(made.bolus_ml[i], 2)} mL"
    return lines


def _pump_line(made: Infusions, i: int) -> str:
    times, divided, per_kg = factors(made.unit)
    parts = [f"{show(made.dose[i])} {made.unit}"]
    if per_kg:
        parts.append(f"× {show(made.weight_kg[i])} kg")
    if times != 1:
        parts.append("× 60 min/h")
    if divided != 1:
        parts.append("÷ 1,000 mcg/mg")
    strength = f"{show(made.strength[i])} {made.mass}/mL"
    parts.append(f"÷ {strength} = {show(made.wanted_ml_h[i], 3)} mL/h")
    return " ".join(parts)


def bolus_given(
    dose: Array, by_weight: Array | bool, weight_kg: Array, most: Array | float
) -> tuple[Array, Array, Array]:
    """A bolus as wanted, as given under its cap, and where the cap bound. [mass of its unit]

    Parameters
    ----------
    dose : ndarray
        As printed; NaN where there is none.
    by_weight : ndarray of bool, or bool
        Whether it is for each kg.
    weight_kg : ndarray
    most : ndarray or float
        NaN where there is no cap.
    """
    wanted = np.round(np.where(by_weight, dose * weight_kg, dose), 6)
    capped = wanted > most
    return wanted, np.where(capped, most, wanted), capped


def pump_of(
    seeds: Library, dose: float, unit: str, weight_kg: float | None, strength: float | None
) -> float | None:
    """What one patient's pump is set to for a dose; None where it cannot be said. [mL/h]"""
    if dose <= 0:
        return 0.0
    nothing = float("nan")
    given = [nothing if v is None else v for v in (dose, weight_kg, strength)]
    rate, weight, bag = (np.array([v], dtype=float) for v in given)
    made = infusions(seeds, rate, unit, weight, Pump(bag, seeds.site.pump_step_ml_h))
    found = float(made.pump_ml_h[0])
    return None if np.isnan(found) or found <= 0 else found
