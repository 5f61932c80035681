"""The proof that conditions can be read: each names an input that exists and values it can have."""

import difflib
from collections.abc import Iterable, Iterator

import numpy as np

from dosing.base.interval import Interval
from dosing.base.units import show
from dosing.knowledge.faults import SeedError
from dosing.knowledge.library import Library
from dosing.knowledge.seedtypes import Condition, Conditions, Quantity
from dosing.rules.convert import possible_range
from dosing.rules.read import options_of
from dosing.rules.tables import ABSENT, Ruled

MOST_NAMED = 32


def known_name(name: str, known: Iterable[str], what: str) -> Iterator[str]:
    """A sentence where a name does not exist, with the nearest that does.

    Examples
    --------
    >>> list(known_name("argatrobn", ["argatroban", "heparin"], "there is no drug"))
    ["there is no drug 'argatrobn'; did you mean 'argatroban'?"]
    """
    names = tuple(known)
    if name in names:
        return
    near = difflib.get_close_matches(name, names, n=1)
    few = ", ".join(names[:MOST_NAMED]) + (", ..." if names[MOST_NAMED:] else "")
    yield f"{what} {name!r}; " + (f"did you mean {near[0]!r}?" if near else f"there are {few}.")


def conditions_in(when: Conditions, seeds: Library, counts: Iterable[str] = ()) -> Iterator[str]:
    """What is wrong with conditions, each a sentence.

    Parameters
    ----------
    when : mapping
        Conditions by the registry's names, or by those of ``counts``.
    seeds : Library
        By whose registry they are judged.
    counts : iterable of str
        Names that stand for how many conditions of a group hold.
    """
    for name, condition in when.items():
        if name in counts:
            if not isinstance(condition, str):
                yield f"{name} takes an interval, not a list."
            else:
                yield from _interval(name, condition)
        elif name in seeds.conditions:
            yield from _answers(name, condition, ("no", "yes"))
        elif name not in seeds.names:
            yield from known_name(name, seeds.names, "no quantity is called")
        else:
            yield from _values(name, condition, seeds.quantities[seeds.names[name]])


def _values(name: str, condition: Condition, quantity: Quantity) -> Iterator[str]:
    parts = [condition] if isinstance(condition, str) else condition
    wanted = [part for part in parts if part != ABSENT]
    if quantity.kind == "number":
        for part in wanted:
            yield from _interval(name, part, quantity)
        return
    yield from _answers(name, wanted, options_of(quantity))


def _answers(name: str, condition: Condition, options: tuple[str, ...]) -> Iterator[str]:
    for part in [condition] if isinstance(condition, str) else condition:
        if part not in (*options, ABSENT):
            yield f"{name} is never {part!r}; it is one of {', '.join(options)}."


def _interval(name: str, text: str, quantity: Quantity | None = None) -> Iterator[str]:
    """An interval can be read, and its ends are values that the quantity can have."""
    try:
        found = Interval.parse(text)
    except ValueError as error:
        yield f"{name}: {error}."
        return
    if quantity is None or quantity.possible is None:
        return
    possible = possible_range(quantity, name)
    for end in found.ends:
        if not possible.low <= end <= possible.high:
            span = f"{show(possible.low)} to {show(possible.high)}"
            unit = quantity.names[name].unit
            yield (
                f"{name}: {show(end)} is no possible value; possible is {span} {unit}".rstrip()
                + "."
            )


def columns_in(table: Ruled, seeds: Library) -> Iterator[str]:
    """What is wrong with the columns, counts and conditions of a table or protocol, row by row."""
    for name, column in table.columns.items():
        if name not in seeds.names:
            yield from known_name(name, seeds.names, "no quantity is called")
            continue
        quantity = seeds.quantities[seeds.names[name]]
        try:
            if quantity.kind == "number":
                possible_range(quantity, name)
        except SeedError as error:
            yield f"{error}."
        if column.domain:
            yield from (f"columns: {w}" for w in _interval(name, column.domain, quantity))
        if column.precision is not None and column.precision <= 0:
            found = f"columns: the precision of {name} is {show(column.precision)}"
            yield f"{found}; above 0 is expected."
        elif column.precision is not None:
            yield from _finer(table, name, column.precision)
    for count, held in table.counts.items():
        yield from (f"counts.{count}: {w}" for w in conditions_in(held, seeds))
        yield from (f"counts.{count}: {w}" for w in _strangers(held, table.columns, "no column"))
    known = (*table.columns, *table.counts, *seeds.conditions)
    for i, row in enumerate(table.rows, 1):
        named = {name: c for name, c in row.when.items() if name in known}
        yield from (f"row {i}: {w}" for w in conditions_in(named, seeds, table.counts))
        yield from (
            f"row {i}: {w}" for w in _strangers(row.when, known, "neither a column nor a count")
        )


def _finer(table: Ruled, name: str, precision: float) -> Iterator[str]:
    """An edge lies where the column can be read: on a multiple of its precision."""
    for i, row in enumerate(table.rows, 1):
        try:
            ends = Interval.parse(str(row.when.get(name, "any"))).ends
        except ValueError:  # told with the row
            continue
        for end in ends:
            if not np.isclose(round(end / precision) * precision, end):
                yield f"row {i}: {name} is read in steps of {show(precision)}; {show(end)} is none."


def _strangers(names: Iterable[str], known: Iterable[str], what: str) -> Iterator[str]:
    columns = tuple(known)
    for name in names:
        if name not in columns:
            yield f"{name!r} is {what}; there are {', '.join(columns) or 'none'}."
