"""The next step, the log and the timeline as HTML. Every text is escaped here, once."""

import datetime as dt
from html import escape

from dosing.advice.step import Step
from dosing.base.units import clock, show, show_hours
from dosing.course import timeline
from dosing.course.course import Course
from dosing.course.events import Event, State
from dosing.course.timeline import Timeline
from dosing.knowledge.library import load
from dosing.ui.page.render import big, icon, told, window_words

ACTIONS = {
    "continue": "Continue",
    "increase": "Increase",
    "decrease": "Decrease",
    "hold": "Hold",
    "resume": "Resume",
    "stop": "Stop",
    "wait": "Wait",
}


def step(found: Step, drawn: dt.datetime, now: dt.datetime) -> str:
    """A recommendation that waits to be done: the action and the new rate in the largest type."""
    if not found.action:
        return "<p class='no-dose'>No next step.</p>"
    value = show(found.inputs.get("aptt_s") or 0)
    label = f"<p class='drug'>After the aPTT of {escape(value)} s at {clock(drawn, now)}</p>"
    facts = []
    if found.action in ("hold", "stop"):
        numbers = big("Now", ACTIONS[found.action], "the infusion", "halt")
        numbers += big("Set the pump to", show(found.pump_ml_h or 0), "mL/h", "pump")
    else:
        word = "at" if found.action in ("continue", "resume", "wait") else "to"
        numbers = big(f"{ACTIONS[found.action]} {word}", show(found.rate or 0), found.unit)
        if found.pump_ml_h is not None:
            numbers += big("Set the pump to", show(found.pump_ml_h), "mL/h", "pump")
    if found.action == "hold":
        again = f"{show(found.resume_rate or 0)} {found.unit}"
        if found.resume_pump_ml_h is not None:
            again += f" = {show(found.resume_pump_ml_h)} mL/h"
        when = (
            "when the aPTT is back in range"
            if found.until_in_range
            else f"after {show_hours((found.hold_min or 0) / 60)}"
        )
        facts += [("Hold", when.replace("when", "until")), ("Then resume at", again)]
    if found.bolus:
        facts.append(("Bolus", f"{show(found.bolus)} {found.bolus_unit or 'mg/kg'}"))
    if found.notify:
        facts.append(("Notify", "the prescriber"))
    if found.given_dose is not None and found.rate:
        facts.append(("The set rate really gives", f"{show(found.given_dose, 3)} {found.unit}"))
    if found.recheck_h is not None:
        wait = show_hours(found.recheck_h)
        held = found.hold_min is not None
        facts.append(("Next aPTT", f"{wait} after restarting" if held else f"in {wait}"))
    return label + f"<div class='bigs'>{numbers}</div>" + told(facts)


def standing(state: State, now: dt.datetime) -> str:
    """What runs now, when nothing waits to be done."""
    if state.stopped:
        return "<p class='no-dose'>The infusion is stopped.</p>"
    if state.held:
        again = f"{show(state.held_from or 0)} {state.unit}"
        when = "when the aPTT is in range"
        if state.resume_at is not None:
            when = f"at {clock(state.resume_at, now)}"
        return f"<div class='bigs'>{big('Now', 'On hold', '', 'halt')}" + (
            f"{big('Pump', '0', 'mL/h', 'pump')}</div>{told([('Resume', f'{again}, {when}')])}"
        )
    pump = "" if state.pump_ml_h is None else big("Pump", show(state.pump_ml_h), "mL/h", "pump")
    return f"<div class='bigs'>{big('Running now', show(state.running), state.unit)}{pump}</div>"


def due(state: State, now: dt.datetime) -> str:
    """When the next aPTT is due, and in words when it is overdue."""
    if state.due is None:
        return ""
    hours = show_hours(abs((state.due - now).total_seconds()) / 3600)
    if state.overdue:
        return (
            f"<p class='due late'>{icon('warn')} <b>Overdue.</b> The next aPTT was due"
            f" {clock(state.due, now)}: overdue by {hours}.</p>"
        )
    return f"<p class='due'>Next aPTT due <b>{clock(state.due, now)}</b>, in {hours}.</p>"


def totals(course: Course, state: State) -> str:
    """What the course adds up to."""
    share = state.time_in_range
    return told(
        [
            ("Protocol", course.seed.title),
            ("Target aPTT", window_words(course.window())),
            ("Time in range", "" if share is None else f"{show(share * 100, 0)} %"),
            ("Given so far", f"{show(state.cumulative_dose_mg, 1)} mg"),
        ]
    )


def log(course: Course) -> str:
    """Every entry of the course as a row of a table."""
    rows = "".join(_log_row(course, event) for event in reversed(course.events))
    return (
        "<div class='scroll' tabindex='0' role='region' aria-label='Log, newest first'>"
        "<table class='log'><caption>Log, newest first</caption><thead><tr>"
        "<th scope='col'>Time</th><th scope='col'>Event</th><th scope='col'>Value</th>"
        "<th scope='col'>What it means</th>"
        f"</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _log_row(course: Course, event: Event) -> str:
    data, unit = event.data, course.unit
    value, meaning, names = "", str(data.get("reason", "")), []
    if event.kind == "measured":
        said = []
        for name, label, after in (
            ("aptt_s", "aPTT", " s"),
            ("platelets", "Platelets", " × 10⁹/L"),
            ("inr", "INR", ""),
        ):
            if name in data:
                names.append(label)
                said.append(f"{show(data[name])}{after}")
        value = "; ".join(said)
        if data.get("step"):
            found = Step.from_dict(data["step"])
            meaning = found.sentence
            if not found.action:
                meaning = " ".join(f.text for f in found.findings if f.stops) or meaning
    elif event.kind in ("started", "rate", "resumed"):
        value = f"{show(data['rate'])} {unit}"
        pump = next((s.pump_ml_h for s in course.timeline().rates if s.start == event.at
                     and not s.held and s.rate == data["rate"]), None)  # fmt: skip
        value += "" if pump is None else f" = {show(pump)} mL/h"
        if event.kind == "started":
            whose = load().authority_label(data.get("authority", ""))
            meaning = f"{course.drug}, {whose}; {course.protocol}"
    elif event.kind == "held":
        again = f"{show(data.get('resume_rate', 0))} {unit}"
        value = "0 mL/h"
        minutes = data.get("hold_min")
        until = "until in range" if minutes is None else f"for {show(minutes)} min"
        meaning = f"{until}, then {again}" + (f"; {meaning}" if meaning else "")
    elif event.kind == "noted":
        meaning = str(data.get("text", ""))
    words = {
        "started": "Started", "rate": "Rate set", "resumed": "Resumed", "held": "Held",
        "stopped": "Stopped", "noted": "Note", "measured": ", ".join(names),
    }[event.kind]  # fmt: skip
    return (
        f"<tr class='{event.kind}'><th scope='row'>{_stamp(f'{event.at:%Y-%m-%d %H:%M}')}</th>"
        f"<td>{escape(words)}</td><td>{escape(value)}</td><td>{escape(meaning)}</td></tr>"
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
