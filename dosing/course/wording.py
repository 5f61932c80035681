"""The log of a course in plain words: one line for each entry, and where the course stands."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from dosing.base.findings import Finding
from dosing.base.units import show, show_hours
from dosing.course import events as ev
from dosing.course import log, results
from dosing.course.events import Event
from dosing.course.state import State, setting_words
from dosing.knowledge.sentences import words

if TYPE_CHECKING:
    from dosing.course.book import Book


def result_words(book: "Book", fact: ev.Measured) -> str:
    """The results of a sample, such as ``aPTT 44 s, platelets 90 × 10⁹/L``."""
    said = []
    for name, value in fact.values.items():
        quantity = book.seeds.quantities[book.seeds.names[name]]
        unit = quantity.names[name].unit
        shown = value if isinstance(value, str) else show(value)
        said.append(f"{quantity.label} {shown} {unit}".rstrip())
    return ", ".join(said)


def what(book: "Book", event: Event) -> str:
    """What an entry says, without its time: ``rate set to 0.6 mcg/kg/min = 2.5 mL/h``."""
    if isinstance(event, ev.Measured):
        return result_words(book, event)
    if isinstance(event, ev.Noted):
        return event.text
    if isinstance(event, ev.Bolus):
        return words("entry-bolus", amount=event.amount, unit=event.unit)
    if isinstance(event, ev.Changed):
        return words("entry-changed", what=_changes(book, event))
    if isinstance(event, ev.Interrupted):
        return words("entry-sample-lost" if event.sample else "entry-interrupted", what=event.what)
    if isinstance(event, ev.Corrected | ev.Withdrawn):
        return _about(book, event)
    if isinstance(event, ev.Stopped):
        then = words("entry-then", agent=event.next_agent) if event.next_agent else ""
        at = words("entry-at", at=book.shown(event.next_at)) if event.next_at else ""
        return " ".join(part for part in (words("entry-stopped"), then, at) if part)
    if isinstance(event, ev.Held):
        return _held(book, event)
    assert isinstance(event, log.SET_TO)
    return words(f"entry-{event.kind.replace('_', '-')}", rate=setting_words(event.set_to))


def _held(book: "Book", event: ev.Held) -> str:
    unit = book.before(event).setting.unit
    again = f"{show(event.resume_rate or 0, 4)} {unit}"
    if event.hold_min is None:
        return words("entry-held", rate=again)
    return words("entry-held-for", wait=show_hours(event.hold_min / 60), rate=again)


def _changes(book: "Book", event: ev.Changed) -> str:
    seeds, said = book.seeds, []
    for name, value in event.inputs.items():
        quantity = seeds.quantities[seeds.names[name]]
        shown = show(value) if isinstance(value, int | float) else str(value)
        said.append(f"{quantity.label} {shown} {quantity.names[name].unit}".rstrip())
    if event.protocol:
        said.append(seeds.protocols[event.protocol].title)
    return ", ".join(said)


def _about(book: "Book", event: ev.Corrected | ev.Withdrawn) -> str:
    first = book.ids.get(event.event)
    one = "" if first is None else f"{book.shown(first.at)}: {what(book, first)}"
    if isinstance(event, ev.Withdrawn):
        return words("entry-withdrawn", one=one)
    said = []
    for name, value in event.values.items():
        label = (
            book.seeds.quantities[book.seeds.names[name]].label if name in book.seeds.names else ""
        )
        if isinstance(value, datetime):
            value = book.shown(value)
        shown = show(value) if isinstance(value, int | float) else str(value)
        said.append(f"{label or name.replace('_', ' ')} {shown}")
    return words("entry-corrected", one=one, values=", ".join(said))


def meaning(event: Event) -> str:
    """What followed from an entry, or why it was made."""
    if isinstance(event, ev.Measured) and event.step is not None:
        stops = " ".join(f.text for f in event.step.findings if f.stops)
        return event.step.sentence if event.step.action else stops or event.step.sentence
    if isinstance(event, ev.Corrected | ev.Withdrawn):
        return " ".join([event.reason, *event.review])
    outside = getattr(event, "outside", ())
    return " ".join([event.reason, *outside]).strip()


def lines(book: "Book", state: State, alerts: Sequence[Finding], now: datetime) -> list[str]:
    """The whole course as text: alerts, where it stands, and the log, oldest first."""
    out = [words("show-title", drug=book.seeds.drugs[book.drug].label, at=book.shown(now))]
    out += [f"  {finding}" for finding in alerts]
    out += [f"  {line}" for line in standing(book, state)]
    marks = marked(book.events)
    for place, event in enumerate(book.events):
        if event.at > now and not isinstance(event, ev.Corrected | ev.Withdrawn):
            continue
        by = f" ({event.by})" if event.by else ""
        mark = f" [{marks[event.id]}]" if event.id in marks else ""
        told = meaning(event)
        out.append(
            f"{place + 1:3}  {book.shown(event.at)}  {what(book, event)}{mark}{by}"
            + (f"\n{'':23}{told}" if told else "")
        )
    return out


def standing(book: "Book", state: State) -> list[str]:
    """Where the course stands, a line each."""
    unit = state.unit
    if state.stopped:
        out = [words("stands-stopped")]
        if state.next_agent:
            at = words("entry-at", at=book.shown(state.next_at)) if state.next_at else ""
            out.append(f"{words('entry-then', agent=state.next_agent)} {at}".rstrip())
    elif state.held:
        again = f"{show(state.held_from or 0, 4)} {unit}"
        name = "stands-held" if state.resume_at is None else "stands-held-until"
        at = "" if state.resume_at is None else book.shown(state.resume_at)
        out = [words(name, rate=again, at=at)]
    else:
        pump = "" if state.pump_ml_h is None else f" = {show(state.pump_ml_h)} mL/h"
        out = [words("stands-running", rate=f"{show(state.running, 4)} {unit}{pump}")]
    if state.recommendation is not None:
        out.append(words("stands-to-do", what=state.recommendation.sentence))
    if state.due is not None:
        label = results.labels(book.seeds, [results.measured_name(book.seed)])
        name = "stands-overdue" if state.overdue else "stands-due"
        out.append(words(name, label=label, at=book.shown(state.due)))
    share = state.time_in_range
    out.append(words("stands-given", amount=state.given_total, unit=state.given_unit))
    if share is not None:
        out.append(words("stands-in-range", share=share * 100))
    return out


def marked(events: tuple[Event, ...]) -> dict[str, str]:
    """Which entries were corrected or withdrawn, in a word each."""
    gone = log.withdrawn(events)
    out = {}
    for name, later in log.replaced(events).items():
        live = [e for e in later if e.id not in gone]
        if name in gone:
            out[name] = words("mark-withdrawn")
        elif live:
            out[name] = words("mark-corrected")
    return out
