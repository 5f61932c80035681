"""Answers of scores, tables, pathways and orders as HTML. Every text is escaped here."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from dosing.advice.guide import Guidance
from dosing.advice.pathways import Agent, StageResult
from dosing.advice.start import Advice
from dosing.advice.step import Step
from dosing.base.findings import Finding
from dosing.base.units import amount, often, show, show_hours
from dosing.equations.warfarin_week import MAX_GAP_DAYS, TimeInRange
from dosing.knowledge.library import load
from dosing.knowledge.sentences import words
from dosing.scoring.result import ScoreResult
from dosing.ui.page.patient import label_of
from dosing.ui.page.render import big, findings, icon, needs, told, working

LARGE = 100  # from here one decimal is enough to read
PLACES = {
    "suits": "Suits",
    "possible": "Possible",
    "less suitable": "Less suitable",
    "excluded": "Excluded",
}


def section(title: str, body: str, number: int | None = None, part: str = "") -> str:
    """A block of the page under its heading."""
    mark = "" if number is None else f"<span class='n'>{number}</span> "
    name = f" id='{escape(part, quote=True)}'" if part else ""
    return f"<section class='dosing-section'><h2{name}>{mark}{escape(title)}</h2>{body}</section>"


def labels(names: Iterable[str]) -> list[str]:
    """The labels of inputs by their names, each once."""
    return list(dict.fromkeys(label_of(name) for name in names))


def _without_needed(found: Sequence[Finding]) -> list[Finding]:
    """The findings without those that only say what is needed: the page says it in one line."""
    return [
        f for f in found if not (f.level == "needed" and (" is needed" in f.text) and not f.cite)
    ]


def score(found: ScoreResult) -> str:
    """A score: the total, its band, the points of each item, and what is still needed."""
    head = ""
    if found.value is not None:
        head += f"<div class='bigs'>{big(found.title, _value(found.value), found.unit)}"
        if found.band:
            head += (
                f"<div class='big band'><span class='big-label'>Meaning</span>"
                f"<span class='big-word'>{escape(found.band)}</span></div>"
            )
        head += "</div>"
    else:
        head += f"<h3>{escape(found.title)}</h3>{needs(labels(found.missing), ())}"
        head += "" if found.missing else "<p class='no-dose'>No result.</p>"
    rows = "".join(
        f"<tr><th scope='row'>{escape(str(name))}</th><td>{escape(_value(value))}</td></tr>"
        for name, value in found.components.items()
    )
    table = ""
    if rows:
        table = (
            f"<table class='components'><caption>{escape(found.title)}: parts</caption>"
            f"<tbody>{rows}</tbody></table>"
        )
    return (
        f"<div class='guidance'>{head}{table}"
        + findings(_without_needed(found.findings))
        + working((), found.cite, found.confirmed, found.score, None)
        + "</div>"
    )


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return show(value, 3 if abs(value) < LARGE else 1)
    return str(value)


def guidance(found: Guidance) -> str:
    """What a table of sentences says."""
    body = needs(labels(found.missing), ())
    for name, value in found.says.items():
        if isinstance(value, str):
            body += f"<p class='says'>{escape(value)}</p>" if value else ""
        else:
            body += f"<p class='says'>{escape(name.replace('_', ' '))}: {escape(_value(value))}</p>"
    return (
        f"<div class='guidance'><h3>{escape(found.title)}</h3>{body}"
        + findings(_without_needed(found.findings))
        + working((), found.cite, found.confirmed, found.table, found.row)
        + "</div>"
    )


def agents(found: Sequence[Agent]) -> str:
    """The agents from the most to the least suitable, with reasons and doses."""
    rows = []
    for number, agent in enumerate(found, 1):
        dose = "" if agent.advice is None else _positions(agent)
        open_ = labels(agent.unanswered)
        still = f"<p class='hint'>Not answered: {escape(', '.join(open_))}.</p>" if open_ else ""
        kind = {"excluded": "stop", "less suitable": "warn"}.get(agent.place, "note")
        rows.append(
            f"<tr class='{kind}'><td>{number}</td><th scope='row'>{escape(agent.label)}"
            f"<br><span class='place {kind}'>{icon(kind)} {PLACES[agent.place]}</span></th>"
            f"<td>{dose}</td><td>{findings(agent.findings)}{still}</td></tr>"
        )
    return (
        "<table class='agents'><caption>Agents, the most suitable first</caption><thead><tr>"
        "<th scope='col'>Rank</th><th scope='col'>Agent</th><th scope='col'>First orders</th>"
        f"<th scope='col'>Why</th></tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )


def _positions(agent: Agent) -> str:
    """What the authorities would order: the same order once, with a mark where one warns."""
    orders: dict[str, list[Advice]] = {}
    for one in agent.advices:
        if one.order is not None:
            orders.setdefault(_dose_cell(one), []).append(one)
    if not orders:
        return "" if agent.advice is None else _dose_cell(agent.advice)
    cells = []
    for cell, several in orders.items():
        warned = any(f.level == "warn" for one in several for f in one.findings)
        mark = f" <span class='place warn'>{icon('warn')} with a warning</span>" if warned else ""
        by = ", ".join(one.authority_label for one in several)
        hint = f"<span class='hint'>{escape(by)}</span>"
        cells.append(f"<p class='position'>{cell}{mark}<br>{hint}</p>")
    return "".join(cells)


def _dose_cell(advice: Advice) -> str:
    order = advice.order
    if order is None:
        missing = labels(advice.missing)
        if missing:
            return f"<span class='hint'>Still needed: {escape(', '.join(missing))}</span>"
        return "<span class='hint'>No dose</span>"
    pump = "" if order.pump_ml_h is None else f"<br><b>{show(order.pump_ml_h)}</b> mL/h"
    words = str(order).removeprefix(f"{order.drug} ")
    if order.bolus_total is not None:
        words = f"bolus {order.bolus_words()}, then {words}"
    return f"<b>{escape(words)}</b>{pump}"


def advice(found: Advice) -> str:
    """One order, by pump or not: the numbers first, then what belongs to them."""
    order = found.order
    body = needs(labels(found.missing), ())
    if order is None:
        body += "" if found.missing else "<p class='no-dose'>No dose.</p>"
    else:
        numbers = big("Dose", show(order.dose), order.unit)
        if order.total is not None:
            what = f"In {order.amount_of}, divided" if order.amount_of else "Give each time"
            numbers += big(what, amount(order.total), order.total_unit, "pump")
        if order.pump_ml_h is not None:
            numbers += big("Set the pump to", show(order.pump_ml_h), "mL/h", "pump")
        bolus = ""
        if order.bolus is not None and order.bolus_total is not None:
            unit = (order.bolus_unit or "").split("/")[0]
            bolus = f"{show(order.bolus_total)} {unit} = {show(order.bolus_ml or 0, 2)} mL"
        spread = ""
        if order.low is not None and order.high is not None and order.low != order.high:
            spread = f"{show(order.low)} to {show(order.high)} {order.unit}"
        strength = ""
        if order.concentration is not None:
            strength = f"{show(order.concentration)} {order.concentration_unit}"
        facts = [
            ("Bolus", bolus),
            ("How often", often(order.every_h, order.on_days)),
            ("For", "" if order.for_days is None else f"{show(order.for_days)} days"),
            ("For", "" if order.for_h is None else show_hours(order.for_h)),
            ("How", order.how),
            ("Then", "; then ".join(order.step_words(step) for step in order.then)),
            ("Route", order.route),
            ("Range in the source", spread),
            ("Concentration in the pump", strength),
            (
                "The set rate really gives",
                "" if order.given_dose is None else f"{show(order.given_dose, 3)} {order.unit}",
            ),
            ("Next result", "" if order.recheck_h is None else f"in {show_hours(order.recheck_h)}"),
        ]
        body += f"<p class='drug'>{escape(order.drug)}</p><div class='bigs'>{numbers}</div>"
        body += told(facts)
    return (
        body
        + findings(_without_needed(found.findings))
        + working(found.trace, found.cite, found.confirmed, found.table, found.row)
    )


def advices(found: Sequence[Advice]) -> str:
    """One authority's order in full, and every authority beside the others."""
    first = found[0]
    body = f"<h3>{escape(first.title)}</h3>{advice(first)}"
    if len(found) == 1:
        return f"<div class='guidance'>{body}</div>"
    rows = []
    for one in found:
        name = f"<th scope='row'>{escape(one.authority_label)}</th>"
        if one.order is None:
            stops = [f.text for f in one.findings if f.stops]
            words = " ".join(stops[:2]) or "No dose."
            rows.append(f"<tr>{name}<td class='none'>{escape(words)}</td></tr>")
        else:
            rows.append(f"<tr>{name}<td>{_dose_cell(one)}</td></tr>")
    return (
        f"<div class='guidance'>{body}<table class='compare'>"
        "<caption>What each authority would order</caption><thead><tr>"
        "<th scope='col'>Authority</th><th scope='col'>Order</th></tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def stage(number: int, found: StageResult) -> str:
    """One step of a pathway."""
    body = f"<p class='lead'>{escape(found.note)}</p>" if found.note else ""
    body += findings(found.findings)
    body += "".join(score(one) for one in found.scores)
    body += "".join(guidance(one) for one in found.guidance)
    if found.agents:
        body += agents(found.agents)
    body += "".join(advices(several) for several in found.orders)
    return section(found.title, body or "<p class='hint'>Nothing to say yet.</p>", number)


def step(found: Step) -> str:
    """The next step of a titration: the action in the largest type."""
    if not found.action:
        head = needs(labels(found.missing), ()) + "<p class='no-dose'>No next step.</p>"
        rest = [f for f in found.findings if f.stops]
        return head + findings(_without_needed(rest))
    numbers = (
        big("Now", found.action.capitalize(), "the infusion")
        if found.action in ("hold", "stop")
        else big(found.action.capitalize(), show(found.rate or 0), found.unit)
    )
    if found.pump_ml_h is not None:
        numbers += big("Set the pump to", show(found.pump_ml_h), "mL/h", "pump")
    return (
        f"<div class='bigs'>{numbers}</div><p class='says'>{escape(found.sentence)}</p>"
        + findings(found.findings)
        + working(found.trace, found.cite, found.confirmed, found.protocol, found.row)
    )


def time_in_range(found: TimeInRange) -> str:
    """The share of days with the INR in range, and where the other days were."""
    facts = [
        ("Days in range", f"{show(found.days_in, 2)} of {show(found.days_total, 2)}"),
        ("Days below", show(found.days_below, 2)),
        ("Days above", show(found.days_above, 2)),
        ("Stretches left out, longer than 56 days", str(found.gaps_left_out or "")),
    ]
    if not found.days_total:
        text = words("inr-too-far-apart", gap=MAX_GAP_DAYS)
        return f"<p class='no-dose'>{escape(text)}</p>"
    numbers = big("INR time in range", show(found.pct, 1), "%")
    cite = "rosendaal-1993"
    return f"<div class='bigs'>{numbers}</div>{told(facts)}" + working(
        (), cite, load().confirmed(cite), "ttr", None
    )
