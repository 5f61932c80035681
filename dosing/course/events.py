"""The events of a course: one frozen class for each kind, each with an id and two times.

Nothing is edited or removed: a :class:`Corrected` or :class:`Withdrawn` names the event that it is
about, with a reason. ``after`` is the id of the last event that was seen when it was entered.
"""

import json
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

import attrs

if TYPE_CHECKING:
    from dosing.advice.step import Step


def new_id() -> str:
    """An id for what is entered: one a click, so that what is sent twice is there once."""
    return str(uuid.uuid4())


@attrs.frozen(kw_only=True)
class Setting:
    """What the pump was set to, kept as it was set.

    ``rate`` is in ``unit``; ``strength`` in mg/mL, or units/mL for a rate in units.
    """

    rate: float
    unit: str
    pump_ml_h: float | None = None
    strength: float | None = None
    weight_kg: float | None = None
    pump_step_ml_h: float = 0.1


@attrs.frozen(kw_only=True)
class Event:
    """What every event has: who entered it, when it happened and when it was entered."""

    kind: ClassVar[str] = ""
    id: str
    at: datetime
    recorded_at: datetime
    by: str = ""
    after: str = ""
    reason: str = ""


@attrs.frozen(kw_only=True)
class Started(Event):
    """The infusion was started, as an advice ordered."""

    kind = "started"
    drug: str
    indication: str
    authority: str
    table: str
    protocol: str
    set_to: Setting
    inputs: Mapping[str, Any]
    bolus_ordered: float | None = None
    recheck_h: float | None = None
    cite: str = ""
    seeds: str = ""
    version: str = ""


@attrs.frozen(kw_only=True)
class Measured(Event):
    """Results of one sample, drawn at ``at``; ``step`` is what was recommended from them.

    ``values`` are by the registry's names, as numbers, or as typed where they are off the scale.
    ``shown`` is what was read at the pump, in ``shown_unit``.
    """

    kind = "measured"
    values: Mapping[str, float | str]
    received_at: datetime | None = None
    step: "Step | None" = None
    shown: float | None = None
    shown_unit: str = ""


@attrs.frozen(kw_only=True)
class Bolus(Event):
    """A bolus was given, in mg or units; ``ordered`` says that the protocol asked for it."""

    kind = "bolus"
    amount: float
    unit: str
    ordered: bool = False


@attrs.frozen(kw_only=True)
class RateSet(Event):
    """The pump was set to another rate; ``outside`` says beyond which limits it runs."""

    kind = "rate_set"
    set_to: Setting
    recheck_h: float | None = None
    ordered: bool = False
    outside: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Held(Event):
    """The infusion was held: for minutes, or until a result allows to resume."""

    kind = "held"
    resume_rate: float | None = None
    hold_min: float | None = None
    recheck_h: float | None = None
    ordered: bool = False


@attrs.frozen(kw_only=True)
class Resumed(Event):
    """The infusion was resumed after a hold."""

    kind = "resumed"
    set_to: Setting
    recheck_h: float | None = None
    ordered: bool = False
    outside: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Stopped(Event):
    """The infusion was ended; which anticoagulant follows, and when."""

    kind = "stopped"
    ordered: bool = False
    next_agent: str = ""
    next_at: datetime | None = None


@attrs.frozen(kw_only=True)
class BagChanged(Event):
    """A bag of this strength was hung; the pump is set to give the same dose."""

    kind = "bag_changed"
    set_to: Setting


@attrs.frozen(kw_only=True)
class Changed(Event):
    """The patient or the plan changed: inputs by the registry's names, or the protocol."""

    kind = "changed"
    inputs: Mapping[str, Any]
    protocol: str = ""


@attrs.frozen(kw_only=True)
class Interrupted(Event):
    """The infusion or a sample was lost for a while, without an order: what is due starts again."""

    kind = "interrupted"
    what: str
    sample: bool = False


@attrs.frozen(kw_only=True)
class Noted(Event):
    """A remark."""

    kind = "noted"
    text: str


@attrs.frozen(kw_only=True)
class Corrected(Event):
    """What an event really was: ``values`` in place of its own.

    ``steps`` holds what is recommended from each result now, where that is not what it was.
    """

    kind = "corrected"
    event: str
    values: Mapping[str, Any]
    steps: "Mapping[str, Step | None]" = attrs.field(factory=dict)
    review: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Withdrawn(Event):
    """An event that did not happen."""

    kind = "withdrawn"
    event: str
    steps: "Mapping[str, Step | None]" = attrs.field(factory=dict)
    review: tuple[str, ...] = ()


KINDS: dict[str, type[Event]] = {
    one.kind: one
    for one in (
        Started, Measured, Bolus, RateSet, Held, Resumed, Stopped, BagChanged, Changed,
        Interrupted, Noted, Corrected, Withdrawn,
    )
}  # fmt: skip

ACTS = (Started, Bolus, RateSet, Held, Resumed, Stopped)


def to_dict(event: Event) -> dict[str, Any]:
    """An event as JSON carries it; what is empty is left out."""
    out: dict[str, Any] = {"id": event.id, "kind": event.kind}
    for field in attrs.fields(type(event)):
        value = getattr(event, field.name)
        if value is not None and value is not False and value not in ("", (), {}):
            out[field.name] = _plain(value)
    return out


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Setting):
        return {k: v for k, v in attrs.asdict(value).items() if v is not None}
    if isinstance(value, Mapping):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, tuple):
        return list(value)
    return value.to_dict() if hasattr(value, "to_dict") else value  # a Step


def canonical(event: Event) -> str:
    """The one text that stands for an event: sorted keys, no blanks, ASCII, no NaN.

    A store may keep it and its hash unchanged.
    """
    return json.dumps(to_dict(event), sort_keys=True, separators=(",", ":"), allow_nan=False)
