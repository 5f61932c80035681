"""The door: inputs of one patient or of many, checked against the registry of quantities.

A value keeps the name and so the unit under which it was given; a table reads it in the unit that
its source prints (:meth:`Patients.get`). What cannot be is refused in a sentence, never repaired.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from dosing.base.bounds import Beyond, Bound, told
from dosing.base.fill import fill
from dosing.knowledge.library import Library
from dosing.knowledge.seedtypes import Quantity
from dosing.rules.convert import convert, from_base, limits, stand_in
from dosing.rules.read import (
    half_of_last_digit,
    options_of,
    read_class,
    read_result,
    shown,
)
from dosing.rules.remarks import Remark, anyone, remark

Array = npt.NDArray[Any]


@attrs.frozen(eq=False)
class Conflict:
    """Where a value that was given contradicts another that says the same.

    ``twice`` says that it is the same quantity in another unit; else it follows from its parts.
    """

    name: str
    where: Array
    other: Array
    values: Mapping[str, Any]
    twice: bool = False


@attrs.frozen(eq=False)
class Patients:
    """Checked inputs of many patients, one place in each array a patient.

    ``values`` are numbers, NaN where missing, or the position of the answer among those that
    exist, their number where missing. ``given`` are the names that were given; others follow from
    them, by what ``again`` works out; ``filled`` says by name in whose place of a column that was
    given a value follows all the same. ``refused`` says by quantity whose value cannot be.
    ``beyond`` says by name which values are off the scale: a number that each could stand for is
    in its place among the values. ``meant`` says that these numbers are tried or were chosen.
    """

    seeds: Library
    size: int
    values: dict[str, Array]
    given: tuple[str, ...] = ()
    remarks: tuple[Remark, ...] = ()
    refused: Mapping[str, Array] = attrs.field(factory=dict)
    conflicts: tuple[Conflict, ...] = ()
    derived: Mapping[str, Callable[[int], str]] = attrs.field(factory=dict)
    filled: Mapping[str, Array] = attrs.field(factory=dict)
    beyond: Mapping[str, Beyond] = attrs.field(factory=dict)
    meant: bool = False
    again: Callable[["Patients"], "Patients"] = attrs.field(default=lambda some: some)
    _read: dict[str, Array] = attrs.field(factory=dict, init=False)

    def get(self, name: str) -> Array | None:
        """The values in the unit of ``name``; None where nobody has one."""
        quantity = self.seeds.quantities[self.seeds.names[name]]
        if len(quantity.names) == 1:
            return self.values.get(name)
        if name in self._read:
            return self._read[name]
        found = self.values.get(name)
        for other in quantity.names:
            if other != name and other in self.values:
                more = convert(self.values[other], quantity, other, name)
                found = more if found is None else np.where(np.isnan(found), more, found)
        if found is not None:
            self._read[name] = found
        return found

    def codes_unknown(self, name: str) -> int:
        """The position that stands for no answer."""
        return len(options_of(self.seeds.quantities[self.seeds.names[name]]))

    def lacks(self, name: str) -> Array:
        """Who has no value."""
        found = self.get(name)
        if found is None:
            return np.ones(self.size, dtype=bool)
        return np.isnan(found) if found.dtype.kind == "f" else found == self.codes_unknown(name)

    def numbers(self, name: str) -> Array:
        """The values in the unit of ``name``, NaN where there is none."""
        found = self.get(name)
        return np.full(self.size, np.nan) if found is None else found

    def is_yes(self, name: str) -> Array:
        """Who was answered yes."""
        found = self.get(name)
        return np.zeros(self.size, dtype=bool) if found is None else found == 1

    def words(self, name: str) -> Array:
        """The answers of a class as words, None where there is none."""
        options = options_of(self.seeds.quantities[self.seeds.names[name]])
        found = self.get(name)
        if found is None:
            return np.full(self.size, None, dtype=object)
        return np.array([*options, None], dtype=object)[found]

    def is_refused(self, name: str) -> Array | bool:
        """Whose value of this quantity was refused."""
        return self.refused.get(self.seeds.names[name], False)

    def side(self, name: str) -> Array:
        """On which side of its bound each value lies; 0 where it is a plain number."""
        found = np.zeros(self.size, dtype=np.int8)
        for other in self.seeds.quantities[self.seeds.names[name]].names:
            if other in self.beyond:
                found = np.where(found == 0, self.beyond[other].side, found)
        return found

    def past_scale(self, name: str) -> Array:
        """Whose result is only a bound from below, or not below what the site takes for the end."""
        top = self.seeds.site.beyond_scale.get(name, np.inf)
        return (self.side(name) > 0) | (self.numbers(name) >= top)

    def told(self, name: str, i: int, sign: bool = True) -> str:
        """The value of one patient with its unit, off the scale with a sign or in words."""
        units = self.seeds.quantities[self.seeds.names[name]].names
        unit = units[name].unit
        for other in (name, *units):
            one = self.beyond.get(other)
            if one is not None and one.side[i]:
                return told(int(one.side[i]), float(one.bound[i]), units[other].unit, sign)
        return shown(float(self.numbers(name)[i]), unit)

    def as_given(self, name: str) -> Array:
        """The values under a name as they were given, with the gaps that were filled since."""
        values, filled = self.values[name], self.filled.get(name)
        if filled is None:
            return values
        nothing = np.nan if values.dtype.kind == "f" else self.codes_unknown(name)
        return np.where(filled, nothing, values).astype(values.dtype)

    @property
    def impossible(self) -> Array:
        """Who has a value that cannot be."""
        found = np.zeros(self.size, dtype=bool)
        for where in self.refused.values():
            found |= where
        return found

    def having(self, **more: Array) -> "Patients":
        """The same patients with more values, or others in place of those that they have."""
        return attrs.evolve(self, values={**self.values, **more})

    def take(self, rows: Array) -> "Patients":
        """Some of the patients; what was said of them at the door stays behind."""
        return attrs.evolve(
            self,
            size=len(rows),
            values={n: v[rows] for n, v in self.values.items()},
            refused={n: v[rows] for n, v in self.refused.items()},
            filled={n: v[rows] for n, v in self.filled.items()},
            beyond={n: v.take(rows) for n, v in self.beyond.items()},
            remarks=(),
            conflicts=(),
            derived={},
        )


def quantity_key(seeds: Library, name: str) -> str:
    """The quantity that a name stands for; ValueError with the nearest names when there is none."""
    if name in seeds.names:
        return seeds.names[name]
    import difflib

    near = difflib.get_close_matches(name, seeds.names, n=3, cutoff=0.5)
    hint = f"; did you mean {' or '.join(near)}?" if near else ""
    raise ValueError(f"no input is called {name!r}{hint}")


def one_patient(seeds: Library, inputs: Mapping[str, Any]) -> Patients:
    """Check one patient's inputs.

    Parameters
    ----------
    seeds : Library
    inputs : mapping
        Values by the registry's names. None, NaN and blank text count as not given. A number may
        be text, as typed.

    Raises
    ------
    ValueError
        For a name that the registry does not know.

    Examples
    --------
    >>> from dosing.knowledge.library import load
    >>> one_patient(load(), {"creatinine_mg_dl": 88}).remarks[0].text_at(0)
    'Serum creatinine: 88 mg/dL is not possible (0.1 to 30); 88 micromol/L would be 1 mg/dL.'
    """
    return many_patients(seeds, {name: [raw] for name, raw in inputs.items()}, 1)


def many_patients(seeds: Library, columns: Mapping[str, Any], size: int) -> Patients:
    """Check the inputs of many patients.

    Parameters
    ----------
    seeds : Library
    columns : mapping
        By the registry's names: arrays of numbers, lists of anything, or ``Codes``.
    size : int
        Number of patients.
    """
    values: dict[str, Array] = {}
    remarks: list[Remark] = []
    refused: dict[str, Array] = {}
    beyond: dict[str, Beyond] = {}
    for name, column in columns.items():
        key = quantity_key(seeds, name)
        quantity = seeds.quantities[key]
        if quantity.kind == "number":
            found, problems, sides = _numbers(seeds, column, quantity)
            bad = _judge(seeds, found, quantity, name, remarks, sides)
            if sides is not None:
                beyond[name] = Beyond(sides if bad is None else np.where(bad, 0, sides), found)
                found = np.where(sides == 0, found, stand_in(beyond[name], quantity, name))
        else:
            found, problems = _codes(seeds, column, quantity)
            bad = None
        if problems:
            unread = np.zeros(size, dtype=bool)
            unread[list(problems)] = True
            said: dict[str, Any] = {"text": problems, "place": name}
            remarks.append(Remark("needed", "{text}", where=unread, values=said, id="not-read"))
            bad = unread if bad is None else bad | unread
        if bad is not None:
            found = np.where(bad, np.nan, found) if found.dtype.kind == "f" else found
            refused[key] = refused[key] | bad if key in refused else bad
        if found.dtype.kind == "f" and size == 1 and bad is None and found[0] != found[0]:
            continue  # nothing was given
        values[name] = found
    made = Patients(seeds, size, values, tuple(values), tuple(remarks), refused, beyond=beyond)
    return _given_twice(made)


@attrs.frozen(eq=False)
class Codes:
    """A column of words as positions in a list of words; -1 where there is none."""

    codes: Array
    words: tuple[Any, ...]


def _numbers(
    seeds: Library, column: Any, quantity: Quantity
) -> tuple[Array, dict[int, str], Array | None]:
    """A column as numbers or bounds, a sentence for each place that is neither, and the sides."""
    if isinstance(column, np.ndarray) and column.dtype.kind in "fiu":
        return column.astype(float, copy=False), {}, None
    if isinstance(column, Codes):  # each word is read once
        codes = column.codes
        read, said, side = _numbers(seeds, [*column.words, None], quantity)
        wrong = np.flatnonzero(np.isin(codes, list(said))) if said else ()
        sides = None if side is None or not side.take(codes).any() else side.take(codes)
        return read.take(codes), {int(i): said[int(codes[i])] for i in wrong}, sides
    problems: dict[int, str] = {}
    found = np.full(len(column), np.nan)
    sides = None
    seen: dict[Any, tuple[float | Bound, str]] = {}
    for i, raw in enumerate(column):
        key = (type(raw), raw if isinstance(raw, str | int | float) else id(raw))
        if key not in seen:
            try:
                seen[key] = (read_result(seeds, raw, quantity), "")
            except ValueError as error:
                seen[key] = (np.nan, str(error))
        value, problem = seen[key]
        if isinstance(value, Bound):
            sides = np.zeros(len(column), dtype=np.int8) if sides is None else sides
            sides[i], value = value.side, value.value
        found[i] = value
        if problem:
            problems[i] = problem
    return found, problems, sides


def _codes(seeds: Library, column: Any, quantity: Quantity) -> tuple[Array, dict[int, str]]:
    """A column as the positions of its answers, and a sentence for each that is none."""
    if not isinstance(column, Codes):
        column = _as_codes(column)
    options = options_of(quantity)
    position = {option: i for i, option in enumerate(options)}
    unknown = len(options)
    known, problem_of = [], {}
    for k, raw in enumerate(column.words):
        try:
            answer = read_class(seeds, raw, quantity)
            known.append(unknown if answer is None else position[answer])
        except ValueError as error:
            known.append(unknown)
            problem_of[k] = str(error)
    known.append(unknown)  # the last, which -1 stands for
    if len(column.codes) == 1:
        found = np.array([known[column.codes[0]]], dtype=np.uint8)
    else:
        found = np.array(known, dtype=np.uint8)[column.codes]
    problems: dict[int, str] = {}
    if problem_of:
        bad = np.flatnonzero(np.isin(column.codes, list(problem_of)))
        problems = {int(i): problem_of[int(column.codes[i])] for i in bad}
    return found, problems


def _as_codes(column: Any) -> Codes:
    if len(column) == 1:
        return Codes(np.array([0]), (column[0],))
    if isinstance(column, np.ndarray) and column.dtype.kind in "biuf":
        words, codes = np.unique(column, return_inverse=True)
        return Codes(codes, tuple(words.tolist()))
    seen: dict[Any, int] = {}
    words_: list[Any] = []
    codes_ = np.empty(len(column), dtype=np.intp)
    for i, raw in enumerate(column):
        # True is not 1 to a reader, and NaN is never itself.
        key = (type(raw), raw if isinstance(raw, str | bool | int) else str(raw))
        if key not in seen:
            seen[key] = len(words_)
            words_.append(raw)
        codes_[i] = seen[key]
    return Codes(codes_, tuple(words_))


def _judge(
    seeds: Library,
    values: Array,
    quantity: Quantity,
    name: str,
    remarks: list[Remark],
    sides: Array | None = None,
) -> Array | None:
    """Whose value is impossible; says so, and what is unusual where it is no bound."""
    low, high = _limits(seeds, quantity, name)
    unit = quantity.names[name].unit
    bad: Array | None = None
    if sides is not None:
        values = np.where((sides != 0) & np.isinf(values), np.nan, values)
    outside = (values < low) | (values > high)
    if anyone(outside):
        bad = outside
        said: dict[str, Any] = {"value": _shown(values, unit, outside), "low": low, "high": high}
        hints = _hints(seeds, values, quantity, name, outside)
        remarks.append(
            remark(seeds, "not-possible", outside, label=quantity.label, hint=hints, **said)
        )
    if quantity.whole:
        broken = (values != np.round(values)) & ~np.isnan(values) & ~outside
        if anyone(broken):
            bad = broken if bad is None else bad | broken
            shown_ = _shown(values, unit, broken)
            remarks.append(remark(seeds, "not-whole", broken, label=quantity.label, value=shown_))
    if quantity.usual is not None:
        base = convert(values, quantity, name, quantity.base)
        odd = (base < quantity.usual[0]) | (base > quantity.usual[1])
        odd = odd if bad is None else odd & ~bad
        odd = odd if sides is None else odd & (sides == 0)
        if anyone(odd):
            least, most = (float(from_base(end, quantity, name)) for end in quantity.usual)
            said = {"value": _shown(values, unit, odd), "low": least, "high": most}
            hints = _hints(seeds, values, quantity, name, odd)
            remarks.append(remark(seeds, "unusual", odd, label=quantity.label, hint=hints, **said))
    return bad


def _limits(seeds: Library, quantity: Quantity, name: str) -> tuple[float, float]:
    """The possible range, reckoned once for each name."""
    kept = seeds.kept("limits")
    if name not in kept:
        kept[name] = limits(quantity, name)
    found: tuple[float, float] = kept[name]
    return found


def _shown(values: Array, unit: str, where: Array) -> dict[int, str]:
    """Those values with their unit, by place; the same value is written once."""
    rows = np.flatnonzero(where)
    distinct, which = np.unique(values[rows], return_inverse=True)
    texts = [shown(value, unit) for value in distinct.tolist()]
    return {i: texts[k] for i, k in zip(rows.tolist(), which.tolist(), strict=True)}


def _hints(
    seeds: Library, values: Array, quantity: Quantity, name: str, where: Array
) -> dict[int, str]:
    """Beside each number, that it would be usual in another unit of the same quantity."""
    texts = dict.fromkeys(np.flatnonzero(where).tolist(), "")
    if quantity.usual is None or len(quantity.names) == 1:
        return texts
    low, high = quantity.usual
    mine = quantity.names[name].unit
    open_ = where.copy()
    for other in quantity.names:
        if other == name:
            continue
        rows = np.flatnonzero(open_)
        base = convert(values[rows], quantity, other, quantity.base)
        for i in rows[(base >= low) & (base <= high)]:
            said: dict[str, Any] = {"value": float(values[i]), "unit": quantity.names[other].unit}
            meant = float(convert(values[i], quantity, other, name))
            said |= {"meant": meant, "own_unit": mine}
            texts[int(i)] = fill(seeds.sentences["other-unit"].text, said)
            open_[i] = False
    return texts


def _given_twice(patients: Patients) -> Patients:
    """One value in two units must be the same value: where it is not, which one is asked."""
    seeds = patients.seeds
    by_quantity: dict[str, list[str]] = {}
    for name in patients.values:
        by_quantity.setdefault(seeds.names[name], []).append(name)
    if len(by_quantity) == len(patients.values):
        return patients
    conflicts = []
    values = dict(patients.values)
    for key, names in by_quantity.items():
        first, *others = names
        for other in others:
            quantity = seeds.quantities[key]
            differ = _differ(values[first], values[other], quantity, first, other)
            if anyone(differ):
                units = {
                    "given": _shown(values[first], quantity.names[first].unit, differ),
                    "follows": _shown(values[other], quantity.names[other].unit, differ),
                }
                said: dict[str, Any] = {"label": quantity.label, **units}
                there = convert(values[other], quantity, other, first)
                conflicts.append(Conflict(first, differ, there, said, twice=True))
                values[other] = np.where(differ, np.nan, values[other])
    return (
        attrs.evolve(patients, values=values, conflicts=tuple(conflicts)) if conflicts else patients
    )


def _differ(one: Array, other: Array, quantity: Quantity, first: str, second: str) -> Array:
    """Where two values in two units are not one: neither near, nor equal within the last digit."""
    meant = convert(other, quantity, second, first)
    with np.errstate(invalid="ignore"):
        apart: Array = np.abs(one - meant) > quantity.tolerance * np.abs(one)
    for i in np.flatnonzero(apart):
        mine, far = half_of_last_digit(float(one[i])), half_of_last_digit(float(other[i]))
        ends = [float(convert(other[i] + d, quantity, second, first)) for d in (-far, far)]
        apart[i] = min(ends) > one[i] + mine or max(ends) < one[i] - mine
    return apart


def names_of(seeds: Library, names: Iterable[str]) -> set[str]:
    """The quantities that some names stand for."""
    return {seeds.names[name] for name in names}
