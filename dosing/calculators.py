"""Every score and equation of the house behind one door."""

from collections.abc import Mapping
from typing import Any

from dosing.equations import EQUATIONS, Equation
from dosing.equations_drugs import DRUG_EQUATIONS
from dosing.findings import Finding, ordered
from dosing.library import Library, load
from dosing.patients import Patient, check
from dosing.scores import ScoreResult, additive, missing_findings
from dosing.sizes import derive_sizes

ALL: dict[str, Equation] = EQUATIONS | DRUG_EQUATIONS


def score(name: str, *, weight_rule: str | None = None, **inputs: Any) -> ScoreResult:
    """Work out a score or an equation for one patient.

    Parameters
    ----------
    name : str
        For example ``child-pugh``, ``4ts``, ``hscore``, ``meld-3`` or ``plasma-volume``.
    weight_rule : str, optional
        For ``cockcroft-gault``: which weight; default the site's choice.
    **inputs
        By the registry's names.

    Returns
    -------
    ScoreResult
        With its components; no value while an input is missing or impossible.

    Raises
    ------
    ValueError
        For an unknown score or input, with what exists.

    Examples
    --------
    >>> score("child-pugh", bilirubin_mg_dl=2, albumin_g_dl=3.5, inr=1.7, ascites="mild",
    ...       encephalopathy_grade=1).band
    'C'
    """
    return score_of(load(), name, check(inputs), inputs, weight_rule)


def score_of(
    seeds: Library,
    name: str,
    patient: Patient,
    inputs: Mapping[str, Any],
    weight_rule: str | None = None,
) -> ScoreResult:
    """As :func:`score`, for inputs that were checked before."""
    if name not in names(seeds):
        raise ValueError(f"there is no score {name!r}; there are {', '.join(names(seeds))}")
    patient = derive_sizes(patient)
    if name in seeds.scores:
        return additive(seeds.scores[name], patient, inputs, seeds)
    return _equation(ALL[name], patient, inputs, weight_rule or seeds.site.crcl_weight)


def names(seeds: Library) -> tuple[str, ...]:
    """The scores and equations that exist."""
    return tuple(sorted([*seeds.scores, *ALL]))


def needs_of(seeds: Library, name: str) -> tuple[str, ...]:
    """The inputs that a score or equation may ask for, under one of their names each."""
    if name in ALL:
        return (*ALL[name].needs, *ALL[name].any_of, *ALL[name].may)
    found = seeds.scores[name]
    asked: list[str] = []
    for item in found.items:
        asked += [next(iter(item.units))] if item.units else []
        asked += [str(item.classes["quantity"])] if item.classes else []
        asked += [next(iter(finding)) for finding in item.count]
        asked += [*item.columns]
    asked += [variant.quantity for variant in found.variants.values()]
    asked += [name for said in found.checks for name in said.when]
    return tuple(dict.fromkeys(asked))


def _equation(
    found: Equation, patient: Patient, inputs: Mapping[str, Any], weight_rule: str
) -> ScoreResult:
    needs = found.needs_by(weight_rule) if found.needs_by is not None else found.needs
    needs += found.needs_if(patient) if found.needs_if is not None else ()
    missing = [n for n in needs if patient.get(n) is None and n not in patient.refused]
    lacking = missing_findings(missing)
    if found.any_of and not any(
        n in patient.refused or patient.get(n) is not None for n in found.any_of
    ):
        missing += found.any_of
        lacking.append(_one_of(found.any_of))
    value: float | None = None
    components: dict[str, Any] = {}
    findings: list[Finding] = []
    if not missing and not patient.stopped:
        value, components, findings = found.run(patient, weight_rule)
    return ScoreResult(
        score=found.name,
        title=found.title,
        value=value,
        unit=found.unit,
        components=components,
        findings=ordered([*patient.findings, *lacking, *findings]),
        cite=found.cite,
        confirmed=load().confirmed(found.cite),
        inputs=dict(inputs),
        missing=tuple(missing),
    )


def _one_of(names: tuple[str, ...]) -> Finding:
    seeds = load()
    labels = [seeds.quantities[seeds.names[name]].label for name in names]
    return Finding("stop", f"One of these is needed: {', '.join(labels)}.")
