"""Kidney function against worked patients, and the laws that the equations obey."""

import time
import tomllib
from importlib.resources import files

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dosing.equations.body import bsa_du_bois, ideal_body_weight
from dosing.equations.renal import WEIGHT_RULES, ckd_epi_2021, cockcroft_gault, crcl, egfr_ml_min

SEX = st.sampled_from(["female", "male"])
AGE = st.floats(18, 110)
WEIGHT = st.floats(30, 250)
HEIGHT = st.floats(130, 215)
CREATININE = st.floats(0.2, 15)


def umol_per_mg() -> float:
    quantities = tomllib.loads(files("dosing.seeds").joinpath("quantities.toml").read_text("utf-8"))
    factor = quantities["creatinine"]["names"]["creatinine_umol_l"]["per_base"]
    return float(factor)


@pytest.mark.parametrize(
    ("age_y", "weight_kg", "creatinine_mg_dl", "sex", "expected", "within"),
    [
        pytest.param(60, 70, 1.0, "female", 66.111, 0.01, id="REN-02"),
        pytest.param(45, 110, 2.2, "male", 65.972, 0.01, id="REN-04"),
        pytest.param(60, 80, 1.2, "male", 74.1, 0.05, id="a textbook man of 60"),
        pytest.param(45, 65, 0.9, "female", 81.0, 0.05, id="a textbook woman of 45"),
        pytest.param(70, 75, 1.0, "male", 72.9, 0.05, id="a textbook man of 70"),
        pytest.param(50, 80, 1.0, "male", 100.0, 1e-9, id="a textbook man of 50"),
    ],
)
def test_cockcroft_gault(age_y, weight_kg, creatinine_mg_dl, sex, expected, within):
    found = cockcroft_gault(age_y, weight_kg, creatinine_mg_dl, sex)
    assert found == pytest.approx(expected, abs=within)


@pytest.mark.parametrize(
    ("rule", "expected", "used"),
    [
        ("actual", 105.13, "actual"),
        ("ideal", 57.77, "ideal"),
        ("adjusted", 76.71, "adjusted"),
        ("actual_below_ideal", 76.71, "adjusted"),
    ],
    ids="REN-05 {}".format,
)
def test_the_choice_of_weight_moves_the_clearance(rule, expected, used):
    found = crcl(rule, 58, 120, 1.3, "male", height_cm=170)
    assert found.crcl_ml_min == pytest.approx(expected, abs=0.01)
    assert found.weight_used == used


@pytest.mark.parametrize(
    ("creatinine_mg_dl", "age_y", "sex", "expected"),
    [
        pytest.param(0.9, 55, "female", 75.499, id="REN-07"),
        pytest.param(1.0, 60, "male", 86.163, id="REN-08"),
        pytest.param(0.9, 50, "male", 104.049, id="REN-12"),
    ],
)
def test_ckd_epi_2021(creatinine_mg_dl, age_y, sex, expected):
    assert ckd_epi_2021(creatinine_mg_dl, age_y, sex) == pytest.approx(expected, abs=0.01)


def test_creatinine_between_its_units():
    assert 1.5 * umol_per_mg() == pytest.approx(132.6, abs=0.01)  # UNIT, REN-13
    assert 200 / umol_per_mg() == pytest.approx(2.2624, abs=0.0005)  # REN-15: not 2.6


def test_taking_off_the_index():
    bsa = bsa_du_bois(100, 180)
    assert egfr_ml_min(60, 1.73) == pytest.approx(60)
    assert egfr_ml_min(60, bsa) == pytest.approx(60 * 2.195 / 1.73, abs=0.01)
    assert egfr_ml_min([60, np.nan], bsa)[0] > 60


IDEAL = ideal_body_weight(175, "male")


@pytest.mark.parametrize(
    ("weight_kg", "used"),
    [
        (IDEAL - 0.01, "actual"),
        (IDEAL, "ideal"),
        (1.2 * IDEAL, "ideal"),
        (1.2 * IDEAL + 0.01, "adjusted"),
    ],
)
def test_both_sides_of_each_edge_of_the_rule_by_ideal_weight(weight_kg, used):
    found = crcl("actual_below_ideal", 60, weight_kg, 1.0, "male", height_cm=175)
    assert found.weight_used == used
    assert found.crcl_ml_min == pytest.approx(
        cockcroft_gault(60, found.weight_kg, 1.0, "male"), rel=1e-12
    )
    expected = {"actual": weight_kg, "ideal": IDEAL, "adjusted": IDEAL + 0.4 * (weight_kg - IDEAL)}
    assert found.weight_kg == pytest.approx(expected[used])


@pytest.mark.parametrize("rule", WEIGHT_RULES)
def test_one_patient_and_a_cohort_by_every_rule(rule):
    cohort = pd.DataFrame(
        {
            "age_y": [58.0, 80, 40, 60],
            "weight_kg": [120.0, 45, 70, np.nan],
            "creatinine_mg_dl": [1.3, 0.8, 1.0, 1.0],
            "sex": ["male", "female", "male", "male"],
            "height_cm": [170.0, 165, 175, 175],
        },
        index=[7, 8, 9, 10],
    )
    many = crcl(rule, **cohort)
    for at, patient in cohort.iterrows():
        one = crcl(rule, **patient)
        assert many.weight_used[at] == one.weight_used
        np.testing.assert_allclose(many.crcl_ml_min[at], one.crcl_ml_min)
        np.testing.assert_allclose(many.weight_kg[at], one.weight_kg)
        if at == 10 and rule != "ideal":
            assert np.isnan(one.crcl_ml_min)
            assert one.weight_used == ""
    arrays = crcl(rule, **{name: column.to_numpy() for name, column in cohort.items()})
    assert isinstance(arrays.weight_used, np.ndarray)
    np.testing.assert_array_equal(arrays.crcl_ml_min, many.crcl_ml_min)


def test_the_actual_weight_needs_no_height_and_the_others_do():
    assert crcl("actual", 60, 70, 1.0, "male").crcl_ml_min > 0
    for rule in set(WEIGHT_RULES) - {"actual"}:
        assert np.isnan(crcl(rule, 60, 70, 1.0, "male").crcl_ml_min)


def test_below_60_in_follows_the_option():
    subtracted = crcl("ideal", 60, 45, 1.0, "female", height_cm=147)
    floored = crcl("ideal", 60, 45, 1.0, "female", height_cm=147, below="floor")
    assert subtracted.weight_kg == pytest.approx(40.610, abs=0.01)
    assert floored.weight_kg == 45.5


def test_an_unknown_rule_or_sex_is_refused():
    with pytest.raises(ValueError, match="weight rule: 'best' is not known; one of actual, ideal"):
        crcl("best", 60, 70, 1.0, "male")
    with pytest.raises(ValueError, match="female or male is expected"):
        crcl("actual", 60, 70, 1.0, "x")


def test_the_answer_is_not_a_window_on_the_input():
    weight = np.array([70.0])
    crcl("actual", 60, weight, 1.0, "male").weight_kg[0] = 1
    assert weight[0] == 70


@given(AGE, WEIGHT, CREATININE, SEX, st.floats(1.01, 3))
def test_clearance_is_linear_in_weight_and_inverse_in_creatinine(
    age_y, weight_kg, creatinine, sex, factor
):
    found = cockcroft_gault(age_y, weight_kg, creatinine, sex)
    assert cockcroft_gault(age_y, weight_kg * factor, creatinine, sex) == pytest.approx(
        factor * found
    )
    assert cockcroft_gault(age_y, weight_kg, creatinine * factor, sex) == pytest.approx(
        found / factor
    )


@given(AGE, WEIGHT, CREATININE)
def test_a_woman_clears_85_percent_of_a_man(age_y, weight_kg, creatinine):
    assert cockcroft_gault(age_y, weight_kg, creatinine, "female") == pytest.approx(
        0.85 * cockcroft_gault(age_y, weight_kg, creatinine, "male")
    )


@given(AGE, WEIGHT, st.floats(20, 1300), SEX)
def test_the_si_form_agrees_with_the_us_form(age_y, weight_kg, umol_l, sex):
    constant = {"male": 1.2278, "female": 1.0436}[sex]  # 88.4 / 72, and 0.85 of it
    us = cockcroft_gault(age_y, weight_kg, umol_l / umol_per_mg(), sex)
    assert us == pytest.approx((140 - age_y) * weight_kg * constant / umol_l, rel=1e-4)


@given(AGE, WEIGHT, CREATININE, SEX, st.floats(0.01, 5))
def test_more_age_or_creatinine_never_means_a_better_kidney(age_y, weight_kg, creatinine, sex, d):
    assert cockcroft_gault(age_y + d, weight_kg, creatinine, sex) < cockcroft_gault(
        age_y, weight_kg, creatinine, sex
    )
    assert ckd_epi_2021(creatinine, age_y + d, sex) < ckd_epi_2021(creatinine, age_y, sex)
    assert ckd_epi_2021(creatinine + d, age_y, sex) < ckd_epi_2021(creatinine, age_y, sex)


@given(AGE, SEX)
def test_ckd_epi_has_no_step_at_its_knee(age_y, sex):
    knee = {"female": 0.7, "male": 0.9}[sex]
    below, above = ckd_epi_2021([knee * (1 - 1e-9), knee * (1 + 1e-9)], age_y, sex)
    assert below == pytest.approx(above, rel=1e-6)


@given(st.lists(st.tuples(AGE, WEIGHT, CREATININE, SEX), min_size=1, max_size=5))
def test_one_patient_an_array_and_a_series_agree(patients):
    frame = pd.DataFrame(patients, columns=["a", "w", "c", "s"], index=range(5, 5 + len(patients)))
    for fn, names in [(cockcroft_gault, "awcs"), (ckd_epi_2021, "cas")]:
        columns = [frame[n] for n in names]
        one = [fn(*values) for values in zip(*columns, strict=True)]
        many = fn(*(c.to_numpy() for c in columns))
        np.testing.assert_allclose(many, one, rtol=1e-14)
        np.testing.assert_array_equal(fn(*columns).to_numpy(), many)


@given(AGE, WEIGHT, CREATININE, SEX, HEIGHT)
def test_the_rule_by_ideal_weight_never_takes_more_than_the_actual_weight(
    age_y, weight_kg, creatinine, sex, height_cm
):
    found = crcl("actual_below_ideal", age_y, weight_kg, creatinine, sex, height_cm)
    assert found.weight_kg <= weight_kg + 1e-9


@pytest.mark.parametrize("place", range(4))
@pytest.mark.parametrize("nothing", [None, np.nan, pd.NA])
def test_one_missing_input_gives_no_answer(place, nothing):
    values = [60, 70, 1.0, "male"]
    values[place] = nothing
    assert np.isnan(cockcroft_gault(*values))
    if place != 1:
        assert np.isnan(ckd_epi_2021(values[2], values[0], values[3]))


def test_no_clearance_follows_from_the_impossible():
    assert np.isnan(cockcroft_gault(60, 70, 0, "male"))
    assert np.isnan(cockcroft_gault(60, 0, 1.0, "male"))
    assert np.isnan(cockcroft_gault(141, 70, 1.0, "male"))
    assert np.isnan(ckd_epi_2021(0, 60, "male"))
    assert np.isnan(ckd_epi_2021(-1, 60, "male"))


def test_a_million_patients_are_quick():
    n = 1_000_000
    rng = np.random.default_rng(7)
    sex = pd.Series(np.where(rng.random(n) < 0.5, "female", "male").astype(object))
    begun = time.perf_counter()
    found = crcl(
        "actual_below_ideal",
        rng.uniform(18, 95, n),
        rng.uniform(40, 150, n),
        rng.uniform(0.4, 6, n),
        sex,
        rng.uniform(145, 200, n),
    )
    assert time.perf_counter() - begun < 5
    assert len(found.crcl_ml_min) == n
    assert not found.crcl_ml_min.isna().any()


@pytest.mark.parametrize(
    ("rule", "kg"),
    [
        ("actual", 60), ("ideal", 75.0), ("adjusted", 69.0), ("lean", 52.08),
        ("actual_below_ideal", 60),
    ],
)  # fmt: skip
def test_a_light_patient_has_another_weight_by_each_rule(rule, kg):
    height = 152.4 + 2.54 * (75 - 50) / 2.3  # an ideal weight of 75 kg
    found = crcl(rule, 60, 60, 1, "male", height_cm=height)
    assert found.weight_kg == pytest.approx(kg, abs=0.01)
    assert found.crcl_ml_min == pytest.approx(cockcroft_gault(60, found.weight_kg, 1, "male"))
    assert found.weight_used == ("actual" if rule == "actual_below_ideal" else rule)


@pytest.mark.parametrize(
    ("rule", "weight_kg", "kg"),
    [
        ("ideal", 60, 45.5),
        ("adjusted", 60, 45.5 + 0.4 * 14.5),
        ("actual_below_ideal", 50, 45.5),
        ("actual_below_ideal", 60, 45.5 + 0.4 * 14.5),
    ],
)
def test_below_60_inches_every_rule_may_stay_at_60_inches(rule, weight_kg, kg):
    found = crcl(rule, 60, weight_kg, 1, "female", height_cm=147, below="floor")
    assert found.weight_kg == pytest.approx(kg)
    lower = crcl(rule, 60, weight_kg, 1, "female", height_cm=147)
    assert lower.weight_kg < found.weight_kg


@pytest.mark.parametrize(("sex", "edge", "power"), [("female", 0.7, 0.241), ("male", 0.9, 0.302)])
def test_below_its_edge_creatinine_hardly_counts_and_above_it_does(sex, edge, power):
    at = ckd_epi_2021(edge, 60, sex)
    assert ckd_epi_2021(edge / 2, 60, sex) / at == pytest.approx(2**power)
    assert ckd_epi_2021(edge * 2, 60, sex) / at == pytest.approx(2**-1.2)
