"""The proof that a titration protocol can be used: direction, holds, limits and target."""

import itertools
from typing import Any

import numpy as np

from dosing.base.units import show
from dosing.knowledge.library import Library
from dosing.knowledge.seedtypes import Drug, Protocol
from dosing.lint.tables import cites_in, proof
from dosing.orders.pump import is_infusion
from dosing.rules.protocols import target_of
from dosing.rules.tables import Grid, compile_grid


def lint_protocol(protocol: Protocol, seeds: Library) -> list[str]:
    """As :func:`lint_table`, and the direction of the changes, holds, limits and the target.

    Returns
    -------
    list of str
    """
    found = cites_in(protocol, seeds)
    drug = seeds.drugs.get(protocol.drug)
    if drug is None:
        found.append(f"there is no drug {protocol.drug!r}; there are {', '.join(seeds.drugs)}.")
    elif not is_infusion(protocol.dose_unit) or not _is_dosed_in(drug, protocol.dose_unit):
        found.append(
            f"the dose unit is {protocol.dose_unit!r}; {drug.label} is given in {drug.dose_unit}."
        )
    if protocol.measure not in protocol.columns:
        found.append(f"the measure {protocol.measure!r} is not among the columns.")
    top, limits = drug.ceiling if drug else None, protocol.limits
    if (limits.max_rate is None) != limits.unlimited:
        found.append("limits: give max_rate, or unlimited = true where the source prints none.")
    elif top and top.indication == protocol.indication and limits.top > top.value:
        most = "no largest rate" if limits.unlimited else f"the largest rate {show(limits.top)}"
        found.append(f"{most} is above the drug's ceiling {show(top.value)} {top.unit}.")
    for i, row in enumerate(protocol.rows, 1):
        then = row.then
        if then.holds and then.resume_factor == 1 and then.resume_add == 0:
            found.append(f"row {i} holds the infusion but does not say how to resume.")
        if not then.holds and (then.resume_factor != 1 or then.resume_add != 0):
            found.append(f"row {i} says how to resume but does not hold the infusion.")
        if (then.holds or then.stop) and (then.add != 0 or then.factor != 1):
            found.append(f"row {i} stops the infusion and changes its rate at once.")
        if then.bolus is not None and then.flat_bolus is not None:
            found.append(f"row {i} gives a bolus both by weight and flat.")
        if (then.holds or then.stop) and (then.bolus or then.flat_bolus):
            found.append(f"row {i} stops the infusion and gives a bolus.")
        if then.hold is not None and then.hold_min is not None:
            found.append(f"row {i} holds both for minutes and until in range.")
    problems = proof(protocol, seeds)
    if problems or protocol.measure not in protocol.columns:
        return found + problems
    try:
        target_of(protocol)
    except ValueError as error:
        return [*found, f"target: {error}."]
    return found + _direction(protocol, compile_grid(seeds, protocol))


def _is_dosed_in(drug: Drug, unit: str) -> bool:
    """Whether a pump dose in this unit can be the drug's: units by weight or not, else its own."""
    return unit == drug.dose_unit or {unit, drug.dose_unit} == {"units/h", "units/kg/h"}


def _direction(protocol: Protocol, grid: Grid) -> list[str]:
    """A higher result may never raise the rate above what a lower result gives."""
    found = []
    at = [axis.name for axis in grid.axes].index(protocol.measure)
    cells = np.moveaxis(grid.cells, at, 0)[grid.axes[at].inside]
    points = grid.axes[at].points[grid.axes[at].inside]
    target = target_of(protocol)
    # What each row leaves running: 0 while held; else the rate from a running rate of 1 and of 0.
    after = [
        (0.0, 0.0) if (t := r.then).holds or t.stop else (max(t.factor + t.add, 0.0), t.add)
        for r in protocol.rows
    ]
    alone = set(protocol.columns) == {protocol.measure}
    lines = cells.reshape(len(points), -1)
    wrong_way = set()
    for line in lines.T:
        for lower, higher in itertools.pairwise(r for r in line if r >= 0):
            if after[higher][0] > after[lower][0]:
                wrong_way.add((int(lower) + 1, int(higher) + 1))
    for i, row in enumerate(protocol.rows, 1):
        then, reached = row.then, points[(lines == i - 1).any(axis=1)]
        if not len(reached):
            continue
        # With a second column a low measure may be held for another reason.
        lowers = after[i - 1][0] < 1 and (alone or not (then.holds or then.stop))
        if (reached < target.low).all() and lowers:
            found.append(f"row {i} lowers the rate for a result below the target.")
        if (reached > target.high).all() and after[i - 1][0] > 1:
            found.append(f"row {i} raises the rate for a result above the target.")
        if alone and not then.none and target.holds(reached).all():
            found.append(f"row {i} changes the rate within the target.")
        if alone and then.none and not target.holds(_read(protocol, reached)).all():
            found.append(f"row {i} changes nothing for a result outside the target.")
    found += [f"rows {a} and {b} change the rate the wrong way round." for a, b in wrong_way]
    return found


def _read(protocol: Protocol, values: Any) -> Any:
    """Values at the precision at which the protocol reads them."""
    step = protocol.columns[protocol.measure].precision
    return values if step is None else np.round(np.floor(np.round(values / step, 9)) * step, 9)
