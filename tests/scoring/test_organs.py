"""Equations of kidneys and body through the score door."""

import pytest

import dosing
from dosing.knowledge.library import load
from dosing.scoring.door import needs_of

MAN = {"age_y": 58, "height_cm": 170, "weight_kg": 120, "creatinine_mg_dl": 1.3, "sex": "male"}


@pytest.mark.parametrize(
    ("rule", "value", "needs"),
    [
        ("actual", 105.13, ("weight_kg",)), ("ideal", 57.77, ("height_cm",)),
        ("adjusted", 76.71, ("weight_kg", "height_cm")),
        ("lean", 62.28, ("weight_kg", "height_cm")),
        ("actual_below_ideal", 76.71, ("weight_kg", "height_cm")),
    ],
)  # fmt: skip
def test_the_weight_rule_decides_a_clearance_what_it_needs_and_all_are_shown(rule, value, needs):
    found = dosing.score("cockcroft-gault", weight_rule=rule, **MAN)
    assert found.value == pytest.approx(value, abs=0.01)
    assert found.components["actual"] == pytest.approx(105.13, abs=0.01)
    assert {"actual", "ideal", "adjusted", "lean", "actual_below_ideal"} <= found.components.keys()
    assert any(f"rule: {rule}" in f.text for f in found.findings)
    for name in ("weight_kg", "height_cm", "age_y", "creatinine_mg_dl", "sex"):
        less = {n: v for n, v in MAN.items() if n != name}
        other = dosing.score("cockcroft-gault", weight_rule=rule, **less)
        if name in needs or name not in ("weight_kg", "height_cm"):
            assert (other.value, other.missing) == (None, (name,))
        else:
            assert other.value == found.value
            assert rule in other.components


def test_cockcroft_gault_says_which_weight_the_site_chose():
    found = dosing.score("cockcroft-gault", age_y=60, weight_kg=70, creatinine_umol_l=88.4, sex="f")
    assert found.value == pytest.approx(66.111, abs=0.001)
    assert any("actual weight, 70 kg" in f.text for f in found.findings)


def test_below_60_inches_the_ideal_weight_is_extrapolated_and_said_so():
    found = dosing.score(
        "cockcroft-gault", weight_rule="ideal", age_y=60, height_cm=147, creatinine_mg_dl=1, sex="f"
    )
    assert any("not defined below 60 in" in f.text for f in found.findings)


def test_ckd_epi_is_indexed_and_says_so():
    found = dosing.score(
        "ckd-epi-2021", age_y=55, sex="female", creatinine_mg_dl=0.9, height_cm=180, weight_kg=100
    )
    assert found.value == pytest.approx(75.499, abs=0.01)
    assert found.components["not indexed, mL/min"] == pytest.approx(
        75.499 * 2.2361 / 1.73, abs=0.01
    )
    assert any("not a creatinine clearance" in f.text for f in found.findings)


def test_an_unknown_weight_rule_says_what_exists():
    with pytest.raises(ValueError, match="there is no weight rule 'x'; there are actual, ideal"):
        dosing.score("cockcroft-gault", weight_rule="x", **MAN)


LABS = {"bilirubin_mg_dl": 3.8, "inr": 2.26, "creatinine_mg_dl": 1.77, "dialysis_in_week": "no"}
SODIUM = LABS | {"sodium_mmol_l": 128}
MELD_3 = SODIUM | {"albumin_g_dl": 2.8, "sex": "male"}


def says(found, text):
    return any(text in f.text for f in found.findings)


@pytest.mark.parametrize(
    ("name", "labs", "value"),
    [
        ("meld", LABS, 26),
        ("meld-na", SODIUM, 30),
        ("meld-na-kim", SODIUM, 30),
        ("meld-3", MELD_3, 31),
    ],
)
def test_meld_and_its_kin(name, labs, value):
    found = dosing.score(name, **labs)
    assert found.value == value
    assert found.components["before rounding"] != value
    assert {f.cite.split()[0] for f in found.findings if f.cite} <= load().evidence.keys()


@pytest.mark.parametrize("name", ["meld", "meld-na", "meld-na-kim", "meld-3"])
def test_dialysis_must_be_answered(name):
    labs = {k: v for k, v in MELD_3.items() if k in needs_of(load(), name)}
    assert dosing.score(name, **labs).value is not None
    del labs["dialysis_in_week"]
    assert dosing.score(name, **labs).missing == ("dialysis_in_week",)
    assert says(dosing.score(name, **labs, dialysis_in_week="yes"), "Dialysis: creatinine counts")


def test_limits_that_were_applied_are_said():
    found = dosing.score("meld-3", **MELD_3 | {"sodium_mmol_l": 120, "albumin_g_dl": 4})
    assert says(found, "Sodium 120 counts as 125 mmol/L")
    assert says(found, "Albumin 4 counts as 3.5 g/dL")
    low = dosing.score("meld", **LABS | {"bilirubin_mg_dl": 0.6, "creatinine_mg_dl": 5})
    assert says(low, "Bilirubin 0.6 counts as 1 mg/dL")
    assert says(low, "Creatinine 5 counts as 4 mg/dL")
    assert not says(dosing.score("meld", **LABS), "counts as")
    top = dosing.score("meld", **LABS | {"bilirubin_mg_dl": 40, "inr": 6, "creatinine_mg_dl": 4})
    assert (top.value, says(top, "outside 6 to 40")) == (40, True)


def test_si_units_give_the_same_score():
    si = {"bilirubin_umol_l": 3.8 * 17.1, "creatinine_umol_l": 1.77 * 88.4, "albumin_g_l": 28}
    rest = {k: MELD_3[k] for k in ("inr", "dialysis_in_week", "sodium_mmol_l", "sex")}
    assert dosing.score("meld-3", **si, **rest).value == 31


def test_sodium_that_does_not_count_is_said():
    labs = {"bilirubin_mg_dl": 1, "inr": 1, "creatinine_mg_dl": 1.6, "dialysis_in_week": "no"}
    found = dosing.score("meld-na", **labs, sodium_mmol_l=120)
    assert found.value == 11
    assert says(found, "sodium does not count")
    assert not says(found, "Sodium 120 counts")


def test_body_size():
    found = dosing.score("body-size", weight_kg=100, height_cm=180, sex="male")
    assert found.value == pytest.approx(2.2361, abs=1e-4)
    assert [*found.components.values()] == pytest.approx(
        [2.195, 30.864, 74.99, 85.0, 69.4], abs=0.1
    )
    short = dosing.score("body-size", weight_kg=40, height_cm=147, sex="female")
    assert any(f.level == "warn" and "60 in" in f.text for f in short.findings)
    tiny = dosing.score("body-size", weight_kg=10, height_cm=80, sex="female")
    assert tiny.components["ideal weight (Devine), kg"] == "not defined"


def test_platelet_fall():
    found = dosing.score("platelet-fall", platelets_peak=220, platelets_nadir=80)
    assert found.value == pytest.approx(63.6364, abs=1e-4)
    assert found.components["fall, × 10⁹/L"] == 140
    rise = dosing.score("platelet-fall", platelets_peak=100, platelets_nadir=150)
    assert any(f.level == "warn" and "did not fall" in f.text for f in rise.findings)


@pytest.mark.parametrize(
    ("rule", "height", "warned"),
    [("ideal", 170, False), ("actual", 170, False), ("actual", 147, False), ("ideal", 147, True)],
)
def test_a_small_height_is_warned_about_only_where_the_rule_uses_it(rule, height, warned):
    found = dosing.score("cockcroft-gault", weight_rule=rule, **MAN | {"height_cm": height})
    assert says(found, "below 60 in") == warned


def test_with_dialysis_the_other_limits_are_said_as_well():
    low = {"sodium_mmol_l": 120, "albumin_g_dl": 1, "dialysis_in_week": "yes"}
    found = dosing.score("meld-3", **MELD_3 | low)
    assert says(found, "Dialysis: creatinine counts")
    assert says(found, "Sodium 120 counts as 125 mmol/L")
    assert says(found, "Albumin 1 counts as 1.5 g/dL")


def test_the_lowest_score_lies_inside_its_range():
    well = {"bilirubin_mg_dl": 1, "inr": 1, "creatinine_mg_dl": 1, "dialysis_in_week": "no"}
    found = dosing.score("meld-3", **well, sodium_mmol_l=137, albumin_g_dl=3.5, sex="male")
    assert (found.value, found.components["before rounding"]) == (6, 6)
    assert not says(found, "outside 6 to 40")
