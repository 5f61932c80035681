"""From the data of a TOML file to the types of the seeds, or every fault in it as a sentence."""

import functools
import math
from typing import Any, cast, get_args, get_origin

import attrs

from dosing.knowledge.faults import MisfitError, faults_in, shown, wanted
from dosing.knowledge.seedtypes import Condition

# What only the reading of seeds needs is imported when they are read: importing dosing stays quick.


def structured(data: Any, kind: Any, key: str = "") -> tuple[Any, list[str]]:
    """A value of a type of the seeds, or None and each fault as place and sentence.

    Examples
    --------
    >>> from dosing.knowledge.seedtypes import Column
    >>> structured({"precision": "0.1"}, Column, "aptt_s")
    (None, ["aptt_s.precision: found the text '0.1'; a number is expected"])
    """
    # A sound file is read at once; only a faulty one is read again, slowly, to tell every fault.
    try:
        return _converter(False).structure(data, kind), []
    except Exception:  # whatever a file may hold, it is told
        pass
    try:
        return _converter(True).structure(data, kind), []
    except Exception as error:
        return None, faults_in(error, data, kind, known_keys, (key,) if key else ())


def known_keys(kind: Any) -> tuple[str, ...]:
    """The keys that a file may write for a type."""
    return tuple(field.name for field in attrs.fields(kind))


def fits(data: Any, kind: Any) -> bool:
    """Whether data have the keys of a type: all that it needs, and none that it does not know."""
    fields = attrs.fields_dict(kind)
    needed = {name for name, field in fields.items() if field.default is attrs.NOTHING}
    return isinstance(data, dict) and needed <= data.keys() <= fields.keys()


@functools.cache
def _converter(detailed: bool) -> Any:
    import cattrs

    converter = cattrs.Converter(forbid_extra_keys=True, detailed_validation=detailed)
    converter.register_structure_hook_factory(_is_tuple, lambda t: _list_of(t, converter))
    converter.register_structure_hook(float, _number)
    converter.register_structure_hook(float | None, lambda v, _: None if v is None else _number(v))
    converter.register_structure_hook(int, _whole)
    converter.register_structure_hook(str, _text)
    converter.register_structure_hook(bool, _flag)
    converter.register_structure_hook(Condition, _condition)
    return converter


def _is_tuple(kind: Any) -> bool:
    return get_origin(kind) is tuple


def _list_of(kind: Any, converter: Any) -> Any:
    """A list as a tuple: a text is no list of letters, and a pair has two parts."""
    parts = get_args(kind)
    if parts[1:] == (Ellipsis,):
        return lambda value, _: tuple(converter.structure(_list(value, kind), list[parts[0]]))  # type: ignore[valid-type]

    def pair(value: Any, _: Any) -> Any:
        if len(_list(value, kind)) != len(parts):
            raise MisfitError(f"found {shown(value)}; {wanted(kind)} is expected")
        return tuple(_part(v, part, converter) for v, part in zip(value, parts, strict=True))

    return pair


def _part(value: Any, kind: Any, converter: Any) -> Any:
    try:
        return converter.structure(value, kind)
    except Exception:
        raise MisfitError(f"found {shown(value)} in a list; {wanted(kind)} is expected") from None


def _list(value: Any, kind: Any) -> list[Any]:
    if not isinstance(value, list):
        raise MisfitError(f"found {shown(value)}; {wanted(kind)} is expected")
    return value


def _number(value: object, _: Any = None) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise MisfitError(f"found {shown(value)}; a number is expected")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise MisfitError(f"found {shown(value)}; a finite number is expected")
    return number


def _whole(value: object, _: Any = None) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise MisfitError(f"found {shown(value)}; a whole number is expected")
    return int(_number(value))


def _text(value: object, _: Any = None) -> str:
    if not isinstance(value, str):
        raise MisfitError(f"found {shown(value)}; text in quotes is expected")
    return value


def _flag(value: object, _: Any = None) -> bool:
    if not isinstance(value, bool):
        raise MisfitError(f"found {shown(value)}; true or false is expected")
    return value


def _condition(value: object, _: Any = None) -> Condition:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and value and all(isinstance(v, str) for v in value):
        return cast(list[str], value)
    raise MisfitError(
        f"found {shown(value)}; a condition is expected: '>= 80', '[30, 60]', 'B' or ['A', 'B']"
    )
