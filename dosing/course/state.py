"""Where a course stands after each event: what runs, what is held, what is due, what was given."""

import itertools
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import attrs

from dosing.base.units import show
from dosing.course.events import (
    BagChanged,
    Bolus,
    Changed,
    Event,
    Held,
    Interrupted,
    Measured,
    RateSet,
    Resumed,
    Setting,
    Started,
    Stopped,
)
from dosing.orders.pump import dose_of_pump_rate, factors, is_per_kg

if TYPE_CHECKING:
    from dosing.advice.step import Step
    from dosing.knowledge.library import Library

HOUR = timedelta(hours=1)


@attrs.frozen(kw_only=True)
class Standing:
    """Where a course stands just after one event; times are in UTC.

    ``setting`` is what the pump is set to, or was before a hold; ``given`` what had been given
    until ``since``, in mg or units, boluses counted; ``near`` the share by which the pump may miss
    a dose by its rounding.
    """

    started: Started
    protocol: str
    inputs: Mapping[str, Any]
    setting: Setting
    changed_at: datetime
    since: datetime
    given: float = 0.0
    boluses: float = 0.0
    bolus_at: datetime | None = None
    held: bool = False
    held_from: float | None = None
    resume_at: datetime | None = None
    stopped: bool = False
    due: datetime | None = None
    in_range_before: int = 0
    next_agent: str = ""
    next_at: datetime | None = None
    near: float = 0.0

    @property
    def runs(self) -> bool:
        return not (self.held or self.stopped)

    @property
    def weight_kg(self) -> float | None:
        """The weight that is known now. [kg]"""
        found = self.inputs.get("weight_kg")
        return None if found is None else float(found)

    def given_until(self, now: datetime) -> float:
        """What has been given until a moment, boluses counted. [mg or units]"""
        hours = max((now - self.since) / HOUR, 0.0) if self.runs else 0.0
        return self.given + hours * mass_per_h(self.setting)

    def running(self, unit: str) -> float:
        """The rate that runs, in a unit; 0 while held or stopped."""
        return rate_in(self.setting, unit, self.weight_kg, self.near) if self.runs else 0.0


def mass_per_h(setting: Setting) -> float:
    """What a pump setting gives. [mg/h or units/h]"""
    if setting.pump_ml_h is not None and setting.strength is not None:
        return setting.pump_ml_h * setting.strength
    times, divided, per_kg = factors(setting.unit)
    return setting.rate * times / divided * ((setting.weight_kg or 0) if per_kg else 1)


def rate_in(setting: Setting, unit: str, weight_kg: float | None, near: float = 0.0) -> float:
    """The rate that a pump setting is, in a unit and for a weight.

    As it was ordered where the pump gives that within the share ``near``, as its rounding may; else
    the dose that the pump really gives.
    """
    if is_per_kg(unit) and weight_kg is None:
        return setting.rate if unit == setting.unit else float("nan")
    real = float(dose_of_pump_rate(mass_per_h(setting), unit, weight_kg, 1.0))
    if unit == setting.unit and abs(real - setting.rate) <= near * setting.rate:
        return setting.rate
    return round(real, 6)


def mass_unit(unit: str) -> str:
    """The unit of what is given: mg or units."""
    return "units" if unit.startswith("units") else "mg"


PUMP = "mL/h"


def in_all_units(setting: Setting) -> dict[str, float]:
    """A pump setting in every unit in which it can be said."""
    mass = mass_unit(setting.unit)
    units = ("units/kg/h", "units/h") if mass == "units" else ("mcg/kg/min", "mg/kg/h", "mg/h")
    weight = setting.weight_kg
    found = {u: rate_in(setting, u, weight) for u in units if weight is not None or "/kg" not in u}
    found[setting.unit] = setting.rate
    if setting.pump_ml_h is not None:
        found[PUMP] = setting.pump_ml_h
    return {u: v for u, v in found.items() if v == v}


def setting_words(setting: Setting) -> str:
    """A pump setting in words, such as ``0.5 mcg/kg/min = 2.1 mL/h``."""
    rate = f"{show(setting.rate, 4)} {setting.unit}"
    return rate if setting.pump_ml_h is None else f"{rate} = {show(setting.pump_ml_h)} mL/h"


def near(seeds: "Library") -> float:
    """The share by which the pump may miss a dose by its rounding, without a word."""
    return seeds.site.rounding_warn_pct / 100


def begin(event: Started, seeds: "Library") -> Standing:
    """Where a course stands when it has begun."""
    hours = event.recheck_h
    if hours is None:
        hours = seeds.protocols[event.protocol].recheck.after_change_h
    return Standing(
        started=event,
        protocol=event.protocol,
        inputs=event.inputs,
        setting=event.set_to,
        changed_at=event.at,
        since=event.at,
        due=event.at + hours * HOUR,
        near=near(seeds),
    )


def advance(now: Standing, event: Event, seeds: "Library") -> Standing:
    """Where a course stands after one event more."""
    act = _ACTS.get(type(event))
    return now if act is None else act(now, event, seeds)


def _recheck(now: Standing, hours: float | None, seeds: "Library") -> timedelta:
    return (seeds.protocols[now.protocol].recheck.after_change_h if hours is None else hours) * HOUR


def _set(now: Standing, event: RateSet | Resumed, seeds: "Library") -> Standing:
    same = now.runs and event.set_to.rate == now.setting.rate
    return attrs.evolve(
        now,
        setting=event.set_to,
        given=now.given_until(event.at),
        since=event.at,
        changed_at=now.changed_at if same else event.at,
        in_range_before=now.in_range_before if same else 0,
        held=False, held_from=None, resume_at=None, stopped=False,
        due=now.due if same else event.at + _recheck(now, event.recheck_h, seeds),
    )  # fmt: skip


def _held(now: Standing, event: Held, seeds: "Library") -> Standing:
    resume_at = None if event.hold_min is None else event.at + timedelta(minutes=event.hold_min)
    again = event.resume_rate
    return attrs.evolve(
        now,
        given=now.given_until(event.at),
        since=event.at,
        held=True,
        held_from=now.setting.rate if again is None else again,
        resume_at=resume_at,
        in_range_before=0,
        due=(resume_at or event.at) + _recheck(now, event.recheck_h, seeds),
    )


def _stopped(now: Standing, event: Stopped, _: "Library") -> Standing:
    return attrs.evolve(
        now,
        given=now.given_until(event.at),
        since=event.at,
        held=False, held_from=None, resume_at=None, stopped=True, due=None, in_range_before=0,
        next_agent=event.next_agent,
        next_at=event.next_at,
    )  # fmt: skip


def _bolus(now: Standing, event: Bolus, _: "Library") -> Standing:
    return attrs.evolve(
        now,
        given=now.given_until(event.at) + event.amount,
        since=event.at,
        boluses=now.boluses + event.amount,
        bolus_at=event.at,
    )


def _measured(now: Standing, event: Measured, _: "Library") -> Standing:
    step = event.step
    if step is None or not step.action:
        return now
    streak = now.in_range_before + 1 if step.in_range and not now.held else 0
    due = now.due
    if step.recheck_h is not None and not now.stopped:
        due = event.at + step.recheck_h * HOUR
    return attrs.evolve(now, in_range_before=streak, due=due)


def _bag(now: Standing, event: BagChanged, _: "Library") -> Standing:
    return attrs.evolve(now, setting=event.set_to, given=now.given_until(event.at), since=event.at)


def _changed(now: Standing, event: Changed, _: "Library") -> Standing:
    return attrs.evolve(
        now,
        inputs={**now.inputs, **event.inputs},
        protocol=event.protocol or now.protocol,
    )


def _interrupted(now: Standing, event: Interrupted, seeds: "Library") -> Standing:
    if now.stopped:
        return now
    if event.sample:  # the sample is lost, the infusion is not: the next is due now
        return attrs.evolve(now, due=event.at)
    due = event.at + _recheck(now, None, seeds)
    return attrs.evolve(now, changed_at=event.at, in_range_before=0, due=due)


_ACTS: dict[type[Event], Callable[[Standing, Any, "Library"], Standing]] = {
    RateSet: _set,
    Resumed: _set,
    Held: _held,
    Stopped: _stopped,
    Bolus: _bolus,
    Measured: _measured,
    BagChanged: _bag,
    Changed: _changed,
    Interrupted: _interrupted,
}


@attrs.frozen(kw_only=True)
class State:
    """Where a course stands at one moment."""

    running: float
    unit: str
    pump_ml_h: float | None
    held: bool
    held_from: float | None
    resume_at: datetime | None
    stopped: bool
    due: datetime | None
    overdue: bool
    in_range_before: int
    recommendation: "Step | None"
    given_total: float
    given_unit: str
    time_in_range: float | None
    protocol: str
    next_agent: str = ""
    next_at: datetime | None = None


def time_in_range(
    results: Sequence[tuple[datetime, float]], window: tuple[float, float] | None
) -> float | None:
    """The fraction of time in range, by straight lines between results (Rosendaal).

    None with fewer than two results, or without a target.
    """
    if window is None or len(results) < 2:
        return None
    inside = whole = 0.0
    for (a, x), (b, y) in itertools.pairwise(results):
        hours = (b - a) / HOUR
        whole += hours
        inside += hours * _share_inside(x, y, window)
    return round(inside / whole, 4) if whole else None


def _share_inside(x: float, y: float, window: tuple[float, float]) -> float:
    """The share of a straight line from x to y that lies within the window."""
    low, high = window
    if x == y:
        return float(low <= x <= high)
    bottom, top = min(x, y), max(x, y)
    return max(min(top, high) - max(bottom, low), 0.0) / (top - bottom)
