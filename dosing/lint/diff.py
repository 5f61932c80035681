"""What two tables or protocols say differently, and for which patients."""

import itertools
from pathlib import Path
from typing import Any

import attrs
import numpy as np

from dosing.base.units import show
from dosing.knowledge.library import load, read_seed
from dosing.knowledge.seedtypes import Protocol, ProtocolRow, Row, Table
from dosing.rules.tables import Axis, compile_grid

MOST_CELLS = 500_000


def differences(a: str, b: str) -> list[str]:
    """Compare two seeds over every combination of their inputs.

    Parameters
    ----------
    a, b : str
        Ids of tables or protocols in force, or paths of files.

    Returns
    -------
    list of str
        One sentence for each combination of answers that differ, with the patients it concerns.

    Raises
    ------
    ValueError
        When a seed does not exist, or the two are not of one kind.

    Examples
    --------
    >>> differences("warfarin-hit-ash-2018", "warfarin-hit-accp-2004")[0].startswith("platelets")
    True
    """
    one, other = _seed(a), _seed(b)
    if type(one) is not type(other):
        raise ValueError(f"{a} and {b} are not both tables or both protocols")
    if not one.rows or not other.rows:
        raise ValueError(f"{a if not one.rows else b} has no rows to compare")
    found = [
        f"{name}: {_value(x)} in {a}, {_value(y)} in {b}"
        for name, x, y in _settings(one, other)
        if x != y
    ]
    axes = _joint_axes(one, other)
    shape = [len(points) for _, points in axes]
    if np.prod(shape, dtype=float) > MOST_CELLS:
        raise ValueError(f"{a} and {b} have too many combinations to compare")
    answers = [_answers(seed, axes) for seed in (one, other)]
    groups: dict[tuple[str, str], list[tuple[int, ...]]] = {}
    for place in itertools.product(*(range(n) for n in shape)):
        flat = int(np.ravel_multi_index(place, shape)) if shape else 0
        pair = (answers[0][flat], answers[1][flat])
        if pair[0] != pair[1]:
            groups.setdefault(pair, []).append(place)
    for (x, y), places in groups.items():
        found.append(f"{_patients(axes, places)}: {x} in {a}, {y} in {b}")
    return found


def _seed(name: str) -> Table | Protocol:
    seeds = load()
    if name in seeds.tables:
        return seeds.tables[name]
    if name in seeds.protocols:
        return seeds.protocols[name]
    if Path(name).is_file():
        return read_seed(name)
    known = ", ".join([*seeds.tables, *seeds.protocols])
    raise ValueError(f"there is no table, protocol or file {name!r}; there are {known}")


def _settings(one: Table | Protocol, other: Table | Protocol) -> list[tuple[str, Any, Any]]:
    """What holds for every row, part by part."""
    found: list[tuple[str, Any, Any]] = []
    for name in ("drug", "indication", "outputs", "dose_unit", "measure", "target"):
        x, y = getattr(one, name, None), getattr(other, name, None)
        if isinstance(x, dict) and isinstance(y, dict):
            found += [(f"{name} {k}", x.get(k), y.get(k)) for k in dict.fromkeys([*x, *y])]
        else:
            found.append((name, x, y))
    if isinstance(one, Protocol) and isinstance(other, Protocol):
        for part in ("limits", "recheck"):
            x, y = attrs.asdict(getattr(one, part)), attrs.asdict(getattr(other, part))
            found += [(f"{part} {name}", x[name], y[name]) for name in x]
    return found


def _joint_axes(one: Table | Protocol, other: Table | Protocol) -> list[tuple[Axis, Any]]:
    """Each input of either, with all edges of both and the points between."""
    axes: dict[str, Axis] = {}
    for axis in (*compile_grid(load(), one).axes, *compile_grid(load(), other).axes):
        if axis.name in axes and not axis.values:
            edges = tuple(sorted({*axes[axis.name].edges, *axis.edges}))
            axes[axis.name] = attrs.evolve(axes[axis.name], edges=edges)
        else:
            axes.setdefault(axis.name, axis)
    return [(axis, axis.points if axis.values else axis.points[1:-1]) for axis in axes.values()]


def _answers(seed: Table | Protocol, axes: list[tuple[Axis, Any]]) -> list[str]:
    mesh = np.meshgrid(*(points for _, points in axes), indexing="ij")
    given = {axis.name: m.ravel() for (axis, _), m in zip(axes, mesh, strict=True)}
    grid = compile_grid(load(), seed)
    rows = grid.rows_for({a.name: given[a.name] for a in grid.axes})
    texts = [_words(row) for row in seed.rows]
    return [texts[r] if r >= 0 else "no answer" for r in np.atleast_1d(rows)]


def _words(row: Row | ProtocolRow) -> str:
    if isinstance(row, ProtocolRow):
        changed = attrs.asdict(row.then, filter=lambda f, v: v != f.default)
        return ", ".join(f"{n} {_value(v)}" for n, v in changed.items()) or "no change"
    if row.then is None:
        return f"refused ({row.stop})"
    return ", ".join(f"{n} {_value(v)}" for n, v in row.then.given().items())


def _value(value: Any) -> str:
    if value is None:
        return "not given"
    if isinstance(value, list | tuple) and all(isinstance(v, int | float) for v in value):
        return " to ".join(show(v) for v in value)
    if isinstance(value, dict):
        return ", ".join(f"{n} {_value(v)}" for n, v in value.items())
    if isinstance(value, tuple):
        return "; ".join(_value(step.given()) for step in value)
    return show(value) if isinstance(value, int | float) and value is not True else str(value)


def _patients(axes: list[tuple[Axis, Any]], places: list[tuple[int, ...]]) -> str:
    """The span of each input over the places, left out where it does not matter."""
    parts = []
    for i, (axis, points) in enumerate(axes):
        at = sorted({place[i] for place in places})
        if len(at) == len(points):
            continue
        if axis.values:
            parts.append(f"{axis.name} {' or '.join(str(points[j]) for j in at)}")
        else:
            unit = axis.quantity.names[axis.name].unit
            low, high = _end(axis, at[0], -1), _end(axis, at[-1], 1)
            span = low if low == high else f"{low} to {high}"
            parts.append(f"{axis.name} {span} {unit}".rstrip())
    return ", ".join(parts) or "all patients"


def _end(axis: Axis, slot: int, side: int) -> str:
    """The edge at which a span ends; points stand alternately on edges and between them."""
    if slot % 2 == 0:
        return show(axis.edges[slot // 2])
    edge = axis.edges[(slot + side) // 2]
    return f"{'above' if side < 0 else 'below'} {show(edge)}"
