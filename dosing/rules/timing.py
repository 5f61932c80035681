"""Whether a sample was drawn too early, or is too old, for anything to be raised by it."""

from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from dosing.knowledge.seedtypes import Protocol
from dosing.rules.columns import Patients

Array = npt.NDArray[Any]
SINCE_CHANGE, SINCE_BOLUS, SINCE_DRAWN = (
    "hours_since_change", "hours_since_bolus", "hours_since_drawn",
)  # fmt: skip


@attrs.frozen(eq=False)
class Timing:
    """Of each patient's sample: when it was drawn, and when the next one is due.

    ``early`` is too soon after a change or a bolus, ``after_bolus`` too soon after a bolus,
    ``old`` too long ago. ``due_h`` is from the draw to the next sample, NaN where it is not
    early. [h]
    """

    early: Array
    after_bolus: Array
    old: Array
    due_h: Array
    age_h: Array
    assumed: Array


def timing_of(protocol: Protocol, patients: Patients) -> Timing:
    """When each sample was drawn, by the protocol's interval and the drug's limit.

    A sample that is short of the interval by the site's grace counts as on time.

    Parameters
    ----------
    protocol : Protocol
    patients : Patients
        With ``hours_since_change``, ``hours_since_bolus`` and ``hours_since_drawn``, where known.
    """
    seeds = patients.seeds
    interval, grace = protocol.recheck.after_change_h, seeds.site.early_grace_min / 60
    limit = seeds.drugs[protocol.drug].result_max_age_h
    change, bolus, age = (patients.numbers(n) for n in (SINCE_CHANGE, SINCE_BOLUS, SINCE_DRAWN))
    soon, after_bolus = (np.round(h, 9) < round(interval - grace, 9) for h in (change, bolus))
    early = soon | after_bolus
    left = [
        np.where(where, interval - h, np.nan) for where, h in ((soon, change), (after_bolus, bolus))
    ]
    old = age > (np.inf if limit is None else limit)
    return Timing(
        early=early,
        after_bolus=after_bolus,
        old=old,
        due_h=np.round(np.fmax(*left), 4),
        age_h=age,
        assumed=np.isnan(change),
    )
