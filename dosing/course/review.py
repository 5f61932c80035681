"""What a course says of itself: concerns before an override, what changes later, alerts."""

from datetime import datetime
from typing import TYPE_CHECKING

from dosing.base.findings import Finding, ordered
from dosing.base.interval import Interval
from dosing.base.units import show
from dosing.course import events as ev
from dosing.course import results
from dosing.course.events import Event, Measured, Setting
from dosing.course.state import Standing, rate_in, setting_words
from dosing.course.times import SKEW
from dosing.knowledge.sentences import say, words

if TYPE_CHECKING:
    from dosing.advice.step import Step
    from dosing.course.book import Book


def concerns(book: "Book", stood: Standing, set_to: Setting, at: datetime) -> tuple[str, ...]:
    """What speaks against a rate that was not recommended, with the pump rate that it makes."""
    seeds = book.seeds
    protocol, said = seeds.protocols[stood.protocol], []
    rate, shown = set_to.rate, setting_words(set_to)
    if rate > protocol.limits.top:
        top = protocol.limits.top
        said.append(words("course-above-top", rate=shown, top=top, unit=protocol.dose_unit))
    ceiling = seeds.drugs[book.drug].ceiling
    if ceiling is not None and ceiling.indication == book.started.indication:
        most = rate_in(set_to, ceiling.unit, set_to.weight_kg)
        if most > ceiling.value and ceiling.value != protocol.limits.top:
            more = {"top": ceiling.value, "unit": ceiling.unit}
            said.append(words("course-above-ceiling", rate=shown, **more))
    usual = protocol.written_for
    if usual is not None and not Interval.parse(usual.range).holds(rate):
        said.append(
            words("course-not-usual", rate=shown, range=usual.range, unit=protocol.dose_unit)
        )
    found = results.readings(book, results.measured_name(protocol), at)
    target = results.window(book, stood)
    if found and target is not None and rate > stood.running(protocol.dose_unit):
        last = found[-1]
        if last[1].value > target[1]:
            value, high = show(last[1].value), show(target[1])
            drawn = book.shown(last[0].at)
            said.append(
                words("course-raised-after-high", rate=shown, value=value, at=drawn, high=high)
            )
    return tuple(said)


def looked_back(
    book: "Book", made: Event, now: datetime
) -> "tuple[dict[str, Step | None], tuple[str, ...]]":
    """What is recommended from each result once a correction or withdrawal holds.

    Returns
    -------
    (dict, tuple of str)
        The steps that are others than they were, by the id of their result; and each in words,
        with what was done and what to do now.
    """
    again = book.with_event(made)
    steps: dict[str, Step | None] = {}
    said = []
    for fact in again.facts:
        if not isinstance(fact, Measured) or (fact.step is None and not _steers(again, fact)):
            continue
        known = max(fact.received_at or fact.recorded_at, fact.at)
        would = results.step_of(again, fact, known, again.when_entered(fact, known))
        if _order(would) == _order(fact.step):
            continue
        newest = _is_newest(again, fact)
        steps[fact.id] = results.step_of(again, fact, now) if newest else would
        said.append(_told(again, fact, would, steps[fact.id] if newest else None))
    return steps, tuple(said)


def _steers(book: "Book", fact: Measured) -> bool:
    return results.reading(book.seeds, fact.values, results.measured_name(book.seed)) is not None


def _is_newest(book: "Book", fact: Measured) -> bool:
    found = results.readings(book, results.measured_name(book.seed))
    return bool(found) and found[-1][0].id == fact.id


def _order(step: "Step | None") -> tuple[object, ...] | None:
    """What a step asks to do."""
    if step is None:
        return None
    return (step.action, step.rate, step.resume_rate, step.hold_min, step.bolus_total)


def _told(book: "Book", fact: Measured, would: "Step | None", now: "Step | None") -> str:
    """One recommendation that would have been another, what was done, and what to do now."""
    done = next((f for f in book.facts if f.at >= fact.at and isinstance(f, ev.ACTS)), None)
    said = {
        "at": book.shown(fact.at),
        "was": words("course-no-step") if fact.step is None else fact.step.sentence,
        "would": words("course-no-step") if would is None else would.sentence,
        "done": words("course-nothing-done") if done is None else _done(book, done),
    }
    if now is None:
        return words("course-would-have", **said)
    return words("course-would-now", now=now.sentence, **said)


def _done(book: "Book", event: Event) -> str:
    at = book.shown(event.at)
    if isinstance(event, ev.RateSet | ev.Resumed | ev.Started):
        return words("course-was-set", at=at, rate=setting_words(event.set_to))
    if isinstance(event, ev.Bolus):
        return words("course-was-given", at=at, amount=event.amount, unit=event.unit)
    return words("course-was-held" if isinstance(event, ev.Held) else "course-was-stopped", at=at)


def alerts(book: "Book", now: datetime) -> tuple[Finding, ...]:
    """What must be seen at the head of the log at a moment."""
    found: list[Finding] = []
    stood = book.standing(now)
    latest = _latest(book, now)
    if latest:
        found += book.engine.alerts(book.seeds, book, latest)
    if stood.due is not None and now > stood.due and not stood.stopped:
        found.append(say("course-overdue", at=book.shown(stood.due)))
    if clock := _set_back(book):
        found.append(say("course-clock-set-back", at=book.shown(clock.recorded_at)))
    waiting = book.waiting(now)
    if waiting is not None and waiting[1].seeds != book.seeds.digest:
        fact, step = waiting
        new = results.step_of(book, fact, max(fact.received_at or fact.recorded_at, fact.at))
        if new is not None and _order(new) != _order(step):
            found.append(say("course-rules-changed", was=step.sentence, now=new.sentence))
    if stood.stopped and not stood.next_agent:
        found.append(say("course-what-follows"))
    return ordered(found)


def _set_back(book: "Book") -> Event | None:
    """The first event that was recorded at an earlier time than the one before it."""
    last = book.events[0]
    for event in book.events[1:]:
        if event.recorded_at < last.recorded_at - SKEW:
            return event
        last = event
    return None


def _latest(book: "Book", now: datetime) -> dict[str, object]:
    """The newest value of each kind, with the highest of late, as critical values are asked."""
    latest: dict[str, object] = {}
    for fact in book.facts_until(now):
        if isinstance(fact, Measured):
            for name, value in fact.values.items():
                quantity = book.seeds.names[name]
                latest = {n: v for n, v in latest.items() if book.seeds.names[n] != quantity}
                latest[name] = value
    if not latest:
        return {}
    before = results.highest(book, now)
    inputs = book.standing(now).inputs
    own = {n: v for n, v in inputs.items() if n in ("on_vka", "hit_confirmed")}
    return {**own, **latest, **before}
