"""The seeds as values: quantities, evidence, drugs, tables, protocols, scores, claims and the site.

This is the only module that reads ``seeds/``. A hospital's own folder, named by the environment
variable ``DOSING_SITE``, may add or replace any seed; it is laid over the shipped ones.
"""

import functools
import hashlib
import os
import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Literal, cast

import attrs

Confirmed = Literal["primary", "secondary", "unconfirmed"]
Condition = str | list[str]
Conditions = dict[str, Condition]


class SeedError(ValueError):
    """A seed that cannot be used: which file, which place, what is wanted."""


@attrs.frozen(kw_only=True)
class Name:
    """One unit in which a quantity is written, under a name of its own."""

    unit: str = ""
    ucum: str = ""
    loinc: str = ""
    per_base: float | None = None
    in_base: float | None = None


@attrs.frozen(kw_only=True)
class Quantity:
    """An input that the calculator knows, with its names, units and ranges."""

    label: str
    kind: Literal["number", "class", "yes-no"]
    names: dict[str, Name]
    group: str = ""
    possible: tuple[float, float] | None = None
    usual: tuple[float, float] | None = None
    whole: bool = False
    values: tuple[str, ...] = ()
    aliases: dict[str, str] = attrs.field(factory=dict)
    help: str = ""

    @property
    def base(self) -> str:
        """The name whose unit the ranges are in."""
        return next(iter(self.names))


@attrs.frozen(kw_only=True)
class Evidence:
    """A source, and how its numbers were confirmed."""

    kind: Literal[
        "label", "guideline", "study", "review", "protocol", "book", "standard", "equation",
        "document",
    ]  # fmt: skip
    title: str
    confirmed: Confirmed
    source: str = ""
    year: int | None = None
    doi: str = ""
    pmid: str = ""
    label_id: str = ""
    read_at: str = ""
    note: str = ""


@attrs.frozen(kw_only=True)
class Column:
    """An input of a table, in the unit that its source prints."""

    domain: str = ""
    precision: float | None = None


@attrs.frozen(kw_only=True)
class Row:
    """One line of a table: when it applies, and what follows."""

    when: Conditions = attrs.field(factory=dict)
    then: dict[str, Any] = attrs.field(factory=dict)
    stop: str = ""
    warn: str = ""
    note: str = ""
    cite: str = ""
    confirmed: Confirmed | None = None


@attrs.frozen(kw_only=True)
class Check:
    """A finding that is raised when every input it names is given and meets its condition."""

    when: Conditions
    stop: str = ""
    warn: str = ""
    note: str = ""
    cite: str = ""


@attrs.frozen(kw_only=True)
class LabelTable:
    """The pump table that a label prints, and how it rounds."""

    step_ml: float
    ties: Literal["up", "even"]
    concentration_mg_ml: float
    band_kg: float | None = None
    rows: tuple[dict[str, float], ...] = ()
    cite: str = ""
    confirmed: Confirmed | None = None


@attrs.frozen(kw_only=True)
class Table:
    """A decision table of one source: inputs to outputs."""

    id: str
    title: str
    drug: str
    purpose: str
    cite: str = ""
    indication: str = "any"
    authority: str = ""
    confirmed: Confirmed | None = None
    note: str = ""
    columns: dict[str, Column] = attrs.field(factory=dict)
    counts: dict[str, Conditions] = attrs.field(factory=dict)
    outputs: dict[str, str] = attrs.field(factory=dict)
    rows: tuple[Row, ...] = ()
    checks: tuple[Check, ...] = ()
    label_table: LabelTable | None = None


@attrs.frozen(kw_only=True)
class Change:
    """What a titration row does: new rate = running x factor + add, or hold, or stop."""

    add: float = 0.0
    factor: float = 1.0
    hold_min: float | None = None
    hold: Literal["until_in_range"] | None = None
    resume_factor: float = 1.0
    resume_add: float = 0.0
    bolus: float | None = None
    notify: bool = False
    stop: bool = False

    @property
    def holds(self) -> bool:
        return self.hold_min is not None or self.hold is not None

    @property
    def none(self) -> bool:
        """Whether the infusion goes on unchanged."""
        return not (self.holds or self.stop) and self.add == 0 and self.factor == 1


@attrs.frozen(kw_only=True)
class Limits:
    """Ceilings that the protocol or the label prints, in the protocol's dose unit."""

    max_rate: float
    max_step: float | None = None
    cite: str = ""


@attrs.frozen(kw_only=True)
class Recheck:
    """When the next laboratory result is due."""

    after_change_h: float
    in_range_h: float
    stable_after: int | None = None
    stable_h: float | None = None


@attrs.frozen(kw_only=True)
class ProtocolRow:
    """One line of a protocol: laboratory result to change."""

    when: Conditions
    then: Change
    note: str = ""
    warn: str = ""
    cite: str = ""
    confirmed: Confirmed | None = None


@attrs.frozen(kw_only=True)
class Protocol:
    """A titration protocol: laboratory result to change of the running rate."""

    id: str
    title: str
    drug: str
    cite: str
    dose_unit: str
    measure: str
    target: str
    columns: dict[str, Column]
    limits: Limits
    recheck: Recheck
    rows: tuple[ProtocolRow, ...]
    indication: str = "hit"
    confirmed: Confirmed | None = None
    note: str = ""
    counts: dict[str, Conditions] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class Ceiling:
    """The largest dose that a label allows."""

    value: float
    unit: str
    cite: str
    indication: str = "hit"
    confirmed: Confirmed | None = None


@attrs.frozen(kw_only=True)
class Concentrate:
    """A strength that must be diluted first, so never the strength in the pump."""

    mg_ml: float
    text: str
    cite: str = ""


@attrs.frozen(kw_only=True)
class Target:
    """The aPTT sought, as multiples of the patient's own baseline, and its upper limit."""

    low_ratio: float
    high_ratio: float
    cite: str
    max_s: float | None = None
    confirmed: Confirmed | None = None


@attrs.frozen(kw_only=True)
class Drug:
    """What a drug is, apart from what any one table says of it."""

    id: str
    label: str
    kind: str
    route: str
    dose_unit: str
    weight: str = "actual"
    bolus_in_hit: bool = False
    ceiling: Ceiling | None = None
    usual_mg_ml: tuple[float, ...] = ()
    bag_ml: float | None = None
    concentrate: Concentrate | None = None
    target: Target | None = None
    rxnorm: str = ""


@attrs.frozen(kw_only=True)
class ScoreItem:
    """One item of an additive score: rows by unit, or points by class."""

    name: str
    label: str
    units: dict[str, tuple[tuple[str, int], ...]] = attrs.field(factory=dict)
    classes: dict[str, Any] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class Band:
    """A range of totals and its name."""

    when: str
    band: str


@attrs.frozen(kw_only=True)
class Variant:
    """Another set of rows for one item, chosen by a yes-no question."""

    quantity: str
    replaces: str
    units: dict[str, tuple[tuple[str, int], ...]]
    note: str = ""
    cite: str = ""


@attrs.frozen(kw_only=True)
class Score:
    """An additive score, its items and the names of its bands."""

    id: str
    title: str
    cite: str
    items: tuple[ScoreItem, ...]
    bands: tuple[Band, ...]
    confirmed: Confirmed | None = None
    note: str = ""
    variants: dict[str, Variant] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class Claim:
    """A statement of a source document, judged, and where the answer lives."""

    id: str
    document: str
    says: str
    verdict: Literal["holds", "partly", "wrong"]
    why: str
    evidence: tuple[str, ...] = ()
    leads_to: tuple[str, ...] = ()
    open: str = ""


@attrs.frozen(kw_only=True)
class Site:
    """A hospital's choices between what the sources allow."""

    id: str
    title: str
    confirmed: bool
    authorities: dict[str, tuple[str, ...]]
    protocols: dict[str, tuple[str, ...]]
    concentration_mg_ml: dict[str, float]
    titration: dict[str, str] = attrs.field(factory=dict)
    warfarin_gate: str = ""
    pump_step_ml_h: float = 0.1
    crcl_weight: str = "actual"
    range_start: Literal["low"] = "low"
    weight_caps: dict[str, float] = attrs.field(factory=dict)
    aptt_range: dict[str, tuple[float, float]] = attrs.field(factory=dict)
    note: str = ""
    cite: str = ""


@attrs.frozen(kw_only=True)
class Library:
    """All seeds, laid over one another, with a digest of their bytes."""

    quantities: dict[str, Quantity]
    evidence: dict[str, Evidence]
    claims: tuple[Claim, ...]
    drugs: dict[str, Drug]
    tables: dict[str, Table]
    protocols: dict[str, Protocol]
    scores: dict[str, Score]
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
    shipped = files("dosing.seeds")
    roots: list[Traversable] = [shipped]
    if site_folder:
        if not Path(site_folder).is_dir():
            raise SeedError(f"DOSING_SITE: there is no folder {site_folder!r}")
        roots.append(Path(site_folder))
    found: dict[str, dict[str, Any]] = {folder: {} for folder in FOLDERS}
    quantities: dict[str, Quantity] = {}
    evidence: dict[str, Evidence] = {}
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
        claims=claims,
        drugs=found["drugs"],
        tables=found["tables"],
        protocols=found["protocols"],
        scores=found["scores"],
        site=site,
        files=sources,
        digest=digest.hexdigest()[:12],
    )


def read_seed(path: str | os.PathLike[str]) -> Table | Protocol:
    """Read one table or protocol file from anywhere, without laying it over the seeds."""
    name = Path(path).name
    data = _parse(Path(path).read_bytes(), name)
    seed: Table | Protocol = _structure(data, Protocol if "measure" in data else Table, name)
    return seed


def cases() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Each file of worked patients: the id of its table or protocol, and its lines."""
    import csv

    folder = files("dosing.seeds") / "cases"
    for path in sorted(folder.iterdir(), key=lambda p: p.name):
        if path.name.endswith(".csv"):
            lines = path.read_text("utf-8").splitlines()
            yield path.name.removesuffix(".csv").replace("_", "-"), list(csv.DictReader(lines))


def _walk(root: Traversable, under: str = "") -> Iterator[tuple[Traversable, str]]:
    for path in sorted(root.iterdir(), key=lambda p: p.name):
        if path.is_dir() and not path.name.startswith(("_", ".")):
            yield from _walk(path, f"{under}{path.name}/")
        elif path.name.endswith((".toml", ".csv")):
            yield path, under + path.name


def _parse(content: bytes, name: str) -> dict[str, Any]:
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
        wishes = "; ".join(cattrs.transform_error(error, path=f"$.{key}" if key else "$"))
        raise SeedError(f"{name}: {wishes}") from None
