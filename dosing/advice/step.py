"""One step of a titration in words: the order, what it rests on, and how it was worked out."""

from collections.abc import Mapping
from typing import Any

import attrs

from dosing.base.findings import Finding
from dosing.base.plain import fields_of
from dosing.base.units import show, show_hours
from dosing.knowledge.library import VERSION
from dosing.knowledge.seedtypes import Change, Confirmed, Protocol
from dosing.knowledge.sentences import words
from dosing.rules.protocols import measure_word


@attrs.frozen(kw_only=True)
class Step:
    """What a protocol asks for after one result. ``action`` is empty when it cannot say.

    ``rate`` is what the pump is to run at now: 0 while held or stopped, and what runs already when
    the action is ``wait``; then ``recheck_h`` counts from the draw, and ``redraw_now`` says that
    the next sample is due at once. ``running_rates`` and ``rates`` are the old and the new rate in
    every unit in which they can be said. ``bolus`` is in ``bolus_unit``; ``bolus_total`` is what
    this patient is given, capped.
    """

    action: str
    status: str = "ok"
    rate: float | None
    unit: str
    pump_ml_h: float | None
    given_dose: float | None
    bolus: float | None
    hold_min: float | None
    until_in_range: bool
    resume_rate: float | None
    resume_pump_ml_h: float | None
    recheck_h: float | None
    in_range: bool | None
    notify: bool
    findings: tuple[Finding, ...]
    trace: tuple[str, ...]
    protocol: str
    title: str
    row: int | None
    cite: str
    confirmed: Confirmed | None
    inputs: dict[str, Any]
    missing: tuple[str, ...]
    seeds: str
    running_rates: dict[str, float] = attrs.field(factory=dict)
    rates: dict[str, float] = attrs.field(factory=dict)
    redraw_now: bool = False
    bolus_unit: str | None = None
    bolus_total: float | None = None
    measure: str = "aPTT"
    version: str = VERSION

    def to_dict(self) -> dict[str, Any]:
        """The step as JSON carries it."""
        return fields_of(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Step":
        """The inverse of :meth:`to_dict`."""
        values = dict(data)
        values["findings"] = tuple(Finding(**f) for f in values["findings"])
        for name in ("trace", "missing"):
            values[name] = tuple(values[name])
        return cls(**values)

    @property
    def sentence(self) -> str:
        """The order in one line."""
        if not self.action:
            return words("step-none")
        parts = [self._bolus_words()] if self.bolus is not None else []
        rate = self._rate_words(self.rate, self.pump_ml_h)
        held = self.action == "wait" and not self.rate
        parts += [words("step-wait-held") if held else words(f"step-{self.action}", rate=rate)]
        if self.action == "hold":
            again = self._rate_words(self.resume_rate, self.resume_pump_ml_h)
            if self.resume_rate is None:
                parts.append(words("step-resume-asked"))
            elif self.until_in_range:
                parts.append(words("step-resume-in-range", rate=again, measure=self.measure))
            else:
                wait = show_hours((self.hold_min or 0) / 60)
                parts.append(words("step-resume-after", wait=wait, rate=again))
        if self.notify:
            parts.append(words("step-notify"))
        if self.action == "wait":
            wait = show_hours(self.recheck_h or 0)
            name = "step-redraw-now" if self.redraw_now else "step-next-from-draw"
            parts.append(words(name, measure=self.measure, wait=wait))
        elif self.recheck_h is not None:
            name = "step-next" if self.hold_min is None else "step-next-after-restart"
            parts.append(words(name, measure=self.measure, wait=show_hours(self.recheck_h)))
        return " ".join(parts)

    @property
    def side_by_side(self) -> str:
        """The old and the new rate in every unit; empty where nothing is changed."""
        if self.action in ("", "continue", "wait"):
            return ""
        both = [u for u in ("mL/h", *self.rates) if u in self.rates and u in self.running_rates]
        pairs = [(u, self.running_rates[u], self.rates[u]) for u in dict.fromkeys(both)]
        return "; ".join(f"{show(old)} → {show(new)} {unit}" for unit, old, new in pairs)

    def _bolus_words(self) -> str:
        unit = self.bolus_unit or ""
        if self.bolus_total is None:
            return words("step-bolus-by-weight", dose=self.bolus or 0, unit=unit)
        return words("step-bolus", total=self.bolus_total, unit=unit.split("/")[0])

    def _rate_words(self, rate: float | None, pump: float | None) -> str:
        words = f"{show(rate or 0)} {self.unit}"
        return words if pump is None or not rate else f"{words}: pump {show(pump)} mL/h"

    def __str__(self) -> str:
        lines = [self.title, f"  {self.sentence}"]
        lines += [f"  {self.side_by_side}"] if self.side_by_side else []
        lines += [f"  {finding}" for finding in self.findings]
        lines += [f"  = {line}" for line in self.trace]
        return "\n".join([*lines, f"  source: {self.cite} ({self.confirmed})"])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        import html

        return f"<pre>{html.escape(str(self))}</pre>"


def working(
    protocol: Protocol,
    values: Mapping[str, float],
    then: Change,
    at: int,
    resuming: bool,
    off_scale: Mapping[str, str] | None = None,
) -> list[str]:
    """The arithmetic of a step, as a pharmacist would write it.

    Parameters
    ----------
    protocol : Protocol
    values : mapping
        The rate that runs, and the aPTT and its baseline where they are known.
    then : Change
    at : int
        The place of the row.
    resuming : bool
        Whether the change of the row is left out: nothing is reckoned from the running rate.
    off_scale : mapping, optional
        Results off the scale by name, as they are written: ``> 200 s``.
    """
    off = off_scale or {}
    running, unit = values["running"], protocol.dose_unit
    lines = []
    if protocol.measure == "aptt_ratio" and {"aptt_s", "baseline_aptt_s"} <= values.keys():
        aptt, baseline = values["aptt_s"], values["baseline_aptt_s"]
        one = off.get("aptt_s", f"{show(aptt)} s")
        other = off.get("baseline_aptt_s", f"{show(baseline)} s")
        both = {"aptt_s", "baseline_aptt_s"} <= off.keys()
        ratio = off.get("aptt_ratio", "not known" if both else show(aptt / baseline, 3))
        lines.append(f"aPTT {one} ÷ baseline {other}{':' if off else ' ='} {ratio}")
    elif protocol.measure in off:
        lines.append(f"{measure_word(protocol)} {off[protocol.measure]}")
    when = ", ".join(
        f"{n} {' or '.join(c) if isinstance(c, list) else c}"
        for n, c in protocol.rows[at].when.items()
    )
    lines.append(f"row {at + 1}: {when}")
    if resuming or then.none:
        return lines
    if then.holds:
        again = _arithmetic(running, then.resume_factor, then.resume_add, unit)
        lines.append(f"{again} on resuming")
    elif not then.stop:
        lines.append(_arithmetic(running, then.factor, then.add, unit))
    return lines


def _arithmetic(running: float, factor: float, add: float, unit: str) -> str:
    text = f"{show(running)}"
    if factor != 1:
        text += f" × {show(factor)}"
    if add:
        text += f" {'+' if add > 0 else '-'} {show(abs(add))}"
    return f"{text} = {show(round(running * factor + add, 9))} {unit}"
