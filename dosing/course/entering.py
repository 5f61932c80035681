"""What is entered in a book, read and checked before it becomes an event."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import attrs

from dosing.course import log, results
from dosing.course.events import Event, Measured, Setting
from dosing.course.state import PUMP, Standing, mass_unit
from dosing.course.times import SKEW, moment
from dosing.knowledge.library import Library
from dosing.knowledge.sentences import words
from dosing.orders.infusion import pump_of
from dosing.orders.order import Order
from dosing.orders.pump import (
    dose_of_pump_rate,
    is_infusion,
    is_per_kg,
    pump_rate_ml_h,
    strength_name,
)
from dosing.rules.columns import one_patient
from dosing.rules.remarks import findings_at

if TYPE_CHECKING:
    from dosing.advice.start import Advice
    from dosing.course.book import Book


def present(now: datetime | None) -> datetime:
    """The moment of entering: the clock, unless another is given."""
    return datetime.now(UTC) if now is None else moment(now)


def not_to_come(at: datetime, now: datetime) -> None:
    """ValueError for a moment that has not come yet."""
    if at > now + SKEW:
        said = {"at": f"{at:%Y-%m-%d %H:%M} UTC", "now": f"{now:%Y-%m-%d %H:%M} UTC"}
        raise ValueError(words("course-to-come", **said))


def not_before_start(book: "Book", when: datetime) -> None:
    """ValueError for a moment before the infusion was started."""
    if when < book.started.at:
        said = {"at": book.shown(when), "start": book.shown(book.started.at)}
        raise ValueError(words("course-before-start", **said))


def need_reason(reason: str) -> None:
    """ValueError without a reason."""
    if not reason.strip():
        raise ValueError(words("course-reason"))


def possible(seeds: Library, inputs: Mapping[str, Any]) -> Any:
    """The inputs of one patient; ValueError in the words of the field for one that cannot be."""
    patient = one_patient(seeds, inputs)
    problems = [f.text for f in findings_at(patient.remarks, 0) if f.level in ("stop", "needed")]
    if problems:
        raise ValueError(" ".join(problems))
    return patient


def number(seeds: Library, rate: Any, name: str = "running") -> float:
    """A rate as typed."""
    value = float(possible(seeds, {name: rate}).numbers(name)[0])
    if value != value or value <= 0:
        raise ValueError(words("course-no-rate"))
    return value


def known_unit(unit: str) -> str:
    """A unit in which a pump is set; ValueError with those that exist."""
    plain = unit.strip()
    if plain.lower() == "ml/h":
        return PUMP
    if not is_infusion(plain):
        raise ValueError(words("course-unknown-unit", unit=plain))
    return plain


def ordered_setting(seeds: Library, advice: "Advice") -> Setting:
    """What the pump is set to by an order."""
    order = advice.order
    assert order is not None
    table = seeds.tables[advice.table]
    step = seeds.site.pump_step_ml_h
    if table.label_table is not None and order.pump_ml_h is not None:
        exact = pump_of(seeds, order.dose, order.unit, order.weight_kg, order.concentration)
        if exact != order.pump_ml_h and order.rate_cap is None:
            step = table.label_table.step_ml
    rate = order.dose
    if order.rate_cap is not None and order.given_dose is not None:
        rate = order.given_dose  # the cap runs, not the dose that was wanted
    return Setting(
        rate=rate,
        unit=order.unit,
        pump_ml_h=order.pump_ml_h,
        strength=order.concentration,
        weight_kg=order.weight_kg,
        pump_step_ml_h=step,
    )


def of_patient(given: Mapping[str, Any], order: Order) -> dict[str, Any]:
    """The patient's inputs, without those that the pump setting keeps."""
    kept = {"concentration_mg_ml", "concentration_units_ml", "bag_ml"}
    out = {n: v for n, v in given.items() if n not in kept and v is not None}
    if order.weight_kg is not None and "weight_kg" not in out and "weight_lb" in out:
        out.pop("weight_lb")
        out["weight_kg"] = order.weight_kg
    return out


def setting(book: "Book", stood: Standing, rate: float, pump_ml_h: float | None = None) -> Setting:
    """What the pump is set to for a rate in the protocol's unit, for the weight known now."""
    unit = book.seeds.protocols[stood.protocol].dose_unit
    weight = stood.weight_kg if stood.weight_kg is not None else stood.setting.weight_kg
    strength = stood.setting.strength
    if pump_ml_h is None:
        pump_ml_h = pump_of(book.seeds, rate, unit, weight, strength)
    old = stood.setting
    if (old.unit, old.weight_kg, old.rate) == (unit, weight, rate):
        return old  # as it was set, it runs on
    return Setting(
        rate=rate,
        unit=unit,
        pump_ml_h=pump_ml_h,
        strength=strength,
        weight_kg=weight,
        pump_step_ml_h=book.seeds.site.pump_step_ml_h,
    )


def wanted(book: "Book", stood: Standing, typed: Any, unit: str) -> Setting:
    """What the pump is set to for a rate as typed, in a unit in which pumps are set."""
    seeds, own = book.seeds, book.seeds.protocols[stood.protocol].dose_unit
    unit = known_unit(unit or own)
    if unit == own:
        return setting(book, stood, number(seeds, typed, results.rate_name(own)))
    value = number(seeds, typed, "heparin_units_h" if unit == "units/h" else "running")
    weight = stood.weight_kg if stood.weight_kg is not None else stood.setting.weight_kg
    strength = stood.setting.strength
    if unit == PUMP:
        if strength is None or (is_per_kg(own) and weight is None):
            raise ValueError(words("course-no-strength"))
        pump = value
    else:
        if mass_unit(unit) != mass_unit(own):
            raise ValueError(words("course-other-unit", protocol=stood.protocol, unit=unit))
        pump = float(pump_rate_ml_h(value, unit, weight, strength or 1.0))
        pump = pump if strength is not None else float("nan")
    per_h = pump * strength if strength is not None and pump == pump else None
    if per_h is None:
        per_h = float(pump_rate_ml_h(value, unit, weight, 1.0))
    rate = round(float(dose_of_pump_rate(per_h, own, weight, 1.0)), 6)
    step = seeds.site.pump_step_ml_h
    if unit != PUMP:
        return setting(book, stood, rate)
    return Setting(
        rate=rate, unit=own, pump_ml_h=pump, strength=strength, weight_kg=weight,
        pump_step_ml_h=step,
    )  # fmt: skip


def bolus_amount(book: "Book", stood: Standing, typed: Any, unit: str) -> float:
    """A bolus as typed, in mg or units; for each kg where the unit says so."""
    own = mass_unit(book.unit)
    value = number(book.seeds, typed, "bolus_given")
    plain = (unit or own).strip()
    mass, per_kg, _ = plain.partition("/kg")
    if plain == "mL":
        if stood.setting.strength is None:
            raise ValueError(words("course-no-strength"))
        return round(value * stood.setting.strength, 6)
    if mass == "mcg" and own == "mg":
        value, mass = value / 1000, "mg"
    if mass != own or plain not in (mass, f"{mass}/kg", "mcg", "mcg/kg"):
        raise ValueError(words("course-bolus-unit", unit=plain, own=own))
    if per_kg:
        weight = stood.weight_kg if stood.weight_kg is not None else stood.setting.weight_kg
        if weight is None:
            raise ValueError(words("weight-for-bolus"))
        value *= weight
    return round(value, 6)


def bolus_ordered(book: "Book", amount: float, now: datetime) -> bool:
    """Whether a bolus of this size waits: the first order's, or that of the last recommendation."""
    step = book.recommendation(now)
    wanted = [step.bolus_total] if step is not None else []
    if not any(fact.kind == "bolus" for fact in book.facts):
        wanted.append(book.started.bolus_ordered)
    near = book.seeds.quantities["bolus_given"].tolerance
    return any(w is not None and abs(w - amount) <= near * w for w in wanted)


def protocol_for(book: "Book", protocol: str) -> None:
    """ValueError for a protocol that cannot be followed from here."""
    known = [p.id for p in book.seeds.protocols.values() if p.drug == book.drug]
    if protocol not in known:
        said = {"protocol": protocol, "drug": book.drug, "known": ", ".join(known)}
        raise ValueError(words("course-other-drug", **said))


def other_bag(book: "Book", stood: Standing, strength: Any) -> Setting:
    """The pump setting that gives the same dose from a bag of another strength."""
    name = strength_name(book.unit)
    value = float(possible(book.seeds, {name: strength}).numbers(name)[0])
    if value != value:
        raise ValueError(words("course-no-strength"))
    old = stood.setting
    pump = pump_of(book.seeds, old.rate, old.unit, old.weight_kg, value)
    return attrs.evolve(
        old, strength=value, pump_ml_h=pump, pump_step_ml_h=book.seeds.site.pump_step_ml_h
    )


def corrections(
    book: "Book", fact: Event, values: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """The values of a correction, checked as they would be on entry."""
    out = dict(values)
    if not out:
        raise ValueError(words("course-nothing-changed"))
    for name in ("at", "received_at"):
        if (at := out.get(name)) is not None:
            out[name] = moment(at)
            not_to_come(out[name], now)
    if "at" in out and fact is not book.started:
        not_before_start(book, out["at"])
    plain = {n: v for n, v in out.items() if n not in ("at", "received_at")}
    if isinstance(fact, Measured):
        out |= results.read(book.seeds, plain) if plain else {}
    else:
        out |= _checked(book, fact, plain)
    log.as_corrected(fact, out)  # refuses what this kind of event does not have
    return out


def _checked(book: "Book", fact: Event, values: Mapping[str, Any]) -> dict[str, Any]:
    """Numbers of an act as typed."""
    names = {"rate": "running", "pump_ml_h": "running", "amount": "bolus_given"}
    strength = strength_name(book.unit)
    out: dict[str, Any] = {}
    for name, value in values.items():
        if name in (strength, "strength"):
            out["strength"] = number(book.seeds, value, strength)
        elif name in names:
            out[name] = number(book.seeds, value, names[name])
        elif name == "text":
            out[name] = str(value).strip()
        else:
            patient = possible(book.seeds, {name: value})
            quantity = book.seeds.quantities[book.seeds.names[name]]
            is_number = quantity.kind == "number"
            out[name] = float(patient.numbers(name)[0]) if is_number else value
    return in_kg(book.seeds, out)


def in_kg(seeds: Library, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs with the weight as a number in kg, which the pump is reckoned by."""
    out = dict(inputs)
    if "weight_lb" in out or "weight_kg" in out:
        weight = possible(seeds, {n: out.pop(n) for n in ("weight_lb", "weight_kg") if n in out})
        out["weight_kg"] = float(weight.numbers("weight_kg")[0])
    return out
