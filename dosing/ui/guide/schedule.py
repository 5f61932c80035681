"""A dated plan of treatment as a table and as a picture of lines and marks."""

from collections.abc import Sequence
from html import escape

from dosing.base.units import amount, day
from dosing.knowledge.sentences import words
from dosing.orders.schedule import Due

WIDTH, ROW, LEFT, TOP = 760, 58, 176, 26
WEEK = 7
LETTER = 7  # width of one in a label
LINES = (27, 40)  # where the labels of a drug stand, below its top


def table(due: Sequence[Due]) -> str:
    """Every run of doses with its days and dates, how many a day, and what a day comes to."""
    rows = []
    for one in due:
        days, dates = f"{one.first_day}", f"{one.first:%Y-%m-%d}"
        if one.days > 1:
            days, dates = f"{days} to {one.last_day}", f"{dates} to {one.last:%Y-%m-%d}"
        on = escape(one.onward)
        total = "not given" if one.day_total is None else f"{amount(one.day_total)} {one.unit}"
        each, whole = escape(one.each), escape(total)
        if one.whole_day:
            whole = f"<b>{whole}</b>, divided"
        else:
            each = f"<b>{each}</b>"
        rows.append(
            f"<tr><td>{days}{on}</td><td>{dates}{on}</td>"
            f"<th scope='row'>{escape(one.drug)}</th>"
            f"<td>{each}</td><td>{escape(one.times)}</td><td>{whole}</td></tr>"
        )
    return (
        "<table class='plan export'><caption>Plan by day</caption><thead><tr>"
        "<th scope='col'>Day</th><th scope='col'>Date</th><th scope='col'>Drug</th>"
        "<th scope='col'>One dose</th><th scope='col'>How many a day</th>"
        f"<th scope='col'>In all a day</th></tr></thead><tbody>{''.join(rows)}</tbody></table>"
        f"{_without_end(due)}"
    )


def _without_end(due: Sequence[Due]) -> str:
    """For which drugs the list stops although the treatment may not."""
    drugs = list(dict.fromkeys(one.drug for one in due if one.goes_on))
    if not drugs:
        return ""
    text = words("no-end-given", drugs=", ".join(drugs))
    return f"<p class='says'>{escape(text)}</p>"


def summary(due: Sequence[Due]) -> str:
    """The picture in words."""
    drugs = list(dict.fromkeys(one.drug for one in due))
    said = [_summary_of([one for one in due if one.drug == drug]) for drug in drugs]
    return f"Plan from {due[0].first:%Y-%m-%d}. {'; '.join(said)}."


def _summary_of(runs: Sequence[Due]) -> str:
    drug, first, last = runs[0].drug, runs[0].first_day, max(one.last_day for one in runs)
    when = f"day {first} to {last}" if last > first else f"day {first}"
    if any(one.goes_on for one in runs):
        when += ", no end given"
    if len(runs) == 1 and not (runs[0].least_a_day == runs[0].most_a_day == 1):
        return f"{drug}: {runs[0].words}, {when}"
    counts = [one.days * one.least_a_day for one in runs if one.least_a_day is not None]
    if len(counts) < len(runs) or any(one.least_a_day != one.most_a_day for one in runs):
        return f"{drug}: {', then '.join(one.words for one in runs)}, {when}"
    number = sum(counts)
    listed = " listed" if any(one.goes_on for one in runs) else ""
    return f"{drug}: {number} dose{'' if number == 1 else 's'}{listed}, {when}"


def label(one: Due) -> str:
    """A run of doses in few words, for its bar."""
    if one.whole_day:
        return f"{amount(one.dose)} {one.unit} a day in all, divided"
    if one.least_a_day != 1:
        return f"{one.each}, {one.times}"
    return f"{one.each} daily" if one.days > 1 else one.each


def picture(due: Sequence[Due]) -> str:
    """A line for each drug: bars for daily doses, marks for single ones, each labelled."""
    if not due:
        return ""
    drugs = list(dict.fromkeys(one.drug for one in due))
    last = max(one.last_day for one in due)
    weeks = -(-last // WEEK)
    step = (WIDTH - LEFT - 16) / (weeks * WEEK)
    high = TOP + ROW * len(drugs) + 12
    parts = []
    start = due[0].first
    for week in range(weeks):
        x = LEFT + week * WEEK * step
        date = start.fromordinal(start.toordinal() + week * WEEK)
        parts.append(
            f"<line x1='{x:.1f}' x2='{x:.1f}' y1='{TOP - 4}' y2='{high - 8}' class='rule'/>"
            f"<text x='{x + 3:.1f}' y='14' class='small'>{escape(day(date))}</text>"
        )
    for i, drug in enumerate(drugs):
        y = TOP + ROW * i + 12
        parts.append(f"<text x='4' y='{y + 13}' class='name'>{escape(drug)}</text>")
        said = dict.fromkeys(LINES, 0.0)  # where the last label of each line ended
        before = ""
        for one in (d for d in due if d.drug == drug):
            x = LEFT + (one.first_day - 1) * step
            wide = max(one.days * step - 1, 4)
            parts.append(
                f"<rect x='{x:.1f}' y='{y}' width='{wide:.1f}' height='14' rx='2' class='dose'/>"
            )
            shown = label(one)
            free = [line for line in LINES if x >= said[line]]
            if free and shown != before:
                parts.append(
                    f"<text x='{x:.1f}' y='{y + free[0]}' class='small'>{escape(shown)}</text>"
                )
                said[free[0]] = x + LETTER * len(shown)
                before = shown
    told = escape(summary(due), quote=True)
    return (
        f"<figure><svg class='plan-picture' viewBox='0 0 {WIDTH} {high}' role='img'"
        f" aria-label='{told}'>{''.join(parts)}</svg><figcaption>{told}</figcaption></figure>"
    )
