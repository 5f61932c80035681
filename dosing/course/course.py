"""The course of one patient: what was recommended, what was done, what is due next.

A course is a log of events that only grows; everything else follows from it. The recommendation
and what was really done are both kept, with a reason when they differ.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypedDict, Unpack

import attrs

from dosing.advice.choice import proposed
from dosing.advice.start import Advice
from dosing.advice.step import Step
from dosing.advice.targets import target
from dosing.advice.titrate import next_step
from dosing.base.findings import Finding
from dosing.course import acts, entering, log, results, review
from dosing.course import events as ev
from dosing.course.book import Book, Engine
from dosing.course.events import Event, Measured, Started
from dosing.course.state import State, mass_unit
from dosing.course.timeline import Timeline
from dosing.course.times import moment, zone_name
from dosing.knowledge.library import VERSION, Library
from dosing.knowledge.seedtypes import Protocol
from dosing.knowledge.sentences import words
from dosing.lint.proved import proved
from dosing.rules.critical import alerts
from dosing.rules.derive import patient_of
from dosing.rules.remarks import findings_at


def _critical(seeds: Library, book: Book, values: Mapping[str, Any]) -> tuple[Finding, ...]:
    """What of the newest results is critical, and whom to call."""
    patient = patient_of(seeds, values)
    return findings_at(alerts(patient, book.drug, book.started.indication), 0)


ENGINE = Engine(
    next_step=next_step,
    window=lambda seeds, drug, baseline: target(seeds, drug, baseline).window,
    alerts=_critical,
)


class Who(TypedDict, total=False):
    """By whom an entry is made, when, and its id; each may be left out."""

    by: str
    now: datetime | None
    id: str | None


class Course:
    """One patient on one infusion.

    Begin one with :meth:`begin`; each verb adds to the log and answers with the event, a result
    with its :class:`Step`. Moments are aware of their zone. ``now`` is the moment of entering:
    the clock, unless given, so that any past night can be run. ``id`` is made by who enters: the
    same id with the same content is entered once.

    Examples
    --------
    >>> from datetime import datetime, UTC
    >>> from dosing import start
    >>> advice = start("argatroban", weight_kg=70, child_pugh="B", baseline_aptt_s=32)
    >>> at = datetime(2026, 11, 21, 8, tzinfo=UTC)
    >>> course = Course.begin(advice, at=at, now=at, protocol="argatroban-smpc-reduced")
    >>> later = at.replace(hour=12)
    >>> course.measure(at=later, now=later, aptt_s=44).rate
    0.6
    """

    def __init__(self, book: Book) -> None:
        self.book = book

    @classmethod
    def begin(
        cls,
        advice: Advice,
        *,
        at: datetime,
        protocol: str | None = None,
        by: str = "",
        now: datetime | None = None,
        id: str | None = None,
        **inputs: Any,
    ) -> "Course":
        """Start the infusion that an advice orders.

        Parameters
        ----------
        advice : Advice
            With an order by pump. Its bolus is ordered, not given: :meth:`bolus` records it.
        at : datetime
            When the infusion starts.
        protocol : str, optional
            Default: the one that the site proposes for this patient.
        by : str
            Who enters it.
        **inputs
            More of the patient, such as ``baseline_aptt_s``, by the registry's names.

        Raises
        ------
        ValueError
            When the advice orders no infusion, no protocol can be proposed, the protocol titrates
            another unit, or the moment is without a zone or still to come.
        """
        seeds = proved()
        order = advice.order
        if order is None or order.pump_ml_h is None:
            raise ValueError(words("course-no-infusion"))
        given = {**advice.inputs, **inputs}
        given.pop("label_table", None)
        if protocol is None:
            protocol, _ = proposed(advice.drug, patient_of(seeds, given))
        if protocol is None:
            raise ValueError(words("course-no-protocol"))
        began, known = moment(at), entering.present(now)
        entering.not_to_come(began, known)
        started = Started(
            id=id or ev.new_id(),
            at=began,
            recorded_at=known,
            by=by,
            drug=advice.drug,
            indication=advice.indication,
            authority=advice.authority,
            table=advice.table,
            protocol=protocol,
            set_to=entering.ordered_setting(seeds, advice),
            inputs=entering.of_patient(given, order),
            bolus_ordered=order.bolus_total,
            recheck_h=order.recheck_h,
            cite=advice.cite,
            seeds=advice.seeds,
            version=VERSION,
        )
        return cls(Book(started, seeds, ENGINE, zone_name(at)))

    # What is known

    @property
    def events(self) -> tuple[Event, ...]:
        """The log, in the order of entry; nothing ever leaves it."""
        return self.book.events

    @property
    def facts(self) -> tuple[Event, ...]:
        """The events as they hold now, corrections and withdrawals put in place, by time."""
        return self.book.facts

    @property
    def started(self) -> Started:
        """The start, as it holds now."""
        return self.book.started

    @property
    def drug(self) -> str:
        return self.book.drug

    @property
    def seed(self) -> Protocol:
        """The protocol that is followed now."""
        return self.book.seed

    @property
    def protocol(self) -> str:
        """The protocol that is followed now, by its id."""
        return self.book.protocol

    @property
    def unit(self) -> str:
        """The unit of the rates that the protocol titrates."""
        return self.book.unit

    def state(self, now: datetime | None = None) -> State:
        """Where the course stands at a moment: what happened until then, as is known now."""
        at = entering.present(now)
        stood = self.book.standing(at)
        unit = self.book.seeds.protocols[stood.protocol].dose_unit
        return State(
            running=stood.running(unit),
            unit=unit,
            pump_ml_h=stood.setting.pump_ml_h if stood.runs else 0.0,
            held=stood.held,
            held_from=stood.held_from,
            resume_at=stood.resume_at,
            stopped=stood.stopped,
            due=stood.due,
            overdue=stood.due is not None and at > stood.due,
            in_range_before=stood.in_range_before,
            recommendation=self.book.recommendation(at),
            given_total=round(stood.given_until(at), 3),
            given_unit=mass_unit(unit),
            time_in_range=results.in_range_share(self.book, at),
            protocol=stood.protocol,
            next_agent=stood.next_agent,
            next_at=stood.next_at,
        )

    def alerts(self, now: datetime | None = None) -> tuple[Finding, ...]:
        """What must be seen at the head of the log: critical values, what is overdue, the clock."""
        return review.alerts(self.book, entering.present(now))

    def window(self, now: datetime | None = None) -> tuple[float, float] | None:
        """The range sought, in what is measured: the protocol's, or multiples of the baseline."""
        at = self.book.last.recorded_at if now is None else now
        return results.window(self.book, self.book.standing(at))

    # Results

    def measure(
        self,
        *,
        at: datetime,
        received_at: datetime | None = None,
        by: str = "",
        now: datetime | None = None,
        id: str | None = None,
        **values: Any,
    ) -> Step | None:
        """Enter results of one sample; what the protocol measures brings a recommendation.

        Parameters
        ----------
        at : datetime
            When the sample was drawn.
        received_at : datetime, optional
            When the result came.
        **values
            By the registry's names, such as ``aptt_s``, ``anti_xa_units_ml`` or ``platelets``, as
            numbers or as typed, ``">200"`` too; ``running`` is what the pump shows, in
            ``running_unit``, by default the protocol's.

        Returns
        -------
        Step or None
            None when nothing measured steers the pump; :meth:`alerts` says what is critical.

        Raises
        ------
        ValueError
            In the words of the field for a result that cannot be; for a moment to come.
        """
        drawn, known = moment(at), entering.present(now)
        entering.not_to_come(drawn, known)
        entering.not_before_start(self.book, drawn)
        came = None if received_at is None else moment(received_at)
        if came is not None:
            entering.not_to_come(came, known)
            if came < drawn:
                raise ValueError(words("course-received-early"))
        running, running_unit = values.pop("running", None), values.pop("running_unit", "")
        read = results.read(self.book.seeds, values)
        shown = None if running is None else entering.number(self.book.seeds, running)
        unit = entering.known_unit(running_unit or self.unit) if shown is not None else ""
        made = Measured(
            id=id or ev.new_id(), at=drawn, recorded_at=known, by=by,
            values=read, received_at=came, shown=shown, shown_unit=unit,
        )  # fmt: skip
        if (same := self._same(made, id)) is not None:
            return same.step
        step = results.step_of(self.book, made, known)
        self.book.enter(attrs.evolve(made, step=step))
        return step

    def _same(self, made: Measured, id: str | None) -> Measured | None:
        """The event that is there already: by its id, or by its time of drawing and its values."""
        if id is not None and id in self.book.ids:
            there = self.book.ids[id]
            if isinstance(there, Measured) and (there.at, there.values) == (made.at, made.values):
                return there
            raise ValueError(words("course-id-taken", id=id))
        for fact in self.book.drawn_at(made.at):
            if made.values.items() <= fact.values.items():
                return fact
        return None

    # Acts: each entered once for its ``id``; ``reason`` is needed where it was not recommended

    def follow(
        self, *, at: datetime, bolus: bool = True, **who: Unpack[Who]
    ) -> tuple[Event, ...]:  # fmt: skip
        """Do what was recommended last; with ``bolus`` its ordered bolus is given too.

        Raises
        ------
        ValueError
            When nothing is left to do, or a hold is not over.
        """
        return self._act(acts.follow, at, who, "", bolus=bolus)

    def set_rate(
        self, rate: Any, *, at: datetime, unit: str = "", reason: str = "", confirm: bool = False,
        **who: Unpack[Who],
    ) -> Event:  # fmt: skip
        """Set the pump to a rate, recommended or not.

        Parameters
        ----------
        rate : float or text
            In ``unit``: the protocol's, mL/h, or another in which pumps are set.
        confirm : bool
            Record a rate beyond a limit all the same, marked as outside.

        Raises
        ------
        ValueError
            Without a reason when the rate is not the recommended one; beyond a limit without
            ``confirm``, with the limits and the pump rate that it makes.
        """
        own = {"rate": rate, "unit": unit, "confirm": confirm}
        return self._act(acts.set_rate, at, who, reason, **own)[-1]

    def bolus(
        self, amount: Any, *, at: datetime, unit: str = "", reason: str = "", **who: Unpack[Who]
    ) -> Event:  # fmt: skip
        """Record a bolus that was given, in mg or units; one that nobody ordered needs a reason."""
        return self._act(acts.bolus, at, who, reason, amount=amount, unit=unit)[-1]

    def hold(
        self, *, at: datetime, resume_rate: Any = None, reason: str = "", **who: Unpack[Who]
    ) -> Event:  # fmt: skip
        """Hold the infusion; where it was not recommended, say why."""
        return self._act(acts.hold, at, who, reason, resume_rate=resume_rate)[-1]

    def resume(
        self, rate: Any = None, *, at: datetime, reason: str = "", confirm: bool = False,
        **who: Unpack[Who],
    ) -> Event:  # fmt: skip
        """Resume a held infusion, at the planned rate unless another is given.

        Raises
        ------
        ValueError
            When it is not held; before its time or result has come, or at another rate, without a
            reason; beyond a limit without ``confirm``.
        """
        own = {"rate": rate, "confirm": confirm}
        return self._act(acts.resume, at, who, reason, **own)[-1]

    def stop(
        self, *, at: datetime, reason: str = "", next_agent: str = "",
        next_at: datetime | None = None, **who: Unpack[Who]
    ) -> Event:  # fmt: skip
        """End the infusion, and say which anticoagulant follows, and when."""
        own = {"next_agent": next_agent, "next_at": next_at}
        return self._act(acts.stop, at, who, reason, **own)[-1]

    def change(
        self, *, at: datetime, protocol: str = "", reason: str = "", by: str = "",
        now: datetime | None = None, id: str | None = None, **inputs: Any,
    ) -> Event:  # fmt: skip
        """The patient or the plan changes: weight, organ function, baseline, strength, protocol.

        What follows uses it from then on. A new strength is a new bag, with the pump set to give
        the same dose.
        """
        own = {"protocol": protocol, "inputs": inputs}
        return self._act(acts.change, at, {"by": by, "now": now, "id": id}, reason, **own)[-1]

    def interrupted(
        self, what: str, *, at: datetime, sample: bool = False, **who: Unpack[Who]
    ) -> Event:  # fmt: skip
        """The infusion stood still without an order (a new line, a CT), or a sample was lost."""
        return self._act(acts.interrupted, at, who, "", what=what, sample=sample)[-1]

    def note(
        self, text: str, *, at: datetime, **who: Unpack[Who]
    ) -> Event:  # fmt: skip
        """Add a remark."""
        return self._act(acts.note, at, who, "", text=text)[-1]

    def correct(
        self, event: str, *, reason: str, by: str = "", now: datetime | None = None,
        id: str | None = None, **values: Any,
    ) -> Event:  # fmt: skip
        """Say what an event really was; its first form stays in the log.

        Each recommendation that would have been another is named in ``review``, with what was done
        and what to do now.

        Parameters
        ----------
        event : str
            The id of the event.
        **values
            In place of its own: ``at``, results by their names, ``rate``, ``weight_kg`` ...
        """
        return self._look_back(
            ev.Corrected, event, reason, {"by": by, "now": now, "id": id}, values
        )

    def withdraw(
        self, event: str, *, reason: str, **who: Unpack[Who]
    ) -> Event:  # fmt: skip
        """Say that an event did not happen; it stays in the log. A correction may be withdrawn."""
        return self._look_back(ev.Withdrawn, event, reason, who, None)

    def _look_back(
        self,
        kind: type[Event],
        event: str,
        reason: str,
        who: Who,
        values: Mapping[str, Any] | None,
    ) -> Event:
        book, known = self.book, entering.present(who.get("now"))
        if (there := self._sent(who.get("id"), at=None)) is not None:
            return there[-1]
        entering.need_reason(reason)
        more: dict[str, Any] = {}
        if values is not None:
            more["values"] = entering.corrections(book, book.holding(event), values, known)
        elif event == book.started.id:
            raise ValueError(words("course-start-stays"))
        elif event not in book.ids or event in log.withdrawn(book.events):
            raise ValueError(words("course-no-event", event=event))
        entry = self._entry(known, known, who, reason)
        made: Any = entry.made(kind, event=event, **more)
        steps, said = review.looked_back(book, made, known)
        done: Event = attrs.evolve(made, steps=steps, review=said)
        return book.enter(done)

    # Telling

    def timeline(self, now: datetime | None = None) -> Timeline:
        """The course as arrays for the picture, its summary and its table."""
        from dosing.course import telling

        return telling.told(self.book, self.book.last.recorded_at if now is None else moment(now))

    def plot(self, now: datetime | None = None) -> Any:
        """The titration timeline as a matplotlib Figure."""
        from dosing.course.plots import TimelineFigure

        picture = TimelineFigure()
        picture.update(self.timeline(now))
        return picture.figure

    def to_frame(self, now: datetime | None = None) -> Any:
        """The course as a DataFrame, a row for each thing that happened or is due.

        ``time`` holds moments, ``value`` and ``pump_ml_h`` numbers, ``in_range`` True, False or
        <NA>; ``event``, ``unit`` and ``meaning`` are text.
        """
        from dosing.course import telling

        return telling.frame(self.timeline(now))

    def to_dict(self) -> dict[str, Any]:
        """The course as JSON keeps it."""
        return {
            "format": 2,
            "zone": self.book.zone,
            "events": [ev.to_dict(e) for e in self.book.events],
        }

    def listed(self, now: datetime | None = None) -> list[dict[str, Any]]:
        """The log for other programs, in the order of entry, with what became of each event."""
        until = entering.present(now)
        gone, later = log.withdrawn(self.events), log.replaced(self.events)
        out = []
        for event in self.events:
            if event.at > until:
                continue
            corrected = [e.id for e in later.get(event.id, ()) if e.kind == "corrected"]
            live = [name for name in corrected if name not in gone]
            more = {"withdrawn_by": gone.get(event.id), "corrected_by": live[-1] if live else None}
            out.append({"by": event.by, **ev.to_dict(event), **more})
        return out

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> "Course":
        """A course from its JSON, read with suspicion.

        Raises
        ------
        ValueError
            In a sentence that names the event: for a wrong kind, key, type or range, an event out
            of its order, or a pump rate that its dose, weight and strength do not make.
        """
        from dosing.course import reading

        events, zone = reading.events_of(record)
        started = events[0]
        assert isinstance(started, Started)
        course = cls(Book(started, proved(), ENGINE, zone))
        for event in events[1:]:
            course.book.enter(event)
        return course

    # Entering

    def _act(
        self, act: Callable[..., list[Event]], at: datetime, who: Who, reason: str, **own: Any
    ) -> tuple[Event, ...]:
        """Enter an act, unless it was sent before."""
        when, known = moment(at), entering.present(who.get("now"))
        entering.not_to_come(when, known)
        if (there := self._sent(who.get("id"), at=when)) is not None:
            return there
        entering.not_before_start(self.book, when)
        entry = self._entry(when, known, who, reason)
        return tuple(self.book.enter(event) for event in act(self.book, entry, **own))

    @staticmethod
    def _entry(at: datetime, now: datetime, who: Who, reason: str) -> acts.Entry:
        by, id = who.get("by", ""), who.get("id")
        return acts.Entry(at=at, now=now, by=by, reason=reason.strip(), id=id)

    def _sent(self, id: str | None, at: datetime | None) -> tuple[Event, ...] | None:
        """What was entered under this id before; ValueError when it is something else."""
        there = None if id is None else self.book.ids.get(id)
        if there is None:
            return None
        if at is not None and there.at != at:
            raise ValueError(words("course-id-taken", id=id))
        return (there,)
