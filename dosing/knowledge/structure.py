"""From the data of a TOML file to the types of the seeds, or every fault in it as a sentence."""

import datetime
import difflib
import functools
import itertools
import math
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from typing import Any, cast, get_args, get_origin

import attrs

from dosing.base.findings import LEVELS
from dosing.knowledge.dosetypes import Dose, FixedDose, Infusion, LaterStep, Statement, then_type
from dosing.knowledge.faults import MisfitError, faults_in, shown, unknown_key, wanted
from dosing.knowledge.seedtypes import (
    Beside,
    Check,
    Condition,
    NamedCondition,
    ProtocolRow,
    Row,
    Sentence,
    SharedCheck,
    Table,
)

# What only the reading of seeds needs is imported when they are read: importing dosing stays quick.


# Under these a file may say "there is none": 0 for a number, "" for a text, [] for a list.
_MAY_BE_NONE: dict[type[Any], dict[str, Any]] = {
    kind: {
        f.name: {None: 0, (): []}.get(f.default, f.default)
        for f in attrs.fields(kind)
        if f.name not in ("dose", "low", "high", "none", "text")
    }
    for kind in (FixedDose, Infusion, LaterStep)
}


@attrs.frozen
class _Typed:
    """A row's ``then`` with the type that its table gives it."""

    kind: type[Any]
    data: Any


@attrs.frozen
class Shared:
    """What seeds use by name; ``used`` gathers the names that were."""

    checks: Mapping[str, SharedCheck] = attrs.field(factory=dict)
    conditions: Mapping[str, NamedCondition] = attrs.field(factory=dict)
    used: set[str] = attrs.field(factory=set)


_SHARED: ContextVar[Shared] = ContextVar("shared")


def structured(
    data: Any, kind: Any, key: str = "", shared: Shared | None = None
) -> tuple[Any, list[str]]:
    """A value of a type of the seeds, or None and each fault as place and sentence.

    Examples
    --------
    >>> from dosing.knowledge.seedtypes import Column
    >>> structured({"precision": "0.1"}, Column, "aptt_s")
    (None, ["aptt_s.precision: found the text '0.1'; a number is expected"])
    """
    _SHARED.set(shared or Shared())
    # A sound file is read at once; only a faulty one is read again, slowly, to tell every fault.
    try:
        return _converter(False).structure(data, kind), []
    except Exception:  # whatever a file may hold, it is told
        pass
    try:
        return _converter(True).structure(data, kind), []
    except Exception as error:
        return None, faults_in(error, data, kind, known_keys, (key,) if key else ())


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
    converter.register_structure_hook(datetime.date, _date)
    _register(converter)
    return converter


def _is_tuple(kind: Any) -> bool:
    return get_origin(kind) is tuple


def _list_of(kind: Any, converter: Any) -> Any:
    """A list as a tuple: a text is no list of letters, and a pair has two parts."""
    parts = get_args(kind)
    if parts == (Check, ...):
        each = list[_Checks]
        return lambda value, _: tuple(
            itertools.chain(*converter.structure(_list(value, kind), each))
        )
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
    if isinstance(value, str):
        return value
    if isinstance(used := _used_text(value), str):
        return used
    raise MisfitError(f"found {shown(value)}; text in quotes is expected")


def _flag(value: object, _: Any = None) -> bool:
    if not isinstance(value, bool):
        raise MisfitError(f"found {shown(value)}; true or false is expected")
    return value


def _date(value: object, _: Any = None) -> datetime.date:
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return value
    try:
        return datetime.date.fromisoformat(_text(value))
    except ValueError:
        raise MisfitError(f"found {shown(value)}; a date is expected: 2026-01-31") from None


def _condition(value: object, _: Any = None) -> Condition:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and value and all(isinstance(v, str) for v in value):
        return cast(list[str], value)
    raise MisfitError(
        f"found {shown(value)}; a condition is expected: '>= 80', '[30, 60]', 'B' or ['A', 'B']"
    )


# How the files spell what the types hold


def _register(converter: Any) -> None:
    """Teach a converter the spelling of the files: sentences by level, doses by purpose."""
    from cattrs.gen import make_dict_structure_fn

    def on(kind: type[Any], spelled: Any) -> None:
        @functools.cache
        def plain() -> Any:  # made at first use, when every hook is known
            return make_dict_structure_fn(kind, converter, _cattrs_forbid_extra_keys=True)

        converter.register_structure_hook(kind, lambda v, _: plain()(spelled(v, kind), kind))

    on(Row, _with_sentences)
    on(ProtocolRow, _with_sentences)
    on(Beside, _with_sentences)
    on(Check, _with_level)
    on(Sentence, _with_level)
    on(SharedCheck, _with_level)
    on(NamedCondition, _with_alternatives)
    on(Table, _with_types)
    for kind in _MAY_BE_NONE:
        on(kind, _without_none)
    converter.register_structure_hook(
        _Checks, lambda v, _: list(_checks(v, lambda data: converter.structure(data, Check)))
    )
    converter.register_structure_hook(Dose, lambda v, _: _dose(v))
    converter.register_structure_hook(
        FixedDose | Infusion | Statement | None, lambda v, _: _then(converter, v)
    )


def known_keys(kind: Any) -> tuple[str, ...]:
    """The keys that a file may write for a type."""
    if kind not in _KNOWN:
        _KNOWN[kind] = _keys(kind)
    return _KNOWN[kind]


_KNOWN: dict[Any, tuple[str, ...]] = {}


def _keys(kind: Any) -> tuple[str, ...]:
    names = [f.name for f in attrs.fields(kind) if f.name not in ("none", "says", "level", "text")]
    if kind in (Row, ProtocolRow, Beside):
        return (*names, *LEVELS)
    if kind is Check:
        return ("use", *names, *LEVELS)
    if kind is Sentence:
        return (*LEVELS, "says")
    if kind is SharedCheck:
        return (*names, *LEVELS, "says")
    return tuple(f.name for f in attrs.fields(kind) if f.name != "none")


def _table(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise MisfitError(f"found {shown(value)}; {wanted(dict)} is expected")
    return dict(value)


def _refuse_strangers(data: Mapping[str, Any], kind: type[Any]) -> None:
    known = known_keys(kind)
    if strange := {key for key in data if key not in known}:
        from cattrs.errors import ForbiddenExtraKeysError

        raise ForbiddenExtraKeysError(None, kind, strange)


def _sentence(level: str, text: Any) -> str:
    text = _used_text(text)
    if not isinstance(text, str) or not text.strip():
        raise MisfitError(f"{level}: found {shown(text)}; a sentence in quotes is expected")
    return text


def _with_sentences(value: Any, kind: type[Any]) -> dict[str, Any]:
    """A row: each level that it says becomes a sentence with a level."""
    data = _table(value)
    _refuse_strangers(data, kind)
    said = [
        {"level": level, "text": _sentence(level, data.pop(level))}
        for level in LEVELS
        if level in data
    ]
    return {**data, "says": said}


def _with_level(value: Any, kind: type[Any]) -> dict[str, Any]:
    """A check or a sentence: it is said at one level."""
    data = _table(value)
    _refuse_strangers(data, kind)
    levels = [*LEVELS, *(["says"] if kind in (Sentence, SharedCheck) else [])]
    found = [level for level in levels if level in data]
    if len(found) != 1:
        raise MisfitError(f"one sentence is expected: {', '.join(levels[:-1])} or {levels[-1]}")
    level = found[0]
    text = _sentence(level, data.pop(level))
    return {**data, "level": None if level == "says" else level, "text": text}


def _with_alternatives(value: Any, kind: type[Any]) -> dict[str, Any]:
    """A named condition: at least one way to meet it, and none that everybody meets."""
    data = _table(value)
    ways = data.get("any", [])
    if isinstance(ways, list) and (not ways or {} in ways):
        raise MisfitError("any: conditions are expected in each of its alternatives")
    return data


def _with_types(value: Any, kind: type[Any]) -> dict[str, Any]:
    """A table: what its rows hold follows from its purpose and the unit of its dose."""
    data = _table(value)
    outputs = data.get("outputs", {})
    if not isinstance(outputs, Mapping) or not isinstance(data.get("rows", []), list):
        return data
    holds = then_type(str(data.get("purpose")), outputs)
    if holds is not Statement:
        known = known_keys(holds)
        if strange := [key for key in outputs if key not in known]:
            raise MisfitError(f"outputs: {unknown_key(strange[0], known)}")
    data["rows"] = [
        {**row, "then": _Typed(holds, row["then"])}
        if isinstance(row, Mapping) and "then" in row
        else row
        for row in data.get("rows", [])
    ]
    return data


def _without_none(value: Any, kind: type[Any]) -> dict[str, Any]:
    """A dose or a step: "there is none" becomes absent, and is remembered."""
    data = _table(value)
    _refuse_strangers(data, kind)
    none = [
        k
        for k, v in data.items()
        if k in _MAY_BE_NONE[kind] and v == _MAY_BE_NONE[kind][k] and v is not False
    ]
    if kind is LaterStep and ("dose" in data) == ("text" in data):
        raise MisfitError("a later step gives a dose or a text")
    kept = {key: value for key, value in data.items() if key not in none}
    return {**kept, "none": none}


def _then(converter: Any, value: Any) -> Any:
    if value is None or isinstance(value, FixedDose | Infusion | Statement):
        return value
    if not isinstance(value, _Typed):
        raise MisfitError(f"found {shown(value)}; {wanted(dict)} is expected")
    if value.kind is not Statement:
        return converter.structure(value.data, value.kind)
    return Statement({key: _said(said) for key, said in _table(value.data).items()})


class _Checks:
    """One entry of a list of checks: a check, or those that it uses by name."""


def _checks(value: Any, make: Callable[[Any], Check]) -> Iterator[Check]:
    data = _table(value)
    names = data.pop("use", None)
    if names is None:
        yield from _spread(make(data))
        return
    for name in names if isinstance(names, list) else [names]:
        shared = _shared(name)
        if shared.level is None:
            raise MisfitError(f"{name!r} is only text: a check has a level")
        own: dict[str, Any] = {"only": shared.only, "cite": shared.cite, shared.level: shared.text}
        own |= {} if shared.when is None else {"when": shared.when}
        if said := [level for level in LEVELS if level in data]:
            raise MisfitError(f"{name!r} has its sentence; {said[0]!r} cannot stand beside it")
        yield from _spread(make(own | data))


def _spread(check: Check) -> Iterator[Check]:
    """A check for each way in which its named conditions are met."""
    known = _SHARED.get().conditions
    named = [name for name in check.when if name in known]
    if not named:
        yield check
        return
    name = named[0]
    if check.when[name] != "yes":
        raise MisfitError(f'{name} is a named condition: write {name} = "yes"')
    _SHARED.get().used.add(name)
    for alternative in known[name].any:
        when: dict[str, Condition] = {}
        for key, condition in check.when.items():
            parts = alternative if key == name else {key: condition}
            if twice := when.keys() & parts.keys():
                raise MisfitError(f"{name} asks {min(twice)} too: say each input once")
            when |= parts
        yield from _spread(attrs.evolve(check, when=when))


def _shared(name: Any) -> SharedCheck:
    shared = _SHARED.get()
    if not isinstance(name, str) or name not in shared.checks:
        near = difflib.get_close_matches(str(name), shared.checks, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise MisfitError(f"no shared sentence is called {name!r}{hint}")
    shared.used.add(name)
    return shared.checks[name]


def _used_text(value: Any) -> Any:
    """A text, or that of a shared sentence: ``{ use = "adults-only" }``."""
    if isinstance(value, Mapping) and [*value] == ["use"]:
        return _shared(value["use"]).text
    return value


def _said(value: Any) -> Any:
    value = _used_text(value)
    if isinstance(value, list):
        return tuple(_said(v) for v in value)
    if isinstance(value, str):
        return value
    _number(value)
    return value  # as printed: 5 stays 5


def _dose(value: Any) -> Any:
    if not isinstance(value, list):
        return _number(value)
    if len(value) != 2:
        raise MisfitError(f"found {shown(value)}; a range [low, high] is expected")
    return _number(value[0]), _number(value[1])
