"""A type as JSON Schema (draft 2020-12): as an answer carries it, or as a file of seeds spells it.

The keys of a file are those of :mod:`dosing.knowledge.structure`, which reads it; a test holds that
both accept and refuse the same files.
"""

import datetime
import functools
import inspect
import operator
import tomllib
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from importlib.resources import files
from typing import Any

import attrs

from dosing.base.findings import LEVELS
from dosing.knowledge import dosetypes as dose
from dosing.knowledge import seedtypes as seed
from dosing.knowledge.dosetypes import PUMP_UNITS, FixedDose, Infusion, LaterStep, Statement
from dosing.knowledge.structure import known_keys

DRAFT = "https://json-schema.org/draft/2020-12/schema"
Shape = dict[str, Any]
Own = Callable[["Shapes", Any], Shape | None]
ADDED = ("refused",)  # what JSON says beside the fields of an answer
SIMPLE: dict[Any, Shape] = {
    Any: {},
    types.NoneType: {"type": "null"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    str: {"type": "string"},
    datetime.date: {"type": "string", "format": "date"},
    datetime.datetime: {"type": "string", "format": "date-time"},
}


@attrs.define
class Shapes:
    """Types as schemas; each class stands once in ``defs``. ``own`` spells some in its own way."""

    own: Own
    defs: dict[str, Shape] = attrs.field(factory=dict)

    def of(self, kind: Any) -> Shape:
        """The schema of a type."""
        if (found := self.own(self, kind)) is not None:
            return found
        if kind in SIMPLE:
            return dict(SIMPLE[kind])
        origin, parts = typing.get_origin(kind), typing.get_args(kind)
        if origin is typing.Literal:
            return {"enum": [*parts]}
        if origin in (types.UnionType, typing.Union):
            return either([self.of(part) for part in parts])
        if origin in (list, tuple, frozenset):
            return self._list(parts)
        if origin in (dict, Mapping):
            return {"type": "object", "additionalProperties": self.of(parts[1])}
        if attrs.has(kind):
            return self.named(kind.__name__, lambda: self.answer(kind))
        raise TypeError(f"no schema is known for {kind!r}")

    def _list(self, parts: tuple[Any, ...]) -> Shape:
        items = [self.of(part) for part in parts if part is not Ellipsis]
        if len(items) == 1:
            return {"type": "array", "items": items[0]}
        number = len(items)
        return {"type": "array", "prefixItems": items, "minItems": number, "maxItems": number}

    def named(self, name: str, make: Callable[[], Shape]) -> Shape:
        """A reference to a schema that stands under a name, made at its first use."""
        if name not in self.defs:
            self.defs[name] = {}
            self.defs[name] = make()
        return {"$ref": f"#/$defs/{name}"}

    def answer(self, kind: Any) -> Shape:
        """A class as an answer carries it: every key, always."""
        hints = _hints(kind)
        found = {f.name: self.of(hints[f.name]) for f in attrs.fields(kind)}
        for name in ADDED:
            if isinstance(added := inspect.getattr_static(kind, name, None), property):
                found[name] = self.of(typing.get_type_hints(added.fget)["return"])
        return table(kind, found, found)


def _hints(kind: type[Any]) -> dict[str, Any]:
    """The types of a class; a course names that of a step before it is loaded."""
    from dosing.advice.step import Step

    return typing.get_type_hints(kind, localns={"Step": Step})


def either(shapes: list[Shape]) -> Shape:
    """A schema for one of several.

    Examples
    --------
    >>> either([{"type": "number"}, {"type": "null"}]), either([{"enum": ["a"]}, {"type": "null"}])
    ({'type': ['number', 'null']}, {'enum': ['a', None]})
    """
    if len(shapes) == 1:
        return shapes[0]
    if all([*shape] == ["type"] and isinstance(shape["type"], str) for shape in shapes):
        return {"type": [shape["type"] for shape in shapes]}
    if all([*shape] == ["enum"] or shape == SIMPLE[types.NoneType] for shape in shapes):
        return {"enum": [one for shape in shapes for one in shape.get("enum", [None])]}
    return {"anyOf": shapes}


def table(kind: type[Any], found: Mapping[str, Shape], needed: typing.Iterable[str]) -> Shape:
    """A class as an object of known keys, each with what is said of it."""
    said = dict(meanings()["added"])
    for one in reversed(kind.__mro__):  # a class says again what those beneath it say
        said |= meanings().get(one.__name__, {})
    shape: Shape = {"type": "object", "description": about(kind)}
    shape["properties"] = {
        name: {**one, "description": said[name]} if name in said else dict(one)
        for name, one in found.items()
    }
    return shape | {"required": [*needed], "additionalProperties": False}


@functools.cache
def meanings() -> dict[str, dict[str, str]]:
    """What is said of each key of each class."""
    folder = files("dosing.interfaces")
    found: dict[str, dict[str, str]] = {}
    for name in ("answers.toml", "seeds.toml"):
        found |= tomllib.loads((folder / name).read_text("utf-8"))
    return found


def about(kind: type[Any]) -> str:
    """What a class says of itself, as plain words.

    Examples
    --------
    >>> about(seed.Said)
    'A sentence at its level.'
    """
    said = inspect.getdoc(kind) or ""
    return " ".join(said.partition("\n\n")[0].split()).replace("``", "`")


# As answers carry them


def of_answer(shapes: Shapes, kind: Any) -> Shape | None:
    """Later steps of an order, what the pump is set to and a log leave out what is empty."""
    from dosing.course.events import Setting
    from dosing.interfaces.course_answers import Logged

    if kind is Setting:
        return shapes.named("Setting", lambda: _setting(shapes))
    if kind is Logged:
        return shapes.named("Logged", lambda: _logged(shapes))
    if kind == tuple[dict[str, Any], ...]:
        return {"type": "array", "items": shapes.named("LaterOrder", lambda: _later(shapes))}
    return None


def _later(shapes: Shapes) -> Shape:
    hints = typing.get_type_hints(LaterStep)
    found = {f.name: shapes.of(hints[f.name] | None) for f in attrs.fields(LaterStep)}
    del found["none"]
    found |= {name: shapes.of(float | None) for name in ("total", "pump_ml_h")}
    return table(LaterStep, found, ())


def _setting(shapes: Shapes) -> Shape:
    from dosing.course.events import Setting

    hints = _hints(Setting)
    found = {f.name: shapes.of(_filled(hints[f.name])) for f in attrs.fields(Setting)}
    return table(Setting, found, [n for n in found if _filled(hints[n]) == hints[n]])


def _logged(shapes: Shapes) -> Shape:
    """What any kind of entry holds, and what became of it."""
    from dosing.course.events import KINDS
    from dosing.interfaces.course_answers import Logged

    found: dict[str, list[Shape]] = {}
    for kind in KINDS.values():
        for name, hint in _hints(kind).items():
            if name != "kind" and (one := shapes.of(_filled(hint))) not in found.get(name, []):
                found.setdefault(name, []).append(one)
    own: dict[str, Shape] = {"kind": {"enum": [*KINDS]}}
    own |= {name: either(several) for name, several in found.items()}
    fates = {name: shapes.of(str | None) for name in ("withdrawn_by", "corrected_by")}
    return table(Logged, own | fates, ["id", "kind", "at", "recorded_at", "by", *fates])


def _filled(hint: Any) -> Any:
    """A type without None: what is empty is left out."""
    parts = [part for part in typing.get_args(hint) if part is not types.NoneType]
    return functools.reduce(operator.or_, parts) if isinstance(hint, types.UnionType) else hint


# As files of seeds spell them


def of_file(shapes: Shapes, kind: Any) -> Shape | None:
    """What a file spells in its own way: sentences under their level, checks by name, doses."""
    if kind is str:
        return text()
    if kind == seed.Condition:
        alone = {"type": "string"}
        return {"anyOf": [alone, {"type": "array", "items": alone, "minItems": 1}]}
    if kind == dose.Then | None:
        return {"type": "object"}  # its table says of which type it is
    if kind is Statement:
        value = shapes.named("Value", lambda: _value(shapes))
        return {"type": "object", "additionalProperties": value}
    if typing.get_origin(kind) in (types.UnionType, typing.Union):
        parts = [part for part in typing.get_args(kind) if part is not types.NoneType]
        return either([shapes.of(part) for part in parts])
    if attrs.has(kind):
        return shapes.named(kind.__name__, lambda: _of_keys(shapes, kind))
    return None


def text(pattern: str = "") -> Shape:
    """A text, or that of a shared sentence by its name: ``{ use = "adults-only" }``."""
    shape: Shape = {"type": ["string", "object"], "properties": {"use": {"type": "string"}}}
    shape |= {"required": ["use"], "additionalProperties": False}
    return shape | ({"pattern": pattern} if pattern else {})


def _value(shapes: Shapes) -> Shape:
    again = {"$ref": "#/$defs/Value"}
    return {"anyOf": [{"type": "number"}, text(), {"type": "array", "items": again}]}


def _of_keys(shapes: Shapes, kind: type[Any]) -> Shape:
    """A class as a file writes it: the keys that the reader knows, and those that it needs."""
    hints, by_name = typing.get_type_hints(kind), attrs.fields_dict(kind)
    found: dict[str, Shape] = {}
    for name in known_keys(kind):
        found[name] = shapes.of(hints[name]) if name in by_name else text(r"\S")
    if kind is seed.Check:
        found["use"] = {"type": ["string", "array"], "items": {"type": "string"}}
    needed = [n for n in found if n in by_name and by_name[n].default is attrs.NOTHING]
    if kind is seed.Check:
        needed.remove("when")  # a check that is used by name brings its own
    if kind is seed.NamedCondition:
        found["any"] |= {"minItems": 1, "items": found["any"]["items"] | {"minProperties": 1}}
    return table(kind, found, needed) | _rules(shapes, kind)


def _rules(shapes: Shapes, kind: type[Any]) -> Shape:
    """What a class asks of several keys together."""
    if kind is seed.Check:
        forbidden = {"properties": dict.fromkeys(LEVELS, False)}
        own = [{"required": ["when", n], "properties": {"use": False}} for n in LEVELS]
        return {"oneOf": [{"required": ["use"], **forbidden}, *own]}
    if kind in (seed.Sentence, seed.SharedCheck):
        return {"oneOf": [{"required": [name]} for name in (*LEVELS, "says")]}
    if kind is seed.Critical:
        return {"oneOf": [{"required": [name]} for name in LEVELS]}
    if kind is LaterStep:
        return {"oneOf": [{"required": ["dose"]}, {"required": ["text"]}]}
    if kind is seed.Table:
        return {"allOf": [*_by_purpose(shapes)]}
    return {}


def _by_purpose(shapes: Shapes) -> Iterator[Shape]:
    """What the rows of a table hold follows from its purpose and the unit of its dose."""

    def rows(kind: Any) -> Shape:
        return {"rows": {"items": {"properties": {"then": shapes.of(kind)}}}}

    def first(kind: Any) -> Shape:
        return {"properties": {**rows(kind), "outputs": {"propertyNames": {"enum": keys(kind)}}}}

    def keys(kind: Any) -> list[str]:
        return [*known_keys(kind)]

    starts = {"properties": {"purpose": {"const": "start"}}, "required": ["purpose"]}
    unit = {"properties": {"dose": {"enum": [*PUMP_UNITS]}}, "required": ["dose"]}
    pumped = {"properties": {"outputs": unit}, "required": ["outputs"]}
    by_unit = {"if": pumped, "then": first(Infusion), "else": first(FixedDose)}
    yield {"if": starts, "then": by_unit, "else": {"properties": rows(Statement)}}
