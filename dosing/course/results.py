"""Results in a course: what may be logged, what they say, and the step that follows from them."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import attrs

from dosing.base.findings import Finding, ordered
from dosing.course import events as ev
from dosing.course.events import Measured
from dosing.course.state import HOUR, Standing, near, rate_in, time_in_range
from dosing.knowledge.library import Library
from dosing.knowledge.seedtypes import Protocol
from dosing.knowledge.sentences import say, words
from dosing.rules.columns import one_patient
from dosing.rules.protocols import inputs_of, target_of
from dosing.rules.read import is_blank
from dosing.rules.remarks import findings_at

if TYPE_CHECKING:
    from dosing.advice.step import Step
    from dosing.course.book import Book

DAY = timedelta(hours=24)
PLATELETS_LOOK_BACK = timedelta(days=3)
LIMITS_LOWER = ("decrease", "hold", "stop")  # what no rule of time or order withholds


@attrs.frozen
class Reading:
    """A result as a number, and on which side of it the true value lies, if off the scale."""

    value: float
    side: str = ""  # "above", "below" or nothing


def read(seeds: Library, values: Mapping[str, Any]) -> dict[str, float | str]:
    """Results as entered; blank ones are left out.

    Raises
    ------
    ValueError
        In the words of the field for one that cannot be, for a name that no log takes, or when
        nothing was entered.
    """
    known = seeds.logged
    given = {n: v for n, v in values.items() if not is_blank(v)}
    for name in given:
        if name not in known:
            label = seeds.quantities[seeds.names[name]].label if name in seeds.names else name
            raise ValueError(words("course-not-logged", label=label, known=labels(seeds, known)))
    if not given:
        raise ValueError(words("course-no-result", labels=labels(seeds, known)))
    patient = one_patient(seeds, given)
    problems = [f.text for f in findings_at(patient.remarks, 0) if f.level in ("stop", "needed")]
    if problems:
        raise ValueError(" ".join(problems))
    out: dict[str, float | str] = {}
    for name, raw in given.items():
        off = patient.side(name)[0]
        out[name] = str(raw).strip() if off else float(patient.numbers(name)[0])
    return out


def reading(seeds: Library, values: Mapping[str, Any], name: str) -> Reading | None:
    """One of the results in the unit of ``name``; None where it is not among them."""
    quantity = seeds.names[name]
    own = {n: v for n, v in values.items() if seeds.names.get(n) == quantity}
    if not own:
        return None
    if name in own and isinstance(own[name], float):
        return Reading(own[name])
    patient = one_patient(seeds, own)
    side = int(patient.side(name)[0])
    value = round(float(patient.numbers(name)[0]), 3)  # next to its bound where it is off the scale
    return Reading(value, "above" if side > 0 else "below" if side < 0 else "")


def readings(
    book: "Book", name: str, until: datetime | None = None
) -> list[tuple[Measured, Reading]]:
    """All results of one kind that hold, by the time they were drawn."""
    found = []
    for fact in book.facts if until is None else book.facts_until(until):
        if isinstance(fact, Measured) and (one := reading(book.seeds, fact.values, name)):
            found.append((fact, one))
    return found


def rate_name(unit: str) -> str:
    """Under which name a rate in this unit is checked."""
    return "heparin_units_h" if unit == "units/h" else "running"


def measured_name(protocol: Protocol) -> str:
    """What is measured for a protocol, as it is entered."""
    return next(n for n in inputs_of(protocol) if n != "baseline_aptt_s")


def window(book: "Book", stood: Standing) -> tuple[float, float] | None:
    """The range sought, in what the protocol measures."""
    protocol = book.seeds.protocols[stood.protocol]
    if protocol.measure != "aptt_ratio":
        found = target_of(protocol)
        return found.low, found.high
    return book.engine.window(book.seeds, protocol.drug, stood.inputs.get("baseline_aptt_s"))


def in_range_share(book: "Book", at: datetime) -> float | None:
    """The fraction of the time until a moment in range."""
    stood = book.standing(at)
    name = measured_name(book.seeds.protocols[stood.protocol])
    found = [(fact.at, one.value) for fact, one in readings(book, name, at)]
    return time_in_range(found, window(book, stood))


def step_of(
    book: "Book", made: Measured, now: datetime, today: Standing | None = None
) -> "Step | None":
    """What follows from a result; None when nothing measured steers the pump.

    ``today`` is where the course stands at ``now``; by default as is known by now.
    """
    seeds = book.seeds
    then, today = book.before(made), book.standing(now) if today is None else today
    protocol = seeds.protocols[today.protocol]
    steering = measured_name(protocol)
    if reading(seeds, made.values, steering) is None or today.stopped:
        return None
    inputs = _inputs(book, made, then, today, now)
    step = book.engine.next_step(seeds, protocol, inputs)
    if step.action == "resume" and today.runs:  # drawn during a hold that is over
        current: dict[str, Any] = {
            "rate": today.running(protocol.dose_unit),
            "pump_ml_h": today.setting.pump_ml_h,
        }
        step = attrs.evolve(step, action="continue", given_dose=current["rate"], **current)
    if made.shown is not None:
        step = _as_shown(book, step, made, then)
    others = [
        one.value
        for fact in book.drawn_at(made.at)
        if fact.id != made.id and (one := reading(seeds, fact.values, steering))
    ]
    if others and step.action not in LIMITS_LOWER:
        mine = reading(seeds, made.values, steering)
        said: dict[str, Any] = {
            "one": others[-1],
            "other": mine.value if mine else 0,
            "at": book.shown(made.at),
        }
        step = unanswered(step, say("course-two-values", **said))
    if step.action == "continue" and step.rate == today.running(protocol.dose_unit):
        step = attrs.evolve(step, pump_ml_h=today.setting.pump_ml_h)  # as it was set, it runs on
    return step


def _inputs(
    book: "Book", made: Measured, then: Standing, today: Standing, now: datetime
) -> dict[str, Any]:
    """What the protocol is told: the patient as known now, the pump as it was at the draw."""
    seeds, unit = book.seeds, book.seeds.protocols[today.protocol].dose_unit
    inputs: dict[str, Any] = {**today.inputs}
    for name, value in made.values.items():
        quantity = seeds.names[name]
        inputs = {n: v for n, v in inputs.items() if seeds.names.get(n) != quantity}
        inputs[name] = value
    if today.setting.strength is not None:
        strength = "concentration_units_ml" if unit.startswith("units") else "concentration_mg_ml"
        inputs[strength] = today.setting.strength
    inputs["hours_since_drawn"] = _hours(now - made.at)
    inputs["hours_since_change"] = _hours(made.at - then.changed_at)
    if then.bolus_at is not None:
        inputs["hours_since_bolus"] = _hours(made.at - then.bolus_at)
    inputs["in_range_before"] = then.in_range_before
    first = book.started.set_to
    inputs["started_at"] = rate_in(first, unit, first.weight_kg, near(book.seeds))
    inputs |= _running(then, today, unit)
    inputs |= _before(book, made)
    return {n: v for n, v in inputs.items() if n in seeds.names or n in ("held_from", "running")}


def _hours(span: timedelta) -> float:
    return round(max(span / HOUR, 0.0), 4)


def _running(then: Standing, today: Standing, unit: str) -> dict[str, Any]:
    """The rate that ran when the sample was drawn, and that which runs now where it is another."""
    if then.held:
        return {"running": 0.0, "held_from": today.held_from if today.held else then.held_from}
    drawn, current = then.running(unit), today.running(unit)
    return {"running": drawn} if drawn == current else {"running": drawn, "rate_now": current}


def _before(book: "Book", made: Measured) -> dict[str, Any]:
    """The result just before, where it had been acted on, and the counts of late."""
    seeds = book.seeds
    out: dict[str, Any] = highest(book, made.at, made.id)
    for name, as_ in (("aptt_s", "aptt_before_s"), ("anti_xa_units_ml", "anti_xa_before_units_ml")):
        fact = _latest_before(book, made, name)
        if fact is not None and _acted_on(book, fact, made.at):
            out[as_] = fact.values.get(name)
    if reading(seeds, made.values, "platelets") is not None and _in_window(book, made):
        fact = _latest_before(book, made, "platelets")
        known = None if fact is None else reading(seeds, fact.values, "platelets")
        before = reading_of_inputs(seeds, book.started.inputs, "platelets")
        before = before if known is None else known.value
        if before is not None:
            out["platelets_before"] = before
    return {n: v for n, v in out.items() if v is not None}


def _in_window(book: "Book", made: Measured) -> bool:
    """Whether what steers is where it is sought: then a fall of the platelets has no excuse."""
    sought = window(book, book.standing(made.at))
    one = reading(book.seeds, made.values, measured_name(book.seed))
    return sought is not None and one is not None and sought[0] <= one.value <= sought[1]


def _latest_before(book: "Book", made: Measured, name: str) -> Measured | None:
    """The newest earlier sample with a result of one kind, within three days."""
    for fact in _earlier(book, made.at, made.id):
        if reading(book.seeds, fact.values, name) is not None:
            return fact
    return None


def _earlier(book: "Book", at: datetime, skip: str = "") -> Iterator[Measured]:
    """The samples of the three days before a moment, the newest first."""
    for fact in book.backwards(at):
        if fact.at < at - PLATELETS_LOOK_BACK:
            return
        if isinstance(fact, Measured) and fact.id != skip:
            yield fact


def highest(book: "Book", at: datetime, skip: str = "") -> dict[str, float]:
    """The highest platelets of the 72 h and hemoglobin of the 24 h before a moment."""
    seeds, first = book.seeds, book.started
    found: dict[str, list[float]] = {"platelets": [], "hemoglobin_g_dl": []}
    for fact in _earlier(book, at, skip):
        for name, values in found.items():
            late = name == "platelets" or fact.at >= at - DAY
            if late and (one := reading(seeds, fact.values, name)):
                values.append(one.value)
    for name, span in (("platelets", PLATELETS_LOOK_BACK), ("hemoglobin_g_dl", DAY)):
        known = reading_of_inputs(seeds, first.inputs, name)
        if first.at >= at - span and known is not None:
            found[name].append(known)
    names = {"platelets": "platelets_highest_72h", "hemoglobin_g_dl": "hemoglobin_highest_24h_g_dl"}
    return {names[n]: max(values) for n, values in found.items() if values}


def reading_of_inputs(seeds: Library, inputs: Mapping[str, Any], name: str) -> float | None:
    """A value that the first order knew, in whichever unit it was typed."""
    one = reading(seeds, {n: v for n, v in inputs.items() if v is not None}, name)
    return None if one is None or one.value != one.value else one.value


def _acted_on(book: "Book", result: Measured, before: datetime) -> bool:
    """Whether something was done about a result before a moment."""
    acts = (ev.RateSet, ev.Held, ev.Resumed)
    for fact in book.backwards(before):
        if fact.at < result.at:
            return False
        if isinstance(fact, acts):
            return True
    return False


def next_sample(step: "Step", drawn: datetime) -> datetime | None:
    """When the next sample is due after a step, from the draw and the hold that it orders."""
    if step.recheck_h is None:
        return None
    return drawn + timedelta(hours=step.recheck_h, minutes=step.hold_min or 0)


def _as_shown(book: "Book", step: "Step", made: Measured, then: Standing) -> "Step":
    """The step, unless the pump shows another rate than the log and the step would not lower it."""
    unit = step.unit
    log_says = then.setting
    shown = made.shown or 0.0
    if made.shown_unit == "mL/h":
        mine, other, said = log_says.pump_ml_h or 0.0, shown, "mL/h"
    else:
        mine = rate_in(log_says, made.shown_unit, then.weight_kg, near(book.seeds))
        other, said = shown, made.shown_unit
    mine = mine if then.runs else 0.0
    if mine == mine and abs(mine - other) <= near(book.seeds) * max(mine, other):
        return step
    finding = say("course-pump-shows-other", shown=other, log=mine, unit=said)
    if step.action in LIMITS_LOWER:
        return attrs.evolve(step, findings=ordered([finding, *step.findings]))
    return unanswered(attrs.evolve(step, unit=unit), finding)


def unanswered(step: "Step", finding: Finding) -> "Step":
    """The step taken back, with what must first be put right."""
    return attrs.evolve(
        step, action="", status="impossible", rate=None, pump_ml_h=None, given_dose=None,
        bolus=None, bolus_total=None, bolus_unit=None, hold_min=None, until_in_range=False,
        resume_rate=None, resume_pump_ml_h=None, recheck_h=None, in_range=None, notify=False,
        row=None, findings=ordered([finding, *step.findings]),
    )  # fmt: skip


def labels(seeds: Library, names: Iterable[str]) -> str:
    """The quantities of some names in words."""
    return ", ".join(dict.fromkeys(seeds.quantities[seeds.names[n]].label for n in names))
