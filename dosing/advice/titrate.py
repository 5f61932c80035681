"""The next step of a titration: what to set the pump to, when to look again, and why."""

from typing import Any

import numpy as np

from dosing.advice.start import capped_weight, concentration, derive, outside
from dosing.advice.step import Step, working
from dosing.advice.targets import target
from dosing.base.findings import Finding, ordered, stopped
from dosing.base.units import show
from dosing.knowledge.library import Library
from dosing.knowledge.seedtypes import Change, Protocol
from dosing.knowledge.sentences import say
from dosing.lint.proved import proved
from dosing.orders import infusion as orders
from dosing.rules.checks import drug_checks, fired, row_findings
from dosing.rules.patients import Patient, check
from dosing.rules.protocols import (
    ACTIONS,
    Changes,
    bolus_total,
    bolus_unit,
    changes,
    inputs_of,
    measure_word,
    measured,
    running_name,
)
from dosing.rules.tables import OUTSIDE, grid_of
from dosing.scores.additive import missing_findings

RATE_NAMES = ("heparin_units_h", "heparin_units_kg_h", "weight_kg", "weight_lb")


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
        The rate running when the sample was drawn; 0 while held. None for heparin whose rate is
        given as ``heparin_units_h``, with the weight. [the protocol's dose unit]
    in_range_before : int or text
        Results in range just before this one, without a change between.
    held_from : float or text, optional
        While held "until in range": the rate to resume at.
    **inputs
        By the registry's names: ``aptt_s``, ``baseline_aptt_s`` or ``anti_xa_units_ml``,
        ``weight_kg`` for the pump rate and the bolus, and anything that the safety checks ask.

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
    seeds = proved()
    if protocol not in seeds.protocols:
        raise ValueError(
            f"there is no protocol {protocol!r}; there are {', '.join(seeds.protocols)}"
        )
    found = seeds.protocols[protocol]
    name = running_name(found)
    if running in (None, ""):
        running = _running_from(seeds, found, inputs)
    asked = {**inputs, name: running, "in_range_before": in_range_before}
    patient, derived = derive(check(asked))
    held = check({name: held_from})
    findings = [*patient.findings, *held.findings]
    by_hour = found.dose_unit == "units/kg/h" and patient.get("heparin_units_h") is not None
    lacks_weight = by_hour and patient.get("weight_kg") is None and running in (None, "")
    needs = [*inputs_of(found), "weight_kg" if lacks_weight else name]
    missing = [n for n in needs if patient.get(n) is None and n not in patient.refused]
    findings += missing_findings(missing)
    rate, resuming = patient.number(name), held.number(name)
    if rate is not None:
        findings += _running_problems(found, rate, resuming is not None)
    given = patient.known([*inputs_of(found), "aptt_ratio"])
    values = measured(found, given)
    if not missing and not patient.stopped and int(grid_of(found).rows_for(values)) == OUTSIDE:
        findings += outside(grid_of(found), values)
    formed = {n: float(v) for n, v in values.items() if n == "aptt_ratio"}
    safety = fired(
        drug_checks(seeds, found.drug, found.indication, "titrate"), patient.having(**formed)
    )
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


def _running_from(seeds: Library, protocol: Protocol, inputs: dict[str, Any]) -> Any:
    """The running rate where it was given under another name: in units/h, with the weight."""
    if protocol.dose_unit == "units/h":
        return inputs.get("heparin_units_h")
    if protocol.dose_unit != "units/kg/h":
        return None
    given = check({n: inputs[n] for n in RATE_NAMES if n in inputs})
    rate, weight = given.number("heparin_units_h"), derive(given)[0].number("weight_kg")
    if rate is None or weight is None:
        return given.get("heparin_units_kg_h")
    return round(rate / capped_weight(seeds, seeds.drugs[protocol.drug], weight)[0], 3)


def _running_problems(protocol: Protocol, rate: float, resuming: bool) -> list[Finding]:
    if resuming:
        return []
    if rate <= 0:
        return [say("not-running", rate=rate, unit=protocol.dose_unit)]
    if rate > protocol.limits.top:
        limits, unit = protocol.limits, protocol.dose_unit
        return [say("above-largest-rate", limits.cite, rate=rate, unit=unit, top=limits.top)]
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
        trace += working(protocol, patient, row.then, int(change.row), resuming is not None)
        cite = row.cite or protocol.cite
        findings += row_findings(row, cite)
        findings += _limit_findings(protocol, change) if resuming is None else []
    findings += safety
    if protocol.note:
        findings.append(Finding("note", protocol.note, protocol.cite))
    word = measure_word(protocol)
    if not seeds.site.confirmed:
        findings.append(say(f"protocol-not-confirmed{'-aptt' if word == 'aPTT' else ''}"))
    if patient.get("baseline_aptt_s") is not None and seeds.drugs[protocol.drug].target:
        window = target(protocol.drug, inputs.get("baseline_aptt_s"))
        findings += window.findings if window.window is None else ()
    pump = _pumps(seeds, protocol, patient, (rate, resume))
    findings += pump[1]
    if stopped(pump[1]):
        action, rate, resume = "", None, None
    numbers = pump[0]
    bolus, unit, total = None, None, None
    if change is not None and action:
        bolus, unit, total = _bolus(seeds, protocol, patient, change, resuming, findings, trace)
    if action == "continue" and numbers[0] is None and patient.get("weight_kg") is None:
        findings.append(say("weight-for-pump"))
    return Step(
        action=action,
        rate=rate,
        unit=protocol.dose_unit,
        pump_ml_h=numbers[0] if action else None,
        given_dose=numbers[2] if action else None,
        bolus=bolus,
        bolus_unit=unit,
        bolus_total=total,
        measure=word,
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


Bolus = tuple[float | None, str | None, float | None]


def _bolus(
    seeds: Library,
    protocol: Protocol,
    patient: Patient,
    change: Changes,
    resuming: float | None,
    findings: list[Finding],
    trace: list[str],
) -> Bolus:
    """The bolus as the protocol prints it, its unit, and what this patient is given."""
    flat = not np.isnan(change.flat_bolus)
    dose, unit = _float(change.flat_bolus if flat else change.bolus), bolus_unit(protocol, flat)
    if dose is None:
        return None, None, None
    if resuming is not None:
        findings.append(say("no-bolus-on-resuming", protocol.cite, dose=dose, unit=unit))
        return None, None, None
    weight = patient.number("weight_kg")
    if weight is None and "/kg" in unit:
        findings.append(say("weight-for-bolus"))
        return dose, unit, None
    at = None if weight is None else capped_weight(seeds, seeds.drugs[protocol.drug], weight)[0]
    total, capped = bolus_total(protocol, change, np.nan if at is None else at)
    mass = unit.split("/")[0]
    if "/kg" in unit:
        exact = show(round(dose * (at or 0), 6))
        trace.append(f"bolus {show(dose)} {unit} × {show(at or 0)} kg = {exact} {mass}")
    if bool(capped):
        trace.append(f"bolus capped at {show(float(total))} {mass}")
        limit = protocol.limits.cite
        findings.append(say("bolus-capped", limit, cap=float(total), unit=mass))
    return dose, unit, float(total)


def _limit_findings(protocol: Protocol, change: Changes) -> list[Finding]:
    found = []
    if protocol.limits.max_rate is None and ACTIONS[int(change.action)] == "increase":
        found.append(say("no-largest-rate", protocol.cite))
    if bool(change.capped):
        limits, unit = protocol.limits, protocol.dose_unit
        found.append(say("at-largest-rate", limits.cite, top=limits.top, unit=unit))
    if bool(change.limited):
        found.append(say("step-cut", protocol.cite))
    if bool(change.emptied):
        found.append(say("emptied", protocol.cite))
    return found


Pumps = tuple[float | None, float | None, float | None]


def _pumps(
    seeds: Library, protocol: Protocol, patient: Patient, rates: tuple[float | None, float | None]
) -> tuple[Pumps, list[Finding]]:
    """Pump rates for the rate now and on resuming, and the dose that the first really gives."""
    drug = seeds.drugs[protocol.drug]
    weight = patient.number("weight_kg")
    mg_ml = concentration(seeds, drug, protocol.dose_unit, patient)
    findings = orders.check_concentration(drug, mg_ml)
    if mg_ml is None or (weight is None and "/kg" in protocol.dose_unit):
        return (None, None, None), findings
    # Where no dose is for each kg, any weight gives the same pump rate.
    dosing_weight, capped = (1.0, []) if weight is None else capped_weight(seeds, drug, weight)
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
            problems = [say("to-resume", f.cite, problem=f.text) for f in problems]
        findings += problems
        pumps.append(None if order is None else order.pump_ml_h)
        if i == 0 and order is not None:
            given = order.given_dose
    return (pumps[0], pumps[1], given), findings
