"""Arithmetic of exchange, heparin, protamine and research equations; the words are in the seeds."""

import numpy as np

from dosing.equations import body, critical, exchange, heparin
from dosing.rules.patients import Patient
from dosing.scores.calculation import Calculation, Parts, given, yes

RATE = "heparin_units_h"


def _plasma_volume(patient: Patient, _: str) -> Parts:
    weight, hct = given(patient, "weight_kg"), given(patient, "hematocrit_pct")
    height, sex = patient.number("height_cm"), patient.get("sex")
    kaplan = exchange.plasma_volume(weight, hct)
    plasma = {"kaplan": kaplan}
    parts: Parts = {
        "value": kaplan,
        "kaplan_l": kaplan,
        "wider_l": exchange.plasma_volume(weight, hct, l_per_kg=exchange.WIDER_L_KG),
        "plasma_part": exchange.plasma_part(hct),
        "nadler_possible": sex is not None and height is not None,
    }
    if sex is not None:
        parts["by_sex_l"] = exchange.plasma_volume_by_sex(weight, sex, hct)
    if sex is not None and height is not None:
        parts["blood_nadler_l"] = exchange.blood_volume_nadler(weight, height, sex)
        plasma["nadler"] = exchange.plasma_volume_nadler(weight, height, sex, hct)
        parts["nadler_l"] = plasma["nadler"]
    wanted = patient.number("plasma_volumes")
    usual = {"1": 1.0, "1_5": 1.5} if wanted is None else {"wanted": wanted}
    for which, volumes in usual.items():
        for by, litres in plasma.items():
            parts[f"exchange_{which}_{by}_l"] = exchange.exchange_volume_l(litres, volumes)
    return parts


def _plasma_removal(patient: Patient, _: str) -> Parts:
    volumes = given(patient, "plasma_volumes")
    sessions = patient.number("exchange_sessions") or 1
    value = 100 * exchange.fraction_removed(volumes, sessions)
    return {
        "value": value,
        "sessions": sessions,
        "one_session_pct": 100 * exchange.fraction_removed(volumes),
        "left_pct": 100 - value,
    }


def _immunoglobulin(patient: Patient, _: str) -> Parts:
    weight = given(patient, "weight_kg")
    if patient.get("ivig_weight") == "adjusted":
        weight = body.adjusted_body_weight(weight, given(patient, "height_cm"), patient.get("sex"))
    per_kg, days = given(patient, "immunoglobulin_g_kg"), given(patient, "immunoglobulin_days")
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


def _immunoglobulin_response(patient: Patient, _: str) -> Parts:
    before, now = given(patient, "platelets_before"), given(patient, "platelets")
    return {"value": exchange.platelet_response(before, now).rise}


def _heparin_day(patient: Patient, _: str) -> Parts:
    rate, weight = given(patient, RATE), patient.number("weight_kg")
    day = {"value": heparin.units_per_day(rate)}
    if weight is None:
        return day
    alone = heparin.resistant_by_weight_alone_kg()
    by_weight = {"units_kg_h": heparin.units_kg_h(rate, weight), "alone_kg": alone}
    return day | by_weight | {"weight_alone": weight > alone}


def _antithrombin_load(patient: Patient, _: str) -> Parts:
    baseline, target = given(patient, "antithrombin_pct"), given(patient, "antithrombin_target_pct")
    found = heparin.antithrombin_load(baseline, target, given(patient, "weight_kg"))
    return {"value": found.load_units, **found._asdict()}


def _antithrombin_recombinant(patient: Patient, _: str) -> Parts:
    weight, pregnant = given(patient, "weight_kg"), yes(patient, "pregnancy")
    found = heparin.antithrombin_recombinant(given(patient, "antithrombin_pct"), weight, pregnant)
    return {
        "value": found.load_units,
        "row": "pregnant" if pregnant else "surgical",
        "maintenance_units_h": found.units_h,
        "more_units_h": found.units_h * (1 + heparin.RECOMBINANT_STEP),
        "less_units_h": found.units_h * (1 - heparin.RECOMBINANT_STEP),
    }


def _plasma_antithrombin(patient: Patient, _: str) -> Parts:
    weight, ml = given(patient, "weight_kg"), given(patient, "plasma_ml")
    found = heparin.plasma_antithrombin(ml, weight)
    parts: Parts = {"value": found.rise_pct, "units": found.units, "ml_kg": ml / weight}
    baseline = patient.number("antithrombin_pct")
    return parts if baseline is None else parts | {"expected_pct": baseline + found.rise_pct}


def _protamine_infusion(patient: Patient, _: str) -> Parts:
    rate, hours = given(patient, RATE), given(patient, "heparin_hours_on")
    low, high = (heparin.protamine_no_decay(rate, hours, counted_h=h) for h in heparin.COUNTED_H)
    halved = heparin.protamine_halving(rate, hours)
    return {
        "value": low.protamine_mg,
        "last_2_h_units": low.heparin_units,
        "last_2_5_h_units": high.heparin_units,
        "last_2_5_h_mg": high.protamine_mg,
        "halved_units": halved.heparin_units,
        "halved_mg": halved.protamine_mg,
        "most_uncapped_mg": max(high.uncapped_mg, halved.uncapped_mg),
    }


LINK = {
    "apache2": critical.link_2009_apache,
    "saps2": critical.link_2009_saps,
    "icg_pdr_pct_min": critical.link_2009_icg,
}


def _argatroban_link(patient: Patient, _: str) -> Parts:
    rates = {
        name: float(equation(patient.number(name)))
        for name, equation in LINK.items()
        if patient.get(name) is not None
    }
    holds = not any(np.isnan(rate) for rate in rates.values())
    parts: Parts = {f"from_{name.split('_')[0]}": rate for name, rate in rates.items()}
    parts |= {"holds": holds, "scores_given": len(rates)}
    return parts | ({"value": min(rates.values())} if holds else {})


def _argatroban_dingman(patient: Patient, _: str) -> Parts:
    return {"value": critical.dingman_2020(given(patient, "modified_sofa"))}


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
