"""One implementation for one patient and for a cohort.

Equations are written for arrays. pandas is never imported here unless a Series came in.
"""

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any, ParamSpec, TypeVar, cast, overload

import numpy as np
import numpy.typing as npt

P = ParamSpec("P")
R = TypeVar("R")

Numeric = Any  # a number, a sequence, an array or a Series of numbers, or None for missing
Words = Any  # the same of words, such as "female"


@overload
def vectorised(fn: Callable[P, R], /) -> Callable[P, R]: ...
@overload
def vectorised(*, words: Iterable[str]) -> Callable[[Callable[P, R]], Callable[P, R]]: ...


def vectorised(
    fn: Callable[P, R] | None = None, /, *, words: Iterable[str] = ()
) -> Callable[P, R] | Callable[[Callable[P, R]], Callable[P, R]]:
    """Let a function written for arrays take scalars, arrays or Series, and answer in kind.

    Positional parameters are data, one value a patient, and reach the function as arrays of
    floats (those named in `words`: as arrays of words). Keyword-only parameters are options and
    reach it untouched. A named tuple of arrays is answered as the same tuple, each part in kind.

    Parameters
    ----------
    fn : callable
        The function, when used without brackets.
    words : iterable of str
        Parameters that carry words rather than numbers.

    Raises
    ------
    ValueError
        When text stands where a number is wanted, or when Series have different indexes: pandas
        would align them silently, and a dose would go to the wrong patient.

    Examples
    --------
    >>> @vectorised
    ... def double(x):
    ...     return 2 * x
    >>> double(2), double([1, 2])
    (4.0, array([2., 4.]))
    """
    named = frozenset(words)
    if fn is None:
        return lambda function: _wrapped(function, named)
    return _wrapped(fn, named)


def _wrapped(fn: Callable[P, R], words: frozenset[str]) -> Callable[P, R]:
    parameters = inspect.signature(fn).parameters.values()
    names = [p.name for p in parameters if p.kind is not p.KEYWORD_ONLY]
    left_out = {
        p.name: p.default for p in parameters if p.name in names and p.default is not p.empty
    }

    def read(name: str, value: Any) -> Any:
        return np.asarray(value) if name in words else as_numbers(value, name)

    @functools.wraps(fn)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        first = dict(zip(names, args, strict=False))
        by_name: dict[str, Any] = {**left_out, **kwargs}
        for name in first.keys() - kwargs.keys():
            by_name.pop(name, None)
        index = _index(first | {n: v for n, v in by_name.items() if n in names})
        data = [*(read(n, v) for n, v in first.items()), *args[len(first) :]]
        more = {n: read(n, v) if n in names else v for n, v in by_name.items()}
        # A division by nothing is answered by NaN, which `positive` sees to, not by a warning.
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            out = fn(*data, **more)  # which refuses what is given twice, too much or not at all
        return cast(R, _in_kind(out, index, fn.__name__))

    return call


def is_series(value: object) -> bool:
    """Whether a value is a pandas Series, told without importing pandas."""
    return (
        type(value).__module__.partition(".")[0] == "pandas"
        and hasattr(value, "index")
        and hasattr(value, "dtype")
    )


def as_numbers(value: Any, name: str) -> npt.NDArray[np.float64]:
    """Numbers as an array of floats; None and pandas' NA become NaN, text is refused.

    Raises
    ------
    ValueError
        When the value is text: what a clinician types is read at the door, not here.
    """
    if is_series(value) and value.dtype.kind in "biuf":
        return np.asarray(value.to_numpy(dtype=float, na_value=np.nan))
    array = np.asarray(value)
    if array.dtype.kind == "O":
        array = np.reshape([_number(v, name) for v in array.ravel()], array.shape)
    elif array.dtype.kind not in "biuf":
        raise ValueError(f"{name}: numbers are expected, not {str(array.flat[0])!r}")
    return array.astype(float, copy=False)


def _number(value: Any, name: str) -> float:
    if is_missing(value):
        return np.nan
    if isinstance(value, str):
        raise ValueError(f"{name}: numbers are expected, not {value!r}")
    return float(value)


def is_missing(value: Any) -> bool:
    """Whether one value says that there is none: None, NaN or pandas' NA."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, float) and value != value


def positive(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Keep what is finite and above zero; NaN for the rest, for no dose follows from it."""
    return np.where(np.isfinite(values) & (values > 0), values, np.nan)


def round_half_up(values: Any, step: float | npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Round to a multiple of ``step``, halves away from zero towards the larger number.

    Python's own rounding takes halves to the even neighbour, which a label table does not.
    """
    units = np.round(np.asarray(values, dtype=float) / step, 9)
    return np.round(np.floor(units + 0.5) * step, 9)


def number(value: Any) -> float | None:
    """A number of an array, or None where there is none."""
    return None if value != value else float(value)


def by_sex(sex: Any, *, female: float, male: float) -> npt.NDArray[np.float64]:
    """The coefficient for each patient's sex.

    Parameters
    ----------
    sex : array of str, or of bool
        ``"female"`` or ``"male"``; a boolean array says who is female. None, NaN and ``""`` are
        missing.
    female, male : float

    Returns
    -------
    ndarray
        NaN where the sex is missing.

    Raises
    ------
    ValueError
        For any other word: sex is never guessed.

    Examples
    --------
    >>> by_sex(["female", "male"], female=45.5, male=50.0)
    array([45.5, 50. ])
    """
    given = np.asarray(sex)
    if given.dtype.kind == "b":
        return np.where(given, female, male)
    try:
        is_female, is_male = given == "female", given == "male"
    except TypeError:  # pandas' NA cannot be compared
        given = np.reshape([None if is_missing(v) else v for v in given.ravel()], given.shape)
        is_female, is_male = given == "female", given == "male"
    rest = given[~(is_female | is_male)]
    for other in set(rest.tolist()):
        if not (is_missing(other) or other == ""):
            raise ValueError(f"sex: {other!r} is not known; female or male is expected")
    return np.where(is_female, female, np.where(is_male, male, np.nan))


def _index(data: dict[str, Any]) -> Any:
    """The index that every Series among the data shares, or None."""
    shared: Any = None
    first = ""
    for name, value in data.items():
        if not is_series(value):
            continue
        if shared is None:
            shared, first = value.index, name
        elif not shared.equals(value.index):
            raise ValueError(f"{first} and {name} have different indexes; align the Series first")
    return shared


def _in_kind(out: Any, index: Any, name: str) -> Any:
    if isinstance(out, tuple) and hasattr(out, "_fields"):
        parts = zip(out._fields, out, strict=True)
        return type(out)(*(_in_kind(part, index, field) for field, part in parts))
    if index is None:
        return out.item() if np.ndim(out) == 0 else out
    if np.shape(out) != (len(index),):
        raise ValueError(
            f"{name}: a Series of {len(index)} patients cannot be combined with arrays"
            f" that make an answer of shape {np.shape(out)}"
        )
    import pandas as pd

    return pd.Series(out, index=index, name=name)
