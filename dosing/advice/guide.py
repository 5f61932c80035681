"""Tables that order nothing: what they say to a patient, such as which protocol or what now."""

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from dosing.base.findings import Finding, stopped
from dosing.base.units import show
from dosing.knowledge.dosetypes import Statement
from dosing.knowledge.seedtypes import Confirmed, Table
from dosing.rules.asked import names_asked
from dosing.rules.checks import Cited, checks_of
from dosing.rules.columns import Patients
from dosing.rules.decide import Decision, decide, fired, status_of, unsettled
from dosing.rules.offscale import certain
from dosing.rules.remarks import Remark, findings_at

Array = npt.NDArray[Any]


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


@attrs.frozen(eq=False)
class _Decided:
    """A decision as an answer: two are the same where the row is."""

    decision: Decision
    status: Array
    remarks: tuple[Remark, ...]

    def numbers(self) -> dict[str, Array]:
        return {"row": self.decision.row}


def _asking(found: _Decided, needs: dict[str, Array], remarks: tuple[Remark, ...]) -> _Decided:
    decision = unsettled(found.decision, needs)
    return _Decided(decision, found.status, (*remarks, *found.remarks))


def _decided(table: Table, patients: Patients, checks: tuple[Cited, ...]) -> Decision:
    """The row for each patient, none where it depends on a number that only has a bound."""
    if not patients.beyond:
        return decide(patients, table, checks)

    def answer(some: Patients) -> _Decided:
        made = decide(some, table, checks)
        return _Decided(made, status_of(some, made, made.remarks), tuple(made.remarks))

    asked = names_asked(patients.seeds, table.columns, checks)
    found = certain(answer, patients, asked, _asking)
    return attrs.evolve(found.decision, remarks=[*found.remarks])


def guidance(table: Table, patients: Patients) -> Guidance:
    """What a table of sentences says to one patient."""
    decision = _decided(table, patients, checks_of(patients.seeds, table))
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


@attrs.frozen(eq=False)
class _Said:
    """What checks say, as an answer: two are the same where the same checks speak."""

    remarks: tuple[Remark, ...]
    size: int

    @property
    def status(self) -> Array:
        return np.zeros(self.size, dtype=np.int8)

    def numbers(self) -> dict[str, Array]:
        speaks: dict[str, Array] = {}
        for one in self.remarks:
            speaks[one.text] = speaks.get(one.text, np.zeros(self.size)) + one.where
        return speaks


def surely_fired(patients: Patients, checks: Sequence[Cited]) -> list[Remark]:
    """What checks say whatever a result off the scale stands for, or that its number is needed."""
    if patients.meant or not patients.beyond:
        return fired(patients, checks)

    def answer(some: Patients) -> _Said:
        return _Said(tuple(fired(some, checks)), some.size)

    def asking(found: _Said, needs: dict[str, Array], said: tuple[Remark, ...]) -> _Said:
        asks = (r for r in said if r.level == "needed")
        return _Said((*asks, *found.remarks), found.size)

    asked = names_asked(patients.seeds, (), checks)
    return list(certain(answer, patients, asked, asking).remarks)


def _plain(says: Mapping[str, Any]) -> dict[str, Any]:
    """What a row says, a range as a list."""
    return {n: list(v) if isinstance(v, tuple) else v for n, v in says.items()}


def _refused(patients: Patients, name: str) -> bool:
    where = patients.is_refused(name)
    return where is not False and bool(where[0])  # type: ignore[index]


def look_up(table: Table, patients: Patients) -> tuple[dict[str, Any], tuple[Finding, ...]]:
    """The outputs of a table for one patient, without what its drug's checks say."""
    decision = _decided(table, patients, ())
    said = findings_at((r for r in decision.remarks if r.text != table.note), 0)
    at = int(decision.row[0])
    then = table.rows[at].then if at >= 0 else None
    return _plain(then.says) if isinstance(then, Statement) else {}, said
