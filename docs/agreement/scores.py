"""Scores of dosing and the functions of others that should give the same."""

import pandas as pd
from medcalc import child_pugh_score, has_bled_score
from medimetry import metabolic

import dosing
from docs.agreement import Comparison, Draw, Patient, Reason
from docs.agreement.equations import CLINCALC, MEDCALC, MEDIMETRY, ask_clincalc

ASCITES = {
    "none": "none",
    "mild": "mild",
    "moderate": "moderate-severe",
    "severe": "moderate-severe",
}
"""Dosing's word to clincalc's."""
THEIR_CLASSES = ["thrombocytopenia", "timing", "thrombosis_or_sequelae"]
"""Clincalc's classes of the 4Ts, from which our patients are drawn."""
GRADES = ("none", "grade1-2", "grade1-2", "grade3-4", "grade3-4")
"""Encephalopathy from grade 0 to 4 to the class that others ask for."""


def _score(name: str):
    """The score of all patients at once, from the names that are inputs of it."""

    def asked(patients: list[Patient]) -> list[float]:
        frame = pd.DataFrame(patients).drop(columns=THEIR_CLASSES, errors="ignore")
        return dosing.score(name, frame)["value"].tolist()

    return asked


def _soft(draw: Draw) -> Patient:
    return {
        "ascites": draw.choice(list(ASCITES)),
        "encephalopathy_grade": draw.randint(0, 4),
        "inr": draw.number(0.9, 4, 1, edges=(1.7, 2.3)),
    }


def _child_pugh(draw: Draw) -> Patient:
    return _soft(draw) | {
        "bilirubin_mg_dl": draw.number(0.2, 8, 1, edges=(2, 3)),
        "albumin_g_dl": draw.number(1.5, 5, 1, edges=(2.8, 3.5)),
    }


def _child_pugh_si(draw: Draw) -> Patient:
    return _soft(draw) | {
        "bilirubin_umol_l": draw.number(5, 120, 0, edges=(34, 51)),
        "albumin_g_l": draw.number(15, 50, 0, edges=(28, 35)),
    }


def _clincalc_child_pugh(patient: Patient, bilirubin: str, albumin: str, units: tuple[str, str]):
    # Its engine takes other words for the grades than its schema says.
    grade = GRADES[patient["encephalopathy_grade"]].replace("-", "-to")
    return ask_clincalc(
        "child_pugh",
        bilirubin=patient[bilirubin], bilirubin_unit=units[0],
        albumin=patient[albumin], albumin_unit=units[1], inr=patient["inr"],
        ascites=ASCITES[patient["ascites"]],
        encephalopathy=grade,
    )["result"]  # fmt: skip


def _medimetry_child_pugh(patient: Patient) -> int:
    ascites = {"none": "NONE", "mild": "SLIGHT"}.get(patient["ascites"], "MODERATE")
    grade = GRADES[patient["encephalopathy_grade"]]
    points, _ = metabolic.child_pugh_score(
        patient["bilirubin_mg_dl"], patient["albumin_g_dl"], patient["inr"],
        metabolic.AscitesSeverity[ascites], metabolic.EncephalopathyGrade(grade),
    )  # fmt: skip
    return points


def _medcalc_child_pugh(patient: Patient) -> int:
    ascites = {"none": "Absent", "mild": "Slight"}.get(patient["ascites"], "Moderate")
    grade = {"none": "No Encephalopathy", "grade1-2": "Grade 1-2", "grade3-4": "Grade 3-4"}
    return child_pugh_score.compute_child_pugh_score_explanation({
        "inr": patient["inr"],
        "bilirubin": (patient["bilirubin_mg_dl"], "mg/dL"),
        "albumin": (patient["albumin_g_dl"], "g/dL"),
        "ascites": ascites,
        "encephalopathy": grade[GRADES[patient["encephalopathy_grade"]]],
    })["Answer"]  # fmt: skip


def _yes(draw: Draw) -> str:
    return draw.choice(("yes", "no"))


def _has_bled(draw: Draw) -> Patient:
    asked = ("kidney_disease", "liver_disease", "stroke", "bleeding_history", "labile_inr",
             "antiplatelet")  # fmt: skip
    return {name: _yes(draw) for name in asked} | {
        "systolic_mmhg": draw.number(90, 220, 0, edges=(160,)),
        "age_y": draw.number(40, 95, 0, edges=(65,)),
        "alcohol_drinks_week": draw.number(0, 20, 0, edges=(8,)),
    }


def _clincalc_has_bled(patient: Patient) -> int:
    yes = {name: value == "yes" for name, value in patient.items()}
    return ask_clincalc(
        "hasbled",
        hypertension_uncontrolled=patient["systolic_mmhg"] > 160,
        abnormal_renal_function=yes["kidney_disease"],
        abnormal_liver_function=yes["liver_disease"],
        stroke=yes["stroke"], bleeding_history=yes["bleeding_history"],
        labile_inr=yes["labile_inr"], elderly_over_65=patient["age_y"] > 65,
        drugs_antiplatelet_nsaid=yes["antiplatelet"],
        alcohol_excess=patient["alcohol_drinks_week"] >= 8,
    )["result"]  # fmt: skip


def _medcalc_has_bled(patient: Patient) -> int:
    yes = {name: value == "yes" for name, value in patient.items()}
    return has_bled_score.compute_has_bled_score_explanation({
        "age": [patient["age_y"], "years"],
        "alcoholic_drinks": patient["alcohol_drinks_week"],
        "hypertension": patient["systolic_mmhg"] > 160,
        "liver_disease_has_bled": yes["liver_disease"],
        "renal_disease_has_bled": yes["kidney_disease"],
        "stroke": yes["stroke"], "prior_bleeding": yes["bleeding_history"],
        "labile_inr": yes["labile_inr"], "medications_for_bleeding": yes["antiplatelet"],
    })["Answer"]  # fmt: skip


FALLS = {
    "fall_gt_50_nadir_ge_20": ((51, 95), (20, 140)),
    "fall_30_to_50_or_nadir_10_to_19": ((30, 50), (20, 140)),
    "fall_lt_30_or_nadir_lt_10": ((5, 29), (20, 140)),
}
"""The classes of clincalc for the platelets, and what falls and lowest counts belong to each."""
CLEAR, UNCLEAR, EARLY = (
    "clear_day_5_to_10_or_rapid_with_prior_exposure_within_30_days",
    "compatible_but_unclear_or_after_day_10_or_rapid_with_prior_exposure_31_to_100_days",
    "day_0_to_4_without_recent_exposure",
)
NEW, SUSPECTED = (
    "new_confirmed_thrombosis_skin_necrosis_or_acute_iv_heparin_reaction",
    "progressive_recurrent_or_suspected_thrombosis_or_erythematous_skin_lesion",
)
CAUSES = {"none": "none_apparent", "possible": "possible", "definite": "definite"}


def _platelets(draw: Draw) -> Patient:
    """A class, and numbers in it; the last two lie in the other half of an "or"."""
    name = draw.choice([*FALLS, "nadir 10 to 19", "nadir below 10"])
    if name == "nadir 10 to 19":
        fall, nadir, name = draw.randint(5, 95), draw.randint(10, 19), [*FALLS][1]
    elif name == "nadir below 10":
        fall, nadir, name = draw.randint(5, 95), draw.randint(1, 9), [*FALLS][2]
    else:
        falls, counts = FALLS[name]
        fall, nadir = draw.number(*falls, 0, edges=falls), draw.number(*counts, 0, edges=(20,))
    return {"thrombocytopenia": name, "platelet_fall_pct": fall, "platelets_nadir": nadir}


def _timing(draw: Draw) -> Patient:
    name, day, before, clear = draw.choice((
        (CLEAR, draw.randint(5, 10), "none", "yes"),
        (CLEAR, draw.randint(0, 1), "within 30 days", "yes"),
        (UNCLEAR, draw.randint(5, 10), "none", "no"),
        (UNCLEAR, draw.randint(11, 30), "none", "yes"),
        (UNCLEAR, draw.randint(0, 1), "31 to 100 days ago", "yes"),
        (EARLY, draw.randint(0, 4), "none", "yes"),
    ))  # fmt: skip
    return {"timing": name, "onset_day": day, "heparin_before": before, "onset_clear": clear}


def _sequelae(draw: Draw) -> Patient:
    name, clot, skin, reaction = draw.choice((
        (NEW, "new", "none", "no"),
        (NEW, "none", "necrosis", "no"),
        (NEW, "suspected", "none", "yes"),
        (SUSPECTED, "progressive", "none", "no"),
        (SUSPECTED, "suspected", "red", "no"),
        (SUSPECTED, "none", "red", "no"),
        ("none", "none", "none", "no"),
    ))  # fmt: skip
    return {
        "thrombosis_or_sequelae": name,
        "new_thrombosis": clot, "skin_lesions": skin, "systemic_reaction": reaction,
    }  # fmt: skip


def _four_ts(draw: Draw) -> Patient:
    cause = {"other_cause": draw.choice(list(CAUSES))}
    return _platelets(draw) | _timing(draw) | _sequelae(draw) | cause


def _clincalc_four_ts(patient: Patient) -> int:
    classes = {name: patient[name] for name in THEIR_CLASSES}
    return ask_clincalc("four_ts", other_causes=CAUSES[patient["other_cause"]], **classes)["result"]


def _dic(draw: Draw) -> Patient:
    return {
        "platelets": draw.number(5, 250, 0, edges=(50, 100)),
        "d_dimer_x_uln": draw.number(0, 15, 1, edges=(3, 7)),
        "pt_prolongation_s": draw.number(0, 12, 1, edges=(3, 6)),
        "fibrinogen_g_l": draw.number(0.3, 4, 1, edges=(1,)),
    }


def _clincalc_dic(patient: Patient) -> int:
    return ask_clincalc(
        "isth_overt_dic",
        platelet_count_10_9_l=patient["platelets"],
        d_dimer_multiple_of_uln=patient["d_dimer_x_uln"],
        pt_prolongation_seconds=patient["pt_prolongation_s"],
        fibrinogen_g_l=patient["fibrinogen_g_l"],
        underlying_etiology="malignancy",
    )["result"]


COMPARISONS = (
    Comparison(
        "child-pugh", "Child-Pugh (mg/dL, g/dL)", CLINCALC, "child_pugh", _child_pugh,
        _score("child-pugh"),
        lambda p: _clincalc_child_pugh(p, "bilirubin_mg_dl", "albumin_g_dl", ("mg/dL", "g/dL")),
    ),
    Comparison(
        "child-pugh", "Child-Pugh (micromol/L, g/L)", CLINCALC, "child_pugh", _child_pugh_si,
        _score("child-pugh"),
        lambda p: _clincalc_child_pugh(p, "bilirubin_umol_l", "albumin_g_l", ("umol/L", "g/L")),
        reasons=(
            Reason(
                "It converts micromol/L by 17.1 and compares with 2 mg/dL, which is 34.2. dosing "
                "compares with 34 as it is printed: 34 earns 2 points here and 1 point there.",
                "variant",
                lambda p: p["bilirubin_umol_l"] == 34,
            ),
        ),
    ),
    Comparison(
        "child-pugh", "Child-Pugh (mg/dL, g/dL)", MEDIMETRY, "metabolic.child_pugh_score",
        _child_pugh, _score("child-pugh"), _medimetry_child_pugh,
    ),
    Comparison(
        "child-pugh", "Child-Pugh (mg/dL, g/dL)", MEDCALC, "child_pugh_score",
        _child_pugh, _score("child-pugh"), _medcalc_child_pugh,
        reasons=(
            Reason(
                "Bilirubin of exactly 2 mg/dL earns no point at all, exactly 3 mg/dL earns 3, and "
                "albumin of exactly 2.8 g/dL earns 3: the printed middle row is 2 to 3 mg/dL and "
                "2.8 to 3.5 g/dL.",
                "theirs",
                lambda p: p["bilirubin_mg_dl"] in (2, 3) or p["albumin_g_dl"] == 2.8,
            ),
        ),
    ),
    Comparison(
        "has-bled", "HAS-BLED", CLINCALC, "hasbled", _has_bled, _score("has-bled"),
        _clincalc_has_bled,
    ),
    Comparison(
        "has-bled", "HAS-BLED", MEDCALC, "has_bled_score", _has_bled, _score("has-bled"),
        _medcalc_has_bled,
    ),
    Comparison(
        "4ts", "4Ts", CLINCALC, "four_ts", _four_ts, _score("4ts"), _clincalc_four_ts,
        reasons=(
            Reason(
                "The printed rows overlap: a fall below 30% earns 0, a lowest count of 10 to 19 "
                "earns 1. dosing gives 0 and says so; there the person who asks chooses the row.",
                "variant",
                lambda p: p["platelet_fall_pct"] < 30 and 10 <= p["platelets_nadir"] < 20,
            ),
        ),
    ),
    Comparison(
        "isth-dic-2025", "ISTH overt DIC, 2025", CLINCALC, "isth_overt_dic", _dic,
        _score("isth-dic-2025"), _clincalc_dic,
    ),
)  # fmt: skip
