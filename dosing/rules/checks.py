"""Which safety checks belong to a drug, an indication and a moment."""

from collections.abc import Iterable

from dosing.knowledge.library import Library
from dosing.knowledge.seedtypes import Check, Table

Cited = tuple[Check, str]


def checks_of(seeds: Library, table: Table) -> tuple[Cited, ...]:
    """The checks of a start table and of its drug, each with its cite."""
    kept = seeds.kept("checks")
    key = ("start", table.id)
    if key not in kept or kept[key][0] is not table:
        own = [(c, table.cite) for c in table.checks]
        kept[key] = (table, (*own, *drug_checks(seeds, table.drug, table.indication, "start")))
    found: tuple[Cited, ...] = kept[key][1]
    return found


def grave_checks_of(seeds: Library, table: Table) -> tuple[Cited, ...]:
    """Those of :func:`checks_of` that say more than what is only to be known."""
    kept = seeds.kept("checks")
    key = ("grave", table.id)
    if key not in kept or kept[key][0] is not table:
        kept[key] = (table, tuple(c for c in checks_of(seeds, table) if c[0].level != "note"))
    found: tuple[Cited, ...] = kept[key][1]
    return found


def drug_checks(seeds: Library, drug: str, indication: str, moment: str) -> tuple[Cited, ...]:
    """The checks of a drug that belong to this moment (``start`` or ``titrate``), with cites."""
    kept = seeds.kept("checks")
    key = (moment, drug, indication)
    if key not in kept:
        kept[key] = tuple(
            (c, table.cite)
            for table in safety_checks(seeds, drug, indication)
            for c in table.checks
            if c.only in ("", moment)
        )
    found: tuple[Cited, ...] = kept[key]
    return found


def safety_checks(seeds: Library, drug: str, indication: str) -> list[Table]:
    """The check tables of a drug for an indication."""
    return [
        t
        for t in seeds.tables.values()
        if t.purpose == "check" and t.drug in (drug, "any") and t.indication in (indication, "any")
    ]


def cited(checks: Iterable[Check], cite: str) -> tuple[Cited, ...]:
    """Checks with the cite that holds where they have none."""
    return tuple((one, cite) for one in checks)
