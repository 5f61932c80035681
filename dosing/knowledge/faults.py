"""What is wrong with the data of a seed, in sentences of file, place, what was found and expected.

The types of the seeds find the faults; here they are told in plain words, all at once.
"""

import datetime
import difflib
import math
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Literal, Union, get_args, get_origin

import attrs

LONGEST = 40
# A list in a file, and what one of its parts is called.
PARTS = {
    "rows": "row",
    "checks": "check",
    "stages": "stage",
    "items": "item",
    "bands": "band",
    "topics": "topic",
    "claims": "claim",
    "next": "next step",
}
Path = tuple[str | int, ...]


MOST_SAID = 3


class SeedError(ValueError):
    """Seeds that cannot be used; ``faults`` holds each in a sentence of file, place and wish."""

    def __init__(self, *faults: str):
        more = len(faults) - MOST_SAID
        said = " ".join(faults[:MOST_SAID])
        super().__init__(f"{said} And {more} more: see dosing lint." if more > 0 else said)
        self.faults = faults


class MisfitError(ValueError):
    """A value that is not what it should be, told in a sentence without a full stop."""


def shown(value: Any) -> str:
    """What was found, short enough for a sentence, whatever it is.

    Examples
    --------
    >>> shown("ten"), shown(10**400), shown(float("nan")), shown([1, 2])
    ("the text 'ten'", 'a number of 401 digits', 'nan', 'a list of 2')
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        digits = int(math.log10(abs(value))) + 1 if value else 1
        return str(value) if digits <= LONGEST else f"a number of {digits} digits"
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, str):
        return f"the text {shortened(value)!r}"
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}" if value else "an empty list"
    if isinstance(value, datetime.date | datetime.time):
        return f"the {'time' if isinstance(value, datetime.time) else 'date'} {value}"
    return "nothing" if value is None else "something else"


def shortened(text: str) -> str:
    """The beginning of a text, for a sentence."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."


def wanted(kind: Any) -> str:
    """What a type of the seeds expects, in words.

    Examples
    --------
    >>> wanted(float | None), wanted(tuple[float, float]), wanted(Literal["up", "even"])
    ('a number', 'a list of 2 numbers', "'up' or 'even'")
    """
    simple = {
        float: "a number",
        int: "a whole number",
        str: "text in quotes",
        bool: "true or false",
    }
    if kind in simple:
        return simple[kind]
    origin, parts = get_origin(kind), get_args(kind)
    if origin is Literal:
        options = [repr(p) for p in parts if p != ""]
        return ", ".join(options[:-1]) + (" or " if options[1:] else "") + options[-1]
    if origin in (Union, types.UnionType):
        return " or ".join(dict.fromkeys(wanted(p) for p in parts if p is not types.NoneType))
    if origin in (tuple, list, frozenset, set):
        inner = [p for p in parts if p is not Ellipsis]
        if len(set(inner)) > 1:
            return f"a list of {' and '.join(wanted(p) for p in inner)}"
        plural = {float: "numbers", int: "whole numbers", str: "texts in quotes"}
        what = plural.get(inner[0], "tables" if attrs.has(inner[0]) else "")
        return f"a list of {len(inner)} {what}" if len(inner) > 1 else f"a list of {what}".rstrip()
    if attrs.has(kind) or origin is dict or kind is dict:
        return "a table of keys and values"
    return "something else"


def told(file: str, fault: str) -> str:
    """A fault as a sentence that begins with its file.

    Examples
    --------
    >>> told("site.toml", "it is empty")
    'site.toml: it is empty.'
    """
    return f"{file}: {fault}" if fault.endswith((".", "?")) else f"{file}: {fault}."


def place(path: Iterable[str | int]) -> str:
    """Where something stands in a file.

    Examples
    --------
    >>> place(("rows", 2, "then", "dose")), place(("limits", "max_rate"))
    ('row 3, then.dose', 'limits.max_rate')
    """
    found: list[str] = []
    names: list[str] = []
    for part in path:
        if isinstance(part, int):
            one = names.pop() if names else ""
            found += [".".join(names)] if names else []
            found.append(f"{PARTS.get(one, one)} {part + 1}".strip())
            names = []
        else:
            names.append(part)
    return ", ".join([*found, ".".join(names)] if names else found)


def unknown_key(key: str, known: Iterable[str]) -> str:
    """A sentence that names a key that nobody reads, and the nearest that is read.

    Examples
    --------
    >>> unknown_key("rate_max", ["dose", "max_rate"])
    "there is no key 'rate_max'; did you mean 'max_rate'?"
    """
    known = tuple(known)
    turned = [k for k in known if sorted(k.split("_")) == sorted(key.split("_"))]
    near = turned or difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}"
    return f"there is no key {shortened(key)!r}; {hint}"


def faults_in(
    error: BaseException,
    data: Any,
    kind: Any,
    known_keys: Callable[[Any], tuple[str, ...]],
    path: Path = (),
) -> list[str]:
    """Each fault that the types found, as place and sentence without a full stop.

    Parameters
    ----------
    error : Exception
        What the converter raised: a tree of errors, or one.
    data : Any
        What the file holds.
    kind : type
        What it should be.
    known_keys : callable
        The keys that a file may write for a type.
    path : tuple
        Where the data stand in their file.
    """
    return list(dict.fromkeys(_faults(error, data, kind, known_keys, path)))


def _faults(
    error: BaseException,
    data: Any,
    kind: Any,
    known_keys: Callable[[Any], tuple[str, ...]],
    path: Path,
) -> Iterator[str]:
    from cattrs.errors import (
        ClassValidationError,
        ForbiddenExtraKeysError,
        IterableValidationError,
    )

    at = f"{where}: " if (where := place(path)) else ""
    is_list = get_origin(kind) in (tuple, list)
    if is_list and not isinstance(data, list):
        yield f"{at}found {shown(data)}; {wanted(kind)} is expected"
    elif isinstance(error, ClassValidationError | IterableValidationError):
        noted, other = error.group_exceptions()
        for one, told in noted:
            note: Any = told
            key = note.name if isinstance(error, ClassValidationError) else note.index
            if isinstance(one, KeyError) and isinstance(data, Mapping) and key not in data:
                yield f"{at}{key!r} is missing: {wanted(note.type)} is expected"
            else:
                yield from _faults(one, _at(data, key), note.type, known_keys, (*path, key))
        for one in other:
            yield from _faults(one, data, kind, known_keys, path)
    elif isinstance(error, ForbiddenExtraKeysError):
        for key in sorted(error.extra_fields):
            yield f"{at}{unknown_key(key, known_keys(error.cl))}"
    elif isinstance(error, MisfitError):
        yield f"{at}{error}"
    else:
        yield f"{at}found {shown(data)}; {wanted(kind)} is expected"


def _at(data: Any, key: str | int) -> Any:
    """What stands under a key or at a place of a list."""
    try:
        return data[key]
    except (KeyError, IndexError, TypeError):
        return None
