"""Tables that order nothing: what they say to a patient, such as which protocol or what now."""

from collections.abc import Mapping
from typing import Any

import attrs

from dosing.base.findings import Finding, stopped
from dosing.base.units import show
from dosing.knowledge.dosetypes import Statement
from dosing.knowledge.seedtypes import Confirmed, Table
from dosing.rules.checks import checks_of
from dosing.rules.columns import Patients
from dosing.rules.decide import decide
from dosing.rules.remarks import findings_at


@attrs.frozen(kw_only=True)
class Guidance:
    """What a table of sentences answers; ``says`` is empty while something is missing."""

    table: str
    title: str
    says: dict[str, Any]
    findings: tuple[Finding, ...]
    missing: tuple[str, ...]
    row: int | None
    cite: str
    confirmed: Confirmed | None

    def __str__(self) -> str:
        lines = [self.title]
        lines += [f"  {_said(name, value)}" for name, value in self.says.items()]
        lines += [f"  {finding}" for finding in self.findings]
        return "\n".join([*lines, f"  source: {self.cite} ({self.confirmed})"])


def _said(name: str, value: Any) -> str:
    """One output of a table: a sentence as it is, a number or a range with its name."""
    if isinstance(value, str):
        return value
    ends = value if isinstance(value, list | tuple) else [value]
    return f"{' to '.join(show(end) for end in ends)} ({name.replace('_pct', ', %')})"


def guidance(table: Table, patients: Patients) -> Guidance:
    """What a table of sentences says to one patient."""
    decision = decide(patients, table, checks_of(patients.seeds, table))
    at = int(decision.row[0])
    row = table.rows[at] if at >= 0 else None
    findings = findings_at(decision.remarks, 0)
    blocked = row is None or bool(patients.impossible[0]) or stopped(findings)
    says = row.then.says if row is not None and isinstance(row.then, Statement) else {}
    cite = row.cite if row is not None and row.cite else table.cite
    return Guidance(
        table=table.id,
        title=table.title,
        says={} if blocked else _plain(says),
        findings=findings,
        missing=tuple(
            n for n, where in decision.missing.items() if where[0] and not _refused(patients, n)
        ),
        row=None if row is None else at + 1,
        cite=cite,
        confirmed=(row.confirmed if row else None)
        or table.confirmed
        or patients.seeds.confirmed(cite),
    )


def _plain(says: Mapping[str, Any]) -> dict[str, Any]:
    """What a row says, a range as a list."""
    return {n: list(v) if isinstance(v, tuple) else v for n, v in says.items()}


def _refused(patients: Patients, name: str) -> bool:
    where = patients.is_refused(name)
    return where is not False and bool(where[0])  # type: ignore[index]


def look_up(table: Table, patients: Patients) -> tuple[dict[str, Any], tuple[Finding, ...]]:
    """The outputs of a table for one patient, without what its drug's checks say."""
    decision = decide(patients, table, ())
    said = findings_at((r for r in decision.remarks if r.text != table.note), 0)
    at = int(decision.row[0])
    then = table.rows[at].then if at >= 0 else None
    return _plain(then.says) if isinstance(then, Statement) else {}, said
