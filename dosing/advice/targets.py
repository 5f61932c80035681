"""The aPTT that is sought: multiples of the patient's own baseline, or the site's fixed range."""

from typing import Any

import attrs

from dosing.base.findings import Finding
from dosing.base.units import show
from dosing.knowledge.sentences import say
from dosing.lint.proved import proved
from dosing.rules.patients import check


@attrs.frozen(kw_only=True)
class TargetRange:
    """The aPTT sought for one patient; ``window`` is None where no valid one exists."""

    window: tuple[float, float] | None
    findings: tuple[Finding, ...]
    trace: tuple[str, ...]
    cite: str = ""

    def to_dict(self) -> dict[str, Any]:
        return attrs.asdict(self)


def target(drug: str, baseline_aptt_s: Any = None) -> TargetRange:
    """The aPTT target of a drug for a patient's own baseline, or the site's fixed range.

    Parameters
    ----------
    drug : str
    baseline_aptt_s : float or text, optional
        [s]

    Examples
    --------
    >>> target("argatroban", 28).window
    (42.0, 84.0)
    """
    seeds = proved()
    if drug not in seeds.drugs:
        raise ValueError(f"there is no drug {drug!r}; there are {', '.join(seeds.drugs)}")
    fixed = seeds.site.aptt_range.get(drug)
    if fixed is not None:
        return TargetRange(
            window=fixed, findings=(), trace=(f"the site's aPTT range for {drug}",), cite=""
        )
    rule = seeds.drugs[drug].target
    patient = check({"baseline_aptt_s": baseline_aptt_s})
    baseline = patient.number("baseline_aptt_s")
    if rule is None:
        return TargetRange(
            window=None,
            findings=(say("no-aptt-range", drug=drug),),
            trace=(),
        )
    if baseline is None:
        label = seeds.quantities[seeds.names["baseline_aptt_s"]].label
        missing = say("input-needed", label=label)
        return TargetRange(
            window=None, findings=patient.findings or (missing,), trace=(), cite=rule.cite
        )
    low, high = (round(baseline * ratio, 6) for ratio in (rule.low_ratio, rule.high_ratio))
    trace = [
        f"{show(rule.low_ratio)} to {show(rule.high_ratio)} × {show(baseline)} s ="
        f" {show(low, 1)} to {show(high, 1)} s"
    ]
    if rule.max_s is not None and low >= rule.max_s:
        none = say(
            "no-aptt-target",
            rule.cite,
            baseline=baseline,
            ratio=rule.low_ratio,
            low=low,
            limit=rule.max_s,
        )
        return TargetRange(window=None, findings=(none,), trace=tuple(trace), cite=rule.cite)
    if rule.max_s is not None and high > rule.max_s:
        trace.append(f"not above {show(rule.max_s)} s")
        high = rule.max_s
    return TargetRange(
        window=(low, high), findings=patient.findings, trace=tuple(trace), cite=rule.cite
    )
