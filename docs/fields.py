"""The page of every field: names and kinds from the classes and from answers, words from a file."""

import functools
import itertools
import tomllib
import types
import typing
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import attrs
import pandas as pd

import dosing
from dosing.knowledge.library import load

PROSE = Path(dosing.__file__).parent / "interfaces" / "answers.toml"
CLASSES = (dosing.Advice, dosing.Order, dosing.Step, dosing.ScoreResult, dosing.Finding)
FRAMES = ("start", "titrate", "score", "target")
LISTS = ("drugs", "tables", "protocols", "scores", "inputs")
KINDS = {
    "bool": "yes or no", "int": "whole number", "float": "number", "str": "text", "dict": "mapping",
}  # fmt: skip
DTYPES = {
    "b": "yes or no", "i": "whole number", "u": "whole number", "f": "number", "O": "several",
}  # fmt: skip


@functools.cache
def prose() -> dict[str, dict[str, str]]:
    """What is said of each field: class or frame, then field."""
    return tomllib.loads(PROSE.read_text("utf-8"))


def kind(hint: Any) -> str:
    """A type in the words of the page.

    Examples
    --------
    >>> kind(float | None), kind(tuple[str, ...])
    ('number or None', 'several: text')
    """
    origin, given = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        return " or ".join("None" if one is types.NoneType else kind(one) for one in given)
    if origin is tuple:
        return f"several: {kind(given[0])}"
    if origin is typing.Literal:
        return "text"
    name = getattr(origin or hint, "__name__", str(hint))
    return KINDS.get(name, f"`{name}`")


def fields_of(cls: type) -> dict[str, str]:
    """The fields of a class and their kinds."""
    hints = typing.get_type_hints(cls)
    return {field.name: kind(hints[field.name]) for field in attrs.fields(cls)}


def _answers(name: str) -> Iterable[Any]:
    """A frame of answers for every table, protocol, score or drug that is shipped."""
    one, seeds, rules = pd.DataFrame({"weight_kg": [70.0]}), load(""), dosing.Rules()
    made: dict[str, Callable[[], Iterable[Any]]] = {
        "start": lambda: (
            dosing.start(t.drug, one, indication=t.indication, authority=t.authority, findings=True)
            for t in seeds.tables.values()
            if t.purpose == "start"
        ),
        "titrate": lambda: (
            dosing.titrate(protocol, one, running=1, findings=True) for protocol in seeds.protocols
        ),
        "score": lambda: (
            dosing.score(score, one, findings=True)
            for score in itertools.chain(seeds.scores, seeds.equations)
        ),
        "target": lambda: (dosing.target(drug, one) for drug in ("argatroban", "bivalirudin")),
        "inputs": lambda: (rules.inputs(drug) for drug in seeds.drugs),
    }
    return made[name]() if name in made else (getattr(rules, name)(),)


@functools.cache
def columns_of(name: str) -> tuple[dict[str, str], frozenset[str]]:
    """Every column that a frame of answers may have and its kind; what its ``attrs`` hold."""
    columns: dict[str, str] = {}
    constant: set[str] = set()
    for frame in _answers(name):
        for column, dtype in frame.dtypes.items():
            words = isinstance(dtype, pd.CategoricalDtype | pd.StringDtype)
            columns.setdefault(str(column), "text" if words else DTYPES[dtype.kind])
        constant |= {*frame.attrs}
    return columns, frozenset(constant)


def told(name: str, field: str) -> str:
    """What is said of a field; a column of every frame is described once."""
    said = prose()
    return said.get(name, {}).get(field) or said["columns"][field]


def _table(name: str, found: dict[str, str]) -> str:
    lines = ["| field | kind | holds |", "| --- | --- | --- |"]
    lines += [f"| `{field}` | {what} | {told(name, field)} |" for field, what in found.items()]
    return "\n".join(lines)


def classes() -> str:
    """A table a class, in Markdown."""
    return "\n\n".join(
        f"## `{cls.__name__}`\n\n{_table(cls.__name__, fields_of(cls))}" for cls in CLASSES
    )


def frames() -> str:
    """A table a frame, in Markdown."""
    return "\n\n".join(f"### `{name}`\n\n{_table(name, columns_of(name)[0])}" for name in FRAMES)


def lists() -> str:
    """A table for each list of what exists, in Markdown."""
    return "\n\n".join(f"### `{name}`\n\n{_table(name, columns_of(name)[0])}" for name in LISTS)


def constant() -> str:
    """What is the same for a whole frame, in Markdown."""
    return "\n".join(f"- `{name}`: {text}" for name, text in prose()["attrs"].items())
