"""The door: what cannot be is refused in a sentence, and nothing is guessed."""

import math

import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

import dosing
from dosing.base.units import show
from dosing.knowledge.library import load
from dosing.rules.patients import check, check_cohort, convert, parse_number

SEEDS = load()


def refusal(**inputs):
    patient = check(inputs)
    assert not patient.values
    return " ".join(f.text for f in patient.findings if f.level == "needed")


@pytest.mark.parametrize("value", [-5, 0, 1e6, "-5", "0", math.inf, "100000"])
def test_an_impossible_weight_is_refused_with_the_possible_range(value):
    assert "is not possible (1 to 400)" in refusal(weight_kg=value)


@pytest.mark.parametrize("value", ["abc", "1,000", "1e3", "７０", "7 0", True, [70]])
def test_what_is_no_plain_number_is_refused(value):
    assert refusal(weight_kg=value).startswith("Body weight: ")


@pytest.mark.parametrize("value", [None, "", "   ", math.nan, np.nan])
def test_blank_is_absent_and_not_zero(value):
    patient = check({"weight_kg": value})
    assert patient.values == {}
    assert patient.findings == ()
    assert patient.get("weight_kg") is None


def test_zero_and_no_are_answers():
    patient = check({"encephalopathy_grade": 0, "heart_failure": "no"})
    assert patient.get("encephalopathy_grade") == 0
    assert patient.get("heart_failure") == "no"


def test_a_decimal_comma_is_a_decimal_point():
    assert check({"weight_kg": "78,5"}).get("weight_kg") == 78.5


def test_a_mix_up_of_units_is_pointed_out():
    said = refusal(creatinine_mg_dl=88)
    assert said == (
        "Serum creatinine: 88 mg/dL is not possible (0.1 to 30); 88 micromol/L would be 1 mg/dL."
    )
    assert "150,000 per microlitre would be 150" in refusal(platelets=150000)


def test_one_quantity_in_two_units_is_refused():
    assert "given twice, as creatinine_mg_dl and as creatinine_umol_l" in refusal(
        creatinine_mg_dl=1, creatinine_umol_l=88
    )


def test_an_unusual_value_is_kept_and_asked_about():
    patient = check({"weight_kg": 200})
    assert patient.get("weight_kg") == 200
    (finding,) = patient.findings
    assert finding.level == "warn"
    assert "confirm it" in finding.text


def test_whole_numbers_are_asked_for_where_they_are_meant():
    assert "is not a whole number" in refusal(encephalopathy_grade=1.5)


def test_an_unknown_name_lists_the_nearest():
    with pytest.raises(ValueError, match="'wieght_kg'; did you mean weight_kg"):
        check({"wieght_kg": 70})


def test_an_unknown_class_lists_the_classes():
    assert refusal(child_pugh="D") == "Child-Pugh class: 'D' is not one of none, A, B, C."


@pytest.mark.parametrize(
    ("given", "wanted", "value", "expected"),
    [
        ("creatinine_umol_l", "creatinine_mg_dl", 88.4, 1),
        ("creatinine_mg_dl", "creatinine_umol_l", 1.5, 132.6),
        ("bilirubin_umol_l", "bilirubin_mg_dl", 25.65, 1.5),
        ("albumin_g_l", "albumin_g_dl", 28, 2.8),
        ("weight_lb", "weight_kg", 154.3236, 70.0000075),
        ("height_in", "height_cm", 60, 152.4),
        ("platelets_per_ul", "platelets", 150000, 150),
        ("crcl_ml_s", "crcl_ml_min", 0.5, 30),
    ],
)
def test_units_are_converted_at_the_door(given, wanted, value, expected):
    assert check({given: value}).get(wanted) == pytest.approx(expected, rel=1e-7)


def test_an_edge_stays_an_edge_after_conversion():
    # 25.65 micromol/L is 1.5 mg/dL, and the rule says more than 1.5.
    assert check({"bilirubin_umol_l": 25.65}).get("bilirubin_mg_dl") == 1.5
    quantity = SEEDS.quantities["creatinine"]
    for value in np.round(np.arange(0.1, 30, 0.1), 1):
        there = convert(value, quantity, "creatinine_mg_dl", "creatinine_umol_l")
        assert convert(there, quantity, "creatinine_umol_l", "creatinine_mg_dl") == value


def test_a_value_keeps_the_unit_in_which_it_was_given():
    assert check({"bilirubin_umol_l": 34}).values == {"bilirubin_umol_l": 34}


def test_a_cohort_is_checked_as_each_of_its_patients():
    weights = np.array([70, -5, np.nan, 1000, 50.0])
    classes = np.array(["A", "B", "D", None, "c"], dtype=object)
    values, refused = check_cohort({"weight_kg": weights, "child_pugh": classes}, 5)
    assert refused.tolist() == [False, True, True, True, False]
    assert np.isnan(values["weight_kg"]).tolist() == [False, True, True, True, False]
    with pytest.raises(ValueError, match="no input is called"):
        check_cohort({"wieght_kg": weights}, 5)


@pytest.mark.parametrize(
    ("given", "wanted", "value"),
    [
        pytest.param({"triglycerides_mg_dl": 132.7}, "triglycerides_mmol_l", 1.4982, id="UNIT-02"),
        pytest.param({"albumin_g_l": 28}, "albumin_g_dl", 2.8, id="UNIT-04"),
    ],
)
def test_units_of_worked_cases(given, wanted, value):
    assert check(given).number(wanted) == pytest.approx(value, abs=0.0005)


@pytest.mark.parametrize(
    ("text", "value"),
    [("78.5", 78.5), ("78,5", 78.5), (" 70 ", 70), ("0,125", 0.125), ("-5", -5), ("1.000", 1),
     (".5", 0.5), ("\u00a070", 70)],
)  # fmt: skip
def test_a_point_and_a_comma_are_the_same(text, value):
    assert parse_number(text) == value


@pytest.mark.parametrize(
    "text",
    ["1,000", "12,500,000", "1e3", "abc", "７８", "٧٨", "7 8", "1.2.3", "70kg", "", "inf", "nan",
     "0x10", "1_000", "--5"],
)  # fmt: skip
def test_what_could_be_misread_is_refused(text):
    with pytest.raises(ValueError, match=r"\.$"):
        parse_number(text)


def test_a_thousands_comma_is_refused_with_the_way_out():
    with pytest.raises(ValueError, match="write 1000 without the comma"):
        parse_number("1,000")


@drawn(st.floats(min_value=0.01, max_value=900).map(lambda x: round(x, 2)))
def test_what_is_shown_can_be_typed_back(value):
    assert parse_number(show(value)) == value


def test_a_refused_value_is_not_also_said_to_be_missing():
    inputs = {"age_y": 70, "weight_kg": 80, "sex": "male", "creatinine_umol_l": 1.2}
    for found in (dosing.score("cockcroft-gault", **inputs), dosing.score("meld", **inputs)):
        texts = [f.text for f in found.findings]
        assert any("1.2 micromol/L is not possible" in text for text in texts)
        assert "Serum creatinine is needed." not in texts
