"""What the titrate panel knows: first order, course, next step. No widget is imported."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

import traitlets as tl

from dosing.advice.choice import proposed
from dosing.advice.handover import Gate, warfarin_gate
from dosing.advice.start import Advice, advice_of, starts
from dosing.advice.step import Step
from dosing.advice.targets import TargetRange, target
from dosing.base.findings import Finding
from dosing.course import entering, log, results
from dosing.course import events as ev
from dosing.course.course import Course
from dosing.course.events import Event, Measured
from dosing.course.state import mass_unit, setting_words
from dosing.knowledge.library import load
from dosing.knowledge.seedtypes import Table
from dosing.knowledge.sentences import words
from dosing.orders.pump import is_infusion
from dosing.rules.columns import one_patient
from dosing.rules.decide import needed
from dosing.rules.remarks import remark
from dosing.scoring.door import score_of, scores
from dosing.ui.page.patient import OF_THE_ORDER, PatientModel, label_of
from dosing.ui.titrate.fieldtext import worded

Clock = Callable[[], dt.datetime]
ACTS = (ev.Started, ev.RateSet, ev.Held, ev.Resumed, ev.Stopped)


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
    """The drugs that a protocol titrates."""
    titrated = {p.drug for p in load().protocols.values()}
    return [d for d in load().drugs if d in titrated]


def indications(drug: str) -> list[str]:
    """For what a drug is started by pump; what a protocol titrates comes first."""
    seeds = load()
    titrated = {p.indication for p in seeds.protocols.values() if p.drug == drug}
    known = {t.indication for t in seeds.tables.values() if t.drug == drug}
    usable = [i for i in sorted(known) if start_tables(drug, i)]
    return sorted(usable, key=lambda i: (i not in titrated, i))


def _utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


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

    def __init__(self, patient: PatientModel | None = None, now: Clock = _utc_now) -> None:
        super().__init__()
        self.now = now
        self.patient = patient or PatientModel()
        self.advices: list[Advice] = []
        self._worked_out: tuple[Any, ...] = ()
        self.told: dict[str, Any] = {}
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

    def in_units(self) -> bool:
        """Whether the drug is measured in units, and its bags in units/mL."""
        return any(
            p.dose_unit.startswith("units")
            for p in load().protocols.values()
            if p.drug == self.drug
        )

    def protocols(self) -> list[str]:
        """The protocols that titrate this drug."""
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
        """Whether the platelets allow warfarin in HIT; None while no count is known."""
        count: Any = None
        if self.indication != "hit":
            return None
        entry = self.patient.entries["platelets"]
        if entry.value is not None:
            count = float(self.patient.read().numbers("platelets")[0])
        if self.course is not None:
            found = results.readings(self.course.book, "platelets")
            count = found[-1][1].value if found else count
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
        course = Course.begin(
            cast(Advice, self.advice), at=at, protocol=self.protocol, now=self.now()
        )
        self.told = self.patient.values()
        self.set_trait("course", course)

    def changed(self) -> list[str]:
        """What differs from what the course was told, in words."""
        if self.course is None:
            return []
        said = [f"{label} is not valid" for label in self.patient.problems()]
        for name in self._differing():
            if label_of(name) not in self.patient.problems():
                old, new = worded(self.told.get(name)), worded(self.patient.values().get(name))
                said.append(f"{_named(name)}: {old} in the log, {new} now")
        fact = self.open_result()
        older = fact is not None and fact.step is not None and fact.step.seeds != load().digest
        if fact is not None and older and self._follows_else(fact, max(fact.recorded_at, fact.at)):
            said.append(words("newer-data"))
        return said

    def _differing(self) -> list[str]:
        """The names whose values differ from what the course was told."""
        now, then = self.patient.values(), self.told
        names = [n for n in dict.fromkeys([*then, *now]) if now.get(n) != then.get(n)]
        return [n for n in names if load().names[n] != "bag"]  # no course is reckoned by its size

    def use_changes(self, at: dt.datetime) -> None:
        """Go on with the entries as they are now, as an event; what was recommended from the last
        result, and not yet done, is worked out anew.
        """
        if self.course is None or not self.changed():
            return
        if self.patient.problems():
            raise ValueError(words("begin-put-right", labels=", ".join(self.patient.problems())))
        course, inputs = self.course, self._changes()
        if inputs:
            course.change(at=at, now=self.now(), **inputs)
        fact = self.open_result()
        if fact is not None and self._follows_else(fact, self.now()):
            self._work_out_anew(course, fact)
        self.told = self.patient.values()

    def _work_out_anew(self, course: Course, fact: Measured) -> None:
        """The same result entered once more, with what is known now."""
        now = self.now()
        course.withdraw(fact.id, reason=words("worked-out-anew"), now=now)
        again: dict[str, Any] = {**fact.values}
        if fact.shown is not None:
            again |= {"running": fact.shown, "running_unit": fact.shown_unit}
        course.measure(at=fact.at, received_at=fact.received_at, now=now, by=fact.by, **again)

    def _changes(self) -> dict[str, Any]:
        """What the course is to be told, by name; None takes an answer back."""
        seeds, now = load(), self.patient.values()
        inputs = {n: now.get(n) for n in self._differing()}
        answered = {seeds.names[n] for n in now}
        for name in [n for n, value in inputs.items() if value is None]:
            quantity = seeds.names[name]
            if quantity not in ("weight", *OF_THE_ORDER):
                continue
            if quantity not in answered:
                raise ValueError(words("change-cleared", label=label_of(name)))
            del inputs[name]
        return inputs

    def _follows_else(self, fact: Measured, at: dt.datetime) -> bool:
        """Whether something else follows from a result, with what is known at a moment."""
        new = results.step_of(self._begun().book, fact, at)
        return order_of(new) != order_of(fact.step)

    def open_result(self) -> Measured | None:
        """The newest result that steers the pump, when nothing has been done about it yet."""
        for fact in self._newest_first():
            if isinstance(fact, ACTS):
                return None
            if isinstance(fact, Measured) and fact.step is not None:
                return fact
        return None

    def _newest_first(self) -> Iterator[Event]:
        """The events as they hold now, those last entered or worked out anew first."""
        if self.course is None:
            return
        holding = {fact.id: fact for fact in self.course.facts}
        for event in reversed(self.course.events):
            again = [*event.steps] if isinstance(event, ev.Corrected | ev.Withdrawn) else []
            for name in (*reversed(again), event.id):
                if name in holding:
                    yield holding.pop(name)

    def measure(self, at: dt.datetime, **given: Any) -> Step | None:
        """Enter laboratory results, as typed."""
        return self._running().measure(at=at, now=self.now(), **given)

    def follow(self, at: dt.datetime, bolus: bool = True) -> None:
        """Do as recommended."""
        self._running().follow(at=at, bolus=bolus, now=self.now())

    def differ(
        self, what: str, at: dt.datetime, rate: str = "", reason: str = "", **more: Any
    ) -> None:
        """Do otherwise: ``rate``, ``bolus``, ``hold``, ``resume``, ``stop``, or only a ``note``."""
        course, now = self._running(), self.now()
        if what == "note":
            course.note(reason, at=at, now=now)
        elif what == "rate":
            if not rate.strip():
                raise ValueError(words("new-rate", unit=course.unit))
            course.set_rate(rate, at=at, reason=reason, now=now, **more)
        elif what == "bolus":
            course.bolus(rate, at=at, reason=reason, now=now, **more)
        elif what == "hold":
            course.hold(at=at, reason=reason, now=now)
        elif what == "resume":
            course.resume(rate.strip() or None, at=at, reason=reason, now=now, **more)
        elif what == "stop":
            course.stop(at=at, reason=reason, now=now, **more)
        else:
            raise ValueError(words("choose-what-was-done"))

    def told_of(self, what: str, at: dt.datetime, typed: str, unit: str) -> str:
        """What an act would be, in words; ValueError where it cannot be read."""
        book = self._begun().book
        stood = book.standing(at)
        if what == "bolus":
            amount = entering.bolus_amount(book, stood, typed, unit)
            return words("entry-bolus", amount=amount, unit=mass_unit(book.unit))
        rate = setting_words(entering.wanted(book, stood, typed, unit if what == "rate" else ""))
        return words("entry-resumed" if what == "resume" else "entry-rate-set", rate=rate)

    def last_entry(self) -> Event | None:
        """The newest entry that still holds."""
        gone = log.withdrawn(self.course.events) if self.course else {}
        for event in reversed(self.course.events if self.course else ()):
            if not isinstance(event, ev.Withdrawn) and event.id not in gone:
                return event
        return None

    def undo(self, reason: str) -> str:
        """Withdraw the newest entry that still holds; the log keeps it. The start ends the case."""
        event = self.last_entry()
        if self.course is None or event is None:
            raise ValueError(words("course-nothing-to-undo"))
        if isinstance(event, ev.Started):
            self.set_trait("course", None)
            self.told = {}
            return words("start-taken-back")
        self.withdraw(event.id, reason)
        return words("last-taken-back")

    def withdraw(self, event: str, reason: str) -> Event:
        """Say that an entry did not happen."""
        return self._begun().withdraw(event, reason=reason, now=self.now())

    def correct(self, event: str, reason: str, **values: Any) -> Event:
        """Say what an entry really was."""
        return self._begun().correct(event, reason=reason, now=self.now(), **values)

    def last_step(self) -> tuple[Measured, Step] | None:
        """The newest result from which a recommendation followed, and that."""
        for fact in self._newest_first():
            if isinstance(fact, Measured) and fact.step is not None:
                return fact, fact.step
        return None

    def _begun(self) -> Course:
        if self.course is None:
            raise ValueError(words("start-first"))
        return self.course

    def _running(self) -> Course:
        course = self._begun()
        if self.changed():
            raise ValueError(words("settle-first"))
        return course

    def to_dict(self) -> dict[str, Any]:
        """The case as JSON keeps it, apart from the patient's entries."""
        if self.course is None:
            return {}
        return {"course": self.course.to_dict(), "told": self.told}

    def restore(self, record: Mapping[str, Any]) -> None:
        """Take a kept case up again; ValueError when it is not one."""
        if not record:
            return
        course = Course.from_dict(record["course"])
        begun = dict(record["told"])
        one_patient(load(), begun)  # names that the registry does not know are refused here
        self.told = begun
        self.chose_protocol, self.protocol = True, course.protocol
        self.set_trait("course", course)

    def clear(self) -> None:
        """Forget the case, for the next patient."""
        self.set_trait("course", None)
        self.told = {}
        self.chose_protocol, self.protocol = False, ""


def _named(name: str) -> str:
    unit = load().quantities[load().names[name]].names[name].unit
    return f"{label_of(name)} ({unit})" if unit else label_of(name)


def order_of(step: Step | None) -> tuple[Any, ...] | None:
    """What a step asks to do."""
    if step is None:
        return None
    return step.action, step.rate, step.resume_rate, step.hold_min, step.bolus_total
