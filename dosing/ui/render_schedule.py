"""A dated plan of treatment as a table and as a picture of lines and marks."""

from collections.abc import Sequence
from html import escape

from dosing.schedule import Due
from dosing.units import amount, day

WIDTH, ROW, LEFT, TOP = 760, 46, 176, 26
WEEK = 7


def table(due: Sequence[Due]) -> str:
    """Every run of doses with its days and dates."""
    rows = []
    for one in due:
        days, dates = f"{one.first_day}", f"{one.first:%Y-%m-%d}"
        often = ""
        if one.doses > 1:
            days, dates = f"{days} to {one.last_day}", f"{dates} to {one.last:%Y-%m-%d}"
            often = " daily"
        rows.append(
            f"<tr><td>{days}</td><td>{dates}</td><th scope='row'>{escape(one.drug)}</th>"
            f"<td><b>{amount(one.dose)}</b> {escape(one.unit)}{often}</td></tr>"
        )
    return (
        "<table class='plan export'><caption>Plan by day</caption><thead><tr>"
        "<th scope='col'>Day</th><th scope='col'>Date</th><th scope='col'>Drug</th>"
        f"<th scope='col'>Dose</th></tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )


def summary(due: Sequence[Due]) -> str:
    """The picture in words."""
    drugs = list(dict.fromkeys(one.drug for one in due))
    said = [
        f"{drug}: {sum(one.doses for one in due if one.drug == drug)} doses,"
        f" day {min(one.first_day for one in due if one.drug == drug)}"
        f" to {max(one.last_day for one in due if one.drug == drug)}"
        for drug in drugs
    ]
    return f"Plan from {due[0].first:%Y-%m-%d}. {'; '.join(said)}."


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
        said = 0.0  # where the last label ended, so that labels do not overlap
        before = None
        for one in (d for d in due if d.drug == drug):
            x = LEFT + (one.first_day - 1) * step
            wide = max(one.doses * step - 1, 4)
            parts.append(
                f"<rect x='{x:.1f}' y='{y}' width='{wide:.1f}' height='14' rx='2' class='dose'/>"
            )
            words = f"{amount(one.dose)} {one.unit}"
            if x >= said and one.dose != before:
                parts.append(f"<text x='{x:.1f}' y='{y + 27}' class='small'>{escape(words)}</text>")
                said = x + 7 * len(words)
                before = one.dose
    words = escape(summary(due), quote=True)
    return (
        f"<figure><svg class='plan-picture' viewBox='0 0 {WIDTH} {high}' role='img'"
        f" aria-label='{words}'>{''.join(parts)}</svg><figcaption>{words}</figcaption></figure>"
    )
