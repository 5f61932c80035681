"""The door: inputs of a patient or a cohort, checked against the registry of quantities.

A value keeps the name and so the unit under which it was given; a table reads it in the unit that
its source prints (:meth:`Patient.get`). What cannot be is refused in a sentence, never repaired.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import attrs
import numpy as np

from dosing.base.findings import Finding, stopped
from dosing.base.interval import Interval
from dosing.base.units import show
from dosing.knowledge.library import load
from dosing.knowledge.seedtypes import Condition, Conditions, Quantity
from dosing.knowledge.sentences import say, words
from dosing.rules.tables import from_base, read_class, to_base

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:[.,][0-9]+)?|[.,][0-9]+)")
_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:,[0-9]{3})+")


@attrs.frozen
class Patient:
    """Checked inputs of one patient: values under the names as given, and what is wrong."""

    values: dict[str, float | str]
    findings: tuple[Finding, ...] = ()
    refused: frozenset[str] = frozenset()

    def get(self, name: str) -> float | str | None:
        """The value in the unit of ``name``; None when it was not given or was refused."""
        if name in self.values:
            return self.values[name]
        library = load()
        quantity = library.quantities[library.names[name]]
        for given in quantity.names:
            if given in self.values:
                return float(convert(self.values[given], quantity, given, name))
        return None

    def number(self, name: str) -> float | None:
        """As :meth:`get`, for a quantity that is a number."""
        value = self.get(name)
        return None if value is None else float(value)

    def known(self, names: Iterable[str]) -> dict[str, float | str]:
        """Those of ``names`` that have a value."""
        return {name: value for name in names if (value := self.get(name)) is not None}

    def having(self, **more: float | str) -> "Patient":
        """The same patient with derived values beside the given ones."""
        return attrs.evolve(self, values=self.values | more)

    @property
    def stopped(self) -> bool:
        return stopped(self.findings)


def meets(patient: Patient, when: Conditions) -> bool:
    """Whether every named input meets its condition; ``absent`` means no answer."""
    return all(value_meets(patient.get(name), condition) for name, condition in when.items())


def value_meets(value: float | str | None, condition: Condition) -> bool:
    """Whether a value meets a condition, or one of several; none does so only by ``absent``."""
    parts = condition if isinstance(condition, list) else [condition]
    if value is None:
        return "absent" in parts
    if isinstance(value, str):
        return value in parts
    return any(float(value) in Interval.parse(part) for part in parts if part != "absent")


def convert(value: Any, quantity: Quantity, given: str, wanted: str) -> Any:
    """A number from the unit of one name to that of another.

    Rounded to nine significant digits, so that a value typed in SI units falls on the same side
    of an edge as the same value typed in US units.
    """
    if given == wanted:
        return value
    exact = np.asarray(from_base(to_base(value, quantity, given), quantity, wanted), dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        size = np.floor(np.log10(np.abs(exact)))
    scale = 10.0 ** np.where(np.isfinite(size), 8 - size, 0)
    return np.round(exact * scale) / scale


def check(inputs: Mapping[str, Any]) -> Patient:
    """Check one patient's inputs.

    Parameters
    ----------
    inputs : mapping
        Values by the registry's names. None, NaN and blank text count as not given. A number may
        be text, as typed.

    Returns
    -------
    Patient
        With a ``needed`` finding for each value that cannot be, a ``warn`` for each unusual one.

    Raises
    ------
    ValueError
        For a name that the registry does not know.

    Examples
    --------
    >>> check({"creatinine_mg_dl": 88}).findings[0].text
    'Serum creatinine: 88 mg/dL is not possible (0.1 to 30); 88 micromol/L would be 1 mg/dL.'
    """
    library = load()
    values: dict[str, float | str] = {}
    findings: list[Finding] = []
    refused: set[str] = set()
    first: dict[str, str] = {}
    for name, raw in inputs.items():
        key = quantity_key(name)
        if is_blank(raw):
            continue
        quantity = library.quantities[key]
        if key in first:
            findings.append(say("given-twice", label=quantity.label, first=first[key], second=name))
            refused.update(quantity.names)
            continue
        first[key] = name
        try:
            values[name], found = _read(raw, quantity, name)
            findings += found
        except ValueError as error:
            findings.append(Finding("needed", str(error)))
            refused.update(quantity.names)  # whatever its unit: it is wrong, not missing
    kept = {name: value for name, value in values.items() if name not in refused}
    return Patient(kept, tuple(findings), frozenset(refused))


def quantity_key(name: str) -> str:
    """The quantity that a name stands for; ValueError with the nearest names when there is none."""
    names = load().names
    if name in names:
        return names[name]
    import difflib

    near = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
    hint = f"; did you mean {' or '.join(near)}?" if near else ""
    raise ValueError(f"no input is called {name!r}{hint}")


def parse_number(text: str) -> float:
    """Read a number as a clinician types it, with a decimal point or a decimal comma.

    Parameters
    ----------
    text : str
        For example ``"78.5"`` or ``"78,5"``. Spaces around it are ignored.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        For anything that could be read in two ways (``1,000``) or is not plain digits
        (``1e3``, ``abc``, full-width digits). The message is a sentence without the field's name.

    Examples
    --------
    >>> parse_number("78,5")
    78.5
    """
    plain = text.replace("\u00a0", " ").strip()
    if _THOUSANDS.fullmatch(plain):
        raise ValueError(words("two-readings", typed=plain, plain=plain.replace(",", "")))
    if not _NUMBER.fullmatch(plain):
        raise ValueError(words("not-plain-number", typed=repr(plain)))
    return float(plain.replace(",", "."))


def is_blank(raw: Any) -> bool:
    """Whether nothing was given. Zero and "no" are answers."""
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        return True
    return isinstance(raw, float | np.floating) and bool(np.isnan(raw))


def _read(raw: Any, quantity: Quantity, name: str) -> tuple[float | str, list[Finding]]:
    if quantity.kind != "number":
        return read_class(raw, quantity), []
    if isinstance(raw, bool | np.bool_):
        raise ValueError(words("not-a-number", label=quantity.label, typed=str(raw)))
    try:
        value = parse_number(raw) if isinstance(raw, str) else float(raw)
    except ValueError as error:
        raise ValueError(f"{quantity.label}: {error}") from None
    except TypeError:
        refusal = words("not-a-number", label=quantity.label, typed=repr(raw))
        raise ValueError(refusal) from None
    low, high = limits(quantity, name)
    unit = quantity.names[name].unit
    shown = f"{show(value)} {unit}".strip() if np.isfinite(value) else str(value)
    if not low <= value <= high:
        hint = _mix_up(value, quantity, name)
        limits_ = {"low": low, "high": high, "hint": hint}
        raise ValueError(words("not-possible", label=quantity.label, value=shown, **limits_))
    if quantity.whole and value != round(value):
        raise ValueError(words("not-whole", label=quantity.label, value=shown))
    if quantity.usual is None or (_usual(value, quantity, name)):
        return value, []
    low, high = (float(from_base(end, quantity, name)) for end in quantity.usual)
    hint = _mix_up(value, quantity, name)
    return value, [say("unusual", label=quantity.label, value=shown, low=low, high=high, hint=hint)]


def limits(quantity: Quantity, name: str) -> tuple[float, float]:
    """The possible range of a number, in the unit of ``name``."""
    if quantity.possible is None:
        return -np.inf, np.inf
    low, high = quantity.possible
    return (
        float(convert(low, quantity, quantity.base, name)),
        float(convert(high, quantity, quantity.base, name)),
    )


def _usual(value: float, quantity: Quantity, name: str) -> bool:
    if quantity.usual is None:
        return True
    low, high = quantity.usual
    return low <= float(convert(value, quantity, name, quantity.base)) <= high


def _mix_up(value: float, quantity: Quantity, name: str) -> str:
    """A hint when the number would be usual in another unit of the same quantity."""
    for other, unit in quantity.names.items():
        if other != name and quantity.usual is not None and _usual(value, quantity, other):
            meant = float(convert(value, quantity, other, name))
            mine = quantity.names[name].unit
            return words("other-unit", value=value, unit=unit.unit, meant=meant, own_unit=mine)
    return ""


def check_cohort(columns: Mapping[str, Any], size: int) -> tuple[dict[str, Any], Any]:
    """Check a cohort's columns.

    Parameters
    ----------
    columns : mapping
        Arrays of one length by the registry's names; other names raise ValueError.
    size : int
        Number of patients.

    Returns
    -------
    values : dict
        The columns, with an impossible number set to NaN.
    refused : ndarray of bool, shape (size,)
        Patients with an impossible value: they get no dose.
    """
    library = load()
    refused = np.zeros(size, dtype=bool)
    values: dict[str, Any] = {}
    by_quantity: dict[str, str] = {}
    for name, column in columns.items():
        key = quantity_key(name)
        quantity = library.quantities[key]
        if quantity.kind == "number":
            numbers = np.asarray(column, dtype=float)
            low, high = limits(quantity, name)
            bad = (numbers < low) | (numbers > high)
            if quantity.whole:
                bad |= numbers != np.round(numbers)
                bad &= ~np.isnan(numbers)
            if bad.any():
                numbers = np.where(bad, np.nan, numbers)
                refused |= bad
            values[name] = numbers
        else:
            refused |= _unknown(column, quantity)
            values[name] = column
        if key in by_quantity:
            refused |= _present(column) & _present(columns[by_quantity[key]])
        by_quantity[key] = name
    return values, refused


def _present(column: Any) -> Any:
    return np.array([not is_blank(value) for value in np.asarray(column, dtype=object)])


def _unknown(column: Any, quantity: Quantity) -> Any:
    """Where a class column holds a word that is none of the quantity's classes."""
    if (categories := getattr(getattr(column, "dtype", None), "categories", None)) is not None:
        codes = np.asarray(column.codes if hasattr(column, "codes") else column.cat.codes)
        bad = [i for i, w in enumerate(categories) if not (_is_class(w, quantity) or is_blank(w))]
        return np.isin(codes, bad) if bad else np.zeros(len(codes), dtype=bool)
    words = np.asarray(column, dtype=object)
    known = {w: _is_class(w, quantity) or is_blank(w) for w in dict.fromkeys(words)}
    return np.array([not known[w] if w == w else False for w in words], dtype=bool)


def _is_class(word: Any, quantity: Quantity) -> bool:
    try:
        read_class(word, quantity)
    except ValueError:
        return False
    return True
