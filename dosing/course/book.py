"""The log of a course, and what it adds up to at any moment. Nothing ever leaves it."""

import bisect
import copy
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import attrs

from dosing.course import events as ev
from dosing.course import log
from dosing.course.events import Event, Measured, Started
from dosing.course.state import Standing, advance, begin
from dosing.course.times import stamp, zone_of
from dosing.knowledge.library import Library
from dosing.knowledge.seedtypes import Protocol
from dosing.knowledge.sentences import words

if TYPE_CHECKING:
    from dosing.advice.step import Step
    from dosing.base.findings import Finding


@attrs.frozen
class Engine:
    """What a course asks of the advice: the next step, the range sought, critical values."""

    next_step: "Callable[[Library, Protocol, Mapping[str, Any]], Step]"
    window: "Callable[[Library, str, Any], tuple[float, float] | None]"
    alerts: "Callable[[Library, Book, Mapping[str, Any]], Iterable[Finding]]"


class Book:
    """The events in the order of entry, as they hold now by time, and where each left the course.

    Only :meth:`enter` changes it: at the end in constant time, a correction from the start anew.
    """

    def __init__(self, started: Started, seeds: Library, engine: Engine, zone: str = "UTC") -> None:
        self.seeds, self.engine = seeds, engine
        if started.protocol not in self.seeds.protocols:
            raise ValueError(words("course-unknown-protocol", protocol=started.protocol))
        if self.seeds.protocols[started.protocol].drug != started.drug:
            known = [p.id for p in self.seeds.protocols.values() if p.drug == started.drug]
            said = {"protocol": started.protocol, "drug": started.drug, "known": ", ".join(known)}
            raise ValueError(words("course-other-drug", **said))
        zone_of(zone)
        self.zone = zone
        self._log: list[Event] = [started]
        self.ids: dict[str, Event] = {started.id: started}
        self._facts: list[Event] = [started]
        self._holding: dict[str, Event] = {started.id: started}
        self._stands: list[Standing] = [begin(started, self.seeds)]

    @property
    def events(self) -> tuple[Event, ...]:
        """The log, in the order of entry; nothing ever leaves it."""
        return tuple(self._log)

    @property
    def facts(self) -> tuple[Event, ...]:
        """The events as they hold now, corrections and withdrawals put in place, by time."""
        return tuple(self._facts)

    @property
    def started(self) -> Started:
        """The start, as it holds now."""
        return self._stands[0].started

    @property
    def drug(self) -> str:
        return self.started.drug

    @property
    def protocol(self) -> str:
        """The protocol that is followed now."""
        return self._stands[-1].protocol

    @property
    def seed(self) -> Protocol:
        """The protocol that is followed now."""
        return self.seeds.protocols[self.protocol]

    @property
    def unit(self) -> str:
        """The unit of the rates that the protocol titrates."""
        return self.seed.dose_unit

    @property
    def last(self) -> Event:
        """What was entered last."""
        return self._log[-1]

    def facts_until(self, at: datetime) -> list[Event]:
        """The events as they hold now that had happened at a moment, by time."""
        return self._facts[: self._place(at)]

    def backwards(self, at: datetime) -> Iterator[Event]:
        """The same, the newest first."""
        for i in range(self._place(at) - 1, -1, -1):
            yield self._facts[i]

    def drawn_at(self, at: datetime) -> list[Measured]:
        """The results of samples drawn at one moment."""
        at_once = itertools.takewhile(lambda fact: fact.at == at, self.backwards(at))
        return [fact for fact in at_once if isinstance(fact, Measured)]

    def when_entered(self, event: Event, at: datetime) -> Standing:
        """Where the course stood at a moment by what had been entered before an event."""
        order = {entry.id: i for i, entry in enumerate(self._log)}
        place = self._place(at)
        while place > 1 and order[self._facts[place - 1].id] >= order[event.id]:
            place -= 1
        return self._stands[place - 1]

    def same_as_entered(self, at: datetime, id: str | None) -> Event:
        """The result that is in the log already, by its id or the time of its draw."""
        if id is not None and id in self.ids:
            return self.ids[id]
        return self.drawn_at(at)[0]

    def standing(self, at: datetime) -> Standing:
        """Where the course stood at a moment, as is known now."""
        return self._stands[max(self._place(at) - 1, 0)]

    def before(self, event: Event) -> Standing:
        """Where the course stood just before an event of the log, or one that is to be entered."""
        place = self._place(event.at)
        for i in range(place - 1, -1, -1):
            if self._facts[i].at < event.at:
                break
            if self._facts[i].id == event.id:
                place = i
        return self._stands[max(place - 1, 0)]

    def recommendation(self, now: datetime) -> "Step | None":
        """The step that waits to be done: of the newest result, unless something was done since."""
        found = self.waiting(now)
        return None if found is None else found[1]

    def waiting(self, now: datetime) -> "tuple[Measured, Step] | None":
        """The result whose step waits to be done, and the step."""
        acts = (ev.Started, ev.RateSet, ev.Held, ev.Resumed, ev.Stopped)
        for event in reversed(self._log):
            names = list(event.steps) if isinstance(event, ev.Corrected | ev.Withdrawn) else []
            for name in [*reversed(names), event.id]:
                fact = self._holding.get(name)
                if fact is None or fact.at > now:
                    continue
                if isinstance(fact, acts):
                    return None
                if isinstance(fact, Measured) and fact.step is not None:
                    return (fact, fact.step) if self._to_do(fact.step, now) else None
        return None

    def _to_do(self, step: "Step", now: datetime) -> bool:
        again = step.action == "hold" and self.standing(now).held
        return step.action not in ("", "continue", "wait") and not again

    def holding(self, event: str) -> Event:
        if event in self._holding:
            return self._holding[event]
        raise ValueError(words("course-no-event", event=event))

    def shown(self, at: datetime) -> str:
        """A moment as it is shown, in the zone of this course."""
        return stamp(at, zone_of(self.zone))

    # Entering

    def with_event(self, event: Event) -> "Book":
        """The same course with one event more; this one stays as it is."""
        other = copy.copy(self)
        other._log, other.ids = [*self._log], {**self.ids}
        other._facts, other._stands = [*self._facts], [*self._stands]
        other._holding = {**self._holding}
        other.enter(event)
        return other

    def enter(self, event: Event) -> Event:
        """Take an event into the log, and work out what it changes from its moment on."""
        if not event.after:
            event = attrs.evolve(event, after=self._log[-1].id)
        self._log.append(event)
        self.ids[event.id] = event
        if isinstance(event, ev.Corrected | ev.Withdrawn):
            self._facts = log.effective(self._log)
            self._holding = {fact.id: fact for fact in self._facts}
            first = 0
        else:
            first = bisect.bisect_right(self._facts, event.at, key=lambda fact: fact.at)
            self._facts.insert(first, event)
            self._holding[event.id] = event
        del self._stands[first:]
        for fact in self._facts[first:]:
            if isinstance(fact, Started):
                self._stands.append(begin(fact, self.seeds))
            else:
                self._stands.append(advance(self._stands[-1], fact, self.seeds))
        return event

    def _place(self, at: datetime) -> int:
        return bisect.bisect_right(self._facts, at, key=lambda fact: fact.at)
