"""Equations of dosing and the functions of others that should give the same."""

import clincalc
import medimetry
from medcalc import (
    adjusted_body_weight,
    bmi_calculator,
    bsa_calculator,
    ckd_epi_2021_creatinine,
    creatinine_clearance,
    ideal_body_weight,
    meldna,
)
from medimetry import anthropometric, renal

from docs.agreement import Comparison, Draw, Patient, Reason, by
from dosing.equations import body, liver
from dosing.equations import renal as kidney

CLINCALC, MEDCALC, MEDIMETRY = "clincalc", "medcalc-bench", "medimetry"
MEDIMETRY_SEX = {"female": medimetry.Gender.FEMALE, "male": medimetry.Gender.MALE}


def ask_clincalc(name: str, **inputs: object) -> dict:
    """Its whole answer: the result, and the values that it worked with."""
    return clincalc.calculate(name, inputs)


def _figure(patient: Patient) -> dict:
    """Age, sex, size and creatinine as medcalc-bench wants them."""
    return {
        "age": [patient.get("age_y"), "years"],
        "sex": patient.get("sex", "").capitalize(),
        "weight": (patient.get("weight_kg"), "kg"),
        "height": (patient.get("height_cm"), "cm"),
        "creatinine": (patient.get("creatinine_mg_dl"), "mg/dL"),
    }


def _size(draw: Draw) -> Patient:
    return {
        "sex": draw.sex(),
        "weight_kg": draw.number(35, 200),
        "height_cm": draw.number(130, 210, 0),
    }


def _renal(draw: Draw) -> Patient:
    creatinine = draw.number(0.3, 9, 2, edges=(0.7, 0.9))
    return _size(draw) | {"age_y": draw.randint(18, 99), "creatinine_mg_dl": creatinine}


def _liver(draw: Draw) -> Patient:
    return {
        "bilirubin_mg_dl": draw.number(0.2, 30, 1, edges=(1,)),
        "inr": draw.number(0.8, 6, 2, edges=(1,)),
        "creatinine_mg_dl": draw.number(0.4, 6, 2, edges=(1, 3, 4)),
        "dialysis": draw.maybe(0.2),
    }


def _liver_and_sodium(draw: Draw) -> Patient:
    return _liver(draw) | {"sodium_mmol_l": draw.number(115, 150, 0, edges=(125, 137))}


def _liver_3(draw: Draw) -> Patient:
    albumin = draw.number(1, 5, 1, edges=(1.5, 3.5))
    return _liver_and_sodium(draw) | {"albumin_g_dl": albumin, "sex": draw.sex()}


def _liver_units(patient: Patient) -> dict:
    return {
        "bilirubin": patient["bilirubin_mg_dl"],
        "bilirubin_unit": "mg/dL",
        "inr": patient["inr"],
        "creatinine": patient["creatinine_mg_dl"],
        "creatinine_unit": "mg/dL",
    }


def _renal_units(patient: Patient) -> dict:
    return {
        "age": patient["age_y"],
        "sex": patient["sex"],
        "creatinine": patient["creatinine_mg_dl"],
        "creatinine_unit": "mg/dL",
    }


def _by_rule(*columns: object) -> kidney.Clearance:
    return kidney.crcl("actual_below_ideal", *columns)


def _by_body_mass(patient: Patient) -> str:
    """The weight that medcalc-bench reckons from, in the words of dosing."""
    mass = round(patient["weight_kg"] / round(patient["height_cm"] / 100, 3) ** 2, 3)
    if mass < 18.5:
        return "actual"
    if mass > 24.9:
        return "adjusted"
    ideal = body.ideal_body_weight(patient["height_cm"], patient["sex"])
    return "actual" if patient["weight_kg"] < ideal else "ideal"


def _weight_used(patient: Patient) -> str:
    names = (AGE, WEIGHT, CREATININE, SEX, HEIGHT)
    return str(_by_rule(*(patient[name] for name in names)).weight_used)


AGE, WEIGHT, HEIGHT, SEX = "age_y", "weight_kg", "height_cm", "sex"
BILIRUBIN, CREATININE, SODIUM = "bilirubin_mg_dl", "creatinine_mg_dl", "sodium_mmol_l"
CRCL = by(kidney.cockcroft_gault, AGE, WEIGHT, CREATININE, SEX)
CKD_EPI = by(kidney.ckd_epi_2021, CREATININE, AGE, SEX)

SIZE = (
    Comparison(
        "body-size", "Body mass index", CLINCALC, "bmi", _size,
        by(body.bmi, WEIGHT, HEIGHT),
        lambda p: ask_clincalc("bmi", weight_kg=p["weight_kg"], height_cm=p["height_cm"])["result"],
        step=0.1,
    ),
    Comparison(
        "body-size", "Body mass index", MEDIMETRY, "anthropometric.bmi_from_cm", _size,
        by(body.bmi, WEIGHT, HEIGHT),
        lambda p: anthropometric.bmi_from_cm(p["weight_kg"], p["height_cm"]),
        step=0.1,
    ),
    Comparison(
        "body-size", "Body mass index", MEDCALC, "bmi_calculator", _size,
        by(body.bmi, WEIGHT, HEIGHT),
        lambda p: bmi_calculator.bmi_calculator_explanation(_figure(p))["Answer"],
        step=0.001,
    ),
    Comparison(
        "body-size", "Body surface (Mosteller)", CLINCALC, "body_surface_area", _size,
        by(body.bsa_mosteller, WEIGHT, HEIGHT),
        lambda p: ask_clincalc(
            "body_surface_area", weight_kg=p["weight_kg"], height_cm=p["height_cm"]
        )["working"]["body_surface_area_m2_unrounded"],
    ),
    Comparison(
        "body-size", "Body surface (Mosteller)", MEDIMETRY, "anthropometric.bsa_mosteller", _size,
        by(body.bsa_mosteller, WEIGHT, HEIGHT),
        lambda p: anthropometric.bsa_mosteller(p["weight_kg"], p["height_cm"] / 100),
        step=0.01,
    ),
    Comparison(
        "body-size", "Body surface (Mosteller)", MEDCALC, "bsa_calculator", _size,
        by(body.bsa_mosteller, WEIGHT, HEIGHT),
        lambda p: bsa_calculator.bsa_calculator_explaination(_figure(p))["Answer"],
        step=0.001,
    ),
    Comparison(
        "body-size", "Body surface (Du Bois)", MEDIMETRY, "anthropometric.bsa_dubois", _size,
        by(body.bsa_du_bois, WEIGHT, HEIGHT),
        lambda p: anthropometric.bsa_dubois(p["weight_kg"], p["height_cm"] / 100),
        step=0.01,
    ),
    Comparison(
        "body-size", "Ideal weight (Devine)", MEDCALC, "ideal_body_weight", _size,
        by(body.ideal_body_weight, HEIGHT, SEX),
        lambda p: ideal_body_weight.ibw_explanation(_figure(p))["Answer"],
        step=0.005,
    ),
    Comparison(
        "body-size", "Adjusted weight", MEDCALC, "adjusted_body_weight", _size,
        by(body.adjusted_body_weight, WEIGHT, HEIGHT, SEX),
        lambda p: adjusted_body_weight.abw_explanation(_figure(p))["Answer"],
        step=0.005,
    ),
)  # fmt: skip

KIDNEYS = (
    Comparison(
        "cockcroft-gault", "Creatinine clearance (Cockcroft-Gault)", CLINCALC, "cockcroft_gault",
        _renal, CRCL,
        lambda p: ask_clincalc(
            "cockcroft_gault", weight_kg=p["weight_kg"], **_renal_units(p)
        )["result"],
        step=0.1,
    ),
    Comparison(
        "cockcroft-gault", "Creatinine clearance (Cockcroft-Gault)", MEDIMETRY,
        "renal.cockcroft_gault", _renal, CRCL,
        lambda p: renal.cockcroft_gault(
            p["age_y"], p["weight_kg"], p["creatinine_mg_dl"], MEDIMETRY_SEX[p["sex"]]
        ),
        step=0.1,
    ),
    Comparison(
        "cockcroft-gault", "Creatinine clearance, weight by rule", MEDCALC,
        "creatinine_clearance", _renal,
        by(lambda *of: _by_rule(*of).crcl_ml_min, AGE, WEIGHT, CREATININE, SEX, HEIGHT),
        lambda p: creatinine_clearance.generate_cockcroft_gault_explanation(_figure(p))["Answer"],
        step=0.02,
        reasons=(
            Reason(
                "It chooses the weight by body mass index (below 18.5 the actual, to 24.9 the "
                "smaller of ideal and actual, above that the adjusted weight). The rule "
                "`actual_below_ideal` compares the actual weight with the ideal one, and adjusts "
                "above 1.2 times the ideal weight. Both are in use; dosing says which it took.",
                "variant",
                lambda p: _by_body_mass(p) != _weight_used(p),
            ),
        ),
    ),
    Comparison(
        "ckd-epi-2021", "eGFR (CKD-EPI 2021)", CLINCALC, "egfr", _renal, CKD_EPI,
        lambda p: ask_clincalc("egfr", **_renal_units(p))["result"],
        step=1,
    ),
    Comparison(
        "ckd-epi-2021", "eGFR (CKD-EPI 2021)", MEDIMETRY, "renal.ckd_epi", _renal, CKD_EPI,
        lambda p: renal.ckd_epi(p["creatinine_mg_dl"], p["age_y"], MEDIMETRY_SEX[p["sex"]]),
    ),
    Comparison(
        "ckd-epi-2021", "eGFR (CKD-EPI 2021)", MEDCALC, "ckd_epi_2021", _renal, CKD_EPI,
        lambda p: ckd_epi_2021_creatinine.ckd_epi_2021(_figure(p)),
    ),
    Comparison(
        "ckd-epi-2021", "eGFR (CKD-EPI 2021)", MEDCALC, "ckd_epi_2021_explanation", _renal,
        CKD_EPI,
        lambda p: ckd_epi_2021_creatinine.ckd_epi_2021_explanation(_figure(p))["Answer"],
        step=0.001,
        reasons=(
            Reason(
                "It divides a man's creatinine of 0.9 mg/dL or less by 0.7, where the equation has "
                "0.9 (Inker 2021); the other function of the same package has 0.9.",
                "theirs",
                lambda p: p["sex"] == "male" and p["creatinine_mg_dl"] <= 0.9,
            ),
        ),
    ),
)  # fmt: skip

LIVER = (
    Comparison(
        "meld", "MELD", CLINCALC, "meld", _liver,
        by(lambda *of: liver.meld(*of).score, BILIRUBIN, "inr", CREATININE, "dialysis"),
        lambda p: ask_clincalc(
            "meld", dialysis_twice_past_week=p["dialysis"], **_liver_units(p)
        )["result"],
    ),
    Comparison(
        "meld-na", "MELD-Na (2016)", MEDCALC, "meldna", _liver_and_sodium,
        by(
            lambda *of: liver.meld_na_optn_2016(*of).score,
            BILIRUBIN, "inr", CREATININE, SODIUM, "dialysis",
        ),
        lambda p: meldna.compute_meldna_explanation({
            "bilirubin": (p["bilirubin_mg_dl"], "mg/dL"), "inr": p["inr"],
            "creatinine": (p["creatinine_mg_dl"], "mg/dL"),
            "sodium": (p["sodium_mmol_l"], "mEq/L"), "dialysis_twice": p["dialysis"],
        })["Answer"],
        reasons=(
            Reason(
                "With dialysis, creatinine counts as 4 mg/dL. It asks for dialysis only when "
                "creatinine is from 1 to 4, and counts a lower one as 1.",
                "theirs",
                lambda p: p["dialysis"] and p["creatinine_mg_dl"] < 1,
            ),
        ),
    ),
    Comparison(
        "meld-3", "MELD 3.0", CLINCALC, "meld_3", _liver_3,
        by(
            lambda *of: liver.meld_3(*of).score,
            BILIRUBIN, "inr", CREATININE, SODIUM, "albumin_g_dl", SEX, "dialysis",
        ),
        lambda p: ask_clincalc(
            "meld_3", sodium_mmol_l=p["sodium_mmol_l"], albumin=p["albumin_g_dl"],
            albumin_unit="g/dL", female_for_adult_meld=p["sex"] == "female",
            qualifying_dialysis_in_prior_7_days=p["dialysis"], registration_age_years=50,
            **_liver_units(p),
        )["result"],
    ),
)  # fmt: skip

COMPARISONS = (*SIZE, *KIDNEYS, *LIVER)
