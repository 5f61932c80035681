"""Equations of kidneys and body through the score door."""

import pytest

import dosing

MAN = {"age_y": 58, "height_cm": 170, "weight_kg": 120, "creatinine_mg_dl": 1.3, "sex": "male"}


@pytest.mark.parametrize(
    ("rule", "value"), [("actual", 105.13), ("ideal", 57.77), ("adjusted", 76.71)]
)
def test_the_weight_rule_decides_a_clearance_and_all_are_shown(rule, value):
    found = dosing.score("cockcroft-gault", weight_rule=rule, **MAN)
    assert found.value == pytest.approx(value, abs=0.01)
    assert {"actual", "ideal", "adjusted"} <= found.components.keys()


def test_an_egfr_is_not_a_clearance_and_says_so():
    found = dosing.score("ckd-epi-2021", creatinine_mg_dl=0.9, age_y=55, sex="female")
    assert found.value == pytest.approx(75.499, abs=0.01)
    assert any("not a creatinine clearance" in f.text for f in found.findings)


def test_an_unknown_weight_rule_says_what_exists():
    with pytest.raises(ValueError, match="there is no weight rule 'x'"):
        dosing.score("cockcroft-gault", weight_rule="x", **MAN)
