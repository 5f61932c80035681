"""Equations of drugs as the score door shows them: exchange, heparin, protamine, research."""

from typing import Any

import numpy as np

from dosing import body, critical, exchange, heparin
from dosing.equations import Answer, Equation, given, no_result, rounded, yes
from dosing.equations_warfarin import WARFARIN_EQUATIONS
from dosing.findings import Finding
from dosing.patients import Patient
from dosing.units import show

NOTHING = "Nothing follows from these values."
RATE = "heparin_units_h"
RESEARCH = (
    "Research equation from intensive care on continuous dialysis: a sanity band for an expert,"
    " never an order."
)


def _actual(weight: float, cite: str = "") -> Finding:
    return Finding("note", f"Reckoned from the actual weight, {show(weight, 1)} kg.", cite)


def _plasma_volume(patient: Patient, _: str) -> Answer:
    weight, hct = given(patient, "weight_kg"), given(patient, "hematocrit_pct")
    height, sex = patient.number("height_cm"), patient.get("sex")
    plasma = {
        "0.065 L/kg (Kaplan)": exchange.plasma_volume(weight, hct),
        "0.07 L/kg": exchange.plasma_volume(weight, hct, l_per_kg=exchange.WIDER_L_KG),
    }
    components: dict[str, Any] = {}
    findings = [
        _actual(weight),
        Finding(
            "note",
            f"Plasma is blood times (1 - hematocrit), here times {show(1 - hct / 100, 3)}.",
            "plasma-volume-factors",
        ),
        Finding("note", "The 0.065 was recalled, not read.", "kaplan-1990"),
    ]
    if sex is not None:
        plasma["70 mL/kg in men, 65 in women"] = exchange.plasma_volume_by_sex(weight, sex, hct)
    if sex is not None and height is not None:
        components["blood volume (Nadler), L"] = rounded(
            exchange.blood_volume_nadler(weight, height, sex)
        )
        plasma["Nadler"] = exchange.plasma_volume_nadler(weight, height, sex, hct)
    else:
        text = "Give height and sex for the plasma volume after Nadler as well."
        findings.append(Finding("note", text, "nadler-1962"))
    components |= {f"plasma, {name}, L": rounded(v) for name, v in plasma.items()}
    wanted = patient.number("plasma_volumes")
    for volumes in (1.0, 1.5) if wanted is None else (wanted,):
        for name in ("0.065 L/kg (Kaplan)", "Nadler"):
            if name in plasma:
                litres = exchange.exchange_volume_l(plasma[name], volumes)
                volume = "volume" if volumes == 1 else "volumes"
                words = f"exchange of {show(volumes)} plasma {volume}, {name}, L"
                components[words] = rounded(litres)
    return rounded(plasma["0.065 L/kg (Kaplan)"]), components, findings


def _plasma_removal(patient: Patient, _: str) -> Answer:
    cite = "plasma-exchange-removal"
    volumes = given(patient, "plasma_volumes")
    sessions = patient.number("exchange_sessions") or 1
    one = 100 * exchange.fraction_removed(volumes)
    value = 100 * exchange.fraction_removed(volumes, sessions)
    findings = [
        Finding("note", "Of what is in the vessels; some of it returns from the tissues.", cite),
        Finding("note", "Some pages print 88% for 1.5 plasma volumes; it is 78%.", cite),
    ]
    if sessions > 1:
        text = "Several sessions: nothing returning or made anew between them, so at the most this."
        findings.append(Finding("warn", text, cite))
    components = {"sessions": sessions, "removed by one session, %": rounded(one)}
    return rounded(value), components | {"left, %": rounded(100 - value)}, findings


def _immunoglobulin_needs(patient: Patient) -> tuple[str, ...]:
    return ("height_cm", "sex") if patient.get("ivig_weight") == "adjusted" else ()


def _immunoglobulin(patient: Patient, _: str) -> Answer:
    weight = given(patient, "weight_kg")
    used = str(patient.get("ivig_weight"))
    if used == "adjusted":
        weight = body.adjusted_body_weight(weight, given(patient, "height_cm"), patient.get("sex"))
    per_kg, days = given(patient, "immunoglobulin_g_kg"), given(patient, "immunoglobulin_days")
    found = exchange.immunoglobulin_grams(weight, per_kg)
    if np.isnan(found.exact_g):
        return no_result(NOTHING)
    components = {
        f"weight used ({used}), kg": rounded(weight),
        "rounded to 5 g, g a day": rounded(found.rounded_g),
        "days": days,
        "whole course, g": rounded(found.exact_g * days),
        "whole course, rounded days, g": rounded(found.rounded_g * days),
        "whole course, g/kg": rounded(per_kg * days),
    }
    findings = [
        Finding(
            "warn",
            f"{show(per_kg)} g/kg is read as the dose of one day, {show(per_kg * days)} g/kg in"
            " all: some sources print the total of a course.",
            "ivig-hit-cases-2020",
        ),
        Finding("note", f"Reckoned from the {used} weight, {show(weight, 1)} kg."),
        Finding("note", "No largest dose for HIT was found; follow the pharmacy's own."),
    ]
    if per_kg <= 0.4:
        text = "At 0.4 g/kg daily the platelets rose only after the third dose."
        findings.append(Finding("note", text, "warkentin-2019-ivig"))
    if patient.get("plasma_exchange_planned") == "planned":
        text = "Plasma exchange removes immunoglobulin: give it after the exchange."
        findings.append(Finding("warn", text))
    if found.rounded_g == 0:
        findings.append(Finding("warn", "Rounding to 5 g leaves nothing: use the exact dose."))
    return rounded(found.exact_g), components, findings


def _immunoglobulin_response(patient: Patient, _: str) -> Answer:
    cite = "ivig-hit-responses"
    found = exchange.platelet_response(
        given(patient, "platelets_before"), given(patient, "platelets")
    )
    text = "A response is defined differently: a rise of at least 50 × 10⁹/L within 5 days, or a"
    text += " count above 100 × 10⁹/L, or no more thrombosis."
    components = {
        "rise of at least 50 × 10⁹/L": "yes" if found.responded else "no",
        "count above 100 × 10⁹/L": "yes" if given(patient, "platelets") > 100 else "no",
    }
    return rounded(found.rise), components, [Finding("note", text, cite)]


def _heparin_day(patient: Patient, _: str) -> Answer:
    isth, weight = "isth-resistance-2023", given(patient, "weight_kg")
    day = heparin.units_per_day(given(patient, RATE))
    per_kg = heparin.units_kg_h(given(patient, RATE), weight)
    above = day > heparin.RESISTANT_UNITS_DAY
    components: dict[str, Any] = {
        "units/kg/h": rounded(per_kg),
        "more than 35,000 units in 24 h": "yes" if above else "no",
    }
    for limit in heparin.RESISTANT_UNITS_KG_H:
        components[f"at least {limit} units/kg/h"] = "yes" if per_kg >= limit else "no"
    findings = [
        Finding("note", "No definition of heparin resistance found consensus.", isth),
        Finding(
            "note",
            "Resistance is a target not reached: no threshold of dose shows it without an aPTT"
            " and an anti-Xa level.",
        ),
        Finding(
            "note",
            "The limits of 20, 21 and 25 units/kg/h were recalled, not read.",
            "resistance-by-weight",
        ),
        Finding("note", "The label's range reaches 40,000 units in 24 h.", "heparin-us-label 2.3"),
        _actual(weight),
    ]
    alone = heparin.resistant_by_weight_alone_kg()
    if weight > alone:
        text = (
            f"Above {show(alone, 2)} kg the standard start of 18 units/kg/h is already more than"
            " 35,000 units in 24 h: that threshold says nothing here."
        )
        findings.append(Finding("warn" if above else "note", text, "raschke-1993"))
    return rounded(day), components, findings


AT_AND_HEPARIN = Finding(
    "warn",
    "Antithrombin makes heparin act more strongly: measure heparin again within 2 to 6 h (the hours"
    " were recalled) and be ready to lower it.",
    "antithrombin-us-label",
)


def _antithrombin_load(patient: Patient, _: str) -> Answer:
    cite = "antithrombin-us-label"
    weight = given(patient, "weight_kg")
    baseline, target = given(patient, "antithrombin_pct"), given(patient, "antithrombin_target_pct")
    found = heparin.antithrombin_load(baseline, target, weight)
    if np.isnan(found.load_units):
        return no_result(NOTHING)
    components = {
        "units/kg": rounded(found.units_kg),
        "maintenance every 24 h, units": rounded(found.maintenance_units),
        "expected peak, %": rounded(found.expected_peak_pct),
    }
    findings = [
        AT_AND_HEPARIN,
        Finding(
            "note",
            "The rise of 1.4% for each unit/kg is an average: measure at 20 min, at 12 h and"
            " before the next dose, and adjust.",
            cite,
        ),
        Finding("note", "Licensed for hereditary deficiency; otherwise off-label.", cite),
        _actual(weight),
    ]
    if found.load_units == 0:
        findings.append(Finding("warn", "The baseline reaches the target: nothing to give.", cite))
    return rounded(found.load_units), components, findings


def _antithrombin_recombinant(patient: Patient, _: str) -> Answer:
    cite = "atryn-us-label"
    weight, pregnant = given(patient, "weight_kg"), yes(patient, "pregnancy")
    found = heparin.antithrombin_recombinant(given(patient, "antithrombin_pct"), weight, pregnant)
    if np.isnan(found.load_units):
        return no_result(NOTHING)
    more, less = (found.units_h * (1 + sign * heparin.RECOMBINANT_STEP) for sign in (1, -1))
    components = {
        "row": "pregnant" if pregnant else "surgical",
        "maintenance, units/h": rounded(found.units_h),
        "if below 80% after 2 h, units/h": rounded(more),
        "if above 120% after 2 h, units/h": rounded(less),
    }
    findings = [
        AT_AND_HEPARIN,
        Finding("note", "The load runs over 15 min, the maintenance after it.", cite),
        Finding("note", "Cesarean section counts as pregnant.", cite),
        Finding("note", "30% more or less at a level; a page that prints 50% is in error.", cite),
        Finding("note", "Perhaps no longer marketed (recalled): ask the pharmacy.", cite),
        _actual(weight),
    ]
    if found.load_units == 0:
        findings.append(Finding("warn", "The baseline is at 100% or above: nothing to give.", cite))
    return rounded(found.load_units), components, findings


def _plasma_antithrombin(patient: Patient, _: str) -> Answer:
    cite = "plasma-as-antithrombin"
    weight, ml = given(patient, "weight_kg"), given(patient, "plasma_ml")
    found = heparin.plasma_antithrombin(ml, weight)
    components = {
        "antithrombin, units": rounded(found.units),
        "plasma, mL/kg": rounded(ml / weight),
    }
    baseline = patient.number("antithrombin_pct")
    if baseline is not None:
        components["expected level, %"] = rounded(baseline + found.rise_pct)
    findings = [
        Finding("note", "About 1 unit of antithrombin in 1 mL of plasma.", cite),
        Finding("warn", "Slow, and a load of volume: overload and lung injury can follow.", cite),
        AT_AND_HEPARIN,
        _actual(weight),
    ]
    return rounded(found.rise_pct), components, findings


def _protamine_infusion(patient: Patient, _: str) -> Answer:
    cite = "protamine-pages"
    rate, hours = given(patient, RATE), given(patient, "heparin_hours_on")
    low, high = (heparin.protamine_no_decay(rate, hours, counted_h=h) for h in heparin.COUNTED_H)
    halved = heparin.protamine_halving(rate, hours)
    components = {
        "last 2 h in full, heparin, units": rounded(low.heparin_units),
        "last 2.5 h in full, heparin, units": rounded(high.heparin_units),
        "last 2.5 h in full, protamine, mg": rounded(high.protamine_mg),
        "last 3 h as 1, 1/2 and 1/4, heparin, units": rounded(halved.heparin_units),
        "last 3 h as 1, 1/2 and 1/4, protamine, mg": rounded(halved.protamine_mg),
    }
    findings = [
        Finding(
            "note",
            "Two methods: the last 2 to 2.5 h in full (the result is for 2 h), or the last 3 h"
            " as 1, 1/2 and 1/4. Heparin given earlier does not count.",
            cite,
        ),
        Finding("note", "Over at least 10 min, at most 5 mg/min.", cite),
        Finding("note", "Measure aPTT or ACT 5 to 10 min after; it may rebound at 6 to 8 h.", cite),
        Finding("warn", "Only for heparin: no use after argatroban, bivalirudin or fondaparinux."),
    ]
    if high.uncapped_mg > heparin.PROTAMINE_CAP_MG:
        most = max(high.uncapped_mg, halved.uncapped_mg)
        text = f"Worked out as up to {show(most, 1)} mg: held at 50 mg, the most for one dose."
        findings.append(Finding("warn", text, cite))
    return rounded(low.protamine_mg), components, findings


LINK = {
    "apache2": ("from APACHE II", critical.link_2009_apache),
    "saps2": ("from SAPS II", critical.link_2009_saps),
    "icg_pdr_pct_min": ("from indocyanine green", critical.link_2009_icg),
}


def _research(patient: Patient, cite: str) -> list[Finding]:
    findings = [
        Finding("warn", RESEARCH, cite),
        Finding("note", "The published equations disagree with each other."),
    ]
    if patient.get("renal_replacement") not in (None, "crrt"):
        text = "The patient is not on continuous dialysis, from which the equation comes."
        findings.append(Finding("warn", text, cite))
    return findings


def _argatroban_link(patient: Patient, _: str) -> Answer:
    cite = "link-2009"
    components: dict[str, Any] = {}
    rates = []
    for name, (words, equation) in LINK.items():
        value = patient.number(name)
        if value is None:
            continue
        rates.append(float(equation(value)))
        components[f"{words}, mcg/kg/min"] = rounded(rates[-1]) or "no dose"
    findings = _research(patient, cite)
    if any(np.isnan(rate) for rate in rates):
        text = "The equation gives zero or less here: it does not hold. Ask an expert."
        return None, components, [Finding("stop", text, cite), *findings]
    load = f"Fitted on 30 patients, after {critical.LINK_LOAD_MCG_KG} mcg/kg: no advice here."
    findings.append(Finding("note", load, cite))
    if len(rates) > 1:
        findings.append(
            Finding("note", "Several scores were given: the lowest result stands.", cite)
        )
    return rounded(min(rates)), components, findings


def _argatroban_dingman(patient: Patient, _: str) -> Answer:
    cite = "dingman-2020"
    rate = critical.dingman_2020(given(patient, "modified_sofa"))
    findings = _research(patient, cite)
    if np.isnan(rate):
        text = "The equation gives zero or less here: it does not hold. Ask an expert."
        return None, {}, [Finding("stop", text, cite), *findings]
    findings.append(Finding("note", "The correlation is weak (r = -0.34).", cite))
    return rounded(rate), {}, findings


DRUG_EQUATIONS = WARFARIN_EQUATIONS | {
    e.name: e
    for e in (
        Equation(
            name="plasma-volume",
            title="Plasma volume and volume of an exchange",
            unit="L",
            cite="kaplan-1990",
            needs=("weight_kg", "hematocrit_pct"),
            may=("height_cm", "sex", "plasma_volumes"),
            run=_plasma_volume,
        ),
        Equation(
            name="plasma-removal",
            title="What plasma exchange removes from the vessels",
            unit="%",
            cite="plasma-exchange-removal",
            needs=("plasma_volumes",),
            may=("exchange_sessions",),
            run=_plasma_removal,
        ),
        Equation(
            name="immunoglobulin-grams",
            title="Immunoglobulin by weight",
            unit="g a day",
            cite="ivig-hit-cases-2020",
            needs=("weight_kg", "immunoglobulin_g_kg", "immunoglobulin_days", "ivig_weight"),
            may=("height_cm", "sex", "plasma_exchange_planned"),
            needs_if=_immunoglobulin_needs,
            run=_immunoglobulin,
        ),
        Equation(
            name="immunoglobulin-response",
            title="Rise of the platelets after immunoglobulin",
            unit="× 10⁹/L",
            cite="ivig-hit-responses",
            needs=("platelets_before", "platelets"),
            run=_immunoglobulin_response,
        ),
        Equation(
            name="heparin-day",
            title="Heparin in 24 h against the thresholds of resistance",
            unit="units in 24 h",
            cite="isth-resistance-2023",
            needs=(RATE, "weight_kg"),
            run=_heparin_day,
        ),
        Equation(
            name="antithrombin-load",
            title="Antithrombin from plasma: load and maintenance",
            unit="units",
            cite="antithrombin-us-label",
            needs=("antithrombin_pct", "antithrombin_target_pct", "weight_kg"),
            run=_antithrombin_load,
        ),
        Equation(
            name="antithrombin-recombinant",
            title="Recombinant antithrombin: load and hourly rate",
            unit="units",
            cite="atryn-us-label",
            needs=("antithrombin_pct", "weight_kg", "pregnancy"),
            run=_antithrombin_recombinant,
        ),
        Equation(
            name="plasma-antithrombin",
            title="Plasma as a source of antithrombin: rise to expect",
            unit="%",
            cite="plasma-as-antithrombin",
            needs=("plasma_ml", "weight_kg"),
            may=("antithrombin_pct",),
            run=_plasma_antithrombin,
        ),
        Equation(
            name="protamine-infusion",
            title="Protamine for a heparin infusion",
            unit="mg",
            cite="protamine-pages",
            needs=(RATE, "heparin_hours_on"),
            run=_protamine_infusion,
        ),
        Equation(
            name="argatroban-link-2009",
            title="Argatroban on continuous dialysis by severity of illness (Link 2009)",
            unit="mcg/kg/min",
            cite="link-2009",
            needs=(),
            any_of=(*LINK,),
            may=("renal_replacement",),
            run=_argatroban_link,
        ),
        Equation(
            name="argatroban-dingman-2020",
            title="Argatroban in intensive care by modified SOFA (Dingman 2020)",
            unit="mcg/kg/min",
            cite="dingman-2020",
            needs=("modified_sofa",),
            may=("renal_replacement",),
            run=_argatroban_dingman,
        ),
    )
}
