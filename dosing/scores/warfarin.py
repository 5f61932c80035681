"""Arithmetic of warfarin behind the score door; the words are in the seeds."""

from collections.abc import Sequence

from dosing.base.units import show
from dosing.equations import warfarin, warfarin_week
from dosing.equations.body import bsa_du_bois, bsa_mosteller
from dosing.knowledge.sentences import words
from dosing.rules.patients import Patient, check, parse_number
from dosing.scores.calculation import Calculation, Parts, given, yes

UNKNOWN = "unknown"


def _body_and_age(patient: Patient) -> tuple[float, float, float]:
    return given(patient, "age_y"), given(patient, "height_cm"), given(patient, "weight_kg")


def _weekly(found: warfarin.Warfarin, patient: Patient) -> Parts:
    return {
        "value": found.weekly_mg,
        "daily_mg": found.daily_mg,
        "root": found.root,
        "decades": given(patient, "age_y") // 10,
    }


def _iwpc(patient: Patient, _: str) -> Parts:
    vkorc1, cyp2c9 = patient.get("vkorc1"), patient.get("cyp2c9")
    inducer, amiodarone = yes(patient, "enzyme_inducer"), yes(patient, "amiodarone")
    size = _body_and_age(patient)
    found = warfarin.iwpc(*size, vkorc1, cyp2c9, patient.get("ancestry"), inducer, amiodarone)
    other = warfarin.eu_pact(*size, vkorc1, cyp2c9, amiodarone)
    return _weekly(found, patient) | {"eu_pact_weekly_mg": other.weekly_mg}


def _iwpc_clinical(patient: Patient, _: str) -> Parts:
    found = warfarin.iwpc_clinical(
        *_body_and_age(patient),
        patient.get("ancestry"),
        yes(patient, "enzyme_inducer"),
        yes(patient, "amiodarone"),
    )
    return _weekly(found, patient)


def _surface(patient: Patient) -> tuple[float, str]:
    """The surface as given; else after Du Bois, although the door filled in Mosteller's."""
    surface = given(patient, "bsa_m2")
    height, weight = patient.number("height_cm"), patient.number("weight_kg")
    if height is None or weight is None:
        return surface, "as given"
    if surface != round(float(bsa_mosteller(weight, height)), 4):
        return surface, "as given"
    return float(bsa_du_bois(weight, height)), "Du Bois"


def _rest(patient: Patient) -> tuple[bool, bool, bool, bool]:
    return (
        yes(patient, "amiodarone"),
        yes(patient, "smoker"),
        patient.get("ancestry") == "Black",
        yes(patient, "dvt_or_pe"),
    )


def _daily(daily_mg: float, surface_m2: float, surface_from: str) -> Parts:
    return {
        "value": daily_mg,
        "daily_mg": daily_mg,
        "weekly_mg": daily_mg * warfarin.DAYS,
        "surface_m2": surface_m2,
        "surface_from": surface_from,
    }


def _gage(patient: Patient, _: str) -> Parts:
    vkorc1, cyp2c9 = str(patient.get("vkorc1")), str(patient.get("cyp2c9"))
    if UNKNOWN in (vkorc1, cyp2c9):
        return {}
    surface, how = _surface(patient)
    alleles = (vkorc1.count("A"), cyp2c9.count("2"), cyp2c9.count("3"))
    age, target = given(patient, "age_y"), given(patient, "target_inr")
    daily = warfarin.gage_2008(age, surface, target, *alleles, *_rest(patient))
    return _daily(float(daily), surface, how) | {"vkorc1_a": alleles[0]}


def _gage_clinical(patient: Patient, _: str) -> Parts:
    surface, how = _surface(patient)
    age, target = given(patient, "age_y"), given(patient, "target_inr")
    daily = warfarin.gage_2008_clinical(age, surface, target, *_rest(patient))
    return _daily(float(daily), surface, how)


def _eu_pact_loading(patient: Patient, _: str) -> Parts:
    cyp2c9, daily = patient.get("cyp2c9"), given(patient, "daily_maintenance_mg")
    if cyp2c9 == UNKNOWN:
        return {}
    found = warfarin.eu_pact_loading(daily, cyp2c9)
    return {
        "value": found.day_1_mg,
        "day_1_mg": found.day_1_mg,
        "day_2_mg": found.day_2_mg,
        "day_3_mg": found.day_3_mg,
        "daily_mg": daily,
    }


def _warfarin_week(patient: Patient, _: str) -> Parts:
    before, change = given(patient, "weekly_dose_mg"), given(patient, "change_pct")
    value = float(warfarin_week.weekly_after(before, change))
    parts: Parts = {"value": value, "daily_mg": value / warfarin_week.DAYS}
    names = ("tablet_mg", "second_tablet_mg")
    strengths = [s for n in names if (s := patient.number(n)) is not None]
    if not strengths:
        return parts | {"planned": False}
    plan = warfarin_week.week_plan(value, strengths)
    for day, mg, tablets in zip(warfarin_week.WEEKDAYS, plan.daily_mg, plan.tablets, strict=True):
        parts[day.lower()] = _day_words(mg, tablets)
    changes = 100 * (plan.weekly_mg - before) / before
    return parts | {
        "planned": True,
        "planned_mg": plan.weekly_mg,
        "off_mg": plan.difference_mg,
        "exact": abs(plan.difference_mg) <= 1e-6,
        "misses_by_pct": round(abs(changes - change), 6),
        "changes_pct": changes,
        "as_intended": not (change and changes * change <= 0),
    }


def _day_words(mg: float, tablets: tuple[tuple[float, float], ...]) -> str:
    if not mg:
        return "none"
    parts = [f"{show(n)} of {show(strength)} mg" for n, strength in tablets]
    return f"{show(mg)} mg: {' and '.join(parts)}"


def read_points(texts: Sequence[str]) -> tuple[list[float], list[float]]:
    """Days and INRs as typed, ``10:2.5`` each; ValueError says what is wrong.

    Examples
    --------
    >>> read_points(["0:1.5", "10:2,5"])
    ([0.0, 10.0], [1.5, 2.5])
    """
    days, inrs = [], []
    for text in texts:
        day, colon, inr = text.partition(":")
        point = words("inr-point", typed=repr(text))
        if not colon:
            raise ValueError(point)
        read = check({"inr": inr})
        if read.stopped or read.get("inr") is None:
            raise ValueError(read.findings[0].text if read.findings else point)
        days.append(parse_number(day))
        inrs.append(float(read.values["inr"]))
    return days, inrs


CALCULATIONS: dict[str, Calculation] = {
    "iwpc": _iwpc,
    "iwpc-clinical": _iwpc_clinical,
    "gage-2008": _gage,
    "gage-2008-clinical": _gage_clinical,
    "eu-pact-loading": _eu_pact_loading,
    "warfarin-week": _warfarin_week,
}
