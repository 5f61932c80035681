"""What is done to an infusion, as the event that it becomes, checked against the log."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import attrs

from dosing.course import entering, review
from dosing.course import events as ev
from dosing.course.events import Event
from dosing.course.state import mass_unit
from dosing.course.times import moment
from dosing.knowledge.sentences import words
from dosing.orders.pump import strength_name

if TYPE_CHECKING:
    from dosing.course.book import Book


@attrs.frozen(kw_only=True)
class Entry:
    """By whom, when and why something is entered; ``now`` is the moment of entering."""

    at: datetime
    now: datetime
    by: str = ""
    reason: str = ""
    id: str | None = None

    def made(self, kind: type[Event], **fields: Any) -> Event:
        """The event, which follows nothing yet."""
        return kind(
            id=self.id or ev.new_id(), at=self.at, recorded_at=self.now, by=self.by,
            reason=self.reason, **fields,
        )  # fmt: skip


def follow(book: "Book", entry: Entry, *, bolus: bool) -> list[Event]:
    """What was recommended last; with ``bolus`` its ordered bolus too."""
    found, stood = book.waiting(entry.now), book.standing(entry.at)
    if found is None:
        if not (stood.held and stood.resume_at is not None):
            raise ValueError(words("course-nothing-to-follow"))
        if entry.at < stood.resume_at:
            raise ValueError(words("course-not-yet", at=book.shown(stood.resume_at)))
        set_to = entering.setting(book, stood, stood.held_from or 0.0)
        return [entry.made(ev.Resumed, set_to=set_to, ordered=True)]
    result, step = found
    if entry.at < result.at:
        raise ValueError(words("course-before-sample", at=book.shown(result.at)))
    done = []
    if bolus and step.bolus_total:
        own = attrs.evolve(entry, id=None)
        unit = mass_unit(step.unit)
        done.append(own.made(ev.Bolus, amount=step.bolus_total, unit=unit, ordered=True))
    if step.action == "hold":
        minutes = None if step.until_in_range else step.hold_min
        more: dict[str, Any] = {"resume_rate": step.resume_rate, "hold_min": minutes}
        done.append(entry.made(ev.Held, recheck_h=step.recheck_h, ordered=True, **more))
    elif step.action == "stop":
        done.append(entry.made(ev.Stopped, ordered=True))
    else:
        kind = ev.Resumed if step.action == "resume" or stood.held else ev.RateSet
        set_to = entering.setting(book, stood, step.rate or 0.0, pump_ml_h=step.pump_ml_h)
        done.append(entry.made(kind, set_to=set_to, recheck_h=step.recheck_h, ordered=True))
    return done


def set_rate(book: "Book", entry: Entry, *, rate: Any, unit: str, confirm: bool) -> list[Event]:
    """Another rate, recommended or not."""
    stood, step = book.standing(entry.at), book.recommendation(entry.now)
    set_to = entering.wanted(book, stood, rate, unit)
    if step is not None and step.rate == set_to.rate and step.action not in ("hold", "stop"):
        kind = ev.Resumed if stood.held else ev.RateSet
        return [entry.made(kind, set_to=set_to, recheck_h=step.recheck_h, ordered=True)]
    entering.need_reason(entry.reason)
    outside = _confirmed(review.concerns(book, stood, set_to, entry.at), confirm)
    kind = ev.Resumed if stood.held else ev.RateSet
    return [entry.made(kind, set_to=set_to, outside=outside)]


def _confirmed(concerns: tuple[str, ...], confirm: bool) -> tuple[str, ...]:
    """What is outside a limit, once somebody has confirmed that it really runs."""
    if concerns and not confirm:
        raise ValueError(words("course-confirm", concerns=" ".join(concerns)))
    return concerns


def bolus(book: "Book", entry: Entry, *, amount: Any, unit: str) -> list[Event]:
    """A bolus that was given; one that nobody ordered needs a reason."""
    given = entering.bolus_amount(book, book.standing(entry.at), amount, unit)
    ordered = entering.bolus_ordered(book, given, entry.now)
    if not ordered:
        entering.need_reason(entry.reason)
    return [entry.made(ev.Bolus, amount=given, unit=mass_unit(book.unit), ordered=ordered)]


def hold(book: "Book", entry: Entry, *, resume_rate: Any) -> list[Event]:
    """A hold; where it was not recommended, with a reason."""
    stood, step = book.standing(entry.at), book.recommendation(entry.now)
    if not stood.runs:
        raise ValueError(words("course-not-running"))
    if step is not None and step.action == "hold" and resume_rate is None:
        minutes = None if step.until_in_range else step.hold_min
        more = {"resume_rate": step.resume_rate, "recheck_h": step.recheck_h}
        return [entry.made(ev.Held, hold_min=minutes, ordered=True, **more)]
    entering.need_reason(entry.reason)
    again = stood.running(book.unit)
    if resume_rate is not None:
        again = entering.wanted(book, stood, resume_rate, "").rate
    return [entry.made(ev.Held, resume_rate=again)]


def resume(book: "Book", entry: Entry, *, rate: Any, confirm: bool) -> list[Event]:
    """The end of a hold: as planned when its time or result has come, else with a reason."""
    stood, step = book.standing(entry.at), book.recommendation(entry.now)
    if not stood.held:
        raise ValueError(words("course-not-held"))
    planned, allowed = stood.held_from or 0.0, False
    if step is not None and step.action == "resume":
        planned, allowed = step.rate or planned, True
    allowed |= stood.resume_at is not None and entry.at >= stood.resume_at
    set_to = entering.wanted(book, stood, planned if rate is None else rate, "")
    if allowed and set_to.rate == planned:
        return [entry.made(ev.Resumed, set_to=set_to, ordered=True)]
    entering.need_reason(entry.reason)
    outside = _confirmed(review.concerns(book, stood, set_to, entry.at), confirm)
    return [entry.made(ev.Resumed, set_to=set_to, outside=outside)]


def stop(book: "Book", entry: Entry, *, next_agent: str, next_at: datetime | None) -> list[Event]:
    """The end of the infusion, and which anticoagulant follows, and when."""
    step = book.recommendation(entry.now)
    ordered = step is not None and step.action == "stop"
    if not ordered:
        entering.need_reason(entry.reason)
    then = None if next_at is None else moment(next_at)
    return [entry.made(ev.Stopped, ordered=ordered, next_agent=next_agent.strip(), next_at=then)]


def change(book: "Book", entry: Entry, *, protocol: str, inputs: Mapping[str, Any]) -> list[Event]:
    """Another weight, organ function, baseline, protocol, or strength of the bag."""
    rest = dict(inputs)
    strength = rest.pop(strength_name(book.unit), None)
    if protocol:
        entering.protocol_for(book, protocol)
    if rest:
        entering.possible(book.seeds, rest)
    elif strength is None and not protocol:
        raise ValueError(words("course-nothing-changed"))
    done = []
    if strength is not None:
        bag = entering.other_bag(book, book.standing(entry.at), strength)
        own = attrs.evolve(entry, id=None) if rest or protocol else entry
        done.append(own.made(ev.BagChanged, set_to=bag))
    if rest or protocol:
        done.append(
            entry.made(ev.Changed, inputs=entering.in_kg(book.seeds, rest), protocol=protocol)
        )
    return done


def interrupted(_: "Book", entry: Entry, *, what: str, sample: bool) -> list[Event]:
    """The infusion stood still without an order, or a sample was lost."""
    if not what.strip():
        raise ValueError(words("course-empty-note"))
    return [entry.made(ev.Interrupted, what=what.strip(), sample=sample)]


def note(_: "Book", entry: Entry, *, text: str) -> list[Event]:
    """A remark."""
    if not text.strip():
        raise ValueError(words("course-empty-note"))
    return [entry.made(ev.Noted, text=text.strip())]
