"""Answers for results off the scale: the same whatever they stand for, or none."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

import dosing
from dosing.rules.columns import many_patients
from dosing.rules.derive import derive
from dosing.rules.offscale import chosen, edges_of, off_scale, trials
from tests.support import SEEDS, patient

FONDAPARINUX = {"weight_kg": 70, "age_y": 70, "sex": "male"}
LIVER = {"albumin_g_dl": 3, "ascites": "none", "encephalopathy_grade": 0, "inr": 1.1}
MELD = {"bilirubin_mg_dl": 3, "inr": 2, "dialysis_in_week": "no"}


def texts(answer, level):
    return [f.text for f in answer.findings if f.level == level]


def numbers(asked=("aptt",), **inputs):
    """What is tried for one patient's aPTT."""
    (found,) = trials(patient(inputs), asked)
    return found.values["aptt_s"][0]


def test_the_edges_of_all_seeds_are_known_by_quantity_in_its_first_unit():
    edges = edges_of(SEEDS)
    assert {46, 90, 100} <= set(edges["aptt"])
    assert {2, 3} <= set(edges["bilirubin"])
    assert {0.3, 0.71} <= set(edges["anti_xa"])
    assert 1.5 in edges["aptt_ratio"]


def test_numbers_are_tried_from_the_bound_to_the_end_of_what_is_possible():
    found = numbers(aptt_s="> 60")
    assert 60 < found[0] < 60.001
    assert found[-1] == 1000
    assert {90, 100, 126} <= set(found)
    assert ((found > 90) & (found < 95)).any()
    assert (np.diff(found) > 0).all()


def test_below_a_bound_they_go_down():
    found = numbers(aptt_s="< 50")
    assert 49.999 < found[0] < 50
    assert found[-1] == 15
    assert {46, 35, 30} <= set(found)
    assert (np.diff(found) < 0).all()


def test_the_bound_itself_is_tried_only_where_it_belongs_to_the_range():
    assert numbers(aptt_s=">= 60")[0] == 60
    assert numbers(aptt_s="<= 60")[0] == 60


def test_where_the_ratio_has_an_edge_the_patients_own_aptt_is_tried():
    assert 96 in np.round(numbers(aptt_s="> 60", baseline_aptt_s=32), 6)
    assert 84 in np.round(numbers(aptt_s="> 60", baseline_aptt_s=28), 6)


def test_two_results_are_tried_in_every_combination():
    inputs = {"aptt_s": "> 500", "baseline_aptt_s": "> 500"}
    (found,) = trials(patient(inputs), ("aptt", "baseline_aptt"))
    pairs = set(zip(*(found.values[n][0] for n in inputs), strict=True))
    ends = [set(found.values[n][0]) for n in inputs]
    assert len(pairs) == len(ends[0]) * len(ends[1]) == found.shape[1]


def test_too_many_combinations_are_thinned_with_both_ends_kept():
    inputs = {"aptt_s": "> 16", "baseline_aptt_s": "> 16"}
    (found,) = trials(patient(inputs), ("aptt", "baseline_aptt"))
    assert found.shape[1] <= 20_000
    for name in inputs:
        assert found.values[name].max() == 1000
        assert found.values[name].min() < 16.001


def test_only_what_is_asked_is_tried():
    patients = patient({"aptt_s": "> 60", "platelets": "< 20"})
    assert set(off_scale(patients, ("aptt",))) == {"aptt_s"}
    assert set(off_scale(patients, ("aptt", "platelets"))) == {"aptt_s", "platelets"}


def test_patients_go_together_who_have_the_same_results_off_the_scale():
    columns = {
        "aptt_s": ["> 60", "44", "> 90", "< 20"],
        "baseline_aptt_s": ["30", "30", "> 40", 30],
    }
    patients = derive(many_patients(SEEDS, columns, 4))
    found = {tuple(t.values): t.rows.tolist() for t in trials(patients, ("aptt", "baseline_aptt"))}
    assert found == {("aptt_s",): [0, 3], ("aptt_s", "baseline_aptt_s"): [2]}


def test_what_follows_follows_from_the_number_that_was_chosen():
    patients = patient({"aptt_s": "> 60", "baseline_aptt_s": 30})
    last = chosen(patients, ("aptt",), lambda meant, times: np.array([times - 1]))
    assert last.numbers("aptt_s")[0] == 1000
    assert last.numbers("aptt_ratio")[0] == pytest.approx(1000 / 30)


def test_a_dose_that_is_the_same_for_every_number_is_given():
    found = dosing.start("fondaparinux", creatinine_mg_dl="< 1", **FONDAPARINUX)
    assert found.order.dose == 7.5
    assert texts(found, "note")[0].startswith(
        "Serum creatinine is given as less than 1 mg/dL: what"
    )
    assert found.inputs["creatinine_mg_dl"] == "< 1"


def test_a_refusal_that_is_the_same_for_every_number_stands():
    found = dosing.start("fondaparinux", creatinine_mg_dl="> 5", **FONDAPARINUX)
    assert found.status == "stop"


def test_where_the_dose_would_differ_the_number_is_asked():
    found = dosing.start("fondaparinux", creatinine_mg_dl="> 1", **FONDAPARINUX)
    assert (found.status, found.order, found.missing) == ("missing", None, ("creatinine_mg_dl",))
    assert texts(found, "needed") == [
        "Serum creatinine is given as more than 1 mg/dL: the answer depends on the number itself."
    ]


@pytest.mark.parametrize(
    ("bilirubin", "albumin", "dose"),
    [("> 30", 3, 0.5), (">= 3.1", 3, 0.5), ("> 0.5", 3, None), ("< 1.5", 3.6, 2), ("< 1.5", 3, 2)],
)  # fmt: skip
def test_a_class_that_follows_from_a_bound_is_held_to_the_same_rule(bilirubin, albumin, dose):
    inputs = LIVER | {"bilirubin_mg_dl": bilirubin, "albumin_g_dl": albumin}
    found = dosing.start("argatroban", weight_kg=70, **inputs)
    assert (found.order.dose if found.order else None) == dose
    assert found.missing == (() if dose else ("bilirubin_mg_dl",))


@pytest.mark.parametrize(
    ("creatinine", "status"), [("> 5", "ok"), ("> 4", "ok"), ("> 3", "missing"), ("< 1", "ok")]
)
def test_a_score_answers_where_its_own_limits_make_all_numbers_one(creatinine, status):
    found = dosing.score("meld", creatinine_mg_dl=creatinine, **MELD)
    assert found.status == status
    known = dosing.score("meld", creatinine_mg_dl={"<": 1, ">": 4}[creatinine[0]], **MELD)
    assert found.value == (known.value if status == "ok" else None)
    if status == "missing":
        assert found.missing == ("creatinine_mg_dl",)


def test_a_target_asks_for_the_baseline_itself():
    found = dosing.target("argatroban", baseline_aptt_s="> 60")
    assert found.window is None
    assert found.trace == ()
    assert [f.level for f in found.findings] == ["needed"]


def test_no_target_exists_for_any_baseline_that_could_be_meant():
    found = dosing.target("argatroban", baseline_aptt_s="> 100")
    assert found.window is None
    assert [f.level for f in found.findings] == ["warn"]
    assert "for a baseline of > 100 s: 1.5 times" in found.findings[0].text


@pytest.mark.parametrize(
    ("count", "is_open"), [("> 150", True), ("< 150", False), ("> 149", None), (">= 150", None)]
)
def test_a_gate_opens_only_where_every_count_would_open_it(count, is_open):
    assert dosing.Rules().warfarin_gate(count, "accp-2004").open is is_open


def test_a_gate_tells_the_count_as_it_was_given():
    assert (
        "platelets: > 150 × 10⁹/L, gate" in dosing.Rules().warfarin_gate("> 150", "accp-2004").text
    )


def test_a_frame_answers_as_the_single_patients_do():
    frame = pd.DataFrame({"creatinine_mg_dl": ["1", "> 5", "> 1", "< 1", "abc"], **FONDAPARINUX})
    found = dosing.start("fondaparinux", frame)
    assert found["status"].tolist() == ["ok", "stop", "missing", "ok", "impossible"]
    assert found["dose"].tolist()[3] == 7.5
    assert np.isnan(found["dose"].tolist()[2])
    assert "the answer depends on the number" in found["reason"].tolist()[2]
    other = dosing.start("fondaparinux", pl.from_pandas(frame))
    assert other["status"].to_list() == found["status"].tolist()


def test_a_pathway_says_only_what_holds_for_every_number():
    known, wide = (
        str(dosing.pathway("hit", weight_kg=70, platelets=count, new_thrombosis="none"))
        for count in ("> 600", "> 20")
    )
    assert "the answer depends on the number itself" in wide
    assert "the answer depends on the number itself" not in known
