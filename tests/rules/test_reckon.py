"""Plain arithmetic on what was given."""

import numpy as np
import pytest

from dosing.equations.renal import WEIGHT_RULES
from dosing.rules.reckon import clearance, platelet_fall_pct
from tests.support import patient

KIDNEYS = {"age_y": 60, "sex": "female", "creatinine_mg_dl": 1, "weight_kg": 100, "height_cm": 160}


@pytest.mark.parametrize(("peak", "nadir", "fall"), [(200, 50, 75), (100, 100, 0), (100, 150, -50)])
def test_the_fall_of_platelets(peak, nadir, fall):
    assert platelet_fall_pct(peak, nadir) == fall


@pytest.mark.parametrize("rule", WEIGHT_RULES)
def test_clearance_by_each_weight_rule(rule):
    found = clearance(patient(KIDNEYS), rule)
    assert found.crcl_ml_min[0] == pytest.approx(80 * found.weight_kg[0] / 72 * 0.85)
    without = clearance(patient({k: v for k, v in KIDNEYS.items() if k != "age_y"}), rule)
    assert np.isnan(without.crcl_ml_min[0])
