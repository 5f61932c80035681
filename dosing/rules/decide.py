"""One decision for one patient or a million: which row answers, what is missing, what is said."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import attrs
import numpy as np
import numpy.typing as npt

from dosing.base.units import show
from dosing.knowledge.library import Library
from dosing.knowledge.seedtypes import Protocol as Titration
from dosing.knowledge.seedtypes import ProtocolRow, Row, Table
from dosing.rules import remarks
from dosing.rules.checks import Cited
from dosing.rules.columns import Conflict, Patients
from dosing.rules.conditions import meets, required
from dosing.rules.read import options_of
from dosing.rules.remarks import Answers, Remark, anyone, remark
from dosing.rules.tables import MISSING as NO_ROW
from dosing.rules.tables import OUTSIDE, Grid, grid_of

Array = npt.NDArray[Any]
STATUSES = remarks.STATUSES
OK, STOP, MISSING, IMPOSSIBLE = range(len(STATUSES))


@attrs.frozen(eq=False)
class Decision:
    """Which row of a table or protocol answers each patient.

    ``row`` is negative where none does. ``missing`` says by input who lacks it and needs it;
    ``outside`` who lies outside what the table covers.
    """

    row: Array
    missing: dict[str, Array]
    outside: Array
    remarks: list[Remark]

    @property
    def lacking(self) -> Array:
        """Who lacks any input."""
        found = np.zeros(self.row.shape, dtype=bool)
        for where in self.missing.values():
            found |= where
        return found


def decide(
    patients: Patients,
    seed: Table | Titration,
    checks: Iterable[Cited],
    *,
    needs: Sequence[str] = (),
    rows_say: bool = True,
) -> Decision:
    """Find the row of each patient, what is missing, and what the checks say.

    Parameters
    ----------
    patients : Patients
        With what follows from what was given.
    seed : Table or Protocol
    checks : iterable of (Check, cite)
    needs : sequence of str
        Inputs that the order needs beside the table's columns, where the row does not refuse.
    rows_say : bool
        Whether what the rows say is said of all whom they answer.

    Returns
    -------
    Decision
    """
    seeds = patients.seeds
    grid = grid_of(seeds, seed)
    given = {n: v for n in seed.columns if (v := patients.get(n)) is not None}
    row = grid.rows_for(given)
    if not row.ndim:  # no column was given: the same row answers everybody
        row = np.full(patients.size, row)
    missing = _missing(patients, grid, given, row)
    for name in needs:
        where = patients.lacks(name)
        if anyone(where):
            refusing = np.array([*(getattr(r, "refuses", False) for r in seed.rows), False])
            where = where & ~refusing[np.maximum(row, -1)]
            if anyone(where):
                missing[name] = where | missing.get(name, False)
    outside = row == OUTSIDE
    remarks = list(_outside(seeds, grid, given, outside)) if anyone(outside) else []
    if rows_say:
        remarks += row_remarks(seed, row)
    remarks += fired(patients, checks)
    for name, where in missing.items():
        remarks.append(needed(seeds, name, where & ~np.asarray(patients.is_refused(name))))
    if seed.note:
        remarks.append(Remark("note", seed.note, seed.cite))
    return Decision(row, missing, outside, remarks)


def _missing(
    patients: Patients, grid: Grid, given: Mapping[str, Any], row: Array
) -> dict[str, Array]:
    """What the grid asks, by the parts from which it would follow where these are asked."""
    found: dict[str, Array] = {}
    for name, where in grid.needed_by(given, row).items():
        rule = patients.seeds.derivations.get(name)
        parts = rule.parts if rule is not None and rule.ask_parts else (name,)
        for part in parts:
            lacking = where & patients.lacks(part)
            if anyone(lacking):
                found[part] = found[part] | lacking if part in found else lacking
    return found


def row_remarks(seed: Table | Titration, row: Array) -> Iterable[Remark]:
    """What the rows say, each of the patients that it answers."""
    one = int(row[0]) if len(row) == 1 else None
    rows: Sequence[Row | ProtocolRow] = seed.rows
    for i, answer in enumerate(rows):
        if not answer.says or (one is not None and one != i):
            continue
        where = row == i
        for said in answer.says:
            yield Remark(said.level, said.text, answer.cite or seed.cite, where)


def fired(
    patients: Patients, checks: Iterable[Cited], extra: Mapping[str, Any] | None = None
) -> list[Remark]:
    """What those checks say whose inputs are all given and meet their conditions."""
    found = []
    seeds = patients.seeds
    known = {seeds.names[n] for n in patients.values if n in seeds.names} | {
        seeds.names.get(n, n) for n in extra or ()
    }
    for one, cite in checks:
        if not required(seeds, one.when) <= known:
            continue
        where = meets(patients, one.when, extra)
        if anyone(where):
            found.append(Remark(one.level, one.text, one.cite or cite, where))
    return found


def needed(seeds: Library, name: str, where: Array | bool = True) -> Remark:
    """That an input is needed, and which answers it has."""
    quantity = seeds.quantities[seeds.names[name]]
    if quantity.kind == "yes-no":
        return remark(seeds, "input-needed-yes-no", where, label=quantity.label)
    if quantity.kind == "class":
        answers = ", ".join(options_of(quantity))
        return remark(seeds, "input-needed-class", where, label=quantity.label, answers=answers)
    return remark(seeds, "input-needed", where, label=quantity.label)


def _outside(
    seeds: Library, grid: Grid, given: Mapping[str, Any], outside: Array
) -> Iterable[Remark]:
    """Which value lies outside what the table covers."""
    for axis in grid.axes:
        if axis.name in given and not axis.values:
            values = given[axis.name]
            where = outside & ~axis.domain.holds(values) & ~np.isnan(values)
            low, high = axis.domain.low, axis.domain.high
            below = "" if axis.domain.high_closed else "below "
            yield remark(
                seeds,
                "outside-table",
                where,
                label=axis.quantity.label,
                value=values,
                unit=axis.quantity.names[axis.name].unit,
                covers=f"{show(low)} to {below}{show(high)}",
            )


def status_of(
    patients: Patients, decision: Decision, remarks: Iterable[Remark], lacking: Array | bool = False
) -> Array:
    """How each patient stands: an answer, a danger, a missing or an impossible input."""
    missing, stops = decision.lacking | lacking | (decision.row < 0), np.zeros(patients.size, bool)
    for one in remarks:
        if one.level == "stop":
            stops |= one.where
        elif one.level == "needed":
            missing |= one.where
    impossible = decision.outside | patients.impossible
    stops &= ~impossible
    missing &= ~(stops | impossible)
    # Sums of small whole numbers: a million masks that vary at random are slow to index by.
    status: Array = STOP * stops.view(np.int8)
    status += MISSING * missing.view(np.int8)
    status += IMPOSSIBLE * impossible.view(np.int8)
    return status


def unsettled(decision: Decision, needs: Mapping[str, Array]) -> Decision:
    """The decision without the rows of those whose number is needed."""
    missing = dict(decision.missing)
    for name, where in needs.items():
        missing[name] = where | missing.get(name, False)
    lost = np.any([*needs.values()], axis=0)
    return attrs.evolve(decision, row=np.where(lost, NO_ROW, decision.row), missing=missing)


A = TypeVar("A", bound=Answers)


def settled(
    answer: Callable[[Patients], A],
    patients: Patients,
    evolve: Callable[..., A],
    *,
    cautious: Callable[[A, A, Array, Array], A] | None = None,
) -> A:
    """An answer that contradictions withhold where they matter, and are warned of where not.

    Parameters
    ----------
    answer : callable
        From patients to their answers.
    patients : Patients
        Their conflicts are settled: wherever the other value would change the answer, there is
        none, and the sentence names both.
    evolve : callable
        From an answer, ``status`` and ``remarks`` to the answer with these.
    cautious : callable, optional
        From an answer, the other one, the places of the patients where they differ, and their
        places in the other, to the answer of which nothing that gives less is withheld.
    """
    found = answer(patients)
    for conflict in patients.conflicts:
        rows = np.flatnonzero(conflict.where)
        other = answer(alternative(patients, conflict, rows))
        differs = found.status[rows] != other.status
        mine, theirs = found.numbers(), other.numbers()
        for name, values in mine.items():
            a, b = values[rows], theirs[name]
            differs |= (a != b) & ~((a != a) & (b != b))
        stops, warns = np.zeros((2, patients.size), dtype=bool)
        stops[rows[differs]], warns[rows[~differs]] = True, True
        seeds, said = patients.seeds, conflict.values
        remarks = (
            remark(seeds, "given-twice" if conflict.twice else "contradiction", stops, **said),
            remark(seeds, _harmless(conflict), warns, **said),
        )
        if cautious is not None and differs.any():
            found = cautious(found, other, rows[differs], np.flatnonzero(differs))
        status = np.where(stops, IMPOSSIBLE, found.status)
        found = evolve(found, status=status, remarks=(*remarks, *found.remarks))
    return found


def _harmless(conflict: Conflict) -> str:
    return "given-twice-no-matter" if conflict.twice else "contradiction-no-matter"


def alternative(patients: Patients, conflict: Conflict, rows: Array) -> Patients:
    """The patients of a conflict as if the other value were the right one."""
    some = patients.take(rows)
    kept = {n: some.as_given(n) for n in some.values if n in some.given}
    kept[conflict.name] = conflict.other[rows]
    return some.again(attrs.evolve(some, values=kept, filled={}))
