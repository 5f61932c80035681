"""The next step of a titration: what to set the pump to, when to look again, and why."""

from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np

from dosing import orders
from dosing.advice import VERSION, capped_weight, concentration, derive, outside
from dosing.checks import drug_checks, fired
from dosing.findings import Finding, ordered, stopped
from dosing.library import Library
from dosing.lint import checked
from dosing.patients import Patient, check
from dosing.protocols import ACTIONS, Changes, changes, inputs_of, measured
from dosing.seedtypes import Change, Confirmed, Protocol
from dosing.tables import OUTSIDE, grid_of
from dosing.targets import TargetRange, target
from dosing.units import show, show_hours


@attrs.frozen(kw_only=True)
class Step:
    """What a protocol asks for after one result. ``action`` is empty when it cannot say.

    ``rate`` is what the pump is to run at now: 0 while held or stopped.
    """

    action: str
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
    version: str = VERSION

    def to_dict(self) -> dict[str, Any]:
        """The step as JSON carries it."""
        out = attrs.asdict(self, recurse=False)
        out["findings"] = [f.to_dict() for f in self.findings]
        return {k: list(v) if isinstance(v, tuple) else v for k, v in out.items()}

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
            return "No next step: see what is missing or refused."
        parts = [_ACTION_WORDS[self.action].format(self._rate_words(self.rate, self.pump_ml_h))]
        if self.action == "hold":
            again = self._rate_words(self.resume_rate, self.resume_pump_ml_h)
            if self.until_in_range:
                parts.append(f"Resume at {again} when the aPTT is in range.")
            else:
                parts.append(f"Resume after {show_hours((self.hold_min or 0) / 60)} at {again}.")
        if self.notify:
            parts.append("Notify the prescriber.")
        if self.recheck_h is not None:
            after = " after restarting" if self.hold_min is not None else ""
            parts.append(f"Next aPTT in {show_hours(self.recheck_h)}{after}.")
        return " ".join(parts)

    def _rate_words(self, rate: float | None, pump: float | None) -> str:
        words = f"{show(rate or 0)} {self.unit}"
        return words if pump is None or not rate else f"{words}: pump {show(pump)} mL/h"

    def __str__(self) -> str:
        lines = [self.title, f"  {self.sentence}"]
        lines += [
            f"  {f.level}: {f.text}" + (f" [{f.cite}]" if f.cite else "") for f in self.findings
        ]
        lines += [f"  = {line}" for line in self.trace]
        return "\n".join([*lines, f"  source: {self.cite} ({self.confirmed})"])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        import html

        return f"<pre>{html.escape(str(self))}</pre>"


_ACTION_WORDS = {
    "continue": "Continue at {}.",
    "increase": "Increase to {}.",
    "decrease": "Decrease to {}.",
    "hold": "Hold the infusion.",
    "resume": "Resume at {}.",
    "stop": "Stop the infusion.",
}


def titrate(
    protocol: str,
    running: Any,
    *,
    in_range_before: Any = 0,
    held_from: Any = None,
    **inputs: Any,
) -> Step:
    """The next step for one patient, from the rate that runs.

    Parameters
    ----------
    protocol : str
        For example ``"argatroban-ummc-2008-critical"``.
    running : float or text
        The rate running when the sample was drawn; 0 while held. [the protocol's dose unit]
    in_range_before : int or text
        Results in range just before this one, without a change between.
    held_from : float or text, optional
        While held "until in range": the rate to resume at.
    **inputs
        By the registry's names: ``aptt_s``, ``baseline_aptt_s``, ``weight_kg`` for the pump rate,
        and anything that the safety checks ask.

    Returns
    -------
    Step
        Clinical problems, missing and impossible inputs are findings; then ``action`` is empty.

    Raises
    ------
    ValueError
        For an unknown protocol or input, with what exists.

    Examples
    --------
    >>> step = titrate("argatroban-ummc-2008-critical", 0.5, weight_kg=70, aptt_s=95)
    >>> step.action, step.hold_min, step.resume_rate
    ('hold', 30.0, 0.25)
    """
    seeds = checked()
    if protocol not in seeds.protocols:
        raise ValueError(
            f"there is no protocol {protocol!r}; there are {', '.join(seeds.protocols)}"
        )
    found = seeds.protocols[protocol]
    asked = {**inputs, "running": running, "in_range_before": in_range_before}
    patient, derived = derive(check(asked))
    held = check({"running": held_from})
    findings = [*patient.findings, *held.findings]
    needs = [*inputs_of(found), "running"]
    missing = [n for n in needs if patient.get(n) is None and n not in patient.refused]
    findings += [
        Finding("stop", f"{seeds.quantities[seeds.names[n]].label} is needed.") for n in missing
    ]
    rate, resuming = patient.number("running"), held.number("running")
    if rate is not None:
        findings += _running_problems(found, rate, resuming is not None)
    given = patient.known([*inputs_of(found), "aptt_ratio"])
    values = measured(found, given)
    if not missing and not patient.stopped and int(grid_of(found).rows_for(values)) == OUTSIDE:
        findings += outside(grid_of(found), values)
    safety = fired(drug_checks(seeds, found.drug, found.indication, "titrate"), patient)
    change = None
    if not stopped([*findings, *safety]) and rate is not None:
        before = patient.number("in_range_before") or 0
        change = changes(found, rate if resuming is None else resuming, given, before)
        if int(change.row) < 0:
            change = None
    return _step(
        seeds,
        found,
        patient,
        change,
        resuming,
        findings,
        safety,
        missing,
        derived,
        inputs | {"running": running},
    )


def _running_problems(protocol: Protocol, rate: float, resuming: bool) -> list[Finding]:
    if resuming:
        return []
    if rate <= 0:
        return [
            Finding(
                "stop",
                f"The running rate is {show(rate)} {protocol.dose_unit}: it must be above 0."
                " For a held infusion say from which rate it was held.",
            )
        ]
    if rate > protocol.limits.max_rate:
        return [
            Finding(
                "stop",
                f"The running rate {show(rate)} {protocol.dose_unit} is above this protocol's"
                f" largest rate, {show(protocol.limits.max_rate)}: check it, and notify the"
                " prescriber.",
                protocol.limits.cite,
            )
        ]
    return []


def _step(
    seeds: Library,
    protocol: Protocol,
    patient: Patient,
    change: Changes | None,
    resuming: float | None,
    findings: list[Finding],
    safety: list[Finding],
    missing: list[str],
    derived: list[str],
    inputs: dict[str, Any],
) -> Step:
    row = None if change is None else protocol.rows[int(change.row)]
    action, rate, resume = "", None, None
    trace = list(derived)
    if change is not None and row is not None:
        action = ACTIONS[int(change.action)]
        rate = float(change.rate)
        resume = _float(change.resume_rate)
        if resuming is not None:
            action, rate, resume = _while_held(row.then, resuming)
        trace += _trace(protocol, patient, row.then, int(change.row), resuming is not None)
        cite = row.cite or protocol.cite
        findings += [Finding("warn", row.warn, cite)] if row.warn else []
        findings += [Finding("note", row.note, cite)] if row.note else []
        findings += _limit_findings(protocol, change) if resuming is None else []
    findings += safety
    if protocol.note:
        findings.append(Finding("note", protocol.note, protocol.cite))
    if not seeds.site.confirmed:
        findings.append(
            Finding(
                "warn",
                "No hospital has confirmed this protocol here: aPTT limits depend on the"
                " laboratory's reagent, so each hospital must approve its own.",
            )
        )
    window: TargetRange = target(protocol.drug, inputs.get("baseline_aptt_s"))
    if patient.get("baseline_aptt_s") is not None and window.window is None:
        findings += window.findings
    pump = _pumps(seeds, protocol, patient, (rate, resume))
    findings += pump[1]
    if stopped(pump[1]):
        action, rate, resume = "", None, None
    numbers = pump[0]
    if action == "continue" and numbers[0] is None and patient.get("weight_kg") is None:
        findings.append(Finding("note", "Give the weight for the pump rate."))
    return Step(
        action=action,
        rate=rate,
        unit=protocol.dose_unit,
        pump_ml_h=numbers[0] if action else None,
        given_dose=numbers[2] if action else None,
        bolus=None if change is None else _float(change.bolus),
        hold_min=_float(change.hold_min) if change is not None and action == "hold" else None,
        until_in_range=action == "hold" and change is not None and bool(change.until_in_range),
        resume_rate=resume,
        resume_pump_ml_h=numbers[1] if action else None,
        recheck_h=_recheck(protocol, change, action),
        in_range=None if change is None else bool(change.in_range),
        notify=change is not None and bool(change.notify),
        findings=ordered(findings),
        trace=tuple(trace),
        protocol=protocol.id,
        title=protocol.title,
        row=None if change is None else int(change.row) + 1,
        cite=protocol.cite if row is None or not row.cite else row.cite,
        confirmed=(row.confirmed if row is not None else None)
        or protocol.confirmed
        or seeds.confirmed(protocol.cite),
        inputs=inputs,
        missing=tuple(missing),
        seeds=seeds.digest,
    )


def _float(value: Any) -> float | None:
    return None if np.isnan(value) else float(value)


def _while_held(then: Change, held_from: float) -> tuple[str, float, float | None]:
    """A held infusion resumes once the result no longer asks to hold or stop."""
    if then.stop:
        return "stop", 0.0, None
    if then.holds:
        return "hold", 0.0, held_from
    return "resume", held_from, None


def _recheck(protocol: Protocol, change: Changes | None, action: str) -> float | None:
    if change is None or not action:
        return None
    return (
        protocol.recheck.after_change_h if action in ("resume", "hold") else float(change.recheck_h)
    )


def _limit_findings(protocol: Protocol, change: Changes) -> list[Finding]:
    found = []
    top = f"{show(protocol.limits.max_rate)} {protocol.dose_unit}"
    if bool(change.capped):
        found.append(
            Finding(
                "warn",
                f"The largest rate of this protocol, {top}, is reached: the rate is not raised"
                " above it. Notify the prescriber.",
                protocol.limits.cite,
            )
        )
    if bool(change.limited):
        found.append(
            Finding("warn", "The change was cut to the protocol's largest step.", protocol.cite)
        )
    if bool(change.emptied):
        found.append(
            Finding(
                "warn",
                "The protocol's reduction would leave no infusion: it is stopped, and the"
                " prescriber decides how to go on.",
                protocol.cite,
            )
        )
    return found


def _trace(
    protocol: Protocol, patient: Patient, then: Change, at: int, resuming: bool
) -> list[str]:
    running, unit = patient.number("running") or 0.0, protocol.dose_unit
    lines = []
    aptt, baseline = patient.number("aptt_s"), patient.number("baseline_aptt_s")
    if aptt is not None and protocol.measure == "aptt_ratio" and baseline is not None:
        lines.append(
            f"aPTT {show(aptt)} s ÷ baseline {show(baseline)} s = {show(aptt / baseline, 3)}"
        )
    when = ", ".join(
        f"{n} {' or '.join(c) if isinstance(c, list) else c}"
        for n, c in protocol.rows[at].when.items()
    )
    lines.append(f"row {at + 1}: {when}")
    if resuming or then.none:
        return lines
    if then.holds:
        lines.append(
            _arithmetic(running, then.resume_factor, then.resume_add, unit) + " on resuming"
        )
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


Pumps = tuple[float | None, float | None, float | None]


def _pumps(
    seeds: Library, protocol: Protocol, patient: Patient, rates: tuple[float | None, float | None]
) -> tuple[Pumps, list[Finding]]:
    """Pump rates for the rate now and on resuming, and the dose that the first really gives."""
    drug = seeds.drugs[protocol.drug]
    weight = patient.number("weight_kg")
    mg_ml = concentration(seeds, drug, protocol.dose_unit, patient)
    findings = orders.check_concentration(drug, mg_ml)
    if weight is None or mg_ml is None:
        return (None, None, None), findings
    dosing_weight, capped = capped_weight(seeds, drug, weight)
    findings += capped
    pumps: list[float | None] = []
    given = None
    for i, rate in enumerate(rates):
        if rate is None or rate == 0:
            pumps.append(0.0 if rate == 0 else None)
            continue
        order, problems, _ = orders.infusion(
            drug,
            rate,
            unit=protocol.dose_unit,
            weight_kg=dosing_weight,
            concentration_mg_ml=mg_ml,
            step_ml_h=seeds.site.pump_step_ml_h,
        )
        if i == 1:  # a hold is not put off because the pump cannot resume as slowly
            problems = [
                attrs.evolve(f, level="warn", text=f"To resume: {f.text}") for f in problems
            ]
        findings += problems
        pumps.append(None if order is None else order.pump_ml_h)
        if i == 0 and order is not None:
            given = order.given_dose
    return (pumps[0], pumps[1], given), findings
