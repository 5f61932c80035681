"""Titration: from the rate that runs and the new laboratory result to the next rate.

A change is always from the running rate, never from the first one. All functions take one patient
or arrays of many.
"""

from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from dosing.base.interval import Interval
from dosing.knowledge.seedtypes import Protocol

Array = npt.NDArray[Any]
ACTIONS = ("continue", "increase", "decrease", "hold", "stop", "resume", "wait")
CONTINUE, INCREASE, DECREASE, HOLD, STOP, RESUME, WAIT = range(len(ACTIONS))
# By the action, and last where there is none: what gives less, and what is never withheld.
LOWERS = np.array([n in ("decrease", "hold", "stop") for n in (*ACTIONS, "")])
STANDS = np.array([n in ("decrease", "hold", "stop", "wait") for n in (*ACTIONS, "")])


@attrs.frozen(eq=False)
class Changes:
    """What a protocol says for each patient; arrays of one shape.

    ``row`` is negative and every number NaN where a value is missing or impossible.
    """

    row: Any
    action: Any
    rate: Any
    resume_rate: Any
    hold_min: Any
    until_in_range: Any
    bolus: Any
    flat_bolus: Any
    notify: Any
    in_range: Any
    capped: Any
    limited: Any
    emptied: Any
    recheck_h: Any


def inputs_of(protocol: Protocol) -> tuple[str, ...]:
    """What must be measured for this protocol, under the registry's names."""
    names = [name for name in protocol.columns if name != "aptt_ratio"]
    if "aptt_ratio" in protocol.columns:
        names += [name for name in ("aptt_s", "baseline_aptt_s") if name not in names]
    return tuple(names)


def target_of(protocol: Protocol) -> Interval:
    """The range that the protocol seeks, in the unit of its measure."""
    return Interval.parse(protocol.target)


def measure_word(protocol: Protocol) -> str:
    """What the protocol goes by, as it is said in an order."""
    return "anti-Xa" if protocol.measure.startswith("anti_xa") else "aPTT"


def running_name(protocol: Protocol) -> str:
    """Under which name a running rate is checked: what is possible differs by the unit."""
    return "heparin_units_h" if protocol.dose_unit == "units/h" else "running"


def now_name(protocol: Protocol) -> str:
    """Under which name the rate is given that runs now, where it is not the one of the sample."""
    return "rate_now_units_h" if protocol.dose_unit == "units/h" else "rate_now"


def bolus_unit(protocol: Protocol, flat: bool = False) -> str:
    """The unit of a protocol's bolus: for each kg where its doses are, unless it is flat.

    Examples
    --------
    >>> from dosing.knowledge.library import load
    >>> bolus_unit(load().protocols["heparin-raschke-1993"])
    'units/kg'
    """
    mass = protocol.dose_unit.split("/")[0]
    return f"{mass}/kg" if "/kg" in protocol.dose_unit and not flat else mass


def changes(protocol: Protocol, row: Any, running: Any, in_range_before: Any = 0) -> Changes:
    """Apply the rows of a protocol.

    Parameters
    ----------
    protocol : Protocol
    row : ndarray of int
        The row that answers each patient; negative where none does.
    running : ndarray
        The rate running when the sample was drawn. Where it is not known, not above 0, or above
        the protocol's ceiling, a row may still hold or stop, and lower what runs; it says then
        no rate for resuming. [the protocol's dose unit]
    in_range_before : int or array
        Results in range immediately before this one, without a change between.

    Returns
    -------
    Changes
    """
    then = [r.then for r in protocol.rows]
    running = np.asarray(running, dtype=float)
    usable = (running > 0) & (running <= protocol.limits.top)
    if not usable.all():
        halts = np.array([*(t.holds or t.stop for t in then), False])[np.maximum(row, -1)]
        lowers = np.array([*(t.lowers for t in then), False])[np.maximum(row, -1)]
        row = np.where(usable | halts | (lowers & (running > 0)), row, np.minimum(row, -1))
    known = row >= 0

    def of(values: list[Any], missing: Any = np.nan) -> Any:
        return np.where(known, np.array(values)[row], missing)

    factor, add = of([t.factor for t in then]), of([t.add for t in then])
    hold = of([t.holds for t in then], False).astype(bool)
    stop = of([t.stop for t in then], False).astype(bool)
    unchanged = of([t.none for t in then], False).astype(bool)
    wanted = np.round(running * factor + add, 9)
    rate, limited, capped = _within(protocol, running, wanted)
    resume = running * of([t.resume_factor for t in then]) + of([t.resume_add for t in then])
    resume = np.where(hold & usable, np.round(resume, 9), np.nan)
    emptied = known & ((hold & (resume <= 0)) | (~hold & ~stop & (rate <= 0)))
    stop, hold = stop | emptied, hold & ~emptied
    action = np.select(
        [stop, hold, rate > running, rate < running],
        [STOP, HOLD, INCREASE, DECREASE],
        CONTINUE,
    )
    until = of([t.hold is not None for t in then], False).astype(bool) & hold
    capped = capped & ~hold & ~stop & (wanted >= running)
    above = known & (running > protocol.limits.top)
    return Changes(
        row=row,
        action=np.where(known, action, -1),
        rate=np.where(hold | stop, 0.0, np.where(known, rate, np.nan)),
        resume_rate=np.where(hold, resume, np.nan),
        hold_min=np.where(hold, of([t.hold_min or np.nan for t in then]), np.nan),
        until_in_range=until,
        bolus=of([np.nan if t.bolus is None else t.bolus for t in then]),
        flat_bolus=of([np.nan if t.flat_bolus is None else t.flat_bolus for t in then]),
        notify=of([t.notify for t in then], False).astype(bool) | stop | capped | above,
        in_range=unchanged,
        capped=capped,
        limited=limited & ~hold & ~stop,
        emptied=emptied,
        recheck_h=np.where(known, _recheck(protocol, unchanged, in_range_before), np.nan),
    )


def _within(protocol: Protocol, running: Any, wanted: Any) -> tuple[Any, Any, Any]:
    """The wanted rate within the largest step and the ceiling, and where either bound."""
    limits = protocol.limits
    rate = wanted
    limited = np.zeros(np.shape(wanted), dtype=bool)
    if limits.max_step is not None:
        rate = np.clip(wanted, running - limits.max_step, running + limits.max_step)
        limited = rate != wanted
    capped = rate > limits.top
    return np.where(capped, limits.top, rate), limited, capped


def _recheck(protocol: Protocol, unchanged: Any, in_range_before: Any) -> Any:
    rule = protocol.recheck
    in_range_h: Any = rule.in_range_h
    if rule.stable_after is not None and rule.stable_h is not None:
        stable = np.asarray(in_range_before) + 1 >= rule.stable_after
        in_range_h = np.where(stable, rule.stable_h, in_range_h)
    return np.where(unchanged, in_range_h, rule.after_change_h)


def withheld(change: Changes, where: Array) -> Changes:
    """The changes without those that are withheld: never what lowers, nor what only waits."""
    gone = where & ~STANDS[change.action]
    if not gone.any():
        return change
    return attrs.evolve(
        change,
        action=np.where(gone, -1, change.action),
        rate=np.where(gone, np.nan, change.rate),
        resume_rate=np.where(gone, np.nan, change.resume_rate),
    )


def unsettled(change: Changes, where: Array) -> Changes:
    """Of whom something is missing or refused: only what lowers stands, with no rate to resume."""
    if not where.any():
        return change
    kept = withheld(change, where)
    return attrs.evolve(kept, resume_rate=np.where(where, np.nan, kept.resume_rate))
