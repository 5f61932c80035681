"""What the titrate panel knows: first order, course, next step. No widget is imported."""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any, cast

import traitlets as tl

from dosing.advice.choice import proposed
from dosing.advice.handover import Gate, warfarin_gate
from dosing.advice.start import Advice, advice_of, starts
from dosing.advice.step import Step
from dosing.advice.targets import TargetRange, target
from dosing.base.findings import Finding
from dosing.base.units import show
from dosing.course.course import Course
from dosing.knowledge.library import load
from dosing.knowledge.seedtypes import Table
from dosing.knowledge.sentences import words
from dosing.orders.pump import is_infusion
from dosing.rules.columns import one_patient
from dosing.rules.decide import needed
from dosing.rules.remarks import remark
from dosing.scoring.door import score_of, scores
from dosing.ui.page.patient import OF_THE_ORDER, PatientModel, label_of

TAKEN_BACK, CHANGED = "Taken back", "Entries changed"


_CLOCK = re.compile(r"(?:(\d{4})-(\d{1,2})-(\d{1,2})[ T]+)?(\d{1,2}):(\d{2})", re.ASCII)


def read_time(text: str, now: dt.datetime) -> dt.datetime:
    """Read a moment that has come: ``08:30`` today, or ``2026-11-21 08:30``.

    Parameters
    ----------
    text : str
    now : datetime.datetime
        With its offset from UTC, which the answer shares.

    Returns
    -------
    datetime.datetime

    Raises
    ------
    ValueError
        In a sentence, for anything else and for a moment still to come.

    Examples
    --------
    >>> read_time("08:30", dt.datetime(2026, 11, 21, 9)).hour
    8
    """
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        raise ValueError(words("time-form", today=f"{now:%Y-%m-%d}"))
    year, month, day, hour, minute = found.groups()
    date = (now.year, now.month, now.day) if year is None else (int(year), int(month), int(day))
    try:
        at = dt.datetime(*date, int(hour), int(minute), tzinfo=now.tzinfo)
    except ValueError:
        raise ValueError(words("time-unreal", typed=text.strip())) from None
    if at > now:
        name = "time-to-come" if year else "time-to-come-no-date"
        raise ValueError(words(name, at=show_time(at)))
    return at


def show_time(at: dt.datetime) -> str:
    """Write a moment as a field holds it.

    Examples
    --------
    >>> show_time(dt.datetime(2026, 11, 21, 8, 5))
    '2026-11-21 08:05'
    """
    return f"{at:%Y-%m-%d %H:%M}"


def derived(patient: PatientModel) -> tuple[list[str], list[Finding]]:
    """What follows from the entries, in sentences, and where entries contradict each other."""
    said = []
    inputs, read = patient.inputs(), patient.read()
    clearance = score_of(scores(read.seeds, "cockcroft-gault", read), 0, inputs)
    if clearance.value is not None:
        given = patient.entries["crcl"].value
        name = "clearance" if given is None else "clearance-not-used"
        said.append(words(name, value=clearance.value))
    grade = score_of(scores(read.seeds, "child-pugh", read), 0, inputs)
    entered = patient.entries["child_pugh"].value
    if grade.value is not None:
        said.append(words("child-pugh", points=grade.value, grade=grade.band))
    elif grade.components and entered is None:
        parts = ", ".join(label_of(name) for name in grade.missing)
        said.append(words("child-pugh-missing", parts=parts))
    return said, [remark(read.seeds, "contradiction", **c.values).at(0) for c in read.conflicts]


def start_tables(drug: str, indication: str) -> dict[str, Table]:
    """The tables that start a drug by pump, by authority."""
    found = load().find(drug, indication)
    return {a: t for a, t in found.items() if is_infusion(t.outputs.get("dose", ""))}


def drugs() -> list[str]:
    """The drugs that a protocol titrates in mg or mcg: a course keeps no units and no anti-Xa."""
    by_weight = {p.drug for p in load().protocols.values() if not p.dose_unit.startswith("units")}
    return [d for d in load().drugs if d in by_weight]


def indications(drug: str) -> list[str]:
    """For what a drug is started by pump; what a protocol titrates comes first."""
    seeds = load()
    titrated = {p.indication for p in seeds.protocols.values() if p.drug == drug}
    known = {t.indication for t in seeds.tables.values() if t.drug == drug}
    usable = [i for i in sorted(known) if start_tables(drug, i)]
    return sorted(usable, key=lambda i: (i not in titrated, i))


class TitrateModel(tl.HasTraits):
    """One patient on one infusion: the choice, the first order, the course and its next step.

    Call :meth:`refresh` after any entry has changed; what it cannot compute it does not keep.
    """

    drug = tl.Unicode()
    indication = tl.Unicode()
    authority = tl.Unicode()
    protocol = tl.Unicode("")
    advice = tl.Instance(Advice, allow_none=True, read_only=True)
    course = tl.Instance(Course, allow_none=True, read_only=True)

    def __init__(self, patient: PatientModel | None = None) -> None:
        super().__init__()
        self.patient = patient or PatientModel()
        self.advices: list[Advice] = []
        self._worked_out: tuple[Any, ...] = ()
        self.begun_with: dict[str, Any] = {}
        self.chose_protocol = False
        self.protocol_findings: tuple[Finding, ...] = ()
        self.drug = drugs()[0]

    @tl.observe("drug")
    def _drug_changed(self, _: object) -> None:
        self.chose_protocol, self.protocol = False, ""
        self.indication = indications(self.drug)[0]
        self._indication_changed(None)

    @tl.observe("indication")
    def _indication_changed(self, _: object) -> None:
        known = self.authorities()
        if self.authority not in known:
            self.authority = next(iter(known))

    def authorities(self) -> dict[str, Table]:
        """Whose tables answer for this drug and indication."""
        return start_tables(self.drug, self.indication)

    def protocols(self) -> list[str]:
        """The protocols that titrate this drug in its unit."""
        seeds = load()
        first = seeds.site.protocols.get(self.drug, ())
        known = [p.id for p in seeds.protocols.values() if p.drug == self.drug]
        return [*(p for p in first if p in known), *(p for p in known if p not in first)]

    def asked(self) -> list[str]:
        """The quantities that the chosen tables ask for, in the registry's order."""
        seeds = load()
        names = {"weight_kg", "baseline_aptt_s"}
        tables = [*self.authorities().values()]
        chooser = seeds.site.titration.get(self.drug)
        tables += [seeds.tables[chooser]] if chooser else []
        for found in tables:
            names |= {*found.columns}
        if "crcl_ml_min" in names:
            names |= {*seeds.derivations["crcl_ml_min"].parts}
        wanted = {seeds.names[n] for n in names}
        return [key for key in self.patient.entries if key in wanted]

    def refresh(self) -> None:
        """Compute everything that follows from the entries."""
        inputs, read = self.patient.inputs(), self.patient.read()
        self.set_trait("advice", None)
        key = (read.seeds.digest, self.drug, self.indication, tuple(inputs.items()))
        if self._worked_out != key:  # a result in the log changes none of the first orders
            tables = self.authorities().values()
            self.advices = [advice_of(starts(table, read), 0, inputs) for table in tables]
            self._worked_out = key
        self.set_trait("advice", next(a for a in self.advices if a.authority == self.authority))
        if self.course is None and self.indication in self.titrated():
            chosen, self.protocol_findings = proposed(self.drug, read)
            if not self.chose_protocol:
                self.protocol = chosen or ""
        elif self.course is None:
            self.protocol, self.protocol_findings = "", ()

    def titrated(self) -> set[str]:
        """The indications that a protocol for this drug is written for."""
        return {p.indication for p in load().protocols.values() if p.drug == self.drug}

    def missing(self) -> list[str]:
        """Labels of what the order still needs."""
        found = [] if self.advice is None else self.advice.missing
        wrong = self.patient.problems()
        return [x for x in dict.fromkeys(label_of(name) for name in found) if x not in wrong]

    def findings(self) -> list[Finding]:
        """What is to be said beside the order, without what :meth:`missing` says."""
        if self.advice is None:
            return []
        asked = {needed(load(), name).text_at(0) for name in self.advice.missing}
        return [f for f in self.advice.findings if f.text not in asked]

    def target(self) -> TargetRange:
        """The aPTT sought before a course runs."""
        baseline = self.patient.entries["baseline_aptt"]
        value = None if baseline.problem else baseline.value
        return target(load(), self.drug, value)

    def gate(self) -> Gate | None:
        """Whether the platelets allow warfarin; None while no count is known."""
        count: Any = None
        entry = self.patient.entries["platelets"]
        if entry.value is not None:
            count = float(self.patient.read().numbers("platelets")[0])
        for event in self.course.events if self.course else ():
            count = event.data.get("platelets", count)
        return None if count is None else warfarin_gate(load(), count)

    def baseline_missing(self) -> bool:
        """Whether the chosen protocol needs the patient's own aPTT, which is not there."""
        protocol = load().protocols.get(self.protocol)
        return (
            protocol is not None
            and protocol.measure == "aptt_ratio"
            and self.patient.entries["baseline_aptt"].value is None
        )

    def why_not_begin(self) -> str:
        """Why the infusion cannot be started on this page; empty when it can."""
        if self.course is not None:
            return words("begin-started")
        if self.advice is None or self.advice.order is None:
            return words("begin-no-order")
        if self.patient.problems():
            return words("begin-put-right", labels=", ".join(self.patient.problems()))
        if self.indication not in self.titrated():
            return words("begin-not-titrated")
        if not self.protocol:
            return words("begin-choose-protocol")
        if self.baseline_missing():
            return words("begin-baseline", label=label_of("baseline_aptt_s"))
        return ""

    def begin(self, at: dt.datetime) -> None:
        """Start the infusion as ordered."""
        problem = self.why_not_begin()
        if problem:
            raise ValueError(problem)
        course = Course.begin(cast(Advice, self.advice), at=at, protocol=self.protocol)
        self.begun_with = self.patient.values()
        self.set_trait("course", course)

    def changed(self) -> list[str]:
        """What differs from what the course is computed with, in words."""
        if self.course is None:
            return []
        now, then = self.patient.values(), self.begun_with
        said = [f"{label} is not valid" for label in self.patient.problems()]
        for name in dict.fromkeys([*then, *now]):
            old, new = then.get(name), now.get(name)
            if old != new and label_of(name) not in self.patient.problems():
                said.append(f"{_named(name)}: {worded(old)} at the start, {worded(new)} now")
        at = self._open_result()
        if at is not None and self.course.events[at].data["step"]["seeds"] != load().digest:
            said.append("the calculator's data are newer than the step shown")
        return said

    def fixed(self) -> bool:
        """Whether a change touches what the pump was set by, which only a new course may use."""
        seeds = load()
        now, then = self.patient.values(), self.begun_with
        differs = {n for n in {*now, *then} if now.get(n) != then.get(n)}
        return any(seeds.names[n] in ("weight", *OF_THE_ORDER) for n in differs)

    def use_changes(self, at: dt.datetime) -> None:
        """Go on with the entries as they are now; the log says so, and what was recommended from
        the last result is worked out anew.
        """
        changed = "; ".join(self.changed())
        if self.course is None or not changed:
            return
        if self.patient.problems() or self.fixed():
            raise ValueError(words("not-usable-changes"))
        record = self.course.to_dict()
        kept = {n: record["setting"][n] for n in ("weight_kg", "concentration_mg_ml")}
        setting = self.patient.inputs()
        setting.pop("weight_lb", None)
        events = record["events"]
        again = self._open_result()
        course = Course.from_dict(record | {"setting": setting | kept, "events": events[:again]})
        last = course.events[-1].at
        course.note(f"{CHANGED}. {changed}.", at=max(at, last) if again is None else last)
        if again is not None:
            old = self.course.events[again]
            course.measure(at=old.at, **{n: v for n, v in old.data.items() if n != "step"})
            record = course.to_dict()
            record["events"] += events[again + 1 :]
            course = Course.from_dict(record)
        self.begun_with = self.patient.values()
        self.set_trait("course", course)

    def _open_result(self) -> int | None:
        """Where in the log the newest aPTT stands, when nothing has been done about it yet."""
        found = None
        for i, event in enumerate(self.course.events if self.course else ()):
            if event.kind == "measured" and event.data.get("step"):
                found = i
            elif event.kind not in ("measured", "noted"):
                found = None
        return found

    def measure(self, at: dt.datetime, **results: str) -> Step | None:
        """Enter laboratory results, as typed."""
        return self._running().measure(at=at, **results)

    def follow(self, at: dt.datetime) -> None:
        """Do as recommended."""
        self._running().follow(at=at)

    def differ(self, what: str, at: dt.datetime, rate: str = "", reason: str = "") -> None:
        """Do otherwise: ``rate``, ``hold``, ``resume``, ``stop``, or only a ``note``."""
        course = self._running()
        if what == "note":
            course.note(reason, at=at)
        elif what == "rate":
            if not rate.strip():
                raise ValueError(words("new-rate", unit=course.unit))
            course.set_rate(rate, at=at, reason=reason)
        elif what == "hold":
            course.hold(at=at, reason=reason)
        elif what == "resume":
            course.resume(rate or None, at=at, reason=reason)
        elif what == "stop":
            course.stop(at=at, reason=reason)
        else:
            raise ValueError(words("choose-what-was-done"))

    def undo(self) -> str:
        """Take the last entry back; a remark in the log keeps what it was."""
        if self.course is None:
            raise ValueError(words("course-nothing-to-undo"))
        record = self.course.to_dict()
        events = record["events"]
        real = max(i for i, e in enumerate(events) if not _is_trace(e))
        if events[real]["kind"] == "started":
            self.set_trait("course", None)
            self.begun_with = {}
            return words("start-taken-back")
        event = self.course.events[real]
        said = f"{TAKEN_BACK}: {describe(event.kind, event.data, self.course.unit)}, entered for"
        # At the time of what came before it, so that the right one can have any later time.
        course = Course.from_dict(record | {"events": events[:real]})
        for old in events[real + 1 :]:
            course.note(old["data"]["text"], at=course.events[-1].at)
        course.note(f"{said} {event.at:%Y-%m-%d %H:%M}", at=course.events[-1].at)
        self.set_trait("course", course)
        return words("last-taken-back")

    def last_step(self) -> tuple[dt.datetime, Step] | None:
        """The newest recommendation and when its sample was drawn."""
        for event in reversed(self.course.events if self.course else ()):
            if event.data.get("step"):
                return event.at, Step.from_dict(event.data["step"])
        return None

    def _running(self) -> Course:
        if self.course is None:
            raise ValueError(words("start-first"))
        if self.changed():
            raise ValueError(words("settle-first"))
        return self.course

    def to_dict(self) -> dict[str, Any]:
        """The case as JSON keeps it, apart from the patient's entries."""
        if self.course is None:
            return {}
        return {"course": self.course.to_dict(), "begun_with": self.begun_with}

    def restore(self, record: Mapping[str, Any]) -> None:
        """Take a kept case up again; ValueError when it is not one."""
        if not record:
            return
        course = Course.from_dict(record["course"])
        begun = dict(record["begun_with"])
        one_patient(load(), begun)  # names that the registry does not know are refused here
        self.begun_with = begun
        self.chose_protocol, self.protocol = True, course.protocol
        self.set_trait("course", course)

    def clear(self) -> None:
        """Forget the case, for the next patient."""
        self.set_trait("course", None)
        self.begun_with = {}
        self.chose_protocol, self.protocol = False, ""


def _is_trace(event: Mapping[str, Any]) -> bool:
    text = str(event["data"].get("text", ""))
    return event["kind"] == "noted" and text.startswith((TAKEN_BACK, CHANGED))


def _named(name: str) -> str:
    unit = load().quantities[load().names[name]].names[name].unit
    return f"{label_of(name)} ({unit})" if unit else label_of(name)


def worded(value: Any) -> str:
    """A value as it is read."""
    if value is None:
        return "not entered"
    return show(value) if isinstance(value, int | float) else str(value)


def describe(kind: str, data: Mapping[str, Any], unit: str) -> str:
    """One event in a few words, such as ``aPTT 44 s``."""
    if kind == "measured":
        parts = [
            f"{label} {show(data[name])}{after}"
            for name, label, after in (
                ("aptt_s", "aPTT", " s"),
                ("platelets", "platelets", " × 10⁹/L"),
                ("inr", "INR", ""),
            )
            if name in data
        ]
        return ", ".join(parts)
    if kind == "noted":
        return str(data.get("text", ""))
    done = {
        "started": "started at {}",
        "rate": "rate set to {}",
        "resumed": "resumed at {}",
        "held": "held",
        "stopped": "stopped",
    }[kind]
    return done.format(f"{show(data.get('rate', 0))} {unit}")
