"""What a clinician is told of a score or an equation."""

from typing import Any

import attrs

from dosing.base.findings import Finding
from dosing.base.plain import fields_of
from dosing.base.units import show
from dosing.knowledge.seedtypes import Confirmed


@attrs.frozen(kw_only=True, repr=False)
class ScoreResult:
    """A score or equation of one patient, with its components.

    ``value`` is None unless ``status`` is ``ok``: it is ``stop`` where a clinical reason forbids,
    ``missing`` or ``impossible`` where the input must first be completed or put right.
    """

    score: str
    title: str
    status: str
    value: float | None
    unit: str = ""
    band: str = ""
    components: dict[str, Any]
    findings: tuple[Finding, ...]
    cite: str
    confirmed: Confirmed | None
    inputs: dict[str, Any]
    missing: tuple[str, ...]
    unused: tuple[str, ...] = ()

    @property
    def refused(self) -> bool:
        """Whether the input must first be completed or put right."""
        return self.status in ("missing", "impossible")

    def to_dict(self) -> dict[str, Any]:
        """The result as JSON carries it."""
        return fields_of(self) | {"refused": self.refused}

    def __str__(self) -> str:
        lines = [self.title]
        if self.value is None:
            lines.append("  no result")
        else:
            band = f" ({self.band})" if self.band else ""
            lines.append(f"  {show(self.value, 3)} {self.unit}".rstrip() + band)
        lines += [
            f"    {name}: {show(v, 3) if isinstance(v, float | int) else v}"
            for name, v in self.components.items()
        ]
        lines += [f"  {finding}" for finding in self.findings]
        return "\n".join([*lines, f"  source: {self.cite} ({self.confirmed})"])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        import html

        return f"<pre>{html.escape(str(self))}</pre>"
