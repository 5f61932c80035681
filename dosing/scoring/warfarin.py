"""Arithmetic of warfarin behind the score door; the words are in the seeds."""

from collections.abc import Sequence

import numpy as np

from dosing.base.fill import fill
from dosing.base.units import show
from dosing.equations import warfarin, warfarin_week
from dosing.equations.body import bsa_du_bois
from dosing.knowledge.library import Library
from dosing.rules.columns import Patients, one_patient
from dosing.rules.read import parse_number
from dosing.scoring.parts import Array, Calculation, Of, Parts

UNKNOWN = "unknown"
SURFACE = "bsa_m2"
TABLETS = ("tablet_mg", "second_tablet_mg")
EXACT_MG = 1e-6


def _body_and_age(patients: Patients) -> tuple[Array, Array, Array]:
    names = ("age_y", "height_cm", "weight_kg")
    age, height, weight = (patients.numbers(name) for name in names)
    return age, height, weight


def _weekly(found: warfarin.Warfarin, patients: Patients) -> Parts:
    return {
        "value": found.weekly_mg,
        "daily_mg": found.daily_mg,
        "root": found.root,
        "decades": patients.numbers("age_y") // 10,
    }


def _iwpc(patients: Patients, _: str) -> Parts:
    vkorc1, cyp2c9 = patients.words("vkorc1"), patients.words("cyp2c9")
    inducer, amiodarone = patients.is_yes("enzyme_inducer"), patients.is_yes("amiodarone")
    size, ancestry = _body_and_age(patients), patients.words("ancestry")
    found = warfarin.iwpc(*size, vkorc1, cyp2c9, ancestry, inducer, amiodarone)
    other = warfarin.eu_pact(*size, vkorc1, cyp2c9, amiodarone)
    return _weekly(found, patients) | {"eu_pact_weekly_mg": other.weekly_mg}


def _iwpc_clinical(patients: Patients, _: str) -> Parts:
    found = warfarin.iwpc_clinical(
        *_body_and_age(patients),
        patients.words("ancestry"),
        patients.is_yes("enzyme_inducer"),
        patients.is_yes("amiodarone"),
    )
    return _weekly(found, patients)


def _surface(patients: Patients) -> tuple[Array, Array]:
    """The surface as given; else after Du Bois, although the door filled in Mosteller's."""
    surface = patients.numbers(SURFACE)
    weight, height = patients.numbers("weight_kg"), patients.numbers("height_cm")
    filled = np.asarray(patients.filled.get(SURFACE, SURFACE not in patients.given))
    own = np.broadcast_to(~filled, surface.shape)
    surface = np.where(own, surface, bsa_du_bois(weight, height))
    return surface, np.where(own, "as given", "Du Bois")


def _rest(patients: Patients) -> tuple[Array, Array, Array, Array]:
    return (
        patients.is_yes("amiodarone"),
        patients.is_yes("smoker"),
        patients.words("ancestry") == "Black",
        patients.is_yes("dvt_or_pe"),
    )


def _daily(daily_mg: Array, surface_m2: Array, surface_from: Array, of: Array) -> Parts:
    return {
        "value": Of(daily_mg, of),
        "daily_mg": Of(daily_mg, of),
        "weekly_mg": Of(daily_mg * warfarin.DAYS, of),
        "surface_m2": Of(surface_m2, of),
        "surface_from": Of(surface_from, of),
    }


def _alleles(genotypes: Array, allele: str) -> Array:
    """How many of a genotype's two alleles are this one; NaN where it is not known."""
    found = np.full(genotypes.shape, np.nan)
    for genotype in {*genotypes.tolist()} - {None, UNKNOWN}:
        found[genotypes == genotype] = genotype.count(allele)
    return found


def _gage(patients: Patients, _: str) -> Parts:
    vkorc1, cyp2c9 = patients.words("vkorc1"), patients.words("cyp2c9")
    surface, how = _surface(patients)
    alleles = _alleles(vkorc1, "A"), _alleles(cyp2c9, "2"), _alleles(cyp2c9, "3")
    age, target = patients.numbers("age_y"), patients.numbers("target_inr")
    daily = warfarin.gage_2008(age, surface, target, *alleles, *_rest(patients))
    of = (vkorc1 != UNKNOWN) & (cyp2c9 != UNKNOWN)
    return _daily(np.asarray(daily), surface, how, of) | {"vkorc1_a": Of(alleles[0], of)}


def _gage_clinical(patients: Patients, _: str) -> Parts:
    surface, how = _surface(patients)
    age, target = patients.numbers("age_y"), patients.numbers("target_inr")
    daily = warfarin.gage_2008_clinical(age, surface, target, *_rest(patients))
    return _daily(np.asarray(daily), surface, how, np.ones(patients.size, dtype=bool))


def _eu_pact_loading(patients: Patients, _: str) -> Parts:
    cyp2c9, daily = patients.words("cyp2c9"), patients.numbers("daily_maintenance_mg")
    of = cyp2c9 != UNKNOWN
    cyp2c9[~of] = None
    found = warfarin.eu_pact_loading(daily, cyp2c9)
    return {
        "value": Of(found.day_1_mg, of),
        "day_1_mg": Of(found.day_1_mg, of),
        "day_2_mg": Of(found.day_2_mg, of),
        "day_3_mg": Of(found.day_3_mg, of),
        "daily_mg": Of(daily, of),
    }


def _warfarin_week(patients: Patients, _: str) -> Parts:
    before, change = patients.numbers("weekly_dose_mg"), patients.numbers("change_pct")
    value = np.asarray(warfarin_week.weekly_after(before, change))
    strengths = np.array([patients.numbers(name) for name in TABLETS])
    planned = ~np.isnan(value) & ~np.isnan(strengths).all(axis=0)
    mg, off, days = _plans(value, strengths, planned)
    changes = 100 * (mg - before) / before
    parts: Parts = {f"{name.lower()}": Of(days[k], planned)
                    for k, name in enumerate(warfarin_week.WEEKDAYS)}  # fmt: skip
    own: Parts = {
        "planned_mg": mg,
        "off_mg": off,
        "exact": np.abs(off) <= EXACT_MG,
        "misses_by_pct": np.round(np.abs(changes - change), 6),
        "changes_pct": changes,
        "as_intended": (change == 0) | (changes * change > 0),
    }
    parts |= {name: Of(part, planned) for name, part in own.items()}
    return parts | {
        "value": value, "daily_mg": value / warfarin_week.DAYS, "planned": planned,
    }  # fmt: skip


def _plans(value: Array, strengths: Array, planned: Array) -> tuple[Array, Array, Array]:
    """The week in mg, by how much it misses, and the words of each day.

    Each plan is made and put into words once; the patients who share it share its words.
    """
    mg = np.full(len(value), np.nan)
    days = np.full((warfarin_week.DAYS, len(value)), None, dtype=object)
    for rows in _alike(np.nan_to_num(strengths), np.flatnonzero(planned)):
        tablets = [float(s) for s in strengths[:, rows[0]] if s == s]
        plans, which = warfarin_week.week_plans(value[rows], tablets)
        mg[rows] = np.array([plan.weekly_mg for plan in plans])[which]
        days[:, rows] = np.array([_week_words(plan) for plan in plans], dtype=object).T[:, which]
    return mg, np.round(mg - value, 6), days


def _alike(strengths: Array, rows: Array) -> list[Array]:
    """Those rows, by the tablets that they have."""
    if not len(rows):
        return []
    first, second = (np.unique(each[rows], return_inverse=True)[1] for each in strengths)
    both = first * (int(second.max()) + 1) + second
    order = np.argsort(both, kind="stable")
    return np.split(rows[order], np.flatnonzero(np.diff(both[order])) + 1)


def _week_words(plan: warfarin_week.WeekPlan) -> list[str]:
    return [_day_words(mg, n) for mg, n in zip(plan.daily_mg, plan.tablets, strict=True)]


def _day_words(mg: float, tablets: tuple[tuple[float, float], ...]) -> str:
    if not mg:
        return "none"
    parts = [f"{show(n)} of {show(strength)} mg" for n, strength in tablets]
    return f"{show(mg)} mg: {' and '.join(parts)}"


def read_points(seeds: Library, texts: Sequence[str]) -> tuple[list[float], list[float]]:
    """Days and INRs as typed, ``10:2.5`` each; ValueError says what is wrong.

    Examples
    --------
    >>> from dosing.knowledge.library import load
    >>> read_points(load(), ["0:1.5", "10:2,5"])
    ([0.0, 10.0], [1.5, 2.5])
    """
    days, inrs = [], []
    for text in texts:
        day, colon, inr = text.partition(":")
        point = fill(seeds.sentences["inr-point"].text, {"typed": repr(text)})
        if not colon:
            raise ValueError(point)
        read = one_patient(seeds, {"inr": inr})
        if read.impossible[0] or read.lacks("inr")[0]:
            raise ValueError(read.remarks[0].text_at(0) if read.remarks else point)
        days.append(parse_number(seeds, day))
        inrs.append(float(read.numbers("inr")[0]))
    return days, inrs


CALCULATIONS: dict[str, Calculation] = {
    "iwpc": _iwpc,
    "iwpc-clinical": _iwpc_clinical,
    "gage-2008": _gage,
    "gage-2008-clinical": _gage_clinical,
    "eu-pact-loading": _eu_pact_loading,
    "warfarin-week": _warfarin_week,
}
