"""How dosing agrees with other people's calculators: random patients, counts, every difference.

``equations`` and ``scores`` name the comparisons, ``prose.toml`` holds what is said of them. The
tests hold each difference to a reason, and the page of the guides is written from the same run.
"""

import random
from collections.abc import Callable, Sequence
from typing import Any

import attrs
import numpy as np

PATIENTS = 2_000
SEED = 2026

Patient = dict[str, Any]


class Draw(random.Random):
    """A source of patients whose numbers are read as a laboratory prints them."""

    def number(
        self, low: float, high: float, places: int = 1, edges: Sequence[float] = ()
    ) -> float:
        """A number with so many decimals; one in four lies on an edge, where there are edges."""
        if edges and self.random() < 0.25:
            return self.choice(edges)
        return round(self.uniform(low, high), places)

    def maybe(self, part: float = 0.5) -> bool:
        """True for so many of all."""
        return self.random() < part

    def sex(self) -> str:
        """One of the two that the equations know."""
        return self.choice(("female", "male"))


@attrs.frozen
class Reason:
    """Why the two differ for some patients."""

    says: str
    kind: str = attrs.field(validator=attrs.validators.in_(("theirs", "variant", "rounding")))
    holds: Callable[[Patient], bool]


@attrs.frozen
class Comparison:
    """One equation or score of dosing against one function of another package."""

    seed: str
    what: str
    package: str
    function: str
    patient: Callable[[Draw], Patient]
    ours: Callable[[list[Patient]], Sequence[Any]]
    theirs: Callable[[Patient], Any]
    step: float = 0  # what the other rounds to; 0 where it does not
    reasons: tuple[Reason, ...] = ()


@attrs.frozen
class Result:
    """What a comparison found."""

    comparison: Comparison
    patients: int
    differ: tuple[int, ...]  # by reason
    unexplained: tuple[tuple[Patient, Any, Any], ...]

    @property
    def agree(self) -> int:
        """Patients for whom both say the same."""
        return self.patients - sum(self.differ) - len(self.unexplained)


def by(function: Callable[..., Any], *names: str) -> Callable[[list[Patient]], Sequence[Any]]:
    """A function of arrays, asked about all patients at once, by the names of its inputs."""

    def asked(patients: list[Patient]) -> Sequence[Any]:
        columns = [np.array([p[name] for p in patients]) for name in names]
        return list(function(*columns))

    return asked


def _same(ours: Any, theirs: Any, step: float) -> bool:
    """Equal but for what the other rounds away, and the last bits of a float."""
    if isinstance(ours, str) or isinstance(theirs, str):
        return bool(ours == theirs)
    return bool(abs(ours - theirs) <= step / 2 + 1e-9 * max(1, abs(theirs)))


def run(comparison: Comparison, patients: int = PATIENTS) -> Result:
    """Ask both about the same patients, and count the differences by reason."""
    draw = Draw(f"{SEED} {comparison.what} {comparison.package} {comparison.function}")
    drawn = [comparison.patient(draw) for _ in range(patients)]
    differ = [0] * len(comparison.reasons)
    unexplained = []
    for patient, ours in zip(drawn, comparison.ours(drawn), strict=True):
        theirs = comparison.theirs(patient)
        if _same(ours, theirs, comparison.step):
            continue
        why = [i for i, reason in enumerate(comparison.reasons) if reason.holds(patient)]
        if why:
            differ[why[0]] += 1
        else:
            unexplained.append((patient, ours, theirs))
    return Result(comparison, patients, tuple(differ), tuple(unexplained))


def everything() -> tuple[Comparison, ...]:
    """All comparisons, equations first."""
    from docs.agreement import equations, scores

    return (*equations.COMPARISONS, *scores.COMPARISONS)
