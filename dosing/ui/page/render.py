"""Results as HTML, from what the core has answered. Every text is escaped here, once."""

import datetime as dt
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from dosing.advice.start import Advice
from dosing.advice.targets import TargetRange
from dosing.base.findings import Finding
from dosing.base.units import clock, show, show_hours
from dosing.knowledge.library import load
from dosing.ui.page.site import named

# A word and a shape for each level, so that colour is never the only signal.
LEVELS = {
    "stop": (
        "Stop",
        "M5.3 1h5.4L15 5.3v5.4L10.7 15H5.3L1 10.7V5.3zM7.2 4v5h1.6V4zm0 6.4V12h1.6v-1.6z",
    ),
    # A sheet of paper with a line to fill in.
    "needed": (
        "Needed",
        "M2.5 1h11v14h-11zM4.5 3v1.6h7V3zm0 3.4V8h7V6.4zm0 5.2V13h7v-1.4z",
    ),
    "warn": ("Warning", "M8 1.2 15.5 15H.5zM7.2 6v4.6h1.6V6zm0 5.6v1.6h1.6v-1.6z"),
    "note": ("Note", "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1zm-.8 3h1.6v1.6H7.2zm0 2.8h1.6V12H7.2z"),
}
LONG = 40  # characters that need two columns
CONFIRMED = {
    "primary": "read in this source itself",
    "secondary": "read as another source quotes it",
    "unconfirmed": "recalled, not read: check it before use",
}


def icon(level: str) -> str:
    """The shape of a level."""
    return (
        f"<svg class='icon' viewBox='0 0 16 16' aria-hidden='true' focusable='false'>"
        f"<path fill-rule='evenodd' d='{LEVELS[level][1]}'/></svg>"
    )


def findings(found: Iterable[Finding]) -> str:
    """A list of findings, each with its icon, word, sentence and source.

    Examples
    --------
    >>> "Warning" in findings([Finding("warn", "Check the bag.")])
    True
    """
    rows = [
        f"<li class='finding {f.level}'>{icon(f.level)}<span><b>{LEVELS[f.level][0]}.</b>"
        f" {escape(f.text)}{source(f.cite)}</span></li>"
        for f in found
    ]
    return f"<ul class='findings'>{''.join(rows)}</ul>" if rows else ""


def source(cite: str) -> str:
    """A cite with the title of its source on hover, for a place in the running text."""
    if not cite:
        return ""
    entry = load().evidence.get(cite.split()[0])
    title = f" title='{escape(entry.title, quote=True)}'" if entry else ""
    return f" <cite{title}>{escape(cite)}</cite>"


def told(pairs: Sequence[tuple[str, str]]) -> str:
    """Labels and values as a list; blank values are left out."""
    rows = [
        f"<div{' class=wide' if len(value) > LONG else ''}>"
        f"<dt>{escape(label)}</dt><dd>{escape(value)}</dd></div>"
        for label, value in pairs
        if value
    ]
    return f"<dl class='facts'>{''.join(rows)}</dl>"


def needs(missing: Sequence[str], problems: Iterable[str]) -> str:
    """What is still needed, and what must be put right, before there is a dose."""
    parts = []
    if missing:
        parts.append(f"<p class='needed'>Still needed: {escape(', '.join(missing))}.</p>")
    wrong = list(problems)
    if wrong:
        parts.append(f"<p class='needed wrong'>Put right: {escape(', '.join(wrong))}.</p>")
    return "".join(parts)


def big(label: str, number: str, unit: str, kind: str = "") -> str:
    """One number in the largest type."""
    return (
        f"<div class='big {kind}'><span class='big-label'>{escape(label)}</span>"
        f"<span class='big-number'>{escape(number)}&nbsp;<small>{escape(unit)}</small></span></div>"
    )


def working(trace: Iterable[str], cite: str, confirmed: str | None, table: str, row: Any) -> str:
    """How a number came about: the arithmetic, the source, and how the source was confirmed."""
    steps = "".join(f"<li>{escape(step)}</li>" for step in trace)
    entry = load().evidence.get(cite.split()[0]) if cite else None
    title = "" if entry is None else entry.title + (f" ({entry.year})" if entry.year else "")
    words = CONFIRMED.get(confirmed or "", "how it was confirmed is not known")
    mark = icon("warn") + " " if confirmed == "unconfirmed" else ""
    place = named(f"{table}, row {row}" if row else table, table)
    return (
        f"<ol class='trace'>{steps}</ol><p class='source'><b>Source</b> {escape(title)}, "
        f"<cite>{escape(cite)}</cite>. <b>Confirmed</b> {mark}{escape(words)}."
        f" <b>Table</b> {escape(place)}.</p>"
    )


def computed(inputs: Iterable[tuple[str, str]], at: dt.datetime, seeds: str) -> str:
    """From which entries and when, for whoever checks the number."""
    given = "; ".join(f"{label} {value}" for label, value in inputs)
    return (
        f"<p class='computed'>Calculated {at:%Y-%m-%d %H:%M} from: {escape(given) or 'nothing'}."
        f" Data {escape(seeds)}.</p>"
    )


def order(
    advice: Advice, target: TargetRange, at: dt.datetime, entered: bool = True, past: bool = False
) -> str:
    """The first order: dose and pump rate first, then what belongs to them.

    ``entered`` says that the concentration was; else it is the usual one of the site. ``past``
    says that the infusion has been started: then this is no longer what the pump should show.
    """
    found = advice.order
    if found is None or found.pump_ml_h is None:
        return "<p class='no-dose'>No dose.</p>"
    spread = ""
    if found.low is not None and found.high is not None and found.low != found.high:
        spread = f"{show(found.low)} to {show(found.high)} {found.unit}"
    window = "" if target.window is None else window_words(target.window)
    due = ""
    if found.recheck_h is not None:
        hours = dt.timedelta(hours=found.recheck_h)
        due = f"{show_hours(found.recheck_h)} after the start: {clock(at + hours, at)}"
    life = "" if found.bag_life_h is None else show_hours(found.bag_life_h)
    facts = [
        ("Bolus", found.bolus_words(2)),
        (
            "Concentration in the pump",
            f"{show(found.concentration or 0)} {found.concentration_unit or 'mg/mL'}"
            + ("" if entered else ", the usual one here"),
        ),
        ("The set rate really gives", f"{show(found.given_dose or 0, 3)} {found.unit}"),
        ("Range in the source", spread),
        ("Target aPTT", window),
        ("Next aPTT", due),
        ("Bag", f"{show(found.bag_ml)} mL, runs out after {life}" if found.bag_ml else ""),
        ("Route", found.route),
    ]
    return (
        f"<p class='drug'>{escape(found.drug)}{', as started' if past else ''}</p>"
        f"<div class='bigs{' past' if past else ''}'>"
        + big("Started with" if past else "Dose", show(found.dose), found.unit)
        + big("Pump then" if past else "Set the pump to", show(found.pump_ml_h), "mL/h", "pump")
        + "</div>"
        + told(facts)
    )


def comparison(advices: Sequence[Advice], chosen: str) -> str:
    """Every authority beside the others, with what each would run the pump at."""
    rows = []
    said = [{f.text for f in one.findings if f.stops} for one in advices]
    common = set.intersection(*said) if len(said) > 1 else set()  # section 3 says it once
    for one in advices:
        mine = " class='chosen'" if one.authority == chosen else ""
        mark = " <span class='tag'>chosen</span>" if one.authority == chosen else ""
        name = f"<th scope='row'>{escape(one.authority_label)}{mark}</th>"
        if one.order is None or one.order.pump_ml_h is None:
            stops = [f.text for f in one.findings if f.stops and f.text not in common]
            words = " ".join(stops[:2]) or "No dose yet."
            rows.append(f"<tr{mine}>{name}<td colspan='3' class='none'>{escape(words)}</td></tr>")
            continue
        found = one.order
        again = "" if found.recheck_h is None else show_hours(found.recheck_h)
        rows.append(
            f"<tr{mine}>{name}<td><b>{show(found.dose)}</b> {escape(found.unit)}</td>"
            f"<td><b>{show(found.pump_ml_h or 0)}</b> mL/h</td><td>{again}</td></tr>"
        )
    return (
        "<table class='compare'><caption>What each authority would start with</caption><thead><tr>"
        "<th scope='col'>Authority</th><th scope='col'>Dose</th><th scope='col'>Pump</th>"
        f"<th scope='col'>Next aPTT in</th></tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )


def window_words(window: tuple[float, float] | None) -> str:
    return "" if window is None else f"{show(window[0], 1)} to {show(window[1], 1)} s"
