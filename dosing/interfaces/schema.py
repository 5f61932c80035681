"""The schemas that exist: of every answer as JSON, and of every file of seeds."""

import functools
import types
from typing import Any

from dosing.interfaces.answers import answers
from dosing.interfaces.shape import DRAFT, Shape, Shapes, of_answer, of_file
from dosing.knowledge.library import FOLDERS, REGISTERS, SHARED, Claims
from dosing.knowledge.seedtypes import Site


def seeds() -> dict[str, tuple[str, Any]]:
    """What each kind of file holds: the name of its schema, where it lies, and its type."""
    found: dict[str, tuple[str, Any]] = {
        f"seed-{folder}": (f"{folder}/*.toml", kind) for folder, kind in FOLDERS.items()
    }
    for name, kind in {**REGISTERS, **SHARED}.items():
        found[f"seed-{name}"] = (f"{name}.toml", types.GenericAlias(dict, (str, kind)))
    found["seed-claims"] = ("claims.toml", Claims)
    found["seed-site"] = ("site.toml", Site)
    return found


def names() -> dict[str, str]:
    """Every schema by name, and what it is of.

    Examples
    --------
    >>> names()["start"], names()["seed-protocols"]
    ('dosing start --json', 'protocols/*.toml')
    """
    of_verbs = {name: f"dosing {name} --json" for name in answers()}
    of_verbs["error"] = "why lint, diff, tables, evidence or a misused course does not answer"
    return of_verbs | {name: where for name, (where, _) in seeds().items()}


@functools.cache
def schema(name: str) -> Shape:
    """A schema by its name, of draft 2020-12.

    Raises
    ------
    ValueError
        When there is none of that name, with those that there are.

    Examples
    --------
    >>> schema("titrate")["properties"]["hold_min"]
    {'type': ['number', 'null'], 'description': 'How long to hold. [min]'}
    """
    known = names()
    if name not in known:
        raise ValueError(f"there is no schema {name!r}; there are {', '.join(known)}")
    kept = seeds().get(name)
    shapes = Shapes(of_answer if kept is None else of_file)
    found = shapes.of(answers()[name] if kept is None else kept[1])
    if "$ref" in found:  # the class itself is what the schema is of
        found = shapes.defs.pop(found["$ref"].rpartition("/")[2])
    if kept is not None:
        found = found | {"minProperties": 1}  # an empty file is a fault
    if kept is not None and kept[1] is Site:
        found = found | {"required": []}  # what a hospital does not say stays as shipped
    defs = {"$defs": dict(sorted(shapes.defs.items()))} if shapes.defs else {}
    return {"$schema": DRAFT, "title": f"dosing: {known[name]}"} | found | defs
