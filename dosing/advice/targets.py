"""The aPTT that is sought: multiples of the patient's own baseline, or the site's fixed range."""

from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from dosing.base.findings import Finding
from dosing.base.plain import fields_of
from dosing.base.units import show
from dosing.knowledge.library import Library
from dosing.rules.columns import Patients, one_patient
from dosing.rules.decide import IMPOSSIBLE, MISSING, OK, STOP, needed
from dosing.rules.offscale import certain
from dosing.rules.remarks import Remark, findings_at, remark

Array = npt.NDArray[Any]
BASELINE = "baseline_aptt_s"


@attrs.frozen(kw_only=True)
class TargetRange:
    """The aPTT sought for one patient; ``window`` is None where no valid one exists."""

    window: tuple[float, float] | None
    findings: tuple[Finding, ...]
    trace: tuple[str, ...]
    cite: str = ""

    def to_dict(self) -> dict[str, Any]:
        return fields_of(self)


@attrs.frozen(eq=False)
class Windows:
    """The aPTT sought for many patients, NaN where there is none. [s]"""

    drug: str
    patients: Patients
    status: Array
    low: Array
    high: Array
    remarks: tuple[Remark, ...]
    cite: str = ""

    def numbers(self) -> dict[str, Array]:
        """The ends of the range."""
        return {"low": self.low, "high": self.high}


def known_drug(seeds: Library, drug: str) -> str:
    """The drug; ValueError with what exists."""
    if drug not in seeds.drugs:
        raise ValueError(f"there is no drug {drug!r}; there are {', '.join(seeds.drugs)}")
    return drug


def windows(seeds: Library, drug: str, patients: Patients) -> Windows:
    """The aPTT sought for each patient's own baseline, or the site's fixed range."""
    asked = {seeds.names[BASELINE]}
    return certain(lambda some: _windows(seeds, drug, some), patients, asked, _asking)


def _asking(found: Windows, needs: dict[str, Array], remarks: tuple[Remark, ...]) -> Windows:
    """The ranges without those of a baseline that was given only as a bound."""
    lost = np.any([*needs.values()], axis=0)
    low, high = (np.where(lost, np.nan, v) for v in (found.low, found.high))
    status = np.where(lost, MISSING, found.status)
    said = (attrs.evolve(r, where=~lost & r.where) for r in found.remarks)
    return attrs.evolve(found, status=status, low=low, high=high, remarks=(*remarks, *said))


def _windows(seeds: Library, drug: str, patients: Patients) -> Windows:
    size, said = patients.size, list(patients.remarks)
    fixed = seeds.site.aptt_range.get(known_drug(seeds, drug))
    nothing = np.full(size, np.nan)
    if fixed is not None:
        low, high = (np.full(size, end) for end in fixed)
        return Windows(drug, patients, np.zeros(size, dtype=np.int8), low, high, ())
    rule = seeds.drugs[drug].target
    if rule is None:
        said = [remark(seeds, "no-aptt-range", drug=drug)]
        status = np.full(size, STOP, dtype=np.int8)
        return Windows(drug, patients, status, nothing, nothing, tuple(said))
    baseline = patients.numbers(BASELINE)
    low, high = (np.round(baseline * ratio, 6) for ratio in (rule.low_ratio, rule.high_ratio))
    refused = np.asarray(patients.is_refused(BASELINE)) | np.zeros(size, dtype=bool)
    missing = np.isnan(baseline) & ~refused
    said.append(needed(seeds, BASELINE, missing))
    status = np.where(refused, IMPOSSIBLE, np.where(missing, MISSING, OK)).astype(np.int8)
    if rule.max_s is not None:
        none = low >= rule.max_s
        words: Any = baseline
        if BASELINE in patients.beyond:
            words = [patients.told(BASELINE, i).removesuffix(" s") for i in range(size)]
            words = np.array(words, dtype=object)
        said.insert(
            0,
            remark(
                seeds, "no-aptt-target", none, rule.cite, baseline=words,
                ratio=rule.low_ratio, low=low, limit=rule.max_s,
            ),
        )  # fmt: skip
        status[none] = STOP
        high = np.fmin(high, rule.max_s)
    gone = status != OK
    return Windows(
        drug,
        patients,
        status,
        np.where(gone, np.nan, low),
        np.where(gone, np.nan, high),
        tuple(said),
        rule.cite,
    )


def target_of(found: Windows, i: int) -> TargetRange:
    """The range of one of the patients, in full."""
    seeds, drug = found.patients.seeds, found.drug
    low, high = float(found.low[i]), float(found.high[i])
    window = None if np.isnan(low) else (low, high)
    rule = seeds.drugs[drug].target
    trace: list[str] = []
    baseline = float(found.patients.numbers(BASELINE)[i])
    if drug in seeds.site.aptt_range:
        trace = [f"the site's aPTT range for {drug}"]
    elif rule is not None and not np.isnan(baseline) and not found.patients.side(BASELINE)[i]:
        ends = [show(baseline * ratio, 1) for ratio in (rule.low_ratio, rule.high_ratio)]
        trace = [
            f"{show(rule.low_ratio)} to {show(rule.high_ratio)} × {show(baseline)} s ="
            f" {ends[0]} to {ends[1]} s"
        ]
        if window and rule.max_s is not None and baseline * rule.high_ratio > rule.max_s:
            trace.append(f"not above {show(rule.max_s)} s")
    return TargetRange(
        window=window,
        findings=findings_at(found.remarks, i),
        trace=tuple(trace),
        cite=found.cite,
    )


def target(seeds: Library, drug: str, baseline_aptt_s: Any = None) -> TargetRange:
    """The aPTT sought for one patient's own baseline, or the site's fixed range."""
    given = {} if baseline_aptt_s is None else {BASELINE: baseline_aptt_s}
    return target_of(windows(seeds, drug, one_patient(seeds, given)), 0)
