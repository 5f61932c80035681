"""Every score and equation of the house behind one door."""

from collections.abc import Mapping
from typing import Any

from dosing.base.findings import Finding, ordered, stopped
from dosing.equations import renal
from dosing.knowledge.library import Library, load
from dosing.knowledge.scoretypes import OWN, Equation
from dosing.knowledge.seedtypes import Conditions
from dosing.knowledge.sentences import fill, names_in, say
from dosing.rules.patients import Patient, check, value_meets
from dosing.scores import drugs as equations_drugs
from dosing.scores import organs as equations
from dosing.scores import warfarin as equations_warfarin
from dosing.scores.additive import ScoreResult, additive, missing_findings
from dosing.scores.calculation import Calculation, Parts
from dosing.scores.sizes import derive_sizes

CALCULATIONS: dict[str, Calculation] = (
    equations.CALCULATIONS | equations_drugs.CALCULATIONS | equations_warfarin.CALCULATIONS
)
DIGITS = 4


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
        For an unknown score, weight rule or input, with what exists.

    Examples
    --------
    >>> score("child-pugh", bilirubin_mg_dl=2, albumin_g_dl=3.5, inr=1.7, ascites="mild",
    ...       encephalopathy_grade=1).band
    'C'
    """
    if weight_rule is not None and weight_rule not in renal.WEIGHT_RULES:
        known = ", ".join(renal.WEIGHT_RULES)
        raise ValueError(f"there is no weight rule {weight_rule!r}; there are {known}")
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
    rule = weight_rule or seeds.site.crcl_weight
    return _equation(seeds.equations[name], patient, inputs, rule, seeds)


def names(seeds: Library) -> tuple[str, ...]:
    """The scores and equations that exist."""
    return tuple(sorted([*seeds.scores, *seeds.equations]))


def needs_of(seeds: Library, name: str) -> tuple[str, ...]:
    """The inputs that a score or equation may ask for, under one of their names each."""
    if name in seeds.equations:
        equation = seeds.equations[name]
        return (*equation.needs, *equation.any_of, *equation.may)
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
    found: Equation, patient: Patient, inputs: Mapping[str, Any], rule: str, seeds: Library
) -> ScoreResult:
    needs = [*found.needs]
    for need in found.needs_if:
        needs += need.needs if _meets(patient, {"weight_rule": rule}, need.when) else ()
    missing = [n for n in needs if patient.get(n) is None and n not in patient.refused]
    lacking = missing_findings(missing)
    if found.any_of and not any(
        n in patient.refused or patient.get(n) is not None for n in found.any_of
    ):
        missing += found.any_of
        lacking.append(_one_of(found.any_of, seeds))
    parts: Parts = {}
    findings: list[Finding] = []
    if not missing and not patient.stopped:
        parts = {n: _plain(v) for n, v in CALCULATIONS[found.id](patient, rule).items()}
        findings = _said(found, patient, parts)
    value = None if stopped(findings) else parts.get("value")
    return ScoreResult(
        score=found.id,
        title=found.title,
        value=None if value is None else round(value, DIGITS),
        unit=found.unit,
        components=_shown(found, patient, parts) if parts else {},
        findings=ordered([*patient.findings, *lacking, *findings]),
        cite=found.cite,
        confirmed=found.confirmed or seeds.confirmed(found.cite),
        inputs=dict(inputs),
        missing=tuple(missing),
    )


def _plain(value: Any) -> float | str | None:
    """A part of an answer as conditions and sentences take it: NaN is no value."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or isinstance(value, str):
        return value
    return None if value != value else float(value)


def _value(patient: Patient, parts: Parts, name: str) -> float | str | None:
    if name in parts or name not in load().names:
        return parts.get(name)
    return patient.get(name)


def _meets(patient: Patient, parts: Parts, when: Conditions) -> bool:
    """Whether inputs and parts meet conditions."""
    return all(value_meets(_value(patient, parts, name), when[name]) for name in when)


def _said(found: Equation, patient: Patient, parts: Parts) -> list[Finding]:
    said = []
    for one in found.checks:
        if _meets(patient, parts, one.when):
            text = _filled(one.text, patient, parts)
            cite = "" if one.cite == OWN else one.cite or found.cite
            said.append(Finding(one.level, text, cite))
    if parts.get("value") is None and not stopped(said):
        said.append(say("nothing-follows", found.cite))
    if found.note:
        said.append(Finding("note", found.note, found.cite))
    return said


def _filled(text: str, patient: Patient, parts: Parts) -> str:
    return fill(text, {n: _value(patient, parts, n) for n in names_in(text)})


def _shown(found: Equation, patient: Patient, parts: Parts) -> dict[str, Any]:
    """The parts under their labels, then the questions, answered."""
    shown: dict[str, Any] = {}
    for name, label in found.shown.items():
        part = _value(patient, parts, name)
        if part is None and name in parts:
            part = found.nothing or None
        if part is not None:
            words = _filled(label, patient, parts)
            shown[words] = part if isinstance(part, str) else round(part, DIGITS)
    for question, when in found.flags.items():
        if all(_value(patient, parts, name) is not None for name in when):
            shown[question] = "yes" if _meets(patient, parts, when) else "no"
    return shown


def _one_of(names: tuple[str, ...], seeds: Library) -> Finding:
    labels = [seeds.quantities[seeds.names[name]].label for name in names]
    return say("one-of-needed", labels=", ".join(labels))
