"""The proof that a dose table can be used: each patient meets one row, each name and cite exists.

Every edge of a table and the space between each two is one cell of its grid
(:mod:`dosing.rules.tables`), so looking at each cell once looks at every patient.
"""

import itertools
from collections.abc import Iterator, Sequence

import numpy as np

from dosing.base.units import show
from dosing.knowledge.dosetypes import FixedDose, Infusion
from dosing.knowledge.faults import SeedError, shortened
from dosing.knowledge.library import Library
from dosing.knowledge.seedtypes import LabelTable, Protocol, ProtocolRow, Row, Table
from dosing.lint.conditions import columns_in, conditions_in
from dosing.lint.magnitudes import slips_in_table
from dosing.lint.neighbours import far_from_others
from dosing.orders.pump import label_pump_ml_h
from dosing.rules.tables import GAP, OVERLAP, Axis, compile_grid

MOST_EXAMPLES = 3
MOST_SPREAD = 9  # times, from the lower to the upper end of a dose


def lint_table(table: Table, seeds: Library) -> list[str]:
    """Gaps, overlaps, unknown names, incomplete outputs, unresolved cites, doses over the ceiling.

    Parameters
    ----------
    table : Table
    seeds : Library
        Where names, cites and ceilings are looked up.

    Returns
    -------
    list of str
        One sentence for each fault; empty when there is none.
    """
    found = [*cites_in(table, seeds), *_checks(table, seeds)]
    if table.drug != "any" and table.drug not in seeds.drugs:
        found.append(f"there is no drug {table.drug!r}; there are {', '.join(seeds.drugs)}.")
    if table.authority and table.authority not in seeds.authorities:
        found.append(f"there is no authority {table.authority!r} in authorities.toml.")
    if table.purpose in ("check", "agent"):
        return found
    for i, row in enumerate(table.rows, 1):
        given = row.then.given() if row.then is not None else {}
        if row.refuses and given:
            found.append(f"row {i} both refuses and gives {', '.join(given)}.")
        elif not row.refuses and set(given) != set(table.outputs):
            found.append(
                f"row {i} gives {', '.join(sorted(given)) or 'nothing'}; the table promises"
                f" {', '.join(sorted(table.outputs))}."
            )
        found += _dose_within_ceiling(table, i, seeds)
    found += [*slips_in_table(table, seeds), *_ranges(table), *_days(table), *_label_table(table)]
    wrong = proof(table, seeds)
    return [*found, *(wrong or far_from_others(table, seeds))]


def _checks(table: Table, seeds: Library) -> Iterator[str]:
    for said in table.checks:
        yield from (
            f"the check {shortened(said.text)!r}: {wish}"
            for wish in conditions_in(said.when, seeds)
        )


def proof(table: Table | Protocol, seeds: Library) -> list[str]:
    """Each patient meets one row: what is wrong with the conditions, or else with the grid."""
    if wrong := list(columns_in(table, seeds)):
        return wrong
    try:
        grid = compile_grid(seeds, table)
    except SeedError as error:
        return [str(error).removeprefix(f"{table.id}: ") + "."]
    found = []
    inside = np.ix_(*(axis.inside for axis in grid.axes))
    for kind, words in ((GAP, "no row"), (OVERLAP, "more than one row")):
        places = np.argwhere(grid.cells[inside] == kind)
        for place in places[:MOST_EXAMPLES]:
            at = ", ".join(
                _point(axis, axis.inside[p]) for axis, p in zip(grid.axes, place, strict=True)
            )
            found.append(f"{words} for {at}.")
        if len(places) > MOST_EXAMPLES:
            found.append(f"{words} for {show(len(places) - MOST_EXAMPLES)} more combinations.")
    used = set(np.unique(grid.cells))
    found += [
        f"row {i} can never apply." for i in range(1, len(table.rows) + 1) if i - 1 not in used
    ]
    return found


def _point(axis: Axis, slot: int) -> str:
    point = axis.points[slot]
    if axis.values:
        return f"{axis.name} = {point}"
    unit = axis.quantity.names[axis.name].unit
    return f"{axis.name} = {show(point)} {unit}".rstrip()


def _dose_within_ceiling(table: Table, i: int, seeds: Library) -> list[str]:
    drug = seeds.drugs.get(table.drug)
    top = drug.ceiling if drug else None
    then = table.rows[i - 1].then
    if top is None or not isinstance(then, FixedDose | Infusion):
        return []
    if top.indication != table.indication:
        return []
    highest = max(end for end in (then.ordered, *then.ends) if end is not None)
    if table.outputs.get("dose") != top.unit or highest <= top.value:
        return []
    return [f"row {i} gives {show(highest)} {top.unit}, above the ceiling {show(top.value)}."]


def _ranges(table: Table) -> Iterator[str]:
    """The range of a dose begins with its lower end, which is no fraction of the upper."""
    for i, row in enumerate(table.rows, 1):
        if not isinstance(row.then, FixedDose | Infusion):
            continue
        low, high = row.then.ends
        if low is None or high is None:
            continue
        span = f"{show(low)} to {show(high)}"
        if not low <= row.then.ordered <= high:
            yield f"row {i}: the dose is {show(row.then.ordered)}, its range {span}."
        elif high > MOST_SPREAD * low > 0:
            yield f"row {i}: the range {span} is wide for one dose. A slip of the decimal point?"


def _days(table: Table) -> Iterator[str]:
    """The days of an order and of its later steps follow one another."""
    for i, row in enumerate(table.rows, 1):
        if not isinstance(row.then, FixedDose):
            continue
        days = [*row.then.on_days, *(day for step in row.then.next for day in step.on_days)]
        if any(b <= a for a, b in itertools.pairwise(days)):
            said = ", ".join(map(str, days))
            yield f"row {i}: the days are {said}; each later than the one before is expected."


# A bolus is the volume of a rate in the unit beside it, over so many of its minutes or hours.
_AS_RATE = {"mcg/kg": ("mcg/kg/min", 60), "mg/kg": ("mg/kg/h", 1)}


def _label_table(table: Table) -> Iterator[str]:
    """The pump table that a label prints follows from the doses of the table."""
    label = table.label_table
    if label is None:
        return
    if not (label.step_ml > 0 and label.concentration_mg_ml > 0):
        yield "label_table: its step and its concentration must be above 0."
        return
    doses = [r.then for r in table.rows if isinstance(r.then, Infusion)]
    boluses = [d.bolus for d in doses if d.bolus]
    unit, per = _AS_RATE.get(table.outputs.get("bolus", ""), ("", 1))
    for i, row in enumerate(label.rows, 1):
        weight = row.get("weight_kg", 0)
        for name, values, own, parts in (
            ("pump_ml_h", [d.ordered for d in doses], table.outputs.get("dose", ""), 1),
            ("bolus_ml", boluses if unit else [], unit, per),
        ):
            if name in row and not any(
                _printed(label, value / parts, own, weight, row[name]) for value in values
            ):
                found = f"{show(row[name])} for {show(weight)} kg"
                yield f"label_table, row {i}: {name} is {found}; no row of the table gives that."


def _printed(label: LabelTable, dose: float, unit: str, weight_kg: float, volume: float) -> bool:
    """Whether a dose comes to what the label prints, as the label rounds."""
    return bool(np.isclose(label_pump_ml_h(label, dose, unit, weight_kg), volume))


def cites_of(seed: Table | Protocol) -> Iterator[tuple[str, str]]:
    """Each place of a table or protocol that may cite, and its cite."""
    yield "the file", seed.cite
    rows: Sequence[Row | ProtocolRow] = seed.rows
    for i, row in enumerate(rows, 1):
        if row.cite:
            yield f"row {i}", row.cite
    if isinstance(seed, Protocol):
        if seed.limits.cite:
            yield "limits", seed.limits.cite
        if seed.written_for is not None and seed.written_for.cite:
            yield "written_for", seed.written_for.cite
        for i, one in enumerate(seed.outside, 1):
            if one.cite:
                yield f"outside {i}", one.cite
        for i, rule in enumerate(seed.beside, 1):
            if rule.cite:
                yield f"beside {i}", rule.cite
        return
    for i, said in enumerate(seed.checks, 1):
        if said.cite or not seed.cite:
            yield f"check {i}", said.cite
    if seed.label_table and seed.label_table.cite:
        yield "label_table", seed.label_table.cite


def cites_in(seed: Table | Protocol, seeds: Library) -> list[str]:
    found = []
    for place, cite in cites_of(seed):
        if not cite:
            if place == "the file" and isinstance(seed, Table) and seed.purpose == "check":
                continue
            found.append(f"{place} has no cite: name a source of evidence.toml.")
        elif cite.split()[0] not in seeds.evidence:
            found.append(f"{place} cites {cite.split()[0]!r}, which is not in evidence.toml.")
    return found
