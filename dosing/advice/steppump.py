"""Whether the pump can give the next step, and what it is set to when it cannot quite."""

from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from dosing.knowledge.seedtypes import Drug, Protocol
from dosing.orders.infusion import (
    Infusions,
    Pump,
    dosing_weight,
    infusions,
    is_coarse,
    rounding_error,
    rounding_remarks,
    step_of_pump,
    strength_of,
    strength_remarks,
    what_would_do,
)
from dosing.orders.pump import dose_of_pump_rate
from dosing.rules.columns import Patients
from dosing.rules.protocols import (
    CONTINUE,
    DECREASE,
    HOLD,
    INCREASE,
    RESUME,
    WAIT,
    Changes,
    withheld,
)
from dosing.rules.remarks import Remark, remark

Array = npt.NDArray[Any]


@attrs.frozen(eq=False)
class Pumped:
    """What the pumps are set to: now, on resuming, and what they were set to before."""

    change: Changes
    now: Infusions
    later: Infusions
    before_ml_h: Array
    remarks: list[Remark]


def pumped(
    protocol: Protocol, patients: Patients, change: Changes, running: Array, shown: Array | None
) -> Pumped:
    """The pump for the rate now and on resuming; a step that it cannot give is not given."""
    seeds, unit = patients.seeds, protocol.dose_unit
    drug = seeds.drugs[protocol.drug]
    strength = strength_of(patients, drug, unit)
    said = strength_remarks(seeds, drug, strength)
    weight = patients.numbers("weight_kg")
    known = ~np.isnan(strength) & (~np.isnan(weight) | ("/kg" not in unit))
    for one in said:
        if one.level == "stop":  # the concentrate: what a pump would be set to is not said
            known = known & ~np.asarray(one.where)
            strength = np.where(one.where, np.nan, strength)
    weight, capped = dosing_weight(seeds, drug, weight, known)
    pump = Pump(strength, step_of_pump(patients))
    asks = (change.action != DECREASE) & (change.action != WAIT)
    made = [
        infusions(seeds, rate, unit, weight, pump, where=where)
        for rate, where in (
            (change.rate, known & asks),
            (change.resume_rate, known),
            (running, np.zeros(patients.size, dtype=bool)),
        )
    ]
    now, later, before = made
    said += [*capped, *now.remarks]
    # A hold is not put off because the pump cannot resume as slowly.
    said += _resuming(seeds, drug, later, change)
    was = np.where(before.too_slow, 0.0, before.pump_ml_h)
    if shown is not None:
        was = np.where(np.isnan(shown), was, shown)
    now, kept = _unchanged(now, change, running, shown)
    lowered, now, more = _lowered(protocol, patients, change, now, was)
    said += more
    settled = (lowered.action == change.action) & ~kept
    change, more = _raised(drug, patients, lowered, now, was, shown)
    said += more
    said += _next_step(protocol, patients, change, now, pump, weight, settled)
    return Pumped(change, now, later, was, said)


def _resuming(seeds: Any, drug: Drug, later: Infusions, change: Changes) -> list[Remark]:
    found = []
    holds = change.action == HOLD
    for one in later.remarks:
        where = np.asarray(one.where)
        if where.any():
            texts = {int(i): one.text_at(int(i)) for i in np.flatnonzero(where)}
            found.append(remark(seeds, "to-resume", where, one.cite, problem=texts))
    coarse, _ = is_coarse(seeds, later)
    for one in rounding_remarks(
        seeds, drug, later, coarse & holds & ~later.too_slow, ~holds & holds
    ):
        texts = {int(i): one.text_at(int(i)) for i in np.flatnonzero(one.where)}
        found.append(remark(seeds, "to-resume", one.where, problem=texts))
    return found


def _unchanged(
    now: Infusions, change: Changes, running: Array, shown: Array | None
) -> tuple[Infusions, Array]:
    """Where the pump goes on as it shows, it is not set anew."""
    kept = np.zeros(change.action.shape, dtype=bool)
    if shown is None:
        return now, kept
    kept = ~np.isnan(shown) & (change.rate == running)
    kept &= (change.action == CONTINUE) | (change.action == WAIT)
    return _set(now, np.where(kept, shown, now.pump_ml_h)), kept


def _set(made: Infusions, pump_ml_h: Array) -> Infusions:
    """The pumps set otherwise, with the dose that they then give."""
    given = dose_of_pump_rate(pump_ml_h, made.unit, made.weight_kg, made.strength)
    return attrs.evolve(
        made,
        pump_ml_h=pump_ml_h,
        given_dose=np.round(given, 6),
        too_slow=pump_ml_h <= 0,
    )


def _lowered(
    protocol: Protocol, patients: Patients, change: Changes, now: Infusions, was: Array
) -> tuple[Changes, Infusions, list[Remark]]:
    """A reduction that the pump cannot show: its nearest lower setting, or a hold."""
    mine = (change.action == DECREASE) & ~np.isnan(now.pump_ml_h)
    if not mine.any():
        return change, now, []
    seeds = patients.seeds
    step = np.broadcast_to(now.step_ml_h, now.pump_ml_h.shape)
    coarse, gross = is_coarse(seeds, now)
    odd = mine & (gross | now.too_slow | (now.pump_ml_h >= was))
    said = list(
        rounding_remarks(seeds, seeds.drugs[protocol.drug], now, mine & coarse & ~odd, ~mine & mine)
    )
    if not odd.any():
        return change, now, said
    lower = np.round(np.floor(np.round(now.wanted_ml_h / step, 6)) * step, 6)
    lower = np.where(lower >= was, np.round(was - step, 6), lower)
    empty = odd & ~(lower > 0)
    wanted = now.wanted_ml_h
    said += [
        remark(seeds, "lower-setting", odd & ~empty, wanted=wanted, pump=lower),
        remark(seeds, "lower-is-hold", empty, wanted=wanted, least=step),
    ]
    change = attrs.evolve(
        change,
        action=np.where(empty, HOLD, change.action),
        rate=np.where(empty, 0.0, change.rate),
        notify=change.notify | empty,
    )
    return change, _set(now, np.where(odd, np.where(empty, 0.0, lower), now.pump_ml_h)), said


def _raised(
    drug: Drug,
    patients: Patients,
    change: Changes,
    now: Infusions,
    was: Array,
    shown: Array | None,
) -> tuple[Changes, list[Remark]]:
    """An increase or a restart that the pump cannot give, or by which it would be set lower."""
    seeds = patients.seeds
    more = (change.action == INCREASE) | (change.action == RESUME)
    coarse, gross = is_coarse(seeds, now)
    refuses = more & gross & ~now.too_slow
    said = list(rounding_remarks(seeds, drug, now, more & coarse & ~gross, refuses))
    raised = (change.action == INCREASE) & ~refuses & ~now.too_slow
    entered = False if shown is None else ~np.isnan(shown)
    wrong = raised & (now.pump_ml_h < was) & entered
    same = raised & (now.pump_ml_h <= was) & ~wrong
    if wrong.any():
        said.append(remark(seeds, "pump-against-word", wrong, was=was, pump=now.pump_ml_h))
    if same.any():
        said.append(remark(seeds, "pump-shows-no-change", same, pump=now.pump_ml_h))
    return withheld(change, refuses | wrong), said


def _next_step(
    protocol: Protocol, patients: Patients, change: Changes, now: Infusions, pump: Pump,
    weight: Array, settled: Array,
) -> list[Remark]:  # fmt: skip
    """Whether the step after this one could be set on the pump."""
    mine = (change.action == INCREASE) | (change.action == DECREASE) | (change.action == RESUME)
    mine &= settled & ~np.isnan(now.pump_ml_h)
    if not mine.any():
        return []
    seeds, nobody = patients.seeds, np.zeros(patients.size, dtype=bool)
    mine &= rounding_error(now) <= seeds.site.rounding_warn_pct / 100
    found = nobody.copy()
    better: dict[int, str] = {}
    for factor, add in {(r.then.factor, r.then.add) for r in protocol.rows if r.then.plain}:
        rate = np.where(mine, change.rate * factor + add, np.nan)
        rate = np.where(rate > 0, rate, np.nan)
        made = infusions(seeds, rate, protocol.dose_unit, weight, pump, where=nobody)
        coarse = is_coarse(seeds, made)[0] | (made.pump_ml_h == now.pump_ml_h)
        drug = seeds.drugs[protocol.drug]
        for i in np.flatnonzero(coarse & ~found):
            better[int(i)] = what_would_do(seeds, drug, made, int(i))
        found |= coarse
    return [remark(seeds, "next-step-coarse", found, better=better)] if found.any() else []
