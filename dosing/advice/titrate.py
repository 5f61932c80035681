"""The next step of a titration: what to set the pump to, when to look again, and why."""

from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from dosing.advice.offscale import cautious
from dosing.advice.running import in_all_units, running_now, running_rates
from dosing.advice.step import Step, working
from dosing.advice.stepchecks import (
    asked_beside,
    beside_the_rows,
    in_domain,
    in_proportion,
    in_time,
    unexpected,
    without_void,
)
from dosing.advice.steppump import pumped
from dosing.advice.targets import windows
from dosing.base.units import show
from dosing.base.vector import number
from dosing.knowledge.library import Library
from dosing.knowledge.seedtypes import Protocol
from dosing.orders.infusion import Infusions, bolus_given, dosing_weight
from dosing.rules.asked import names_asked
from dosing.rules.checks import drug_checks
from dosing.rules.columns import Patients, many_patients
from dosing.rules.critical import alerts
from dosing.rules.decide import (
    OK,
    STATUSES,
    Decision,
    decide,
    needed,
    row_remarks,
    settled,
    status_of,
)
from dosing.rules.derive import derive
from dosing.rules.protocols import (
    ACTIONS,
    CONTINUE,
    DECREASE,
    HOLD,
    INCREASE,
    RESUME,
    STOP,
    WAIT,
    Changes,
    bolus_unit,
    changes,
    measure_word,
    now_name,
    running_name,
    unsettled,
    withheld,
)
from dosing.rules.read import is_blank
from dosing.rules.remarks import Remark, findings_at, remark

Array = npt.NDArray[Any]


@attrs.frozen(eq=False)
class Steps:
    """The next steps of many patients on one protocol; ``action`` is -1 where there is none."""

    protocol: Protocol
    patients: Patients
    decision: Decision
    status: Array
    remarks: tuple[Remark, ...]
    running: Array
    held_from: Array
    change: Changes
    action: Array
    rate: Array
    resume_rate: Array
    recheck_h: Array
    bolus: Array
    bolus_flat: Array
    bolus_total: Array
    pump: Infusions
    again: Infusions
    now: Array
    before_ml_h: Array
    redraw: Array

    @property
    def known(self) -> Array:
        """Who has a next step."""
        return self.action >= 0

    def numbers(self) -> dict[str, Array]:
        """The numbers of the step, NaN for whom there is none."""
        known = self.known
        numbers = {
            "rate": self.rate,
            "pump_ml_h": _pump(self.pump, self.rate),
            "bolus": self.bolus,
            "bolus_total": self.bolus_total,
            "hold_min": np.where(self.action == HOLD, self.change.hold_min, np.nan),
            "resume_rate": self.resume_rate,
            "recheck_h": self.recheck_h,
        }
        return {n: np.where(known, v, np.nan) for n, v in numbers.items()}


HELD = "held_from"  # kept beside the patients' values; no name of the registry


def titrated(seeds: Library, protocol: Protocol, columns: Mapping[str, Any], size: int) -> Patients:
    """The patients of a titration, with the rate that runs under the name that is checked.

    Parameters
    ----------
    seeds : Library
    protocol : Protocol
    columns : mapping
        By the registry's names, ``running`` in the protocol's dose unit, and ``held_from``.
    size : int
    """
    name = running_name(protocol)
    given = dict(columns)
    held = given.pop(HELD, None)
    if name != "running" and "running" in given:
        running = given.pop("running")
        if not _is_empty(running):  # else the rate is given under its own name
            given[name] = running
    if name != "running" and "rate_now" in given:
        given[now_name(protocol)] = given.pop("rate_now")
    patients = derive(many_patients(seeds, given, size))
    held_from = np.full(size, np.nan)
    if held is not None:
        read = many_patients(seeds, {name: held}, size)
        held_from = read.numbers(name)
        patients = attrs.evolve(
            patients,
            remarks=(*patients.remarks, *read.remarks),
            refused=_either(patients.refused, read.refused),
        )
    values = {**patients.values, HELD: held_from}
    return attrs.evolve(patients, values=values, given=(*patients.given, HELD))


def _is_empty(column: Any) -> bool:
    """Whether one value for all was left out."""
    return isinstance(column, list) and all(is_blank(raw) for raw in column)


def _either(one: Mapping[str, Array], other: Mapping[str, Array]) -> dict[str, Array]:
    return {**one, **{k: v | one.get(k, False) for k, v in other.items()}}


def steps(protocol: Protocol, patients: Patients) -> Steps:
    """The next step of many patients, as :func:`titrated` made them."""
    asked = decided_by(patients.seeds, protocol) if patients.beyond else set()

    def answer(some: Patients) -> Steps:
        found = cautious(lambda one: _steps(protocol, one), some, asked)
        said = alerts(some, protocol.drug, protocol.indication)
        return attrs.evolve(found, remarks=(*said, *found.remarks)) if said else found

    return settled(answer, patients, _evolved, cautious=_cautious)


def decided_by(seeds: Library, protocol: Protocol) -> set[str]:
    """The quantities by which a next step may differ."""
    checks = drug_checks(seeds, protocol.drug, protocol.indication, "titrate")
    return names_asked(seeds, (*protocol.columns, *asked_beside(seeds, protocol)), checks)


def _evolved(found: Steps, status: Array, remarks: tuple[Remark, ...]) -> Steps:
    """The steps with those taken back that a contradiction withholds."""
    gone = (status != OK) & (found.status == OK)
    change = withheld(attrs.evolve(found.change, action=found.action), gone)
    kept = change.action >= 0
    return attrs.evolve(
        found,
        status=np.where(kept, OK, status).astype(status.dtype),
        remarks=remarks,
        change=change,
        action=change.action,
        rate=np.where(kept, found.rate, np.nan),
        resume_rate=np.where(gone | ~kept, np.nan, found.resume_rate),
    )


SEVERITY = np.array([{"stop": 3, "hold": 2, "decrease": 1}.get(n, 0) for n in (*ACTIONS, "")])


def _cautious(found: Steps, other: Steps, rows: Array, at: Array) -> Steps:
    """Of two answers to values that contradict each other, the one that gives less.

    ``at`` are the places in ``other`` where the answers differ, ``rows`` those patients' places
    in ``found``.
    """
    mine, theirs = SEVERITY[found.action[rows]], SEVERITY[other.action[at]]
    with np.errstate(invalid="ignore"):
        less = (theirs == mine) & (mine > 0) & (other.rate[at] < found.rate[rows])
    take = (theirs > mine) | less
    return _with_rows(found, other, rows[take], at[take]) if take.any() else found


def _with_rows(mine: Any, other: Any, rows: Array, at: Array) -> Any:
    """One value's arrays with some rows of another's."""
    changed: dict[str, Any] = {}
    for field in attrs.fields(type(mine)):
        a, b = getattr(mine, field.name), getattr(other, field.name)
        if isinstance(a, Changes | Infusions):
            changed[field.name] = _with_rows(a, b, rows, at)
        elif isinstance(a, np.ndarray) and isinstance(b, np.ndarray) and a.ndim == 1:
            a = a.copy()
            a[rows] = b[at]
            changed[field.name] = a
    return attrs.evolve(mine, **changed)


def _steps(protocol: Protocol, patients: Patients) -> Steps:
    seeds = patients.seeds
    runs = running_rates(protocol, patients)
    running, held_from = runs.rate, patients.values[HELD]
    resuming = ~np.isnan(held_from)
    checks = drug_checks(seeds, protocol.drug, protocol.indication, "titrate")
    decision = decide(patients, protocol, checks, rows_say=False)
    said = [*patients.remarks, *runs.remarks(patients, protocol.dose_unit)]
    for name, where in runs.lacking.items():
        where = where & ~resuming
        decision.missing[name] = where | decision.missing.get(name, False)
        said.append(needed(seeds, name, where))
    said += _rate_remarks(protocol, patients, running, ~resuming & ~np.isnan(running))
    said += decision.remarks
    before = np.nan_to_num(patients.numbers("in_range_before"))
    row = without_void(patients, checks, decision.row)
    change = changes(protocol, row, np.where(resuming, held_from, running), before)
    change = _while_held(protocol, change, held_from, resuming)
    change, more = beside_the_rows(protocol, patients, change)
    said += more
    doubted = status_of(patients, decision, said) != OK
    change = unsettled(change, doubted)
    change, redraw, more = _ruled(protocol, patients, change, running, resuming, doubted)
    said += more
    fine = change.action >= 0
    said += row_remarks(protocol, np.where(fine, decision.row, -1))
    said += _limit_remarks(protocol, patients, change, fine & ~resuming)
    said += _remarks_of_site(protocol, patients)
    now = running_now(protocol, patients, runs)
    pump = pumped(protocol, patients, change, now.rate, now.pump_ml_h)
    said += pump.remarks
    status = status_of(patients, decision, said)
    change = unsettled(pump.change, status != OK)
    known = change.action >= 0
    status = np.where(known, OK, status).astype(status.dtype)
    gives = known & (change.action != WAIT)
    bolus, flat, total, more = _bolus(protocol, patients, change, gives, resuming)
    said += more
    unpumped = (change.action == CONTINUE) & patients.lacks("weight_kg") & pump.now.lacking
    if unpumped.any():
        said.append(remark(seeds, "weight-for-pump", unpumped))
    halted = (change.action == RESUME) | (change.action == HOLD)
    after = protocol.recheck.after_change_h
    return Steps(
        protocol, patients, decision, status, tuple(said), running, held_from, change,
        action=change.action,
        rate=np.where(known, change.rate, np.nan),
        resume_rate=np.where(known, change.resume_rate, np.nan),
        recheck_h=np.where(halted, after, change.recheck_h),
        bolus=bolus, bolus_flat=flat, bolus_total=total, pump=pump.now, again=pump.later,
        now=now.rate, before_ml_h=pump.before_ml_h, redraw=redraw & known,
    )  # fmt: skip


def _ruled(
    protocol: Protocol,
    patients: Patients,
    change: Changes,
    running: Array,
    resuming: Array,
    doubted: Array,
) -> tuple[Changes, Array, list[Remark]]:
    """The rules beside the rows, one after another: domain, proportion, time."""
    change, said = in_domain(protocol, patients, change)
    change, more = in_proportion(protocol, patients, change, running)
    said += more
    said += unexpected(protocol, patients, change)
    change, redraw, more = in_time(protocol, patients, change, running, resuming, doubted)
    return change, redraw, said + more


def _rate_remarks(
    protocol: Protocol, patients: Patients, running: Array, where: Array
) -> list[Remark]:
    """A running rate from which no higher one can be reckoned."""
    limits, unit, seeds = protocol.limits, protocol.dose_unit, patients.seeds
    return [
        remark(seeds, "not-running", where & (running <= 0), rate=running, unit=unit),
        remark(
            seeds, "above-largest-rate", where & (running > limits.top), limits.cite,
            rate=running, unit=unit, top=limits.top,
        ),
    ]  # fmt: skip


def _while_held(protocol: Protocol, change: Changes, held_from: Array, resuming: Array) -> Changes:
    """A held infusion resumes once the result no longer asks to hold or stop."""
    if not resuming.any():
        return change
    then = [r.then for r in protocol.rows]
    at = np.where(change.row < 0, -1, change.row)
    stops = np.array([*(t.stop for t in then), False])[at]
    holds = np.array([*(t.holds for t in then), False])[at] & ~stops
    action = np.where(stops, STOP, np.where(holds, HOLD, RESUME))
    rate = np.where(stops | holds, 0.0, held_from)
    again = np.where(holds, held_from, np.nan)
    mine = resuming & (change.row >= 0)
    return attrs.evolve(
        change,
        action=np.where(mine, action, change.action),
        rate=np.where(mine, rate, change.rate),
        resume_rate=np.where(mine, again, change.resume_rate),
    )


def _limit_remarks(
    protocol: Protocol, patients: Patients, change: Changes, where: Array
) -> list[Remark]:
    seeds, limits, cite = patients.seeds, protocol.limits, protocol.cite
    found = []
    if limits.max_rate is None:
        raised = (change.action == INCREASE) & where
        found.append(remark(seeds, "no-largest-rate", raised, cite))
    found.append(
        remark(
            seeds, "at-largest-rate", change.capped & where, limits.cite,
            top=limits.top, unit=protocol.dose_unit,
        )
    )  # fmt: skip
    found.append(remark(seeds, "step-cut", change.limited & where, cite))
    emptied = change.emptied & (change.action == STOP)
    found.append(remark(seeds, "emptied", emptied & where, cite))
    return found


def _remarks_of_site(protocol: Protocol, patients: Patients) -> list[Remark]:
    """That no hospital has confirmed the protocol, and where no aPTT target exists."""
    seeds, found = patients.seeds, []
    if not seeds.site.confirmed:
        by_aptt = measure_word(protocol) == "aPTT"
        name = "protocol-not-confirmed-aptt" if by_aptt else "protocol-not-confirmed"
        found.append(remark(seeds, name))
    if patients.get("baseline_aptt_s") is not None and seeds.drugs[protocol.drug].target:
        window = windows(seeds, protocol.drug, patients)
        none = np.isnan(window.low)
        found += [
            attrs.evolve(r, where=none & ~patients.lacks("baseline_aptt_s") & r.where)
            for r in window.remarks
            if r.level != "needed"
        ]
    return found


def _bolus(
    protocol: Protocol, patients: Patients, change: Changes, known: Array, resuming: Array
) -> tuple[Array, Array, Array, list[Remark]]:
    """The bolus as printed, whether it is flat, what is given, and what is remarked."""
    seeds, limits = patients.seeds, protocol.limits
    flat = ~np.isnan(change.flat_bolus)
    dose = np.where(known, np.where(flat, change.flat_bolus, change.bolus), np.nan)
    printed = ~np.isnan(dose)
    if not printed.any():
        return dose, flat, dose, []
    by_weight = ~flat & ("/kg" in protocol.dose_unit)
    drug = seeds.drugs[protocol.drug]
    weight, _ = dosing_weight(seeds, drug, patients.numbers("weight_kg"))
    most = np.nan if limits.max_bolus is None else limits.max_bolus
    _, total, capped = bolus_given(dose, by_weight, weight, most)
    units = np.where(flat, bolus_unit(protocol, True), bolus_unit(protocol)).astype(object)
    left_out = printed & resuming
    lacks = printed & ~resuming & by_weight & np.isnan(weight)
    mass = protocol.dose_unit.split("/")[0]
    said = [
        remark(seeds, "no-bolus-on-resuming", left_out, protocol.cite, dose=dose, unit=units),
        remark(seeds, "weight-for-bolus", lacks),
        remark(
            seeds, "bolus-capped", printed & ~resuming & capped, limits.cite, cap=total, unit=mass
        ),
    ]
    gone = np.where(resuming, np.nan, 1.0)
    return dose * gone, flat, total * gone, said


def _pump(made: Infusions, rate: Array) -> Array:
    """The pump rate: 0 where nothing runs, NaN where it cannot be said or set."""
    set_to = np.where(made.too_slow, np.nan, made.pump_ml_h)
    return np.where(rate == 0, np.where(made.lacking, np.nan, 0.0), set_to)


def step_of(found: Steps, i: int, inputs: Mapping[str, Any]) -> Step:
    """The next step of one of the patients, in full."""
    protocol, patients = found.protocol, found.patients
    seeds, change = patients.seeds, found.change
    known = bool(found.known[i])
    at = int(change.row[i])
    row = protocol.rows[at] if known else None
    numbers: dict[str, Any] = {n: number(v[i]) for n, v in found.numbers().items()}
    action = ACTIONS[int(found.action[i])] if known else ""
    derived = [said for words in patients.derived.values() if (said := words(i))]
    again = _pump(found.again, found.resume_rate)
    unit = bolus_unit(protocol, bool(found.bolus_flat[i]))
    trace = [*derived, *(_working(found, i) if row is not None else ())]
    return Step(
        action=action,
        status=STATUSES[int(found.status[i])],
        unit=protocol.dose_unit,
        given_dose=_given(found, i) if known else None,
        bolus_unit=None if numbers["bolus"] is None else unit,
        measure=measure_word(protocol),
        until_in_range=action == "hold" and bool(change.until_in_range[i]),
        resume_pump_ml_h=number(again[i]) if known else None,
        in_range=bool(change.in_range[i]) if known else None,
        notify=known and bool(change.notify[i]),
        findings=findings_at(found.remarks, i),
        trace=tuple(trace),
        protocol=protocol.id,
        title=protocol.title,
        row=None if row is None else at + 1,
        cite=protocol.cite if row is None or not row.cite else row.cite,
        confirmed=seeds.grade(protocol, row),
        inputs=dict(inputs),
        missing=tuple(n for n, where in found.decision.missing.items() if where[i]),
        seeds=seeds.digest,
        redraw_now=bool(found.redraw[i]),
        **_both_rates(found, i),
        **numbers,
    )


def _both_rates(found: Steps, i: int) -> dict[str, Any]:
    """The rate that ran and the new one, in every unit in which they can be said."""
    protocol, patients = found.protocol, found.patients
    drug = patients.seeds.drugs[protocol.drug]
    weight = float(dosing_weight(patients.seeds, drug, patients.numbers("weight_kg"))[0][i])
    unit, pump = protocol.dose_unit, number(found.numbers()["pump_ml_h"][i])
    old, new = number(found.now[i]), number(found.rate[i])
    return {
        "running_rates": in_all_units(old, unit, weight, number(found.before_ml_h[i])),
        "rates": in_all_units(new, unit, weight, pump) if found.known[i] else {},
    }


def next_step(seeds: Library, protocol: Protocol, inputs: Mapping[str, Any]) -> Step:
    """The next step of one patient.

    Parameters
    ----------
    seeds : Library
    protocol : Protocol
    inputs : mapping
        By the registry's names, with ``running``, ``in_range_before`` and ``held_from``.
    """
    patients = titrated(seeds, protocol, {n: [v] for n, v in inputs.items()}, 1)
    said = {n: v for n, v in inputs.items() if n not in ("in_range_before", HELD)}
    return step_of(steps(protocol, patients), 0, said)


def _given(found: Steps, i: int) -> float | None:
    rate = found.rate[i]
    return None if rate == 0 or np.isnan(rate) else number(found.pump.given_dose[i])


def _working(found: Steps, i: int) -> list[str]:
    """The arithmetic of one patient's step and bolus."""
    protocol, patients = found.protocol, found.patients
    at = int(found.change.row[i])
    names = ("aptt_s", "baseline_aptt_s")
    values = {n: float(v) for n in names if (v := patients.numbers(n)[i]) == v}
    off = {n: patients.told(n, i) for n, one in patients.beyond.items() if one.side[i]}
    values["running"] = float(np.nan_to_num(found.running[i]))
    rowed = int(found.action[i]) in (INCREASE, DECREASE, HOLD)
    asked = int(found.action[i]) == HOLD and np.isnan(found.resume_rate[i])
    plain = rowed and not asked and np.isnan(found.held_from[i])
    lines = working(protocol, values, protocol.rows[at].then, at, not plain, off)
    return lines + _bolus_working(found, i)


def _bolus_working(found: Steps, i: int) -> list[str]:
    dose, total = number(found.bolus[i]), number(found.bolus_total[i])
    if dose is None or total is None:
        return []
    protocol, patients = found.protocol, found.patients
    unit = bolus_unit(protocol, bool(found.bolus_flat[i]))
    mass = unit.split("/")[0]
    lines = []
    wanted = dose
    if "/kg" in unit:
        drug = patients.seeds.drugs[protocol.drug]
        weight = float(dosing_weight(patients.seeds, drug, patients.numbers("weight_kg"))[0][i])
        wanted = round(dose * weight, 6)
        lines.append(f"bolus {show(dose)} {unit} × {show(weight)} kg = {show(wanted)} {mass}")
    if wanted > total:
        lines.append(f"bolus capped at {show(total)} {mass}")
    return lines
