"""Warfarin by IWPC, EU-PACT and Gage: published patients, a second derivation, refusals."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dosing.equations.warfarin import (
    EU_PACT_PER_H,
    IWPC_CYP2C9,
    eu_pact,
    eu_pact_loading,
    gage_2008,
    gage_2008_clinical,
    iwpc,
    iwpc_clinical,
)

AGE = st.floats(18, 100)
HEIGHT = st.floats(140, 210)
WEIGHT = st.floats(40, 180)
VKORC1 = st.sampled_from(["GG", "AG", "AA", "unknown"])
CYP2C9 = st.sampled_from([*IWPC_CYP2C9])
ANCESTRY = st.sampled_from(["white", "Asian", "Black", "mixed or not known"])


@pytest.mark.parametrize(
    ("patient", "root", "weekly", "daily"),
    [
        pytest.param(
            (65, 170, 70, "AG", "*1/*3", "white", 0, 0), 4.6076, 21.23, 3.033, id="IWPC-01"
        ),
        pytest.param(
            (40, 175, 85, "GG", "*1/*1", "white", 1, 0), 8.3509, 69.74, 9.963, id="IWPC-05"
        ),
        pytest.param(
            (79, 178, 78, "AG", "*1/*2", "mixed or not known", 0, 0), 4.8296, 23.33, 3.332,
            id="IWPC-06",
        ),
        pytest.param(
            (69, 170, 70, "GG", "*1/*1", "white", 0, 0), 6.411, 41.1, 5.871, id="IWPC-11: 69 y"
        ),
        pytest.param(
            (70, 170, 70, "GG", "*1/*1", "white", 0, 0), 6.1496, 37.82, 5.403, id="IWPC-11: 70 y"
        ),
    ],
)  # fmt: skip
def test_iwpc(patient, root, weekly, daily):
    found = iwpc(*patient)
    assert found.root == pytest.approx(root, abs=1e-4)
    assert found.weekly_mg == pytest.approx(weekly, abs=0.01)
    assert found.daily_mg == pytest.approx(daily, abs=0.002)


@pytest.mark.parametrize(
    ("patient", "root", "weekly"),
    [
        pytest.param((65, 170, 70, "white", 0, 0), 5.454, 29.75, id="IWPC-07"),
        pytest.param((40, 175, 85, "white", 1, 0), 7.5031, 56.3, id="IWPC-10"),
    ],
)
def test_iwpc_clinical(patient, root, weekly):
    found = iwpc_clinical(*patient)
    assert found.root == pytest.approx(root, abs=1e-4)
    assert found.weekly_mg == pytest.approx(weekly, abs=0.01)


@given(AGE, HEIGHT, WEIGHT, VKORC1, CYP2C9, ANCESTRY, st.booleans(), st.booleans())
def test_age_steps_by_decade_and_amiodarone_lowers(
    age, height, weight, vkorc1, cyp2c9, ancestry, inducer, amiodarone
):
    rest = height, weight, vkorc1, cyp2c9, ancestry, inducer
    same = iwpc(math.floor(age / 10) * 10, *rest, amiodarone)
    here = iwpc(age, *rest, amiodarone)
    assert here.root == same.root
    assert iwpc(age, *rest, True).root - iwpc(age, *rest, False).root == pytest.approx(-0.5503)
    if here.root > 0:
        assert here.daily_mg * 7 == pytest.approx(here.root**2)
    else:
        assert np.isnan(here.weekly_mg)


def test_a_root_below_zero_squared_is_no_dose():
    tiny = iwpc(110, 120, 30, "AA", "*3/*3", "Asian", False, True)
    assert tiny.root < 0
    assert np.isnan(tiny.weekly_mg)
    assert np.isnan(tiny.daily_mg)


def test_the_smallest_dose_of_an_old_patient_is_shown():
    found = iwpc(90, 150, 45, "AA", "*3/*3", "white", False, True)
    assert 0 < found.weekly_mg < 3.5


# The table of the paper: what each word adds to the root, beside *1/*1, G/G and white.
PRINTED = {
    "vkorc1": {"AG": -0.8677, "AA": -1.6974, "unknown": -0.4854},
    "cyp2c9": {
        "*1/*2": -0.5211, "*1/*3": -0.9357, "*2/*2": -1.0616, "*2/*3": -1.9206,
        "*3/*3": -2.3312, "unknown": -0.2188,
    },
    "ancestry": {"Asian": -0.1092, "Black": -0.2760, "mixed or not known": -0.1032},
}  # fmt: skip
PRINTED_CLINICAL = {"Asian": -0.6752, "Black": 0.4060, "mixed or not known": 0.0443}


@pytest.mark.parametrize(("name", "word"), [(n, w) for n, words in PRINTED.items() for w in words])
def test_each_word_adds_to_the_root_what_the_paper_prints(name, word):
    usual = {"vkorc1": "GG", "cyp2c9": "*1/*1", "ancestry": "white"}
    rest = {"enzyme_inducer": 0, "amiodarone": 0}
    without, with_it = (iwpc(60, 170, 70, **w, **rest).root for w in (usual, usual | {name: word}))
    assert with_it - without == pytest.approx(PRINTED[name][word])
    if name != "ancestry":
        del usual["ancestry"]
        without, with_it = (
            eu_pact(60, 170, 70, **w, amiodarone=0).root for w in (usual, usual | {name: word})
        )
        assert with_it - without == pytest.approx(PRINTED[name][word])


@pytest.mark.parametrize("word", PRINTED_CLINICAL)
def test_each_ancestry_adds_what_the_paper_prints_without_genotypes(word):
    white, other = (iwpc_clinical(60, 170, 70, a, 0, 0).root for a in ("white", word))
    assert other - white == pytest.approx(PRINTED_CLINICAL[word])


@pytest.mark.parametrize(
    ("genotype", "per_h"),
    [("*1/*1", 0.0189), ("*1/*2", 0.0158), ("*1/*3", 0.0132), ("*2/*2", 0.0130),
     ("*2/*3", 0.0090), ("*3/*3", 0.0075)],
)  # fmt: skip
def test_loading_takes_the_elimination_that_eu_pact_prints(genotype, per_h):
    left = math.exp(-24 * per_h)
    load = eu_pact_loading(5, genotype).day_2_mg
    assert load * (1 - left) * (1 + left + left**2) == pytest.approx(5)


def test_the_term_for_ancestry_changes_its_sign():
    genetic = [iwpc(60, 170, 70, "GG", "*1/*1", a, 0, 0).root for a in ("white", "Black")]
    clinical = [iwpc_clinical(60, 170, 70, a, 0, 0).root for a in ("white", "Black")]
    assert genetic[1] - genetic[0] == pytest.approx(-0.2760)
    assert clinical[1] - clinical[0] == pytest.approx(0.4060)


def test_eu_pact_takes_age_in_years():
    a, b = (eu_pact(age, 170, 70, "AG", "*1/*3", 0).root for age in (60, 69))
    assert a - b == pytest.approx(9 * 0.02614)
    whole = iwpc(60, 170, 70, "AG", "*1/*3", "white", 0, 0).root
    assert a == pytest.approx(whole)


@pytest.mark.parametrize("bad", ["A/G", "xx", "aa"])
def test_an_unknown_genotype_is_refused(bad):
    with pytest.raises(ValueError, match=r"vkorc1: .* is not known; one of GG, AG"):
        iwpc(65, 170, 70, bad, "*1/*3", "white", 0, 0)
    with pytest.raises(ValueError, match=r"ancestry: .* is not known"):
        iwpc_clinical(65, 170, 70, bad, 0, 0)
    with pytest.raises(ValueError, match="cyp2c9: 'unknown' is not known"):
        eu_pact_loading(5, "unknown")


@pytest.mark.parametrize("gap", range(8))
def test_a_missing_part_gives_no_dose(gap):
    args = [65, 170, 70, "AG", "*1/*3", "white", 0, 0]
    args[gap] = None
    assert np.isnan(iwpc(*args).weekly_mg)


def test_yes_and_no_are_one_and_nought():
    assert np.isnan(iwpc(65, 170, 70, "AG", "*1/*3", "white", 2, 0).weekly_mg)
    assert np.isnan(gage_2008(65, 1.8, 2.5, 0, 0, 0, 0, 0, 0, 5))


def test_loading():
    # WAR-02
    assert eu_pact_loading(1.2, "*3/*3") == pytest.approx((3.714, 2.876, 2.038), abs=0.001)


@pytest.mark.parametrize("genotype", [*EU_PACT_PER_H])
def test_loading_again_by_what_is_left_in_the_body(genotype):
    # Three equal loads, each with what the days before left, leave what steady state leaves.
    left = math.exp(-24 * EU_PACT_PER_H[genotype])
    found = eu_pact_loading(5, genotype)
    steady = 5 / (1 - left)
    load = found.day_2_mg
    assert load + load * left + load * left**2 == pytest.approx(steady)
    assert found.day_1_mg + found.day_3_mg == pytest.approx(2 * load)
    assert found.day_1_mg > load > found.day_3_mg > 5


@pytest.mark.parametrize(
    ("patient", "daily"),
    [
        pytest.param((65, 1.8, 2.5, 0, 0, 0, 0, 0, 0, 0), 5.901, id="GAGE-01"),
        pytest.param((65, 1.8, 2.5, 1, 0, 0, 0, 0, 0, 0), 4.269, id="GAGE-02"),
        pytest.param((65, 1.8, 2.5, 2, 0, 0, 0, 0, 0, 0), 3.088, id="A/A is two alleles"),
        pytest.param((50, 2.1, 3.0, 0, 1, 0, 0, 1, 1, 0), 6.776, id="GAGE-05"),
    ],
)
def test_gage(patient, daily):
    assert gage_2008(*patient) == pytest.approx(daily, abs=0.005)


def test_gage_clinical():
    assert gage_2008_clinical(70, 1.95, 2.5, 1, 0, 0, 1) == pytest.approx(3.59, abs=0.005)


BASE = {
    "age_y": 60, "bsa_m2": 1.9, "target_inr": 2.5, "vkorc1_a_alleles": 0, "cyp2c9_2_alleles": 0,
    "cyp2c9_3_alleles": 0, "amiodarone": 0, "smoker": 0, "african_american": 0, "dvt_or_pe": 0,
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "percent"),
    [
        ({"vkorc1_a_alleles": 1}, -28),
        ({"bsa_m2": 2.15}, 11),
        ({"cyp2c9_3_alleles": 1}, -33),
        ({"age_y": 70}, -7),
        ({"cyp2c9_2_alleles": 1}, -19),
        ({"target_inr": 3.0}, 11),
        ({"amiodarone": 1}, -22),
        ({"smoker": 1}, 10),
        ({"african_american": 1}, -9),
        ({"dvt_or_pe": 1}, 7),
    ],
    ids=lambda x: str(x),
)
def test_each_coefficient_gives_the_percentage_of_the_abstract(change, percent):
    effect = 100 * (gage_2008(**BASE | change) / gage_2008(**BASE) - 1)
    assert effect == pytest.approx(percent, abs=0.6)


@pytest.mark.parametrize(
    "change",
    [
        {"vkorc1_a_alleles": 3},
        {"vkorc1_a_alleles": 0.5},
        {"cyp2c9_2_alleles": 2, "cyp2c9_3_alleles": 1},
        {"bsa_m2": 0},
        {"target_inr": None},
    ],
    ids=lambda x: str(x),
)
def test_impossible_alleles_give_no_dose(change):
    assert np.isnan(gage_2008(**BASE | change))


def test_the_sign_for_ancestry_differs_here_too():
    rest = (60, 1.9, 2.5, 0, 0)
    assert gage_2008_clinical(*rest, 1, 0) > gage_2008_clinical(*rest, 0, 0)
    assert gage_2008(**BASE | {"african_american": 1}) < gage_2008(**BASE)


def test_a_cohort_is_answered_in_kind():
    frame = pd.DataFrame({"age": [65, 79], "vkorc1": ["AG", None]}, index=["a", "b"])
    found = iwpc(frame.age, 170, 70, frame.vkorc1, "*1/*3", "white", False, False)
    assert found.weekly_mg["a"] == pytest.approx(21.23, abs=0.01)
    assert np.isnan(found.weekly_mg["b"])


def test_a_blank_genotype_is_missing_and_a_cohort_keeps_its_shape():
    found = iwpc(
        np.array([65, 65, 65]), 170, 70, np.array(["AG", "", None], dtype=object), "*1/*3",
        "white", 0, 0,
    )  # fmt: skip
    assert found.weekly_mg.shape == (3,)
    assert found.weekly_mg[0] == pytest.approx(21.23, abs=0.01)
    assert np.isnan(found.weekly_mg[1:]).all()


def test_amiodarone_and_inducers_count_in_the_equations_without_genotypes_too():
    clinical = {
        (i, a): iwpc_clinical(60, 170, 70, "white", i, a).root for i in (0, 1) for a in (0, 1)
    }
    assert clinical[0, 1] - clinical[0, 0] == pytest.approx(-0.5695)
    assert clinical[1, 0] - clinical[0, 0] == pytest.approx(1.2799)
    with_it, without = (eu_pact(60, 170, 70, "AG", "*1/*3", a).root for a in (1, 0))
    assert with_it - without == pytest.approx(-0.5503)


@pytest.mark.parametrize(
    ("place", "factor"),
    [(3, -0.257), (4, 0.108), (5, 0.156), (6, 0.0784)],
    ids=["amiodarone", "smoker", "African American", "DVT or PE"],
)
def test_each_answer_multiplies_the_clinical_dose_of_gage(place, factor):
    without = [70, 1.95, 2.5, 0, 0, 0, 0]
    with_it = [*without[:place], 1, *without[place + 1 :]]
    ratio = gage_2008_clinical(*with_it) / gage_2008_clinical(*without)
    assert ratio == pytest.approx(math.exp(factor))


@pytest.mark.parametrize("alleles", [(2, 0), (1, 1), (0, 2)])
def test_two_variant_alleles_are_possible_in_any_mixture(alleles):
    two, three = alleles
    found = gage_2008(**BASE | {"cyp2c9_2_alleles": two, "cyp2c9_3_alleles": three})
    assert found / gage_2008(**BASE) == pytest.approx(math.exp(-0.2066 * two - 0.4008 * three))


GENETIC = {"vkorc1": "AG", "cyp2c9": "*1/*3"}


@pytest.mark.parametrize("name", ["vkorc1", "cyp2c9", "ancestry"])
def test_a_refused_word_is_named_with_its_input(name):
    words = GENETIC | {"ancestry": "white"} | {name: "?"}
    with pytest.raises(ValueError, match=f"^{name}: '\\?' is not known"):
        iwpc(65, 170, 70, **words, enzyme_inducer=0, amiodarone=0)


@pytest.mark.parametrize("name", GENETIC)
def test_eu_pact_names_a_refused_genotype_too(name):
    with pytest.raises(ValueError, match=f"^{name}: '\\?' is not known"):
        eu_pact(65, 170, 70, **GENETIC | {name: "?"}, amiodarone=0)


def test_one_patient_is_answered_with_one_number():
    assert isinstance(iwpc(65, 170, 70, "AG", "*1/*3", "white", 0, 0).weekly_mg, float)
    assert isinstance(eu_pact_loading(5, "*1/*1").day_1_mg, float)
