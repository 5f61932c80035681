"""The seeds as values: quantities, evidence, drugs, tables, scores, claims, the site and the rest.

This is the only module that reads ``seeds/``. A hospital's own folder, named by the environment
variable ``DOSING_SITE``, may add or replace any seed; it is laid over the shipped ones.
"""

import difflib
import functools
import graphlib
import hashlib
import importlib
import os
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import attrs

from dosing.knowledge import kept
from dosing.knowledge.faults import SeedError, told
from dosing.knowledge.reading import parse, read_bytes, settled, walk
from dosing.knowledge.scoretypes import Dashboard, Equation, Pathway, Score
from dosing.knowledge.seedtypes import (
    Authority,
    Claim,
    Confirmed,
    Critical,
    Derivation,
    Drug,
    Evidence,
    Group,
    NamedCondition,
    Protocol,
    ProtocolRow,
    Quantity,
    Row,
    Sentence,
    SharedCheck,
    Site,
    Table,
)
from dosing.knowledge.structure import Shared, fits, structured

VERSION = "0.1.0"


@attrs.frozen(kw_only=True)
class Library:
    """All seeds, laid over one another, with a digest of their bytes."""

    quantities: dict[str, Quantity]
    derivations: dict[str, Derivation]
    evidence: dict[str, Evidence]
    sentences: dict[str, Sentence]
    indications: dict[str, str]
    authorities: dict[str, Authority]
    groups: dict[str, Group]
    critical: dict[str, Critical]
    claims: tuple[Claim, ...]
    drugs: dict[str, Drug]
    tables: dict[str, Table]
    protocols: dict[str, Protocol]
    scores: dict[str, Score]
    equations: dict[str, Equation]
    pathways: dict[str, Pathway]
    dashboards: dict[str, Dashboard]
    site: Site
    files: dict[str, str]
    digest: str
    folder: str = ""  # a hospital's, when one was laid over the shipped seeds
    own: frozenset[str] = frozenset()  # what came from there, as in ``files``: "tables/<id>"
    checks: dict[str, SharedCheck] = attrs.field(factory=dict)
    conditions: dict[str, NamedCondition] = attrs.field(factory=dict)
    used: frozenset[str] = frozenset()
    _kept: defaultdict[str, dict[Any, Any]] = attrs.field(
        factory=lambda: defaultdict(dict), init=False, repr=False
    )

    def kept(self, name: str) -> dict[Any, Any]:
        """What is worked out once for this library, such as its grids."""
        return self._kept[name]

    @functools.cached_property
    def names(self) -> dict[str, str]:
        """Every name with its unit, and the quantity that it names."""
        return {name: key for key, q in self.quantities.items() for name in q.names}

    @functools.cached_property
    def logged(self) -> dict[str, str]:
        """Every name of what the log of a course may hold, and the quantity that it names."""
        return {name: key for name, key in self.names.items() if self.quantities[key].logged}

    def find(self, drug: str, indication: str, purpose: str = "start") -> dict[str, Table]:
        """The tables of a drug for an indication by authority, in the site's order first."""
        known, key = self.kept("find"), (drug, indication, purpose)
        if key not in known:
            found = {
                t.authority: t
                for t in self.tables.values()
                if (t.drug, t.indication, t.purpose) == key
            }
            order = self.site.authorities.get(drug, ())
            known[key] = {a: found[a] for a in sorted(found, key=lambda a: _rank(a, order))}
        return dict(known[key])

    def authority_label(self, authority: str) -> str:
        """An authority in the words of clinicians; its id where the register lacks it."""
        known = self.authorities.get(authority)
        return known.label if known else authority

    def is_own(self, seed_id: str) -> bool:
        """Whether a table, protocol, score or pathway is the hospital's own."""
        return any(f"{folder}/{seed_id}" in self.own for folder in FOLDERS)

    def confirmed(self, cite: str) -> Confirmed | None:
        """How the source of a cite was confirmed."""
        entry = self.evidence.get(cite.split()[0]) if cite else None
        return entry.confirmed if entry else None

    def grade(self, seed: Table | Protocol, row: Row | ProtocolRow | None) -> Confirmed | None:
        """How the source of a row, or else of its table, was confirmed."""
        if row is not None and row.confirmed:
            return row.confirmed
        if row is not None and row.cite:
            return self.confirmed(row.cite)
        return seed.confirmed or self.confirmed(seed.cite)


def _rank(authority: str, order: tuple[str, ...]) -> tuple[int, str]:
    return (order.index(authority) if authority in order else len(order), authority)


FOLDERS: dict[str, type[Any]] = {
    "drugs": Drug,
    "tables": Table,
    "protocols": Protocol,
    "scores": Score,
    "equations": Equation,
    "pathways": Pathway,
    "dashboards": Dashboard,
}
REGISTERS: dict[str, Any] = {
    "quantities": Quantity,
    "derivations": Derivation,
    "evidence": Evidence,
    "sentences": Sentence,
    "indications": str,
    "authorities": Authority,
    "groups": Group,
    "critical": Critical,
}
# What other files use by name: read before them, a hospital's over the shipped ones.
SHARED: dict[str, Any] = {"checks": SharedCheck, "conditions": NamedCondition}
PROFILES = ("sites/default.toml", "site.toml")


def load(site_folder: str | None = None) -> Library:
    """Read the shipped seeds and lay a hospital's folder over them.

    Parameters
    ----------
    site_folder : str, optional
        Default: the environment variable ``DOSING_SITE``; none when that is not set.

    Raises
    ------
    SeedError
        When a file cannot be read as what it should be: file, place and wish of each fault.
    """
    library, faults = read(site_folder)
    if faults:
        raise SeedError(*faults)
    return library


def read(site_folder: str | None = None) -> tuple[Library, tuple[str, ...]]:
    """As :func:`load`, with every fault told; a file that has one is left out.

    Raises
    ------
    SeedError
        When there is no such folder, or the shipped seeds cannot be read.
    """
    return _load(os.environ.get("DOSING_SITE", "") if site_folder is None else site_folder)


@functools.lru_cache(maxsize=8)
def _load(site_folder: str) -> tuple[Library, tuple[str, ...]]:
    shipped = _shipped()
    if not site_folder:
        seeds = _Laid()
        faults = [*shipped.faults, *seeds.share(shipped.data)]
        seeds.lay(shipped.data)
        if faults or seeds.faults:
            raise SeedError(*faults, *seeds.faults)
        return seeds.library(shipped.digest, ""), ()
    if not os.path.isdir(site_folder):  # also of a name that no folder can have
        raise SeedError(f"DOSING_SITE: there is no folder {site_folder!r}.")
    own = _parsed(site_folder)
    seeds = _Laid.over(_load("")[0])
    if any(f"{name}.toml" in own.data for name in SHARED):
        # What the shipped seeds use by name may now be the hospital's: they are laid anew.
        seeds = _Laid()
        seeds.share(shipped.data)
        own.faults.extend(seeds.share(own.data))
        seeds.lay(shipped.data)
    seeds.faults += own.faults
    seeds.lay(own.data)
    digest = hashlib.sha256(f"{shipped.digest} {own.digest}".encode()).hexdigest()
    return seeds.library(digest, site_folder), tuple(seeds.faults)


@attrs.frozen
class _Parsed:
    """A folder's files as data, by name, and what could not be read."""

    data: dict[str, Any]
    faults: list[str]
    digest: str


def _parsed(root: str) -> _Parsed:
    files, faults = walk(root)
    data: dict[str, Any] = {}
    digest = hashlib.sha256()
    for file in files:
        content = read_bytes(file.path)
        if isinstance(content, str):
            faults.append(told(file.name, content))
            continue
        digest.update(file.name.encode() + b"\0" + content + b"\0")
        if file.name.endswith(".toml"):
            found = parse(content)
            if isinstance(found, str):
                faults.append(told(file.name, found))
            else:
                data[file.name] = found
    return _Parsed(data, faults, digest.hexdigest())


def _shipped_root() -> str:
    # Quicker than importlib.resources, which is for packages that are read from an archive too.
    return str(next(iter(importlib.import_module("dosing.seeds").__path__)))


@functools.cache
def _shipped() -> _Parsed:
    """The shipped seeds as data, kept between processes for as long as no file changes."""
    root = _shipped_root()
    files, _ = walk(root)
    key = hashlib.sha256("\n".join(f"{f.name} {f.mark}" for f in files).encode()).hexdigest()
    if (known := kept.read("seeds", key)) is not None:
        return _Parsed(known["data"], [], known["digest"])
    found = _parsed(root)
    if not found.faults and settled(files):
        kept.write("seeds", key, {"data": found.data, "digest": found.digest})
    return found


@attrs.define
class _Laid:
    """Seeds laid over one another: first the shipped ones, then a hospital's."""

    seeds: dict[str, dict[str, Any]] = attrs.field(
        factory=lambda: {name: {} for name in (*FOLDERS, *REGISTERS)}
    )
    claims: tuple[Claim, ...] = ()
    site: Site | None = None
    files: dict[str, str] = attrs.field(factory=dict)
    faults: list[str] = attrs.field(factory=list)
    own: frozenset[str] = frozenset()  # what the folder that was laid last holds
    shared: Shared = attrs.field(factory=Shared)

    @classmethod
    def over(cls, shipped: Library) -> "_Laid":
        """On top of the shipped seeds, which stay the same values."""
        return cls(
            seeds={name: dict(getattr(shipped, name)) for name in (*FOLDERS, *REGISTERS)},
            claims=shipped.claims,
            site=shipped.site,
            files=dict(shipped.files),
            shared=Shared(shipped.checks, shipped.conditions, set(shipped.used)),
        )

    def share(self, data: Mapping[str, Any]) -> list[str]:
        """Read what other files use by name, over what is there; what is wrong with it."""
        found: dict[str, dict[str, Any]] = {name: {} for name in SHARED}
        faults = []
        for name, kind in SHARED.items():
            for key, value in data.get(f"{name}.toml", {}).items():
                one, wrong = structured(value, kind, key)
                faults += [told(f"{name}.toml", fault) for fault in wrong]
                found[name] |= {} if one is None else {key: one}
        conditions = {**self.shared.conditions, **found["conditions"]}
        try:
            tuple(graphlib.TopologicalSorter(_named_by(conditions)).static_order())
        except graphlib.CycleError as error:
            circle = " by ".join(error.args[1])
            faults.append(
                told("conditions.toml", f"{circle}: conditions name each other in a circle")
            )
            conditions = dict(self.shared.conditions)
        self.shared = Shared({**self.shared.checks, **found["checks"]}, conditions)
        return faults

    def lay(self, data: Mapping[str, Any]) -> None:
        """Lay the files of one folder over what is there."""
        before = {name: frozenset(found) for name, found in self.seeds.items()}
        own: dict[str, str] = {}
        for name, content in data.items():
            folder, _, rest = name.partition("/")
            register = name.removesuffix(".toml")
            if register in SHARED and not rest:
                continue
            if name in PROFILES:
                self._profile(name, content)
            elif rest and folder in FOLDERS:
                self._seed(folder, name, content, own, before)
            elif register in REGISTERS:
                kind = REGISTERS[register]
                found = {k: self._read(name, v, kind, k) for k, v in content.items()}
                self.seeds[register] |= {k: v for k, v in found.items() if v is not None}
            elif name == "claims.toml":
                found = self._read(name, content, Claims)
                self.claims = found.claims if found else ()
            else:
                self.faults.append(told(name, _no_place(name)))
        self.own = frozenset(own)

    def _read(self, name: str, data: Any, kind: Any, key: str = "") -> Any:
        value, faults = structured(data, kind, key, self.shared)
        self.faults += [told(name, fault) for fault in faults]
        return value

    def _profile(self, name: str, data: Any) -> None:
        base = attrs.asdict(self.site) if self.site else {}
        self.site = self._read(name, _plain(base) | data, Site) or self.site

    def _seed(
        self,
        folder: str,
        name: str,
        data: Any,
        own: dict[str, str],
        before: Mapping[str, frozenset[str]],
    ) -> None:
        """One seed of a folder; ``own`` holds the ids of the folder that is being laid."""
        promised = name.rpartition("/")[2].removesuffix(".toml").replace("_", "-")
        seed, faults = structured(data, FOLDERS[folder], shared=self.shared)
        if seed is None:
            meant = [f"{f}/" for f, kind in FOLDERS.items() if fits(data, kind) and f != folder]
            if meant:
                faults = [f"this is a file for {' or '.join(meant)}; move it there"]
            self.faults += [told(name, fault) for fault in faults]
            return
        others = [f for f in FOLDERS if f not in ("drugs", "dashboards", folder)]
        if seed.id != promised:
            wish = f"its id is {seed.id!r}, its file is named for {promised!r}; name both alike"
        elif (first := own.get(f"{folder}/{seed.id}")) is not None:
            wish = f"the id {seed.id!r} stands in {first} too; each id once"
        elif seed.id not in before[folder] and any(seed.id in before[f] for f in others):
            shipped = next(f for f in others if seed.id in before[f])
            wish = f"{seed.id!r} is shipped in {shipped}/; only a file there can replace it"
        else:
            own[f"{folder}/{seed.id}"] = name
            self.seeds[folder][seed.id] = seed
            self.files[f"{folder}/{seed.id}"] = name
            return
        self.faults.append(told(name, wish))

    def library(self, digest: str, folder: str) -> Library:
        """All of it as one value; ``folder`` is a hospital's, if one was laid."""
        if self.site is None:
            raise SeedError("sites/default.toml is missing")
        return Library(
            **self.seeds,
            claims=self.claims,
            site=self.site,
            files=self.files,
            digest=digest[:12],
            folder=folder,
            own=self.own if folder else frozenset(),
            checks=dict(self.shared.checks),
            conditions=dict(self.shared.conditions),
            used=frozenset(self.shared.used),
        )


@attrs.frozen
class Claims:
    """The file of claims."""

    claims: tuple[Claim, ...]


def _named_by(conditions: Mapping[str, NamedCondition]) -> dict[str, set[str]]:
    """Which conditions each names."""
    return {
        name: {key for alternative in one.any for key in alternative if key in conditions}
        for name, one in conditions.items()
    }


def _plain(value: Any) -> Any:
    """As a TOML file holds it: lists for tuples."""
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    return [_plain(v) for v in value] if isinstance(value, tuple) else value


def _no_place(name: str) -> str:
    names = [*REGISTERS, *SHARED, "claims", "site"]  # the ending, which all have, tells nothing
    near = [f"{n}.toml" for n in difflib.get_close_matches(name.removesuffix(".toml"), names, n=1)]
    places = [f"{n}.toml" for n in names]
    folders = ", ".join(f"{folder}/" for folder in FOLDERS)
    hint = f"did you mean {near[0]}?" if near else f"seeds lie in {folders} or {', '.join(places)}"
    return f"no seed is read from here; {hint}"


def read_seed(path: str | os.PathLike[str]) -> Table | Protocol:
    """Read one table or protocol file from anywhere, without laying it over the seeds."""
    name = Path(path).name
    if not os.path.lexists(path):
        raise SeedError(f"there is no file {str(path)!r}")
    content = read_bytes(str(path))
    data = parse(content) if isinstance(content, bytes) else content
    if isinstance(data, str):
        raise SeedError(told(name, data))
    seeds = load()
    shared = Shared(seeds.checks, seeds.conditions)
    seed, faults = structured(data, Protocol if "measure" in data else Table, shared=shared)
    if faults:
        raise SeedError(*(told(name, fault) for fault in faults))
    return cast(Table | Protocol, seed)


def text_of_file(seeds: Library, place: str) -> tuple[str, str]:
    """The file that holds a seed, to be copied: its name, and its text as it stands.

    Parameters
    ----------
    seeds : Library
    place : str
        As in ``Library.files``: ``tables/<id>``.
    """
    name = seeds.files[place]
    root = seeds.folder if place in seeds.own else _shipped_root()
    return name, (Path(root) / name).read_bytes().decode("utf-8")


def cases() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Each file of worked patients: the id of its table or protocol, and its lines."""
    import csv
    from importlib.resources import files

    folder = files("dosing.seeds") / "cases"
    for path in sorted(folder.iterdir(), key=lambda p: p.name):
        if path.name.endswith(".csv"):
            lines = path.read_text("utf-8").splitlines()
            yield path.name.removesuffix(".csv").replace("_", "-"), list(csv.DictReader(lines))
