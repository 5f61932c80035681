"""The proof that a titration protocol can be used: direction, holds, limits and target."""

import itertools
import math
import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from dosing.base.interval import Interval
from dosing.base.units import show
from dosing.base.vector import round_half_up
from dosing.knowledge.library import Library
from dosing.knowledge.seedtypes import Drug, Protocol, ProtocolRow
from dosing.lint.conditions import conditions_in
from dosing.lint.magnitudes import slips_in_protocol
from dosing.lint.tables import cites_in, proof
from dosing.orders.pump import is_infusion
from dosing.rules.convert import possible_range
from dosing.rules.protocols import target_of
from dosing.rules.tables import Grid, compile_grid

_HALTS = re.compile(r"(?<!not )\b(stop|hold)\b", re.IGNORECASE)
_CALLS = re.compile(r"(?<!not )\b(notify|call|inform|contact|tell|ask|alert)\b", re.IGNORECASE)


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
    found += [f"row {i} {wish}" for i, row in enumerate(protocol.rows, 1) for wish in _prose(row)]
    found += _beside(protocol, seeds)
    found += slips_in_protocol(protocol, seeds)
    problems = proof(protocol, seeds)
    if problems or protocol.measure not in protocol.columns:
        return found + problems
    try:
        target = target_of(protocol)
    except ValueError as error:
        return [*found, f"target: {error}."]
    measure = seeds.quantities[seeds.names[protocol.measure]]
    if measure.kind != "number" or not math.isfinite(target.high - target.low):
        return [*found, "target: a range of numbers with two ends is expected."]
    possible = possible_range(measure, protocol.measure)
    if target.low < possible.low or target.high > possible.high:
        span = f"{show(possible.low)} to {show(possible.high)}"
        return [*found, f"target: {protocol.target} is not possible; possible is {span}."]
    return found + _against_target(protocol, compile_grid(seeds, protocol), target)


def _is_dosed_in(drug: Drug, unit: str) -> bool:
    """Whether a pump dose in this unit can be the drug's: units by weight or not, else its own."""
    return unit == drug.dose_unit or {unit, drug.dose_unit} == {"units/h", "units/kg/h"}


def _prose(row: ProtocolRow) -> Iterator[str]:
    """What a row says is done by the row, not only said."""
    then = row.then
    for text in (said.text for said in row.says):
        if _HALTS.search(text) and not (then.holds or then.stop):
            yield "says to stop or hold, but neither stops nor holds: set stop or hold."
        if _CALLS.search(text) and not (then.notify or then.stop):
            yield "says to call somebody, but does not notify: set notify = true."


def _beside(protocol: Protocol, seeds: Library) -> Iterator[str]:
    """What stands beside the rows: inputs and protocols that exist, and prose that is done."""
    for i, one in enumerate(protocol.outside, 1):
        yield from (f"outside {i}: {wish}" for wish in conditions_in(one.when, seeds))
        if one.fits and one.fits not in seeds.protocols:
            yield f"outside {i}: there is no protocol {one.fits!r}."
        elif one.fits and seeds.protocols[one.fits].drug != protocol.drug:
            yield f"outside {i}: {one.fits} titrates another drug."
    for i, rule in enumerate(protocol.beside, 1):
        yield from (f"beside {i}: {wish}" for wish in conditions_in(rule.when, seeds))
        if not (rule.then.stop or rule.then.notify):
            yield f"beside {i} neither stops nor notifies: set stop or notify."
        if rule.then.stop and not rule.then.notify:
            yield f"beside {i} stops and calls nobody: set notify = true."
        for text in (said.text for said in rule.says):
            if _CALLS.search(text) and not rule.then.notify:
                yield f"beside {i} says to call somebody, but does not notify: set notify = true."
    if protocol.written_for is None:  # then no step goes beyond twice the running rate
        return
    try:
        span = Interval.parse(protocol.written_for.range)
    except ValueError as error:
        yield f"written_for: {error}."
        return
    if not span.low > 0:
        yield "written_for: a range above 0 is expected."
    if not protocol.limits.unlimited and span.high > protocol.limits.top:
        yield f"written_for: {show(span.high)} is above the largest rate."


def _against_target(protocol: Protocol, grid: Grid, target: Interval) -> list[str]:
    """No change within the target, a change outside it, and never the wrong way.

    Looked at are each edge of the rows and of the target, and a value between each two. With a
    second column a result within the target may still be held or lowered, where there is a value
    of that column for which nothing is changed.
    """
    points, lines = _lines(protocol, grid, target)
    # What each row leaves running: 0 while held; else the rate from a running rate of 1.
    after = [
        0.0 if (t := r.then).holds or t.stop else max(t.factor + t.add, 0.0) for r in protocol.rows
    ]
    none = np.array([row.then.none for row in protocol.rows])
    inside = target.holds(_read(protocol, points))
    settled = (none[lines] & (lines >= 0)).any(axis=1)
    alone = set(protocol.columns) == {protocol.measure}
    found = []
    for i, row in enumerate(protocol.rows, 1):
        reached = (lines == i - 1).any(axis=1)
        below, above = points < target.low, points > target.high
        # With a second column a low measure may be held for another reason.
        lowers = after[i - 1] < 1 and (alone or not (row.then.holds or row.then.stop))
        if not row.then.none:
            if (reached & inside & ~settled).any():
                found.append(f"row {i} changes the rate within the target.")
            elif after[i - 1] > 1 and (reached & inside).any():
                found.append(f"row {i} raises the rate within the target.")
        elif (reached & ~inside).any():
            found.append(f"row {i} changes nothing for a result outside the target.")
        if lowers and (reached & below & ~inside).any():
            found.append(f"row {i} lowers the rate for a result below the target.")
        if after[i - 1] > 1 and (reached & above & ~inside).any():
            found.append(f"row {i} raises the rate for a result above the target.")
    wrong_way = {
        (int(lower) + 1, int(higher) + 1)
        for line in lines.T
        for lower, higher in itertools.pairwise(r for r in line if r >= 0)
        if after[higher] > after[lower]
    }
    found += [f"rows {a} and {b} change the rate the wrong way round." for a, b in wrong_way]
    return found


def _lines(protocol: Protocol, grid: Grid, target: Interval) -> tuple[Any, Any]:
    """Values of the measure, and the row for each of them (down) and for all else (across)."""
    axes = {axis.name: axis for axis in grid.axes}
    own = axes.pop(protocol.measure)
    edges = sorted({*own.edges, *(end for end in target.ends if end in own.domain)})
    between = [(a + b) / 2 for a, b in itertools.pairwise(edges)]
    points = np.array(sorted({*edges, *between}))
    points = points[own.domain.holds(points)]
    others = [axis.points[axis.inside] for axis in axes.values()]
    mesh = np.meshgrid(points, *others, indexing="ij")
    given = dict(zip((protocol.measure, *axes), (m.ravel() for m in mesh), strict=True))
    return points, grid.rows_for(given).reshape(len(points), -1)


def _read(protocol: Protocol, values: Any) -> Any:
    """Values at the precision at which the protocol reads them."""
    step = protocol.columns[protocol.measure].precision
    return values if step is None else round_half_up(values, step)
