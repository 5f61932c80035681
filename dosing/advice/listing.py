"""What exists, as frames: drugs, tables, protocols, scores, and what each of them asks."""

from collections.abc import Iterable
from typing import Any

from dosing.advice.pathways import asked_by_pathway, asked_by_table
from dosing.advice.running import alternatives
from dosing.advice.start import sizes_of
from dosing.advice.stepchecks import asked_beside
from dosing.knowledge.library import Library
from dosing.knowledge.scoretypes import Equation, Score
from dosing.knowledge.seedtypes import Protocol, Table
from dosing.orders.pump import strength_name
from dosing.rules.asked import with_parts
from dosing.rules.checks import drug_checks, safety_checks
from dosing.rules.conditions import names_in
from dosing.rules.convert import limits
from dosing.rules.protocols import inputs_of, running_name
from dosing.rules.read import options_of
from dosing.scoring.door import needs_of


def drugs(seeds: Library) -> Any:
    """A row for each drug: what it is, how it is given, and for what it has tables."""
    by_drug: dict[str, list[str]] = {}
    for table in seeds.tables.values():
        if table.purpose == "start":
            by_drug.setdefault(table.drug, []).append(table.indication)
    return _frame(
        {
            "drug": drug.id,
            "label": drug.label,
            "kind": drug.kind,
            "route": drug.route,
            "indications": ", ".join(sorted(set(by_drug.get(drug.id, ())))),
            "protocols": ", ".join(p.id for p in seeds.protocols.values() if p.drug == drug.id),
        }
        for drug in seeds.drugs.values()
    )


def tables(seeds: Library) -> Any:
    """A row for each table."""
    return _frame(
        {
            "table": table.id,
            "title": table.title,
            "drug": table.drug,
            "indication": table.indication,
            "purpose": table.purpose,
            "authority": table.authority,
            "cite": table.cite,
            "confirmed": table.confirmed or seeds.confirmed(table.cite),
        }
        for table in seeds.tables.values()
    )


def protocols(seeds: Library) -> Any:
    """A row for each titration protocol."""
    return _frame(
        {
            "protocol": one.id,
            "title": one.title,
            "drug": one.drug,
            "indication": one.indication,
            "unit": one.dose_unit,
            "measure": one.measure,
            "target": one.target,
            "cite": one.cite,
            "confirmed": one.confirmed or seeds.confirmed(one.cite),
        }
        for one in seeds.protocols.values()
    )


def scores(seeds: Library) -> Any:
    """A row for each score and equation."""
    every: dict[str, Score | Equation] = {**seeds.scores, **seeds.equations}
    return _frame(
        {
            "score": name,
            "title": every[name].title,
            "unit": every[name].unit,
            "cite": every[name].cite,
            "confirmed": every[name].confirmed or seeds.confirmed(every[name].cite),
        }
        for name in sorted(every)
    )


def inputs(seeds: Library, name: str, indication: str | None = None) -> Any:
    """A row for each input that a drug, protocol, score or pathway may ask.

    ``use`` says when it matters: ``always``, ``by the table`` where it depends on other answers,
    ``check`` where a safety check asks it, ``instead`` where something else would follow from it.
    """
    asked = asked_by(seeds, name, indication)
    rows = []
    for one, use in asked.items():
        quantity = seeds.quantities[seeds.names[one]]
        number = quantity.kind == "number"
        low, high = limits(quantity, one) if number else (None, None)
        rows.append(
            {
                "name": one,
                "label": quantity.label,
                "unit": quantity.names[one].unit,
                "low": low,
                "high": high,
                "answers": "" if number else ", ".join(options_of(quantity)),
                "use": use,
            }
        )
    return _frame(rows)


def asked_by(seeds: Library, name: str, indication: str | None = None) -> dict[str, str]:
    """The inputs that a drug, protocol, score or pathway may ask, and when each matters.

    Raises
    ------
    ValueError
        When nothing is called so.
    """
    if name in seeds.protocols:
        found = _of_protocol(seeds, seeds.protocols[name])
    elif name in seeds.drugs:
        found = _of_drug(seeds, name, indication)
    elif name in seeds.scores or name in seeds.equations:
        found = dict.fromkeys(needs_of(seeds, name), "by the table")
        if name in seeds.equations:
            found |= dict.fromkeys(seeds.equations[name].needs, "always")
    elif name in seeds.pathways:
        found = dict.fromkeys(asked_by_pathway(seeds, seeds.pathways[name]), "by the table")
    else:
        raise ValueError(f"no drug, protocol, score or pathway is called {name!r}")
    for part in with_parts(seeds, tuple(found)):
        if part in seeds.names:
            found.setdefault(part, "instead")
    return found


def _of_drug(seeds: Library, drug: str, indication: str | None) -> dict[str, str]:
    chosen = [
        t
        for t in seeds.tables.values()
        if t.drug == drug and t.purpose == "start" and indication in (None, t.indication)
    ]
    found: dict[str, str] = {}
    for table in chosen:
        found |= dict.fromkeys(sizes_of(table), "always")
    for table in chosen:
        for name in (*table.columns, *asked_by_table(seeds, table)):
            found.setdefault(name, "by the table" if name in table.columns else "check")
    indications = {t.indication for t in chosen}
    for one in indications:
        _add_checks(seeds, found, safety_checks(seeds, drug, one))
    return found


def _add_checks(seeds: Library, found: dict[str, str], several: Iterable[Table]) -> None:
    for table in several:
        for check in table.checks:
            for name in names_in(seeds, check.when):
                found.setdefault(name, "check")


def _of_protocol(seeds: Library, protocol: Protocol) -> dict[str, str]:
    found = dict.fromkeys(dict.fromkeys((running_name(protocol), "running")), "always")
    found |= dict.fromkeys(inputs_of(protocol), "by the table")
    for name in ("weight_kg", strength_name(protocol.dose_unit), "in_range_before"):
        found.setdefault(name, "by the table")
    for name in alternatives(protocol):
        if name != "heparin_units_kg_h":
            found.setdefault(name, "instead")
    for name in asked_beside(seeds, protocol):
        found.setdefault(name, "check")
    for check, _ in drug_checks(seeds, protocol.drug, protocol.indication, "titrate"):
        for name in names_in(seeds, check.when):
            found.setdefault(name, "check")
    return found


def _frame(rows: Iterable[dict[str, Any]]) -> Any:
    import pandas as pd

    return pd.DataFrame(list(rows))
