"""The seeds as values: quantities, evidence, drugs, tables, scores, claims, the site and the rest.

This is the only module that reads ``seeds/``. A hospital's own folder, named by the environment
variable ``DOSING_SITE``, may add or replace any seed; it is laid over the shipped ones.
"""

import functools
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import attrs

from dosing.knowledge.scoretypes import Dashboard, Equation, Pathway, Score
from dosing.knowledge.seedtypes import (
    Claim,
    Condition,
    Confirmed,
    Drug,
    Evidence,
    Protocol,
    Quantity,
    Sentence,
    Site,
    Table,
)

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

# What only the reading of seeds needs is imported when they are read: importing dosing stays quick.


class SeedError(ValueError):
    """A seed that cannot be used: which file, which place, what is wanted."""


@attrs.frozen(kw_only=True)
class Library:
    """All seeds, laid over one another, with a digest of their bytes."""

    quantities: dict[str, Quantity]
    evidence: dict[str, Evidence]
    sentences: dict[str, Sentence]
    indications: dict[str, str]
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

    @functools.cached_property
    def names(self) -> dict[str, str]:
        """Every name with its unit, and the quantity that it names."""
        return {name: key for key, q in self.quantities.items() for name in q.names}

    def find(self, drug: str, indication: str, purpose: str = "start") -> dict[str, Table]:
        """The tables of a drug for an indication by authority, in the site's order first."""
        found = {
            t.authority: t
            for t in self.tables.values()
            if (t.drug, t.indication, t.purpose) == (drug, indication, purpose)
        }
        order = self.site.authorities.get(drug, ())
        return {a: found[a] for a in sorted(found, key=lambda a: _rank(a, order))}

    def confirmed(self, cite: str) -> Confirmed | None:
        """How the source of a cite was confirmed."""
        entry = self.evidence.get(cite.split()[0]) if cite else None
        return entry.confirmed if entry else None


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


def load(site_folder: str | None = None) -> Library:
    """Read the shipped seeds and lay a hospital's folder over them.

    Parameters
    ----------
    site_folder : str, optional
        Default: the environment variable ``DOSING_SITE``; none when that is not set.

    Raises
    ------
    SeedError
        When a file cannot be read as what it should be: file, place and wish in one sentence.
    """
    return _load(os.environ.get("DOSING_SITE", "") if site_folder is None else site_folder)


@functools.lru_cache(maxsize=8)
def _load(site_folder: str) -> Library:
    import hashlib
    from importlib.resources import files

    roots: list[Traversable] = [files("dosing.seeds")]
    if site_folder:
        if not Path(site_folder).is_dir():
            raise SeedError(f"DOSING_SITE: there is no folder {site_folder!r}")
        roots.append(Path(site_folder))
    found: dict[str, dict[str, Any]] = {folder: {} for folder in FOLDERS}
    quantities: dict[str, Quantity] = {}
    evidence: dict[str, Evidence] = {}
    sentences: dict[str, Sentence] = {}
    indications: dict[str, str] = {}
    claims: tuple[Claim, ...] = ()
    site: Site | None = None
    sources: dict[str, str] = {}
    digest = hashlib.sha256()
    for root in roots:
        for path, name in _walk(root):
            content = path.read_bytes()
            digest.update(name.encode() + b"\0" + content + b"\0")
            if not name.endswith(".toml"):
                continue
            data = _parse(content, name)
            folder = name.split("/")[0]
            if folder in FOLDERS:
                seed = _structure(data, FOLDERS[folder], name)
                if seed.id != Path(name).stem.replace("_", "-"):
                    raise SeedError(f"{name}: its id is {seed.id!r}; name file and id alike")
                found[folder][seed.id] = seed
                sources[seed.id] = name
            elif name == "quantities.toml":
                quantities |= {k: _structure(v, Quantity, name, k) for k, v in data.items()}
            elif name == "evidence.toml":
                evidence |= {k: _structure(v, Evidence, name, k) for k, v in data.items()}
            elif name == "sentences.toml":
                sentences |= {k: _structure(v, Sentence, name, k) for k, v in data.items()}
            elif name == "indications.toml":
                indications |= _structure(data, dict[str, str], name)
            elif name == "claims.toml":
                claims = tuple(_structure(c, Claim, name) for c in data["claims"])
            elif name in ("sites/default.toml", "site.toml"):
                base = attrs.asdict(site) if site else {}
                site = _structure(base | data, Site, name)
            else:
                raise SeedError(f"{name}: no such place for a seed; see the protocol owners' guide")
    if site is None:
        raise SeedError("sites/default.toml is missing")
    return Library(
        quantities=quantities,
        evidence=evidence,
        sentences=sentences,
        indications=indications,
        claims=claims,
        drugs=found["drugs"],
        tables=found["tables"],
        protocols=found["protocols"],
        scores=found["scores"],
        equations=found["equations"],
        pathways=found["pathways"],
        dashboards=found["dashboards"],
        site=site,
        files=sources,
        digest=digest.hexdigest()[:12],
    )


def read_seed(path: str | os.PathLike[str]) -> Table | Protocol:
    """Read one table or protocol file from anywhere, without laying it over the seeds."""
    name = Path(path).name
    if not Path(path).is_file():
        raise SeedError(f"there is no file {str(path)!r}")
    data = _parse(Path(path).read_bytes(), name)
    seed: Table | Protocol = _structure(data, Protocol if "measure" in data else Table, name)
    return seed


def cases() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Each file of worked patients: the id of its table or protocol, and its lines."""
    import csv
    from importlib.resources import files

    folder = files("dosing.seeds") / "cases"
    for path in sorted(folder.iterdir(), key=lambda p: p.name):
        if path.name.endswith(".csv"):
            lines = path.read_text("utf-8").splitlines()
            yield path.name.removesuffix(".csv").replace("_", "-"), list(csv.DictReader(lines))


def _walk(root: "Traversable", under: str = "") -> "Iterator[tuple[Traversable, str]]":
    for path in sorted(root.iterdir(), key=lambda p: p.name):
        if path.is_dir() and not path.name.startswith(("_", ".")):
            yield from _walk(path, f"{under}{path.name}/")
        elif path.name.endswith((".toml", ".csv")):
            yield path, under + path.name


def _parse(content: bytes, name: str) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SeedError(f"{name}: not readable as TOML: {error}") from None


@functools.cache
def _converter() -> Any:
    import cattrs

    converter = cattrs.Converter(forbid_extra_keys=True)
    converter.register_structure_hook(float, lambda v, _: _number(v))
    converter.register_structure_hook(float | None, lambda v, _: None if v is None else _number(v))
    converter.register_structure_hook(str, lambda v, _: _text(v))
    converter.register_structure_hook(bool, lambda v, _: _flag(v))
    converter.register_structure_hook(Condition, lambda v, _: _condition(v))
    return converter


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{value!r} is not a number")
    return float(value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not text: put it in quotes")
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{value!r} is not true or false")
    return value


def _condition(value: object) -> Condition:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and value and all(isinstance(v, str) for v in value):
        return cast(list[str], value)
    raise ValueError(f"{value!r} is not a condition: write '>= 80', '[30, 60]', 'B' or ['A', 'B']")


def _structure(data: Mapping[str, Any], kind: type[Any], name: str, key: str = "") -> Any:
    import cattrs

    try:
        return _converter().structure(data, kind)
    except Exception as error:
        path = f"$.{key}" if key else "$"
        wishes = "; ".join(cattrs.transform_error(error, path, format_exception=_say))
        raise SeedError(f"{name}: {wishes}") from None


def _say(error: BaseException, kind: type[Any] | None) -> str:
    """A fault in the words of the check that found it, where it was one of ours."""
    from cattrs.v import format_exception

    return str(error) if type(error) is ValueError else format_exception(error, kind)
