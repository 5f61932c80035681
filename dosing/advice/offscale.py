"""A next step for a result off the scale: the most cautious that the true value could meet."""

from collections.abc import Callable, Collection
from typing import Any, Protocol, TypeVar

import attrs
import numpy as np
import numpy.typing as npt

from dosing.rules.columns import Patients
from dosing.rules.decide import IMPOSSIBLE
from dosing.rules.offscale import chosen, of_bound, off_scale, trials, warnings_of
from dosing.rules.protocols import ACTIONS, Changes
from dosing.rules.remarks import Answers, Remark

Array = npt.NDArray[Any]
# The most cautious first; "" is no step, where something is asked: nothing is raised.
CAUTION = ("stop", "hold", "decrease", "", "continue", "wait", "increase", "resume")


class Stepping(Answers, Protocol):
    """What the next steps of many patients tell of themselves."""

    @property
    def action(self) -> Array: ...
    @property
    def rate(self) -> Array: ...
    @property
    def resume_rate(self) -> Array: ...
    @property
    def change(self) -> Changes: ...
    @property
    def bolus(self) -> Array: ...
    @property
    def known(self) -> Array: ...


S = TypeVar("S", bound=Stepping)


def cautious(answer: Callable[[Patients], S], patients: Patients, asked: Collection[str]) -> S:
    """The next steps, each the most cautious that a result off the scale could meet.

    Parameters
    ----------
    answer : callable
        From patients to their next steps.
    patients : Patients
    asked : collection of str
        The quantities by which the steps may differ.
    """
    if patients.meant or not patients.beyond:
        return answer(patients)
    some: list[Array] = []

    def pick(meant: Patients, times: int) -> Array:
        tried = answer(meant)
        some.append(np.asarray(tried.known.reshape(-1, times).any(axis=1)))
        return most_cautious(tried, times)

    found = answer(chosen(patients, asked, pick))
    said: list[Remark] = []
    known = np.zeros(patients.size, dtype=bool)
    if some:
        known[np.concatenate([t.rows for t in trials(patients, asked)])] = np.concatenate(some)
    for name, where in off_scale(patients, asked).items():
        said += [
            of_bound(patients, "off-scale-cautious", name, where & found.known),
            of_bound(patients, "off-scale-number", name, where & known & ~found.known),
        ]
    evolved: S = attrs.evolve(found, remarks=(*said, *found.remarks))  # type: ignore[misc]
    return evolved


def most_cautious(found: Stepping, times: int) -> Array:
    """Which of as many steps in a row, for each patient, is the most cautious.

    After the action it is the lowest rate; of holds the one without an end, then that which
    resumes at the lowest rate and lasts longest; then the smallest bolus, and what is warned of.
    """
    place = np.array([*(CAUTION.index(a) for a in ACTIONS), CAUTION.index("")])
    change, nothing = found.change, np.inf
    keys = (
        np.where(found.status == IMPOSSIBLE, len(place), place[found.action]),
        np.nan_to_num(found.rate, nan=nothing),
        ~np.asarray(change.until_in_range),
        np.nan_to_num(found.resume_rate, nan=nothing),
        -np.nan_to_num(change.hold_min),
        np.nan_to_num(found.bolus),
        ~np.asarray(change.notify),
        -warnings_of(found.remarks, len(found.action)),
    )
    best = np.ones((len(found.action) // times, times), dtype=bool)
    for key in keys:
        values = np.where(best, np.asarray(key, dtype=float).reshape(best.shape), np.inf)
        best &= values == values.min(axis=1, keepdims=True)
    first: Array = np.argmax(best, axis=1)
    return first
