"""The proof that seeds can be used: what is wrong with a table, protocol or folder, in sentences.

Every edge of a table and the space between each two is one cell of its grid
(:mod:`dosing.rules.tables`), so looking at each cell once looks at every patient.
"""

import functools
import itertools
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import attrs
import numpy as np

from dosing.base.interval import Interval
from dosing.base.units import show
from dosing.knowledge import library
from dosing.knowledge.library import Library, SeedError, load
from dosing.knowledge.scoretypes import Dashboard, Pathway
from dosing.knowledge.seedtypes import Conditions, Drug, Protocol, ProtocolRow, Row, Site, Table
from dosing.knowledge.sentences import names_in, text_of
from dosing.orders.infusion import is_infusion
from dosing.rules.patients import Patient, check
from dosing.rules.protocols import target_of
from dosing.rules.tables import GAP, OVERLAP, Axis, Grid, compile_grid

MOST_EXAMPLES = 3


@functools.lru_cache(maxsize=8)
def _checked(digest: str, site_folder: str) -> None:
    if site_folder and (wrong := lint_library(load(site_folder))):
        raise SeedError(f"DOSING_SITE {site_folder}: " + " ".join(wrong[:MOST_EXAMPLES]))


def checked() -> Library:
    """The library in force; a hospital's own folder is proved before its first use.

    Raises
    ------
    SeedError
        With file, place and wish, when the hospital's folder does not pass.
    """
    seeds = load()
    _checked(seeds.digest, os.environ.get("DOSING_SITE", ""))
    return seeds


def lint_library(seeds: Library) -> list[str]:
    """What is wrong with all seeds together."""
    # Imported here: who asks for a dose by the shipped seeds needs no equations.
    from dosing.lint.scores import lint_equation, lint_score

    found: list[str] = []
    for table in seeds.tables.values():
        found += _named(seeds, table.id, lint_table(table, seeds))
    for protocol in seeds.protocols.values():
        found += _named(seeds, protocol.id, lint_protocol(protocol, seeds))
    for score in seeds.scores.values():
        found += _named(seeds, score.id, lint_score(score, seeds))
    for equation in seeds.equations.values():
        found += _named(seeds, equation.id, lint_equation(equation, seeds))
    for pathway in seeds.pathways.values():
        found += _named(seeds, pathway.id, _pathway(pathway, seeds))
    for board in seeds.dashboards.values():
        found += _named(seeds, board.id, _dashboard(board, seeds))
    found += [f"sentences.toml: {wish}" for wish in _sentences(seeds)]
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


def _sentences(seeds: Library) -> Iterator[str]:
    """The words may be a hospital's own, not the level, nor the values that are put in."""
    shipped = load("").sentences
    for name, sentence in seeds.sentences.items():
        levels = {k for k, text in attrs.asdict(sentence).items() if text}
        if len(levels) != 1:
            yield f"{name} needs one text: stop, warn, note or says."
        elif name not in shipped:
            yield f"nothing says {name!r}."
        elif levels != {k for k, text in attrs.asdict(shipped[name]).items() if text}:
            yield f"{name} is said at another level than in the shipped seeds."
        else:
            known = names_in(text_of(shipped[name]))
            for value in names_in(text_of(sentence)):
                if value not in known:
                    yield f"{name} names {value!r}; it may name {', '.join(known) or 'nothing'}."


def _named(seeds: Library, seed_id: str, wishes: Iterable[str]) -> list[str]:
    return [f"{seeds.files[seed_id]}: {wish}" for wish in wishes]


def lint_table(table: Table, seeds: Library) -> list[str]:
    """Gaps, overlaps, unknown names, incomplete outputs, unresolved cites, doses over the ceiling.

    Parameters
    ----------
    table : Table
    seeds : Library
        Where names, cites and ceilings are looked up.

    Returns
    -------
    list of str
        One sentence for each fault; empty when there is none.
    """
    found = [*_cites(table, seeds), *_conditions(c.when for c in table.checks)]
    if table.drug != "any" and table.drug not in seeds.drugs:
        found.append(f"there is no drug {table.drug!r}; there are {', '.join(seeds.drugs)}.")
    for i, said in enumerate(table.checks, 1):
        if sum(map(bool, (said.stop, said.warn, said.note))) != 1:
            found.append(f"check {i} needs one sentence: stop, warn or note.")
    if table.purpose in ("check", "agent"):
        return found
    for i, row in enumerate(table.rows, 1):
        if row.stop and row.then:
            found.append(f"row {i} both refuses and gives {', '.join(row.then)}.")
        elif not row.stop and set(row.then) != set(table.outputs):
            found.append(
                f"row {i} gives {', '.join(sorted(row.then)) or 'nothing'}; the table promises"
                f" {', '.join(sorted(table.outputs))}."
            )
        found += _dose_within_ceiling(table, i, seeds)
    return found + _proof(table)


def lint_protocol(protocol: Protocol, seeds: Library) -> list[str]:
    """As :func:`lint_table`, and the direction of the changes, holds, limits and the target.

    Returns
    -------
    list of str
    """
    found = _cites(protocol, seeds)
    drug = seeds.drugs.get(protocol.drug)
    if drug is None:
        found.append(f"there is no drug {protocol.drug!r}; there are {', '.join(seeds.drugs)}.")
    elif not is_infusion(protocol.dose_unit) or not _is_dosed_in(drug, protocol.dose_unit):
        found.append(
            f"the dose unit is {protocol.dose_unit!r}; {drug.label} is given in {drug.dose_unit}."
        )
    if protocol.measure not in protocol.columns:
        found.append(f"the measure {protocol.measure!r} is not among the columns.")
    top, limits = drug.ceiling if drug else None, protocol.limits
    if (limits.max_rate is None) != limits.unlimited:
        found.append("limits: give max_rate, or unlimited = true where the source prints none.")
    elif top and top.indication == protocol.indication and limits.top > top.value:
        most = "no largest rate" if limits.unlimited else f"the largest rate {show(limits.top)}"
        found.append(f"{most} is above the drug's ceiling {show(top.value)} {top.unit}.")
    for i, row in enumerate(protocol.rows, 1):
        then = row.then
        if then.holds and then.resume_factor == 1 and then.resume_add == 0:
            found.append(f"row {i} holds the infusion but does not say how to resume.")
        if not then.holds and (then.resume_factor != 1 or then.resume_add != 0):
            found.append(f"row {i} says how to resume but does not hold the infusion.")
        if (then.holds or then.stop) and (then.add != 0 or then.factor != 1):
            found.append(f"row {i} stops the infusion and changes its rate at once.")
        if then.bolus is not None and then.flat_bolus is not None:
            found.append(f"row {i} gives a bolus both by weight and flat.")
        if (then.holds or then.stop) and (then.bolus or then.flat_bolus):
            found.append(f"row {i} stops the infusion and gives a bolus.")
        if then.hold is not None and then.hold_min is not None:
            found.append(f"row {i} holds both for minutes and until in range.")
    problems = _proof(protocol)
    if problems or protocol.measure not in protocol.columns:
        return found + problems
    try:
        target_of(protocol)
    except ValueError as error:
        return [*found, f"target: {error}."]
    return found + _direction(protocol, compile_grid(protocol))


def _is_dosed_in(drug: Drug, unit: str) -> bool:
    """Whether a pump dose in this unit can be the drug's: units by weight or not, else its own."""
    return unit == drug.dose_unit or {unit, drug.dose_unit} == {"units/h", "units/kg/h"}


def _proof(table: Table | Protocol) -> list[str]:
    try:
        grid = compile_grid(table)
    except SeedError as error:
        return [str(error).removeprefix(f"{table.id}: ") + "."]
    found = []
    inside = np.ix_(*(axis.inside for axis in grid.axes))
    for kind, words in ((GAP, "no row"), (OVERLAP, "more than one row")):
        places = np.argwhere(grid.cells[inside] == kind)
        for place in places[:MOST_EXAMPLES]:
            at = ", ".join(
                _point(axis, axis.inside[p]) for axis, p in zip(grid.axes, place, strict=True)
            )
            found.append(f"{words} for {at}.")
        if len(places) > MOST_EXAMPLES:
            found.append(f"{words} for {show(len(places) - MOST_EXAMPLES)} more combinations.")
    used = set(np.unique(grid.cells))
    found += [
        f"row {i} can never apply." for i in range(1, len(table.rows) + 1) if i - 1 not in used
    ]
    return found


def _point(axis: Axis, slot: int) -> str:
    point = axis.points[slot]
    if axis.values:
        return f"{axis.name} = {point}"
    unit = axis.quantity.names[axis.name].unit
    return f"{axis.name} = {show(point)} {unit}".rstrip()


def _direction(protocol: Protocol, grid: Grid) -> list[str]:
    """A higher result may never raise the rate above what a lower result gives."""
    found = []
    at = [axis.name for axis in grid.axes].index(protocol.measure)
    cells = np.moveaxis(grid.cells, at, 0)[grid.axes[at].inside]
    points = grid.axes[at].points[grid.axes[at].inside]
    target = target_of(protocol)
    # What each row leaves running: 0 while held; else the rate from a running rate of 1 and of 0.
    after = [
        (0.0, 0.0) if (t := r.then).holds or t.stop else (max(t.factor + t.add, 0.0), t.add)
        for r in protocol.rows
    ]
    alone = set(protocol.columns) == {protocol.measure}
    lines = cells.reshape(len(points), -1)
    wrong_way = set()
    for line in lines.T:
        for lower, higher in itertools.pairwise(r for r in line if r >= 0):
            if after[higher][0] > after[lower][0]:
                wrong_way.add((int(lower) + 1, int(higher) + 1))
    for i, row in enumerate(protocol.rows, 1):
        then, reached = row.then, points[(lines == i - 1).any(axis=1)]
        if not len(reached):
            continue
        # With a second column a low measure may be held for another reason.
        lowers = after[i - 1][0] < 1 and (alone or not (then.holds or then.stop))
        if (reached < target.low).all() and lowers:
            found.append(f"row {i} lowers the rate for a result below the target.")
        if (reached > target.high).all() and after[i - 1][0] > 1:
            found.append(f"row {i} raises the rate for a result above the target.")
        if alone and not then.none and target.holds(reached).all():
            found.append(f"row {i} changes the rate within the target.")
        if alone and then.none and not target.holds(_read(protocol, reached)).all():
            found.append(f"row {i} changes nothing for a result outside the target.")
    found += [f"rows {a} and {b} change the rate the wrong way round." for a, b in wrong_way]
    return found


def _read(protocol: Protocol, values: Any) -> Any:
    """Values at the precision at which the protocol reads them."""
    step = protocol.columns[protocol.measure].precision
    return values if step is None else np.round(np.floor(np.round(values / step, 9)) * step, 9)


def _dose_within_ceiling(table: Table, i: int, seeds: Library) -> list[str]:
    drug = seeds.drugs.get(table.drug)
    top = drug.ceiling if drug else None
    dose = table.rows[i - 1].then.get("dose")
    if top is None or dose is None or top.indication != table.indication:
        return []
    highest = max(dose) if isinstance(dose, list) else dose
    if table.outputs.get("dose") != top.unit or highest <= top.value:
        return []
    return [f"row {i} gives {show(highest)} {top.unit}, above the ceiling {show(top.value)}."]


def _conditions(conditions: Iterable[Conditions]) -> list[str]:
    """What is wrong with conditions that no grid compiles."""
    found = []
    seeds = load()
    for when in conditions:
        for name, condition in when.items():
            if name not in seeds.names:
                found.append(f"no quantity is called {name!r}.")
            elif seeds.quantities[seeds.names[name]].kind == "number":
                parts = condition if isinstance(condition, list) else [condition]
                for part in parts:
                    try:
                        if part != "absent":
                            Interval.parse(part)
                    except ValueError as error:
                        found.append(f"{name}: {error}.")
    return found


def cites_of(seed: Table | Protocol) -> Iterator[tuple[str, str]]:
    """Each place of a table or protocol that may cite, and its cite."""
    yield "the file", seed.cite
    rows: Sequence[Row | ProtocolRow] = seed.rows
    for i, row in enumerate(rows, 1):
        if row.cite:
            yield f"row {i}", row.cite
    if isinstance(seed, Protocol):
        if seed.limits.cite:
            yield "limits", seed.limits.cite
        return
    for i, said in enumerate(seed.checks, 1):
        if said.cite or not seed.cite:
            yield f"check {i}", said.cite
    if seed.label_table and seed.label_table.cite:
        yield "label_table", seed.label_table.cite


def _cites(seed: Table | Protocol, seeds: Library) -> list[str]:
    found = []
    for place, cite in cites_of(seed):
        if not cite:
            if place == "the file" and isinstance(seed, Table) and seed.purpose == "check":
                continue
            found.append(f"{place} has no cite: name a source of evidence.toml.")
        elif cite.split()[0] not in seeds.evidence:
            found.append(f"{place} cites {cite.split()[0]!r}, which is not in evidence.toml.")
    return found


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
        yield from (f"{place}: {w}" for w in _conditions(c.when for c in stage.checks))
        for said in stage.checks:
            cites.append(said.cite or stage.cite)
            if sum(map(bool, (said.stop, said.warn, said.note))) != 1:
                yield f"{place}: a check needs one sentence: stop, warn or note."
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


def edges_without_cases(seeds: Library) -> list[str]:
    """Edges of shipped tables and protocols that have no worked case on one of their sides."""
    found = []
    worked = dict(library.cases())
    every: list[Table | Protocol] = [*seeds.tables.values(), *seeds.protocols.values()]
    for seed in every:
        if not seed.rows:
            continue
        lines = worked.get(seed.id, [])
        patients = [check({k: v for k, v in line.items() if k in seeds.names}) for line in lines]
        for axis in compile_grid(seed).axes:
            for edge in _inner_edges(axis):
                values = [_value(patient, axis.name) for patient in patients]
                sides = {np.sign(v - edge) for v in values if v is not None}
                if len(sides) < 2:
                    found.append(f"{seed.id}: {axis.name} at {show(edge)} lacks a case on a side")
    return found


def _inner_edges(axis: Axis) -> Iterator[float]:
    ends = {axis.domain.low, axis.domain.high}
    yield from (edge for edge in axis.edges if edge not in ends)


def _value(patient: Patient, name: str) -> float | None:
    if name == "aptt_ratio":
        aptt, baseline = patient.number("aptt_s"), patient.number("baseline_aptt_s")
        return aptt / baseline if aptt and baseline else None
    return patient.number(name)
