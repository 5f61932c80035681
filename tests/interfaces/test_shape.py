"""A schema accepts and refuses the files that the reader accepts and refuses."""

import copy
import datetime
import functools
import json
import re
import tomllib
from pathlib import Path

import attrs
import pytest

from dosing.interfaces.schema import seeds
from dosing.interfaces.shape import meanings
from dosing.knowledge.library import PROFILES, load
from dosing.knowledge.seedtypes import Site
from dosing.knowledge.structure import Shared, structured
from tests.interfaces.judge import judge, wrong

ROOT = Path(__file__).resolve().parent.parent.parent
LIBRARY = load("")
SHARED = Shared(LIBRARY.checks, LIBRARY.conditions)
FILES = {
    str(path.relative_to(folder)): path
    for folder in (ROOT / "seeds", ROOT / "docs/site-example")
    for path in sorted(folder.rglob("*.toml"))
}
# What follows from what another file holds, not from the shape of this one.
BEYOND = re.compile(
    r"no shared sentence is called '|is a named condition: write|only text: a check has a level"
)
KEYS = {key for said in meanings().values() for key in said}


def name_of(file):
    """The schema of a file, by where it lies."""
    if file in PROFILES:
        return "seed-site"
    folder, _, rest = file.partition("/")
    return f"seed-{folder if rest else file.removesuffix('.toml')}"


def plain(value):
    """As a validator sees a TOML file: dates are texts."""
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [plain(part) for part in value]
    return value.isoformat() if isinstance(value, datetime.date) else value


def read(file, data):
    """The reader's faults of a file's data, without what only the seeds that it names can tell."""
    return [fault for fault in _read(file, data) if not BEYOND.search(fault)]


def _read(file, data):
    kind = seeds()[name_of(file)][1]
    if kind is Site:
        base = json.loads(json.dumps(attrs.asdict(LIBRARY.site)))
        return structured(base | data, Site, shared=SHARED)[1]
    if attrs.has(kind):
        return structured(data, kind, shared=SHARED)[1]
    each = kind.__args__[1]
    return [fault for key, one in data.items() for fault in structured(one, each, key, SHARED)[1]]


def places(data, at=()):
    """Every place of a file, as the way to it.

    Without the ``when`` beside a check that is used by name: that check may bring its own.
    """
    for key, part in data.items() if isinstance(data, dict) else enumerate(data):
        if key != "when" or "use" not in data:
            yield (*at, key)
        if isinstance(part, dict | list):
            yield from places(part, (*at, key))


def shortened(data, at):
    """The same with one table in each list of tables, that on the way to a place."""
    if isinstance(data, dict):
        here, *on = at or (None,)
        parts = {key: shortened(part, on if key == here else ()) for key, part in data.items()}
        new = {key: part for key, (part, _) in parts.items()}
        return new, (here, *parts[here][1]) if at else ()
    if isinstance(data, list) and data and all(isinstance(part, dict) for part in data):
        here, *on = at or (0,)
        part, way = shortened(data[here], on)
        return [part], (0, *way) if at else ()
    return data, tuple(at)


def changed(data, at, change):
    new = copy.deepcopy(data)
    inside = functools.reduce(lambda held, key: held[key], at[:-1], new)
    change(inside, at[-1])
    return new


def put(value):
    return lambda inside, key: inside.__setitem__(key, value)


def rename(inside, key):
    if isinstance(inside, dict):
        inside["wrong_" + key] = inside.pop(key)
    else:
        inside[key] = [[]]


CHANGES = {
    "a wrong key": rename,
    "no key": lambda inside, key: inside.pop(key),
    "a table of nothing known": put({"no_such_key": 1}),
    "an empty table": put({}),
    "a list of lists": put([["x", ["y"]]]),
    "an empty list": put([]),
    "true": put(True),
    "a half": put(0.5),
    "nothing": put(0),
    "an empty text": put(""),
    "a text": put("any"),
}


@pytest.mark.parametrize("file", FILES)
def test_a_file_that_ships_has_the_shape(file):
    data = plain(tomllib.loads(FILES[file].read_text("utf-8")))
    assert wrong(name_of(file), data) == []


@functools.cache
def kinds_of_places():
    """For each schema the places that differ in kind, each in the first file that has it."""
    found = {name: {} for name in seeds()}
    for file, path in FILES.items():
        data = tomllib.loads(path.read_text("utf-8"))
        for at in places(data):
            kind = tuple(key if key in KEYS else type(key) for key in at)
            purpose = data.get("purpose") if {"then", "outputs"} & {*at} else None
            found[name_of(file)].setdefault((kind, purpose), (file, at))
    return found


@pytest.mark.parametrize("name", seeds())
def test_what_is_changed_in_a_file_is_refused_where_the_reader_refuses_it(name):
    tried = {True: 0, False: 0}
    for file, at in kinds_of_places()[name].values():
        data = tomllib.loads(FILES[file].read_text("utf-8"))
        if not attrs.has(seeds()[name][1]):  # of a register the entry alone
            data = {at[0]: data[at[0]]}
        data, at = shortened(data, at)
        assert read(file, data) == []
        for what, change in CHANGES.items():
            new = changed(data, at, change)
            faults = read(file, new) if new else ["it is empty"]
            assert judge(name).is_valid(plain(new)) == (not faults), (file, at, what, faults)
            tried[not faults] += 1
    assert tried[True] > 1 < tried[False]
