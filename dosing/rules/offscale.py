"""Answers for results off the scale: what every number says that such a result could stand for.

The numbers that are tried are the one next to the bound, each edge beyond it at which anything in
the seeds changes, the points beside and between these, and the end of what is possible.
"""

import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, TypeVar

import attrs
import numpy as np
import numpy.typing as npt

from dosing.base.bounds import NEAR
from dosing.knowledge.library import FOLDERS, Library
from dosing.rules.columns import Patients
from dosing.rules.conditions import interval
from dosing.rules.convert import convert, limits
from dosing.rules.remarks import STATUSES, Answers, Remark, remark

Array = npt.NDArray[Any]
MOST_NUMBERS = 20_000  # tried for one patient: with more, every other one is left out
TOGETHER = 1000  # patients at a time
ANSWERED, IMPOSSIBLE = (STATUSES.index(word) for word in ("ok", "impossible"))


A = TypeVar("A", bound=Answers)


@attrs.frozen(eq=False)
class Tried:
    """What could be meant by those of the patients who have a result off the scale.

    ``rows`` are their places; ``values`` has by name a row for each of them, and a column for each
    number that is tried.
    """

    rows: Array
    values: Mapping[str, Array]

    @property
    def shape(self) -> tuple[int, int]:
        """How many patients, and how many numbers are tried for each."""
        some = next(iter(self.values.values()))
        return some.shape[0], some.shape[1]


def off_scale(patients: Patients, asked: Collection[str]) -> dict[str, Array]:
    """By given name, whose value is off the scale, of the quantities that are asked."""
    names = patients.seeds.names
    return {
        n: one.side != 0
        for n, one in patients.beyond.items()
        if n in patients.given and names[n] in asked and one.side.any()
    }


def trials(patients: Patients, asked: Collection[str]) -> Iterator[Tried]:
    """The numbers that could be meant, a manageable number of patients at a time.

    Patients go together who have the same quantities off the scale.
    """
    names = off_scale(patients, asked)
    having = np.array([*names.values()])
    kinds, kind = np.unique(having, axis=1, return_inverse=True) if names else (having, [])
    for k in range(kinds.shape[1] if names else 0):
        mine = [name for name, held in zip(names, kinds[:, k], strict=True) if held]
        rows = np.flatnonzero(np.asarray(kind).ravel() == k)
        if not mine:
            continue
        size = TOGETHER if len(mine) == 1 else 100
        for first in range(0, len(rows), size):
            some = rows[first : first + size]
            each = [_numbers(patients.take(some), name) for name in mine]
            yield Tried(some, dict(zip(mine, _together(each), strict=True)))


def _together(each: list[Array]) -> list[Array]:
    """Each number of one result with each of the others."""
    while np.prod([one.shape[1] for one in each]) > MOST_NUMBERS:
        most = max(range(len(each)), key=lambda k: each[k].shape[1])
        kept = np.unique(np.linspace(0, each[most].shape[1] - 1, each[most].shape[1] // 2 + 1))
        each[most] = each[most][:, kept.astype(int)]
    places = np.array([*itertools.product(*(range(one.shape[1]) for one in each))])
    return [one[:, places[:, k]] for k, one in enumerate(each)]


def _numbers(patients: Patients, name: str) -> Array:
    """The numbers that one result of each patient could stand for, from the bound outward."""
    seeds = patients.seeds
    quantity = seeds.quantities[seeds.names[name]]
    one, nearest = patients.beyond[name], patients.values[name]
    up = (one.side > 0)[:, None]
    edges = edges_of(seeds).get(seeds.names[name], np.array([]))
    own = np.asarray(convert(edges, quantity, quantity.base, name), dtype=float)
    points = [np.broadcast_to(np.array([*own, *limits(quantity, name)]), (len(up), len(own) + 2))]
    points += [p for p in _by_what_follows(patients, name) if p.shape[1]]
    found = np.concatenate([nearest[:, None], *points], axis=1)
    low, high = limits(quantity, name)
    outward = np.where(up, found > nearest[:, None], found < nearest[:, None])
    inside = outward & (found >= low) & (found <= high)
    found = np.where(inside, found, nearest[:, None])
    sign = np.where(up, 1.0, -1.0)  # the nearest comes first
    found = sign * np.sort(sign * found, axis=1)
    between = (found[:, 1:] + found[:, :-1]) / 2
    beside = np.clip(found * (1 + sign * NEAR), low, high)
    found = sign * np.sort(sign * np.concatenate([found, between, beside], axis=1), axis=1)
    again = (found[:, 1:] == found[:, :-1]).all(axis=0)
    kept: Array = found[:, ~np.concatenate([[False], again])]
    return kept


def _by_what_follows(patients: Patients, name: str) -> Iterator[Array]:
    """Where what follows from a result reaches its own edges."""
    seeds = patients.seeds
    value = patients.values[name][:, None]
    for other, rule in seeds.derivations.items():
        if name not in (*rule.rises_with, *rule.falls_with):
            continue
        reached = patients.get(other)
        if reached is None:
            continue
        edges = edges_of(seeds).get(seeds.names[other], np.array([]))[None, :]
        with np.errstate(divide="ignore", invalid="ignore"):
            share = edges / reached[:, None]
            found = value * (share if name in rule.rises_with else 1 / share)
        yield np.where(np.isfinite(found), found, value)


def edges_of(seeds: Library) -> Mapping[str, Array]:
    """By quantity, every number at which anything in the seeds changes. [its first unit]"""
    kept = seeds.kept("edges")
    if "edges" not in kept:
        found: dict[str, set[float]] = {}
        for folder in FOLDERS:
            for seed in getattr(seeds, folder).values():
                _gather(seeds, seed, found)
        for more in (*seeds.checks.values(), *seeds.conditions.values()):
            _gather(seeds, more, found)
        kept["edges"] = {key: np.array(sorted(ends)) for key, ends in found.items()}
    edges: Mapping[str, Array] = kept["edges"]
    return edges


def _gather(seeds: Library, value: Any, found: dict[str, set[float]]) -> None:
    """The ends of every interval that stands beside the name of a number."""
    if isinstance(value, Mapping):
        for name, part in value.items():
            quantity = seeds.quantities[seeds.names[name]] if name in seeds.names else None
            if quantity is not None and quantity.kind == "number":
                ends = np.array([e for text in _texts(part) for e in _ends(text)], dtype=float)
                base = convert(ends, quantity, str(name), quantity.base)
                found.setdefault(seeds.names[name], set()).update(np.atleast_1d(base).tolist())
            else:
                _gather(seeds, part, found)
    elif isinstance(value, list | tuple):
        for part in value:
            _gather(seeds, part, found)
    elif attrs.has(type(value)):
        for field in attrs.fields(type(value)):
            _gather(seeds, getattr(value, field.name), found)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _texts(part)
    elif attrs.has(type(value)):
        for field in attrs.fields(type(value)):
            yield from _texts(getattr(value, field.name))


def _ends(text: str) -> tuple[float, ...]:
    try:
        return interval(text).ends
    except ValueError:
        return ()


def meaning(patients: Patients, values: Mapping[str, Array]) -> Patients:
    """The patients with these numbers in the places of bounds, and what follows from them."""
    derivations = patients.seeds.derivations
    kept = {
        n: patients.as_given(n)
        for n in patients.values
        if n in patients.given or n not in derivations
    }
    beyond = {n: one for n, one in patients.beyond.items() if n in patients.given}
    meant = attrs.evolve(
        patients,
        values={**kept, **values},
        filled={},
        derived={},
        beyond=beyond,
        conflicts=(),
        meant=True,
    )
    return meant.again(meant)


def chosen(
    patients: Patients,
    asked: Collection[str],
    pick: Callable[[Patients, int], Array],
) -> Patients:
    """The patients with a number in the place of each bound that is asked about.

    Parameters
    ----------
    patients : Patients
    asked : collection of str
        The quantities that matter.
    pick : callable
        From patients, each as often in a row as numbers are tried, and how often that is, to which
        of these numbers is taken.
    """
    values = {n: patients.values[n].copy() for n in off_scale(patients, asked)}
    if not values:
        return patients
    for tried in trials(patients, asked):
        rows, times = tried.shape
        flat = {n: v.ravel() for n, v in tried.values.items()}
        some = patients.take(np.repeat(tried.rows, times))
        best = pick(meaning(some, flat), times)
        for name, numbers in tried.values.items():
            values[name][tried.rows] = numbers[np.arange(rows), best]
    return meaning(patients, values)


def certain(
    answer: Callable[[Patients], A],
    patients: Patients,
    asked: Collection[str],
    withhold: Callable[[A, dict[str, Array], tuple[Remark, ...]], A],
) -> A:
    """An answer for results off the scale that is the same whatever they stand for, else none.

    Parameters
    ----------
    answer : callable
        From patients to their answers.
    patients : Patients
    asked : collection of str
        The quantities that may change the answer.
    withhold : callable
        From an answer, by input who needs its number, and what is said of the bounds, to the answer
        without that of those who need it.
    """
    if patients.meant or not patients.beyond or not off_scale(patients, asked):
        return answer(patients)
    apart: list[Array] = []

    def pick(meant: Patients, times: int) -> Array:
        found = answer(meant)
        shape = (-1, times)
        may = (found.status != IMPOSSIBLE).reshape(shape)
        may |= ~may.any(axis=1, keepdims=True)
        unlike = _unlike(found.status.reshape(shape), may)
        for values in found.numbers().values():
            unlike |= _unlike(np.asarray(values, dtype=float).reshape(shape), may)
        apart.append(unlike)
        warned = warnings_of(found.remarks, meant.size).reshape(shape)
        warned = np.where(unlike[:, None], may, np.where(may, warned, -1))
        best: Array = np.argmax(warned, axis=1)
        return best

    found = answer(chosen(patients, asked, pick))
    differs = np.zeros(patients.size, dtype=bool)
    differs[np.concatenate([t.rows for t in trials(patients, asked)])] = np.concatenate(apart)
    differs &= ~patients.impossible
    needs, said = {}, []
    for name, off in off_scale(patients, asked).items():
        needs[name] = differs & off
        said += [
            of_bound(patients, "off-scale-number", name, differs & off),
            of_bound(patients, "off-scale-same", name, (found.status == ANSWERED) & ~differs & off),
        ]
    return withhold(found, needs, tuple(said))


def could(patients: Patients, asked: Collection[str], test: Callable[[Patients], Array]) -> Array:
    """Of whom a test holds, or may hold by a result that is off the scale."""
    found = test(patients)
    if patients.meant or not patients.beyond:
        return found
    for tried in trials(patients, asked):
        rows, times = tried.shape
        some = patients.take(np.repeat(tried.rows, times))
        held = test(meaning(some, {n: v.ravel() for n, v in tried.values.items()}))
        found[tried.rows] |= held.reshape(rows, times).any(axis=1)
    return found


def _unlike(values: Array, may: Array) -> Array:
    """Of whom the values that may be are not all the same."""
    first = np.take_along_axis(values, np.argmax(may, axis=1)[:, None], axis=1)
    same = (values == first) | ((values != values) & (first != first)) | ~may
    unlike: Array = ~same.all(axis=1)
    return unlike


def warnings_of(remarks: Iterable[Remark], size: int) -> Array:
    """How much each patient is warned of, in sentences that name no value."""
    warned = np.zeros(size, dtype=int)
    for one in remarks:
        if one.level == "warn" and not one.varies:
            warned += one.where
    return warned


def of_bound(patients: Patients, sentence: str, name: str, where: Array, cite: str = "") -> Remark:
    """A sentence on a result that is off the scale, as it was given."""
    quantity = patients.seeds.quantities[patients.seeds.names[name]]
    words = {int(i): patients.told(name, int(i), sign=False) for i in np.flatnonzero(where)}
    return remark(patients.seeds, sentence, where, cite, label=quantity.label, told=words)
