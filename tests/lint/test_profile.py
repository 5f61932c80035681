"""A hospital's profile chooses what exists, with numbers that are possible."""

import attrs
import pytest

from dosing.knowledge.library import load
from dosing.lint.profile import lint_profile

SEEDS = load("")


def wishes(**changed):
    return list(lint_profile(attrs.evolve(SEEDS.site, **changed), SEEDS))


def test_the_shipped_profile_is_sound():
    assert wishes() == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"authorities": {"aspirin": ("x",)}}, "authorities: there is no drug 'aspirin'"),
        ({"protocols": {"aspirin": ("x",)}}, "protocols: there is no drug 'aspirin'"),
        ({"protocols": {"argatroban": ("x",)}}, "protocols.argatroban: there is no protocol 'x'"),
        ({"titration": {"argatroban": "argatroban-hit-us-label"}},
         "titration.argatroban: there is no such table as 'argatroban-hit-us-label'"),
        ({"warfarin_gate": "nobody"}, "warfarin_gate: there is no gate by 'nobody'"),
        ({"crcl_weight": "mine"}, "crcl_weight: there is no weight rule 'mine'"),
        ({"pump_step_ml_h": 0.0}, "pump_step_ml_h is 0; 0.01 to 1 mL/h is expected."),
        ({"pump_step_ml_h": -0.1}, "pump_step_ml_h is -0.1; 0.01 to 1 mL/h is expected."),
        ({"weight_caps": {"heparin": 1300.0}}, "weight_caps.heparin is 1,300 kg; 35 to 180 kg"),
        ({"aptt_range": {"heparin": (6.0, 10.0)}},
         "aptt_range.heparin is 6 to 10 s; 15 to 1,000 s is possible."),
        ({"beyond_scale": {"aptt": 180.0}}, "beyond_scale: no quantity is called 'aptt'"),
        ({"beyond_scale": {"aptt_s": 1200.0}}, "beyond_scale.aptt_s is 1,200; 15 to 1,000 s is"),
        ({"beyond_scale": {"anti_xa_units_ml": 0.0}}, "beyond_scale.anti_xa_units_ml is 0; 0"),
        ({"concentration_mg_ml": {"bivalirudin": 50.0}},
         "concentration_mg_ml.bivalirudin is 50; for bivalirudin"),
    ],
)  # fmt: skip
def test_a_fault_begins_with_its_key(changed, said):
    (found,) = wishes(**changed)
    assert found.startswith(said)


def test_numbers_within_what_is_expected_pass():
    assert wishes(pump_step_ml_h=0.01, weight_caps={"heparin": 150.0}) == []
    assert wishes(pump_step_ml_h=1.0, aptt_range={"heparin": (60.0, 85.0)}) == []
