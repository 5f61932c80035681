"""The proof of all seeds together, or of a hospital's folder laid over the shipped ones."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from dosing.base.fill import names_in
from dosing.base.units import show
from dosing.knowledge import library
from dosing.knowledge.library import Library, load
from dosing.knowledge.scoretypes import Dashboard, Pathway
from dosing.knowledge.seedtypes import Protocol, Site
from dosing.lint.protocols import lint_protocol
from dosing.lint.scores import lint_equation, lint_score
from dosing.lint.tables import conditions_in, lint_table
from dosing.scores.door import CALCULATIONS


def lint_library(seeds: Library) -> list[str]:
    """What is wrong with all seeds together."""
    found: list[str] = []
    for table in seeds.tables.values():
        found += _named(seeds, f"tables/{table.id}", lint_table(table, seeds))
    for protocol in seeds.protocols.values():
        found += _named(seeds, f"protocols/{protocol.id}", lint_protocol(protocol, seeds))
    for score in seeds.scores.values():
        found += _named(seeds, f"scores/{score.id}", lint_score(score, seeds))
    for equation in seeds.equations.values():
        found += _named(
            seeds, f"equations/{equation.id}", lint_equation(equation, seeds, CALCULATIONS)
        )
    for pathway in seeds.pathways.values():
        found += _named(seeds, f"pathways/{pathway.id}", _pathway(pathway, seeds))
    for board in seeds.dashboards.values():
        found += _named(seeds, f"dashboards/{board.id}", _dashboard(board, seeds))
    found += [f"sentences.toml: {wish}" for wish in _sentences(seeds)]
    found += shared_in(seeds)
    found += registers_in(seeds)
    known = {table.indication for table in seeds.tables.values()}
    found += [
        f"indications.toml: no table is for {name!r}."
        for name in seeds.indications
        if name not in known
    ]
    found += [f"sites: {wish}" for wish in _site(seeds.site, seeds)]
    found += [f"claims.toml: {wish}" for wish in _claims(seeds)]
    return found


def lint_path(path: str) -> list[str]:
    """What is wrong with one file, or with a hospital's folder laid over the shipped seeds."""
    if Path(path).is_dir():
        return lint_library(load(path))
    seed = library.read_seed(path)
    found = lint_protocol(seed, load()) if isinstance(seed, Protocol) else lint_table(seed, load())
    return [f"{Path(path).name}: {wish}" for wish in found]


def _named(seeds: Library, place: str, wishes: Iterable[str]) -> list[str]:
    return [f"{seeds.files[place]}: {wish}" for wish in wishes]


def _sentences(seeds: Library) -> Iterator[str]:
    """The words may be a hospital's own, not the level, nor the values that are put in."""
    shipped = load("").sentences
    for name, sentence in seeds.sentences.items():
        if name not in shipped:
            yield f"nothing says {name!r}."
        elif sentence.level != shipped[name].level:
            yield f"{name} is said at another level than in the shipped seeds."
        else:
            known = names_in(shipped[name].text)
            for value in names_in(sentence.text):
                if value not in known:
                    yield f"{name} names {value!r}; it may name {', '.join(known) or 'nothing'}."


def registers_in(seeds: Library) -> Iterator[str]:
    """Every authority and every group is used, and what inputs name is a group."""
    groups = {quantity.group for quantity in seeds.quantities.values()}
    for key, quantity in seeds.quantities.items():
        if quantity.group and quantity.group not in seeds.groups:
            wish = f"there is no group {quantity.group!r}; there are {', '.join(seeds.groups)}."
            yield f"quantities.toml: {key}: {wish}"
    for name in seeds.groups.keys() - groups:
        yield f"groups.toml: no input is in {name!r}."
    for name in seeds.authorities.keys() - {t.authority for t in seeds.tables.values()}:
        yield f"authorities.toml: no table is by {name!r}."


def shared_in(seeds: Library) -> Iterator[str]:
    """What files use by name is used, and a condition is of inputs and bears a name of its own."""
    asked = {n for t in seeds.tables.values() for row in t.rows for n in row.when}
    asked |= {n for one in seeds.conditions.values() for way in one.any for n in way}
    for name in seeds.checks:
        if name not in seeds.used:
            yield f"checks.toml: nothing uses {name!r}."
    for name, one in seeds.conditions.items():
        if name not in seeds.used | asked:
            yield f"conditions.toml: nothing asks for {name!r}."
        if name in seeds.names or name in seeds.quantities:
            yield f"conditions.toml: {name!r} is the name of a quantity."
        inputs = [{n: c for n, c in way.items() if n not in seeds.conditions} for way in one.any]
        yield from (f"conditions.toml: {name}: {wish}" for wish in conditions_in(inputs))


def _site(site: Site, seeds: Library) -> Iterator[str]:
    for drug, authorities in site.authorities.items():
        if drug not in seeds.drugs:
            yield f"there is no drug {drug!r}."
            continue
        known = {t.authority for t in seeds.tables.values() if t.drug == drug}
        for authority in authorities:
            if authority not in known:
                yield f"{drug} has no table by {authority!r}; there are {', '.join(sorted(known))}."
    for drug, ids in site.protocols.items():
        for protocol in ids:
            if protocol not in seeds.protocols or seeds.protocols[protocol].drug != drug:
                yield f"{drug} has no protocol {protocol!r}."
    for table in site.titration.values():
        if table not in seeds.tables:
            yield f"there is no table {table!r}."
    if site.pump_step_ml_h <= 0:
        yield f"pump_step_ml_h is {show(site.pump_step_ml_h)}; it must be above 0."


def _pathway(pathway: Pathway, seeds: Library) -> Iterator[str]:
    cites = [pathway.cite, *(s.cite for s in pathway.stages if s.cite)]
    for number, stage in enumerate(pathway.stages, 1):
        place = f"stage {number}"
        yield from (f"{place}: {w}" for w in _places(seeds, stage.orders))
        for table in (*stage.tables, *stage.agents):
            if table not in seeds.tables:
                yield f"{place}: there is no table {table!r}."
        yield from (f"{place}: {w}" for w in conditions_in(c.when for c in stage.checks))
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
