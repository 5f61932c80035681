"""The proof of all seeds together, or of a hospital's folder laid over the shipped ones."""

import functools
import string
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from dosing.base.fill import names_in
from dosing.knowledge import library
from dosing.knowledge.faults import SeedError, shortened, told
from dosing.knowledge.library import Library, load, read
from dosing.knowledge.scoretypes import Dashboard, Pathway
from dosing.knowledge.seedtypes import Protocol
from dosing.lint.conditions import conditions_in
from dosing.lint.profile import lint_profile
from dosing.lint.protocols import lint_protocol
from dosing.lint.registers import lint_drug, registers_in, shared_in
from dosing.lint.scores import lint_equation, lint_score
from dosing.lint.tables import lint_table
from dosing.scoring.door import CALCULATIONS

SITE = "site.toml"


def faults(folder: str) -> list[str]:
    """Every fault of a hospital's folder, laid over the shipped seeds: none where it may be used.

    Parameters
    ----------
    folder : str
        As in the environment variable ``DOSING_SITE``.

    Returns
    -------
    list of str
        One sentence for each: file, place, what was found and what is expected.
    """
    try:
        seeds, unread = read(folder)
    except SeedError as error:
        return list(error.faults)
    return [*unread, *lint_library(seeds)]


def lint_path(path: str) -> list[str]:
    """What is wrong with one file, or with a hospital's folder laid over the shipped seeds."""
    if Path(path).is_dir():
        return faults(path)
    name = Path(path).name
    if not (Path(path).exists() or Path(path).is_symlink()):
        raise SeedError(f"there is no file {path!r}")
    try:
        seed = library.read_seed(path)
    except SeedError as error:
        return list(error.faults)
    seeds = load()
    return _judged(
        name,
        lambda: (
            lint_protocol(seed, seeds) if isinstance(seed, Protocol) else lint_table(seed, seeds)
        ),
    )


def lint_library(seeds: Library) -> list[str]:
    """What is wrong with all seeds together, judged by their own registry."""
    found: list[str] = []
    judges: tuple[tuple[str, Callable[[Any], Iterable[str]]], ...] = (
        ("drugs", lambda one: lint_drug(one, seeds)),
        ("tables", lambda one: lint_table(one, seeds)),
        ("protocols", lambda one: lint_protocol(one, seeds)),
        ("scores", lambda one: lint_score(one, seeds)),
        ("equations", lambda one: lint_equation(one, seeds, CALCULATIONS)),
        ("pathways", lambda one: _pathway(one, seeds)),
        ("dashboards", lambda one: _dashboard(one, seeds)),
    )
    proved = _proved_before(seeds)
    for folder, judge in judges:
        for name, one in getattr(seeds, folder).items():
            if not proved(folder, name, one):
                found += _judged(seeds.files[f"{folder}/{name}"], functools.partial(judge, one))
    for file, wishes in (
        ("sentences.toml", _sentences),
        (SITE, _profile),
        ("claims.toml", _claims),
    ):
        found += _judged(file, functools.partial(wishes, seeds))
    try:
        found += [told(*one) for one in (*registers_in(seeds), *shared_in(seeds))]
    except SeedError as error:
        found += error.faults
    return found


# Of these a hospital's folder may leave the shipped ones as they are; then they are proved already.
_PROVED_ALONE = ("drugs", "tables", "protocols", "scores", "equations")


def _proved_before(seeds: Library) -> Callable[[str, str, Any], bool]:
    """Which seeds are the shipped ones, judged by the shipped registers: they need no new proof."""
    shipped = load("")
    same = seeds is not shipped and all(
        getattr(seeds, name) == getattr(shipped, name)
        for name in ("quantities", "evidence", "conditions", "checks", "authorities")
    )
    drugs = {name for name, drug in seeds.drugs.items() if shipped.drugs.get(name) is not drug}

    def proved(folder: str, name: str, one: Any) -> bool:
        known = folder in _PROVED_ALONE and getattr(shipped, folder).get(name) is one
        return same and known and getattr(one, "drug", "") not in drugs

    return proved


def _judged(file: str, judge: Callable[[], Iterable[str]]) -> list[str]:
    """What a judge says of a file; where it cannot judge at all, that is a fault too."""
    try:
        return [told(file, wish) for wish in judge()]
    except Exception as error:  # whatever a hospital's file may hold, it is refused in a sentence
        why = str(error) if isinstance(error, SeedError) else type(error).__name__
        return [told(file, f"it cannot be proved, so it cannot be used: {why}")]


def _profile(seeds: Library) -> Iterator[str]:
    return lint_profile(seeds.site, seeds)


def _sentences(seeds: Library) -> Iterator[str]:
    """The words may be a hospital's own, not the level, nor the values that are put in."""
    shipped = load("").sentences
    for name, sentence in seeds.sentences.items():
        if name not in shipped:
            yield f"nothing says {name!r}."
        elif sentence.level != shipped[name].level:
            yield f"{name} is said at another level than in the shipped seeds."
        elif not _can_be_filled(sentence.text):
            yield f"{name}: each value stands in braces, as {{dose}} or {{dose:1}}; double others."
        else:
            known = names_in(shipped[name].text)
            for value in names_in(sentence.text):
                if value not in known:
                    yield f"{name} names {value!r}; it may name {', '.join(known) or 'nothing'}."


def _can_be_filled(text: str) -> bool:
    """Whether the braces of a sentence hold names, with a number of decimals at most."""
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError:
        return False
    return all(
        not conversion and (not decimals or decimals.isdecimal()) and (name is None or name)
        for _, name, decimals, conversion in parts
    )


def _pathway(pathway: Pathway, seeds: Library) -> Iterator[str]:
    cites = [pathway.cite, *(s.cite for s in pathway.stages if s.cite)]
    for number, stage in enumerate(pathway.stages, 1):
        place = f"stage {number}"
        yield from (f"{place}: {w}" for w in _places(seeds, stage.orders))
        for table in (*stage.tables, *stage.agents):
            if table not in seeds.tables:
                yield f"{place}: there is no table {table!r}."
        for said in stage.checks:
            wishes = conditions_in(said.when, seeds)
            yield from (f"{place}, {shortened(said.text)!r}: {wish}" for wish in wishes)
        for said in stage.checks:
            cites.append(said.cite or stage.cite)
    for cite in cites:
        if not cite or cite.split()[0] not in seeds.evidence:
            yield f"it cites {cite!r}, which is not in evidence.toml."


def _dashboard(board: Dashboard, seeds: Library) -> Iterator[str]:
    for topic in board.topics:
        if topic.pathway and topic.pathway not in seeds.pathways:
            yield f"{topic.title}: there is no pathway {topic.pathway!r}."
        for table in topic.tables:
            if table not in seeds.tables:
                yield f"{topic.title}: there is no table {table!r}."
        for wish in _places(seeds, (*topic.orders, *topic.schedule)):
            yield f"{topic.title}: {wish}"


def _places(seeds: Library, places: Iterable[str]) -> Iterator[str]:
    """What is wrong with ``drug/indication``."""
    for place in places:
        drug, _, indication = place.partition("/")
        if not seeds.find(drug, indication):
            yield f"there is no table that starts {drug} in {indication!r}."


def _claims(seeds: Library) -> Iterator[str]:
    places = {f"table:{i}" for i in seeds.tables} | {f"protocol:{i}" for i in seeds.protocols}
    places |= {f"score:{i}" for i in seeds.scores} | {f"drug:{i}" for i in seeds.drugs}
    places |= {f"pathway:{i}" for i in seeds.pathways}
    places |= {f"dashboard:{i}" for i in (*seeds.dashboards, "evidence", "titrate")}
    for claim in seeds.claims:
        if bool(claim.leads_to) == bool(claim.open):
            yield f"{claim.id} must either lead somewhere or be open, by name."
        for place in claim.leads_to:
            if not place.startswith("command:") and place not in places:
                yield f"{claim.id} leads to {place!r}, which does not exist."
        for key in claim.evidence:
            if key not in seeds.evidence:
                yield f"{claim.id} rests on {key!r}, which is not in evidence.toml."
