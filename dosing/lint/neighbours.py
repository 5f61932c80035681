"""The proof that a first dose is no slip: other authorities are asked of the same patients."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from dosing.base.units import show
from dosing.knowledge.dosetypes import FixedDose, Infusion
from dosing.knowledge.library import Library
from dosing.knowledge.seedtypes import Quantity, Row, Table
from dosing.rules.convert import from_base
from dosing.rules.read import options_of
from dosing.rules.tables import Grid, compile_grid

FEWEST_OTHERS = 2
MOST_PATIENTS = 4  # of each row
TOO_FAR = 7  # times the middle of the others; their own doses differ by less


def far_from_others(table: Table, seeds: Library) -> Iterator[str]:
    """Doses that lie far from what the other tables for the same indication give.

    Patients who meet a row are asked of the other tables, who are otherwise as people usually are.
    A dose counts as a slip when it is far from the middle of the others for each such patient.
    """
    unit = table.outputs.get("dose", "")
    others = [
        (one, compile_grid(seeds, one))
        for one in seeds.tables.values()
        if (one.drug, one.indication, one.purpose) == (table.drug, table.indication, "start")
        and one.outputs.get("dose") == unit
        and one.id != table.id
    ]
    if table.purpose != "start" or len(others) < FEWEST_OTHERS:
        return
    grid = compile_grid(seeds, table)
    for i, row in enumerate(table.rows):
        for dose in _doses(row):
            middles = [
                float(np.median(found))
                for patient in _patients(grid, i)
                if len(found := _answers(patient, others, seeds)) >= FEWEST_OTHERS
            ]
            ratios = [max(dose / middle, middle / dose) for middle in middles]
            if ratios and min(ratios) >= TOO_FAR:
                middle = middles[ratios.index(min(ratios))]
                yield (
                    f"row {i + 1} gives {show(dose)} {unit}; for such a patient the other tables"
                    f" give {show(middle)} {unit}. A slip of the decimal point?"
                )


def _doses(row: Row) -> list[float]:
    """The dose of a row and the ends of its range; a row that gives none has none."""
    if not isinstance(row.then, FixedDose | Infusion):
        return []
    ends = row.then.dose if isinstance(row.then.dose, tuple) else (row.then.dose,)
    return [end for end in (*ends, *row.then.ends) if end]


def _patients(grid: Grid, row: int) -> list[dict[str, Any]]:
    """A few patients who meet a row, as different as its cells are."""
    inside = np.ix_(*(axis.inside for axis in grid.axes))
    places = np.argwhere(grid.cells[inside] == row)
    chosen = places[np.unique(np.linspace(0, len(places) - 1, MOST_PATIENTS).astype(int))]
    return [
        {a.name: a.points[a.inside[p]] for a, p in zip(grid.axes, place, strict=True)}
        for place in chosen
    ]


def _answers(
    patient: dict[str, Any], others: list[tuple[Table, Grid]], seeds: Library
) -> list[float]:
    found: list[float] = []
    for table, grid in others:
        given = {
            axis.name: patient.get(axis.name, _usual(axis.quantity, axis.name))
            for axis in grid.axes
        }
        row = int(grid.rows_for(given)) if grid.axes else 0
        doses = _doses(table.rows[row]) if row >= 0 else []
        found += [float(np.mean(doses))] if doses else []
    return found


def _usual(quantity: Quantity, name: str) -> Any:
    """What most patients have: the middle of what is usual, the first class, no."""
    if quantity.kind != "number":
        return options_of(quantity)[0]
    low, high = quantity.usual or quantity.possible or (np.nan, np.nan)
    return from_base((low + high) / 2, quantity, name)
