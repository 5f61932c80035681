"""Handing over to warfarin after HIT: whether the platelets allow it."""

from collections.abc import Mapping
from typing import Any

import attrs

from dosing.advice.start import Advice, advice_of, starts, table_of
from dosing.base.bounds import told
from dosing.base.findings import Finding
from dosing.base.interval import Interval
from dosing.base.vector import number
from dosing.knowledge.dosetypes import FixedDose
from dosing.knowledge.library import Library
from dosing.knowledge.sentences import words
from dosing.rules.derive import patient_of


@attrs.frozen(kw_only=True)
class Gate:
    """Whether warfarin may start; ``open`` is None while the platelets are unknown."""

    open: bool | None
    text: str
    findings: tuple[Finding, ...]
    threshold: float
    inclusive: bool
    cite: str

    def to_dict(self) -> dict[str, Any]:
        return attrs.asdict(self)


def gate_of(seeds: Library, advice: Advice, count: float | str | None) -> Gate:
    """What an authority's advice on warfarin after HIT says of the platelets.

    Parameters
    ----------
    seeds : Library
    advice : Advice
        On warfarin in HIT.
    count : float or str, optional
        Platelets, or the bound of a count off the scale. [10⁹/L]
    """
    table, option = seeds.tables[advice.table], advice.authority_label
    allowed = next(r for r in table.rows if not r.refuses)
    interval = Interval.parse(str(allowed.when["platelets"]))
    edge = "gate-at-least" if interval.low_closed else "gate-more-than"
    gate = words(edge, seeds, count=interval.low)
    opened = None if advice.row is None else not table.rows[advice.row - 1].refuses
    if opened is None or count is None:
        text = words("gate-needed", seeds, gate=gate, option=option)
        opened = None
    elif opened:
        assert isinstance(allowed.then, FixedDose)
        first = allowed.then.ordered
        text = words("gate-open", seeds, count=count, gate=gate, option=option, first=first)
    else:
        text = words("gate-closed", seeds, count=count, gate=gate, option=option)
    return Gate(
        open=opened,
        text=text,
        findings=advice.findings,
        threshold=interval.low,
        inclusive=interval.low_closed,
        cite=advice.cite,
    )


def warfarin_gate(
    seeds: Library,
    platelets: Any,
    option: str | None = None,
    inputs: Mapping[str, Any] | None = None,
) -> Gate:
    """Whether the platelets allow warfarin after HIT, by an authority or the site's choice."""
    table = table_of(seeds, "warfarin", "hit", option or seeds.site.warfarin_gate)
    given = {"platelets": platelets, **(inputs or {})}
    patients = patient_of(seeds, given)
    advice = advice_of(starts(table, patients), 0, given)
    count: float | str | None = number(patients.numbers("platelets")[0])
    if "platelets" in patients.beyond and patients.side("platelets")[0]:
        one = patients.beyond["platelets"]
        count = told(int(one.side[0]), float(one.bound[0]), "")
    return gate_of(seeds, advice, count)
