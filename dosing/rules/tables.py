"""Decision tables: compiled once to a grid of cells, so that one look-up answers each patient.

Rows of a table can only begin or end at the edges that it prints. Every edge, and the space
between each two, is one slot of an axis; the product of the axes is a grid in which each cell
holds the number of the row that answers it. The same grid is the proof (:mod:`dosing.lint`: no cell
without a row, none with two) and the engine (:meth:`Grid.rows_for`: a look-up for any number of
patients).
"""

import functools
import itertools
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, cast

import attrs
import numpy as np
import numpy.typing as npt

from dosing.base.interval import Interval
from dosing.base.vector import round_half_up
from dosing.knowledge.faults import SeedError
from dosing.knowledge.library import Library
from dosing.knowledge.seedtypes import Column, Condition, Conditions, Quantity
from dosing.rules.convert import possible_range
from dosing.rules.read import options_of

MISSING, OUTSIDE, GAP, OVERLAP = -1, -2, -3, -4
ABSENT = "absent"
MOST_CELLS = 2_000_000

Array = npt.NDArray[Any]
Rows = npt.NDArray[np.int16]


class _Conditional(Protocol):
    @property
    def when(self) -> Conditions: ...


class Ruled(Protocol):
    """What a table and a protocol have in common: conditions on columns, a row each."""

    @property
    def id(self) -> str: ...
    @property
    def columns(self) -> dict[str, Column]: ...
    @property
    def counts(self) -> dict[str, Conditions]: ...
    @property
    def rows(self) -> Sequence[_Conditional]: ...


@attrs.frozen(eq=False)
class Axis:
    """One input of a grid. Its last slot stands for a missing value."""

    name: str
    quantity: Quantity
    edges: tuple[float, ...] = ()
    values: tuple[str, ...] = ()
    precision: float | None = None
    domain: Interval = attrs.field(factory=Interval)

    @property
    def size(self) -> int:
        """How many slots hold a real value."""
        return len(self.values) or 2 * len(self.edges) + 1

    @functools.cached_property
    def points(self) -> Array:
        """A value for each real slot: for numbers each edge, and a point between each two."""
        if self.values:
            return np.array(self.values, dtype=object)
        low, high = self.edges[0] - 1, self.edges[-1] + 1
        inner = [(a + b) / 2 for a, b in itertools.pairwise(self.edges)]
        between = [low, *inner, high]
        return np.array([x for p in zip(between, (*self.edges, None), strict=True) for x in p][:-1])

    @functools.cached_property
    def inside(self) -> Array:
        """The real slots within the table's domain."""
        slots = np.arange(self.size)
        return slots if self.values else slots[self.domain.holds(self.points)]

    def slots(self, values: Any) -> Array:
        """The slot of each value; ``size`` where it is missing."""
        if self.values:
            return class_codes(values, self.quantity)
        given = np.asarray(values, dtype=float)
        read = round_half_up(given, self.precision) if self.precision else given
        slot = np.zeros(read.shape, dtype=np.uint8)
        for edge in self.edges:
            slot += (read >= edge).view(np.uint8)
            slot += (read > edge).view(np.uint8)
        slot[np.isnan(read)] = self.size
        return slot


def class_codes(values: Any, quantity: Quantity) -> Array:
    """The position of each answer among those that exist; their number where it is none.

    Positions that :mod:`dosing.rules.columns` has read are taken as they are.
    """
    given = np.asarray(values)
    if given.dtype == np.uint8:
        return given
    options = options_of(quantity)
    known = {option: i for i, option in enumerate(options)}
    flat = [known.get(word, len(options)) for word in given.ravel().tolist()]
    return np.array(flat, dtype=np.uint8).reshape(given.shape)


@attrs.frozen(eq=False)
class Grid:
    """A compiled table: which row answers each combination of slots."""

    axes: tuple[Axis, ...]
    cells: Rows
    optional: frozenset[str] = frozenset()
    _asked: dict[tuple[int, ...], tuple[str, ...]] = attrs.field(factory=dict, init=False)

    @functools.cached_property
    def _flat(self) -> tuple[Rows, tuple[int, ...]]:
        strides = np.array(self.cells.strides) // self.cells.itemsize
        return self.cells.ravel(), tuple(int(s) for s in strides)

    def rows_for(self, given: Mapping[str, Any]) -> Rows:
        """The row that answers each patient; MISSING or OUTSIDE where none does.

        Parameters
        ----------
        given : mapping
            Values or arrays of one length by column name; a column left out is missing.
        """
        flat, strides = self._flat
        at: Any = 0
        for axis, stride in zip(self.axes, strides, strict=True):
            if axis.name in given:
                at = at + np.multiply(axis.slots(given[axis.name]), stride, dtype=np.intp)
            else:
                at = at + axis.size * stride
        return cast(Rows, flat.take(at))

    def needed_by(self, given: Mapping[str, Any], row: Rows) -> dict[str, Array]:
        """Who lacks which input that could change the answer, where no row answers yet.

        Parameters
        ----------
        given : mapping
            As for :meth:`rows_for`.
        row : ndarray
            What :meth:`rows_for` answered.

        Returns
        -------
        dict
            By column, of whom it is true; columns that nobody lacks are left out.
        """
        (open_,) = (row == MISSING).nonzero()
        if not len(open_):
            return {}
        at = np.zeros(len(open_), dtype=np.intp)
        slots = []
        for axis, stride in zip(self.axes, self._flat[1], strict=True):
            if axis.name in given:
                slot = axis.slots(given[axis.name][open_])
            else:
                slot = np.full(len(open_), axis.size)
            slots.append(slot)
            at += np.multiply(slot, stride, dtype=np.intp)
        _, first, place = np.unique(at, return_index=True, return_inverse=True)
        lacking: dict[str, Array] = {}
        for k, i in enumerate(first):
            for name in self._needed_at(tuple(int(slot[i]) for slot in slots)):
                where = lacking.setdefault(name, np.zeros(row.shape, dtype=bool))
                where[open_[place == k]] = True
        return {axis.name: lacking[axis.name] for axis in self.axes if axis.name in lacking}

    def _needed_at(self, slots: tuple[int, ...]) -> tuple[str, ...]:
        """The missing columns that could change the answer in one place of the grid."""
        if slots not in self._asked:
            free, at = [], []
            for i, (axis, slot) in enumerate(zip(self.axes, slots, strict=True)):
                if slot == axis.size and axis.name not in self.optional:
                    free.append((i, axis.name))
                    at.append(axis.inside)
                else:
                    at.append(np.array([slot]))
            cells = self.cells[np.ix_(*at)]
            self._asked[slots] = tuple(
                name for i, name in free if (np.diff(cells, axis=i) != 0).any()
            )
        return self._asked[slots]


def compile_grid(seeds: Library, table: Ruled) -> Grid:
    """Lay a table out as a grid.

    Raises
    ------
    SeedError
        When a column or condition is not one that the registry knows, or the grid is too large.
    """
    axes = tuple(_axis(seeds, table, name) for name in table.columns)
    shape = tuple(axis.size + 1 for axis in axes)
    if np.prod(shape, dtype=float) > MOST_CELLS:
        raise SeedError(f"{table.id}: too many combinations to prove; split the table")
    masks = np.zeros((len(table.rows), *shape), dtype=bool)
    counted = {name: _count(table, axes, name, held) for name, held in table.counts.items()}
    for i, row in enumerate(table.rows):
        mask = np.ones(shape, dtype=bool)
        for name, condition in row.when.items():
            if name in counted:
                mask &= _interval(table, name, condition).holds(counted[name])
            elif name in seeds.conditions:
                mask &= _named(seeds, table, axes, name, condition)
            else:
                mask &= _mask(table, axes, name, condition)
        masks[i] = mask
    hits = masks.sum(axis=0, dtype=np.int16)
    cells = np.where(hits == 1, masks.argmax(axis=0), np.where(hits == 0, GAP, OVERLAP))
    cells = cells.astype(np.int16)
    for i, axis in enumerate(axes):
        outside = np.setdiff1d(np.arange(axis.size), axis.inside)
        np.moveaxis(cells, i, 0)[outside] = OUTSIDE
    optional = frozenset(axis.name for axis in axes if _listed_absent(table, axis.name))
    for i, axis in enumerate(axes):
        if axis.name not in optional:
            _settle_missing(cells, i, axis.size)
    return Grid(axes, cells, optional)


def _settle_missing(cells: Rows, axis: int, size: int) -> None:
    """A missing value is no matter when every value it could have leads to the same row."""
    turned = np.moveaxis(cells, axis, 0)
    inside = turned[:size]
    highest = inside.max(axis=0)
    lowest = np.where(inside == OUTSIDE, highest, inside).min(axis=0)
    settled = (highest == lowest) & (highest >= 0)
    # Outside by another value stays outside: it must not look like an open question.
    turned[size] = np.where(settled | (inside == OUTSIDE).all(axis=0), highest, MISSING)


def _named(
    seeds: Library, table: Ruled, axes: tuple[Axis, ...], name: str, condition: Condition
) -> Array:
    """Where a named condition holds: in any of its alternatives."""
    held: Any = False
    for alternative in seeds.conditions[name].any:
        mask: Any = True
        for part, wanted in alternative.items():
            if part in seeds.conditions:
                mask = mask & _named(seeds, table, axes, part, wanted)
            else:
                mask = mask & _mask(table, axes, part, wanted)
        held = held | mask
    wanted_parts = [condition] if isinstance(condition, str) else condition
    return cast(Array, held if "yes" in wanted_parts else ~held)


def _axis(seeds: Library, table: Ruled, name: str) -> Axis:
    if name not in seeds.names:
        raise SeedError(f"{table.id}: no quantity is called {name!r}")
    quantity = seeds.quantities[seeds.names[name]]
    column = table.columns[name]
    if quantity.kind != "number":
        return Axis(name, quantity, values=options_of(quantity))
    edges: set[float] = set()
    domain = Interval.parse(column.domain) if column.domain else possible_range(quantity, name)
    edges.update(domain.ends)
    for when in (*(row.when for row in table.rows), *table.counts.values()):
        for part in _conditions_on(seeds, when, name):
            edges.update(_interval(table, name, part).ends)
    return Axis(name, quantity, tuple(sorted(edges)), (), column.precision, domain)


def _conditions_on(seeds: Library, when: Conditions, name: str) -> list[Condition]:
    """What is asked of a column, by named conditions too."""
    found = [when[name]] if name in when else []
    for part in when:
        if part in seeds.conditions:
            for alternative in seeds.conditions[part].any:
                found += _conditions_on(seeds, alternative, name)
    return found


def _interval(table: Ruled, name: str, condition: Condition) -> Interval:
    if not isinstance(condition, str):
        raise SeedError(f"{table.id}: {name} takes an interval, not a list")
    try:
        return Interval.parse(condition)
    except ValueError as error:
        raise SeedError(f"{table.id}: {name}: {error}") from None


def _listed_absent(table: Ruled, name: str) -> bool:
    return any(
        ABSENT in ([c] if isinstance(c, str) else c)
        for row in table.rows
        if (c := row.when.get(name)) is not None
    )


def _mask(table: Ruled, axes: tuple[Axis, ...], name: str, condition: Condition) -> Array:
    """Where one condition holds, shaped to broadcast over the grid; never in the missing slot."""
    places = [axis.name for axis in axes]
    if name not in places:
        raise SeedError(f"{table.id}: {name!r} is neither a column nor a count")
    i = places.index(name)
    axis = axes[i]
    inside = np.zeros(axis.size + 1, dtype=bool)
    if axis.values:
        wanted = [condition] if isinstance(condition, str) else condition
        if stray := set(wanted) - {*axis.values, ABSENT}:
            raise SeedError(
                f"{table.id}: {name} is never {sorted(stray)[0]!r}; it is one of"
                f" {', '.join(axis.values)}"
            )
        inside[:-1] = [value in wanted for value in axis.values]
        inside[-1] = ABSENT in wanted
    else:
        inside[:-1] = _interval(table, name, condition).holds(axis.points)
    return inside.reshape([-1 if j == i else 1 for j in range(len(axes))])


def _count(table: Ruled, axes: tuple[Axis, ...], name: str, held: Conditions) -> Array:
    """How many of the conditions hold in each cell."""
    shape = tuple(axis.size + 1 for axis in axes)
    total = np.zeros(shape, dtype=np.int8)
    for column, condition in held.items():
        total = total + _mask(table, axes, column, condition)
    return total


def grid_of(seeds: Library, table: Ruled) -> Grid:
    """The compiled grid of a table or protocol, kept with the library for the next patient."""
    kept = seeds.kept("grids")
    if table.id not in kept or kept[table.id][0] is not table:
        kept[table.id] = (table, compile_grid(seeds, table))
    found: Grid = kept[table.id][1]
    return found
