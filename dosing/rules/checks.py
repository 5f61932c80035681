"""Safety checks: findings that fire when what was given meets the conditions of a seed."""

from collections.abc import Iterable

from dosing.base.findings import Finding
from dosing.knowledge.library import Library
from dosing.knowledge.seedtypes import Check, ProtocolRow, Row, Table
from dosing.rules.patients import Patient, meets


def row_findings(row: Row | ProtocolRow, cite: str) -> list[Finding]:
    """The findings that a row carries."""
    return [Finding(said.level, said.text, cite) for said in row.says]


def check_findings(seeds: Library, table: Table, patient: Patient) -> list[Finding]:
    """The findings of the table's own checks and of the drug's check tables."""
    found = [(c, table.cite) for c in table.checks]
    found += drug_checks(seeds, table.drug, table.indication, "start")
    return fired(found, patient)


def drug_checks(seeds: Library, drug: str, indication: str, moment: str) -> list[tuple[Check, str]]:
    """The checks of a drug that belong to this moment (``start`` or ``titrate``), with cites."""
    return [
        (c, table.cite)
        for table in safety_checks(seeds, drug, indication)
        for c in table.checks
        if c.only in ("", moment)
    ]


def safety_checks(seeds: Library, drug: str, indication: str) -> list[Table]:
    """The check tables of a drug for an indication."""
    return [
        t
        for t in seeds.tables.values()
        if t.purpose == "check" and t.drug in (drug, "any") and t.indication in (indication, "any")
    ]


def fired(checks: Iterable[tuple[Check, str]], patient: Patient) -> list[Finding]:
    """The findings of those checks whose inputs are all given and meet their conditions."""
    return [
        Finding(check.level, check.text, check.cite or cite)
        for check, cite in checks
        if meets(patient, check.when)
    ]
