"""The next step, the log and the timeline as HTML. Every text is escaped here, once."""

import datetime as dt
from html import escape
from typing import TYPE_CHECKING

import attrs

from dosing.advice.step import Step
from dosing.base.units import clock, show, show_hours
from dosing.course import events as ev
from dosing.course import log as lasting
from dosing.course import results, timeline, wording
from dosing.course.events import Event, Measured
from dosing.course.state import State
from dosing.course.timeline import Timeline
from dosing.course.times import zone_of
from dosing.rules.protocols import measure_word
from dosing.ui.page.render import big, icon, told

if TYPE_CHECKING:
    from dosing.course.course import Course

ACTIONS = {
    "continue": "Continue",
    "increase": "Increase",
    "decrease": "Decrease",
    "hold": "Hold",
    "resume": "Resume",
    "stop": "Stop",
    "wait": "Wait",
}
KINDS = {
    "started": "Started",
    "measured": "Result",
    "bolus": "Bolus",
    "rate_set": "Rate set",
    "held": "Held",
    "resumed": "Resumed",
    "stopped": "Stopped",
    "bag_changed": "New bag",
    "changed": "Changed",
    "interrupted": "Interrupted",
    "noted": "Note",
}


def local(course: "Course", at: dt.datetime) -> dt.datetime:
    """A moment of the log as the clocks of the course show it."""
    return at.astimezone(zone_of(course.book.zone))


def result_words(course: "Course", fact: Measured) -> str:
    """The result of a sample that steers the pump, such as ``aPTT 44 s``."""
    names = course.book.seeds.names
    steering = names[results.measured_name(course.seed)]
    own = {n: v for n, v in fact.values.items() if names[n] == steering}
    return wording.result_words(course.book, attrs.evolve(fact, values=own or fact.values))


def step(course: "Course", fact: Measured, found: Step, now: dt.datetime) -> str:
    """A recommendation that waits to be done: the action and the new rate in the largest type."""
    at = clock(local(course, fact.at), local(course, now))
    label = f"<p class='drug'>After {escape(result_words(course, fact))} at {escape(at)}</p>"
    if not found.action:
        return label + "<p class='no-dose'>No next step. Nothing is changed.</p>"
    state = course.state(now)
    facts = [("Bolus first", _bolus(found))]
    if found.action == "wait":
        return label + _wait(course, fact, found, state, now)
    if found.action in ("hold", "stop"):
        numbers = big("Now", ACTIONS[found.action], "the infusion", "halt")
        numbers += big("Set the pump to", "0", "mL/h", "pump")
    else:
        word = "at" if found.action in ("continue", "resume", "wait") else "to"
        numbers = big(f"{ACTIONS[found.action]} {word}", show(found.rate or 0), found.unit)
        if found.pump_ml_h is not None:
            pump = _from(state.pump_ml_h, found.pump_ml_h)
            numbers += big("Set the pump to", pump, "mL/h", "pump")
        facts.append(("Before and now", _before_and_now(found)))
    if found.action == "hold":
        facts.append(_after_a_hold(course, found))
    if found.notify:
        facts.append(("Notify", "the prescriber"))
    if found.given_dose is not None and found.rate:
        facts.append(("The set rate really gives", f"{show(found.given_dose, 3)} {found.unit}"))
    if found.recheck_h is not None:
        wait = show_hours(found.recheck_h)
        held = found.hold_min is not None
        then = f"{wait} after restarting" if held else f"in {wait}"
        facts.append((f"Next {measure_word(course.seed)}", then))
    return label + f"<div class='bigs'>{numbers}</div>" + told(facts)


def _wait(course: "Course", fact: Measured, found: Step, state: State, now: dt.datetime) -> str:
    """Nothing is changed; when the next sample is drawn."""
    due, zone_now = results.next_sample(found, fact.at), local(course, now)
    when = "" if due is None else clock(local(course, due), zone_now)
    if found.redraw_now or (due is not None and due <= now):
        when = "now"
    numbers = big("Now", "Wait", "change nothing", "halt")
    if state.pump_ml_h is not None:
        numbers += big("The pump stays at", show(state.pump_ml_h), "mL/h", "pump")
    label = f"Draw the next {measure_word(course.seed)}"
    return f"<div class='bigs'>{numbers}</div>" + told([(label, when)])


def _from(old: float | None, new: float) -> str:
    """The old pump rate and the new one side by side."""
    return show(new) if old is None or old == new else f"{show(old)} → {show(new)}"


def _before_and_now(found: Step) -> str:
    """The old and the new rate in every unit in which they can be said."""
    both = [u for u in found.rates if u in found.running_rates]
    return "; ".join(
        f"{show(found.running_rates[u], 4)} → {show(found.rates[u], 4)} {u}"
        for u in both
        if found.rates[u] != found.running_rates[u]
    )


def _bolus(found: Step) -> str:
    if found.bolus is None:
        return ""
    each = f"{show(found.bolus)} {found.bolus_unit or 'mg/kg'}"
    if found.bolus_total is None:
        return each
    return f"{show(found.bolus_total)} {(found.bolus_unit or 'mg').split('/')[0]} ({each})"


def _after_a_hold(course: "Course", found: Step) -> tuple[str, str]:
    """What follows a hold, as a condition."""
    again = f"{show(found.resume_rate or 0)} {found.unit}"
    if found.resume_pump_ml_h is not None:
        again += f" = {show(found.resume_pump_ml_h)} mL/h"
    if found.until_in_range:
        return f"When the {measure_word(course.seed)} is back in range", f"resume at {again}"
    return f"After {show_hours((found.hold_min or 0) / 60)} on hold", f"resume at {again}"


def standing(course: "Course", state: State, now: dt.datetime) -> str:
    """What runs now, when nothing waits to be done."""
    if state.stopped:
        then = ""
        if state.next_agent:
            at = "" if state.next_at is None else f", {course.book.shown(state.next_at)}"
            then = told([("What follows", f"{state.next_agent}{at}")])
        return f"<p class='no-dose'>The infusion is stopped.</p>{then}"
    if state.held:
        again = f"resume at {show(state.held_from or 0)} {state.unit}"
        when = f"When the {measure_word(course.seed)} is in range"
        if state.resume_at is not None:
            when = f"From {clock(local(course, state.resume_at), local(course, now))}"
        return f"<div class='bigs'>{big('Now', 'On hold', '', 'halt')}" + (
            f"{big('Pump', '0', 'mL/h', 'pump')}</div>{told([(when, again)])}"
        )
    pump = "" if state.pump_ml_h is None else big("Pump", show(state.pump_ml_h), "mL/h", "pump")
    return f"<div class='bigs'>{big('Running now', show(state.running), state.unit)}{pump}</div>"


def due(course: "Course", state: State, now: dt.datetime) -> str:
    """When the next result is due, and in words when it is overdue."""
    if state.due is None:
        return ""
    word, at = measure_word(course.seed), clock(local(course, state.due), local(course, now))
    hours = show_hours(abs((state.due - now).total_seconds()) / 3600)
    if state.overdue:
        return (
            f"<p class='due late'>{icon('warn')} <b>Overdue.</b> The next {word} was due"
            f" {at}: overdue by {hours}.</p>"
        )
    return f"<p class='due'>Next {word} due <b>{at}</b>, in {hours}.</p>"


def totals(course: "Course", state: State, now: dt.datetime) -> str:
    """What the course adds up to."""
    share, window = state.time_in_range, course.window(now)
    name = results.measured_name(course.seed)
    unit = course.book.seeds.quantities[course.book.seeds.names[name]].names[name].unit
    sought = "" if window is None else f"{show(window[0])} to {show(window[1])} {unit}"
    return told(
        [
            ("Protocol", course.seed.title),
            (f"Target {measure_word(course.seed)}", sought),
            ("Time in range", "" if share is None else f"{show(share * 100, 0)} %"),
            ("Given so far", f"{show(state.given_total, 1)} {state.given_unit}"),
        ]
    )


def log(course: "Course") -> str:
    """Every entry of the course as a row of a table, by time, with what became of it."""
    gone, later = lasting.withdrawn(course.events), lasting.replaced(course.events)
    holding = {fact.id: fact for fact in course.facts}
    shown = [e for e in course.events if not isinstance(e, ev.Corrected | ev.Withdrawn)]
    order = sorted(shown, key=lambda e: (holding.get(e.id) or e).at)
    rows = "".join(
        _log_row(course, event, holding.get(event.id), later.get(event.id, []), gone)
        for event in reversed(order)
    )
    return (
        "<div class='scroll' tabindex='0' role='region' aria-label='Log, newest first'>"
        "<table class='log'><caption>Log, newest first</caption><thead><tr>"
        "<th scope='col'>Time</th><th scope='col'>Event</th><th scope='col'>Value</th>"
        "<th scope='col'>What it means</th>"
        f"</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _log_row(
    course: "Course", event: Event, fact: Event | None, later: list[Event], gone: dict[str, str]
) -> str:
    """One entry as it holds now; below it what it was, and why that was changed."""
    book, now = course.book, fact or event
    value, meaning = escape(wording.what(book, now)), escape(wording.meaning(now))
    if isinstance(now, ev.Started):
        seeds = book.seeds
        whose = f"{seeds.drugs[now.drug].label}, {seeds.authority_label(now.authority)}"
        meaning = escape(f"{whose}; {seeds.protocols[now.protocol].title}")
    if fact is None:
        value, meaning = f"<s>{value}</s>", ""
    for change in later:
        if change.id in gone:
            continue
        by = f", {change.by}" if change.by else ""
        at = f"{book.shown(change.recorded_at)}{by}"
        why = " ".join([f"{change.reason}.".replace("..", "."), *getattr(change, "review", ())])
        if isinstance(change, ev.Corrected):
            was = f"{book.shown(event.at)}: {wording.what(book, event)}"
            said = f"<b>Corrected</b> {escape(at)}; was <s>{escape(was)}</s>. {escape(why)}"
        else:
            said = f"<b>Withdrawn</b> {escape(at)}. {escape(why)}"
        meaning += f"<p class='became'>{said}</p>"
    button = ""
    if fact is not None:
        name = escape(f"Correct or withdraw: {wording.what(book, now)}", quote=True)
        button = (
            f" <button type='button' class='mend dosing-screen' data-dosing='mend' aria-label="
            f"'{name}' data-entry='{escape(event.id, quote=True)}'>Correct…</button>"
        )
    kind = f"{event.kind}{' gone' if fact is None else ''}"
    return (
        f"<tr class='{kind}'><th scope='row'>{_stamp(book.shown(now.at))}</th>"
        f"<td>{escape(KINDS[event.kind])}{button}</td><td>{value}</td><td>{meaning}</td></tr>"
    )


def picture(drawing: str, told_at: Timeline) -> str:
    """The timeline as a picture, with its summary, its table and what to take away."""
    summary = escape(timeline.summary(told_at))
    rows = "".join(
        f"<tr><th scope='row'>{_stamp(r.time)}</th><td>{escape(r.event)}</td>"
        f"<td>{escape(r.value)} {escape(r.unit)}</td><td>{escape(r.meaning)}</td></tr>"
        for r in timeline.table(told_at)
    )
    return (
        f"<figure><div class='dosing-picture' role='img' aria-label='{summary}'>{drawing}</div>"
        f"<figcaption>{summary}</figcaption></figure>"
        "<p class='dosing-screen take'>"
        "<button type='button' data-dosing='png'>Download PNG</button>"
        " <button type='button' data-dosing='svg'>Download SVG</button></p>"
        "<details class='dosing-screen'><summary>The picture as a table</summary><table>"
        "<thead><tr><th scope='col'>Time</th><th scope='col'>Event</th><th scope='col'>Value</th>"
        f"<th scope='col'>What it means</th></tr></thead><tbody>{rows}</tbody></table></details>"
    )


def _stamp(text: str) -> str:
    """A moment that may break between date and time only."""
    return "<time>" + " ".join(f"<span>{escape(part)}</span>" for part in text.split()) + "</time>"
