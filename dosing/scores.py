"""Scores: additive ones from their seed files, and creatinine clearance and eGFR by equation."""

from collections.abc import Callable, Mapping
from typing import Any

import attrs
import numpy as np

from dosing import body, renal
from dosing.findings import Finding, ordered
from dosing.interval import Interval
from dosing.library import Library, load
from dosing.patients import Patient, check
from dosing.seedtypes import Confirmed, Score, ScoreItem
from dosing.tables import class_codes, options_of
from dosing.units import show

MEASURED_NOT_INDEXED = (
    "mL/min/1.73 m² is not a creatinine clearance: do not compare it with a drug's limit in mL/min."
)


@attrs.frozen(kw_only=True)
class ScoreResult:
    """A score with its components; ``value`` is None while an item is unanswered."""

    score: str
    title: str
    value: float | None
    unit: str = ""
    band: str = ""
    components: dict[str, Any]
    findings: tuple[Finding, ...]
    cite: str
    confirmed: Confirmed | None
    inputs: dict[str, Any]
    missing: tuple[str, ...]
    unused: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return attrs.asdict(self)

    def __str__(self) -> str:
        lines = [self.title]
        if self.value is None:
            lines.append("  no result")
        else:
            band = f" (class {self.band})" if self.band else ""
            lines.append(f"  {show(self.value, 2)} {self.unit}".rstrip() + band)
        lines += [
            f"    {name}: {show(v, 2) if isinstance(v, float | int) else v}"
            for name, v in self.components.items()
        ]
        lines += [f"  {f.level}: {f.text}" for f in self.findings]
        return "\n".join([*lines, f"  source: {self.cite} ({self.confirmed})"])


def score(name: str, *, weight_rule: str | None = None, **inputs: Any) -> ScoreResult:
    """Work out a score for one patient.

    Parameters
    ----------
    name : str
        ``child-pugh``, ``cockcroft-gault`` or ``ckd-epi-2021``.
    weight_rule : str, optional
        For ``cockcroft-gault``: which weight; default the site's choice.
    **inputs
        By the registry's names.

    Returns
    -------
    ScoreResult

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
    seeds = load()
    if name not in names(seeds):
        raise ValueError(f"there is no score {name!r}; there are {', '.join(names(seeds))}")
    patient = check(inputs)
    if name in EQUATIONS:
        return EQUATIONS[name](patient, inputs, weight_rule)
    return _additive(seeds.scores[name], patient, inputs, seeds)


def names(seeds: Library) -> tuple[str, ...]:
    """The scores that exist."""
    return tuple(sorted([*seeds.scores, *EQUATIONS]))


def _additive(
    found: Score, patient: Patient, inputs: Mapping[str, Any], seeds: Library
) -> ScoreResult:
    points, missing, used = {}, [], set()
    for item in found.items:
        given = _item_name(item, found, patient)
        if given is None:
            missing.append(next(iter(item.units), item.classes.get("quantity", item.name)))
            continue
        used.add(given)
        points[item.label] = int(_points(item, found, patient, given))
    used |= {v.quantity for v in found.variants.values() if patient.get(v.quantity) is not None}
    total = None if missing or patient.stopped else sum(points.values())
    findings = [*patient.findings, *_missing_findings(missing)]
    if found.note:
        findings.append(Finding("note", found.note, found.cite))
    findings += [
        Finding("note", v.note, v.cite)
        for v in found.variants.values()
        if patient.get(v.quantity) == "yes"
    ]
    return ScoreResult(
        score=found.id,
        title=found.title,
        value=total,
        band="" if total is None else band_of(found, total),
        components=points,
        findings=ordered(findings),
        cite=found.cite,
        confirmed=found.confirmed or seeds.confirmed(found.cite),
        inputs=dict(inputs),
        missing=tuple(missing),
        unused=tuple(n for n in patient.values if n not in used),
    )


def _missing_findings(missing: list[str]) -> list[Finding]:
    seeds = load()
    return [
        Finding("stop", f"{seeds.quantities[seeds.names[name]].label} is needed.")
        for name in missing
    ]


def band_of(found: Score, total: float) -> str:
    """The name of the band that a total falls in."""
    return next((b.band for b in found.bands if total in Interval.parse(b.when)), "")


def _item_name(item: ScoreItem, found: Score, patient: Patient) -> str | None:
    """Under which name an item was given: points are read in that unit, as printed."""
    choices = [*item.units] or [str(item.classes["quantity"])]
    for name in choices:
        if name in patient.values:
            return name
    return next((name for name in choices if patient.get(name) is not None), None)


def _points(item: ScoreItem, found: Score, patient: Patient, name: str) -> Any:
    if item.classes:
        return item.classes["points"][patient.get(name)]
    rows = item.units[name]
    for variant in found.variants.values():
        if variant.replaces == item.name and patient.get(variant.quantity) == "yes":
            rows = variant.units[name]
    value = patient.number(name)
    assert value is not None
    return next(points for interval, points in rows if value in Interval.parse(interval))


def child_pugh_class(patient: Patient) -> tuple[str, int] | None:
    """Class and total from the five components of one patient; None while one is missing."""
    result = _additive(load().scores["child-pugh"], patient, {}, load())
    return (result.band, int(result.value)) if result.value is not None else None


def child_pugh_classes(columns: Mapping[str, Any], size: int) -> Any:
    """The class of each patient of a cohort; None where a component is missing.

    Parameters
    ----------
    columns : mapping
        Arrays by the registry's names, each component in one of its units.
    size : int
    """
    found = load().scores["child-pugh"]
    total = np.zeros(size)
    for item in found.items:
        names = [*item.units] or [str(item.classes["quantity"])]
        name = next((n for n in names if n in columns), None)
        if name is None:
            return np.full(size, None, dtype=object)
        total += _column_points(item, found, columns, name)
    classes = np.full(size, None, dtype=object)
    for band in found.bands:
        classes[Interval.parse(band.when).holds(total)] = band.band
    return classes


def _column_points(item: ScoreItem, found: Score, columns: Mapping[str, Any], name: str) -> Any:
    if item.classes:
        quantity = load().quantities[load().names[name]]
        options = options_of(quantity)
        worth = np.array([item.classes["points"][o] for o in options] + [np.nan])
        return worth[class_codes(columns[name], quantity)]
    values = np.asarray(columns[name], dtype=float)
    points = _by_rows(values, item.units[name])
    for variant in found.variants.values():
        if variant.replaces == item.name and variant.quantity in columns:
            quantity = load().quantities[variant.quantity]
            chosen = class_codes(columns[variant.quantity], quantity) == 1
            points = np.where(chosen, _by_rows(values, variant.units[name]), points)
    return points


def _by_rows(values: Any, rows: tuple[tuple[str, int], ...]) -> Any:
    points = np.full(values.shape, np.nan)
    for interval, worth in rows:
        points[Interval.parse(interval).holds(values)] = worth
    return points


def _cockcroft_gault(
    patient: Patient, inputs: Mapping[str, Any], weight_rule: str | None
) -> ScoreResult:
    rule = weight_rule or load().site.crcl_weight
    if rule not in renal.WEIGHT_RULES:
        raise ValueError(
            f"there is no weight rule {rule!r}; there are {', '.join(renal.WEIGHT_RULES)}"
        )
    needs = ["age_y", "sex", "creatinine_mg_dl"]
    needs += ["height_cm"] if rule == "ideal" else ["weight_kg"]
    needs += ["height_cm"] if rule in ("adjusted", "lean", "actual_below_ideal") else []
    missing = [n for n in needs if patient.get(n) is None]
    components: dict[str, Any] = {}
    findings = [*patient.findings, *_missing_findings(missing)]
    value = None
    if not missing and not patient.stopped:
        for each in renal.WEIGHT_RULES:
            one = _clearance(patient, each)
            if one is not None and not np.isnan(one.crcl_ml_min):
                components[each] = round(float(one.crcl_ml_min), 3)
        chosen = _clearance(patient, rule)
        if chosen is not None and not np.isnan(chosen.crcl_ml_min):
            value = round(float(chosen.crcl_ml_min), 3)
            findings.append(
                Finding(
                    "note",
                    f"Reckoned from the {chosen.weight_used} weight,"
                    f" {show(chosen.weight_kg, 1)} kg (rule: {rule}).",
                    "cockcroft-gault",
                )
            )
        height = patient.number("height_cm")
        if height is not None and rule != "actual" and body.below_60_in(height):
            findings.append(
                Finding(
                    "warn",
                    "Ideal weight is not defined below 60 in (152.4 cm); it is extrapolated.",
                    "devine-1974",
                )
            )
    return ScoreResult(
        score="cockcroft-gault",
        title=f"Creatinine clearance by Cockcroft-Gault, weight rule {rule}",
        value=value,
        unit="mL/min",
        components=components,
        findings=ordered(findings),
        cite="cockcroft-gault",
        confirmed=load().confirmed("cockcroft-gault"),
        inputs=dict(inputs),
        missing=tuple(missing),
    )


def _clearance(patient: Patient, rule: str) -> renal.Clearance | None:
    values = {
        n: patient.get(n) for n in ("age_y", "weight_kg", "creatinine_mg_dl", "sex", "height_cm")
    }
    needs = {"height_cm"} if rule == "ideal" else {"weight_kg"}
    needs |= {"height_cm"} if rule in ("adjusted", "lean", "actual_below_ideal") else set()
    if any(values[n] is None for n in {"age_y", "creatinine_mg_dl", "sex", *needs}):
        return None
    weight = values["weight_kg"] if values["weight_kg"] is not None else np.nan
    return renal.crcl(
        rule,  # type: ignore[arg-type]
        values["age_y"],
        weight,
        values["creatinine_mg_dl"],
        values["sex"],
        values["height_cm"],
    )


def clearance(patient: Patient) -> tuple[float, str] | None:
    """Creatinine clearance by the site's weight rule, and how it was reckoned, in a sentence."""
    rule = load().site.crcl_weight
    found = _clearance(patient, rule)
    if found is None or np.isnan(found.crcl_ml_min):
        return None
    value = round(float(found.crcl_ml_min), 3)
    return value, (
        f"creatinine clearance {show(value, 1)} mL/min by Cockcroft-Gault from the"
        f" {found.weight_used} weight, {show(found.weight_kg, 1)} kg"
    )


def _ckd_epi(patient: Patient, inputs: Mapping[str, Any], _: str | None) -> ScoreResult:
    missing = [n for n in ("age_y", "sex", "creatinine_mg_dl") if patient.get(n) is None]
    value, components = None, {}
    if not missing and not patient.stopped:
        value = round(
            float(
                renal.ckd_epi_2021(
                    patient.number("creatinine_mg_dl"), patient.number("age_y"), patient.get("sex")
                )
            ),
            3,
        )
        height, weight = patient.number("height_cm"), patient.number("weight_kg")
        if height is not None and weight is not None:
            bsa = float(body.bsa_mosteller(weight, height))
            components = {
                "body surface (Mosteller), m²": round(bsa, 4),
                "not indexed, mL/min": round(float(renal.egfr_ml_min(value, bsa)), 3),
            }
    return ScoreResult(
        score="ckd-epi-2021",
        title="eGFR by CKD-EPI 2021 (creatinine)",
        value=value,
        unit="mL/min/1.73 m²",
        components=components,
        findings=ordered(
            [
                *patient.findings,
                *_missing_findings(missing),
                Finding("note", MEASURED_NOT_INDEXED, "ckd-epi-2021"),
            ]
        ),
        cite="ckd-epi-2021",
        confirmed=load().confirmed("ckd-epi-2021"),
        inputs=dict(inputs),
        missing=tuple(missing),
    )


EQUATIONS: dict[str, Callable[[Patient, Mapping[str, Any], str | None], ScoreResult]] = {
    "cockcroft-gault": _cockcroft_gault,
    "ckd-epi-2021": _ckd_epi,
}
