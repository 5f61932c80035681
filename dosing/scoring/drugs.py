"""Arithmetic of exchange, heparin, protamine and research equations; the words are in the seeds."""

from typing import Any

import numpy as np

from dosing.equations import body, critical, exchange, heparin
from dosing.rules.columns import Patients
from dosing.scoring.parts import Calculation, Of, Parts, given

RATE = "heparin_units_h"


def _plasma_volume(patients: Patients, _: str) -> Parts:
    weight, hct = patients.numbers("weight_kg"), patients.numbers("hematocrit_pct")
    height, sex = patients.numbers("height_cm"), patients.words("sex")
    has_sex = given(patients, "sex")
    both = has_sex & given(patients, "height_cm")
    kaplan = exchange.plasma_volume(weight, hct)
    nadler = exchange.plasma_volume_nadler(weight, height, sex, hct)
    parts: Parts = {
        "value": kaplan,
        "kaplan_l": kaplan,
        "wider_l": exchange.plasma_volume(weight, hct, l_per_kg=exchange.WIDER_L_KG),
        "plasma_part": exchange.plasma_part(hct),
        "nadler_possible": both,
        "by_sex_l": Of(exchange.plasma_volume_by_sex(weight, sex, hct), has_sex),
        "blood_nadler_l": Of(exchange.blood_volume_nadler(weight, height, sex), both),
        "nadler_l": Of(nadler, both),
    }
    wanted, has_wanted = patients.numbers("plasma_volumes"), given(patients, "plasma_volumes")
    everybody = np.ones(patients.size, dtype=bool)
    for which, volumes in {"1": 1.0, "1_5": 1.5, "wanted": wanted}.items():
        asked = has_wanted if which == "wanted" else ~has_wanted
        for by, litres, of in (("kaplan", kaplan, everybody), ("nadler", nadler, both)):
            exchanged = exchange.exchange_volume_l(litres, volumes)
            parts[f"exchange_{which}_{by}_l"] = Of(exchanged, asked & of)
    return parts


def _plasma_removal(patients: Patients, _: str) -> Parts:
    volumes, sessions = patients.numbers("plasma_volumes"), patients.numbers("exchange_sessions")
    sessions = np.where(sessions > 0, sessions, 1.0)
    value = 100 * exchange.fraction_removed(volumes, sessions)
    return {
        "value": value,
        "sessions": sessions,
        "one_session_pct": 100 * exchange.fraction_removed(volumes),
        "left_pct": 100 - value,
    }


def _immunoglobulin(patients: Patients, _: str) -> Parts:
    weight, height = patients.numbers("weight_kg"), patients.numbers("height_cm")
    adjusted = body.adjusted_body_weight(weight, height, patients.words("sex"))
    weight = np.where(patients.words("ivig_weight") == "adjusted", adjusted, weight)
    per_kg = patients.numbers("immunoglobulin_g_kg")
    days = patients.numbers("immunoglobulin_days")
    found = exchange.immunoglobulin_grams(weight, per_kg)
    return {
        "value": found.exact_g,
        "weight_used_kg": weight,
        "rounded_g": found.rounded_g,
        "days": days,
        "course_g": found.exact_g * days,
        "course_rounded_g": found.rounded_g * days,
        "course_g_kg": per_kg * days,
    }


def _immunoglobulin_response(patients: Patients, _: str) -> Parts:
    before, now = patients.numbers("platelets_before"), patients.numbers("platelets")
    return {"value": exchange.platelet_response(before, now).rise}


def _heparin_day(patients: Patients, _: str) -> Parts:
    rate, weight = patients.numbers(RATE), patients.numbers("weight_kg")
    weighed, alone = given(patients, "weight_kg"), heparin.resistant_by_weight_alone_kg()
    return {
        "value": heparin.units_per_day(rate),
        "units_kg_h": Of(heparin.units_kg_h(rate, weight), weighed),
        "alone_kg": alone,
        "weight_alone": Of(weight > alone, weighed),
    }


def _antithrombin_load(patients: Patients, _: str) -> Parts:
    found = heparin.antithrombin_load(
        patients.numbers("antithrombin_pct"),
        patients.numbers("antithrombin_target_pct"),
        patients.numbers("weight_kg"),
    )
    return {"value": found.load_units, **found._asdict()}


def _antithrombin_recombinant(patients: Patients, _: str) -> Parts:
    weight, pregnant = patients.numbers("weight_kg"), patients.is_yes("pregnancy")
    found = heparin.antithrombin_recombinant(patients.numbers("antithrombin_pct"), weight, pregnant)
    return {
        "value": found.load_units,
        "row": np.where(pregnant, "pregnant", "surgical"),
        "maintenance_units_h": found.units_h,
        "more_units_h": found.units_h * (1 + heparin.RECOMBINANT_STEP),
        "less_units_h": found.units_h * (1 - heparin.RECOMBINANT_STEP),
    }


def _plasma_antithrombin(patients: Patients, _: str) -> Parts:
    weight, ml = patients.numbers("weight_kg"), patients.numbers("plasma_ml")
    baseline = patients.numbers("antithrombin_pct")
    found = heparin.plasma_antithrombin(ml, weight)
    return {
        "value": found.rise_pct,
        "units": found.units,
        "ml_kg": ml / weight,
        "expected_pct": Of(baseline + found.rise_pct, given(patients, "antithrombin_pct")),
    }


def _protamine_infusion(patients: Patients, _: str) -> Parts:
    rate, hours = patients.numbers(RATE), patients.numbers("heparin_hours_on")
    low, high = (heparin.protamine_no_decay(rate, hours, counted_h=h) for h in heparin.COUNTED_H)
    halved = heparin.protamine_halving(rate, hours)
    return {
        "value": low.protamine_mg,
        "last_2_h_units": low.heparin_units,
        "last_2_5_h_units": high.heparin_units,
        "last_2_5_h_mg": high.protamine_mg,
        "halved_units": halved.heparin_units,
        "halved_mg": halved.protamine_mg,
        "most_uncapped_mg": np.maximum(high.uncapped_mg, halved.uncapped_mg),
    }


LINK = {
    "apache2": critical.link_2009_apache,
    "saps2": critical.link_2009_saps,
    "icg_pdr_pct_min": critical.link_2009_icg,
}


def _argatroban_link(patients: Patients, _: str) -> Parts:
    """The lowest rate of the scores given; none where any of them leaves nothing."""
    rates: Any = {n: np.asarray(by(patients.numbers(n))) for n, by in LINK.items()}
    has = {name: given(patients, name) for name in LINK}
    fails = [has[name] & np.isnan(rates[name]) for name in LINK]
    holds = ~np.logical_or.reduce(fails)
    parts: Parts = {f"from_{n.split('_')[0]}": Of(rates[n], has[n]) for n in LINK}
    lowest = np.fmin.reduce(list(rates.values()))
    return parts | {
        "holds": holds,
        "scores_given": np.sum(list(has.values()), axis=0, dtype=float),
        "value": np.where(holds, lowest, np.nan),
    }


def _argatroban_dingman(patients: Patients, _: str) -> Parts:
    return {"value": critical.dingman_2020(patients.numbers("modified_sofa"))}


CALCULATIONS: dict[str, Calculation] = {
    "plasma-volume": _plasma_volume,
    "plasma-removal": _plasma_removal,
    "immunoglobulin-grams": _immunoglobulin,
    "immunoglobulin-response": _immunoglobulin_response,
    "heparin-day": _heparin_day,
    "antithrombin-load": _antithrombin_load,
    "antithrombin-recombinant": _antithrombin_recombinant,
    "plasma-antithrombin": _plasma_antithrombin,
    "protamine-infusion": _protamine_infusion,
    "argatroban-link-2009": _argatroban_link,
    "argatroban-dingman-2020": _argatroban_dingman,
}
