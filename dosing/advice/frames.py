"""Frames in and out: a pandas, polars or other frame as columns, and answers as a frame in kind."""

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from dosing.advice.arrow import (
    arrow_column,
    arrow_table,
    arrow_values,
    arrow_words,
    arrow_yes_no,
    is_arrow,
)
from dosing.knowledge.library import VERSION, Library
from dosing.rules.columns import Codes, Patients
from dosing.rules.decide import STATUSES
from dosing.rules.remarks import Remark, findings_at, reasons

Array = npt.NDArray[Any]
NEAR_ONE, NEAR_TWO = 4, 7  # from this length on, a name one or two letters off is a misspelling


@attrs.frozen(eq=False)
class Words:
    """A column of words: a position for each patient, and the words; -1 where there is none."""

    codes: Array
    words: tuple[str, ...]

    @classmethod
    def same(cls, word: str | None, size: int) -> "Words":
        """The same word for all."""
        if word is None:
            return cls(np.full(size, -1, dtype=np.int8), ())
        return cls(np.zeros(size, dtype=np.int8), (word,))


@attrs.frozen(eq=False)
class YesNo:
    """A column of yes and no; ``known`` says where it is either."""

    values: Array
    known: Array


def is_pandas(frame: Any) -> bool:
    """Whether a frame is one of pandas, told without importing it."""
    return type(frame).__module__.partition(".")[0] == "pandas" and hasattr(frame, "columns")


def columns_of(
    seeds: Library,
    frame: Any,
    *,
    more: Sequence[str] = (),
    ignore: Iterable[str] = (),
    constants: Mapping[str, Any] | None = None,
) -> tuple[dict[str, Any], int]:
    """The columns of a frame that bear a name of the registry, and the number of patients.

    Parameters
    ----------
    seeds : Library
    frame : DataFrame
        Of pandas, polars, or another kind that narwhals knows.
    more : sequence of str
        Names that are read too, although no quantity is called so.
    ignore : iterable of str
        Columns to keep out, whatever they are called.
    constants : mapping, optional
        Inputs that are the same for all.

    Raises
    ------
    ValueError
        For a column that is nearly called as a quantity is, one that stands twice, and an input
        that is given both as a column and for all.
    """
    own, every, read = _opened(frame)
    left_out = set(ignore)
    names = [n for n in every if n not in left_out]
    known = [n for n in names if n in seeds.names or n in more]
    for name in names:
        if name not in known and (near := misspelt(seeds, str(name), tuple(more))):
            raise ValueError(
                f"column {name!r} is nearly {near!r}: rename it, or keep it out with"
                f" ignore=[{name!r}]"
            )
    if twice := {n for n in known if known.count(n) > 1}:
        raise ValueError(f"column {sorted(twice)[0]!r} stands twice")
    found = {str(name): read(own[name]) for name in known}
    for name, value in (constants or {}).items():
        if name in found:
            raise ValueError(f"{name} is given both as a column and for all patients: give one")
        found[name] = Codes(np.zeros(len(own), dtype=np.intp), (value,))
    return found, len(own)


def _opened(frame: Any) -> tuple[Any, list[Any], Callable[[Any], Any]]:
    """A frame whose columns can be had by name, their names, and how one is read."""
    if is_pandas(frame):
        return frame, list(frame.columns), _pandas_column
    if is_arrow(frame):
        return frame, frame.column_names, arrow_column
    other = _other(frame)
    return other, other.columns, _other_column


def _other(frame: Any) -> Any:
    import narwhals as nw

    try:
        return nw.from_native(frame, eager_only=True)
    except TypeError:
        raise ValueError(
            f"a frame is expected, of pandas or polars, not {type(frame).__name__}"
        ) from None


def _pandas_column(series: Any) -> Any:
    dtype = series.dtype
    if hasattr(dtype, "categories"):
        return Codes(np.asarray(series.cat.codes), tuple(dtype.categories))
    if dtype.kind in "iuf":
        if isinstance(dtype, np.dtype):
            return series.to_numpy()
        return series.to_numpy(dtype=float, na_value=np.nan)
    import pandas as pd

    # Among objects 1 and True are alike to a table of words, and a list has no place in one.
    objects = isinstance(dtype, np.dtype) and dtype.kind == "O"
    text = pd.api.types.is_string_dtype(dtype)
    if objects:
        text = pd.api.types.infer_dtype(series) == "string"
    if dtype.kind == "b" or text:
        codes, words = pd.factorize(series)
        return Codes(np.asarray(codes), tuple(words.tolist()))
    return series.astype(object).tolist()


def _other_column(series: Any) -> Any:
    if series.dtype.is_numeric():
        return np.asarray(series.cast(_float()).to_numpy(), dtype=float)
    words_only = series.dtype in _words_only()
    values = series.to_list()
    if not words_only:  # 1 and True are alike to a table of words, and a list has no place in one
        return values
    seen: dict[Any, int] = {}
    codes = np.fromiter(
        (-1 if v is None else seen.setdefault(v, len(seen)) for v in values), np.intp, len(values)
    )
    return Codes(codes, tuple(seen))


def _float() -> Any:
    import narwhals as nw

    return nw.Float64


def _words_only() -> tuple[Any, ...]:
    import narwhals as nw

    return (nw.String, nw.Boolean, nw.Categorical, nw.Enum)


def misspelt(seeds: Library, column: str, more: tuple[str, ...] = ()) -> str:
    """The registry's name that a column's is nearly; empty where there is none.

    Case, blanks, dashes and underscores are always told; one letter in names of 4 to 6 letters,
    two in longer ones.
    """
    plain = _plain(column)
    for name in (*seeds.names, *more):
        if plain == _plain(name):
            return name
    letters = 2 if len(plain) >= NEAR_TWO else 1 if len(plain) >= NEAR_ONE else 0
    for name in (*seeds.names, *more):
        other = _plain(name)
        may = min(letters, 2 if len(other) >= NEAR_TWO else 1 if len(other) >= NEAR_ONE else 0)
        if may and abs(len(plain) - len(other)) <= may and _letters_off(plain, other, may):
            return name
    return ""


def _plain(name: str) -> str:
    return "".join(c for c in name.casefold() if c not in " _-\t\u00a0")


@functools.lru_cache(maxsize=20_000)
def _letters_off(one: str, other: str, most: int) -> bool:
    """Whether at most so many letters are wrong, missing, added or exchanged with the next."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        two_before, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, two_before[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return False
    return row[-1] <= most


def reason_column(remarks: Iterable[Remark], size: int) -> Words:
    """The gravest sentence of each patient; empty where nothing is said."""
    codes, texts = reasons(remarks, size)
    return Words(codes, tuple(texts))


def status_column(status: Array) -> Words:
    """How each patient stands, in words."""
    return Words(status, STATUSES)


def findings_column(remarks: Sequence[Remark], size: int) -> list[list[dict[str, str]]]:
    """All findings of each patient, the gravest first."""
    return [[f.to_dict() for f in findings_at(remarks, i)] for i in range(size)]


def provenance(seeds: Library, frame: Any, used: Iterable[str], **constant: str) -> dict[str, Any]:
    """What is the same for a whole answer: from what it was made, and of what it made no use."""
    names = [str(n) for n in _opened(frame)[1]]
    wanted = set(used)
    return {
        **constant,
        "seeds": seeds.digest,
        "version": VERSION,
        "used": [n for n in names if n in wanted],
        "unused": [n for n in names if n not in wanted],
    }


def frame_like(
    frame: Any, columns: Mapping[str, Any], attributes: Mapping[str, Any], *, as_columns: bool
) -> Any:
    """A frame of the kind that came in, with its index where it has one.

    What is constant stands in ``attrs``, for a table of Arrow in its metadata, or in columns where
    a frame has neither or ``as_columns`` asks for them.
    """
    size = len(next(iter(columns.values())).codes)
    if as_columns or not (is_pandas(frame) or is_arrow(frame)):
        said = {n: ", ".join(v) if isinstance(v, list) else v for n, v in attributes.items()}
        columns = {**columns, **{n: Words.same(v, size) for n, v in said.items()}}
    if is_pandas(frame):
        return pandas_frame(columns, attributes, frame.index)
    if is_arrow(frame):
        return arrow_table({n: _as_arrow(column) for n, column in columns.items()}, attributes)
    import narwhals as nw

    native = nw.get_native_namespace(frame)
    plain = {name: _as_list(column) for name, column in columns.items()}
    made = nw.from_dict(plain, backend=native)
    floats = [n for n, dtype in made.schema.items() if dtype.is_float()]
    return made.with_columns(nw.col(*floats).fill_nan(None)).to_native()


def pandas_frame(columns: Mapping[str, Any], attributes: Mapping[str, Any], index: Any) -> Any:
    """A frame of pandas: words as categories, yes and no as nullable booleans."""
    import pandas as pd

    made = pd.DataFrame(
        {name: _as_pandas(column, index) for name, column in columns.items()},
        index=index,
        copy=False,
    )
    made.attrs.update(attributes)
    return made


def _as_pandas(column: Any, index: Any) -> Any:
    import pandas as pd

    if isinstance(column, Words):
        return pd.Categorical.from_codes(column.codes, categories=list(column.words))
    if isinstance(column, YesNo):
        return pd.arrays.BooleanArray(np.asarray(column.values, dtype=bool), ~column.known)
    if isinstance(column, list):
        return pd.Series(column, index=index, dtype=object)
    return column


def _as_arrow(column: Any) -> Any:
    if isinstance(column, Words):
        return arrow_words(column.codes, column.words)
    if isinstance(column, YesNo):
        return arrow_yes_no(column.values, column.known)
    return arrow_values(column)


def _as_list(column: Any) -> Any:
    if isinstance(column, Words):
        words = np.array([*column.words, None], dtype=object)
        return words[column.codes].tolist()
    if isinstance(column, YesNo):
        return [bool(v) if k else None for v, k in zip(column.values, column.known, strict=True)]
    return column


def of_rows(cites: Sequence[str | None], row: Array) -> Words:
    """A word for each patient by its row; the last stands for whom none answers, which is -1."""
    words = tuple(dict.fromkeys(c for c in cites if c is not None))
    if len(set(cites)) == 1:
        return Words.same(cites[0], len(row))
    place = np.array([-1 if c is None else words.index(c) for c in cites], dtype=np.int8)
    return Words(place.take(row), words)


def placed(patients: Patients, labels: Sequence[Any] | None) -> Patients:
    """The patients with column and row named in what could not be read."""
    if labels is None:
        return patients
    said = []
    for one in patients.remarks:
        if "place" in one.values:
            name = one.values["place"]
            texts = one.values["text"].items()
            text = {i: f"{name}, row {labels[i]}: {said}" for i, said in texts}
            one = attrs.evolve(one, values={"text": text})
        said.append(one)
    return attrs.evolve(patients, remarks=tuple(said))
