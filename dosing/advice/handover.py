"""Handing over to warfarin after HIT: whether the platelets allow it."""

from typing import Any

import attrs

from dosing.advice.start import dose_range, start
from dosing.base.findings import Finding
from dosing.base.interval import Interval
from dosing.knowledge.sentences import words
from dosing.lint.proved import proved
from dosing.rules.patients import check


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


def warfarin_gate(platelets: Any = None, option: str | None = None, **inputs: Any) -> Gate:
    """Whether the platelets allow warfarin after HIT.

    Parameters
    ----------
    platelets : float or text, optional
        [10⁹/L]
    option : {"ash-2018", "accp-2004"}, optional
        At least 150, or more than 150; default the site's choice.
    **inputs
        For the checks: ``dose_mg``, ``overlap_days``, ``inr``, ``on_vka`` and others.

    Examples
    --------
    >>> warfarin_gate(150, "ash-2018").open, warfarin_gate(150, "accp-2004").open
    (True, False)
    """
    seeds = proved()
    option = option or seeds.site.warfarin_gate
    advice = start("warfarin", "hit", option, platelets=platelets, **inputs)
    table = seeds.tables[advice.table]
    allowed = next(r for r in table.rows if not r.refuses)
    interval = Interval.parse(str(allowed.when["platelets"]))
    edge = "gate-at-least" if interval.low_closed else "gate-more-than"
    gate = words(edge, count=interval.low)
    known = advice.row is not None
    opened = None if not known else not table.rows[(advice.row or 1) - 1].refuses
    count = check({"platelets": platelets}).number("platelets")
    if opened is None or count is None:
        text = words("gate-needed", gate=gate, option=option)
        opened = None
    elif opened:
        first = dose_range(allowed)[0]
        text = words("gate-open", count=count, gate=gate, option=option, first=first)
    else:
        text = words("gate-closed", count=count, gate=gate, option=option)
    return Gate(
        open=opened,
        text=text,
        findings=advice.findings,
        threshold=interval.low,
        inclusive=interval.low_closed,
        cite=advice.cite,
    )
