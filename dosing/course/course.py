"""The course of one patient: what was recommended, what was done, what is due next.

A course is a log of events; everything else follows from it. The recommendation and what was
really done are both kept, with a reason when they differ.
"""

import itertools
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, get_args

import attrs

from dosing.advice.choice import proposed
from dosing.advice.handover import warfarin_gate
from dosing.advice.start import Advice
from dosing.advice.step import Step
from dosing.advice.targets import target
from dosing.advice.titrate import next_step
from dosing.course import timeline
from dosing.course.events import MEASURED, Event, Kind, State, comparable, stand, time_in_range
from dosing.course.timeline import Position, Result, Segment, Timeline
from dosing.knowledge.seedtypes import Protocol
from dosing.knowledge.sentences import words
from dosing.lint.proved import proved
from dosing.orders.infusion import pump_of
from dosing.orders.pump import pump_rate_ml_h
from dosing.rules.columns import Patients
from dosing.rules.derive import patient_of
from dosing.rules.protocols import target_of
from dosing.rules.remarks import findings_at


def _read(results: Mapping[str, Any]) -> Patients:
    """Results as entered; ValueError in the words of the field for one that cannot be."""
    patient = patient_of(proved(), results)
    problems = [f.text for f in findings_at(patient.remarks, 0) if f.level in ("stop", "needed")]
    if problems:
        raise ValueError(" ".join(problems))
    return patient


def _one(patient: Patients, name: str) -> float | None:
    """The number of the one patient, or None."""
    value = float(patient.numbers(name)[0])
    return None if value != value else value


class Course:
    """One patient on one infusion.

    Begin one with :meth:`begin`; each method below adds one event to the log.

    Examples
    --------
    >>> from dosing import start
    >>> advice = start("argatroban", weight_kg=70, child_pugh="B")
    >>> at = datetime(2026, 11, 21, 8)
    >>> course = Course.begin(advice, at=at, baseline_aptt_s=32, protocol="argatroban-smpc-reduced")
    >>> course.measure(at=at.replace(hour=12), aptt_s=44).rate
    0.6
    """

    def __init__(self, drug: str, protocol: str, setting: Mapping[str, Any]) -> None:
        seeds = proved()
        if protocol not in seeds.protocols or seeds.protocols[protocol].drug != drug:
            known = [p.id for p in seeds.protocols.values() if p.drug == drug]
            raise ValueError(
                f"there is no protocol {protocol!r} for {drug}; there are {', '.join(known)}"
            )
        if seeds.protocols[protocol].dose_unit.startswith("units"):
            raise ValueError(words("course-not-in-units", drug=drug))
        self.drug = drug
        self.protocol = protocol
        self.setting = dict(setting)
        self._events: list[Event] = []

    @classmethod
    def begin(
        cls, advice: Advice, *, at: datetime, protocol: str | None = None, **inputs: Any
    ) -> "Course":
        """Start the infusion that an advice orders.

        Parameters
        ----------
        advice : Advice
            With an order by pump.
        at : datetime
            When the infusion starts.
        protocol : str, optional
            Default: the one that the site proposes for this patient.
        **inputs
            More of the patient, such as ``baseline_aptt_s``, by the registry's names.

        Raises
        ------
        ValueError
            When the advice orders no infusion, or no protocol can be proposed.
        """
        order = advice.order
        if order is None or order.pump_ml_h is None:
            raise ValueError(words("course-no-infusion"))
        setting = {**advice.inputs, **inputs}
        if protocol is None:
            protocol, _ = proposed(advice.drug, patient_of(proved(), setting))
        if protocol is None:
            raise ValueError(words("course-no-protocol"))
        if order.unit != proved().protocols[protocol].dose_unit:
            raise ValueError(words("course-other-unit", protocol=protocol, unit=order.unit))
        course = cls(
            advice.drug,
            protocol,
            setting | {"weight_kg": order.weight_kg, "concentration_mg_ml": order.concentration},
        )
        course.setting.pop("weight_lb", None)
        course._add(
            at,
            "started",
            rate=order.dose,
            pump_ml_h=order.pump_ml_h,
            recheck_h=order.recheck_h,
            authority=advice.authority,
            indication=advice.indication,
            table=advice.table,
            cite=advice.cite,
        )
        return course

    @property
    def events(self) -> tuple[Event, ...]:
        """The log, oldest first."""
        return tuple(self._events)

    @property
    def seed(self) -> Protocol:
        """The protocol that is followed."""
        return proved().protocols[self.protocol]

    @property
    def unit(self) -> str:
        """The unit of every rate in this course."""
        return self.seed.dose_unit

    def measure(self, *, at: datetime, **results: Any) -> Step | None:
        """Enter laboratory results; an aPTT brings a recommendation.

        Parameters
        ----------
        at : datetime
            When the sample was drawn.
        **results
            ``aptt_s`` [s], ``platelets`` [10⁹/L], ``inr``, as numbers or as typed.

        Returns
        -------
        Step or None
            None without an aPTT.

        Raises
        ------
        ValueError
            In the words of the field, for a result that cannot be, or a time out of order.
        """
        patient = _read(results)
        values = {n: v for n in MEASURED if (v := _one(patient, n)) is not None}
        if not values:
            raise ValueError(words("course-no-result"))
        self._in_order(at)
        step = None
        if "aptt_s" in values:
            state = self.state(at)
            if state.stopped:
                raise ValueError(words("course-stopped"))
            inputs = {**self.setting, **values}
            inputs.pop("platelets_per_ul", None) if "platelets" in values else None
            earlier = self._last_platelets()
            if earlier is not None and "platelets" in values and self._in_range(values["aptt_s"]):
                inputs["platelets_before"] = earlier
            more = {
                "running": state.running,
                "in_range_before": state.in_range_before,
                "held_from": state.held_from if state.held else None,
            }
            step = next_step(proved(), self.seed, {**inputs, **more})
            if step.action == "continue" and step.rate == state.running:
                step = attrs.evolve(step, pump_ml_h=state.pump_ml_h)  # as it was set, it runs on
        self._add(at, "measured", **values, step=None if step is None else step.to_dict())
        return step

    def follow(self, *, at: datetime) -> None:
        """Do what was recommended last.

        Raises
        ------
        ValueError
            When nothing is left to do.
        """
        state = self.state(at)
        step = state.recommendation
        if step is None and state.held and state.resume_at is not None:
            self._add(at, "resumed", rate=state.held_from)
            return
        if step is None:
            raise ValueError(words("course-nothing-to-follow"))
        if step.action == "hold":
            minutes = None if step.until_in_range else step.hold_min
            self._add(
                at, "held", hold_min=minutes, resume_rate=step.resume_rate, recheck_h=step.recheck_h
            )
        elif step.action == "stop":
            self._add(at, "stopped")
        elif step.action == "resume":
            self._add(at, "resumed", rate=step.rate, recheck_h=step.recheck_h)
        else:
            self._add(at, "rate", rate=step.rate, recheck_h=step.recheck_h)

    def set_rate(self, rate: Any, *, at: datetime, reason: str = "") -> None:
        """Set another rate than recommended, or the recommended one.

        Raises
        ------
        ValueError
            Without a reason when the rate is not the recommended one, or above the ceiling.
        """
        wanted = self._rate(rate)
        state = self.state(at)
        step = state.recommendation
        agrees = step is not None and step.rate == wanted and step.action != "hold"
        if not agrees:
            self._need_reason(reason)
        kind: Kind = "resumed" if state.held else "rate"
        self._add(at, kind, rate=wanted, reason=reason.strip())

    def hold(self, *, at: datetime, resume_rate: Any = None, reason: str = "") -> None:
        """Hold the infusion although it was not recommended; say why."""
        self._need_reason(reason)
        state = self.state(at)
        if state.held or state.stopped:
            raise ValueError(words("course-not-running"))
        again = state.running if resume_rate is None else self._rate(resume_rate)
        self._add(at, "held", hold_min=None, resume_rate=again, reason=reason.strip())

    def resume(self, rate: Any = None, *, at: datetime, reason: str = "") -> None:
        """Resume a held infusion; a rate other than the planned one needs a reason."""
        state = self.state(at)
        if not state.held:
            raise ValueError(words("course-not-held"))
        wanted = state.held_from if rate is None else self._rate(rate)
        if wanted != state.held_from:
            self._need_reason(reason)
        self._add(at, "resumed", rate=wanted, reason=reason.strip())

    def stop(self, *, at: datetime, reason: str = "") -> None:
        """Stop the infusion for good."""
        step = self.state(at).recommendation
        if step is None or step.action != "stop":
            self._need_reason(reason)
        self._add(at, "stopped", reason=reason.strip())

    def note(self, text: str, *, at: datetime) -> None:
        """Add a remark."""
        if not text.strip():
            raise ValueError(words("course-empty-note"))
        self._add(at, "noted", text=text.strip())

    def undo(self) -> Event:
        """Take the last event back; the start cannot be taken back."""
        if len(self._events) < 2:
            raise ValueError(words("course-nothing-to-undo"))
        return self._events.pop()

    def state(self, now: datetime) -> State:
        """Where the course stands."""
        comparable(now, self._events[-1].at)
        at = stand(self._events, self.seed.recheck.after_change_h)
        return State(
            unit=self.unit,
            pump_ml_h=self._pump(at["running"]),
            overdue=at["due"] is not None and now > at["due"],
            cumulative_dose_mg=self.cumulative_dose_mg(now),
            time_in_range=self.time_in_range(),
            **at,
        )

    def cumulative_dose_mg(self, now: datetime) -> float:
        """Drug given so far. [mg]"""
        comparable(now, self._events[-1].at)
        total = 0.0
        for segment in self._segments():
            end = min(segment.end or now, now)
            hours = max((end - segment.start).total_seconds() / 3600, 0)
            total += float(pump_rate_ml_h(segment.rate, self.unit, self._weight, 1)) * hours
        return round(total, 3)

    def time_in_range(self) -> float | None:
        """The fraction of time with the aPTT in range; None with fewer than two results."""
        return time_in_range(
            [(e.at, e.data["aptt_s"]) for e in self._measured("aptt_s")], self.window()
        )

    def window(self) -> tuple[float, float] | None:
        """The aPTT range sought: the protocol's own, or its multiples of the baseline. [s]"""
        found = target_of(self.seed)
        if self.seed.measure == "aptt_s":
            return found.low, found.high
        baseline = self.setting.get("baseline_aptt_s")
        return target(proved(), self.drug, baseline).window

    def timeline(self, now: datetime | None = None) -> Timeline:
        """The course as arrays for the picture, its summary and its table."""
        last = self._events[-1].at
        at = last if now is None else max(comparable(now, last), last)
        platelets = tuple((e.at, e.data["platelets"]) for e in self._measured("platelets"))
        if (first := self._platelets_before()) is not None:
            platelets = ((self._events[0].at, first), *platelets)
        gate = warfarin_gate(proved(), platelets[-1][1]) if platelets else None
        return Timeline(
            drug=self.drug,
            start=self._events[0].at,
            now=at,
            measure_label="aPTT",
            measure_unit="s",
            results=tuple(
                Result(e.at, e.data["aptt_s"], self._position(e)) for e in self._measured("aptt_s")
            ),
            window=self.window(),
            rates=tuple(self._segments()),
            due=self.state(at).due,
            platelets=platelets,
            platelet_gate=None if gate is None else gate.threshold,
            gate_text="" if gate is None else gate.text,
            inr=tuple((e.at, e.data["inr"]) for e in self._measured("inr")),
        )

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
        import pandas as pd

        told = timeline.entries(self.timeline(now))
        times = [one.at for one in told]
        return pd.DataFrame(
            {
                # Moments of two offsets, as when the clocks change, have UTC in common.
                "time": pd.to_datetime(times, utc=len({t.utcoffset() for t in times}) > 1),
                "event": [one.event for one in told],
                "value": pd.Series([one.value for one in told], dtype=float),
                "unit": [one.unit for one in told],
                "meaning": [one.meaning for one in told],
                "in_range": pd.array([one.in_range for one in told], dtype="boolean"),
                "pump_ml_h": pd.Series([one.pump_ml_h for one in told], dtype=float),
            }
        )

    def to_dict(self) -> dict[str, Any]:
        """The course as JSON keeps it."""
        return {
            "drug": self.drug,
            "protocol": self.protocol,
            "setting": self.setting,
            "events": [event.to_dict() for event in self._events],
        }

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> "Course":
        """A course from its JSON.

        Raises
        ------
        ValueError
            When the record is not one.
        """
        try:
            course = cls(record["drug"], record["protocol"], record["setting"])
            for event in record["events"]:
                if event["kind"] not in get_args(Kind):
                    raise ValueError(f"{event['kind']!r} is no event")
                course._add(datetime.fromisoformat(event["at"]), event["kind"], **event["data"])
            course.state(course._events[-1].at)
        except (KeyError, TypeError, AttributeError, IndexError) as error:
            raise ValueError(f"This is not the record of a course: {error!r}.") from None
        return course

    def _add(self, at: datetime, kind: Kind, **data: Any) -> None:
        self._in_order(at)
        self._events.append(Event(at, kind, {k: v for k, v in data.items() if v not in (None, "")}))

    def _in_order(self, at: datetime) -> None:
        comparable(at, self._events[-1].at if self._events else None)
        if self._events and at < self._events[-1].at:
            times = {"at": at, "last": self._events[-1].at}
            shown = {name: f"{time:%Y-%m-%d %H:%M}" for name, time in times.items()}
            raise ValueError(words("course-out-of-order", **shown))

    def _rate(self, rate: Any) -> float:
        value = _one(_read({"running": rate}), "running")
        top = self.seed.limits.top
        if value is None or value <= 0:
            raise ValueError(words("course-no-rate", unit=self.unit))
        if value > top:
            raise ValueError(words("course-rate-too-high", rate=value, unit=self.unit, top=top))
        return value

    @staticmethod
    def _need_reason(reason: str) -> None:
        if not reason.strip():
            raise ValueError(words("course-reason"))

    @property
    def _weight(self) -> float:
        return float(self.setting["weight_kg"])

    def _pump(self, rate: float) -> float | None:
        """What the pump is set to: as it was ordered, for the rate of the order."""
        started = self._events[0].data if self._events else {}
        if rate == started.get("rate") and started.get("pump_ml_h") is not None:
            return float(started["pump_ml_h"])
        strength = float(self.setting["concentration_mg_ml"])
        return pump_of(proved(), rate, self.unit, self._weight, strength)

    def _measured(self, name: str) -> Iterator[Event]:
        return (e for e in self._events if e.kind == "measured" and name in e.data)

    def _last_platelets(self) -> float | None:
        found = [float(e.data["platelets"]) for e in self._measured("platelets")]
        return found[-1] if found else self._platelets_before()

    def _platelets_before(self) -> float | None:
        """The count that the first order knew, in whichever unit it was typed."""
        given = {n: self.setting.get(n) for n in ("platelets", "platelets_per_ul")}
        return _one(patient_of(proved(), given), "platelets")

    def _in_range(self, aptt_s: float) -> bool:
        window = self.window()
        return window is not None and window[0] <= aptt_s <= window[1]

    def _position(self, event: Event) -> Position:
        step, window = event.data.get("step"), self.window()
        if step and step.get("in_range"):
            return "in"
        if window is None:
            return ""
        value = event.data["aptt_s"]
        return "below" if value < window[0] else "above" if value > window[1] else "in"

    def _segments(self) -> Iterator[Segment]:
        """The infusion as stretches at one rate."""
        kinds = ("started", "rate", "held", "resumed", "stopped")
        moves = [event for event in self._events if event.kind in kinds]
        for event, after in itertools.zip_longest(moves, moves[1:]):
            if event.kind == "stopped":
                continue
            held = event.kind == "held"
            rate = 0.0 if held else float(event.data["rate"])
            yield Segment(
                event.at,
                None if after is None else after.at,
                rate,
                self.unit,
                self._pump(rate),
                event.data.get("reason", ""),
                held,
            )
