"""What a log adds up to: corrections and withdrawals put in their place, nothing taken away."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import attrs

from dosing.course.events import (
    BagChanged,
    Bolus,
    Changed,
    Corrected,
    Event,
    Measured,
    Noted,
    RateSet,
    Resumed,
    Setting,
    Started,
    Withdrawn,
)
from dosing.knowledge.sentences import words
from dosing.orders.pump import dose_of_pump_rate, is_per_kg, pump_rate_ml_h

SET_TO = (Started, RateSet, Resumed, BagChanged)
_OF_SETTING = ("rate", "pump_ml_h", "strength", "weight_kg")


def withdrawn(events: Sequence[Event]) -> dict[str, str]:
    """Which events are out of effect, and by which event; the latest word counts."""
    gone: dict[str, str] = {}
    for event in reversed(events):  # a withdrawn withdrawal has no effect
        if isinstance(event, Withdrawn) and event.id not in gone:
            gone[event.event] = event.id
    return gone


def effective(events: Sequence[Event]) -> list[Event]:
    """The events as they hold now, in the order in which they happened.

    A correction may itself be withdrawn: then what it replaced holds again.
    """
    gone = withdrawn(events)
    held: dict[str, Event] = {}
    for event in events:
        if event.id in gone or (isinstance(event, Withdrawn) and not event.steps):
            continue
        if isinstance(event, Corrected):
            if event.event in held:
                held[event.event] = as_corrected(held[event.event], event.values)
        elif not isinstance(event, Withdrawn):
            held[event.id] = event
        if isinstance(event, Corrected | Withdrawn):
            for name, step in event.steps.items():
                if isinstance(one := held.get(name), Measured):
                    held[name] = attrs.evolve(one, step=step)
    return sorted(held.values(), key=lambda event: event.at)


def as_corrected(event: Event, values: Mapping[str, Any]) -> Event:
    """An event with other values in place of its own.

    Raises
    ------
    ValueError
        In a sentence, for a value that this kind of event does not have.
    """
    rest = dict(values)
    if (at := rest.pop("at", None)) is not None:
        event = attrs.evolve(event, at=_time(at))
    if isinstance(event, Measured):
        received = _time(rest.pop("received_at", event.received_at))
        return attrs.evolve(event, values={**event.values, **rest}, received_at=received)
    if isinstance(event, SET_TO):
        own = {n: rest.pop(n) for n in _OF_SETTING if n in rest}
        if own:
            event = attrs.evolve(event, set_to=_set_again(event.set_to, own))
    if isinstance(event, Started | Changed):
        both = {n: own[n] for n in ("weight_kg",) if n in own} if isinstance(event, Started) else {}
        event = attrs.evolve(event, inputs={**event.inputs, **rest, **both})
        rest = {}
    if isinstance(event, Bolus) and "amount" in rest:
        event = attrs.evolve(event, amount=rest.pop("amount"))
    if isinstance(event, Noted) and "text" in rest:
        event = attrs.evolve(event, text=rest.pop("text"))
    if rest:
        raise ValueError(words("course-not-correctable", what=", ".join(rest), kind=event.kind))
    return event


def _set_again(setting: Setting, own: Mapping[str, Any]) -> Setting:
    """What the pump was really set to: a given rate makes its pump rate, else the pump stands."""
    new = attrs.evolve(setting, **own)
    weight = new.weight_kg if is_per_kg(new.unit) else 1.0
    if new.strength is None or weight is None:
        return new
    if "rate" in own and "pump_ml_h" not in own:
        exact = float(pump_rate_ml_h(new.rate, new.unit, weight, new.strength))
        return attrs.evolve(new, pump_ml_h=round(exact, 1))
    if new.pump_ml_h is None:
        return new
    rate = float(dose_of_pump_rate(new.pump_ml_h, new.unit, weight, new.strength))
    return attrs.evolve(new, rate=round(rate, 6))


def _time(at: Any) -> Any:
    return datetime.fromisoformat(at) if isinstance(at, str) else at


def replaced(events: Iterable[Event]) -> dict[str, list[Event]]:
    """Which corrections and withdrawals each event met, oldest first."""
    found: dict[str, list[Event]] = {}
    for event in events:
        if isinstance(event, Corrected | Withdrawn):
            found.setdefault(event.event, []).append(event)
    return found
