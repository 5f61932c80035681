"""The proof that a dose table can be used: each patient meets one row, each name and cite exists.

Every edge of a table and the space between each two is one cell of its grid
(:mod:`dosing.rules.tables`), so looking at each cell once looks at every patient.
"""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from dosing.base.interval import Interval
from dosing.base.units import show
from dosing.knowledge.dosetypes import FixedDose, Infusion
from dosing.knowledge.faults import SeedError
from dosing.knowledge.library import Library, load
from dosing.knowledge.seedtypes import Conditions, Protocol, ProtocolRow, Row, Table
from dosing.rules.tables import GAP, OVERLAP, Axis, compile_grid

MOST_EXAMPLES = 3


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
    found = [*cites_in(table, seeds), *conditions_in(c.when for c in table.checks)]
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
    return found + proof(table, seeds)


def proof(table: Table | Protocol, seeds: Library) -> list[str]:
    """Whether every patient in the domain meets exactly one row, and every row a patient."""
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


def conditions_in(conditions: Iterable[Conditions]) -> list[str]:
    """What is wrong with conditions that no grid compiles."""
    found = []
    seeds = load()
    for when in conditions:
        for name, condition in when.items():
            if name not in seeds.names:
                found.append(f"no quantity is called {name!r}.")
            elif seeds.quantities[seeds.names[name]].kind == "number":
                parts = condition if isinstance(condition, list) else [condition]
                for part in parts:
                    try:
                        if part != "absent":
                            Interval.parse(part)
                    except ValueError as error:
                        found.append(f"{name}: {error}.")
    return found


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
