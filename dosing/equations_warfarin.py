"""Equations of warfarin as the score door shows them."""

from typing import Any

import numpy as np

from dosing import warfarin, warfarin_week
from dosing.body import bsa_du_bois, bsa_mosteller
from dosing.equations import Answer, Equation, given, no_result, rounded, yes
from dosing.findings import Finding
from dosing.patients import Patient
from dosing.units import show

# Between these the label's genotype table lies; outside them an equation's dose is doubtful.
TABLE_MG_DAY = (0.5, 7)
ADULT_Y = 18
EQUATION_INR = (2, 3)
UNKNOWN = "unknown"
ANCESTRY_SIGN = (
    "The term for Black patients changes its sign between the equations with and without genotype."
)


def _doubtful(daily_mg: float) -> list[Finding]:
    low, high = TABLE_MG_DAY
    if low <= daily_mg <= high:
        return []
    text = (
        f"{show(daily_mg, 2)} mg daily is {'less' if daily_mg < low else 'more'} than any dose of"
        f" the label's genotype table ({show(low)} to {show(high)} mg): check every input."
    )
    return [Finding("warn", text, "warfarin-genotype-table")]


def _genetic(patient: Patient) -> list[Finding]:
    if patient.get("ancestry") != "Black":
        return []
    text = (
        "With African ancestry, and *5, *6, *8 and *11 of CYP2C9 not tested, dose without the"
        " genotype (recalled)."
    )
    return [Finding("warn", text, "cpic-2017")]


def _ancestry(patient: Patient, cite: str) -> list[Finding]:
    if patient.get("ancestry") != "Black":
        return []
    return [Finding("note", ANCESTRY_SIGN, cite)]


def _adult(patient: Patient) -> list[Finding]:
    findings = []
    if given(patient, "age_y") < ADULT_Y:
        findings.append(Finding("warn", "The equation is for adults.", "iwpc-2009"))
    target = patient.number("target_inr")
    low, high = EQUATION_INR
    if target is not None and not low <= target <= high:
        text = f"The equation is for a target INR of {low} to {high}, not {show(target)}."
        findings.append(Finding("warn", text, "iwpc-2009"))
    return findings


def _iwpc_answer(patient: Patient, found: Any, components: dict[str, Any]) -> Answer:
    cite = "iwpc-2009"
    if np.isnan(found.weekly_mg):
        text = "The root of the weekly dose is not above zero: no dose follows from the equation."
        return no_result(text, cite)
    decade = int(given(patient, "age_y") // 10)
    components = {
        "mg daily": rounded(found.daily_mg),
        "root of the weekly dose": rounded(found.root),
        "age in decades": decade,
        **components,
    }
    findings = [
        Finding("note", "In mg a week; the equations of Gage give mg daily.", cite),
        Finding("note", f"Age counts in whole decades: {decade} here.", cite),
        *_adult(patient),
        *_doubtful(found.daily_mg),
        *_ancestry(patient, cite),
    ]
    return rounded(found.weekly_mg), components, findings


def _body_and_age(patient: Patient) -> tuple[float, float, float]:
    return given(patient, "age_y"), given(patient, "height_cm"), given(patient, "weight_kg")


def _iwpc(patient: Patient, _: str) -> Answer:
    vkorc1, cyp2c9 = patient.get("vkorc1"), patient.get("cyp2c9")
    inducer, amiodarone = yes(patient, "enzyme_inducer"), yes(patient, "amiodarone")
    size = _body_and_age(patient)
    found = warfarin.iwpc(*size, vkorc1, cyp2c9, patient.get("ancestry"), inducer, amiodarone)
    other = warfarin.eu_pact(*size, vkorc1, cyp2c9, amiodarone)
    components = {
        "as EU-PACT has it (age in years, no ancestry or inducer), mg a week": (
            rounded(other.weekly_mg) or "no dose"
        )
    }
    value, shown, findings = _iwpc_answer(patient, found, components)
    if value is not None:
        findings += _genetic(patient)
        if UNKNOWN in (vkorc1, cyp2c9):
            text = "A genotype is not known: its average term is used."
            findings.append(Finding("note", text, "iwpc-2009"))
    return value, shown, findings


def _iwpc_clinical(patient: Patient, _: str) -> Answer:
    found = warfarin.iwpc_clinical(
        *_body_and_age(patient),
        patient.get("ancestry"),
        yes(patient, "enzyme_inducer"),
        yes(patient, "amiodarone"),
    )
    return _iwpc_answer(patient, found, {})


def _surface(patient: Patient) -> tuple[float, str]:
    """The surface as given; else after Du Bois, although the door filled in Mosteller's."""
    surface = given(patient, "bsa_m2")
    height, weight = patient.number("height_cm"), patient.number("weight_kg")
    if height is None or weight is None:
        return surface, "as given"
    if surface != round(float(bsa_mosteller(weight, height)), 4):
        return surface, "as given"
    return float(bsa_du_bois(weight, height)), "Du Bois"


def _surface_needs(patient: Patient) -> tuple[str, ...]:
    return () if patient.get("bsa_m2") is not None else ("height_cm", "weight_kg")


def _gage_answer(patient: Patient, daily: float, surface: float, how: str) -> Answer:
    cite = "gage-2008"
    components = {
        "mg a week": rounded(daily * warfarin.DAYS),
        f"body surface ({how}), m²": rounded(surface),
    }
    findings = [
        Finding("note", "In mg daily; the equations of the IWPC give mg a week.", cite),
        *_doubtful(daily),
        *_ancestry(patient, cite),
    ]
    if how == "Du Bois":
        text = "That the equation takes Du Bois' surface was recalled; Mosteller's differs little."
        findings.append(Finding("note", text, cite))
    if given(patient, "age_y") < ADULT_Y:
        findings.append(Finding("warn", "The equation is for adults.", cite))
    return rounded(daily), components, findings


def _rest(patient: Patient) -> tuple[bool, bool, bool, bool]:
    return (
        yes(patient, "amiodarone"),
        yes(patient, "smoker"),
        patient.get("ancestry") == "Black",
        yes(patient, "dvt_or_pe"),
    )


def _gage(patient: Patient, _: str) -> Answer:
    vkorc1, cyp2c9 = str(patient.get("vkorc1")), str(patient.get("cyp2c9"))
    if UNKNOWN in (vkorc1, cyp2c9):
        text = "This equation needs both genotypes: without one, use gage-2008-clinical."
        return no_result(text, "gage-2008")
    surface, how = _surface(patient)
    alleles = (vkorc1.count("A"), cyp2c9.count("2"), cyp2c9.count("3"))
    age, target = given(patient, "age_y"), given(patient, "target_inr")
    daily = warfarin.gage_2008(age, surface, target, *alleles, *_rest(patient))
    value, components, findings = _gage_answer(patient, float(daily), surface, how)
    components["A alleles of VKORC1, counted"] = alleles[0]
    return value, components, findings + _genetic(patient)


def _gage_clinical(patient: Patient, _: str) -> Answer:
    surface, how = _surface(patient)
    age, target = given(patient, "age_y"), given(patient, "target_inr")
    daily = warfarin.gage_2008_clinical(age, surface, target, *_rest(patient))
    return _gage_answer(patient, float(daily), surface, how)


def _eu_pact_loading(patient: Patient, _: str) -> Answer:
    cite = "eu-pact"
    cyp2c9 = patient.get("cyp2c9")
    if cyp2c9 == UNKNOWN:
        return no_result("The schedule needs the CYP2C9 genotype.", cite)
    daily = given(patient, "daily_maintenance_mg")
    found = warfarin.eu_pact_loading(daily, cyp2c9)
    components = {
        "day 1, mg": rounded(found.day_1_mg),
        "day 2, mg": rounded(found.day_2_mg),
        "day 3, mg": rounded(found.day_3_mg),
        "from day 4, mg daily": daily,
    }
    findings = [
        Finding("note", "The result is the dose of day 1, from an equation: go by the INR."),
        *_doubtful(daily),
    ]
    return rounded(found.day_1_mg), components, findings


def _warfarin_week(patient: Patient, _: str) -> Answer:
    before, change = given(patient, "weekly_dose_mg"), given(patient, "change_pct")
    value = warfarin_week.weekly_after(before, change)
    if np.isnan(value):
        return no_result("Nothing would be left of the week: hold warfarin by a protocol instead.")
    components: dict[str, Any] = {"mg daily on average": rounded(value / warfarin_week.DAYS)}
    findings = [Finding("note", "The percentage acts on the whole week, not on one day.")]
    names = ("tablet_mg", "second_tablet_mg")
    strengths = [s for n in names if (s := patient.number(n)) is not None]
    if not strengths:
        findings.append(Finding("note", "Give a tablet strength for a plan of seven days."))
        return rounded(value), components, findings
    plan = warfarin_week.week_plan(float(value), strengths)
    for day, mg, tablets in zip(warfarin_week.WEEKDAYS, plan.daily_mg, plan.tablets, strict=True):
        components[day] = _day_words(mg, tablets)
    components["planned, mg a week"] = plan.weekly_mg
    components["planned minus sought, mg a week"] = rounded(plan.difference_mg)
    off = 100 * (plan.weekly_mg - before) / before
    findings.append(
        Finding(
            "note",
            f"With these tablets the week changes by {show(off, 1)}%, not {show(change, 1)}%.",
        )
        if abs(plan.difference_mg) > 1e-6
        else Finding("note", "The tablets make the week exactly.")
    )
    if change and off * change <= 0:
        text = "With these tablets the week does not change as intended: use another strength."
        findings.append(Finding("warn", text))
    return rounded(value), components, findings


def _day_words(mg: float, tablets: tuple[tuple[float, float], ...]) -> str:
    if not mg:
        return "none"
    parts = [f"{show(n)} of {show(strength)} mg" for n, strength in tablets]
    return f"{show(mg)} mg: {' and '.join(parts)}"


IWPC_NEEDS = ("age_y", "height_cm", "weight_kg", "ancestry", "enzyme_inducer", "amiodarone")
GAGE_NEEDS = ("age_y", "target_inr", "ancestry", "amiodarone", "smoker", "dvt_or_pe")
SIZES = ("height_cm", "weight_kg", "bsa_m2")

WARFARIN_EQUATIONS = {
    e.name: e
    for e in (
        Equation(
            name="iwpc",
            title="Warfarin maintenance by genotype (IWPC 2009)",
            unit="mg a week",
            cite="iwpc-2009",
            needs=(*IWPC_NEEDS, "vkorc1", "cyp2c9"),
            may=("target_inr",),
            run=_iwpc,
        ),
        Equation(
            name="iwpc-clinical",
            title="Warfarin maintenance without genotype (IWPC 2009)",
            unit="mg a week",
            cite="iwpc-2009",
            needs=IWPC_NEEDS,
            may=("target_inr",),
            run=_iwpc_clinical,
        ),
        Equation(
            name="gage-2008",
            title="Warfarin maintenance by genotype (Gage 2008)",
            unit="mg daily",
            cite="gage-2008",
            needs=(*GAGE_NEEDS, "vkorc1", "cyp2c9"),
            may=SIZES,
            needs_if=_surface_needs,
            run=_gage,
        ),
        Equation(
            name="gage-2008-clinical",
            title="Warfarin maintenance without genotype (Gage 2008)",
            unit="mg daily",
            cite="gage-2008",
            needs=GAGE_NEEDS,
            may=SIZES,
            needs_if=_surface_needs,
            run=_gage_clinical,
        ),
        Equation(
            name="eu-pact-loading",
            title="Warfarin loading over three days by genotype (EU-PACT)",
            unit="mg on day 1",
            cite="eu-pact",
            needs=("daily_maintenance_mg", "cyp2c9"),
            run=_eu_pact_loading,
        ),
        Equation(
            name="warfarin-week",
            title="Warfarin for a week after a change, in tablets",
            unit="mg a week",
            cite="warfarin-weekly-change",
            needs=("weekly_dose_mg", "change_pct"),
            may=("tablet_mg", "second_tablet_mg"),
            run=_warfarin_week,
        ),
    )
}
