"""The door: what cannot be is refused in a sentence, and nothing is guessed."""

import math

import numpy as np
import pytest

import dosing
from dosing.knowledge.library import load
from dosing.rules.columns import Codes, many_patients, one_patient, quantity_key
from dosing.rules.remarks import findings_at

SEEDS = load()


def said(patients, i=0):
    return [(f.level, f.text) for f in findings_at(patients.remarks, i)]


def refusal(**inputs):
    patients = one_patient(SEEDS, inputs)
    (name,) = inputs
    assert patients.lacks(name)[0]
    assert patients.impossible[0]
    return " ".join(text for level, text in said(patients) if level == "needed")


@pytest.mark.parametrize("value", [-5, 0, 1e6, "-5", "0", math.inf, "100000"])
def test_an_impossible_weight_is_refused_with_the_possible_range(value):
    assert "is not possible (1 to 400)" in refusal(weight_kg=value)


@pytest.mark.parametrize("value", [1, 400])
def test_the_ends_of_the_possible_range_are_possible(value):
    assert not one_patient(SEEDS, {"weight_kg": value}).impossible[0]


@pytest.mark.parametrize("value", ["abc", "1,000", "1e3", "７０", "7 0", True, [70]])
def test_what_is_no_plain_number_is_refused(value):
    assert refusal(weight_kg=value).startswith("Body weight: ")


@pytest.mark.parametrize("value", [None, "", "   ", math.nan, np.nan])
def test_blank_is_absent_and_not_zero(value):
    patients = one_patient(SEEDS, {"weight_kg": value})
    assert patients.lacks("weight_kg").tolist() == [True]
    assert said(patients) == []
    assert not patients.impossible[0]


def test_zero_and_no_are_answers():
    patients = one_patient(SEEDS, {"encephalopathy_grade": 0, "heart_failure": "no"})
    assert patients.numbers("encephalopathy_grade")[0] == 0
    assert patients.words("heart_failure")[0] == "no"
    assert not patients.is_yes("heart_failure")[0]
    assert not patients.lacks("heart_failure")[0]


def test_a_mix_up_of_units_is_pointed_out():
    assert refusal(creatinine_mg_dl=88) == (
        "Serum creatinine: 88 mg/dL is not possible (0.1 to 30); 88 micromol/L would be 1 mg/dL."
    )
    assert "150,000 per microlitre would be 150" in refusal(platelets=150000)


def test_an_unusual_value_is_kept_and_asked_about():
    patients = one_patient(SEEDS, {"weight_kg": 200})
    assert patients.numbers("weight_kg")[0] == 200
    ((level, text),) = said(patients)
    assert level == "warn"
    assert "confirm it" in text


def test_whole_numbers_are_asked_for_where_they_are_meant():
    assert "1.5 grade is not a whole number" in refusal(encephalopathy_grade=1.5)


def test_an_unknown_name_lists_the_nearest():
    with pytest.raises(ValueError, match="'wieght_kg'; did you mean weight_kg"):
        one_patient(SEEDS, {"wieght_kg": 70})
    assert quantity_key(SEEDS, "weight_lb") == "weight"


def test_a_value_keeps_the_unit_in_which_it_was_given():
    patients = one_patient(SEEDS, {"bilirubin_umol_l": 34})
    assert list(patients.values) == ["bilirubin_umol_l"]
    assert patients.get("bilirubin_mg_dl") is not None
    assert patients.get("albumin_g_l") is None


class TestInTwoUnits:
    """One value in two units is one value, within 1 % or within the last digit written."""

    @pytest.mark.parametrize(
        ("mg", "umol"), [(1.2, 21), (1.2, 20), (1.2, 20.52), ("1,2", "20,7"), (2.0, 34.0)]
    )
    def test_equal_within_the_rounding_it_passes(self, mg, umol):
        patients = one_patient(SEEDS, {"bilirubin_mg_dl": mg, "bilirubin_umol_l": umol})
        assert patients.conflicts == ()
        assert patients.numbers("bilirubin_umol_l")[0] == float(str(umol).replace(",", "."))

    @pytest.mark.parametrize(("mg", "umol"), [(1.2, 22), (1.2, 19), (1.20, 21.5), (1, 90)])
    def test_otherwise_both_are_named(self, mg, umol):
        patients = one_patient(SEEDS, {"bilirubin_mg_dl": mg, "bilirubin_umol_l": umol})
        (conflict,) = patients.conflicts
        assert conflict.name == "bilirubin_mg_dl"
        assert conflict.values["given"][0].endswith("mg/dL")
        assert conflict.values["follows"][0].endswith("micromol/L")

    @pytest.mark.parametrize(("per_ul", "conflicts"), [(157_500, 0), (142_500, 0), (158_000, 1)])
    def test_platelets_may_differ_by_five_percent(self, per_ul, conflicts):
        patients = one_patient(SEEDS, {"platelets": 150.0, "platelets_per_ul": per_ul})
        assert len(patients.conflicts) == conflicts

    def test_of_many_patients_each_row_is_read_in_its_own_unit(self):
        columns = {
            "weight_kg": np.array([70, np.nan, 70]),
            "weight_lb": np.array([np.nan, 154, 99]),
        }
        patients = many_patients(SEEDS, columns, 3)
        assert patients.numbers("weight_kg").round(1).tolist() == [70, 69.9, 70]
        (conflict,) = patients.conflicts
        assert conflict.where.tolist() == [False, False, True]


def test_many_are_checked_as_each_of_them_alone():
    weights = np.array([70, -5, np.nan, 1000, 50.0])
    classes = ["A", "B", "D", None, "c"]
    patients = many_patients(SEEDS, {"weight_kg": weights, "child_pugh": classes}, 5)
    assert patients.impossible.tolist() == [False, True, True, True, False]
    assert patients.words("child_pugh").tolist() == ["A", "B", None, None, "C"]
    for i, (weight, grade) in enumerate(zip(weights, classes, strict=True)):
        alone = one_patient(SEEDS, {"weight_kg": weight, "child_pugh": grade})
        assert said(patients, i) == said(alone)
        assert patients.lacks("weight_kg")[i] == alone.lacks("weight_kg")[0]


def test_one_bad_cell_spoils_one_row():
    patients = many_patients(SEEDS, {"weight_kg": [70, "heavy", b"70", "80,5", True]}, 5)
    assert patients.impossible.tolist() == [False, True, True, False, True]
    assert patients.numbers("weight_kg")[[0, 3]].tolist() == [70, 80.5]


@pytest.mark.parametrize(
    "column",
    [
        [True, False, None],
        [1, 0, None],
        np.array([1.0, 0.0, np.nan]),
        ["yes", "no", ""],
        ["Yes", "NO", None],
        Codes(np.array([1, 0, -1]), ("no", "yes")),
        Codes(np.array([0, 1, -1]), (True, False)),
    ],
    ids=["booleans", "0 and 1", "numbers", "words", "capitals", "categories", "true categories"],
)
def test_a_column_of_yes_and_no(column):
    patients = many_patients(SEEDS, {"ecmo": column}, 3)
    assert patients.words("ecmo").tolist() == ["yes", "no", None]
    assert not patients.impossible.any()


def test_some_of_the_patients_keep_their_values():
    columns = {"weight_kg": np.array([70.0, 80, -1]), "child_pugh": ["A", "B", "C"]}
    some = many_patients(SEEDS, columns, 3).take(np.array([2, 1]))
    assert some.size == 2
    assert some.words("child_pugh").tolist() == ["C", "B"]
    assert some.impossible.tolist() == [True, False]


def test_a_refused_value_is_not_also_said_to_be_missing():
    inputs = {"age_y": 70, "weight_kg": 80, "sex": "male", "creatinine_umol_l": 1.2}
    for found in (dosing.score("cockcroft-gault", **inputs), dosing.score("meld", **inputs)):
        texts = [f.text for f in found.findings]
        assert any("1.2 micromol/L is not possible" in text for text in texts)
        assert "Serum creatinine is needed." not in texts


def test_who_was_answered_yes():
    assert one_patient(SEEDS, {"ecmo": "yes"}).is_yes("ecmo").tolist() == [True]
    assert one_patient(SEEDS, {}).is_yes("ecmo").tolist() == [False]
    many = many_patients(SEEDS, {"ecmo": ["no", None, "yes"]}, 3)
    assert many.is_yes("ecmo").tolist() == [False, False, True]


def test_a_bound_is_kept_beside_the_nearest_number_that_it_could_stand_for():
    patients = one_patient(SEEDS, {"aptt_s": "> 200", "platelets": "< 20", "inr": ">= 4"})
    assert patients.numbers("aptt_s")[0] == pytest.approx(200, abs=0.001)
    assert patients.numbers("aptt_s")[0] > 200
    assert patients.numbers("platelets")[0] < 20
    assert patients.numbers("inr")[0] == 4
    assert [int(patients.side(n)[0]) for n in ("aptt_s", "platelets", "inr")] == [1, -1, 2]
    assert patients.told("aptt_s", 0) == "> 200 s"
    assert patients.told("platelets", 0, sign=False) == "less than 20 × 10⁹/L"


def test_a_bound_is_told_in_its_own_unit_and_its_side_in_any():
    patients = one_patient(SEEDS, {"bilirubin_umol_l": "> 500"})
    assert patients.side("bilirubin_mg_dl")[0] == 1
    assert patients.told("bilirubin_umol_l", 0) == "> 500 micromol/L"
    assert patients.numbers("bilirubin_mg_dl")[0] == pytest.approx(500 / 17.1)


def test_no_clot_stands_at_the_end_of_what_is_possible():
    patients = one_patient(SEEDS, {"aptt_s": "no clot", "fibrinogen_g_l": "no clot"})
    assert patients.numbers("aptt_s")[0] == 1000
    assert patients.numbers("fibrinogen_g_l")[0] == 0.05
    assert patients.told("aptt_s", 0) == "no clot"


def test_what_is_unusual_is_not_asked_of_a_bound():
    assert said(one_patient(SEEDS, {"aptt_s": "> 200"})) == []
    assert said(one_patient(SEEDS, {"aptt_s": 200}))


@pytest.mark.parametrize("text", ["> 5000", "> -3", "< 3"])
def test_an_impossible_bound_is_refused_as_a_number_would_be(text):
    assert "is not possible (15 to 1,000)" in refusal(aptt_s=text)


def test_bounds_of_many_patients_are_theirs_alone():
    patients = many_patients(SEEDS, {"aptt_s": ["44", "> 200", None, "> 9000", "< 20"]}, 5)
    assert patients.side("aptt_s").tolist() == [0, 1, 0, 0, -1]
    assert patients.lacks("aptt_s").tolist() == [False, False, True, True, False]
    assert patients.take(np.array([4, 0])).side("aptt_s").tolist() == [-1, 0]


def test_a_column_of_numbers_has_no_bounds():
    assert many_patients(SEEDS, {"aptt_s": np.array([44.0, 200.0])}, 2).beyond == {}
