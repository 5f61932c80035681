"""What a question reads from the log of the infusion that runs."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from dosing.base.units import show
from dosing.course import results
from dosing.course.events import Measured
from dosing.course.state import rate_in
from dosing.knowledge.seedtypes import Protocol
from dosing.knowledge.sentences import words

if TYPE_CHECKING:
    from dosing.course.course import Course

HOUR = timedelta(hours=1)


def latest(course: "Course", now: datetime) -> dict[str, float | str]:
    """The newest result of each kind, by the registry's names."""
    names = course.book.seeds.names
    found: dict[str, float | str] = {}
    for fact in course.book.facts_until(now):
        if isinstance(fact, Measured):
            for name, value in fact.values.items():
                found = {n: v for n, v in found.items() if names[n] != names[name]}
                found[name] = value
    return found


def for_protocol(course: "Course", protocol: Protocol, now: datetime) -> dict[str, Any]:
    """The rate that runs and how old the last result is, for a protocol of the same drug."""
    book = course.book
    stood = book.standing(now)
    if protocol.drug != course.drug or not stood.runs:
        return {}
    found = results.readings(book, results.measured_name(protocol), now)
    out: dict[str, Any] = {}
    at = now
    if found:
        fact = found[-1][0]
        then = book.before(fact)
        at = fact.at
        out["hours_since_drawn"] = (now - at) / HOUR
        out["hours_since_change"] = max((at - then.changed_at) / HOUR, 0.0)
        if then.bolus_at is not None:
            out["hours_since_bolus"] = (at - then.bolus_at) / HOUR
        stood = then if then.runs else stood
    running = rate_in(stood.setting, protocol.dose_unit, stood.weight_kg)
    if running == running:
        out["running"] = running
    return out


def said(course: "Course", given: dict[str, Any], unit: str, now: datetime) -> str:
    """What was read from the log, in words."""
    seeds, parts = course.book.seeds, []
    for name, value in given.items():
        quantity = seeds.quantities[seeds.names[name]]
        if name == "running":
            parts.append(f"{quantity.label} {show(value, 4)} {unit}")
        elif quantity.logged:
            shown = value if isinstance(value, str) else show(value)
            parts.append(f"{quantity.label} {shown} {quantity.names[name].unit}".rstrip())
    if not parts:
        return ""
    return words("from-the-log", what=", ".join(parts), at=course.book.shown(now))
