"""A course read from its JSON, with suspicion: only what could have been entered is taken."""

import itertools
import types
import typing
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import attrs

from dosing.advice.step import Step
from dosing.course.events import KINDS, Event, Measured, Setting, Started
from dosing.course.log import SET_TO
from dosing.course.times import SKEW, moment, zone_of
from dosing.knowledge.sentences import words
from dosing.orders.pump import is_infusion, is_per_kg, pump_rate_ml_h

FORMAT = 2
LONGEST = 100_000  # events that one record may hold


def events_of(record: Any) -> tuple[list[Event], str]:
    """The events of a record, and the zone in which they are shown.

    Raises
    ------
    ValueError
        In a sentence that names the event and what is wrong with it.
    """
    if not isinstance(record, Mapping) or record.get("format") != FORMAT:
        raise ValueError(words("record-none", format=FORMAT))
    given, zone = record.get("events"), record.get("zone")
    if set(record) != {"format", "zone", "events"} or not isinstance(zone, str):
        raise ValueError(words("record-none", format=FORMAT))
    zone_of(zone)
    if not isinstance(given, list) or not given or len(given) > LONGEST:
        raise ValueError(words("record-no-events"))
    found: list[Event] = []
    for i, one in enumerate(given):
        try:
            found.append(event_of(one))
        except (ValueError, TypeError, OverflowError) as error:
            raise ValueError(words("record-event", place=i + 1, problem=str(error))) from None
    _in_order(found)
    return found, zone


def event_of(data: Any) -> Event:
    """One event from its JSON; ValueError in a sentence."""
    if not isinstance(data, Mapping) or data.get("kind") not in KINDS:
        raise ValueError(words("record-kind", kinds=", ".join(KINDS)))
    kind = KINDS[str(data["kind"])]
    fields = {f.name: f for f in attrs.fields(kind)}
    hints = typing.get_type_hints(kind, localns={"Step": Step})
    if unknown := [str(k) for k in data if k != "kind" and k not in fields]:
        raise ValueError(words("record-unknown", names=", ".join(unknown)))
    values = {}
    for name, field in fields.items():
        if name in data:
            values[name] = _read(name, data[name], hints[name])
        elif field.default is attrs.NOTHING:
            raise ValueError(words("record-lacks", name=name))
    event = kind(**values)
    _checked(event)
    return event


def _read(name: str, raw: Any, hint: Any) -> Any:
    """One value of an event, of the type that its class declares."""
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if origin is types.UnionType:
        if raw is None and type(None) in parts:
            return None
        plain = [p for p in parts if p is not type(None)]
        return _read(name, raw, plain[0])
    if hint is datetime:
        return _moment(name, raw)
    if hint is Setting:
        return _setting(raw)
    if hint is Step:
        return _step(raw)
    if hint is float:
        if isinstance(raw, bool) or not isinstance(raw, int | float) or not abs(raw) < 1e9:
            raise ValueError(words("record-number", name=name, found=repr(raw)))
        return float(raw)
    if origin is tuple:
        if not isinstance(raw, list) or not all(isinstance(v, str) for v in raw):
            raise ValueError(words("record-type", name=name, wanted="a list of texts"))
        return tuple(raw)
    if origin is not None and issubclass(origin, Mapping):
        return _mapping(name, raw, parts)
    if not isinstance(raw, hint):
        raise ValueError(words("record-type", name=name, wanted=_WANTED.get(hint, hint.__name__)))
    return raw


_WANTED = {str: "a text", bool: "true or false"}


def _mapping(name: str, raw: Any, parts: tuple[Any, ...]) -> dict[str, Any]:
    if not isinstance(raw, Mapping) or not all(isinstance(k, str) for k in raw):
        raise ValueError(words("record-type", name=name, wanted="names with values"))
    if Step in typing.get_args(parts[1]):
        return {k: None if v is None else _step(v) for k, v in raw.items()}
    for key, value in raw.items():
        if value is not None and not isinstance(value, str | int | float | bool):
            raise ValueError(words("record-type", name=f"{name}.{key}", wanted="a number or text"))
        if isinstance(value, float) and not abs(value) < 1e9:
            raise ValueError(words("record-number", name=f"{name}.{key}", found=repr(value)))
    if name == "values":
        return {k: float(v) if type(v) is int else v for k, v in raw.items()}
    return dict(raw)


def _moment(name: str, raw: Any) -> datetime:
    try:
        return moment(datetime.fromisoformat(raw))
    except (TypeError, ValueError):
        raise ValueError(words("record-moment", name=name, found=repr(raw))) from None


def _setting(raw: Any) -> Setting:
    if not isinstance(raw, Mapping):
        raise ValueError(words("record-type", name="set_to", wanted="a pump setting"))
    fields = {f.name: f for f in attrs.fields(Setting)}
    hints = typing.get_type_hints(Setting)
    if unknown := [str(k) for k in raw if k not in fields]:
        raise ValueError(words("record-unknown", names=", ".join(unknown)))
    if not {"rate", "unit"} <= set(raw):
        raise ValueError(words("record-lacks", name="set_to.rate or set_to.unit"))
    return Setting(**{n: _read(f"set_to.{n}", v, hints[n]) for n, v in raw.items()})


def _step(raw: Any) -> Step:
    try:
        return Step.from_dict(raw)
    except (TypeError, KeyError, ValueError, AttributeError):
        raise ValueError(words("record-type", name="step", wanted="a recommendation")) from None


def _checked(event: Event) -> None:
    """What no entry could have made."""
    if not event.id:
        raise ValueError(words("record-lacks", name="id"))
    if event.at > event.recorded_at + SKEW:
        raise ValueError(words("record-to-come"))
    if isinstance(event, SET_TO):
        _pump_agrees(event.set_to)
    for name in ("amount", "resume_rate", "hold_min", "bolus_ordered", "recheck_h"):
        value = getattr(event, name, None)
        if value is not None and value < 0:
            raise ValueError(words("record-number", name=name, found=repr(value)))
    if isinstance(event, Measured) and event.received_at and event.received_at < event.at:
        raise ValueError(words("course-received-early"))


def _pump_agrees(setting: Setting) -> None:
    """The dose, the weight and the strength make the pump rate that was kept."""
    if not is_infusion(setting.unit) or setting.rate <= 0 or setting.pump_step_ml_h <= 0:
        raise ValueError(words("record-number", name="set_to", found=setting.unit))
    weight = setting.weight_kg if is_per_kg(setting.unit) else 1.0
    if setting.pump_ml_h is None or setting.strength is None or weight is None:
        return
    if setting.strength <= 0 or weight <= 0:
        raise ValueError(words("record-number", name="set_to", found=repr(setting.strength)))
    exact = float(pump_rate_ml_h(setting.rate, setting.unit, weight, setting.strength))
    if round(abs(exact - setting.pump_ml_h), 5) > setting.pump_step_ml_h / 2:
        raise ValueError(words("record-pump", pump=setting.pump_ml_h, exact=exact))


def _in_order(events: list[Event]) -> None:
    """The start first and once, each id once, each event after the one before it."""
    if not isinstance(events[0], Started) or any(isinstance(e, Started) for e in events[1:]):
        raise ValueError(words("record-start"))
    ids = {e.id for e in events}
    if len(ids) != len(events):
        raise ValueError(words("record-twice"))
    known = {events[0].id}
    for i, (before, event) in enumerate(itertools.pairwise(events)):
        if event.after != before.id:
            raise ValueError(words("record-order", place=i + 2))
        about = getattr(event, "event", "")
        if about and about not in known:
            problem = words("course-no-event", event=about)
            raise ValueError(words("record-event", place=i + 2, problem=problem))
        known.add(event.id)
