"""The rules beside a protocol's rows: time, order, proportion, domain, and what the source adds.

Each takes what the rows say and gives what may be done, with what is said of it. None of them
withholds a reduction, a hold or a stop; only a bolus within the interval may explain a high result.
"""

from collections.abc import Iterable
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from dosing.base.interval import Interval
from dosing.base.units import show
from dosing.knowledge.library import Library
from dosing.knowledge.seedtypes import Protocol
from dosing.rules.checks import Cited
from dosing.rules.columns import Patients
from dosing.rules.conditions import meets, names_in
from dosing.rules.protocols import (
    CONTINUE,
    DECREASE,
    HOLD,
    INCREASE,
    LOWERS,
    RESUME,
    STOP,
    WAIT,
    Changes,
    measure_word,
    now_name,
    withheld,
)
from dosing.rules.remarks import Remark, remark
from dosing.rules.timing import SINCE_BOLUS, SINCE_CHANGE, SINCE_DRAWN, timing_of

Array = npt.NDArray[Any]
Ruled = tuple[Changes, list[Remark]]
PUMP_STEP = "pump_step_ml_h"
OUTSIDE = {  # what is said where an increase is withheld, and where nothing is
    True: ("outside-fits-raised", "outside-fits"),
    False: ("outside-none-fits-raised", "outside-none-fits"),
}


def asked_beside(seeds: Library, protocol: Protocol) -> tuple[str, ...]:
    """The inputs that the rules beside a protocol's rows may use, beside what it measures.

    Examples
    --------
    >>> from dosing.knowledge.library import load
    >>> seeds = load()
    >>> asked_beside(seeds, seeds.protocols["bivalirudin-accp-2012"])[:2]
    ('hours_since_change', 'hours_since_bolus')
    """
    found = [SINCE_CHANGE, SINCE_BOLUS, SINCE_DRAWN, now_name(protocol), PUMP_STEP, "bleeding"]
    found += ["anti_xa_before_units_ml" if measure_word(protocol) == "anti-Xa" else "aptt_before_s"]
    rules = (*(o.when for o in protocol.outside), *(b.when for b in protocol.beside))
    for when in rules:
        found += names_in(seeds, when)
    return tuple(dict.fromkeys(found))


def without_void(patients: Patients, checks: Iterable[Cited], row: Array) -> Array:
    """The row of each patient, none where the result says nothing of the drug."""
    for one, _ in checks:
        if one.voids and (where := meets(patients, one.when)) is not False:
            row = np.where(where, np.minimum(row, -1), row)
    return row


def beside_the_rows(protocol: Protocol, patients: Patients, change: Changes) -> Ruled:
    """What the source says beside its rows: a stop without a restart, or a call."""
    said: list[Remark] = []
    for one in protocol.beside:
        where = np.asarray(meets(patients, one.when)) & (change.action >= 0)
        if not where.any():
            continue
        if one.then.stop:
            change = attrs.evolve(
                change,
                action=np.where(where, STOP, change.action),
                rate=np.where(where, 0.0, change.rate),
                resume_rate=np.where(where, np.nan, change.resume_rate),
                hold_min=np.where(where, np.nan, change.hold_min),
                until_in_range=change.until_in_range & ~where,
            )
        change = attrs.evolve(change, notify=change.notify | where)
        cite = one.cite or protocol.cite
        said += [Remark(s.level, s.text, cite, where) for s in one.says]
    return change, said


def in_proportion(protocol: Protocol, patients: Patients, change: Changes, running: Array) -> Ruled:
    """No increase beyond twice the rate that runs, but for rates that the steps are written for."""
    written = protocol.written_for
    raised = change.action == INCREASE
    if not raised.any():
        return change, []
    beyond = raised & (change.rate > np.round(2 * running, 9))
    if beyond.any() and written is not None:
        beyond = beyond & ~np.asarray(Interval.parse(written.range).holds(running))
    if not beyond.any():
        return change, []
    span = "" if written is None else _span(written.range, protocol.dose_unit)
    said = remark(
        patients.seeds, "out-of-proportion", beyond, written.cite if written else "",
        running=running, rate=change.rate, unit=protocol.dose_unit, span=span,
    )  # fmt: skip
    return withheld(change, beyond), [said]


def _span(text: str, unit: str) -> str:
    range_ = Interval.parse(text)
    if not np.isfinite(range_.high):
        return f"from {show(range_.low)} {unit}"
    return f"from {show(range_.low)} to {show(range_.high)} {unit}"


def in_domain(protocol: Protocol, patients: Patients, change: Changes) -> Ruled:
    """Patients whom the protocol is not written for: nothing is raised in them."""
    said: list[Remark] = []
    seeds = patients.seeds
    every = np.zeros(patients.size, dtype=bool)
    for one in protocol.outside:
        held = meets(patients, one.when)
        if held is False:
            continue
        where = np.asarray(held) & (change.action >= 0)
        if not where.any():
            continue
        every = every | where
        raised = where & (change.action == INCREASE)
        names = OUTSIDE[bool(one.fits)]
        fits = seeds.protocols[one.fits].title if one.fits else ""
        cite = one.cite or protocol.cite
        for name, some in zip(names, (raised, where & ~raised), strict=True):
            if some.any():
                said.append(remark(seeds, name, some, cite, why=one.why, fits=fits, id=one.fits))
    return withheld(change, every & (change.action == INCREASE)), said


def in_time(
    protocol: Protocol,
    patients: Patients,
    change: Changes,
    running: Array,
    resuming: Array,
    doubted: Array,
) -> tuple[Changes, Array, list[Remark]]:
    """What a sample drawn too early, too late or before a change may still do.

    Parameters
    ----------
    protocol : Protocol
    patients : Patients
    change : Changes
    running : ndarray
        The rate that ran when the sample was drawn.
    resuming : ndarray of bool
        Whose infusion is held.
    doubted : ndarray of bool
        Of whom something is missing or refused: in them no bolus explains a high result.

    Returns
    -------
    Changes
    redraw_now : ndarray of bool
        Who is to be sampled again at once.
    list of Remark
    """
    seeds, cite = patients.seeds, protocol.cite
    nobody = np.zeros(patients.size, dtype=bool)
    plain = ((change.action == CONTINUE) | (change.action == INCREASE)) & ~resuming
    names = (SINCE_CHANGE, SINCE_BOLUS, SINCE_DRAWN, now_name(protocol))
    interval = protocol.recheck.after_change_h
    if not any(n in patients.values for n in names):
        said = remark(seeds, "assumed-interval", plain, cite, interval=interval)
        return change, nobody, [said] if plain.any() else []
    time = timing_of(protocol, patients)
    found: list[Remark] = []
    words: dict[str, Any] = {"measure": measure_word(protocol), "interval": interval}
    change, more = _sampled_before(protocol, patients, change, running, resuming)
    found += more
    plain &= change.action != WAIT
    assumed = plain & time.assumed
    found.append(remark(seeds, "assumed-interval", assumed, cite, interval=interval))
    high = LOWERS[change.action] & ~resuming & time.after_bolus & ~doubted
    high &= ~_alarming(protocol, patients)
    early = (plain & time.early) | high
    due = time.due_h
    found.append(remark(seeds, "drawn-early", early & ~high, cite, due=due, **words))
    found.append(remark(seeds, "bolus-may-explain", high, cite, due=due, **words))
    old = time.old & (plain | (change.action == RESUME)) & ~early
    limit = seeds.drugs[protocol.drug].result_max_age_h
    found.append(remark(seeds, "drawn-long-ago", old, age=time.age_h, limit=limit, **words))
    waits = early | old
    stays = np.where(resuming, 0.0, running)
    change = attrs.evolve(
        change,
        action=np.where(waits, WAIT, change.action),
        rate=np.where(waits, stays, change.rate),
        resume_rate=np.where(waits, np.nan, change.resume_rate),
        recheck_h=np.where(old, time.age_h, np.where(early, due, change.recheck_h)),
        notify=change.notify & ~waits,
    )
    return change, old, [r for r in found if np.asarray(r.where).any()]


def _alarming(protocol: Protocol, patients: Patients) -> Array:
    """Who bleeds, or whose result lies beyond the scale: no bolus is to explain it."""
    bleeds = np.asarray(meets(patients, {"bleeding": ["minor", "major"]}))
    return bleeds | beyond_scale(protocol, patients)


def beyond_scale(protocol: Protocol, patients: Patients) -> Array:
    """Whose result lies beyond the scale."""
    found = np.zeros(patients.size, dtype=bool)
    for name in ("aptt_s", "anti_xa_units_ml"):
        if name in protocol.columns or (name == "aptt_s" and "aptt_ratio" in protocol.columns):
            found = found | patients.past_scale(name)
    return found


def _sampled_before(
    protocol: Protocol, patients: Patients, change: Changes, running: Array, resuming: Array
) -> Ruled:
    """A sample drawn before a change of the rate and reported after it.

    It raises nothing; a reduction holds only where it lies below what runs now.
    """
    seeds = patients.seeds
    now = patients.numbers(now_name(protocol))
    late = ~np.isnan(now) & (now != running) & ~resuming & (change.action >= 0)
    if not late.any():
        return change, []
    lowers = LOWERS[change.action]
    lower = lowers & ((change.rate < now) | (change.action != DECREASE))
    waits = late & ~lower
    done = late & (change.action == DECREASE) & ~lower
    unit = protocol.dose_unit
    said = [
        remark(seeds, "sampled-before", waits & ~done, now=now, running=running, unit=unit),
        remark(seeds, "reduced-already", done, now=now, running=running, unit=unit),
        remark(seeds, "reckoned-from", late & lower, now=now, running=running, unit=unit),
    ]
    again = np.where(late & (now > 0), np.fmin(change.resume_rate, now), change.resume_rate)
    held = change.action == HOLD
    changed = attrs.evolve(
        change,
        action=np.where(waits, WAIT, change.action),
        rate=np.where(waits, now, change.rate),
        resume_rate=np.where(held & ~np.isnan(change.resume_rate), again, change.resume_rate),
        recheck_h=np.where(waits, protocol.recheck.after_change_h, change.recheck_h),
        notify=change.notify & ~waits,
    )
    return changed, said


def unexpected(protocol: Protocol, patients: Patients, change: Changes) -> list[Remark]:
    """A result that the infusion hardly explains is asked about."""
    seeds, known = patients.seeds, change.action >= 0
    far = beyond_scale(protocol, patients)
    anti_xa = measure_word(protocol) == "anti-Xa"
    before = patients.numbers("anti_xa_before_units_ml" if anti_xa else "aptt_before_s")
    value = patients.numbers("anti_xa_units_ml" if anti_xa else "aptt_s")
    far = far | ((value > 2 * before) & LOWERS[change.action])
    low = np.zeros(patients.size, dtype=bool)
    if "aptt_ratio" in protocol.columns:
        low = value <= patients.numbers("baseline_aptt_s")
    found = [
        remark(seeds, "unexpectedly-high", far & known, measure=measure_word(protocol)),
        remark(seeds, "unexpectedly-low", low & known, measure=measure_word(protocol)),
    ]
    return [r for r in found if np.asarray(r.where).any()]
